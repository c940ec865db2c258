"""The only door to the warehouse: right figures, one computation a version, and the last ones when it is away."""

import os
import pickle
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from dashboard.data import Data, Unknown, WarehouseUnreachable
from dashboard.data.cache import Cache, shared
from dashboard.data.timing import QUESTIONS, timed
from dashboard.data.warehouse import Warehouse, WarehouseUnmigrated
from dashboard.filters import STAGES, Filters
from sql import connect
from tests.dashboard import rows

DAY = date(2021, 11, 5)


@pytest.fixture
def database(warehouse):
    rows.reference(warehouse.url)
    return warehouse.url


@pytest.fixture
def engine(database):
    engine = connect.engine_at(database, "dashboard_reader", pool_size=4, max_overflow=0)
    yield engine
    engine.dispose()


@pytest.fixture
def statements(engine):
    """Every statement that is sent."""
    found = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: found.append(statement))
    return found


def data_on(engine, folder, **given) -> Data:
    return Data(Warehouse(engine), Cache(shared(folder / "cache", None)), **given)


def asked(statements, function) -> int:
    return sum(f"mart.{function}(" in statement for statement in statements)


def test_columns_of_another_version_are_never_read_as_others(database, engine):
    """A changed view needs no migration, so a newer one may answer an older dashboard."""

    @dataclass(frozen=True)
    class Swapped:
        to_age: int
        from_age: int

    with (
        pytest.raises(WarehouseUnmigrated, match="age_bands answers age_band, .* in place of to_age, from_age"),
        Warehouse(engine).snapshot() as snapshot,
    ):
        snapshot.rows("age_bands", Swapped, {})


def test_figures_come_with_the_version_they_were_counted_from(database, engine, tmp_path):
    number = rows.batch(database, people=[(DAY, 4, 1, 70), (DAY, 3, 1, 20), (DAY, 0, 1, 5)])
    found = data_on(engine, tmp_path).standing(Filters())
    first = {(row.unit_id, row.is_self): row.people for row in found if row.stage == STAGES["first"]}
    assert first == {(1, True): 90, (2, False): 70, (3, False): 20, (0, False): 5, (-1, False): 0, (-2, False): 0}
    assert found.version.batch_id == number
    whole = next(row for row in found if row.is_self and row.stage == STAGES["first"])
    assert (whole.population, whole.population_source, whole.coverage) == (1000, "Tổng điều tra 2019", 0.09)


def test_every_question_is_answered_by_an_empty_warehouse(database, engine, tmp_path):
    data = data_on(engine, tmp_path)
    filters = Filters()
    assert data.world().batch_id is None
    assert [unit.code for unit in data.units() if unit.unit_id > 0] == ["77", "755", "747", "26506"]
    assert {row.people for row in data.standing(filters)} == {0}
    assert data.reconciliation(filters).total == 0
    for question in (data.trend, data.doses_trend, data.doses_by_hour, data.doses_by_vaccine):
        assert question(filters) == ()
    assert data.incomplete_from(filters) is None
    assert data.sites() == data.sources() == ()


def test_filters_reach_the_warehouse(database, engine, tmp_path):
    rows.batch(database, people=[(DAY, 4, 1, 70), (DAY + timedelta(1), 4, 1, 7)], doses=[(DAY, 4, 3, 9)])
    data = data_on(engine, tmp_path)

    def first(**given):
        return next(row.people for row in data.standing(Filters(**given)) if row.is_self and row.stage == 1)

    assert first() == first(unit="747") == first(unit="26506") == first(groups=(16,), vaccines=("PF",)) == 77
    assert first(unit="755") == first(ages=(3,)) == first(groups=(1,)) == 0
    assert first(date_from=DAY + timedelta(1)) == 7
    assert first(date_to=DAY) == 70
    assert [row.doses for row in data.doses_trend(Filters(unit="755"))] == [9]
    assert data.doses_trend(Filters(unit="755", basis="place")) == ()
    assert data.reconciliation(Filters(unit="747")).non_residents == 9
    assert {row.unit_id for row in data.standing(Filters(), level=2) if not row.is_self} >= {3, 4}


