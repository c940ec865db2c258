"""A part of the running system is mended when it dies, and leaves nothing when it is stopped."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from deploy import child, watch
from deploy.child import Child
from sql.settings import PROJECT
from tests.processes import becomes, ends, is_running

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
# As a web server with workers: the parent started another process, which would outlive it.
WITH_WORKER = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
import time; time.sleep(600)
"""


@pytest.fixture
def part(tmp_path, monkeypatch):
    """Makes a part of a program's text; `said` is what it said on the terminal."""
    monkeypatch.setattr(child, "_FIRST_PAUSE", 0.1)
    made = []

    def make(program: str, **options) -> Child:
        words = [sys.executable, "-c", program]
        one = Child("part", words, tmp_path, os.environ, tmp_path / "part.log", said.append, **options)
        one.said = said
        made.append(one)
        one.start()
        assert becomes(lambda: said)
        return one

    said: list[str] = []
    yield make
    for one in made:
        one.stop(0)


def pid(one: Child) -> int:
    return one._process.pid


def test_what_it_says_is_on_the_terminal_and_in_its_log(part, tmp_path):
    one = part(SLEEP)
    assert one.said == ["part      | up"]
    assert (tmp_path / "part.log").read_text() == "up\n"


def test_a_killed_part_is_started_again_and_that_is_said(part):
    one = part(SLEEP)
    first = pid(one)
    os.kill(first, signal.SIGKILL)
    assert becomes(lambda: one.mend() or (one.alive() and pid(one) != first))
    assert "part ended (killed by SIGKILL); again in 0 s" in one.said


def test_a_part_that_dies_at_once_is_asked_less_and_less_often(part):
    one = part("print('no'); raise SystemExit(3)")
    for pause in (0.1, 0.2, 0.4):
        assert becomes(lambda: not one.alive())
        before = time.monotonic()
        one.mend()
        assert before + pause <= one._again_at <= time.monotonic() + pause
        assert becomes(lambda: one.mend() or not one._again_at)
    assert "part ended (exit code 3); again in 0 s" in one.said


@pytest.mark.parametrize(("of", "name", "why"), [
    (subprocess, "Popen", BlockingIOError(11, "Resource temporarily unavailable")),
    (subprocess, "Popen", subprocess.SubprocessError("Exception occurred in preexec_fn.")),
    (threading.Thread, "start", RuntimeError("can't start new thread")),
])  # fmt: skip
def test_a_part_that_cannot_be_started_is_tried_again_less_and_less_often(part, monkeypatch, of, name, why):
    one = part(SLEEP)
    first = pid(one)
    os.kill(first, signal.SIGKILL)
    real = getattr(of, name)

    def refuse(*_words, **_options):
        raise why

    monkeypatch.setattr(of, name, refuse)
    assert becomes(lambda: one.mend() or one.said.count(f"part cannot be started ({why}); again in 0 s") == 2)
    monkeypatch.setattr(of, name, real)
    assert becomes(lambda: one.mend() or (one.alive() and "part      | up" in one.said))
    assert pid(one) != first


def test_what_a_killed_part_had_started_is_ended_too(part):
    one = part(WITH_WORKER)
    worker = int(one.said[0].split("|")[1])
    os.kill(pid(one), signal.SIGKILL)
    assert is_running(worker)
    assert becomes(lambda: one.mend() or one._again_at)
    assert ends(worker)


def test_a_part_is_asked_to_stop_before_it_is_made_to(part, tmp_path):
    polite = part(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit()))\n"
        "print('up', flush=True); time.sleep(600)"
    )
    polite.stop(10)
    assert becomes(lambda: "part      | bye" in polite.said)
    stubborn = part(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}")
    assert becomes(lambda: stubborn.said.count("part      | up") == 2)
    stubborn.stop(0.3)
    assert not is_running(pid(stubborn))


def test_a_slow_stop_is_explained_and_can_be_hastened(part, monkeypatch):
    monkeypatch.setattr(child, "_SILENT", 0.1)
    one = part(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}")
    hasten = threading.Timer(0.5, one.kill)
    hasten.start()
    before = time.monotonic()
    one.stop(60)
    hasten.join()
    assert time.monotonic() - before < 10
    assert "part is finishing what it began; Ctrl-C again does not wait" in one.said


def test_a_part_whose_log_cannot_be_written_goes_on(part, tmp_path):
    """Nobody listening would stop it: what it says waits in a pipe of 64 kB."""
    (tmp_path / "part.log").symlink_to("/dev/full")
    one = part(
        "for n in range(5000): print('line', n, 'of a part that has much to say')\nprint('end', flush=True); import time; time.sleep(600)"
    )
    assert becomes(lambda: "part      | end" in one.said)
    assert one.alive()


def test_a_part_that_stands_still_is_ended_and_started_again(part, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "_EVERY_SECONDS", 0.2)
    monkeypatch.setattr(watch, "_PATIENCE", 5)
    pulse = watch.Pulse(tmp_path / "pulse")
    one = part(
        f"import os, time; print('up', flush=True)\nwhile True: os.utime({str(pulse.file)!r}); time.sleep(0.05)",
        answers=pulse,
    )
    first = pid(one)
    assert not becomes(lambda: one.mend() or not one.alive(), 2)  # it works, so it is left alone
    os.kill(first, signal.SIGSTOP)
    assert becomes(lambda: one.mend() or (one.alive() and pid(one) != first))
    assert one.said[1:3] == ["part gives no sign of life; ending it", "part ended (killed by SIGKILL); again in 0 s"]


def test_a_part_ends_with_whoever_started_it(tmp_path):
    starter = (
        "import os, sys, pathlib; from deploy.child import Child\n"
        f"one = Child('part', [sys.executable, '-c', {SLEEP!r}], '.', os.environ, pathlib.Path(sys.argv[1]), lambda said: None)\n"
        "one.start(); print(one._process.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path / "log")],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        started = int(parent.stdout.readline())
        assert is_running(started)
        parent.kill()
    assert ends(started)
