"""The sample Platform in a real database: made whole or not at all, then living."""

import contextlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from etl.sample import __main__ as program
from etl.sample import platform
from etl.sample.backlog import enter_backlog
from etl.sample.late_commits import LateCommits
from etl.sample.live import CATCH_UP, Sites, at
from etl.sample.people import everybody

SEED = 7
NOW = datetime(2021, 11, 5, 3, 0, tzinfo=UTC)  # ten in the morning
SIZE = 20_000


@pytest.fixture(scope="module")
def people():
    return everybody(SEED)


@pytest.fixture
def db(database):
    with platform.connect(database) as connection:
        yield connection


@pytest.fixture
def sites(db, people):
    """Sites with a small backlog behind them, fast enough for a test."""
    enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    made = Sites(people, SEED, np.random.default_rng(1), rate=20.0)
    made.register.read(db)
    return made


def one(db, statement, *values):
    return db.execute(statement, values).fetchone()[0]


def records(db) -> int:
    return one(db, "SELECT count(*) FROM platform.injections")


def test_the_backlog_is_made_once(db, people):
    lines = []
    assert enter_backlog(db, people, SEED, NOW, SIZE, lines.append)
    assert records(db) == pytest.approx(SIZE, rel=0.06)
    assert lines[-1].startswith(f"Sample data: {records(db):,} injections in ")
    assert not enter_backlog(db, people, SEED, NOW, SIZE, lines.append)
    assert len(lines) == len(set(lines))


def test_readers_find_tables_while_the_backlog_is_being_made(database, db, people):
    found = []

    def look(line):
        if " of " in line:
            with platform.connect(database) as reader:
                found.append((records(reader), one(reader, "SELECT count(*) FROM platform.sites")))

    enter_backlog(db, people, SEED, NOW, 220_000, look)
    assert found[0] == (0, 114)


def test_readers_do_not_wait_while_the_stock_is_worked_out(database, db, people, monkeypatch):
    """Under load it takes a minute: the ETL's look at the sessions, of the days around the last change, gave up."""
    found, real = [], platform.stock_up

    def meanwhile(*words):
        with platform.connect(database) as reader:
            reader.execute("SET lock_timeout = '3s'")
            found.append(records(reader))
        real(*words)

    monkeypatch.setattr(platform, "stock_up", meanwhile)
    enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    assert found == [records(db)]


def test_the_backlog_has_the_keys_and_comments_of_the_table_it_replaces(db, people):
    described = """
        SELECT indexdef, obj_description('platform.injections'::regclass),
               col_description('platform.injections'::regclass, 23)
        FROM pg_indexes WHERE tablename = 'injections' ORDER BY 1"""
    platform.open_doors(db)
    before = db.execute(described).fetchall()
    enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    assert db.execute(described).fetchall() == before
    assert len(before) == 2 and all(before[0])


def test_what_is_interrupted_leaves_nothing_and_starts_over(db, people):
    def interrupt(line):
        if " of " in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enter_backlog(db, people, SEED, NOW, 220_000, interrupt)
    assert not platform.has_records(db)
    db.rollback()
    assert enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)


@contextlib.contextmanager
def running(database, *arguments):
    """The program as ./run starts it, on the day of these tests; killed at the end."""
    command = [sys.executable, "-m", "etl.sample", "--shift-days", str((NOW - datetime.now(UTC)).days), *arguments]
    environment = os.environ | {"PLATFORM_URL": database}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def wait_for(child, words: str) -> str:
    for line in child.stdout:
        if words in line:
            return line
    raise AssertionError(f"ended without saying {words!r}")


def test_kill_9_half_way_leaves_nothing_and_the_next_start_makes_it_whole(database, db, people):
    with running(database, "--backlog", "400000") as child:
        wait_for(child, " of ")
        child.kill()
    assert not platform.has_records(db)
    db.rollback()
    assert enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    assert records(db) == pytest.approx(SIZE, rel=0.06)


def test_a_stop_half_way_is_quick_and_clean(database, db):
    with running(database, "--backlog", "400000") as child:
        wait_for(child, " of ")
        child.terminate()
        assert child.wait(timeout=5) == 0
    assert not platform.has_records(db)


def test_sites_go_on_after_the_database_was_away(database, db):
    with running(database, "--backlog", "20000") as child:
        wait_for(child, "sites are entering records")
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sample' AND pid <> %s"
        db.execute(others, [db.info.backend_pid])
        db.commit()
        wait_for(child, "is away")
        wait_for(child, "sites are entering records")
        child.terminate()
        assert child.wait(timeout=10) == 0


