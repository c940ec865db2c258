"""Simulates late commits: records whose time is before that of others that were committed first.

A reader that trusts its watermark alone would miss them forever.
"""

import contextlib

import psycopg

from etl.sample import platform

EVERY_SECONDS = 200.0  # on average
LONGEST_SECONDS = 90.0


class LateCommits:
    """At most one open transaction beside the usual ones. A context manager: on leaving, it is given up."""

    def __init__(self, url: str, sites):
        self._url, self._sites = url, sites
        self._db: psycopg.Connection | None = None
        self._commit_at = 0.0
        self._next_at: float | None = None

    def __enter__(self) -> "LateCommits":
        return self

    def __exit__(self, *_) -> None:
        self._drop()

    def work(self, now: int, moment: float) -> None:
        """Open one, or commit it, when its moment has come; `moment` in seconds of a clock that only goes on."""
        draw = self._sites.draw
        if self._next_at is None:
            self._next_at = moment + draw.exponential(EVERY_SECONDS)
        elif self._db is None and moment >= self._next_at:
            self._db = platform.connect(self._url)
            self._sites.enter(self._db, int(draw.integers(1, 4)), now, now - 1_000_000)
            self._commit_at = moment + draw.uniform(10, LONGEST_SECONDS)
        elif self._db is not None and moment >= self._commit_at:
            self._db.execute(platform.SQL["notify"])
            self._db.commit()
            self._drop()
            self._next_at = moment + draw.exponential(EVERY_SECONDS)

    def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(psycopg.Error):
                self._db.close()
            self._db = None
