"""A server that stands still: who waits for it is let go."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from sql import connect, patience


@contextmanager
def frozen(pid: int):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_an_answer_that_does_not_come_ends_the_connection(database):
    with connect.raw_at(database, "owner", seconds=0.3, autocommit=True) as db:
        with frozen(db.info.backend_pid), pytest.raises(psycopg.OperationalError, match=r"no answer for 0\.3 s"):
            db.execute("SELECT 1")
        assert db.closed


def test_a_pool_is_patient_in_the_same_way_and_goes_on_with_another_connection(database):
    pool = connect.engine_at(database, "owner", seconds=0.3, pool_pre_ping=False)
    with pool.connect() as db:
        pid = db.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with frozen(pid), pytest.raises(sa.exc.OperationalError, match=r"no answer for 0\.3 s"):
            db.exec_driver_sql("SELECT 1")
    with pool.connect() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1
    pool.dispose()


def test_who_listens_is_not_hurried(database):
    with connect.raw_at(database, "owner", seconds=0.1, autocommit=True) as db:
        assert list(db.notifies(timeout=0.5)) == []
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_who_waits_in_another_thread_can_be_let_go(database):
    with connect.raw_at(database, "owner", autocommit=True) as db, ThreadPoolExecutor(1) as aside:
        waiting = aside.submit(db.execute, "SELECT pg_sleep(60)")
        time.sleep(0.2)
        before = time.monotonic()
        patience.cut(db)
        with pytest.raises(psycopg.OperationalError):
            waiting.result(10)
        assert time.monotonic() - before < 5


def test_a_port_that_takes_calls_and_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setitem(patience.LINE, "connect_timeout", 2)  # libpq's least
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        before = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            connect.raw_at(f"postgresql://nobody@127.0.0.1:{mute.getsockname()[1]}/x", "owner")
        assert time.monotonic() - before < 6


@pytest.mark.parametrize(
    ("role", "limit", "value"),
    [("etl_writer", "lock_timeout", "1min"), ("etl_writer", "idle_in_transaction_session_timeout", "10min"),
     ("dashboard_reader", "idle_in_transaction_session_timeout", "1min")],
)  # fmt: skip
def test_a_session_has_limits_of_its_own(warehouse, role, limit, value):
    with connect.raw_at(warehouse.url, role, autocommit=True) as db:
        assert db.execute(f"SHOW {limit}").fetchone() == (value,)


@pytest.mark.parametrize("driver", ["pymysql", "mysqldb", "mariadbconnector"])
def test_other_drivers_are_told_as_they_understand_it(driver):
    assert patience._arguments(driver, 6.5) == {"connect_timeout": 5, "read_timeout": 7, "write_timeout": 7}
