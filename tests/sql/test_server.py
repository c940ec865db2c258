"""The embedded server: whoever starts it, wherever it lies, whatever was killed."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from sql import server, unprivileged
from sql.server import EmbeddedServer, ServerError
from sql.settings import PROJECT
from tests.processes import ends

SMALL = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def place():
    """A folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="vaccine-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def start():
    """Starts servers, and stops them after the test."""
    started = []

    def start_one(folder: Path, **options) -> EmbeddedServer:
        one = EmbeddedServer(folder, SMALL, **options)
        started.append(one)
        one.start()
        return one

    yield start_one
    for one in started:
        one.stop()


def ask(one: EmbeddedServer, statement: str):
    with psycopg.connect(one.url("postgres"), autocommit=True) as db:
        cursor = db.execute(statement)
        return cursor.fetchall() if cursor.description else None


@pytest.mark.parametrize("name", ["plain", "with a space", 'it\'s, "so"', "Bà Rịa", "x" * 120])
def test_it_starts_wherever_it_lies(place, start, name):
    one = start(place / name)
    assert ask(one, "SELECT 1") == [(1,)]
    assert (place / name / "url").stat().st_mode & 0o777 == 0o600
    one.stop()
    assert not list(one.sockets.glob("*"))
    assert one.sockets.parent == one.folder or not one.sockets.exists()


def test_it_starts_below_a_closed_folder(place, start):
    (place / "closed").mkdir(mode=0o700)
    assert ask(start(place / "closed" / "data"), "SELECT 1") == [(1,)]


