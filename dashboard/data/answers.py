"""What the warehouse answers, one frozen row type per question.

Units: people and doses are counts; shares and coverage are 0-1 and uncapped; days are days in the
warehouse's time zone; `_at` are moments in UTC. None means "no figure", never zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar

Row = TypeVar("Row")


class Version(NamedTuple):
    """What a figure was counted from: the last batch that is in it, and when that was committed."""

    batch_id: int | None  # None: nothing was committed yet
    committed_at: datetime | None


class Rows(tuple[Row, ...]):
    """The rows of one answer, all of one snapshot; `.version` says which."""

    version: Version

    def __new__(cls, rows: Iterable[Row], version: Version) -> "Rows[Row]":
        self = super().__new__(cls, rows)
        self.version = version
        return self

    def __getnewargs__(self):
        return tuple(self), self.version


@dataclass(frozen=True, slots=True)
class World:
    """One row: which warehouse this is, and the counter received = loaded + unchanged + quarantined."""

    name: dict[str, str]
    time_zone: str
    root_unit_id: int
    levels: list[dict[str, str]]
    is_sample: bool
    shift_days: int
    batch_id: int | None  # None: nothing was committed yet
    committed_at: datetime | None
    checked_at: datetime | None  # when the source that was asked longest ago was asked
    received: int
    loaded: int
    unchanged: int
    quarantined: int
    vanished: int  # held, and no longer in their source: beside the counter, not in it
    is_first_load: bool  # a source was not read to its end yet: figures are a part, and no verdict is passed on them


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the reference tables were refused when they were last read: as the log says it, and by its code."""

    said: str
    fault: dict[str, str] | None  # None: kept by an earlier release


@dataclass(frozen=True, slots=True)
class Unit:
    """One row per unit and validity; 0 is "residence unknown", -1 "outside the province", -2 "not recognised"."""

    unit_id: int
    code: str
    name: str
    name_en: str | None
    level: int
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    sort_key: str | None

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Site:
    """One row per vaccination site."""

    site_id: int
    code: str
    name: str
    kind: str
    unit_id: int
    daily_plan: int | None


@dataclass(frozen=True, slots=True)
class Vaccine:
    vaccine_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AgeBand:
    """One row per age band; `is_eligible` bands make the default denominator."""

    age_band: int
    label: str
    from_age: int | None
    to_age: int | None
    is_eligible: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """One row per closing: figures as of a batch that somebody gave a name."""

    name: str
    batch_id: int


@dataclass(frozen=True, slots=True)
class Source:
    """One row per source: where it stands now (not part of any as-of)."""

    source: str
    kind: str
    state: str  # running, braked, failed, idle
    reason: str | None
    last_polled_at: datetime | None
    last_change_at: datetime | None
    received: int
    loaded: int
    unchanged: int
    quarantined: int
    vanished: int
    open_quarantine: int
    is_configured: bool  # the settings name it
    is_first_load: bool
    expected: int | None  # rows that it had when the first load began
    per_second: float | None  # records, in the first load
    missing: int  # records that its deliveries no longer hold, while they are counted on
    missing_of: list[str]  # the deliveries, those with the most first
    stop: dict | None = None  # what the brake stopped, while it stands or is released
    # Of the last comparison with a database; None: never compared.
    source_rows: int | None = None
    held_rows: int | None = None
    merged: int | None = None  # rows whose number is, once trimmed, that of another
    without_time: int | None = None  # rows that can never be read
    ahead: int | None = None  # rows of the future, which wait
    not_read: list[dict] | None = None  # of the first files, file and note: what of it is not read
    not_read_files: int | None = None


@dataclass(frozen=True)
class Metric:
    metric: str
    source: str | None
    label: str | None
    value: float


@dataclass(frozen=True, slots=True)
class Told:
    """One row per optional field (sql/told.py): how many sources with records give it, and which do not."""

    field: str
    telling: int
    silent: list[str]


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
class Completeness:
    """One row per number of days after: the share of a day's final doses that is present by then."""

    days_after: int
    share: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row per batch of the last minutes: the doses of one day that it brought, or (negative) took back."""

    batch_id: int
    committed_at: datetime
    doses: int
