"""What the warehouse answers with: frozen rows, all of one version. Each subject's module has its row types.

Units: people and doses are counts; shares and coverage are 0-1 and uncapped; days are days in the
warehouse's time zone; `_at` are moments in UTC. None means "no figure", never zero.

In tables of units the asked unit is `is_self`, the sum of its parts and of what lies in none of them (which has the asked
unit's id without being `is_self`); 0 and -1 stand beside the root.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

Row = TypeVar("Row")


class Version(NamedTuple):
    """What a figure was counted from: the last batch that is in it, and when that was committed."""

    batch_id: int | None  # None: nothing was committed yet
    committed_at: datetime | None


class Rows(tuple[Row, ...]):
    """The rows of one answer, all of one snapshot; `.version` says which."""

    version: Version

    def __new__(cls, rows: Iterable[Row], version: Version) -> "Rows[Row]":
        self = super().__new__(cls, rows)
        self.version = version
        return self

    def __getnewargs__(self):
        return tuple(self), self.version
