"""Subcommands (verbs), one module each; etl.__main__ lists them.

The module's docstring is the verb's help. `arguments(parser)` adds its options, if any; and one of

    act(config, options)               needs no leader
    work(led, options, progress)       runs in the leader, with its prepared Station; `progress` has expect(n) and add(n),
                                       counting `UNIT`s

Both return an Answer, and raise Refused for what cannot be done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from etl.settings import Settings
from sql import connect, version


@dataclass(frozen=True)
class Answer:
    """The result of a verb: figures to print, and the exit code (0 well, 1 something is wrong with data or a source)."""

    figures: dict[str, Any] | None = None
    code: int = 0


class Refused(Exception):
    """A verb cannot be done; the message says what was found and what to do."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


@contextmanager
def warehouse(config: Settings, **how: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a warehouse of exactly this version; `how` as for `connect.raw`. Raises OtherVersion."""
    with connect.raw(config, "etl_writer", **how) as db:
        version.check(db)
        yield db
