"""A database compared with what is held of it: what reading by the clock cannot see is found, and mended or said."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from etl import brake, pipeline, station
from etl.pipeline import Pipeline
from etl.recount import recount
from sql import connect
from tests.etl.register import FIELDS, configure, read, source, verb
from tests.etl.world import ZONE, StoppedClock

# Tomorrow, when nothing that these tests enter lies ahead.
NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=5, minute=0)


@pytest.fixture
def look(look, warehouse):
    """Asks the warehouse; at the end everything is counted again."""
    yield look
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True) as db:
        assert {name: rows for name, rows in recount(db, ZONE, 0).items() if rows} == {}


def doses(look) -> int:
    return look("SELECT coalesce(sum(doses), 0)::int FROM warehouse.balance_doses_pair_day")[0][0]


def compared(look, *columns: str) -> tuple:
    return look(f"SELECT {', '.join(columns)} FROM warehouse.reconciliation ORDER BY compared_at DESC LIMIT 1")[0]


def enter_over_days(register, count: int, days: int = 5) -> None:
    for n in range(count):
        register.enter(f"r{n:03}", ago=n % days * 86_400 + 60 + n)


def test_rows_deleted_at_the_source_leave_the_figures(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 11)
    assert verb(file, "once") == 0
    register.db.execute("DELETE FROM public.injections WHERE id IN ('r003', 'r007')")
    assert verb(file, "once") == 0
    assert doses(look) == 9
    assert look("SELECT DISTINCT cause::text, doses FROM warehouse.ledger_doses WHERE doses < 0") == [("vanished", -1)]
    assert compared(look, "source_rows", "held_rows", "lost", "is_withdrawn") == (9, 9, 2, True)
    assert look("SELECT received, loaded, vanished FROM warehouse.source") == [(11, 11, 2)]
    assert look("SELECT count(*) FROM warehouse.batch WHERE received + vanished > 0") == [
        (2,)
    ]  # what is unchanged is no batch

    register.enter("r003", ago=90_000)
    assert verb(file, "once") == 0
    assert doses(look) == 10  # it came back, with a time before the cursor


def test_what_is_gone_is_only_said_where_the_settings_ask_for_that(register, look, tmp_path, capsys):
    file = configure(tmp_path, {"platform": source(register.url, deletes="report")})
    enter_over_days(register, 11)
    assert verb(file, "once") == 0
    register.db.execute("DELETE FROM public.injections WHERE id IN ('r003', 'r007')")
    assert verb(file, "once") == 1
    assert doses(look) == 11
    assert compared(look, "source_rows", "held_rows", "lost", "is_withdrawn") == (9, 11, 2, False)
    capsys.readouterr()
    assert verb(file, "status", "--json") == 1
    (found,) = json.loads(capsys.readouterr().out)["sources"]
    assert (found["source_rows"], found["held_rows"]) == (9, 11)


@pytest.mark.parametrize("hours", [1, 17, 24 * 40])
def test_rows_entered_with_a_time_before_the_cursor_are_found(register, look, tmp_path, hours):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 5)
    assert verb(file, "once") == 0
    register.enter("back-dated", ago=hours * 3600)
    assert verb(file, "once") == 0
    assert doses(look) == 6
    assert compared(look, "missing", "changed", "lost") == (1, 0, 0)


def test_changes_that_moved_no_clock_or_moved_it_back_are_found(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 10)
    assert verb(file, "once") == 0
    register.db.execute("UPDATE public.injections SET trang_thai = 'entered-in-error' WHERE id = 'r004'")
    assert verb(file, "once") == 0
    assert doses(look) == 9
    register.db.execute("UPDATE public.injections SET trang_thai = 'completed' WHERE id = 'r004'")
    register.db.execute(
        "UPDATE public.injections SET trang_thai = 'entered-in-error', cap_nhat = cap_nhat - interval '50 days' WHERE id IN ('r005', 'r006')"
    )
    assert verb(file, "reconcile", "platform") == 0
    assert doses(look) == 8
    assert compared(look, "missing", "changed", "lost", "unverified") == (0, 3, 0, 0)
    assert verb(file, "reconcile") == 0
    assert compared(look, "changed", "unverified") == (0, 0)


def test_numbers_that_are_equal_once_trimmed_are_named(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 3)
    register.enter("r001 ", ago=500, so_giay_to="012345678901")
    assert verb(file, "once") == 1
    assert compared(look, "source_rows", "held_rows", "merged") == (4, 3, 1)


def test_rows_that_can_never_be_read_are_counted_and_said(register, look, tmp_path, capsys):
    register.db.execute("ALTER TABLE public.injections ALTER cap_nhat DROP NOT NULL")
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 3)
    for n in range(4):
        register.enter(f"timeless{n}", cap_nhat=None)
    register.enter("dreamt", cap_nhat=datetime(2050, 1, 1, tzinfo=UTC))
    assert verb(file, "once") == 1
    assert compared(look, "without_time", "ahead", "source_rows", "held_rows") == (4, 1, 3, 3)
    capsys.readouterr()
    assert verb(file, "status", "--json") == 1
    (found,) = json.loads(capsys.readouterr().out)["sources"]
    assert (found["without_time"], found["ahead"]) == (4, 1)


def test_a_row_that_lost_its_clock_is_not_taken_for_gone(register, look, tmp_path):
    register.db.execute("ALTER TABLE public.injections ALTER cap_nhat DROP NOT NULL")
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 5)
    assert verb(file, "once") == 0
    register.db.execute("UPDATE public.injections SET cap_nhat = NULL WHERE id = 'r002'")
    assert verb(file, "once") == 1
    assert doses(look) == 5
    assert compared(look, "lost", "without_time") == (0, 1)


def test_a_source_that_lost_much_is_stopped_and_nothing_is_taken_out(register, look, tmp_path):
    limits = {"brake": {"min_records": 20}}
    file = configure(tmp_path, {"platform": source(register.url)}, **limits)
    enter_over_days(register, 40)
    assert verb(file, "once") == 0
    register.db.execute("DELETE FROM public.injections WHERE id LIKE 'r00%'")  # 10 of 40, the last one read among those kept
    register.enter("r000", ago=60)
    assert verb(file, "once") == 1
    ((state, reason),) = look("SELECT state, reason FROM warehouse.source")
    assert state == "braked" and "9 of the 40 records held are no longer at the source" in reason
    assert doses(look) == 40
    assert verb(file, "release", "platform") == 0
    assert verb(file, "once") == 0
    assert doses(look) == 31


@pytest.mark.parametrize(("is_back", "left"), [(False, 31), (True, 40)])
def test_what_was_released_is_not_put_off_until_the_next_night(register, look, tmp_path, is_back, left):
    file = configure(tmp_path, {"platform": source(register.url)}, brake={"min_records": 20}, reconcile_at="02:30")
    enter_over_days(register, 40)
    assert verb(file, "once") == 0
    register.db.execute("CREATE TABLE public.away AS SELECT * FROM public.injections WHERE id LIKE 'r00%' AND id <> 'r000'")
    register.db.execute("DELETE FROM public.injections WHERE id IN (SELECT id FROM public.away)")
    assert verb(file, "once") == 1
    assert verb(file, "release", "platform") == 0
    if is_back:
        register.db.execute("INSERT INTO public.injections SELECT * FROM public.away")
    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].work()
        led.reconcile_what_is_due()
        ((comparisons,),) = look("SELECT count(*) FROM warehouse.reconciliation")
        led.reconcile_what_is_due()
    assert doses(look) == left
    assert look("SELECT state FROM warehouse.brake") == [("ended" if is_back else "passed",)]
    assert look("SELECT count(*) FROM warehouse.reconciliation") == [(comparisons,)]


def test_only_days_that_differ_are_read(register, look, tmp_path, monkeypatch):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 30, days=10)
    assert verb(file, "reconcile") == 0
    register.db.execute("DELETE FROM public.injections WHERE id = 'r025'")
    with station.leading(read(file)) as led:
        led.prepare()
        (intake,) = led.intakes
        asked: list[str] = []
        run = intake.source._run
        monkeypatch.setattr(intake.source, "_run", lambda work: asked.append("question") or run(work))
        copied = intake.source._copied
        monkeypatch.setattr(intake.source, "_copied", lambda query, limit: asked.append(str(query)) or copied(query, limit))
        led.reconcile(intake, budget=0)
    read_rows = [question for question in asked if "FROM public.injections" in question]
    assert len(read_rows) == 3  # the keys of the one day, and twice the row that is not found
    assert len(asked) < 12
    assert doses(look) == 29


def test_what_the_first_load_has_just_read_is_read_again_from_the_next_comparison_on(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)})
    enter_over_days(register, 30, days=10)
    assert verb(file, "once") == 0
    assert compared(look, "unverified", "source_rows") == (30, 30)
    assert verb(file, "once") == 0
    assert compared(look, "unverified", "source_rows") == (0, 30)


def test_a_database_without_digests_is_compared_by_its_keys(look, tmp_path):
    place = tmp_path / "site.db"
    base = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    columns = ", ".join(FIELDS[name] for name in FIELDS if isinstance(FIELDS[name], str))
    with closing(sqlite3.connect(place)) as db, db:
        db.execute(f"CREATE TABLE injections ({columns})")
        for n in range(6):
            moment = (base + timedelta(hours=n)).isoformat(sep=" ")
            db.execute(f"INSERT INTO injections ({columns}) VALUES (?, ?, 'C1', 'S1', 'JS', 1, ?, ?, ?, 'completed')",
                       [f"r{n}", f"{n:012}", moment, moment, moment])  # fmt: skip
    file = configure(tmp_path, {"platform": source(f"sqlite:///{place}") | {"table": "injections"}})
    assert verb(file, "once") == 0
    assert doses(look) == 6
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("DELETE FROM injections WHERE id = 'r1'")
        db.execute("UPDATE injections SET trang_thai = 'entered-in-error' WHERE id = 'r2'")
    assert verb(file, "reconcile") == 0
    assert doses(look) == 4
    assert compared(look, "changed", "lost") == (1, 1)


def test_a_database_is_compared_after_its_first_load_and_then_once_a_day(register, look, tmp_path):
    enter_over_days(register, 3)
    with station.leading(read(configure(tmp_path, {"platform": source(register.url)}, reconcile_at="02:30"))) as led:
        led.prepare()
        led.reconcile_what_is_due()
        assert look("SELECT count(*) FROM warehouse.reconciliation") == [(0,)]  # nothing was read yet
        led.intakes[0].work()
        look("UPDATE warehouse.source SET first_loaded_batch = NULL RETURNING 1")
        led.reconcile_what_is_due()
        assert look("SELECT count(*) FROM warehouse.reconciliation") == [(0,)]  # while it is loaded for the first time
        look("UPDATE warehouse.source SET first_loaded_batch = 1 RETURNING 1")
        clock = led.pipeline.clock = StoppedClock(datetime.now(UTC) + timedelta(seconds=5))
        for hours, comparisons in ((0, 1), (0.1, 1), (24, 2), (24.1, 2)):
            clock.moment = NOON + timedelta(hours=hours)
            led.reconcile_what_is_due()
            assert look("SELECT count(*) FROM warehouse.reconciliation") == [(comparisons,)]


def test_a_list_of_two_doses_a_row_is_compared_too(register, look, tmp_path):
    two = {
        "rows": [
            {"vaccine_code": "vac_xin"},
            {"vaccine_code": "vac_xin", "dose_number": {"value": 2}, "site_code": {"value": "S2"}},
        ]
    }
    file = configure(tmp_path, {"platform": source(register.url, **two)})
    enter_over_days(register, 6)
    assert verb(file, "once") == 0
    register.db.execute("DELETE FROM public.injections WHERE id = 'r002'")
    assert verb(file, "once") == 0
    assert compared(look, "source_rows", "held_rows", "lost") == (10, 10, 2)
    assert look("SELECT count(*) FROM warehouse.injection WHERE status <> 'vanished'") == [(10,)]


def test_a_row_that_comes_back_while_others_are_looked_for_is_not_taken_out(register, look, tmp_path, monkeypatch):
    enter_over_days(register, 5)
    with station.leading(read(configure(tmp_path, {"platform": source(register.url)}))) as led:
        led.prepare()
        (intake,) = led.intakes
        intake.work()
        register.db.execute("DELETE FROM public.injections WHERE id = 'r002'")
        judge = brake.lost

        def lost(*found):
            register.enter("r002")
            intake.work()
            return judge(*found)

        monkeypatch.setattr(brake, "lost", lost)
        led.reconcile(intake, budget=0)
    assert look("SELECT status::text FROM warehouse.injection WHERE record_id = 'r002'") == [("completed",)]


def test_others_write_while_many_are_taken_out_and_killed_between_the_rest_follows_without_another_word(
    register, look, tmp_path, monkeypatch
):
    """In parts: after a crash what is left of what a person let pass goes, too."""
    file = configure(tmp_path, {"platform": source(register.url)}, brake={"min_records": 20})
    enter_over_days(register, 40)
    assert verb(file, "once") == 0
    register.db.execute("DELETE FROM public.injections WHERE id LIKE 'r00%' AND id <> 'r000'")
    assert verb(file, "once") == 1
    assert verb(file, "release", "platform") == 0
    monkeypatch.setattr(pipeline, "AT_ONCE", 4)
    withdraw, free = Pipeline.withdraw, []

    def killed(self, *given):
        if free:
            raise KeyboardInterrupt
        return withdraw(self, *given)

    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].report = lambda outcome: free.append(
            led.writing.acquire(blocking=False) and (led.writing.release() or True)
        )
        monkeypatch.setattr(Pipeline, "withdraw", killed)
        with pytest.raises(KeyboardInterrupt):
            led.reconcile(led.intakes[0])
        monkeypatch.setattr(Pipeline, "withdraw", withdraw)
        assert (doses(look), free) == (36, [True])
    with station.leading(read(file)) as led:
        led.prepare()
        led.reconcile(led.intakes[0])
    assert doses(look) == 31
    assert look("SELECT state FROM warehouse.brake") == [("passed",)]
    assert look("SELECT record_id FROM warehouse.injection WHERE status = 'vanished' ORDER BY 1") == [
        (f"r00{n}",) for n in range(1, 10)
    ]


@pytest.mark.parametrize("large", [False, True], ids=["in rows", "in columns"])
def test_whatever_the_source_said_last_is_compared_beside_what_is_held(register, look, tmp_path, monkeypatch, large):
    """A broken version in quarantine, newer or older than the whole one that counts: each is said once, and no night again."""
    monkeypatch.setattr(pipeline, "LARGE", -1 if large else 10_000)
    file = configure(tmp_path, {"platform": source(register.url)}, brake={"quarantine_share": 1, "change_share": 1})
    enter_over_days(register, 8)
    register.db.execute("CREATE TABLE public.kept AS SELECT * FROM public.injections")
    assert verb(file, "once") == 0

    def set_back() -> None:
        register.db.execute(
            "UPDATE public.injections i SET vac_xin = k.vac_xin, cap_nhat = k.cap_nhat FROM public.kept k WHERE k.id = i.id"
        )

    def open_ones() -> list:
        return look("SELECT record_id FROM warehouse.quarantine WHERE state = 'open' ORDER BY 1")

    def found() -> list[tuple]:
        nights = []
        for _ in range(2):
            assert verb(file, "reconcile", "platform") == 0
            nights.append(compared(look, "missing", "changed", "lost"))
        assert counters_close(look)
        return nights

    # newer, and read as any change
    register.db.execute(
        "UPDATE public.injections SET vac_xin = '?', cap_nhat = cap_nhat + interval '1 s' WHERE id IN ('r001', 'r002')"
    )
    assert verb(file, "once") == 0
    assert (found(), open_ones()) == ([(0, 0, 0)] * 2, [("r001",), ("r002",)])
    # which hides no deletion
    register.db.execute("DELETE FROM public.injections WHERE id = 'r002'")
    assert (found(), open_ones(), doses(look)) == ([(0, 0, 1), (0, 0, 0)], [("r001",)], 7)
    # and ends where the source goes back to the version before it
    set_back()
    assert (found(), open_ones(), doses(look)) == ([(0, 1, 0), (0, 0, 0)], [], 7)
    # older than the one that counts
    register.db.execute("UPDATE public.injections SET vac_xin = '?', cap_nhat = cap_nhat - interval '1 h' WHERE id = 'r003'")
    assert (found(), open_ones()) == ([(0, 1, 0), (0, 0, 0)], [("r003",)])
    register.db.execute(
        "UPDATE public.injections SET vac_xin = '??', cap_nhat = cap_nhat - interval '1 h' WHERE id = 'r003'"
    )
    assert (found(), open_ones()) == ([(0, 1, 0), (0, 0, 0)], [("r003",)])
    assert look("SELECT record->>'vaccine_code' FROM warehouse.quarantine WHERE state = 'open'") == [("??",)]
    set_back()
    assert (found(), open_ones(), doses(look)) == ([(0, 1, 0), (0, 0, 0)], [], 7)


def counters_close(look) -> bool:
    return look("SELECT received = loaded + unchanged + quarantined FROM warehouse.source") == [(True,)]
