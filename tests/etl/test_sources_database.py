"""A database as a source: PostgreSQL by COPY, any other by SQLAlchemy, with the same promises."""

import json
import os
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.settings import DatabaseSource
from etl.sources import START, Cursor, SourceError
from etl.sources.kinds import open_source
from sql import connect
from tests.processes import becomes

KEY = b"k" * 32
ZONE = "Asia/Ho_Chi_Minh"
FIELDS = {
    "record_id": "id", "person_id": "CCCD", "site_code": "điểm", "vaccine_code": "vx", "injected_at": "tiem",
    "updated_at": "sua",
}  # fmt: skip
HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}' AND datname = current_database()"
)
BASE = datetime(2021, 11, 5, 1, 0, tzinfo=UTC)


def opened(url: str, fields=FIELDS, name="platform", **more):
    given_ = {"kind": "database", "url": url, "table": "injections", "fields": fields} | more
    if "query" in more:
        del given_["table"]
    source = open_source(name, DatabaseSource.model_validate_json(json.dumps(given_)), ZONE, KEY)
    _OPENED.append(source)
    return source


_OPENED: list = []


@pytest.fixture(autouse=True)
def closed_afterwards():
    yield
    while _OPENED:
        _OPENED.pop().close()


class Platform:
    """A source's own database, of either kind, written by its own SQL."""

    def __init__(self, url: str, kind: str, id_type: str, time_type: str):
        self.url, self.kind, self.id_type, self.time_type = url, kind, id_type, time_type
        self.run(
            f'CREATE TABLE injections (id {id_type} PRIMARY KEY, "CCCD" text, "điểm" text, vx text, '
            f"tiem {time_type}, sua {time_type})"
        )

    def run(self, statement: str, *values) -> None:
        if self.kind == "sqlite":
            with sqlite3.connect(self.url.removeprefix("sqlite:///")) as db:
                db.execute(statement.replace("%s", "?"), values)
            db.close()
        else:
            with psycopg.connect(connect.conninfo(self.url), autocommit=True) as db:
                db.execute(statement, values)

    def time(self, moment: datetime):
        if self.time_type == "timestamptz":
            return moment
        wall = moment.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=7)
        return wall if self.kind == "postgresql" else wall.isoformat(sep=" ")

    def enter(self, number, after=0, site="S1") -> None:
        """One record, changed `after` microseconds after BASE."""
        moment = self.time(BASE + timedelta(microseconds=after))
        self.run(
            "INSERT INTO injections VALUES (%s, %s, %s, %s, %s, %s)", number, "077085001234", site, "AZ", moment, moment
        )


KINDS = [
    "postgresql-bigint-timestamptz",
    "postgresql-text-timestamp",
    "postgresql-uuid-timestamptz",
    "sqlite-text-text",
    "sqlite-integer-text",
]


@pytest.fixture(scope="module")
def one_database(postgres) -> str:
    """For all tests here: each makes its table anew."""
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute("CREATE DATABASE platform_of_tests")
    return postgres.url("platform_of_tests")


@pytest.fixture
def emptied(one_database) -> str:
    with connect.raw_at(one_database, "owner", autocommit=True) as db:
        db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return one_database


@pytest.fixture(params=KINDS)
def platform(request, tmp_path) -> Platform:
    kind, id_type, time_type = request.param.split("-")
    url = f"sqlite:///{tmp_path}/platform.db" if kind == "sqlite" else request.getfixturevalue("emptied")
    return Platform(url, kind, id_type, time_type)


@pytest.fixture
def postgresql(emptied) -> Platform:
    return Platform(emptied, "postgresql", "text", "timestamptz")


@pytest.mark.parametrize("with_rows", [False, True])
def test_a_row_is_there_or_not_by_its_own_number_whatever_it_yields(platform, with_rows):
    rows = [{"dose_number": {"value": n}, "vaccine_code": f"vx{n}", "injected_at": "tiem"} for n in (1, 2)]
    platform.run("ALTER TABLE injections ADD COLUMN vx1 text")
    platform.run("ALTER TABLE injections ADD COLUMN vx2 text")
    number = {"bigint": 17, "integer": 17}.get(platform.id_type, "aaaaaaaa-0000-0000-0000-000000000009")
    platform.run("INSERT INTO injections (id, sua) VALUES (%s, %s)", number, platform.time(BASE))
    source = opened(platform.url, rows=rows) if with_rows else opened(platform.url)
    cursor = source.read_after(START, 10).cursor
    assert source.has_row(cursor.record_id)
    source.read_records([cursor.record_id])  # asks for that very number: no error of a cut one
    platform.run("DELETE FROM injections")
    assert not source.has_row(cursor.record_id)