def test_its_programs_may_lie_below_a_closed_folder(place, start):
    (place / "closed").mkdir(mode=0o700)
    package = server.binaries().parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, place / "closed" / folder.name, symlinks=True)
    programs = place / "closed" / package.name / server.binaries().relative_to(package)
    assert ask(start(place / "pg", programs=programs), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
@pytest.mark.parametrize(("mode", "capabilities"), [(0o755, 0), (0o700, 1 << 2)])
def test_root_becomes_an_ordinary_user_with_no_more_power_than_needed(place, start, mode, capabilities):
    if capabilities and unprivileged._walk_through() != 2:
        pytest.skip("this container has only the larger capability")
    (place / "above").mkdir()
    (place / "above").chmod(mode)
    one = start(place / "above" / "pg")
    lines = Path(f"/proc/{one.process.pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) == capabilities


def test_it_cannot_be_reached_by_the_network(place, start):
    assert ask(start(place / "pg"), "SHOW listen_addresses") == [("",)]
    assert (place / "pg" / "socket").stat().st_mode & 0o777 == 0o700


def test_what_was_committed_survives_kill_9(place, start):
    one = start(place / "pg")
    ask(one, "CREATE TABLE t AS SELECT 7 AS n")
    one.process.kill()
    one.process.wait()
    one.start()
    assert ask(one, "SELECT n FROM t") == [(7,)]


def test_a_pid_that_now_belongs_to_another_program_does_not_stop_it(place, start):
    one = start(place / "pg")
    one.stop()
    # Our own pid: alive, of a user who may be signalled, and not PostgreSQL.
    lines = [str(os.getpid()), str(one.cluster), str(int(time.time())), "5432", str(one.sockets), "", "1 1", "ready"]
    (one.cluster / "postmaster.pid").write_text("\n".join(lines) + "\n")
    one.start(timeout=15)
    assert ask(one, "SELECT 1") == [(1,)]


def test_a_zombie_that_nobody_reaps_does_not_stop_it(place, start):
    first = start(place / "pg")
    first.process.kill()
    time.sleep(0.5)  # dead, but not waited for: a zombie, as below a container's first process
    second = start(place / "pg")
    assert ask(second, "SELECT 1") == [(1,)]


def test_a_second_server_on_the_same_folder_is_refused(place, start):
    start(place / "pg")
    with pytest.raises(ServerError, match="already exists"):
        EmbeddedServer(place / "pg", SMALL).start(timeout=1)


def test_an_interrupted_first_start_is_made_again(place, start):
    half = place / "pg" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(start(place / "pg"), "SELECT 1") == [(1,)]


def test_a_cluster_of_another_version_is_refused(place, start):
    one = start(place / "pg")
    one.stop()
    (one.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match=r"was made by PostgreSQL 9, .* set PG_BIN"):
        one.start()


def test_a_failure_says_what_postgresql_said(place):
    with pytest.raises(ServerError, match=r'did not start; see .*invalid value for parameter "shared_buffers"'):
        EmbeddedServer(place / "pg", {"shared_buffers": "much"}).start(timeout=5)


def test_pg_bin_must_hold_postgresql(monkeypatch, tmp_path):
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(ServerError, match="PG_BIN: there is no initdb"):
        server.binaries()


class Recovering(EmbeddedServer):
    """One that recovers for so long, and says so in its log until a moment."""

    def _spawn(self) -> subprocess.Popen:
        self.began = time.monotonic()
        return subprocess.Popen(["sleep", "60"])

    def _is_ours(self, process) -> bool:
        lived = time.monotonic() - self.began
        if lived < self.speaks:
            with self.log.open("a") as log:
                log.write(
                    f"2026 [1]  FATAL:  the database system is starting up\n2026 [1]  LOG:  redo in progress, elapsed time: {lived:.1f} s\n"
                )
        return lived > self.recovers


def test_a_recovery_is_waited_for_as_long_as_it_makes_progress(place):
    one, said = Recovering(place / "pg", SMALL), []
    one.folder.mkdir()
    one.log.touch()
    one.speaks, one.recovers = 3, 3
    one._start_and_wait(1, said.append, lambda: True)
    assert said[0].startswith("PostgreSQL recovers from a crash: redo in progress, elapsed time: 0.")
    one.stop()
    one.speaks, one.recovers = 0.5, 60  # then it stands still, though it refuses whoever calls
    with pytest.raises(ServerError, match="does not answer"):
        one._start_and_wait(1, said.append, lambda: True)
    assert not one.alive()


def test_how_far_a_recovery_is_stands_in_the_log(place):
    one = EmbeddedServer(place / "pg", SMALL | {"log_startup_progress_interval": "50ms", "max_wal_size": "4GB"})
    one.start()
    try:
        ask(one, "CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 800000) AS n")
        one.process.kill()
        one.process.wait()
        said = []
        one.start(say=said.append)
        assert "PostgreSQL recovers from a crash: redo in progress, elapsed time: " in "\n".join(said)
        assert ask(one, "SELECT count(*) FROM t") == [(800_000,)]
    finally:
        one.stop()


def test_a_start_that_is_no_longer_wanted_ends(place):
    one = EmbeddedServer(place / "pg", SMALL)
    with pytest.raises(ServerError, match="does not answer"):
        one.start(is_wanted=lambda: False)
    assert not one.alive()


def test_one_that_stands_still_is_told_from_one_that_refuses_and_can_be_ended(place, start):
    one = start(place / "pg")
    ask(one, "CREATE TABLE t AS SELECT 7 AS n")
    assert one.answers()
    one.process.send_signal(signal.SIGSTOP)
    assert not one.answers()
    one.kill()
    assert one.answers()  # nobody there is a refusal at once
    one.start()
    assert ask(one, "SELECT n FROM t") == [(7,)]


def test_its_log_begins_anew_when_it_is_large(place, start, monkeypatch):
    one = start(place / "pg")
    monkeypatch.setattr(server, "LARGEST_LOG", 1000)
    ask(one, "DO $$ BEGIN FOR n IN 1..30 LOOP RAISE WARNING 'of the first log, line %', n; END LOOP; END $$")
    one.trim_log()
    ask(one, "DO $$ BEGIN RAISE WARNING 'of the second'; END $$")
    assert "of the first log, line 30" in one.log.with_suffix(".log.1").read_text()
    assert "of the first" not in one.log.read_text() and "of the second" in one.log.read_text()
    one.trim_log()
    assert "of the second" in one.log.read_text()


STARTER = """
import os, sys, pathlib
from sql.server import EmbeddedServer
one = EmbeddedServer(pathlib.Path(sys.argv[1]), {"shared_buffers": "16MB", "fsync": "off"})
one.start()
print(one.process.pid, flush=True)
sys.stdin.read()
"""


def test_it_dies_with_its_parent_and_the_next_start_mends(place, start):
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(place / "pg")],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with parent:
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert ends(pid)
    assert ask(start(place / "pg"), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; otherwise all tests are one")
def test_it_starts_as_an_ordinary_user(place):
    nobody = pwd.getpwnam("nobody")
    try:
        subprocess.run([sys.executable, "-c", "import sql.server"], user=nobody.pw_uid, cwd=PROJECT, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("this environment lies where no other user may enter")
    mine = place / "mine"
    mine.mkdir()
    shutil.chown(mine, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run(
        [sys.executable, "-c", STARTER, str(mine / "pg")], user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
        cwd=PROJECT, input="", capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ends(int(done.stdout))
