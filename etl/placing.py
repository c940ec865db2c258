"""When, where and of what age an injection counts, worked out again from what was recorded, one injection at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import psycopg

import sql

VERIFY = sql.load("queries/verify.sql")

# Of warehouse.unit: no residence was recorded; one that is no unit of this world on that day.
UNKNOWN, ELSEWHERE = 0, -1


@dataclass(frozen=True)
class Places:
    """The units, sites and ages as the warehouse has them today. Days and ages are inclusive at both ends."""

    units: Mapping[str, list[tuple[date, date, int]]]  # code → from, to, unit
    sites: Mapping[int, int]  # site → unit
    age_bands: list[tuple[int, int, int]]  # from, to, band
    zone: ZoneInfo

    def is_placed(self, i) -> bool:
        """Whether a completed injection stands under its day, units and age band."""
        day = i.injected_at.astimezone(self.zone).date()
        return (i.injected_on, i.place_unit_id, i.residence_unit_id, i.age_band) == (
            day,
            self.sites.get(i.site_id),
            self.residence(i.residence_code, day),
            self.age_band(i.birth_date, i.birth_year, day),
        )

    def residence(self, code: str | None, day: date) -> int:
        if code is None:
            return UNKNOWN
        return next((unit for first, last, unit in self.units.get(code, ()) if first <= day <= last), ELSEWHERE)

    def age_band(self, born_on: date | None, birth_year: int | None, day: date) -> int:
        if born_on is not None:
            age = day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
        elif birth_year is not None:
            age = day.year - birth_year
        else:
            return 0
        return next((band for first, last, band in self.age_bands if first <= age <= last), 0)


def read_places(db: psycopg.Connection, zone: ZoneInfo) -> Places:
    units: dict[str, list] = {}
    for code, *held in db.execute(VERIFY["units"]):
        units.setdefault(code, []).append(tuple(held))
    return Places(units, dict(db.execute(VERIFY["sites"]).fetchall()), db.execute(VERIFY["age_bands"]).fetchall(), zone)
