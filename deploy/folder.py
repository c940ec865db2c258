"""The data folder: locked by one run at a time; only what we created is ever removed."""

import fcntl
import json
import os
import shutil
from pathlib import Path

MARKER = ".vaccination-dashboard"
# Removed by --fresh. The person key, the logs and the virtual environment stay.
DATABASES = ("postgres", "cache", "effective.yaml", "instance.json")

# ./run may have created its virtual environment here before us.
_OF_RUN = {".venv", ".venv.lock"}


class FolderError(Exception):
    """The data folder cannot be used; the message says why and what to do."""


class Held(FolderError):
    """Another process has locked the folder; the message says where it runs."""


class DataFolder:
    """A folder locked by this process; the kernel releases the lock even after kill -9."""

    def __init__(self, path: Path):
        self.path = path
        try:
            is_new = not path.exists() or {place.name for place in path.iterdir()} <= _OF_RUN
            path.mkdir(parents=True, exist_ok=True)
            if is_new:
                (path / MARKER).write_text("Made by ./run; --fresh may remove the databases in here.\n")
            # Append, so that a second run does not wipe what the first one wrote.
            self._lock = (path / "lock").open("a+")
        except OSError as refused:
            raise FolderError(f"{path}: {refused.strerror}; choose another folder by --data") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with self._lock:
                raise Held(f"already running at {self._holder()}") from None
        self.logs = path / "logs"
        self.logs.mkdir(exist_ok=True)

    def close(self) -> None:
        """Release the folder."""
        self._lock.close()

    def announce(self, address: str) -> None:
        """Write pid and address to the lock file, for a second run."""
        self._lock.truncate(0)
        self._lock.write(json.dumps({"address": address, "pid": os.getpid()}))
        self._lock.flush()

    def to_remove(self) -> list[Path]:
        """What `remove_databases` would remove."""
        if not (self.path / MARKER).exists():
            raise FolderError(f"{self.path} was not made by ./run, so --fresh leaves it alone: remove it by hand")
        return [self.path / name for name in DATABASES if (self.path / name).exists()]

    def remove_databases(self) -> None:
        """Remove all databases in the folder, permanently."""
        for place in self.to_remove():
            shutil.rmtree(place) if place.is_dir() else place.unlink()

    def _holder(self) -> str:
        self._lock.seek(0)
        try:
            said = json.loads(self._lock.read())
            return f"{said['address']} (pid {said['pid']})"
        except (ValueError, KeyError):
            return f"{self.path} (it is just starting)"


def write_whole(file: Path, text: str) -> None:
    """Write a file atomically, readable by its owner only: a full disk leaves the previous one intact."""
    draft = file.with_name(file.name + ".part")
    draft.unlink(missing_ok=True)
    with open(draft, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as written:
        written.write(text)
    draft.replace(file)
