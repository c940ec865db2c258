"""kill -9 of the ETL and of the whole PostgreSQL, while sites keep writing: nothing lost, nothing twice."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.pool import NullPool

from etl.recount import recount
from sql import connect
from sql.migrate import migrate
from sql.server import EmbeddedServer
from tests.etl.register import Register, configure, source
from tests.etl.world import ZONE
from tests.processes import becomes, ends

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def place():
    with tempfile.TemporaryDirectory(prefix="vaccine-kill-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def server(place):
    """A PostgreSQL of the test's own that waits for the disk, as a real one does."""
    held = EmbeddedServer(place / "postgres", {"shared_buffers": "64MB"})
    held.start()
    with connect.raw_at(held.url("postgres"), "owner", autocommit=True) as db:
        assert db.execute("SHOW fsync").fetchone() == ("on",)
        for name in ("warehouse", "platform"):
            db.execute(f"CREATE DATABASE {name}")
    migrate(connect.engine_at(held.url(), "owner", poolclass=NullPool))
    yield held
    held.stop()


def kill_all(server: EmbeddedServer) -> None:
    """kill -9 the postmaster and every process of its own, at once, as a power cut would."""
    postmaster = server.process.pid
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (")
            if rest.rpartition(")")[2].split()[1] == str(postmaster):
                children.append(int(pid))
    for pid in (postmaster, *children):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.process.wait()
    assert len(children) > 3


class Etls:
    """`python -m etl run`, one or more, each with its log."""

    def __init__(self, folder: Path, url: str, file: Path):
        self.folder, self.file = folder, file
        self.environment = os.environ | {"DATABASE_URL": url}
        self.running: list[subprocess.Popen] = []
        self.number = 0

    def start(self) -> subprocess.Popen:
        self.number += 1
        words = [sys.executable, "-m", "etl", "run", "--config", str(self.file), "--data", str(self.folder / "data")]
        with (self.folder / f"etl-{self.number}.log").open("wb") as log:
            self.running.append(subprocess.Popen(words, cwd=PROJECT, env=self.environment, stdout=log, stderr=log))
        return self.running[-1]

    def kill(self, etl: subprocess.Popen) -> None:
        etl.kill()
        etl.wait()
        self.running.remove(etl)

    def words(self) -> str:
        return "\n".join(log.read_text(encoding="utf-8") for log in sorted(self.folder.glob("etl-*.log")))

    def stop(self) -> None:
        for etl in self.running:
            etl.terminate()
        try:
            assert [etl.wait(20) for etl in self.running] == [0] * len(self.running)
        finally:
            for etl in self.running:
                etl.kill()  # one that a test suspended never heard that it is to end


@contextmanager
def started(folder: Path, url: str, file: Path):
    etls = Etls(folder, url, file)
    try:
        yield etls
    finally:
        etls.stop()


class Sites(threading.Thread):
    """Two sites that enter, correct and void without a pause, whatever happens to the database."""

    def __init__(self, register: Register):
        super().__init__(daemon=True)
        self.register, self.dice = register, random.Random(7)
        self.done = threading.Event()
        self.entered = 0

    def run(self) -> None:
        while not self.done.is_set():
            try:
                with self.register.another() as one, self.register.another(autocommit=False) as slow:
                    while not self.done.is_set():
                        self._write(one)
                        self._write(slow)
                        if self.dice.random() < 0.2:
                            slow.commit()  # some of these are a while ago
                        self.done.wait(0.01)
                    slow.commit()
            except psycopg.OperationalError:
                self.done.wait(0.1)

    def _write(self, db) -> None:
        for _ in range(self.dice.randint(1, 10)):
            self.entered += 1
            self.register.enter(
                f"r{self.entered}-{time.monotonic_ns()}", db=db, so_giay_to=f"{self.dice.randrange(400):012d}",
                vac_xin=self.dice.choice(["AZ", "PF", "JS", "JS", "??"]), diem_tiem=self.dice.choice(["S1", "S2", "S3"]),
                noi_o=self.dice.choice(["C1", "C2", "C3", None]), tiem_luc=datetime.now(UTC) - timedelta(days=self.dice.randrange(200)))  # fmt: skip
        if self.dice.random() < 0.3:
            db.execute(
                "UPDATE public.injections SET trang_thai = %s, cap_nhat = clock_timestamp() WHERE id IN "
                "(SELECT id FROM public.injections ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)",
                [self.dice.choice(["completed", "entered-in-error"])])  # fmt: skip


# What the warehouse must hold of each row of the source: the broken vaccine in quarantine, the others as injections.
SENT = "SELECT id, CASE WHEN vac_xin = '??' AND trang_thai = 'completed' THEN 'quarantined' ELSE trang_thai END FROM public.injections"
HELD = """
    SELECT record_id, status::text FROM warehouse.injection i
    WHERE NOT EXISTS (SELECT FROM warehouse.quarantine q WHERE q.record_id = i.record_id AND q.state = 'open')
    UNION ALL SELECT record_id, 'quarantined' FROM warehouse.quarantine WHERE state = 'open'"""


def rows(url: str, question: str) -> list:
    with connect.raw_at(url, "owner", autocommit=True) as db:
        return sorted(db.execute(question).fetchall())


def prove(server: EmbeddedServer, etls: Etls) -> None:
    """Every row of the source is in the warehouse once, and every figure is what a recount gives."""
    sent = rows(server.url("platform"), SENT)
    assert becomes(lambda: rows(server.url(), HELD) == sent, 30), (
        len(sent),
        len(rows(server.url(), HELD)),
        etls.words()[-3000:],
    )
    with connect.raw_at(server.url(), "etl_writer", autocommit=True) as db:
        assert {name: found for name, found in recount(db, ZONE, 0).items() if found} == {}
        assert db.execute("SELECT last_batch_id - folded_through FROM warehouse.leader").fetchone() == (0,)
        numbers = db.execute(
            "SELECT count(*), max(batch_id), (SELECT last_batch_id FROM warehouse.leader) FROM warehouse.batch"
        ).fetchone()
        assert len(set(numbers)) == 1  # none left out, none twice
        received, *parts = db.execute("SELECT received, loaded, unchanged, quarantined FROM warehouse.source").fetchone()
        assert received == sum(parts) >= len(sent)
    assert "Traceback" not in etls.words()


def leads(server: EmbeddedServer) -> bool:
    with suppress(psycopg.OperationalError):
        return bool(rows(server.url(), "SELECT 1 FROM warehouse.source WHERE state = 'running'"))
    return False


def count(server: EmbeddedServer) -> int:
    return rows(server.url(), "SELECT coalesce(sum(received), 0) FROM warehouse.source")[0][0]


@pytest.fixture
def register(server):
    held = Register(server.url("platform"))
    yield held
    held.close()


@pytest.fixture
def file(place, server):
    (place / "data").mkdir()
    one = source(server.url("platform"), listen="injections_changed")
    # A quarter of what these sites enter is broken, on purpose.
    return configure(
        place,
        {"platform": one},
        every_seconds=1,
        look_back_every_seconds=1,
        takeover_seconds=2,
        brake={"quarantine_share": 1.0, "change_share": 1.0, "void_share": 1.0},
    )


def test_kill_9_of_the_etl_and_of_postgresql_under_load(place, server, register, file):
    dice = random.Random(1)
    sites = Sites(register)
    with started(place, server.url(), file) as etls:
        try:
            sites.start()
            etl = etls.start()
            assert becomes(lambda: count(server) > 0, 30), (
                etls.words(),
                sites.entered,
                rows(server.url(), "TABLE warehouse.source"),
            )
            for _ in range(4):
                time.sleep(dice.uniform(0.1, 0.6))
                etls.kill(etl)
                before = count(server)
                etl = etls.start()
                assert becomes(lambda before=before: count(server) > before, 20), etls.words()
            for _ in range(2):
                time.sleep(dice.uniform(0.1, 0.6))
                kill_all(server)
                time.sleep(0.3)
                server.start()
                before = count(server)
                assert becomes(lambda before=before: count(server) > before, 20), etls.words()
            assert etl.poll() is None  # the ETL outlived the database
        finally:
            sites.done.set()
            sites.join(10)
        assert sites.entered > 300
        prove(server, etls)


def test_when_a_leader_is_killed_the_one_that_waits_takes_over_in_seconds(place, server, register, file):
    with started(place, server.url(), file) as etls:
        leader = etls.start()
        assert becomes(lambda: leads(server), 20), etls.words()
        second = etls.start()
        assert becomes(lambda: "another ETL leads" in etls.words(), 20)
        register.enter("r1")
        assert becomes(lambda: count(server) == 1, 5)
        etls.kill(leader)
        register.enter("r2")
        since = time.monotonic()
        assert becomes(lambda: count(server) == 2, 15), etls.words()
        assert time.monotonic() - since < 6
        assert second.poll() is None
        prove(server, etls)


def test_a_leader_that_was_stopped_and_wakes_up_keeps_nothing_of_its_batch(place, server, register, file):
    """As a machine that slept: its lock is gone (here: taken away), another leads, then it goes on where it stood."""
    with started(place, server.url(), file) as etls:
        leader = etls.start()
        assert becomes(lambda: leads(server), 20), etls.words()
        leader.send_signal(signal.SIGSTOP)
        register.enter("r1")
        rows(server.url(), "SELECT pg_terminate_backend(pid)::int FROM pg_locks WHERE locktype = 'advisory' AND granted")
        etls.start()
        assert becomes(lambda: count(server) == 1, 20), etls.words()
        leader.send_signal(signal.SIGCONT)
        register.enter("r2")
        assert becomes(lambda: count(server) == 2, 20), etls.words()
        time.sleep(1.5)
        prove(server, etls)
    assert all(ends(etl.pid) for etl in etls.running)


def blocked(server: EmbeddedServer) -> bool:
    return bool(
        rows(server.url(), "SELECT pid FROM pg_stat_activity WHERE application_name = 'etl' AND wait_event_type = 'Lock'")
    )


def test_a_leader_frozen_in_the_midst_of_a_batch_is_replaced(place, server, register, file):
    """Nothing ends: the process stands still, its connections are open, its transaction holds what each batch needs."""
    with started(place, server.url(), file) as etls:
        leader = etls.start()
        assert becomes(lambda: leads(server), 20), etls.words()
        with connect.raw_at(server.url(), "owner") as somebody:
            somebody.execute("LOCK TABLE warehouse.injection IN EXCLUSIVE MODE")
            register.enter("r1")
            assert becomes(lambda: blocked(server)), etls.words()
            leader.send_signal(signal.SIGSTOP)
        idle = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'etl' AND state = 'idle in transaction'"
        assert becomes(lambda: rows(server.url(), idle))
        since = time.monotonic()
        etls.start()
        assert becomes(lambda: count(server) == 1, 20), etls.words()
        assert time.monotonic() - since < 15
        leader.send_signal(signal.SIGCONT)
        register.enter("r2")
        assert becomes(lambda: count(server) == 2, 20), etls.words()
        prove(server, etls)
    assert all(ends(etl.pid) for etl in etls.running)


def test_a_source_that_stands_still_holds_up_neither_the_others_nor_the_lead(place, server, register):
    with socket.socket() as mute:  # takes calls, and says nothing
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        (place / "data").mkdir()
        hung = source(f"postgresql://nobody@127.0.0.1:{mute.getsockname()[1]}/x")
        file = configure(place, {"platform": source(server.url("platform")), "hung": hung}, every_seconds=1)
        register.enter("r1")
        with started(place, server.url(), file) as etls:
            etls.start()
            state = "SELECT name, received, state, reason FROM warehouse.source"
            named = lambda: {name: rest for name, *rest in rows(server.url(), state)}  # noqa: E731
            assert becomes(lambda: named().get("platform", [0])[0] == 1, 30), etls.words()
            assert becomes(lambda: named().get("hung", ["", ""])[1] == "failed", 30), etls.words()
            assert "does not answer" in named()["hung"][2]
            # The heart beats meanwhile, whatever hangs.
            assert rows(server.url(), "SELECT mart.heartbeat() < 5") == [(True,)]
