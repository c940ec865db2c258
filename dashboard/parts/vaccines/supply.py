"""Which stores run out soon, and which stock could be moved there. Of Stock rows; no input or output."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

# What runs out within a week needs an answer today; an answer lasts the fortnight over which daily use is measured.
SOON_DAYS = 7
HOLD_DAYS = 14


@dataclass(frozen=True)
class Need:
    """A store that runs out soon: `wanted` doses make it last HOLD_DAYS.

    wanted = moved (from the store `giver`) + ordered (from above).
    """

    unit_id: int
    vaccine_id: int
    usable: int
    cover_days: float
    runs_out_on: date
    wanted: int
    giver: int | None = None
    moved: int = 0

    @property
    def ordered(self) -> int:
        return self.wanted - self.moved


def runs_out_soon(row) -> bool:
    """Of a Stock row."""
    return row.cover_days is not None and row.cover_days < SOON_DAYS


def short_of_second_doses(row) -> int:
    """Second doses that fall due in the coming four weeks beyond what is in stock; 0 where no stock is known."""
    return max(0, row.due_soon - row.usable) if row.usable is not None else 0


def spare(row) -> int:
    """What a store can give away and still last HOLD_DAYS and meet its own second doses of four weeks."""
    if row.usable is None:
        return 0
    return max(0, row.usable - max(ceil(row.daily_use * HOLD_DAYS), row.due_soon))


def needs(rows: Sequence) -> list[Need]:
    """The first to run out first; each is given what the store with most to spare has, nothing is given twice."""
    parts = [row for row in rows if not row.is_self]
    short = [
        Need(
            row.unit_id,
            row.vaccine_id,
            row.usable,
            row.cover_days,
            row.runs_out_on,
            ceil(row.daily_use * HOLD_DAYS) - row.usable,
        )
        for row in parts
        if runs_out_soon(row)
    ]
    left = {(row.vaccine_id, row.unit_id): spare(row) for row in parts if not runs_out_soon(row)}
    answered = []
    for need in sorted(short, key=lambda need: (need.runs_out_on, -need.wanted)):
        givers = [key for key in left if key[0] == need.vaccine_id and left[key]]
        if givers:
            best = max(givers, key=left.__getitem__)
            moved = min(need.wanted, left[best])
            left[best] -= moved
            need = replace(need, giver=best[1], moved=moved)
        answered.append(need)
    return answered
