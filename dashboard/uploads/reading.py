"""Lines of cells as rows of targets or populations; whatever is wrong is named with its line and column.

People write as they are used to: heads in either language, `95`, `95%`, `0,95`, `1.234`, `31/12/2021`, a stage by
its name on screen. What could mean two things is a fault, not a guess.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from dashboard.filters import STAGES
from dashboard.tables import unaccented
from dashboard.texts import TEXTS
from dashboard.uploads.cells import Line, is_day, text
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


def _words(value) -> str:
    return short(text(value), 300)


def _code(value) -> str | None:
    return short(text(value), 30) or None


def _age(value) -> str | None:
    if is_day(value):
        raise ValueError("age_date")  # Excel makes a day of 5-11
    label = short(text(value), 20).replace("–", "-").replace(" ", "")
    return None if unaccented(label) in ("", "tatca", "all") else label


def _group(value) -> int | None:
    found = text(value)
    if not found:
        return None
    if not re.fullmatch(r"\d{1,2}", found) or not 1 <= int(found) <= 99:
        raise ValueError("group")
    return int(found)


def _stage(value) -> str:
    found = _STAGES.get(_plain(text(value)))
    if found is None:
        raise ValueError("stage")
    return found


def _share(value) -> float:
    found = text(value).replace(" ", "").replace("\u00a0", "")
    match = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,6})?)(%?)", found)
    if not match:
        raise ValueError("share")
    number = float(match[1].replace(",", "."))
    # Below 5 without a sign nobody knows whether 1,5 is 1.5 % or a slip: a share is up to 1, per cent are more.
    if match[2] or number >= 5:
        number /= 100
    if not 0 < number <= 1:
        raise ValueError("share")
    return round(number, 4)


def _persons(value) -> int:
    found = text(value)
    if re.fullmatch(r"\d{1,3}(?:[., \u00a0]\d{3})+", found):
        found = re.sub(r"\D", "", found)
    if not re.fullmatch(r"\d{1,9}", found):
        raise ValueError("persons")
    return int(found)


def _day(value) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        found = text(value)
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", found)
        try:
            value = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(found[:10])
        except ValueError:
            raise ValueError("day") from None
    if not 2000 <= value.year <= 2100:
        raise ValueError("day")
    return value.isoformat()


# Column → (how to read it, whether something must stand in it). The names are those of the reference tables.
COLUMNS: dict[str, dict[str, tuple[Callable[[Any], Any], bool]]] = {
    "targets": {"unit_code": (_code, False), "stage": (_stage, True), "age_band": (_age, False),
                "priority_group": (_group, False), "share": (_share, True), "due_on": (_day, True),
                "source": (_words, True), "valid_from": (_day, True)},
    "populations": {"version": (_words, True), "source": (_words, True), "dated_on": (_day, True),
                    "valid_from": (_day, True), "unit_code": (_code, True), "age_band": (_age, False),
                    "priority_group": (_group, False), "persons": (_persons, True)},
}  # fmt: skip
_KEYS = {
    "targets": ("unit_code", "stage", "age_band", "priority_group", "valid_from"),
    "populations": ("version", "unit_code", "age_band", "priority_group"),
}
_HEADER = ("source", "dated_on", "valid_from")


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
    known = {_plain(word): column for column in COLUMNS[relation] for word in (column, *TEXTS[f"upload.column.{column}"])}
    places: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(head.cells):
        column = known.get(_plain(text(cell)))
        if column in places:
            faults.append(Fault("head_twice", head.number, column, text(cell)))
        elif column:
            places[column] = place
    # A table without the column says: for all ages, for every group. What must be in each row must have a column.
    lacking = [column for column, (_, must) in COLUMNS[relation].items() if must and column not in places]
    return places, faults + [Fault("column", head.number, column) for column in lacking]


def _row(line: Line, places: dict[str, int], relation: str) -> tuple[dict, list[Fault]]:
    row: dict[str, Any] = {"line": line.number}
    faults = []
    for column, (read, must) in COLUMNS[relation].items():
        place = places.get(column)
        value = line.cells[place] if place is not None and place < len(line.cells) else None
        if isinstance(value, Formula):
            faults.append(Fault("formula", line.number, column, short(value, 60)))
        elif must and text(value) == "":
            faults.append(Fault("absent", line.number, column))
        else:
            try:
                row[column] = read(value)
            except ValueError as wrong:
                faults.append(Fault(str(wrong), line.number, column, short(text(value), 60)))
    if not faults and relation == "populations" and row["age_band"] and row["priority_group"]:
        faults.append(Fault("both", line.number, "priority_group"))
    return row, faults


def _once(rows: list[dict], faults: list[Fault], relation: str) -> tuple[list[dict], list[Fault]]:
    """A row a key. The same said twice is said once; two different things of one key are a fault of the later line."""
    seen: dict[tuple, dict] = {}
    headers: dict[tuple, dict] = {}
    for row in rows:
        first = seen.setdefault(tuple(row[c] for c in _KEYS[relation]), row)
        if any(first[c] != row[c] for c in row if c != "line"):
            faults.append(Fault("twice", row["line"], "", str(first["line"])))
        if relation == "populations":
            before = headers.setdefault(row["version"], row)
            if any(before[c] != row[c] for c in _HEADER):
                faults.append(Fault("header", row["line"], "version", row["version"]))
    return list(seen.values()), sorted(faults, key=lambda fault: fault.line)


def _plain(word: str) -> str:
    """Without accents, case, spaces, and what stands in brackets: `Chỉ tiêu (%)` → `chi tieu`."""
    return re.sub(r"[\s_*]+", " ", re.sub(r"\(.*?\)", "", unaccented(word))).strip()


def short(word: str, most: int) -> str:
    """One line without control characters, cut to `most`."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in word).split())[:most]


_STAGES = {_plain(word): code for code in STAGES for word in (code, *TEXTS[f"stage.{code}"], *TEXTS[f"with.{code}"])}
