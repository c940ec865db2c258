"""The whole, as ./run starts it: one at a time, mended when a part is killed, gone when it is stopped."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from deploy import child, local, watch
from sql import connect
from sql.server import ServerError
from sql.settings import PROJECT
from tests.processes import becomes, ends, is_running, with_environment

pytestmark = pytest.mark.slow


class Running:
    """A run without records: PostgreSQL, the ETL and the pages, in a data folder of its own."""

    def __init__(self, data):
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen | None = None

    def command(self, *options: str) -> list[str]:
        words = ["--data", str(self.data), "--port", str(self.port), "--sample", "none", *options]
        return [sys.executable, "-P", "-m", "deploy.local", *words]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
        return kept | {"PYTHONPATH": str(PROJECT), "OF_TEST": str(self.data)}

    def start(self, *options: str) -> None:
        with (self.data.parent / "out").open("wb") as out:
            self.process = subprocess.Popen(self.command(*options), stdout=out, stderr=out, cwd="/", env=self.environment())
        assert becomes(lambda: self.answers() and "Ready" in self.said(), 60), self.said()

    def said(self) -> str:
        return (self.data.parent / "out").read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as refused:
            refused.close()
            return False
        except OSError:
            return False

    def part(self, words: str) -> int | None:
        """The pid of a part, by a piece of its command line."""
        for pid in with_environment("OF_TEST", str(self.data)):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in line and is_running(pid):
                return pid
        return None

    def postgres(self) -> int | None:
        try:
            return int((self.data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):  # between its end and its new start
            return None

    def everything(self) -> list[int]:
        return [*with_environment("OF_TEST", str(self.data)), self.postgres()]

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def clear(self) -> None:
        """Leave nothing behind: a part that a test suspended never hears that it is to end."""
        self.kill()
        for pid in with_environment("OF_TEST", str(self.data)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def running(tmp_path):
    run = Running(tmp_path / "a place" / "data")
    run.data.parent.mkdir()
    yield run
    run.clear()


def test_a_run_from_its_start_to_ctrl_c(running):
    running.start()
    everything = running.everything()
    assert len(everything) >= 4
    assert set(json.loads((running.data / "lock").read_text())) == {"address", "pid"}  # no secret
    assert "${" not in (running.data / "postgres" / "url").read_text()

    second = subprocess.run(running.command(), capture_output=True, text=True, cwd="/", env=running.environment())
    assert second.returncode == 1
    assert second.stderr == f"already running at http://127.0.0.1:{running.port} (pid {running.process.pid})\n"

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(40) == 0
    assert running.said().endswith("Stopping …\nStopped\n")
    assert [pid for pid in everything if is_running(pid)] == []


def environment_of(pid: int) -> dict[str, str]:
    words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def test_a_part_holds_no_secret_of_another_and_its_session_is_nobody_else(running, tmp_path, monkeypatch):
    config = tmp_path / "config.yaml"
    plain = (PROJECT / "config.yaml").read_text(encoding="utf-8").replace("sources: {}", "")
    fields = dict(zip(("record_id", "updated_at", "site_code", "vaccine_code", "injected_at"), "abcde", strict=True))
    register = {"kind": "database", "url": "${REGISTER_URL}", "table": "t", "fields": fields}
    config.write_text(plain + json.dumps({"sources": {"register": register}})[1:-1], encoding="utf-8")
    monkeypatch.setenv("REGISTER_URL", f"sqlite:///{tmp_path}/register.db")
    monkeypatch.setenv("PERSON_ID_KEY", "0b" * 32)
    running.start("--config", str(config))
    etl, dashboard = (environment_of(running.part(words)) for words in ("-m etl run", "-m dashboard"))
    assert {"REGISTER_URL", "PERSON_ID_KEY", "DATABASE_URL_ETL"} <= etl.keys()
    assert not {"REGISTER_URL", "PERSON_ID_KEY", "DATABASE_URL_ETL"} & dashboard.keys()
    assert not {"DATABASE_URL"} & (etl.keys() | dashboard.keys()) and "DATABASE_URL_DASHBOARD" not in etl
    assert (running.data / "effective.yaml").stat().st_mode & 0o077 == 0
    for own, role in ((etl["DATABASE_URL_ETL"], "etl_writer"), (dashboard["DATABASE_URL_DASHBOARD"], "dashboard_reader")):
        with connect.raw_at(own, role, autocommit=True) as db:
            db.execute("SET ROLE NONE")
            assert db.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (role, "off")


def test_what_is_killed_comes_back_and_the_parts_find_postgresql_again(running):
    running.start()
    for part in ("-m etl run", "-m dashboard"):
        first = running.part(part)
        os.kill(first, signal.SIGKILL)
        assert becomes(lambda p=part, f=first: running.part(p) not in (f, None), 20), running.said()
        assert becomes(running.answers, 30)

    first = running.postgres()
    os.kill(first, signal.SIGKILL)
    assert becomes(lambda: "PostgreSQL ended; starting it again" in running.said())
    assert becomes(lambda: running.postgres() not in (first, None), 30)
    assert becomes(lambda: running.answers() and running.part("-m etl run"), 30)


def test_parts_that_stand_still_are_replaced(running):
    running.start()
    parts = {words: running.part(words) for words in ("-m etl run", "-m dashboard")}
    # Until each was heard once: who has just been started is given more time.
    pulse = running.data / "logs" / "etl.pulse"
    begun = pulse.stat().st_mtime_ns
    assert becomes(lambda: pulse.stat().st_mtime_ns > begun, 60), running.said()
    time.sleep(2 * watch._EVERY_SECONDS)
    for pid in parts.values():
        os.kill(pid, signal.SIGSTOP)
    for words, first in parts.items():
        assert becomes(lambda w=words, f=first: running.part(w) not in (f, None), 60), running.said()
    assert becomes(running.answers, 30)
    for name in ("etl", "dashboard"):
        assert f"{name} gives no sign of life; ending it" in running.said()


def test_a_killed_run_leaves_nothing_and_the_next_one_works(running):
    running.start()
    everything = running.everything()
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in everything}
    running.kill()
    assert [commands[pid] for pid in everything if not ends(pid, 30)] == []
    running.start()
    assert running.process.poll() is None


def test_what_was_frozen_when_the_run_was_killed_does_not_stand_in_the_way(running):
    running.start()
    everything = running.everything()
    for pid in everything:
        if pid != running.process.pid:
            os.kill(pid, signal.SIGSTOP)
    running.kill()
    running.start()
    assert not any(is_running(pid) for pid in everything)


def test_fresh_says_what_it_removes(running):
    running.start()
    running.process.terminate()
    assert running.process.wait(40) == 0
    table = running.data / "postgres" / "cluster" / "PG_VERSION"
    before = table.stat().st_mtime_ns
    running.start("--fresh")
    assert f"--fresh: removing {running.data / 'postgres'}" in running.said()
    assert table.stat().st_mtime_ns > before


def refused(running: Running, *options: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        running.command(*options), capture_output=True, text=True, cwd="/", env=running.environment() | environment
    )
    return done.returncode, done.stderr


def test_a_taken_port_is_said(running):
    with socket.socket() as other:
        other.bind(("127.0.0.1", running.port))
        other.listen()
        code, said = refused(running)
    assert (code, said) == (1, f"port {running.port} is taken by another program: choose one by --port\n")


def test_wrong_settings_are_said_before_anything_starts(running, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text((PROJECT / "config.yaml").read_text().replace("port: 8050", "port: 0"))
    code, said = refused(running, "--config", str(config))
    assert (code, said) == (2, "config.yaml: dashboard.port: must be at least 1 (found 0)\n")
    assert not running.data.exists()


def test_fresh_does_not_touch_a_database_of_ones_own(running):
    code, said = refused(running, "--fresh", DATABASE_URL="postgresql://127.0.0.1:9/x")
    assert code == 1
    assert said.startswith("--fresh removes the embedded database only")


@pytest.mark.parametrize("port", ["99999", "0", "eighty"])
def test_a_port_that_is_none_is_said(running, port):
    code, said = refused(running, "--port", port)
    assert code == 2
    assert f"must be a port from 1 to 65535 (found {port})" in said
    assert "Traceback" not in said


def test_settings_in_another_encoding_are_said(running, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_bytes("sources: {}\nname: Hòa\n".encode("cp1252"))
    code, said = refused(running, "--config", str(config))
    assert (code, said) == (2, f"{config}: line 2 is not UTF-8: save the file as UTF-8\n")


def test_another_program_that_has_the_port_by_now_is_no_answer():
    def speak() -> None:
        line, _ = other.accept()
        with line:
            line.recv(1000)
            line.sendall(b"nothing that a web server says\r\n")

    with socket.create_server(("127.0.0.1", 0)) as other, ThreadPoolExecutor(1) as speaker:
        spoken = speaker.submit(speak)
        assert local._answers(f"http://127.0.0.1:{other.getsockname()[1]}") is False
        spoken.result()


SOURCE = """
  lists:
    kind: files
    folder: inbox
    pattern: "*.csv"
    fields: {record_id: a, residence_code: r, site_code: b, vaccine_code: c, injected_at: d, updated_at: {file: modified}}
