"""Whether a process is still there; a zombie that nobody reaps (a container's lot) is not."""

import time
from collections.abc import Callable
from pathlib import Path


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(pid: int, seconds: float = 15) -> bool:
    """Whether a process is gone within `seconds`."""
    return becomes(lambda: not is_running(pid), seconds)


def becomes(true: Callable[[], object], seconds: float = 15) -> bool:
    """Whether `true` comes to hold within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (held := bool(true())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def with_environment(name: str, value: str) -> list[int]:
    """The running processes that were started with this variable."""
    wanted, found = f"{name}={value}".encode(), []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in place.read_bytes().split(b"\0") and is_running(int(place.parent.name)):
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found