def test_every_site_and_every_column_is_in_use(db, people):
    enter_backlog(db, people, SEED, NOW, 100_000, lambda line: None)
    unused = """SELECT count(*) FROM platform.sites s
        WHERE NOT EXISTS (SELECT FROM platform.injections i WHERE i.ma_diem_tiem = s.ma_diem_tiem)"""
    assert one(db, unused) == 0
    for column in ("so_giay_to", "ngay_sinh", "ma_xa", "so_lo", "xac_thuc_luc", "in_giay_luc", "xac_nhan_app_luc"):
        assert 0 < one(db, f"SELECT count({column}) FROM platform.injections") < records(db)
    assert one(db, "SELECT count(DISTINCT ma_dia_ban) FROM platform.sites WHERE length(ma_dia_ban) = 3") == 8


def test_sites_enter_records_whose_times_lie_within_their_own_second(db, sites):
    before = records(db)
    for second in range(1, 31):
        now = NOW + timedelta(seconds=second)
        sites.work(db, at(now), 1.0)
        newest, oldest_new = db.execute(
            "SELECT max(cap_nhat_luc), min(cap_nhat_luc) FROM platform.injections WHERE cap_nhat_luc > %s",
            [now - timedelta(seconds=1)],
        ).fetchone()
        assert newest is None or now - timedelta(seconds=1) < oldest_new <= newest <= now
    assert 250 < records(db) - before < 800
    assert (
        one(
            db,
            """SELECT count(*) FROM platform.injections
                WHERE thoi_gian_nhap > %s AND thoi_gian_tiem > thoi_gian_nhap + interval '1 day'""",
            NOW,
        )
        < 5
    )


def test_second_doses_follow_first_doses(db, sites):
    for second in range(1, 31):
        sites.work(db, at(NOW + timedelta(seconds=second)), 1.0)
    second_doses = db.execute("""
        SELECT count(*), count(*) FILTER (WHERE EXISTS (
            SELECT FROM platform.injections b WHERE b.ma_doi_tuong = a.ma_doi_tuong AND b.mui_so = 1
            AND b.thoi_gian_tiem < a.thoi_gian_tiem - interval '13 days'
            AND b.ngay_sinh IS NOT DISTINCT FROM a.ngay_sinh))
        FROM platform.injections a WHERE mui_so = 2 AND thoi_gian_nhap > %s
    """, [NOW]).fetchone()  # fmt: skip
    assert second_doses[0] > 80
    assert second_doses[1] / second_doses[0] > 0.95


def test_nobody_gets_the_same_dose_twice_but_for_the_rare_double_entry(db, sites):
    for second in range(1, 31):
        sites.work(db, at(NOW + timedelta(seconds=second)), 1.0)
    twice = one(db, """SELECT count(*) FROM (SELECT FROM platform.injections WHERE thoi_gian_nhap > %s
        GROUP BY ma_doi_tuong, mui_so HAVING count(*) > 1) AS doubles""", NOW)  # fmt: skip
    assert twice < 12


def test_records_are_changed_later_too(db, sites):
    sites.rate = 2.0
    for tick in range(1, 101):
        sites.work(db, at(NOW + timedelta(seconds=20 * tick)), 20.0)
    since = NOW + timedelta(minutes=20)
    changed = one(
        db,
        """SELECT count(*) FROM platform.injections
           WHERE cap_nhat_luc > %s AND thoi_gian_nhap <= cap_nhat_luc - interval '21 s'""",
        since,
    )
    new = one(db, "SELECT count(*) FROM platform.injections WHERE thoi_gian_nhap > %s", since)
    assert new > 1000
    assert 0.1 < changed / (changed + new) < 0.45  # the ETL's brake looks at one half
    assert one(db, "SELECT count(*) FROM platform.injections WHERE trang_thai = 'Nhập sai' AND cap_nhat_luc > %s", NOW)


def test_the_page_moves_at_night_too(db, sites):
    sites.rate = None
    midnight = datetime(2021, 11, 5, 19, 0, tzinfo=UTC)
    assert sites.injections_per_second(at(midnight)) * 5 > 0.5
    pause = longest = 0
    for second in range(120):
        before = records(db)
        sites.work(db, at(midnight + timedelta(seconds=second)), 1.0)
        pause = 0 if records(db) > before else pause + 1
        longest = max(longest, pause)
    assert longest <= 10
    late = """SELECT count(*) FROM platform.injections WHERE thoi_gian_nhap > %s
        AND thoi_gian_tiem > %s - interval '4 hours' AND thoi_gian_tiem < %s + interval '1 day'"""
    assert one(db, late, midnight, midnight, midnight) == 0