USED_AGAIN = (
    "UPDATE warehouse.unit SET valid_to = '2025-06-30' WHERE unit_id = 4",
    "INSERT INTO warehouse.unit (unit_id, code, valid_from, level, parent_id, name, name_en, sort_key) "
    "VALUES (5, '26506', '2025-07-01', 2, 1, 'Phường Vũng Tàu', 'Vung Tau Ward', 'vung tau')",
)


def change(database, *statements):
    with psycopg.connect(connect.conninfo(database)) as db:
        for statement in statements:
            db.execute(statement)


def test_a_code_that_was_used_again_is_the_unit_of_the_day_meant(database, engine, tmp_path):
    """Ward 1 until June 2025, then a larger ward: in 2021 it is the first, in 2026 the second."""
    change(database, *USED_AGAIN)
    number = rows.batch(database, people=[(DAY, 4, 1, 70)])
    data = data_on(engine, tmp_path)
    assert data.unit_id("26506") == data.unit_id("26506", number) == 4
    ward = next(row for row in data.standing(Filters(unit="26506")) if row.is_self and row.stage == 1)
    assert (ward.unit_id, ward.people) == (4, 70)
    change(database, "UPDATE warehouse.batch SET committed_at = '2026-01-01'")
    assert data_on(engine, tmp_path / "later").unit_id("26506", number) == 5, "a later as-of"
    change(database, "UPDATE warehouse.world SET shift_days = 0")
    today = data_on(engine, tmp_path / "today")
    assert (today.unit_id("26506"), today.seen_on()) == (5, datetime.now(ZoneInfo(today.world().time_zone)).date())


def test_a_world_that_is_no_more_keeps_the_units_of_its_last_day(database, engine, tmp_path):
    change(
        database,
        *USED_AGAIN,
        "UPDATE warehouse.world SET shift_days = 0",
        "UPDATE warehouse.unit SET valid_to = '2025-06-30' WHERE unit_id = 1",
    )
    data = data_on(engine, tmp_path)
    assert (data.unit_id("26506"), data.seen_on()) == (4, date(2025, 6, 30))


def test_a_code_of_no_unit_of_the_day_is_its_last_bearer_s(database, engine, tmp_path):
    change(database, *USED_AGAIN, "UPDATE warehouse.unit SET valid_to = '2020-12-31' WHERE unit_id = 4")
    assert data_on(engine, tmp_path).unit_id("26506") == 4


def test_a_code_that_nobody_has_yet_is_whose_it_will_be(database, engine, tmp_path):
    change(database, USED_AGAIN[1].replace("'26506'", "'749'"))
    assert data_on(engine, tmp_path).unit_id("749") == 5


def test_an_answer_is_worked_out_once_a_version(database, engine, statements, tmp_path):
    number = rows.batch(database, people=[(DAY, 4, 1, 70)])
    data = data_on(engine, tmp_path, newest_batch=lambda: number)
    data.standing(Filters())
    again = len(statements)
    assert data.standing(Filters(lang="en", stage="first")) is data.standing(Filters())
    assert len(statements) == again, "neither language nor stage is a question to the warehouse"

    number = rows.batch(database, people=[(DAY, 4, 1, 1)])
    assert next(row.people for row in data.standing(Filters()) if row.is_self) == 71
    assert asked(statements, "standing") == 2


def test_without_news_each_answer_is_of_the_version_that_is_in_the_warehouse(database, engine, statements, tmp_path):
    data = data_on(engine, tmp_path)
    for expected in (70, 140, 210):
        rows.batch(database, people=[(DAY, 4, 1, 70)])
        for _ in range(3):
            assert next(row.people for row in data.standing(Filters()) if row.is_self) == expected
    assert asked(statements, "standing") == 3


