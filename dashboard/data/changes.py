"""Why and where a figure changed between two batches."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Change:
    """One row per day, cause (new, late, corrected, voided, vanished, duplicate, reclassified) and, for doses, site.

    The amounts of all rows add up to the figure's difference between the two batches (indicator 26).
    """

    day: date  # of injection; for people the day on which the stage was reached
    cause: str
    site_id: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """One row per cause and unit right below the asked one, whose own id is what lies at none of these."""

    unit_id: int
    cause: str
    amount: int


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """One row per stage: by_records + by_denominator = coverage - coverage_before."""

    stage: int
    people_before: int
    people: int
    population_before: int | None
    population: int | None
    coverage_before: float | None
    coverage: float | None
    by_records: float | None
    by_denominator: float | None
    counted_before: int | None = None  # the people that coverage is of: without those of `lacking`
    counted: int | None = None
    lacking: list[int] | None = None  # units without a population then, or now, where others have one


class ChangesQuestions(Arguments):
    """From an earlier batch to the filters' as-of (None: now)."""

    def changes(self, filters: "Filters", after_batch: int, figure: str = "doses") -> Rows[Change]:
        """After `after_batch`, up to the filters' as-of (None: now). `figure`: doses (by the filters' basis), or first,
        complete, booster1, booster2 (by residence). Raises Unknown for a batch to come."""
        arguments = self._doses(filters) | {"today": self.today(filters.as_of), "figure": figure}
        arguments |= {"after_batch": self.batch(after_batch).batch_id, "to_batch": arguments.pop("as_of")}
        return self._ask("changes", Change, arguments)

    def changed_places(self, filters: "Filters", after_batch: int, figure: str = "doses") -> Rows[PlaceChange]:
        """As `changes` over all days, by the units right below the unit."""
        arguments = self._doses(filters) | {"today": self.today(filters.as_of), "figure": figure}
        arguments |= {"after_batch": self.batch(after_batch).batch_id, "to_batch": arguments.pop("as_of")}
        del arguments["from"], arguments["to"]
        return self._ask("changed_places", PlaceChange, arguments)

    def coverage_change(self, filters: "Filters", after_batch: int) -> Rows[CoverageChange]:
        """Over all days, of the filters' ages and groups, after `after_batch`, up to the filters' as-of (None: now)."""
        arguments = self._people(filters) | {"after_batch": after_batch, "then": self.today(after_batch)}
        arguments |= {"to_batch": arguments.pop("as_of"), "today": self.today(filters.as_of)}
        return self._ask("coverage_change", CoverageChange, arguments)