"""


def test_verbs_find_the_instance_running_or_not(running, tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "list.csv").write_text("a,b,c,d,r\n1,s,??,2021-11-05,x\n")
    text = (PROJECT / "tests/etl/small/config.yaml").read_text(encoding="utf-8").partition("sources:")[0]
    config = tmp_path / "mine.yaml"
    config.write_text(re.sub(r": (\w+\.csv)", rf": {PROJECT}/tests/etl/small/\1", text) + f"sources:{SOURCE}")
    running.start("--config", str(config))

    def asked(verb: str, *words: str):
        command = [sys.executable, "-P", "-m", "deploy.local", "--data", str(running.data), verb, "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=running.environment())
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    assert becomes(lambda: asked("status")[1]["sources"][0]["received"] == 1)
    assert asked("retry")[:2] == (0, {"lists": {"tried": 1, "loaded": 0}})
    config.write_text(config.read_text() + "nonsense: 1\n")  # verbs go by the file as it is now
    assert asked("status")[::2] == (2, "mine.yaml: nonsense: is not a key here; look for a spelling mistake\n")
    assert becomes(lambda: f"{config} was edited: it takes effect at the next start of ./run" in running.said())
    config.write_text(config.read_text().replace("nonsense: 1\n", "# a comment changes nothing\n"))
    assert becomes(lambda: "note" not in asked("status")[1])
    config.write_text(config.read_text().replace("*.csv", "*.txt"))
    assert becomes(
        lambda: asked("status")[1].get("note") == f"{config} was edited: it takes effect at the next start of ./run"
    )
    assert asked("check")[1]["faults"] == [
        f"sources.lists.pattern: no file in {tmp_path / 'inbox'} is called so (found *.txt)"
    ]
    running.process.terminate()
    assert running.process.wait(40) == 0
    assert asked("verify")[:2][1]["differences"] == 0
    assert not (running.data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_folder_that_a_verb_cannot_use_is_said(running):
    def asked(verb: str) -> tuple[int, str]:
        words = [sys.executable, "-P", "-m", "deploy.local", verb, "--data", str(running.data)]
        done = subprocess.run(words, capture_output=True, text=True, cwd="/", env=running.environment())
        return done.returncode, done.stderr

    running.data.write_text("no folder")
    assert asked("migrate") == (1, f"{running.data}: Not a directory; choose another folder by --data\n")
    running.data.unlink()
    code, said = asked("status")
    assert (code, said.count("\n")) == (3, 1) and "start ./run first, name the folder of its data by --data" in said
    running.data.mkdir()
    (running.data / "instance.json").touch()
    assert asked("check") == (
        2,
        f"{running.data}/instance.json is damaged: remove it, and name the settings file by --config\n",
    )


def test_a_word_that_is_no_verb_is_said_and_help_lists_them(running):
    code, said = refused(running, "dance")
    assert (code, "invalid choice: 'dance'" in said) == (2, True)
    shown = subprocess.run(
        running.command("--help"), capture_output=True, text=True, cwd="/", env=running.environment()
    ).stdout
    assert "  retry  " in shown and "  status  " in shown
    for words in (["--version"], ["status", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", *words], capture_output=True, text=True, cwd=PROJECT, check=True
        )
        assert done.stdout


class Dead:
    """A PostgreSQL that ends whenever it is started, as on a full disk."""

    folder = Path("/nowhere")

    def __init__(self):
        self.starts: list[float] = []

    def start(self, **_options) -> None:
        self.starts.append(time.monotonic())
        raise ServerError("PostgreSQL did not start; No space left on device")

    def alive(self) -> bool:
        return False

    def trim_log(self) -> None: ...


def test_a_postgresql_that_ends_again_and_again_is_started_less_and_less_often(monkeypatch, capfd):
    monkeypatch.setattr(child, "_FIRST_PAUSE", 0.1)
    run = local.Run(argparse.Namespace())
    run.server, run.server_watch = Dead(), watch.Watch(lambda: True)
    assert becomes(lambda: run._mend() or len(run.server.starts) == 5)
    pauses = [after - before for before, after in pairwise(run.server.starts)]
    assert all(pause >= wanted for pause, wanted in zip(pauses, [0.1, 0.2, 0.4, 0.8], strict=True)), pauses
    assert "No space left on device; again in 1 s" in capfd.readouterr().out
