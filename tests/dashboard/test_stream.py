"""The stream tells every open browser of a batch, soon, and survives what happens to the database."""

import asyncio
import os
import signal
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
import yaml

from dashboard.server import BROKER
from dashboard.stream import Broker, News, news_of
from sql import connect
from tests.dashboard import rows
from tests.dashboard.served import PROJECT, serving


@pytest.fixture(scope="module")
def served(shared_warehouse, tmp_path_factory):
    rows.reference(shared_warehouse.url)
    rows.batch(shared_warehouse.url)
    with serving(shared_warehouse.url, tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture
def database(shared_warehouse):
    return shared_warehouse.url


def last_batch(database) -> int:
    with psycopg.connect(connect.conninfo(database)) as db:
        return db.execute("SELECT max(batch_id) FROM warehouse.batch").fetchone()[0]


def test_who_connects_is_told_the_present_version_at_once(served, database):
    with served.stream() as events:
        kind, news = events.next()
    assert kind == "message"
    assert news["batch"] == last_batch(database)
    assert news["committed_at"].endswith("+00:00")


def test_a_batch_reaches_every_open_stream(served, database):
    def follow(number):
        with served.stream() as events:
            events.batch()
            ready.append(number)
            return events.batch()

    ready = []
    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(follow, number) for number in range(40)]
        while len(ready) < 40:
            time.sleep(0.01)
        committed = rows.batch(database)
        assert {told.result(timeout=5) for told in waiting} == {committed}


def test_a_batch_is_told_within_the_second(served, database):
    delays = []
    with served.stream() as events:
        events.batch()
        for _ in range(100):
            committed = rows.batch(database)
            start = time.perf_counter()
            assert events.batch() == committed
            delays.append(time.perf_counter() - start)
    assert statistics.median(delays) < 0.2
    assert max(delays) < 1


def test_a_payload_that_is_no_version_is_logged_and_passed_over(served, database):
    with served.stream() as events:
        events.batch()
        with psycopg.connect(connect.conninfo(database)) as db:
            rows.notify(db, "nonsense")
        committed = rows.batch(database)
        assert events.batch() == committed
    assert "expected" in served.words() and "'nonsense'" in served.words()


def test_a_broken_connection_is_told_and_mended_and_misses_nothing(served, database):
    with served.stream() as events:
        events.batch()
        with psycopg.connect(connect.conninfo(database), autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        missed = rows.batch(database, announce=False)
        assert events.next() == ("lost", "warehouse unreachable")
        assert events.batch() == missed
        committed = rows.batch(database)
        assert events.batch() == committed


def test_the_stream_speaks_while_nothing_happens(served):
    with served.stream(timeout=15) as events:
        kind, now = events.next("heartbeat")
        assert kind == "heartbeat" and abs(now / 1000 - time.time()) < 5


def test_the_stream_is_neither_kept_nor_packed(served):
    with served.stream() as events:
        headers = dict(events.response.getheaders())
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert "content-encoding" not in headers


def test_the_server_stops_at_once_though_streams_are_open(warehouse, tmp_path):
    rows.reference(warehouse.url)
    with serving(warehouse.url, tmp_path / "data") as served, served.stream() as events:
        events.next()
        start = time.monotonic()
        served.process.terminate()
        try:
            served.process.wait(10)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still running after 10 s: {served.words()}")
        assert time.monotonic() - start < 3
        with pytest.raises(EOFError):
            while True:
                events.next()
    assert "Traceback" not in served.words()


def test_two_workers_each_tell_their_own_browsers(warehouse, tmp_path):
    rows.reference(warehouse.url)
    with serving(warehouse.url, tmp_path / "data", two_workers(tmp_path)) as served:
        wait_for_brokers(warehouse.url, 2)
        with ExitStack() as open_streams:
            opened = [open_streams.enter_context(served.stream()) for _ in range(12)]
            for events in opened:
                events.next()
            committed = rows.batch(warehouse.url)
            assert {events.batch() for events in opened} == {committed}


def two_workers(folder):
    """The project's settings with another number of workers."""
    found = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    found["dashboard"]["workers"] = 2
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")
    return path


def wait_for_brokers(database, number):
    with psycopg.connect(connect.conninfo(database), autocommit=True) as db:
        for _ in range(200):
            listening = db.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
                [BROKER],
            )
            if listening.fetchone()[0] == number:
                return
            time.sleep(0.05)
    pytest.fail(f"there are not {number} brokers after 10 s")


def test_a_slow_browser_gets_the_newest_version_not_every_one():
    async def follow():
        broker = Broker(connect=None)
        broker._loop = asyncio.get_running_loop()
        broker._tell(News(batch=1))
        stream = broker.follow(heartbeat=5)
        assert await anext(stream) == "retry: 1000\n\n"
        assert '"batch": 1' in await anext(stream)
        for number in range(2, 50):
            broker._tell(News(batch=number))
        assert '"batch": 49' in await anext(stream)
        broker.end_streams()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        assert not broker._wakes

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(follow())).result(timeout=10)


@pytest.mark.parametrize("payload", ["", "[]", "7", '{"batch": "x"}', '{"batch": 1}', '{"batch": 1, "committed_at": 5}'])
def test_a_payload_must_be_a_version(payload):
    with pytest.raises(ValueError, match="expected"):
        news_of(payload)


def test_figures_that_no_etl_renews_are_not_live(served, database):
    with served.stream(timeout=30) as events:
        events.batch()
        rows.beat(database, 20)
        assert events.next("lost", "message") == ("lost", "no ETL runs")
        rows.beat(database, 0)
        assert events.batch() == last_batch(database)
    rows.beat(database, None)


def test_a_warehouse_that_stands_still_is_lost(warehouse, tmp_path):
    rows.reference(warehouse.url)
    rows.batch(warehouse.url)
    with serving(warehouse.url, tmp_path / "data") as served, served.stream(timeout=30) as events:
        events.batch()
        with psycopg.connect(connect.conninfo(warehouse.url), autocommit=True) as db:
            (listens,) = db.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()", [BROKER]
            ).fetchone()
        os.kill(listens, signal.SIGSTOP)
        try:
            assert events.next("lost", "message") == ("lost", "warehouse unreachable")
        finally:
            os.kill(listens, signal.SIGCONT)
        events.batch()
