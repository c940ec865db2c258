"""The dashboard's only access to the warehouse: one method per question, answered from the versioned cache.

A page asks with its `Filters`; the answer is frozen rows of one snapshot, whose `.version` says as
of which batch. Raises `Unknown` for a code that the warehouse does not know, and
`WarehouseUnreachable` when it is away and the question was never answered before.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from dashboard.data.answers import (
    AgeBand,
    Arrival,
    Closing,
    DosesDay,
    HourDoses,
    Metric,
    Reconciliation,
    Refusal,
    Rows,
    Site,
    Source,
    Standing,
    Told,
    TrendDay,
    Unit,
    UnitDoses,
    Vaccine,
    VaccineDoses,
    Version,
    World,
)
from dashboard.data.asking import Unknown, plain
from dashboard.data.committee import Committee
from dashboard.data.findings import CoverageDay
from dashboard.data.handed_in import HandedIn, Upload, UploadChange, UploadCheck
from dashboard.data.warehouse import UploadRefused, WarehouseUnreachable

if TYPE_CHECKING:
    from dashboard.filters import Filters

__all__ = [
    "AgeBand", "Arrival", "Closing", "CoverageDay", "Data", "DosesDay", "HourDoses",
    "Reconciliation", "Rows",
    "Site", "Source", "Standing", "Told", "TrendDay", "Unit", "UnitDoses", "Unknown", "Upload", "UploadChange",
    "UploadCheck", "UploadRefused", "Vaccine", "VaccineDoses", "Version",
    "WarehouseUnreachable", "World",
]  # fmt: skip


class Data(Committee, HandedIn):
    """Questions to the warehouse; how they are answered: asking.py."""

    # --- the warehouse itself

    def age_bands(self) -> Rows[AgeBand]:
        return self._list("age_bands", AgeBand)

    def priority_groups(self) -> tuple[int, ...]:
        return tuple(number for (number,) in self._list("priority_groups", plain))

    def sources(self) -> Rows[Source]:
        """Never cached: a source can fall silent without a batch."""
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows("sources", Source, {})

    def metrics(self) -> Rows[Metric]:
        """What /metrics tells. Never cached."""
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows("metrics", Metric, {})

    def refusal(self) -> Refusal | None:
        """Of the reference tables; None where they are in force as they are. Never cached: it moves without a batch."""
        with self._warehouse.snapshot() as snapshot:
            return next(iter(snapshot.rows("refusal", Refusal, {})), None)

    def silent_seconds(self) -> float | None:
        """Since the ETL gave a sign of life; None while none has run. Never cached."""
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows("heartbeat", plain, {})[0][0]

    def source_names(self) -> tuple[str, ...]:
        """What the sources are called; their states are `sources`."""
        return tuple(row.source for row in self._ask("sources", Source, {}))

    def told(self) -> Rows[Told]:
        """What the sources tell, by the fields that they may leave out."""
        return self._list("told", Told)

    def closings(self) -> Rows[Closing]:
        """The named, immutable as-ofs, the newest first."""
        return self._list("closings", Closing)

    def batch_at(self, moment: datetime) -> int | None:
        """The last batch committed at or before `moment`; None when there was none yet. Not cached."""
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows("batch_at", plain, {"moment": moment})[0][0]

    # --- people

    def standing(self, filters: "Filters", level: int | None = None) -> Rows[Standing]:
        """Of the unit and its children, or (`level`) the units of that level below it."""
        return self._ask("standing", Standing, self._people(filters) | self._rows(filters, level))

    def trend(self, filters: "Filters") -> Rows[TrendDay]:
        return self._ask("trend", TrendDay, self._people(filters))

    # --- doses

    def doses_trend(self, filters: "Filters") -> Rows[DosesDay]:
        return self._ask("doses_trend", DosesDay, self._doses(filters))

    def doses_by_unit(self, filters: "Filters", level: int | None = None) -> Rows[UnitDoses]:
        """Of the unit and its children, or (`level`) the units of that level below it."""
        return self._ask("doses_by_unit", UnitDoses, self._doses(filters) | self._rows(filters, level))

    def doses_by_hour(self, filters: "Filters", day: date | None = None) -> Rows[HourDoses]:
        """Of one day (today), by place of injection."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("doses_by_hour", HourDoses, arguments)

    def arrivals(self, filters: "Filters") -> Rows[Arrival]:
        """Of today, what each of the last batches brought; the newest first."""
        arguments = {"unit": self._unit(filters), "basis": filters.basis, "day": self.today(filters.as_of)}
        return self._ask("arrivals", Arrival, arguments | self._as_of(filters))

    def doses_by_vaccine(self, filters: "Filters") -> Rows[VaccineDoses]:
        return self._ask("doses_by_vaccine", VaccineDoses, self._doses(filters))

    def reconciliation(self, filters: "Filters") -> Reconciliation:
        return self._ask("reconciliation", Reconciliation, self._days(filters))[0]

    # --- how good and how complete the figures are

    def incomplete_from(self, filters: "Filters") -> date | None:
        """The first recent day whose doses are not all in yet."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("incomplete_from", plain, arguments)[0][0]
