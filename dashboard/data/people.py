"""Where people stand: who reached which stage, of how many, against which target. By residence."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Standing:
    """One row per unit and stage: the asked unit (`is_self`), its parts, and what lies in none of them.

    That rest has the asked unit's id without being `is_self`; 0 and -1 stand beside the root.
    """

    unit_id: int
    parent_id: int | None
    is_self: bool
    stage: int
    people: int
    people_today: int
    people_yesterday: int
    population: int | None
    population_source: str | None
    population_on: date | None
    target_share: float | None
    target_due_on: date | None
    coverage: float | None
    coverage_change: float | None
    gap: int | None  # people missing to the target
    pace: float | None  # people a day, mean of the last 7 complete days
    pace_needed: float | None  # people a day, to the due date
    pressure: float | None  # pace needed / pace
    projected_from: date | None
    projected_to: date | None  # None: not on the present pace
    rank: int | None
    counted: int  # the people that coverage and what follows from it are of: without those of `lacking`
    lacking: list[int] | None  # units below without a population, where others have one


@dataclass(frozen=True, slots=True)
class TrendDay:
    """One row per day and stage: people who reached it that day."""

    day: date
    stage: int
    people: int


@dataclass(frozen=True, slots=True)
class PartStanding:
    """One row per part of one unit's people and stage: an age band (part "age") or a priority group (part "group").

    `number` is the band's or the group's; 0 = unknown. As Standing, asked for that part alone.
    """

    part: str
    number: int
    stage: int
    people: int
    population: int | None
    population_source: str | None
    population_on: date | None
    coverage: float | None
    target_share: float | None
    target_due_on: date | None
    gap: int | None
    counted: int | None = None  # as in Standing
    lacking: list[int] | None = None


class PeopleQuestions(Arguments):
    """Of the filters: unit, ages, groups, vaccines, days, as-of."""

    def standing(self, filters: "Filters", level: int | None = None) -> Rows[Standing]:
        """Of the unit and its children, or (`level`) the units of that level below it."""
        return self._ask("standing", Standing, self._people(filters) | self._rows(filters, level))

    def trend(self, filters: "Filters") -> Rows[TrendDay]:
        return self._ask("trend", TrendDay, self._people(filters))

    def standing_by_part(self, filters: "Filters") -> Rows[PartStanding]:
        """The unit by age band and by priority group, over all days; of the filters also the vaccines."""
        arguments = self._people(filters) | {"today": self.today(filters.as_of)}
        return self._ask("standing_by_part", PartStanding, arguments)
