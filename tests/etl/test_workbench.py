"""The engine beside the database: every statement is one that it takes, it is shut in, and both mean the same."""

import random
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from etl import arrow_copy, workbench
from etl.in_columns import _ON_BENCH
from etl.insert_select import parse
from etl.mapping import SCHEMA
from etl.statements import BALANCES, COURSE, HELD, LEDGER, LOAD, STORE
from etl.workbench import BENCH, Workbench, with_uuids
from sql import connect

FACTS = {
    "source_id": 1, "batch_id": 1, "now": datetime(2022, 6, 1, 5, 0, tzinfo=UTC), "today": date(2022, 6, 1),
    "time_zone": "Asia/Ho_Chi_Minh", "grace_days": 0, "told_before": [None], "age_bands": [1] * 151, "is_current": False,
}  # fmt: skip
GIVEN = {"hold": arrow_copy.INJECTION, "hold_persons": arrow_copy.PERSON, "hold_opened": arrow_copy.OPENED, "land": SCHEMA}
# What both engines run, in the order in which a batch runs it; a rebuild reclassifies in place of the check.
SHARED = {
    name: LOAD[name]
    for name in ("check_records", "drop_repeated", "count_incoming", "suspects", "find_ended", "find_broken", "find_retried")
}
SHARED |= {
    name: COURSE[name]
    for name in ("touch_persons", "reclassify", "read_before", "read_person_before", "work_out_courses", "read_person_after")
}
OWN = ("touch_held_persons", "changed_incoming", "changed_persons", "persons_that_changed")


@pytest.fixture(scope="module")
def bench(shared_warehouse):
    found = Workbench()
    with connect.raw_at(shared_warehouse.url, "etl_writer", autocommit=True) as db:
        for name in (*arrow_copy.REFERENCE, "residence_reading"):
            found.take(BENCH[f"keep_{name}"], arrow_copy.read(db, HELD[name]))
    for name in ("hold", "hold_persons", "hold_opened"):
        found.take(BENCH[name], GIVEN[name].empty_table())
    found.run(BENCH["hold_known"], {})
    for name in _ON_BENCH:
        found.run((LOAD | STORE)[f"create_{name}"], {})
    found.take(BENCH["land"], with_uuids(SCHEMA.empty_table()))
    return found


@pytest.mark.parametrize("name", [*SHARED, *OWN])
def test_the_workbench_accepts_every_statement(bench, name):
    bench.run((BENCH | SHARED)[name], FACTS)


def test_the_workbench_accepts_the_questions_of_ledgers_and_balances(bench):
    for statement in LEDGER.values():
        one = parse(statement)
        bench.run(one.target, {})
        bench.run(f"INSERT INTO answer {one.question}", FACTS)
        if not one.upsert:
            bench.run(f"CREATE OR REPLACE TABLE warehouse.{one.table} AS FROM answer", {})
    for one in map(parse, BALANCES.values()):
        bench.run(one.target, {})
        bench.run(f"INSERT INTO answer {one.question}", {})
        assert one.key and one.upsert and set(one.key) < set(one.columns)


def test_what_is_no_such_statement_is_refused():
    with pytest.raises(ValueError, match="no INSERT INTO warehouse"):
        parse("UPDATE warehouse.person SET doses = 0")


def test_a_statement_that_names_no_table_is_refused(bench):
    with pytest.raises(duckdb.CatalogException):
        bench.run("EXPLAIN SELECT * FROM nothing", FACTS)


@pytest.mark.both
def test_types_and_columns_are_those_of_the_warehouse(bench, shared_warehouse):
    with connect.raw_at(shared_warehouse.url, "etl_writer", autocommit=True) as db:
        for name in ("sex", "record_status", "dose_kind", "identity_status", "cause"):
            (labels,) = db.execute(f"SELECT enum_range(NULL::warehouse.{name})::text[]").fetchone()
            assert (
                bench.give(f"SELECT unnest(enum_range(NULL::warehouse.{name}))::VARCHAR AS label")["label"].to_pylist()
                == labels
            )
        for name, schema in (("injection", arrow_copy.INJECTION), ("person", arrow_copy.PERSON)):
            columns = [column.name for column in db.execute(f"SELECT * FROM warehouse.{name} LIMIT 0").description]
            assert columns == schema.names


