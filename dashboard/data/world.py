"""The warehouse itself: its world, its units, sites and vaccines, its batches."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard.data.asking import Asking, Unknown, plain
from dashboard.data.rows import Rows, Version
from sql.clock import Clock


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


class WorldQuestions(Asking):
    def world(self, as_of: int | None = None) -> World:
        """As it was at a batch: its counters, and whether a source was in its first load."""
        return self._ask("world", World, {"as_of": as_of})[0]

    def units(self) -> Rows[Unit]:
        return self._list("units", Unit)

    def sites(self) -> Rows[Site]:
        return self._list("sites", Site)

    def vaccines(self) -> Rows[Vaccine]:
        return self._list("vaccines", Vaccine)

    def age_bands(self) -> Rows[AgeBand]:
        return self._list("age_bands", AgeBand)

    def priority_groups(self) -> tuple[int, ...]:
        return tuple(number for (number,) in self._list("priority_groups", plain))

    def closings(self) -> Rows[Closing]:
        """The named, immutable as-ofs, the newest first."""
        return self._list("closings", Closing)

    def batch(self, number: int) -> Version:
        """When a batch was committed; raises Unknown when there is none of that number."""
        found = self._ask("batch", Version, {"batch": number})
        if not found:
            raise Unknown("as_of", number, [f"1 to {self.world().batch_id}"])
        return found[0]

    def batch_at(self, moment: datetime) -> int | None:
        """The last batch committed at or before `moment`; None when there was none yet. Not cached."""
        return self._fresh("batch_at", plain, {"moment": moment})[0][0]

    def today(self, as_of: int | None = None) -> date:
        """The calendar day in the warehouse's world; as of a batch, the day on which it was committed."""
        world = self.world()
        if as_of is not None:
            return self.batch(as_of).committed_at.astimezone(ZoneInfo(world.time_zone)).date()
        return Clock(world.shift_days).today(world.time_zone)
