"""Doses given, and of whom: by day, hour, unit and vaccine, by residence or by place of injection."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class DosesDay:
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class UnitDoses:
    """One row per unit, as in Standing."""

    unit_id: int
    is_self: bool
    doses: int
    doses_today: int
    doses_yesterday: int
    plan_today: int | None


@dataclass(frozen=True, slots=True)
class HourDoses:
    """One row per hour 0-23 of one day, by place of injection."""

    hour: int
    doses: int


@dataclass(frozen=True, slots=True)
class VaccineDoses:
    """One row per vaccine and dose number."""

    vaccine_id: int
    dose_number: int
    doses: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One row: at_home + elsewhere + non_residents + unknown_residence + not_recognised = total, in doses."""

    at_home: int
    elsewhere: int
    non_residents: int
    unknown_residence: int
    not_recognised: int
    total: int

    @property
    def injected_here(self) -> int:
        return self.at_home + self.non_residents + self.unknown_residence + self.not_recognised

    @property
    def is_residence_known(self) -> bool:
        """Of any dose: else who lives here, or elsewhere, is nothing that could be counted, not 0."""
        return bool(self.at_home or self.elsewhere or self.non_residents or not self.total)

    @property
    def visitors_share(self) -> float | None:
        """Of the doses injected here of which it is known where the person lives."""
        known = self.at_home + self.non_residents
        return self.non_residents / known if known else None


@dataclass(frozen=True, slots=True)
class Flow:
    """One row per direction and other unit, in doses (indicator 4); they add up to Reconciliation's parts.

    The other unit is of the asked unit's level where there is one; 0 = residence unknown, -1 = outside, -2 = not recognised.
    """

    is_leaving: bool  # residents injected there; else residents of there injected here
    unit_id: int
    doses: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row per batch of the last minutes: the doses of one day that it brought, or (negative) took back."""

    batch_id: int
    committed_at: datetime
    doses: int


class DosesQuestions(Arguments):
    def doses_trend(self, filters: "Filters") -> Rows[DosesDay]:
        return self._ask("doses_trend", DosesDay, self._doses(filters))

    def doses_by_unit(self, filters: "Filters", level: int | None = None) -> Rows[UnitDoses]:
        """Of the unit and its children, or (`level`) the units of that level below it."""
        return self._ask("doses_by_unit", UnitDoses, self._doses(filters) | self._rows(filters, level))

    def doses_by_hour(self, filters: "Filters", day: date | None = None) -> Rows[HourDoses]:
        """Of one day (today), by place of injection."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("doses_by_hour", HourDoses, arguments)

    def doses_by_vaccine(self, filters: "Filters") -> Rows[VaccineDoses]:
        return self._ask("doses_by_vaccine", VaccineDoses, self._doses(filters))

    def reconciliation(self, filters: "Filters") -> Reconciliation:
        return self._ask("reconciliation", Reconciliation, self._days(filters))[0]

    def flow(self, filters: "Filters") -> Rows[Flow]:
        """Where residents are injected elsewhere, and where those come from whom the unit injects; most first."""
        return self._ask("flow", Flow, self._days(filters))

    def arrivals(self, filters: "Filters") -> Rows[Arrival]:
        """Of today, what each of the last batches brought; the newest first."""
        arguments = {"unit": self._unit(filters), "basis": filters.basis, "day": self.today(filters.as_of)}
        return self._ask("arrivals", Arrival, arguments | self._as_of(filters))