@pytest.mark.parametrize("escape", [
    "COPY (SELECT 1) TO '/tmp/out.csv'", "SELECT * FROM read_csv('/etc/passwd')", "ATTACH '/tmp/x.db'", "INSTALL httpfs",
    "LOAD httpfs", "SET enable_external_access = true",
])  # fmt: skip
def test_nothing_leaves_by_the_workbench(escape):
    with pytest.raises((duckdb.Error, ValueError)):
        Workbench().run(escape, {})


def test_what_does_not_fit_is_said_and_goes_to_no_disk(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(workbench._SHUT_IN, "memory_limit", "50MB")
    with pytest.raises(MemoryError, match="Out of Memory Error"):
        Workbench().run(
            "CREATE TEMP TABLE large AS SELECT i, repeat('An', 50) AS name FROM range(2000000) AS r (i) ORDER BY name, i DESC",
            {},
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.both
def test_ages_days_and_hours_are_those_that_postgresql_works_out(bench, shared_warehouse):
    dice = random.Random(5)
    days = [date(1900, 1, 1) + timedelta(dice.randrange(50_000)) for _ in range(400)] + [
        date(2020, 2, 29),
        date(2021, 2, 28),
        date(2021, 3, 1),
    ]
    pairs = [(dice.choice(days), dice.choice(days)) for _ in range(800)] + [(a, b) for a in days[-3:] for b in days[-3:]]
    moments = [datetime(1976, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(2_000_000_000)) for _ in range(800)]
    with connect.raw_at(shared_warehouse.url, "etl_writer", autocommit=True) as db:
        ages = [age for (age,) in db.execute(
            "SELECT date_part('year', age(a, b))::int FROM unnest(%s::date[], %s::date[]) AS p (a, b)", [[a for a, _ in pairs], [b for _, b in pairs]])]  # fmt: skip
        found = pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
        bench.take("CREATE OR REPLACE TEMP TABLE pairs AS FROM given", found)
        assert bench.give("SELECT date_part('year', age(a, b))::INTEGER AS age FROM pairs")["age"].to_pylist() == ages
        bench.take(
            "CREATE OR REPLACE TEMP TABLE moments AS FROM given",
            pa.table({"moment": pa.array(moments, pa.timestamp("us", "UTC"))}),
        )
        for zone in ("Asia/Ho_Chi_Minh", "Europe/Rome"):
            theirs = db.execute(
                "SELECT (m AT TIME ZONE %s)::date, date_part('hour', m AT TIME ZONE %s)::int FROM unnest(%s::timestamptz[]) AS m",
                [zone, zone, moments],
            ).fetchall()
            ours = bench.give(
                "SELECT CAST(moment AT TIME ZONE $time_zone AS DATE) AS day, date_part('hour', moment AT TIME ZONE $time_zone)::INTEGER AS hour FROM moments",
                {"time_zone": zone},
            )
            assert [tuple(row.values()) for row in ours.to_pylist()] == theirs


@pytest.mark.both
def test_rows_are_compared_and_ordered_as_postgresql_does(bench, shared_warehouse):
    """Of versions of one moment the greater one stays: what is not there is the greatest, text goes by its bytes."""
    texts, numbers = (None, "", "a", "B", "é", "a b"), (None, -1, 0, 7)
    pairs = ", ".join(
        f"({'NULL' if t is None else repr(t)}::text, {'NULL' if n is None else n}::smallint)" for t in texts for n in numbers
    )
    question = f"""
        WITH pairs AS (SELECT t, n, CASE WHEN true THEN ROW(t COLLATE "C", n) END AS content FROM (VALUES {pairs}) AS p (t, n))
        SELECT row_number() OVER (ORDER BY a.content DESC, b.content DESC) AS place, a.t, a.n, b.t AS t2, b.n AS n2,
            a.content > b.content AS greater, a.content = b.content AS equal, a.content IS DISTINCT FROM b.content AS other
        FROM pairs a CROSS JOIN pairs b ORDER BY place"""
    with connect.raw_at(shared_warehouse.url, "etl_writer", autocommit=True) as db:
        theirs = db.execute(question).fetchall()
    assert [tuple(row.values()) for row in bench.give(question).to_pylist()] == theirs
    assert len(theirs) == (len(texts) * len(numbers)) ** 2