def drained(source, limit, cursor=START) -> list[tuple[datetime, str]]:
    found = []
    while True:
        page = source.read_after(cursor, limit)
        found += zip(page.records["updated_at"].to_pylist(), page.records["record_id"].to_pylist(), strict=True)
        cursor = page.cursor or cursor
        if not page.more:
            return found


@pytest.fixture
def ids(platform, request):
    kind = request.node.callspec.params["platform"]
    if "uuid" in kind:
        return lambda n: f"00000000-0000-0000-0000-{n:012}"
    if "bigint" in kind or "integer" in kind:
        return lambda n: n
    return lambda n: f"{n:04}"


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_record_comes_once_in_order_whatever_the_page(platform, ids, limit):
    # 9 and 10 tell whether ids are compared as the source sorts them; ties, and a microsecond apart
    changes = [(9, 0), (10, 0), (11, 0), (2, 1), (1, 1), (3, 2_000_000), (4, 86_400_000_000)]
    for n, after in changes:
        platform.enter(ids(n), after)
    found = drained(opened(platform.url), limit)
    assert [moment - BASE for moment, _ in found] == [
        timedelta(microseconds=a) for _, a in sorted(changes, key=lambda c: c[1])
    ]
    assert [text for _, text in found] == [str(ids(n)) for n in (9, 10, 11, 1, 2, 3, 4)]