def test_by_day_it_is_faster(db, sites):
    sites.rate = 5.0
    assert sites.injections_per_second(at(NOW)) > 10 * sites.injections_per_second(at(NOW + timedelta(hours=14)))


def test_each_commit_is_announced(database, db, sites):
    with platform.connect(database, autocommit=True) as listener:
        listener.execute(f"LISTEN {platform.CHANNEL}")
        sites.work(db, at(NOW + timedelta(seconds=1)), 1.0)
        assert [note.channel for note in listener.notifies(timeout=2, stop_after=1)] == [platform.CHANNEL]


def test_a_late_commit_carries_a_time_before_what_was_committed_first(database, db, sites):
    with LateCommits(database, sites) as late:
        late.work(at(NOW), 0.0)
        late.work(at(NOW + timedelta(seconds=1)), 1e5)
        seen = records(db)
        sites.work(db, at(NOW + timedelta(seconds=60)), 1.0)
        reader_at = one(db, "SELECT max(cap_nhat_luc) FROM platform.injections")
        db.rollback()
        between = records(db)
        late.work(at(NOW + timedelta(seconds=90)), 1e5 + 100)
        assert records(db) > between > seen
        assert (
            one(
                db,
                "SELECT count(*) FROM platform.injections WHERE cap_nhat_luc > %s AND cap_nhat_luc < %s",
                NOW,
                reader_at,
            )
            >= 1
        )


def test_an_open_transaction_is_given_up_on_leaving(database, db, sites):
    with LateCommits(database, sites) as late:
        late.work(at(NOW), 0.0)
        late.work(at(NOW + timedelta(seconds=1)), 1e5)
        before = records(db)
    assert records(db) == before


def test_after_a_pause_sites_catch_up_moderately(db, sites):
    before, last = records(db), one(db, "SELECT max(cap_nhat_luc) FROM platform.injections")
    monday = NOW + timedelta(days=3)
    entered = sites.catch_up(db, last, at(monday))
    assert 0 < entered <= CATCH_UP
    assert records(db) - before == pytest.approx(entered, rel=0.05)
    assert sites.catch_up(db, monday, at(monday + timedelta(minutes=1))) == 0


def test_a_clock_before_what_is_there_is_refused(database, people, capsys, monkeypatch):
    monkeypatch.setattr(program, "_on_signals", lambda handler: None)  # pytest keeps its own
    with platform.connect(database) as db:
        enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    shift = (NOW - datetime.now(UTC)).days - 30
    assert program.main(["--url", database, "--shift-days", str(shift)]) == program.WRONG_CLOCK
    assert "start with --shift-days" in capsys.readouterr().err


def test_nothing_personal_is_printed(db, people, capsys):
    lines = []
    enter_backlog(db, people, SEED, NOW, SIZE, lines.append)
    assert "Minh Họa" not in "".join(lines) + capsys.readouterr().out


# What the records came from: sessions and stock


def test_fixed_sites_plan_a_session_on_every_working_day(db):
    platform.open_doors(db)
    platform.open_doors(db)  # again: a Platform that is there already stays as it is
    assert one(db, "SELECT count(DISTINCT ma_diem_tiem) FROM platform.sessions WHERE ngay = '2021-11-05'") == one(
        db, "SELECT count(*) FROM platform.sites WHERE loai <> 'mobile'"
    )
    assert one(db, "SELECT count(*) FROM platform.sessions WHERE date_part('isodow', ngay) = 7") == 0


def test_more_was_received_than_used_and_somebody_runs_short(db, people):
    enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)
    received, opened = (
        one(db, "SELECT sum(so_lieu) FROM platform.stock WHERE loai = %s", kind) for kind in ("received", "opened")
    )
    assert received > opened > SIZE * 0.9
    assert one(db, "SELECT count(*) FROM platform.stock WHERE so_lieu %% lieu_moi_lo <> 0 AND loai <> 'allocated'") == 0
    assert one(db, "SELECT count(*) FROM platform.stock") == one(
        db, "SELECT count(*) FROM (SELECT DISTINCT ma_huyen, ma_vac_xin, so_lo, loai, ngay FROM platform.stock) AS s"
    )
    before = db.execute("SELECT * FROM platform.stock ORDER BY 1, 2, 3, 4, 5").fetchall()
    with db.transaction():
        db.execute("TRUNCATE platform.stock")
    enter_backlog(db, people, SEED, NOW, SIZE, lambda line: None)  # as beside a Platform of an earlier version
    assert db.execute("SELECT * FROM platform.stock ORDER BY 1, 2, 3, 4, 5").fetchall() == before
