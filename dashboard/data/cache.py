"""Answers kept by what they were counted from, not by how long ago they were asked.

Two layers: a table in the process holds the last answer to each question (a hit costs a
microsecond, and it is what a page still has when the warehouse is gone), and a folder or Redis is
shared between the workers and outlives them.
"""

import hashlib
import logging
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

import sql
from dashboard.data.rows import Version

log = logging.getLogger(__name__)

# Live, every batch (2 s) makes new keys and the old ones are never asked for again.
_SECONDS = 60
# Answers in the process: 1-150 kB each, so at most some 50 MB.
_REMEMBERED = 400


class CacheError(Exception):
    """The cache that was asked for cannot be had; the message says what to do."""


def shared(folder: Path, url: str | None):
    """The layer between processes: Redis at `url`, else files in `folder`.

    Values are pickled, so who can write there can run code here: the folder is ours alone. Raises CacheError.
    """
    if url:
        try:
            import redis
        except ImportError:
            raise CacheError("CACHE_URL is set, but the package redis is not installed: pip install redis") from None
        from flask_caching.backends import RedisCache

        # A Redis that hangs must not cost more than the question itself.
        client = redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        return RedisCache(host=client, default_timeout=_SECONDS, key_prefix="coverage:")
    from flask_caching.backends import FileSystemCache

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    # threshold=0: its own way of tidying up looks into 2,000 files at each write (60 ms); see _sweep.
    return FileSystemCache(str(folder), threshold=0, default_timeout=_SECONDS, mode=0o600)


class Cache:
    """The last answer to each question, with the version that it is of."""

    def __init__(self, shared, folder: Path | None = None, definitions: str | None = None):
        self._shared = shared
        self._folder = folder
        self._swept = time.monotonic()
        # The same batch under a changed definition is another figure.
        self._definitions = definitions or _fingerprint()
        self._last: OrderedDict[tuple, tuple[Version, object]] = OrderedDict()
        self._locks: dict[tuple, threading.Lock] = {}
        self._guard = threading.Lock()

    def find(self, question: tuple, version: Version):
        """The answer to `question` at exactly this version, or None."""
        held = self._last.get(question)
        if held and held[0] == version:
            return held[1]
        if version.batch_id is None:  # an empty warehouse has no version to tell it from another's
            return None
        try:
            answer = self._shared.get(self._key(question, version))
        except Exception as error:  # a torn file, a Redis that is away: count again
            log.warning("cache: %s could not be read (%s)", question[0], type(error).__name__)
            return None
        if answer is not None:
            self._remember(question, version, answer)
        return answer

    def keep(self, question: tuple, version: Version, answer) -> None:
        self._remember(question, version, answer)
        if version.batch_id is None:
            return
        try:
            self._shared.set(self._key(question, version), answer)
        except Exception as error:
            log.warning("cache: %s could not be written (%s)", question[0], type(error).__name__)
        if self._folder and time.monotonic() - self._swept > _SECONDS:
            self._swept = time.monotonic()
            _sweep(self._folder)

    def last(self, question: tuple):
        """The last answer to `question`, of whatever version, or None."""
        held = self._last.get(question)
        return held[1] if held else None

    def alone(self, question: tuple) -> threading.Lock:
        """The lock under which one thread of this process works out an answer."""
        with self._guard:
            return self._locks.setdefault(question, threading.Lock())

    def _remember(self, question: tuple, version: Version, answer) -> None:
        with self._guard:
            held = self._last.get(question)
            if held and (held[0].batch_id or 0) > (version.batch_id or 0):
                return  # of a page that stands at an earlier batch
            self._last[question] = version, answer
            self._last.move_to_end(question)
            while len(self._last) > _REMEMBERED:
                oldest, _ = self._last.popitem(last=False)
                self._locks.pop(oldest, None)

    def _key(self, question: tuple, version: Version) -> str:
        return digest(self._definitions, version, question)


def _sweep(folder: Path) -> None:
    """Remove what is out of date: 20 ms for 1,000 files."""
    oldest = time.time() - _SECONDS
    for file in os.scandir(folder):
        try:
            if file.stat().st_mtime < oldest:
                os.unlink(file)
        except FileNotFoundError:
            continue  # another worker was here


def digest(*parts) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _fingerprint() -> str:
    """Every definition that a figure depends on: the views, what is spelt out in them, and the rows they are read into."""
    files = [*sorted(sql.FOLDER.glob("views/*.sql")), *sorted(sql.FOLDER.glob("questions/*.sql"))]
    files += [sql.FOLDER / "measures.py", sql.FOLDER / "filters.py", *sorted(Path(__file__).parent.glob("*.py"))]
    return digest(*(file.read_bytes() for file in files))
