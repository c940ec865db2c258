"""What a source's spelling of a residence means: which unit, on which days. Pure but for `Readings`.

Each spelling is read once, against the units, and its reading kept beside them (warehouse.residence_reading): a batch
joins with that table, and where units or the form of a code change, the spellings are read again.
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

# Of warehouse.unit: nothing was said; a code of the country that is not ours; neither that nor one of ours.
UNKNOWN, OUTSIDE, NOT_RECOGNISED = 0, -1, -2

# What people and programs write where they know nothing, without accents, marks and spaces.
_NOTHING = frozenset(
    "null nil none nan nat na notavailable notapplicable notknown unknown undefined missing blank empty tbd "
    "ref value name num div0 "  # a spreadsheet's own faults: #REF!, #DIV/0!
    "khong khongro khongco khongbiet khongxacdinh khongthongtin khongcothongtin khongkhaibao kro koro "
    "chua chuaro chuaco chuabiet chuaxacdinh chuacapnhat chuacothongtin trong".split()
)
_MARKS = " '\"`´‘’“”="  # around a code: what keeps a spreadsheet from reading it as a number
_DECIMALS = re.compile(r"[.,]0{1,2}$")
_GROUPED = re.compile(r"(\d{1,3})[.,](\d{3})")
_LONGEST_CODE = 12  # digits, that zeros are tried up to


def bare(text: str) -> str:
    """A code without what is no part of it: spaces, invisible characters, marks around it, the width of its letters."""
    text = unicodedata.normalize("NFC", text)
    kept = (chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cc", "Zs", "Zl", "Zp")).strip(_MARKS)


def spellings(text: str) -> list[str]:
    """The codes that a spelling can stand for: as it is, and of a number cell without decimals or grouping."""
    code = bare(text)
    found = [code, _DECIMALS.sub("", code)]
    if grouped := _GROUPED.fullmatch(code):
        found.append("".join(grouped.groups()))
    return list(dict.fromkeys(found))


def says_nothing(text: str) -> bool:
    """NULL, nan, #N/A, Không rõ; also what has neither letter nor digit, and zeros alone."""
    word = plain(text)
    return word.strip("0") == "" or word in _NOTHING


def is_code(code: str, form: re.Pattern) -> bool:
    """Whether it has the form of a code of the country, as it is or with the zeros that a number cell lost."""
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
    """A spelling on the days from one to another."""

    valid_from: date
    valid_to: date
    unit_id: int


@dataclass
class Gazetteer:
    """The units by all that their codes can be spelt as."""

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
        """What a spelling means on which days: all days, in order."""
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
            if units:  # several that it can be; or a code as it stands, or one of ours without its zeros
                return NOT_RECOGNISED
        if says_nothing(text):
            return UNKNOWN
        # A code that is ours on other days: of an abolished hierarchy, or of one that was not there yet.
        if any(ways) or self.form is None:
            return NOT_RECOGNISED
        return OUTSIDE if any(is_code(code, self.form) for code in codes) else NOT_RECOGNISED


class Readings:
    """The readings that the warehouse keeps, on the connection of its one writer."""

    def __init__(self, db: psycopg.Connection):
        self.db = db
        self._known: set[str] = set()

    def forget(self) -> None:
        """Ask the warehouse again: a transaction came to nothing."""
        self._known.clear()

    def learn(self, found: Iterable[str]) -> None:
        """Read the spellings that were not met before, in the caller's transaction."""
        if new := [text for text in found if text not in self._known]:
            held = {text for (text,) in self.db.execute(SQL["held_spellings"], {"spellings": new})}
            self._write([text for text in new if text not in held])
            self._known.update(new)

    def revise(self) -> list[str]:
        """Read every spelling again, by the units and the form of now. Returns those that mean something else."""
        if only(self.db.execute(SQL["is_unread"]))[0]:
            # Loaded by a version that kept no readings: its fingerprint asks for a rebuild of everything.
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
