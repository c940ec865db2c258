"""The questions of every subject through the only door: each is answered, in its row type, and the filters reach it."""

from dataclasses import fields, is_dataclass
from datetime import date, timedelta

import psycopg
import pytest

from dashboard.data import Data, Unknown
from dashboard.data.cache import Cache, shared
from dashboard.data.sites import SiteWatch
from dashboard.data.warehouse import Warehouse
from dashboard.filters import Filters
from sql import connect
from tests.dashboard import rows
from tests.dashboard.test_questions import row_type

DAY = date(2021, 11, 5)
SITE = "INSERT INTO warehouse.site (site_id, code, name, kind, unit_id, daily_plan) VALUES (1, 'S1', 'Trạm Y tế', 'fixed', 4, 100)"


@pytest.fixture
def data(warehouse, tmp_path):
    rows.reference(warehouse.url)
    with psycopg.connect(connect.conninfo(warehouse.url)) as db:
        db.execute(SITE)
    engine = connect.engine_at(warehouse.url, "dashboard_reader", pool_size=2)
    yield Data(Warehouse(engine), Cache(shared(tmp_path / "cache", None)))
    engine.dispose()


# Each question; behind ` of ` what is asked.
QUESTIONS = {
    "overdue": lambda data, f: data.overdue(f),
    "due_by_day": lambda data, f: data.due_by_day(f),
    "dropout": lambda data, f: data.dropout(f),
    "standing_by_part": lambda data, f: data.standing_by_part(f),
    "site_figures": lambda data, f: data.site_figures(f),
    "site_hours": lambda data, f: data.site_hours(f),
    "late_entries": lambda data, f: data.late_entries(f),
    "site_watch": lambda data, f: data.site_watch(f),
    "site_identity": lambda data, f: data.site_identity(f),
    "site_sessions": lambda data, f: data.site_sessions(f, data.today(), data.today()),
    "site_plan_hours": lambda data, f: data.site_plan_hours(f),
    "site_stock": lambda data, f: data.site_stock(f),
    "entry_lag": lambda data, f: [data.entry_lag(f)],
    "site_days": lambda data, f: data.site_days("S1", f),
    "site_used": lambda data, f: data.site_used("S1", f),
    "changes": lambda data, f: data.changes(f, 1),
    "changes of people": lambda data, f: data.changes(f, 1, "first"),
    "changed_places": lambda data, f: data.changed_places(f, 1),
    "changed_places of people": lambda data, f: data.changed_places(f, 1, "first"),
    "coverage_change": lambda data, f: data.coverage_change(f, 1),
    "triangle": lambda data, f: data.triangle(f),
    "completeness_by_day": lambda data, f: data.completeness_by_day(f),
    "vaccine_days": lambda data, f: data.vaccine_days(f),
    "lot_days": lambda data, f: data.lot_days(f),
    "lots": lambda data, f: data.lots(f),
    "lot": lambda data, f: data.lot("L1", f),
    "stock": lambda data, f: data.stock(f),
    "targets": lambda data, f: data.targets(f),
    "denominators": lambda data, f: data.denominators(f),
    "denominator_checks": lambda data, f: data.denominator_checks(f),
    "rank_movement": lambda data, f: data.rank_movement(f, 1, DAY),
    "coverage_by_day": lambda data, f: data.coverage_by_day(f, [1, 4]),
    "recast": lambda data, f: data.recast(f),
    "taken_over": lambda data, f: data.taken_over(f),
}
# Of these the small world has nothing to tell, or too little to have a row of each.
SILENT = {"denominator_checks"}


