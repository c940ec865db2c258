"""Who should have the second dose: overdue, due in the coming days, dropout. By residence."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Overdue:
    """One row per unit: who should have the second dose (indicator 6). Persons, by residence."""

    unit_id: int
    is_self: bool
    overdue: int  # one dose, and the longest recommended interval has passed
    passed: int  # everybody whose interval has passed, with a second dose or without
    share: float | None  # overdue / passed
    due_soon: int  # one dose, and the interval ends on one of the 28 days from today on


@dataclass(frozen=True, slots=True)
class DueDay:
    """One row per day and vaccine of the first dose: persons who wait and whose interval ends that day."""

    day: date
    vaccine_id: int
    people: int


@dataclass(frozen=True, slots=True)
class Dropout:
    """One row per unit: first and second doses of the days asked for (indicator 5), and the RED category (7)."""

    unit_id: int
    is_self: bool
    first_doses: int | None  # as recorded, by residence, of vaccines that ask for more than one; None: not told by number
    second_doses: int | None
    dropout: float | None  # may be negative: say so
    is_negative: bool | None
    coverage: float | None  # at least one dose, over all days
    red_category: int | None  # 1-4
    lacking: list[int] | None = None  # as in Standing


class SecondDoseQuestions(Arguments):
    """Of the filters: unit, ages, groups, vaccines, as-of."""

    def overdue(self, filters: "Filters", level: int | None = None) -> Rows[Overdue]:
        """Of the unit and its children, or (`level`) the units of that level below it. No days: it is of today."""
        return self._ask("overdue", Overdue, self._people(filters) | self._rows(filters, level))

    def due_by_day(self, filters: "Filters", days: int = 28) -> Rows[DueDay]:
        """Of the days from today on. No row for a day without anybody."""
        today = self.today(filters.as_of)
        span = {"from": today, "to": today + timedelta(days=days - 1), "today": today}
        return self._ask("due_by_day", DueDay, self._people(filters) | span)

    def dropout(self, filters: "Filters", red_coverage: float = 0.9, level: int | None = None) -> Rows[Dropout]:
        """Of the filters' days; `red_coverage` is the settings' dashboard.red_coverage."""
        arguments = self._people(filters) | self._rows(filters, level) | {"red_coverage": red_coverage}
        return self._ask("dropout", Dropout, arguments)