def test_many_at_once_are_one_computation(database, engine, statements, tmp_path):
    rows.batch(database)
    data = data_on(engine, tmp_path, newest_batch=lambda: 1)
    start = threading.Barrier(8)

    def ask():
        start.wait()
        return data.trend(Filters())

    with ThreadPoolExecutor(8) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
    assert all(answer is answers[0] for answer in answers)
    assert asked(statements, "trend") == 1


def test_processes_share_answers_through_the_folder_and_wait_for_each_other(database, engine, statements, tmp_path):
    rows.batch(database)
    workers = [data_on(engine, tmp_path, workers=2) for _ in range(4)]
    start = threading.Barrier(4)

    def ask(data):
        start.wait()
        return data.trend(Filters())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, workers))
    assert asked(statements, "trend") == 1


def test_rows_and_version_are_of_one_snapshot(database, engine, tmp_path):
    """A batch that commits between the two is in neither, and the answer is not kept as if it were."""
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    late = []

    def commit_in_between(_connection, _cursor, statement, *_):
        if "mart.standing(" in statement and not late:
            late.append(rows.batch(database, people=[(DAY, 4, 1, 5)]))

    event.listen(engine, "before_cursor_execute", commit_in_between)
    data = data_on(engine, tmp_path, newest_batch=lambda: late[0] if late else None)
    before, after = data.standing(Filters()), data.standing(Filters())
    assert (before.version.batch_id, before[0].people) == (1, 70)
    assert (after.version.batch_id, after[0].people) == (2, 75)


def test_as_of_an_earlier_batch_the_figure_is_the_one_that_was_shown(database, engine, tmp_path):
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    data = data_on(engine, tmp_path)
    shown = data.standing(Filters())
    moment = rows.now()
    rows.batch(database, people=[(DAY, 4, 1, 5), (DAY, 3, 1, 8)])
    assert data.standing(Filters(as_of=1)) == shown
    assert data.batch(1).batch_id == data.batch_at(moment) == 1
    assert data.batch_at(moment - timedelta(days=1)) is None


def test_as_of_a_batch_today_is_its_day(database, engine, tmp_path):
    """Else pace and what is needed of an earlier figure would change from day to day."""
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    with connect.raw_at(database, "owner") as db:
        db.execute("UPDATE warehouse.batch SET committed_at = '2021-10-31 18:00+00'")
    data = data_on(engine, tmp_path)
    assert data.today(as_of=1) == date(2021, 11, 1)
    assert data.today() != data.today(as_of=1)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(unit="99"), "unit: '99' is not known (allowed: "),
        (Filters(vaccines=("XX",)), "vaccine: 'XX' is not known (allowed: PF)"),
        (Filters(as_of=9), "as_of: 9 is not known (allowed: 1 to 1)"),
    ],
)
def test_what_the_warehouse_does_not_have_is_refused_by_name(database, engine, tmp_path, filters, said):
    rows.batch(database)
    with pytest.raises(Unknown) as refused:
        data_on(engine, tmp_path).standing(filters)
    assert said in str(refused.value)


def test_scopes_do_not_see_each_others_answers(database, engine, statements, tmp_path):
    rows.batch(database)
    for scope in ("everything", "747"):
        data_on(engine, tmp_path, scope=scope).trend(Filters())
    assert asked(statements, "trend") == 2


def test_a_changed_definition_is_another_figure(database, engine, statements, tmp_path):
    rows.batch(database)
    for definitions in ("one", "one", "another"):
        Data(Warehouse(engine), Cache(shared(tmp_path / "cache", None), definitions=definitions)).trend(Filters())
    assert asked(statements, "trend") == 2


def test_the_last_figures_stay_while_the_warehouse_is_gone(database, engine, tmp_path):
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    data = data_on(engine, tmp_path)
    shown = data.standing(Filters())
    with rows.away(database):
        assert data.standing(Filters()) is shown
        with pytest.raises(WarehouseUnreachable, match="not currently accepting connections"):
            data.trend(Filters())
        with pytest.raises(WarehouseUnreachable):
            data.sources()
    rows.batch(database, people=[(DAY, 4, 1, 1)])
    assert data.standing(Filters())[0].people == 71


