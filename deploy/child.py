"""Supervises one process: starts it, logs its output, restarts it when it dies, and stops it."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from deploy.log import Log
from deploy.watch import Watch

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)

# Restart back-off: 1, 2, 4 … 30 s; reset after a minute of life.
_FIRST_PAUSE, _LONGEST_PAUSE, _TRUSTED_AFTER = 1.0, 30.0, 60.0
# How long a stop may take before it is explained.
_SILENT = 3.0

# A machine without room for one more process or thread.
NO_ROOM = (OSError, RuntimeError, subprocess.SubprocessError)

Say = Callable[[str], None]


class Pauses:
    """Exponential back-off before a restart, in seconds."""

    def __init__(self):
        self._next = _FIRST_PAUSE

    def after(self, lived: float) -> float:
        if lived > _TRUSTED_AFTER:
            self._next = _FIRST_PAUSE
        pause, self._next = self._next, min(self._next * 2, _LONGEST_PAUSE)
        return pause


class Child:
    """A process with its log file; all times in seconds. Call `start` from the main thread only.

    `answers` is a health check, called now and then; without it, a running process counts as healthy.
    """

    def __init__(
        self, name: str, words: list[str], folder: Path, environment: Mapping[str, str], log: Path, say: Say,
        answers: Callable[[], bool] | None = None,
    ):  # fmt: skip
        self.name = name
        self._words, self._folder, self._environment, self._say = words, folder, dict(environment), say
        self._log = Log(log)
        self._process: subprocess.Popen | None = None
        self._pauses = Pauses()
        self._answers = answers
        self._watch: Watch | None = None
        self._started_at = self._again_at = 0.0

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._words,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with(os.getpid()),
        )
        self._started_at = time.monotonic()
        self._again_at = 0.0
        threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True).start()
        if self._answers:
            self._watch = Watch(self._answers)

    def alive(self) -> bool:
        return self._running() is not None

    def _running(self) -> subprocess.Popen | None:
        return self._process if self._process is not None and self._process.poll() is None else None

    def mend(self) -> None:
        """Kill the part when it hangs; restart it when it has ended and its back-off is over."""
        if process := self._running():
            if self._watch and self._watch.is_silent:
                self._say(f"{self.name} gives no sign of life; ending it")
                process.kill()
                process.wait()
            return
        now = time.monotonic()
        if self._process is not None and not self._again_at:
            self._bury(self._process)
            self._wait(now - self._started_at, f"ended ({_how(self._process.returncode)})")
        elif now >= self._again_at:
            try:
                self.start()
            except NO_ROOM as refused:
                self.kill()  # without a reader it would block on a full pipe
                self._wait(0, f"cannot be started ({refused})")

    def stop(self, patience: float) -> None:
        """Terminate the part; kill it after `patience`."""
        if process := self._running():
            process.terminate()
            if not _ends_within(process, min(patience, _SILENT)):
                self._say(f"{self.name} is finishing what it began; Ctrl-C again does not wait")
                _ends_within(process, patience - _SILENT)
        if self._process:
            self._bury(self._process)

    def kill(self) -> None:
        """Kill the part at once."""
        if process := self._running():
            process.kill()

    def _wait(self, lived: float, why: str) -> None:
        pause = self._pauses.after(lived)
        self._again_at = time.monotonic() + pause
        self._say(f"{self.name} {why}; again in {pause:.0f} s")

    def _bury(self, process: subprocess.Popen) -> None:
        """Kill the part's whole process group, so that no orphan (a web server's worker) keeps its port."""
        if self._watch:
            self._watch.stop()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _listen(self, output: IO[bytes]) -> None:
        with output as lines:
            for line in lines:
                self._log.write(line)
                self._say(f"{self.name:9} | {line.decode(errors='replace').rstrip()}")


def _ends_within(process: subprocess.Popen, seconds: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(seconds, 0))
    return process.poll() is not None


def _die_with(parent: int) -> Callable[[], None]:
    def become() -> None:
        os.setsid()  # Ctrl-C is for the supervisor, which stops things in order
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return become


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
