"""Statements by name, the clock, and addresses."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg.conninfo import conninfo_to_dict

import sql
from sql import connect, filters
from sql.clock import Clock, shift_to
from sql.measures import MEASURES


def test_a_file_is_split_into_its_named_statements():
    found = sql.statements("x.sql", "-- about\n-- name: one\nSELECT 1\n\n-- name: two\n-- why\nSELECT 2\n")
    assert found == {"one": "SELECT 1", "two": "-- why\nSELECT 2"}


@pytest.mark.parametrize(
    ("source", "said"),
    [("SELECT 1", "no '-- name:' line"), ("-- name: one\nA\n-- name: one\nB", "the statement name one is used twice")],
)
def test_a_file_without_clear_names_is_refused(source, said):
    with pytest.raises(ValueError, match=f"sql/x.sql: .*{said}"):
        sql.statements("x.sql", source)


def test_every_file_of_queries_has_names():
    for file in sorted((sql.FOLDER / "queries").glob("*.sql")):
        assert sql.load(f"queries/{file.name}")


def test_the_clock_is_shifted_by_whole_days():
    assert abs(Clock(-100).now() - (datetime.now(UTC) - timedelta(days=100))) < timedelta(seconds=5)
    assert Clock(shift_to(date(2021, 11, 5), "Asia/Ho_Chi_Minh")).today("Asia/Ho_Chi_Minh") == date(2021, 11, 5)


def test_an_address_means_the_same_to_both_drivers():
    url = "postgres://an%40a:p%20w%2F@/warehouse?host=%2Fa%20b%2Fc"
    assert connect.engine_at(url, "owner").url.query["host"] == "/a b/c"
    expected = {"user": "an@a", "password": "p w/", "dbname": "warehouse", "host": "/a b/c"}
    assert conninfo_to_dict(connect.conninfo(url)) == expected


def test_another_kind_of_database_is_refused_as_warehouse():
    with pytest.raises(connect.NoWarehouse, match="must be PostgreSQL, not sqlite"):
        connect.engine_at("sqlite://", "owner")


@pytest.mark.both
@pytest.mark.parametrize("role", ["owner", "etl_writer", "dashboard_reader"])
def test_each_role_has_its_own_door(warehouse, role):
    with connect.raw_at(warehouse.url, role) as db:
        found = db.execute("SELECT current_user, current_setting('TimeZone'), current_setting('transaction_read_only')")
        expected = "postgres" if role == "owner" else role
        assert found.fetchone() == (expected, "UTC", "on" if role == "dashboard_reader" else "off")


def test_what_is_written_for_each_measure_is_spelt_out_once_for_each():
    found = sql.expand("SELECT day, {each sum(@) AS @} FROM x WHERE a = '{-1}'")
    assert found.startswith("SELECT day, sum(doses) AS doses, sum(duplicates) AS duplicates, ")
    assert found.endswith(", sum(app_unknown) AS app_unknown FROM x WHERE a = '{-1}'")
    assert found.count("sum(") == len(MEASURES)
    summed = sql.expand("{each @sum AS @}")
    assert summed.startswith("sum(dose) AS doses, sum(sign - dose) AS duplicates, coalesce(sum(dose) FILTER (WHERE ")
    assert summed.count(" AS ") == len(MEASURES)


def test_what_is_written_for_each_filter_of_who_is_spelt_out_once_for_each(monkeypatch):
    groups, sexes = filters.Filter("groups", "priority_group", True, True), filters.Filter("sexes", "sex")
    monkeypatch.setattr(filters, "WHO", (groups, sexes))
    for written, spelt in {
        "{who p_@ smallint[]}": "p_groups smallint[], p_sexes smallint[]",
        "{who and: (p_@ IS NULL OR b.@column = ANY (p_@))}":
            "(p_groups IS NULL OR b.priority_group = ANY (p_groups)) AND (p_sexes IS NULL OR b.sex = ANY (p_sexes))",
        "{who or: p_@ IS NOT NULL}": "p_groups IS NOT NULL OR p_sexes IS NOT NULL",
        "{who has_sum and: b.@column > 0}": "b.priority_group > 0",
        "{who not has_population and: p_@ IS NULL}": "p_sexes IS NULL",
        "{who weighed p_@}": "p_groups, p_sexes, p_sexes",
        "(p_groups smallint[]{more p_@ smallint[] DEFAULT NULL})": "(p_groups smallint[], p_sexes smallint[] DEFAULT NULL)",
    }.items():  # fmt: skip
        assert sql.expand(written) == spelt
    monkeypatch.setattr(filters, "WHO", (groups,))
    assert sql.expand("(p_level integer{more p_@ smallint[]})") == "(p_level integer)"
    assert sql.expand("{who not has_population and: p_@ IS NULL}") == "true"
    assert sql.expand("{who not has_population or: p_@ IS NOT NULL}") == "false"


def test_nothing_is_left_to_be_spelt_out():
    files = [file for room in ("queries", "questions", "views") for file in (sql.FOLDER / room).glob("*.sql")]
    assert [
        file.name for file in files if re.search(r"\{(who|more|each)\b", sql.expand(file.read_text(encoding="utf-8")))
    ] == []
