"""Then and now: ranks, coverage over time, people by the units of another day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


# The units of the merger: docs/rules.md.
RECAST_ON = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class RankMovement:
    """One row per unit of one stage: now, and at the end of an earlier day by what is known now."""

    unit_id: int
    is_self: bool
    people: int
    people_before: int
    population: int | None
    target_share: float | None
    coverage: float | None
    coverage_before: float | None
    coverage_change: float | None
    rank: int | None
    rank_before: int | None
    moved: int | None  # > 0: climbed
    lacking: list[int] | None = None  # as in Standing


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """One row per unit, stage and day on which anybody reached it: all who had by then."""

    unit_id: int
    stage: int
    day: date
    people: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Recast:
    """One row per unit of another day and stage; the rows add up to the asked unit's own people."""

    unit_id: int  # a unit of that day
    stage: int
    people: int
    population: int | None  # of the units of which it is made, but those of `lacking`
    coverage: float | None
    units: int  # how many of the smallest units of old are in it; 0: people of whom only a larger unit is known
    counted: int | None = None  # the people that coverage is of
    lacking: list[int] | None = None  # the units of old in it without a population, where others have one


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One row per smallest unit of the day meant: the unit of another day in which it lies."""

    unit_id: int
    successor_id: int


class CompareQuestions(Arguments):
    def rank_movement(self, filters: "Filters", stage: int, then: date, level: int | None = None) -> Rows[RankMovement]:
        """Now (or as of the filters' batch) and at the end of `then`, by what is known now (or as of that batch)."""
        arguments = self._people(filters) | self._rows(filters, level) | {"stage": stage, "then": then}
        return self._ask("rank_movement", RankMovement, arguments)

    def coverage_by_day(self, filters: "Filters", units: Iterable[int]) -> Rows[CoverageDay]:
        """Of some units, by their ids, over all days; of the filters not the unit."""
        arguments = self._people(filters) | {"units": sorted(set(units)), "today": self.today(filters.as_of)}
        del arguments["unit"]
        return self._ask("coverage_by_day", CoverageDay, arguments)

    def recast(self, filters: "Filters", day: date = RECAST_ON) -> Rows[Recast]:
        """The unit's people over all days, by the units of `day`."""
        arguments = self._people(filters) | {"today": self.today(filters.as_of), "day": day}
        return self._ask("recast", Recast, arguments)

    def taken_over(self, filters: "Filters", day: date = RECAST_ON) -> Rows[TakenOver]:
        """Of what the units of `day` are made."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of), "day": day}
        return self._ask("taken_over", TakenOver, arguments)
