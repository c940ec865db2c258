"""Ends orphans of an earlier run: processes that were suspended when the run was killed."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sql.patience import PULSE

_LOOK_EVERY_SECONDS = 0.1
_FORCED_SECONDS = 5.0


def end(pulse: Path, patience: float, say: Callable[[str], None]) -> None:
    """Terminate every process that was started with this pulse file; kill it after `patience` seconds.

    The caller must hold the folder's lock: then they cannot belong to a live run.
    """
    if not (left := _started_with(pulse)):
        return
    say(f"An earlier run left processes behind ({', '.join(map(str, left))}); ending them")
    for wish in (signal.SIGTERM, signal.SIGCONT):
        _tell(left, wish)
    until = time.monotonic() + patience
    while left := _started_with(pulse):
        if (over := time.monotonic() - until) > 0:
            _tell(left, signal.SIGKILL)
        if over > _FORCED_SECONDS:
            say(f"They do not end: {', '.join(map(str, left))}")  # uninterruptible, as when a disk does not answer
            return
        time.sleep(_LOOK_EVERY_SECONDS)


def _started_with(pulse: Path) -> list[int]:
    """The processes with this pulse file in their environment, except this one, which may have inherited it."""
    wanted, found = f"{PULSE}={pulse}".encode(), []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # gone meanwhile, or someone else's
            if place.parent.name != str(os.getpid()) and wanted in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found


def _tell(processes: list[int], wish: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, wish)