def test_a_new_program_goes_on_where_the_last_one_stopped(platform, ids):
    for n in range(6):
        platform.enter(ids(n), n // 3)
    first = opened(platform.url).read_after(START, 2)
    rest = drained(opened(platform.url), 2, first.cursor)
    assert [text for _, text in rest] == [str(ids(n)) for n in range(2, 6)]
    assert drained(opened(platform.url), 10, Cursor(*rest[-1])) == []


def test_a_stream_gives_what_the_pages_give(platform, ids):
    for n in range(25):
        platform.enter(ids(n), n // 4)
    source = opened(platform.url)
    pages = list(source.stream(START, 10))
    assert [(page.received, page.more) for page in pages] == [(10, True), (10, True), (5, False)]
    assert [(page.received, page.more) for page in source.stream(START, 25)] == [(25, False)]
    assert [source.read_after(START, limit).more for limit in (24, 25, 26)] == [True, False, False]
    streamed = [text for page in pages for text in page.records["record_id"].to_pylist()]
    assert streamed == [text for _, text in drained(source, 7)]
    assert source.read_after(pages[-1].cursor, 10).received == 0


def test_a_stream_that_is_left_half_read_disturbs_nothing(platform, ids):
    for n in range(25):
        platform.enter(ids(n), n)
    source = opened(platform.url)
    stream = source.stream(START, 10)
    assert next(stream).received == 10
    stream.close()
    assert source.read_after(START, 100).received == 25


def test_an_empty_source_is_no_error(platform, ids):
    source = opened(platform.url)
    page = source.read_after(START, 10)
    assert (page.received, page.cursor, page.more) == (0, None, False)
    assert [p.received for p in source.stream(START, 10)] in ([], [0])
    assert source.changed_keys(BASE, Cursor(BASE, str(ids(1)))).num_rows == 0
    platform.enter(ids(1))
    assert source.read_after(START, 10).received == 1


def test_the_keys_of_the_look_back(platform, ids):
    for n in range(10):
        platform.enter(ids(n), n * 1_000_000)
    source = opened(platform.url)
    until = Cursor(BASE + timedelta(seconds=7), str(ids(7)))
    for _ in range(2):  # once without having read anything, once after
        keys = source.changed_keys(BASE + timedelta(seconds=5), until)
        assert keys["record_id"].to_pylist() == [str(ids(n)) for n in (5, 6, 7)]
        assert keys["updated_at"].to_pylist() == [BASE + timedelta(seconds=s) for s in (5, 6, 7)]
        drained(source, 3)


def test_records_by_number(platform, ids):
    for n in range(5):
        platform.enter(ids(n), n, site=f"S{n}")
    source = opened(platform.url)
    wanted = [str(ids(n)) for n in (1, 3)] + [str(ids(77))]
    records = source.read_records(wanted).records.to_pylist()
    assert sorted((r["record_id"], r["site_code"]) for r in records) == [(wanted[0], "S1"), (wanted[1], "S3")]
    assert source.read_records([]).received == 0


def test_rows_of_the_far_future_wait(platform, ids):
    platform.enter(ids(1))
    platform.enter(ids(2), 10 * 365 * 86_400_000_000)
    source = opened(platform.url)
    page = source.read_after(START, 10, to=BASE + timedelta(hours=1))
    assert (page.received, page.cursor.updated_at) == (1, BASE)
    assert source.read_after(page.cursor, 10).received == 1


def test_rows_without_a_time_of_change_are_counted(platform, ids):
    platform.enter(ids(1))
    platform.run("INSERT INTO injections (id) VALUES (%s)", ids(2))
    source = opened(platform.url)
    assert source.describe() == {"kind": "database", "rows": 2, "without_time": 1, "ahead": 0}
    assert [text for _, text in drained(source, 10)] == [str(ids(1))]


def test_a_query_is_a_source_too(platform, ids):
    platform.enter(ids(1), site="S1")
    platform.enter(ids(2), site="S2")
    query = """select id, "CCCD", "điểm", vx, tiem, sua from injections where "điểm" <> 'S1 :x 100%';"""
    assert [text for _, text in drained(opened(platform.url, query=query), 10)] == [str(ids(1)), str(ids(2))]


def test_one_row_with_two_doses(platform, ids):
    platform.enter(ids(1))
    platform.enter(ids(2), 5)
    platform.run("ALTER TABLE injections ADD COLUMN vx2 text")
    platform.run("UPDATE injections SET vx2 = 'PF' WHERE id = %s", ids(2))
    rows = [
        {"dose_number": {"value": 1}},
        {"dose_number": {"value": 2}, "vaccine_code": "vx2", "injected_at": {"column": "vx2"}},
    ]
    source = opened(platform.url, rows=rows)
    page = source.read_after(START, 10)
    expected = [f"{ids(1)}-1", f"{ids(2)}-1", f"{ids(2)}-2"]
    assert sorted(page.records["record_id"].to_pylist()) == expected
    assert page.cursor.record_id == str(ids(2))
    assert sorted(source.changed_keys(BASE, page.cursor)["record_id"].to_pylist()) == expected
    assert sorted(source.read_records([f"{ids(2)}-2"]).records["record_id"].to_pylist()) == expected[1:]


def test_a_column_that_is_not_there_is_named(platform):
    with pytest.raises(
        SourceError,
        match=r'^sources\.platform\.fields\.sex: column "gioi" is not in table "injections"; it has: id, CCCD, ',
    ):
        opened(platform.url, FIELDS | {"sex": "gioi"}).read_after(START, 10)


def test_a_column_renamed_while_we_read_is_named_and_forgiven(platform, ids):
    platform.enter(ids(1))
    source = opened(platform.url)
    assert source.read_after(START, 10).received == 1
    platform.run("ALTER TABLE injections RENAME COLUMN vx TO vac_xin")
    for _ in range(2):
        with pytest.raises(SourceError, match=r'fields\.vaccine_code: column "vx" is not in table'):
            source.read_after(START, 10)
    platform.run("ALTER TABLE injections RENAME COLUMN vac_xin TO vx")
    assert source.read_after(START, 10).received == 1


def test_a_table_that_is_not_there_is_named(platform):
    with pytest.raises(SourceError, match=r"sources\.platform: .*nowhere"):
        opened(platform.url, table="nowhere").read_after(START, 10)


@pytest.mark.parametrize("password", ["s3cret", "p@ss/wörd %41"])
def test_a_source_that_is_down_says_so_without_its_password(password):
    url = f"postgresql://reader:{quote(password, safe='')}@127.0.0.1:9/platform?connect_timeout=2"
    with pytest.raises(SourceError, match=r"sources\.platform: the database at 127\.0\.0\.1 does not answer: ") as refused:
        opened(url).read_after(START, 10)
    assert password not in str(refused.value) and quote(password, safe="") not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("url", ["not an address", "nosuch://host/db", "mysql+nosuch://host/db"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SourceError, match=r"sources\.platform\.url: "):
        opened(url)


@pytest.mark.parametrize(
    "fields", [{"record_id": {"hash": ["CCCD"]}}, {"updated_at": {"join": ["a", "b"]}}, {"record_id": {"value": 1}}]
)
def test_the_order_needs_columns(fields):
    with pytest.raises(SourceError, match="must be a column, as it is; a query may make one"):
        opened("sqlite:///x.db", FIELDS | fields)


# -- PostgreSQL


def test_odd_values_of_postgresql_stop_nothing(postgresql):
    postgresql.enter("a")
    postgresql.run("INSERT INTO injections VALUES ('b', 'x''y', E'S\\n\"1\\\\', '', 'infinity', '2021-11-05 01:00:01+00')")
    postgresql.run("INSERT INTO injections VALUES ('c', NULL, 'S1', 'AZ', '0044-03-15 BC', '2021-11-05 01:00:02+00')")
    postgresql.run(
        "INSERT INTO injections VALUES ('d', NULL, 'S1', 'AZ', now(), 'infinity'), "
        "('e', NULL, 'S1', 'AZ', now(), '-infinity')"
    )
    page = opened(postgresql.url).read_after(START, 10)
    a, b, c = page.records.to_pylist()
    assert a["injected_at"] == BASE and a["unreadable"] is None
    assert (b["site_code"], b["vaccine_code"], b["injected_at"]) == ('S\n"1\\', None, None)
    assert json.loads(b["unreadable"]) == {"injected_at": "infinity"}
    assert list(json.loads(c["unreadable"])) == ["injected_at"]
    assert page.cursor == Cursor(BASE + timedelta(seconds=2), "c")
    assert opened(postgresql.url).describe() == {"kind": "database", "rows": 5, "without_time": 2, "ahead": 0}


def test_typed_columns_come_typed(postgresql):
    postgresql.run("ALTER TABLE injections ADD nu boolean, ADD sinh date, ADD mui smallint, ADD gia numeric(9,2)")
    postgresql.enter("a")
    postgresql.run("UPDATE injections SET nu = true, sinh = '1985-02-01', mui = 2, gia = 12.50")
    fields = FIELDS | {
        "sex": {"column": "nu", "values": {"true": "female", "false": "male"}},
        "birth_date": "sinh",
        "dose_number": "mui",
        "lot_number": "gia",
    }
    (record,) = opened(postgresql.url, fields).read_after(START, 10).records.to_pylist()
    assert (record["sex"], str(record["birth_date"]), record["dose_number"], record["lot_number"]) == (
        "female",
        "1985-02-01",
        2,
        "12.50",
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=5)
            .map(str.strip)
            .filter(bool),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda c: c[0],
    )
)
def test_any_id_pages_in_the_order_of_the_source(postgresql, changes):
    postgresql.run("TRUNCATE injections")
    for text, after in changes:
        postgresql.enter(text, after)
    found = drained(opened(postgresql.url), 2)
    assert sorted(text for _, text in found) == sorted(text for text, _ in changes)


def test_the_cursor_uses_the_index_of_the_source(postgresql):
    postgresql.run(
        "INSERT INTO injections SELECT i, 'x', 'S1', 'AZ', now(), timestamptz '2021-11-05' + i * interval '1 s' "
        "FROM generate_series(1, 20000) i"
    )
    postgresql.run("CREATE INDEX by_change ON injections (sua, id)")
    postgresql.run("ANALYZE injections")
    source = opened(postgresql.url)
    page = source.read_after(START, 15_000)
    query = source.statements.after(source.mapper.columns, source._place(page.cursor), source._ends(None), 1000)
    with source._engine.connect() as db:
        compiled = query.compile(dialect=db.dialect)
        plan = "\n".join(row[0] for row in db.exec_driver_sql("EXPLAIN " + str(compiled), compiled.params))
    assert "Index Scan using by_change" in plan and "Sort" not in plan
    assert "ROW(sua, id) >" in plan.partition("Index Cond:")[2].partition("Filter")[0]


def test_an_error_does_not_repeat_the_value_that_it_is_about(postgresql):
    postgresql.enter("a", site="Nguyễn Thị Lan")
    with pytest.raises(SourceError, match=r"sources\.platform: refused: invalid input syntax") as refused:
        opened(postgresql.url, query='select *, "điểm"::date as day from injections where "điểm"::date > now()').read_after(
            START, 10
        )
    assert "Lan" not in str(refused.value)


def test_a_source_cannot_be_written_through(postgresql):
    source = opened(postgresql.url, query="select *, nextval('s') from injections")
    postgresql.run("CREATE SEQUENCE s")
    postgresql.enter("a")
    with pytest.raises(SourceError, match="read-only"):
        source.read_after(START, 10)


def test_a_change_wakes_and_a_lost_connection_mends_itself(postgresql):
    source = opened(postgresql.url, listen="injections_changed")
    assert source.wait_for_wake(1)  # the ear is new: something may have come before it
    assert not source.wait_for_wake(0.05)
    threading.Timer(0.2, lambda: postgresql.run("NOTIFY injections_changed")).start()
    begun = time.monotonic()
    assert source.wait_for_wake(10) and time.monotonic() - begun < 5
    postgresql.run(HANG_UP.format("vaccination etl (listening)"))
    assert not source.wait_for_wake(0.1)
    assert source.wait_for_wake(5)  # there again, and may have missed something
    postgresql.run("NOTIFY injections_changed")
    assert source.wait_for_wake(5)
    source.close()


def test_a_source_that_comes_back_is_read_again(postgresql):
    postgresql.enter("a")
    source = opened(postgresql.url)
    assert source.read_after(START, 10).received == 1
    postgresql.run(HANG_UP.format("vaccination etl"))
    assert source.read_after(START, 10).received == 1
    source.close()


@pytest.mark.parametrize("to", ["timestamptz USING sua AT TIME ZONE 'Asia/Ho_Chi_Minh'", "timestamptz", "date"])
def test_a_clock_that_becomes_another_kind_is_noticed_at_the_next_look(emptied, to):
    """Nothing is refused: its hours are compared with those of another zone, and what is new would wait for hours."""
    platform = Platform(emptied, "postgresql", "text", "timestamp")
    for number in range(3):
        platform.enter(f"a{number}", number)
    source = opened(platform.url)
    cursor = source.read_after(START, 10).cursor
    platform.run(f"ALTER TABLE injections ALTER sua TYPE {to}")
    platform.time_type = "timestamptz"
    platform.enter("b", 86_400_000_000 if to == "date" else 1_000_000)
    found = source.read_after(cursor, 10).records["record_id"].to_pylist()
    assert "b" in found
    assert (found == ["b"]) is ("USING" in to or to == "date")  # else the old ones changed, too: they are hours later now


def test_a_clock_of_texts_that_becomes_one_of_another_kind_is_noticed(tmp_path):
    platform = Platform(f"sqlite:///{tmp_path}/platform.db", "sqlite", "text", "text")
    platform.enter("a")
    source = opened(platform.url)
    cursor = source.read_after(START, 10).cursor
    platform.run("DROP TABLE injections")
    platform.run('CREATE TABLE injections (id integer PRIMARY KEY, "CCCD" text, "điểm" text, vx text, tiem text, sua text)')
    platform.enter(7, 5)
    assert source.read_after(cursor, 10).records["record_id"].to_pylist() == ["7"]


def of_source(url: str, but: int = 0) -> int:
    """The process of the source's own server that serves us."""
    ours = "SELECT pid FROM pg_stat_activity WHERE application_name = 'vaccination etl' AND datname = current_database() AND pid <> %s"
    with connect.raw_at(url, "owner", autocommit=True) as db:
        return db.execute(ours, [but]).fetchone()[0]


def test_a_question_that_is_not_answered_ends(postgresql):
    postgresql.enter(1)
    source = opened(postgresql.url, answer_within_seconds=1)
    with connect.raw_at(postgresql.url, "owner") as somebody:
        somebody.execute("LOCK TABLE injections")
        with pytest.raises(SourceError, match="does not answer: no answer for 1 s"):
            source.read_after(START, 10)
    assert source.read_after(START, 10).received == 1


def test_a_connection_that_stands_still_is_given_up_for_another(postgresql):
    postgresql.enter(1)
    source = opened(postgresql.url, answer_within_seconds=1)
    assert source.read_after(START, 10).received == 1
    frozen = of_source(postgresql.url)
    os.kill(frozen, signal.SIGSTOP)
    try:
        assert source.read_after(START, 10).received == 1
        assert of_source(postgresql.url, but=frozen)
    finally:
        os.kill(frozen, signal.SIGCONT)


def test_who_reads_a_source_that_is_closed_is_let_go(postgresql):
    postgresql.enter(1)
    source = opened(postgresql.url)
    assert source.read_after(START, 10).received == 1
    with connect.raw_at(postgresql.url, "owner") as somebody, ThreadPoolExecutor(1) as aside:
        somebody.execute("LOCK TABLE injections")
        reading = aside.submit(source.read_after, START, 10)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        with connect.raw_at(postgresql.url, "owner", autocommit=True) as db:
            assert becomes(lambda: db.execute(waits).fetchone() == (1,))
        source.close()
        with pytest.raises(SourceError):
            reading.result(5)
