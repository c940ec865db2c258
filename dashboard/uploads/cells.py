"""A file that somebody hands in, as cells: CSV in UTF-8 or the first sheet of an XLSX. Nothing in it is calculated.

A file is whatever a stranger sends: it is held to limits before it is opened, and what cannot be read is said, not raised.
"""

import csv
import io
import logging
import zipfile
from dataclasses import dataclass
from datetime import date, datetime

import openpyxl

log = logging.getLogger(__name__)

MAX_BYTES = 2_000_000
MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 20_000, 50, 1_000
# What an XLSX may become when unpacked: 2 MB of sheets are some 20; a bomb is thousands of times its size.
_MAX_UNPACKED = 60_000_000


class Formula(str):
    """The text of a cell that a spreadsheet would calculate."""


@dataclass(frozen=True)
class Line:
    """A line that is not empty, by its number in the file."""

    number: int
    cells: tuple


class Unreadable(Exception):
    """`code`: encoding, kind, unreadable, rows, empty."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


def read(content: bytes, file_name: str) -> list[Line]:
    """The lines that are not empty. Raises Unreadable."""
    if content.startswith(b"PK\x03\x04"):
        lines = _workbook(content)
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
    lines = []
    try:
        for row in reader:
            _keep(lines, reader.line_num, row)
    except csv.Error:
        raise Unreadable("unreadable") from None
    return lines


def _workbook(content: bytes) -> list[Line]:
    lines: list[Line] = []
    try:
        _refuse_bombs(content)
        # Not data_only: a formula is to be seen as one, not as what somebody's machine last made of it.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be a lie
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
            _keep(lines, number, [_value(cell) for cell in row])
        book.close()
    except Unreadable:
        raise
    except Exception as broken:
        # A reader of XML and ZIP has a hundred ways to fail on a made-up file, and no common name for them.
        log.info("an XLSX could not be read: %s", type(broken).__name__)
        raise Unreadable("unreadable") from None
    return lines


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _MAX_UNPACKED:
            raise Unreadable("rows")
        for part in packed.infolist():
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part):
                raise Unreadable("unreadable")


def _value(cell):
    value = cell.value
    if cell.data_type == "f":
        return Formula(str(getattr(value, "text", value))[:MAX_TEXT])
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