def fill(data: Data, database: str) -> None:
    """Two batches of some people and doses, and one row in each table that the batches of these tests do not write."""
    rows.batch(database, people=[(DAY, 4, 1, 70)], doses=[(DAY, 4, 3, 9)])
    rows.batch(database, people=[(DAY, 4, 1, 5), (data.today(), 4, 5, 7), (data.today(), 4, 6, 8)], doses=[(DAY, 4, 4, 2)])
    with psycopg.connect(connect.conninfo(database)) as db:
        db.execute(
            "INSERT INTO warehouse.balance_entry_days VALUES (%s, %s, 1, 4, 3), (%s, '9999-12-31', 1, 4, 1)", [DAY, DAY, DAY]
        )
        db.execute(
            "INSERT INTO warehouse.balance_entry_days VALUES (%s, %s, 1, 4, 2)",
            [data.today() - timedelta(days=20), data.today()],
        )
        db.execute("INSERT INTO warehouse.balance_lots VALUES (1, 4, %s, 3, 1, 1, 'L1')", [DAY])
        names = [
            c
            for (c,) in db.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'warehouse.balance_entries_site_day'::regclass AND attnum > 3"
            )
        ]
        db.execute(
            f"INSERT INTO warehouse.balance_entries_site_day VALUES (%s, 1, 4, {', '.join(['1'] * len(names))})",
            [data.today()],
        )
        db.execute("INSERT INTO warehouse.balance_doses_site_hour VALUES (%s, 1, 4, 9, 1)", [data.today()])
        db.execute(
            "INSERT INTO warehouse.stock_movement (unit_id, site_id, vaccine_id, lot_number, kind, day, doses, document) VALUES (4, 1, 1, 'L1', 'received', %s, 40, '')",
            [DAY],
        )
        db.execute(
            "INSERT INTO warehouse.session (site_id, day, from_hour, until_hour, planned_doses) VALUES (1, %s, 7, 11, 60)",
            [data.today()],
        )
        db.execute(
            "INSERT INTO warehouse.stock_movement (unit_id, vaccine_id, lot_number, kind, day, doses, document) VALUES (4, 1, '', 'received', %s, 60, '')",
            [DAY],
        )


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_has_the_rows_that_it_promises(data, warehouse, name):
    promised = row_type(name.split(" of ")[0])
    fill(data, warehouse.url)
    found = QUESTIONS[name](data, Filters())
    assert found or name in SILENT
    for row in found:
        assert type(row) is promised and is_dataclass(row)
        for field in fields(promised):
            value = getattr(row, field.name)
            assert value is None or type(value) in (int, float, str, bool, date) or field.name.endswith("_at"), field.name
            assert (type(value) is float) == ("float" in str(field.type) and value is not None), field.name


def test_filters_reach_the_questions(data, warehouse):
    fill(data, warehouse.url)
    last = data.world().batch_id

    def whole(found):
        return next(row for row in found if row.is_self)

    assert whole(data.overdue(Filters())).due_soon == whole(data.overdue(Filters(unit="747"))).due_soon == 7
    assert whole(data.overdue(Filters(unit="755"))).due_soon == whole(data.overdue(Filters(groups=(1,)))).due_soon == 0
    assert whole(data.overdue(Filters(as_of=1))).due_soon == 0
    assert [row.people for row in data.due_by_day(Filters())] == [7]
    assert sum(row.amount for row in data.changes(Filters(basis="place"), 1)) == 2
    assert sum(row.amount for row in data.changes(Filters(), 1, "first")) == 5
    assert data.changes(Filters(as_of=1), 1) == data.changes(Filters(), last) == ()
    assert [row.doses for row in data.lots(Filters(vaccines=("PF",)))] == [3]
    assert data.lots(Filters(date_to=DAY - timedelta(days=1))) == data.lots(Filters(unit="755")) == ()
    assert data.lot(" l1 ", Filters())[0].doses == 3
    assert [row.doses for row in data.late_entries(Filters())] == [2]
    assert [row.planned_doses for row in data.site_days("S1", Filters())] == [60]
    assert {row.unit_id for row in data.recast(Filters())} == {3, 4}
    assert {(row.unit_id, row.successor_id) for row in data.taken_over(Filters())} == {(3, 3), (4, 4)}
    assert data.rank_movement(Filters(), 1, DAY)[0].moved == 0
    assert [row.people_before for row in data.rank_movement(Filters(), 1, DAY - timedelta(1)) if row.is_self] == [0]
    assert data.coverage_by_day(Filters(), [3]) == data.coverage_by_day(Filters(groups=(1,)), [4]) == ()
    assert [(row.unit_id, row.people, row.coverage) for row in data.coverage_by_day(Filters(), [4, 3])] == [(4, 75, 0.25)]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda data: data.site_days("S9", Filters()), "site: 'S9' is not known (allowed: S1)"),
        (lambda data: data.changes(Filters(), 9), "as_of: 9 is not known"),
        (lambda data: data.coverage_change(Filters(), 9), "as_of: 9 is not known"),
    ],
    ids=["a site", "changes since", "coverage since"],
)
def test_what_is_not_there_is_refused_by_name(data, warehouse, ask, said):
    rows.batch(warehouse.url)
    with pytest.raises(Unknown) as refused:
        ask(data)
    assert said in str(refused.value)


def test_without_a_table_of_stock_or_sessions_nothing_is_known(data, warehouse):
    rows.batch(warehouse.url, doses=[(DAY, 4, 4, 2)])
    assert data.stock(Filters()) == ()
    assert data.site_watch(Filters()) == (SiteWatch(1, None, None, None, None),)
    assert data.site_figures(Filters())[0].has_session is None
