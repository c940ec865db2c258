"""When doses are entered: what is not in yet, and what comes late. By place of injection."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.asking import plain
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Completeness:
    """One row per number of days after: the share of a day's final doses that is present by then."""

    days_after: int
    share: float


@dataclass(frozen=True, slots=True)
class EnteredDoses:
    """One row per day of injection and day of entry (None: not said): the late-entry triangle."""

    day: date
    entered_on: date | None
    doses: int


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One row per site and day of injection, of what was entered on one later day."""

    site_id: int
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class EntryLag:
    """One row, of a whole unit (indicator 11): days from injection to entry; None: nothing says when."""

    doses: int
    lag_median: int | None
    lag_p90: int | None


class EntriesQuestions(Arguments):
    """Of the filters: unit, days, as-of."""

    def incomplete_from(self, filters: "Filters") -> date | None:
        """The first recent day whose doses are not all in yet."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("incomplete_from", plain, arguments)[0][0]

    def completeness_by_day(self, filters: "Filters") -> Rows[Completeness]:
        """For each number of days 0-14, of the last 28 closed days."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("completeness_by_day", Completeness, arguments)

    def triangle(self, filters: "Filters") -> Rows[EnteredDoses]:
        """Of the unit and days of injection."""
        return self._ask("triangle", EnteredDoses, self._days(filters))

    def late_entries(self, filters: "Filters", entered_on: date | None = None) -> Rows[LateEntry]:
        """What was entered on one day (today) for earlier days."""
        day = entered_on or self.today(filters.as_of)
        arguments = {"unit": self._unit(filters), "entered_on": day} | self._as_of(filters)
        return self._ask("late_entries", LateEntry, arguments)

    def entry_lag(self, filters: "Filters") -> EntryLag:
        return self._ask("entry_lag", EntryLag, self._days(filters))[0]