def test_the_cache_is_for_its_owner_alone(database, engine, tmp_path):
    rows.batch(database)
    data_on(engine, tmp_path).trend(Filters())
    folder = tmp_path / "cache"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_torn_file_in_the_cache_is_counted_again(database, engine, tmp_path):
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    shown = data_on(engine, tmp_path).standing(Filters())
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(b"\xff\xff\xff\xff\x00torn")
    assert data_on(engine, tmp_path).standing(Filters()) == shown


def test_what_is_out_of_date_is_swept_from_the_folder(database, engine, tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    cache = Cache(shared(folder, None), folder)
    data = Data(Warehouse(engine), cache)
    rows.batch(database)
    data.trend(Filters())
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    old = set(folder.iterdir())
    rows.batch(database)
    monkeypatch.setattr(cache, "_swept", cache._swept - 3600)
    data.trend(Filters())
    assert old and not old & set(folder.iterdir())


def test_answers_travel_between_processes_whole(database, engine, tmp_path):
    rows.batch(database, people=[(DAY, 4, 1, 70)])
    shown = data_on(engine, tmp_path).standing(Filters())
    copy = pickle.loads(pickle.dumps(shown))
    assert (copy, copy.version) == (shown, shown.version)


def test_the_reader_can_neither_write_nor_see_records(database, engine):
    with engine.connect() as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text("SELECT * FROM warehouse.injection"))


def test_what_a_page_shows_stays_of_its_batch_while_newer_ones_come_in(database, engine, tmp_path):
    rows.source(database)
    first = rows.batch(database, people=[(DAY, 4, 1, 70)], doses=[(DAY, 4, 4, 9)])
    data = data_on(engine, tmp_path)
    page, filters = data.at(first), Filters()
    assert page.standing(filters).version.batch_id == first
    second = rows.batch(database, people=[(DAY, 4, 1, 5), (DAY + timedelta(1), 3, 1, 2)], doses=[(DAY, 4, 4, 1)])
    for asked, people, doses in ((page, 70, 9), (data, 77, 10), (data.at(first), 70, 9), (data.at(second), 77, 10)):
        found = asked.standing(filters)
        assert next(row.people for row in found if row.is_self and row.stage == STAGES["first"]) == people
        assert asked.doses_by_unit(filters).version == found.version
        assert next(row.doses for row in asked.doses_by_unit(filters) if row.is_self) == doses
        assert asked.world().batch_id == found.version.batch_id
    assert data.at(first).trend(filters) == data.trend(Filters(as_of=first))
    assert data.at(second + 5).standing(filters).version.batch_id == second, "a batch that is not there is none"


def test_an_answer_of_a_batch_is_kept_under_it_and_does_not_put_out_the_newest(database, engine, tmp_path, statements):
    first = rows.batch(database, people=[(DAY, 4, 1, 70)])
    data = data_on(engine, tmp_path, newest_batch=lambda: rows_in(database))
    data.world()
    second = rows.batch(database, people=[(DAY, 4, 1, 5)])
    for batch in (second, first, second, first):
        data.at(batch).standing(Filters())
    assert asked(statements, "standing") == 2


def rows_in(database) -> int:
    with psycopg.connect(connect.conninfo(database)) as db:
        return db.execute("SELECT folded_through FROM warehouse.leader").fetchone()[0]


def test_a_question_that_was_given_up_is_among_the_times():
    def counted() -> float:
        return sum(one.value for one in QUESTIONS.collect()[0].samples if one.name.endswith("_count"))

    before = counted()
    with pytest.raises(WarehouseUnreachable), timed("of a test"):
        raise WarehouseUnreachable("gone")
    assert counted() == before + 1
