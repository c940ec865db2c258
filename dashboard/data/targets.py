"""Targets and target populations, and what is odd in them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Target:
    """One row per target and time in force; unit None = every unit, age band and group None = everybody counted."""

    unit_id: int | None
    stage: int
    age_band: int | None
    priority_group: int | None
    share: float
    due_on: date
    source: str
    valid_from: date
    is_sample: bool
    from_batch: int
    began_at: datetime | None
    ended_at: datetime | None  # None: it still holds
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Denominator:
    """One row per version of the populations and stage: what it says of the unit, and the coverage under it."""

    version_id: int
    name: str
    source: str
    dated_on: date
    valid_from: date
    is_sample: bool
    began_at: datetime | None
    ended_at: datetime | None
    is_in_force: bool
    is_used: bool  # coverage is divided by this one
    everybody: int | None
    population: int | None  # of the ages that are counted; None: it does not say all of them
    stage: int
    people: int  # of those that it says
    coverage: float | None
    lacking: list[int] | None = None  # units below of which it does not say them, where it does of others


@dataclass(frozen=True, slots=True)
class OverCauses:
    """One row, in doses but for `shared_ids`, which are persons: what may put coverage wrong (indicator 23)."""

    unknown_residence: int  # injected here, residence unknown
    not_recognised: int  # injected here, the residence is no code
    non_residents: int  # injected here, live elsewhere
    elsewhere: int  # live here, injected elsewhere
    duplicates: int | None  # None where no source tells persons apart, as of shared_ids
    shared_ids: int | None  # one ID, two birth years or sexes; None as of an earlier batch


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """One row per spelling of a residence that is no unit of ours and no code of the country; as of the last batch."""

    spelling: str
    doses: int
    unit_id: int | None  # the unit that has this code on other days


@dataclass(frozen=True, slots=True)
class DenominatorCheck:
    """One row per finding (indicator 24): check "sources" (two versions, >= 10 %) or "children" (do not add up)."""

    check: str
    unit_id: int
    version: str
    other_version: str | None
    population: int
    other_population: int  # the other version's, or the sum of the units below
    difference: float | None


class TargetsQuestions(Arguments):
    """Of the filters: unit, as-of."""

    def targets(self, filters: "Filters") -> Rows[Target]:
        """Those of the unit, of the units above and below it, and of every unit, with those that no longer hold."""
        return self._ask("targets", Target, {"unit": self._unit(filters)} | self._as_of(filters))

    def denominators(self, filters: "Filters") -> Rows[Denominator]:
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("denominators", Denominator, arguments)

    def over_causes(self, filters: "Filters") -> OverCauses:
        return self._ask("over_causes", OverCauses, self._days(filters))[0]

    def not_recognised(self) -> Rows[NotRecognised]:
        """The residences that are not recognised, the most frequent first."""
        return self._ask("not_recognised", NotRecognised, {})

    def denominator_checks(self, filters: "Filters") -> Rows[DenominatorCheck]:
        """About the unit and the units right below it."""
        arguments = {"unit": self._unit(filters)} | self._as_of(filters)
        return self._ask("denominator_checks", DenominatorCheck, arguments)
