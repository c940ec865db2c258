"""Counts a day, without holes, and what is read off them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True)
class Daily:
    """Counts of consecutive days from `first` on; from `incomplete_from` on not all entries are in."""

    first: date
    counts: tuple[int, ...]
    incomplete_from: date | None = None

    @property
    def days(self) -> list[date]:
        return [self.first + DAY * number for number in range(len(self.counts))]

    @property
    def settled(self) -> int:
        """How many of the days are complete."""
        if self.incomplete_from is None:
            return len(self.counts)
        return min(len(self.counts), max(0, (self.incomplete_from - self.first).days))

    @property
    def means(self) -> list[float | None]:
        """The mean of the 7 days up to each complete day; None where 7 days are not there."""
        return [
            sum(self.counts[number - WEEK + 1 : number + 1]) / WEEK if WEEK - 1 <= number < self.settled else None
            for number in range(len(self.counts))
        ]

    def last(self, days: int) -> "Daily":
        start = max(0, len(self.counts) - days)
        return Daily(self.first + DAY * start, self.counts[start:], self.incomplete_from)


def daily(
    counted: Iterable[tuple[date, int]], to: date, since: date | None = None, incomplete_from: date | None = None
) -> Daily:
    """Days that nothing was counted on are zero. Empty when nothing was counted at all."""
    found: dict[date, int] = {}
    for day, count in counted:
        found[day] = found.get(day, 0) + count
    if not found:
        return Daily(since or to, (), incomplete_from)
    first = since or min(found)
    length = (to - first).days + 1
    counts = tuple(found.get(first + DAY * number, 0) for number in range(max(0, length)))
    return Daily(first, counts, incomplete_from)
