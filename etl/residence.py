"""Resolves a source's spelling of a residence: which unit, on which days. Pure except for `Readings`.

Each spelling is resolved once and stored (warehouse.residence_reading), so that batches only join with that table; when
units or the code pattern change, all spellings are resolved again.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg

import sql
from etl.pii import plain
from sql.rows import only

SQL = sql.load("queries/residence.sql")

# Ids of warehouse.unit: no value; a code of the country outside of our units; neither.
UNKNOWN, OUTSIDE, NOT_RECOGNISED = 0, -1, -2

# Spellings of a missing value, without accents, punctuation and spaces.
_NOTHING = frozenset(
    "null nil none nan nat na notavailable notapplicable notknown unknown undefined missing blank empty tbd "
    "ref value name num div0 "  # a spreadsheet's own faults: #REF!, #DIV/0!
    "khong khongro khongco khongbiet khongxacdinh khongthongtin khongcothongtin khongkhaibao kro koro "
    "chua chuaro chuaco chuabiet chuaxacdinh chuacapnhat chuacothongtin trong".split()
)
_MARKS = " '\"`´‘’“”="  # around a code, to keep a spreadsheet from reading it as a number
_DECIMALS = re.compile(r"[.,]0{1,2}$")
_GROUPED = re.compile(r"(\d{1,3})[.,](\d{3})")
_LONGEST_CODE = 12  # digits, up to which zeros are restored


def bare(text: str) -> str:
    """A code without spaces, invisible characters and quotes, and with full-width letters normalized."""
    text = unicodedata.normalize("NFC", text)
    kept = (chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cc", "Zs", "Zl", "Zp")).strip(_MARKS)


def spellings(text: str) -> list[str]:
    """The codes that a spelling can stand for: as it is, or without a number cell's decimals or grouping."""
    code = bare(text)
    found = [code, _DECIMALS.sub("", code)]
    if grouped := _GROUPED.fullmatch(code):
        found.append("".join(grouped.groups()))
    return list(dict.fromkeys(found))


def says_nothing(text: str) -> bool:
    """Whether it is a missing value: NULL, nan, #N/A, Không rõ, only punctuation, or only zeros."""
    word = plain(text)
    return word.strip("0") == "" or word in _NOTHING


def is_code(code: str, form: re.Pattern) -> bool:
    """Whether it matches the code pattern, as it is or with the leading zeros that a number cell lost."""
    if form.fullmatch(code) or form.fullmatch(code.upper()):
        return True
    if not code.isdecimal():
        return False
    return sum(bool(form.fullmatch(code.zfill(n))) for n in range(len(code) + 1, _LONGEST_CODE + 1)) == 1


@dataclass(frozen=True)
class Unit:
    """A unit and the days on which it has its code, both inclusive."""

    unit_id: int
    code: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Reading:
    """What a spelling means from one day to another, both inclusive."""

    valid_from: date
    valid_to: date
    unit_id: int


@dataclass
class Gazetteer:
    """Index of the units by the ways in which their codes can be spelt."""

    units: Iterable[Unit]
    form: re.Pattern | None = None
    _exact: dict[str, list[Unit]] = field(default_factory=dict)
    _bare: dict[str, list[Unit]] = field(default_factory=dict)
    _digits: dict[str, list[Unit]] = field(default_factory=dict)

    def __post_init__(self):
        for unit in self.units:
            self._exact.setdefault(unit.code, []).append(unit)
            code = bare(unit.code).casefold()
            self._bare.setdefault(code, []).append(unit)
            if code.isdecimal() and code.startswith("0"):
                self._digits.setdefault(code.lstrip("0"), []).append(unit)

    def read(self, text: str) -> list[Reading]:
        """What a spelling means, for all days in order."""
        codes = spellings(text)
        exact = self._exact.get(text, [])
        spelt = [unit for code in codes for unit in self._bare.get(code.casefold(), ())]
        short = [
            unit for code in codes for unit in self._digits.get(code.lstrip("0"), ()) if len(code) < len(bare(unit.code))
        ]
        is_given = any(self.form and self.form.fullmatch(code) for code in codes)
        starts = {date.min, *(unit.valid_from for unit in (*exact, *spelt, *short))}
        starts |= {unit.valid_to + timedelta(1) for unit in (*exact, *spelt, *short) if unit.valid_to < date.max}
        found: list[Reading] = []
        for first in sorted(starts, reverse=True):
            last = found[-1].valid_from - timedelta(1) if found else date.max
            unit_id = self._on(first, text, codes, (exact, spelt, short), is_given)
            if found and found[-1].unit_id == unit_id:
                found[-1] = Reading(first, found[-1].valid_to, unit_id)
            else:
                found.append(Reading(first, last, unit_id))
        return found[::-1]

    def _on(self, day: date, text: str, codes: list[str], ways: Iterable[list[Unit]], is_given: bool) -> int:
        for way, known in enumerate(ways):
            units = {unit.unit_id for unit in known if unit.valid_from <= day <= unit.valid_to}
            if len(units) == 1 and not (way == 2 and is_given):
                return units.pop()
            if units:  # ambiguous: several units, or a valid code that could also be ours without its zeros
                return NOT_RECOGNISED
        if says_nothing(text):
            return UNKNOWN
        # A code that is ours on other days: abolished, or not yet in force.
        if any(ways) or self.form is None:
            return NOT_RECOGNISED
        return OUTSIDE if any(is_code(code, self.form) for code in codes) else NOT_RECOGNISED


class Readings:
    """The stored readings, on the writer's connection."""

    def __init__(self, db: psycopg.Connection):
        self.db = db
        self._known: set[str] = set()

    def forget(self) -> None:
        """Drop the cache after a rollback."""
        self._known.clear()

    def learn(self, found: Iterable[str]) -> None:
        """Resolve and store new spellings, in the caller's transaction."""
        if new := [text for text in found if text not in self._known]:
            held = {text for (text,) in self.db.execute(SQL["held_spellings"], {"spellings": new})}
            self._write([text for text in new if text not in held])
            self._known.update(new)

    def revise(self) -> list[str]:
        """Resolve every spelling again, by the current units and code pattern. Returns those that changed."""
        if only(self.db.execute(SQL["is_unread"]))[0]:
            # Loaded by a version without readings, whose fingerprint triggers a full rebuild.
            self._write([text for (text,) in self.db.execute(SQL["spellings_of_injections"])])
            return []
        held: dict[str, list[Reading]] = {}
        for text, *reading in self.db.execute(SQL["readings"]):
            held.setdefault(text, []).append(Reading(*reading))
        gazetteer = self._read_gazetteer()
        changed = [text for text, readings in held.items() if gazetteer.read(text) != readings]
        if changed:
            self.db.execute(SQL["drop_readings"], {"spellings": changed})
            self._write(changed)
        return changed

    def _write(self, new: list[str]) -> None:
        if not new:
            return
        gazetteer = self._read_gazetteer()
        with self.db.cursor() as cursor, cursor.copy(SQL["copy_readings"]) as copy:
            for text in new:
                for reading in gazetteer.read(text):
                    copy.write_row((text, reading.valid_from, reading.valid_to, reading.unit_id))

    def _read_gazetteer(self) -> Gazetteer:
        (form,) = only(self.db.execute(SQL["code_form"]))
        units = [Unit(*row) for row in self.db.execute(SQL["units"])]
        return Gazetteer(units, form and re.compile(form))
