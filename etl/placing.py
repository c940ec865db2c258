"""Derives the day, units and age band of an injection again, one at a time: the independent check of `verify`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import psycopg

import sql
from etl.residence import NOT_RECOGNISED, OUTSIDE, UNKNOWN, bare, is_code, says_nothing, spellings
from sql.told import BITS

VERIFY = sql.load("queries/verify.sql")


@dataclass(frozen=True)
class Places:
    """Units, sites and age bands as of today. Days and ages are inclusive at both ends."""

    units: Mapping[str, list[tuple[date, date, int]]]  # code → from, to, unit
    sites: Mapping[int, int]  # site → unit
    age_bands: list[tuple[int, int, int]]  # from, to, band
    zone: ZoneInfo
    form: re.Pattern | None = None  # of a code of the country
    _read: dict[tuple[str, date], int] = field(default_factory=dict)

    def is_placed(self, i) -> bool:
        """Whether a completed injection is stored with the right day, units and age band, and claims no field that its source lacks."""
        day = i.injected_at.astimezone(self.zone).date()
        is_told = i.told is None or bool(i.told & BITS["identity_status"])
        return (is_told or i.identity_status == "unknown") and (
            i.injected_on,
            i.place_unit_id,
            i.residence_unit_id,
            i.age_band,
        ) == (
            day,
            self.sites.get(i.site_id),
            self.residence(i.residence_code, day),
            self.age_band(i.birth_date, i.birth_year, day, (i.age_from, i.age_to)),
        )

    def residence(self, spelling: str | None, day: date) -> int:
        if spelling is None:
            return UNKNOWN
        if (spelling, day) not in self._read:
            self._read[spelling, day] = self._residence(spelling, day)
        return self._read[spelling, day]

    def _residence(self, spelling: str, day: date) -> int:
        """The unit with that exact code; else the only one that can be meant; else what is known of foreign codes."""
        if (unit := self._unit(spelling, day)) is not None:
            return unit
        can_be = spellings(spelling)
        is_given = any(self.form and self.form.fullmatch(text) for text in can_be)
        for is_same in (_is_same, _has_lost_zeros):
            alike = [code for code in self.units if any(is_same(text, code) for text in can_be)]
            found = {unit for code in alike if (unit := self._unit(code, day)) is not None}
            if found:
                is_plain = len(found) == 1 and not (is_same is _has_lost_zeros and is_given)
                return found.pop() if is_plain else NOT_RECOGNISED
        if says_nothing(spelling):
            return UNKNOWN
        is_ours = any(_is_same(text, code) or _has_lost_zeros(text, code) for text in can_be for code in self.units)
        is_theirs = self.form is not None and any(is_code(text, self.form) for text in can_be)
        return OUTSIDE if is_theirs and not is_ours else NOT_RECOGNISED

    def _unit(self, code: str, day: date) -> int | None:
        return next((unit for first, last, unit in self.units.get(code, ()) if first <= day <= last), None)

    def age_band(
        self, born_on: date | None, birth_year: int | None, day: date, ages: tuple[int | None, int | None] = (None, None)
    ) -> int:
        if born_on is not None:
            age = day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
        elif birth_year is not None:
            age = day.year - birth_year
        else:
            return self._band_of(*ages)
        return self._band_of(age, age)

    def _band_of(self, youngest: int | None, oldest: int | None) -> int:
        """The band that contains all these ages, or 0."""
        if youngest is None or oldest is None:
            return 0
        return next((band for first, last, band in self.age_bands if first <= youngest <= oldest <= last), 0)


def _is_same(text: str, code: str) -> bool:
    return text.casefold() == bare(code).casefold()


def _has_lost_zeros(text: str, code: str) -> bool:
    code = bare(code)
    return code.isdecimal() and len(text) < len(code) and text.lstrip("0") == code.lstrip("0")


@dataclass(frozen=True)
class Spellings:
    """What the aliases of vaccines and sites mean today, by alias id; None for those that were removed."""

    vaccines: Mapping[int, int | None]
    sites: Mapping[int, int | None]
    own: Mapping[int, int | None]  # site → the site that its own code means

    def matches(self, i) -> bool:
        """Whether a completed injection is stored with the vaccine and the site that its aliases mean."""
        site = self.own.get(i.site_id) if i.site_alias_id is None else self.sites.get(i.site_alias_id)
        is_told = i.vaccine_alias_id is not None  # else it came with a version that did not keep it
        return i.site_id == site and (not is_told or i.vaccine_id == self.vaccines.get(i.vaccine_alias_id))


def read_spellings(db: psycopg.Connection) -> Spellings:
    return Spellings(
        *(dict(db.execute(VERIFY[name]).fetchall()) for name in ("vaccine_aliases", "site_aliases", "own_codes"))
    )


def read_places(db: psycopg.Connection, zone: ZoneInfo) -> Places:
    units: dict[str, list] = {}
    for code, *held in db.execute(VERIFY["units"]):
        units.setdefault(code, []).append(tuple(held))
    (form,) = db.execute(VERIFY["code_form"]).fetchone() or (None,)
    sites, bands = db.execute(VERIFY["sites"]).fetchall(), db.execute(VERIFY["age_bands"]).fetchall()
    return Places(units, dict(sites), bands, zone, form and re.compile(form))
