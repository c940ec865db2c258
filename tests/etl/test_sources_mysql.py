"""MariaDB as a source: instants and wall times side by side, whatever the server's zone. Skipped where it is not installed
(Debian: apt install mariadb-server)."""

import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pymysql
import pytest

from etl import sources
from etl.settings import DatabaseSource
from etl.sources import START, Cursor
from etl.sources.kinds import open_source
from tests.etl.test_sources_database import closed_afterwards, drained, opened  # noqa: F401 - a fixture

PROGRAMS = [shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("mariadbd", "mariadb-install-db")]
pytestmark = pytest.mark.skipif(None in PROGRAMS, reason="no MariaDB here: apt install mariadb-server")

BASE = datetime(2021, 10, 4, 23, 30, tzinfo=UTC)  # half past six of 5 October in Viet Nam
WALL = "2021-10-05 06:30:00"


class Mariadb:
    """A server of the tests' own, in UTC unless told otherwise."""

    def __init__(self, folder):
        self.folder = folder
        self.port = _free_port()
        user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run([PROGRAMS[1], "--no-defaults", f"--datadir={folder}/data", "--auth-root-authentication-method=normal",
                        "--skip-test-db", *user], check=True, capture_output=True)  # fmt: skip
        self.process = subprocess.Popen(
            [PROGRAMS[0], "--no-defaults", f"--datadir={folder}/data", f"--socket={folder}/socket", f"--port={self.port}",
             "--bind-address=127.0.0.1", "--skip-grant-tables", "--default-time-zone=+00:00", "--innodb-buffer-pool-size=16M",
             "--skip-networking=0", *user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.process.kill()
            raise

    def _wait(self) -> None:
        for _ in range(300):
            try:
                return self.run("CREATE DATABASE IF NOT EXISTS platform")
            except pymysql.OperationalError:
                assert self.process.poll() is None, "MariaDB did not start"
                time.sleep(0.1)
        raise TimeoutError("MariaDB did not answer")

    def run(self, *statements: str, database: str | None = None) -> None:
        with closing(
            pymysql.connect(host="127.0.0.1", port=self.port, user="root", database=database, autocommit=True)
        ) as db:
            for statement in statements:
                db.cursor().execute(statement)

    @property
    def url(self) -> str:
        return f"mariadb://root@127.0.0.1:{self.port}/platform"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Mariadb(tmp_path_factory.mktemp("mariadb"))
    yield started
    started.process.terminate()
    started.process.wait(30)


@pytest.fixture(params=["+00:00", "+07:00", "-05:00"])
def mariadb(request, server) -> Mariadb:
    server.run(f"SET GLOBAL time_zone = '{request.param}'", "DROP TABLE IF EXISTS platform.injections")
    return server


def table(mariadb: Mariadb, id_type: str, clock_type: str, injected_type: str = "TIMESTAMP") -> None:
    mariadb.run(f"CREATE TABLE platform.injections (id {id_type} PRIMARY KEY, CCCD text, `điểm` text, vx text, "
                f"tiem {injected_type} NULL, nhap DATETIME NULL, sua {clock_type} NULL)")  # fmt: skip


def enter(mariadb: Mariadb, number, microseconds: int = 0) -> None:
    """One dose; its instants are written by a session in Viet Nam, as a program there does."""
    moment = f"{datetime.fromisoformat(WALL) + timedelta(microseconds=microseconds)}"
    mariadb.run("SET time_zone = '+07:00'", f"INSERT INTO platform.injections VALUES ('{number}', '077085001234', 'S1', 'AZ', "
                f"'{WALL}', '{WALL}', '{moment}')")  # fmt: skip


FIELDS = {"record_id": "id", "person_id": "CCCD", "site_code": "điểm", "vaccine_code": "vx", "injected_at": "tiem",
          "recorded_at": "nhap", "updated_at": "sua"}  # fmt: skip


@pytest.mark.parametrize("clock_type", ["TIMESTAMP(6)", "DATETIME(6)"])
@pytest.mark.parametrize("injected_type", ["TIMESTAMP", "DATETIME"])
def test_an_instant_and_what_the_clock_showed_are_one_moment(mariadb, clock_type, injected_type):
    table(mariadb, "varchar(20)", clock_type, injected_type)
    enter(mariadb, "a")
    (record,) = opened(mariadb.url, FIELDS).read_after(START, 10).records.to_pylist()
    assert [record[name] for name in ("injected_at", "recorded_at", "updated_at")] == [BASE] * 3


@pytest.mark.parametrize("id_type", ["bigint", "varchar(20)"])
@pytest.mark.parametrize("clock_type", ["TIMESTAMP(6)", "DATETIME(6)"])
def test_pages_follow_each_other_without_a_gap(mariadb, id_type, clock_type):
    table(mariadb, id_type, clock_type)
    for number in range(1, 8):
        enter(mariadb, number, number // 2)
    expected = [(BASE + timedelta(microseconds=number // 2), str(number)) for number in range(1, 8)]
    source = opened(mariadb.url, FIELDS)
    assert drained(source, 2) == expected
    again = opened(mariadb.url, FIELDS)  # after a restart, from the cursor alone
    assert drained(again, 3, Cursor(*expected[2])) == expected[3:]
    keys = again.changed_keys(BASE, Cursor(*expected[-1]))
    assert sorted(keys["record_id"].to_pylist()) == sorted(number for _moment, number in expected)
    assert again.read_records(["3", "5"]).records.num_rows == 2 and again.has_row("7") and not again.has_row("9")


def test_a_clock_that_becomes_another_kind_is_noticed(mariadb):
    table(mariadb, "varchar(20)", "DATETIME(6)")
    enter(mariadb, "a")
    source = opened(mariadb.url, FIELDS)
    cursor = source.read_after(START, 10).cursor
    mariadb.run("SET time_zone = '+07:00'", "ALTER TABLE platform.injections MODIFY sua TIMESTAMP(6) NULL")
    enter(mariadb, "b", 5)
    assert source.read_after(cursor, 10).records["record_id"].to_pylist() == ["b"]


@pytest.mark.parametrize("clock_type", ["TIMESTAMP(6)", "DATETIME(6)", "DATE"])
def test_a_time_that_can_be_none_is_among_those_without_a_place_and_hides_no_other(mariadb, clock_type):
    table(mariadb, "bigint", clock_type)
    odd = ["0000-00-00", *(["0015-10-05", "9999-12-31"] if clock_type != "TIMESTAMP(6)" else [])]
    mariadb.run(
        "SET sql_mode = ''",
        "SET time_zone = '+00:00'",
        *(
            f"INSERT INTO platform.injections VALUES ('{n}', NULL, 'S1', 'AZ', '{WALL}', '{WALL}', '{text}')"
            for n, text in enumerate(odd, 1)
        ),
    )
    enter(mariadb, 7)
    source = opened(mariadb.url, FIELDS)
    page = source.read_after(START, 10)
    assert page.records["record_id"].to_pylist() == ["7"] and page.cursor is not None
    keys = pa.concat_tables(source.unplaced_keys())
    numbers = [f"{n}" for n in range(1, len(odd) + 1)]
    assert sorted(keys["record_id"].to_pylist()) == numbers and keys["updated_at"].null_count == len(odd)
    found = source.read_records(numbers).records.sort_by("record_id").to_pylist()
    assert [json.loads(record["unreadable"])["updated_at"][:10] for record in found] == odd
    assert source.describe()["without_time"] == len(odd)


def test_the_source_is_only_read(mariadb):
    table(mariadb, "varchar(20)", "TIMESTAMP(6)")
    source = opened(mariadb.url, FIELDS)
    with pytest.raises(sources.SourceError, match="READ ONLY"):
        source._run(lambda db: db.exec_driver_sql("DELETE FROM injections"))


def test_an_address_without_a_driver_takes_ours():
    found = open_source("platform", DatabaseSource(kind="database", url="mysql://root@127.0.0.1:1/x", table="t", fields=FIELDS),
                         "Asia/Ho_Chi_Minh", b"k" * 32)  # fmt: skip
    with pytest.raises(sources.SourceError, match="the database at 127.0.0.1 does not answer"):
        found.read_after(START, 1)
