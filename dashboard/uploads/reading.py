"""Lines of cells as rows of targets or populations; whatever is wrong is named with its line and column.

People write as they are used to: heads in either language, `95`, `95%`, `0,95`, `1.234`, `31/12/2021`, a stage by
its name on screen. What could mean two things is a fault, not a guess. Which columns there are, and what may stand in them,
sql/reference.py says: the ETL takes up what is understood here by the same words.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from dashboard.tables import unaccented
from dashboard.texts import TEXTS
from dashboard.uploads.cells import MAX_TEXT, Line, is_day, text
from sql.reference import STAGES, TABLES, Column
from sql.workbook import Formula

MOST_FAULTS = 200


@dataclass(frozen=True)
class Fault:
    """Why a file cannot be taken as it is. `code`: the text `fault.<code>`; line 0: the whole file."""

    code: str
    line: int = 0
    column: str = ""
    found: str = ""


@dataclass(frozen=True)
class Read:
    """What was understood of a file."""

    given: list[list[str]] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def said(self) -> list[dict]:
        return [asdict(fault) for fault in self.faults[:MOST_FAULTS]]


# How people write what a column holds. Each gives what the column's kind accepts, or raises ValueError.


def _words(value) -> str:
    return short(text(value), MAX_TEXT)


def _code(value) -> str | None:
    return _words(value) or None


def _age(value) -> str | None:
    if is_day(value):
        raise _Slip("age_date")  # Excel makes a day of 5-11
    label = _words(value).replace("–", "-").replace(" ", "")
    return None if unaccented(label) in ("", "tatca", "all") else label


def _group(value) -> int | None:
    found = text(value)
    return int(_matching(r"\d{1,2}", found)[0]) if found else None


def _stage(value) -> str:
    return _STAGES.get(_plain(text(value)), "")


def _share(value) -> float:
    found = text(value).replace(" ", "").replace("\u00a0", "")
    match = _matching(r"(\d{1,3}(?:[.,]\d{1,6})?)(%?)", found)
    number = float(match[1].replace(",", "."))
    # Below 5 without a sign nobody knows whether 1,5 is 1.5 % or a slip: a share is up to 1, per cent are more.
    if match[2] or number >= 5:
        number /= 100
    if number > 1:  # before it is rounded: 100,004 % is a slip
        raise ValueError
    return round(number, 4)


def _persons(value) -> int:
    found = text(value)
    if re.fullmatch(r"\d{1,3}(?:[., \u00a0]\d{3})+", found):
        found = re.sub(r"\D", "", found)
    return int(_matching(r"\d{1,9}", found)[0])


def _day(value) -> date:
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        found = text(value)
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", found)
        value = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(found[:10])
    if not 2000 <= value.year <= 2100:
        raise ValueError
    return value


def _matching(pattern: str, found: str) -> re.Match[str]:
    match = re.fullmatch(pattern, found)
    if match is None:
        raise ValueError
    return match


class _Slip(ValueError):
    """What a program made of a cell, by the fault's code."""


# Column → how people write it, and the fault of what is none (the text `fault.<code>`).
_WRITTEN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "unit_code": (_code, "long"), "stage": (_stage, "stage"), "age_band": (_age, "long"), "priority_group": (_group, "group"),
    "share": (_share, "share"), "due_on": (_day, "day"), "source": (_words, "long"), "valid_from": (_day, "day"),
    "version": (_words, "long"), "dated_on": (_day, "day"), "persons": (_persons, "persons"),
}  # fmt: skip


def understand(lines: list[Line], relation: str) -> Read:
    """The rows of a file; with any fault none of it may be taken."""
    head, *body = lines
    given = [[str(line.number), *map(text, line.cells)] for line in lines]
    places, faults = _places(head, relation)
    if faults:
        return Read(given, [], faults)
    if not body:
        return Read(given, [], [Fault("empty")])
    rows = []
    for line in body:
        row, wrong = _row(line, places, relation)
        faults += wrong
        if not wrong:
            rows.append(row)
    return Read(given, *_once(rows, faults, relation))


def is_head(cells: list, relation: str) -> bool:
    """Whether a line has all the columns that must be there."""
    return not any(fault.code == "column" for fault in _places(Line(0, tuple(cells)), relation)[1])


def _places(head: Line, relation: str) -> tuple[dict[str, int], list[Fault]]:
    """Where each column stands; heads may be the tables' names or those on screen, in either language."""
    columns = TABLES[relation].handed_in
    known = {_plain(word): column for column in columns for word in (column, *TEXTS[f"upload.column.{column}"])}
    places: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(head.cells):
        name = known.get(_plain(text(cell)))
        if name in places:
            faults.append(Fault("head_twice", head.number, name, text(cell)))
        elif name:
            places[name] = place
    # A table without the column says: for all ages, for every group. What must be in each row must have a column.
    lacking = [name for name, column in columns.items() if column.is_required and name not in places]
    return places, faults + [Fault("column", head.number, name) for name in lacking]


def _row(line: Line, places: dict[str, int], relation: str) -> tuple[dict, list[Fault]]:
    table = TABLES[relation]
    row: dict[str, Any] = {"line": line.number}
    faults = []
    for name, column in table.handed_in.items():
        place = places.get(name)
        value = line.cells[place] if place is not None and place < len(line.cells) else None
        if isinstance(value, Formula):
            faults.append(Fault("formula", line.number, name, short(value, 60)))
        elif column.is_required and text(value) == "":
            faults.append(Fault("absent", line.number, name))
        else:
            try:
                row[name] = _read(value, name, column)
            except ValueError as wrong:
                code = str(wrong) if isinstance(wrong, _Slip) else _WRITTEN[name][1]
                faults.append(Fault(code, line.number, name, short(text(value), 60)))
    if not faults and len(filled := [name for name in table.either if row[name] is not None]) > 1:
        faults.append(Fault("both", line.number, filled[-1]))
    return row, faults


def _read(value: Any, name: str, column: Column) -> Any:
    found = _WRITTEN[name][0](value)
    return None if found is None else column.kind.accept(found)


def _once(rows: list[dict], faults: list[Fault], relation: str) -> tuple[list[dict], list[Fault]]:
    """A row a key. The same said twice is said once; two different things of one key are a fault of the later line."""
    table = TABLES[relation]
    header = [name for name in table.header if name in table.handed_in]
    seen: dict[tuple, dict] = {}
    headers: dict[str, dict] = {}
    for row in rows:
        first = seen.setdefault(tuple(row[c] for c in table.key), row)
        if any(first[c] != row[c] for c in row if c != "line"):
            faults.append(Fault("twice", row["line"], "", str(first["line"])))
        if table.header_of:
            before = headers.setdefault(row[table.header_of], row)
            if any(before[c] != row[c] for c in header):
                faults.append(Fault("header", row["line"], table.header_of, row[table.header_of]))
    return list(seen.values()), sorted(faults, key=lambda fault: fault.line)


def _plain(word: str) -> str:
    """Without accents, case, spaces, and what stands in brackets: `Chỉ tiêu (%)` → `chi tieu`."""
    return re.sub(r"[\s_*]+", " ", re.sub(r"\(.*?\)", "", unaccented(word))).strip()


def short(word: str, most: int) -> str:
    """One line without control characters, cut to `most`."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in word).split())[:most]


_STAGES = {_plain(word): code for code in STAGES for word in (code, *TEXTS[f"stage.{code}"], *TEXTS[f"with.{code}"])}
