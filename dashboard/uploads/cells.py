"""A file that somebody hands in, as cells: CSV in UTF-8 or the sheet of an XLSX that has the table. Nothing is calculated.

A file is whatever a stranger sends: a workbook is opened in a process of its own (sql.confined), and what cannot be read is
said, not raised.
"""

import csv
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sql import workbook
from sql.confined import Confined, TooMuch
from sql.workbook import Damaged, Formula, Row, Sheet

log = logging.getLogger(__name__)

MAX_BYTES = 2_000_000
_LONGEST_CELL = 100_000  # what a quote that is never closed takes in
MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 20_000, 50, 1_000
_FIRST_ROWS, _CELLS = 20, 100_000
# 2 MB of sheets, 20,000 lines of 50 cells, take 100 MB and 3 s.
_MAX_MEMORY, _MAX_SECONDS = 256 << 20, 10


@dataclass(frozen=True)
class Line:
    """A line that is not empty, by its number in the file."""

    number: int
    cells: tuple


class Unreadable(Exception):
    """`code`: encoding, kind, unreadable, rows, empty, memory, time, sheets, hidden; the last two name what was `found`."""

    def __init__(self, code: str, found: str = ""):
        self.code, self.found = code, found
        super().__init__(code, found)


def read(content: bytes, file_name: str, is_head: Callable[[list], bool]) -> list[Line]:
    """The lines that are not empty, of a workbook those of the one sheet whose first line `is_head`. Raises Unreadable."""
    if content.startswith(b"PK\x03\x04"):
        lines = _workbook(content, is_head)
    elif file_name.lower().endswith((".csv", ".txt")):
        lines = _delimited(content)
    else:
        raise Unreadable("kind")
    if not lines:
        raise Unreadable("empty")
    return lines


def text(value) -> str:
    """A cell as it would be read out; at most MAX_TEXT letters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()[:MAX_TEXT]


def _delimited(content: bytes) -> list[Line]:
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    if "\0" in written:
        raise Unreadable("encoding")
    first = written.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=mark)
    lines: list[Line] = []
    try:
        for row in reader:
            if any(len(cell) > _LONGEST_CELL for cell in row):
                raise Unreadable("unreadable")
            _keep(lines, reader.line_num, row)
    except csv.Error:
        raise Unreadable("unreadable") from None
    return lines


def _workbook(content: bytes, is_head: Callable[[list], bool]) -> list[Line]:
    lines: list[Line] = []
    file = io.BytesIO(content)
    try:
        with Confined(_MAX_MEMORY, _MAX_SECONDS) as apart:
            sheet = _with_the_table(list(apart.ask(workbook.outline, file, _FIRST_ROWS)), is_head)
            # A formula is to be seen as one, not as what somebody's machine last made of it.
            for rows in apart.ask(workbook.pieces, file, sheet.part, _CELLS, False):
                for number, row in rows:
                    _keep(lines, number, [_value(cell) for cell in row])
    except TooMuch as most:
        log.warning("an XLSX that was handed in %s", most)
        raise Unreadable("unreadable" if most.limit == "crash" else most.limit) from None
    except Damaged as broken:
        log.info("an XLSX that was handed in %s", broken)
        raise Unreadable("unreadable") from None
    return lines


def _with_the_table(sheets: list[tuple[Sheet, list[Row]]], is_head: Callable[[list], bool]) -> Sheet:
    filled = [(sheet, rows[0][1]) for sheet, rows in sheets if rows]
    visible = [sheet for sheet, head in filled if sheet.is_visible and is_head(head)]
    hidden = [sheet for sheet, head in filled if not sheet.is_visible and is_head(head)]
    if len(visible) > 1:
        raise Unreadable("sheets", ", ".join(sheet.name for sheet in visible))
    if hidden and not visible:
        raise Unreadable("hidden", ", ".join(sheet.name for sheet in hidden))
    # without the table, the first that somebody sees: what is lacking there is said
    first = next((sheet for sheet, _head in filled if sheet.is_visible), None)
    if first is None:
        raise Unreadable("empty")
    return visible[0] if visible else first


def _value(value):
    if isinstance(value, Formula):
        return Formula(value[:MAX_TEXT])
    return value.date() if isinstance(value, datetime) and value.time() == datetime.min.time() else value


def _keep(lines: list[Line], number: int, row: list) -> None:
    if number > MAX_ROWS + 100 or len(lines) > MAX_ROWS:
        raise Unreadable("rows")
    cells = [cell.strip()[:MAX_TEXT] if isinstance(cell, str) and not isinstance(cell, Formula) else cell
             for cell in row[:MAX_COLUMNS]]  # fmt: skip
    if any(cell not in (None, "") for cell in cells):
        lines.append(Line(number, tuple(cells)))


def is_day(value) -> bool:
    return isinstance(value, date)
