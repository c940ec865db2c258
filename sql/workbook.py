"""A reader of workbooks (.xlsx), in the transitional or the strict form, as rows of cells.

It reads cells only: of styles just whether a number is a date, no drawings, no links. 200,000 rows of 12 cells take 0.6 of
openpyxl's time. Sizes declared in a file are not trusted. Untrusted files must be read in sql.confined.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import BinaryIO
from xml.parsers import expat

_COLUMNS, _CHUNK = 16_384, 1 << 16
_DAY_FORMATS = {
    *range(14, 23),
    *range(27, 37),
    *range(45, 48),
    *range(50, 59),
}  # builtin ids, which have no format code in the file
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_LAST_DAY = 2_958_466  # 1 January 10000
_OLE = b"\xd0\xcf\x11\xe0"


class Damaged(Exception):
    """The file is not a workbook, or a part of it cannot be read; the message says which and never quotes a cell."""


class Formula(str):
    """A formula without a stored value."""

    def __getnewargs__(self):
        return (str(self),)


@dataclass(frozen=True)
class Sheet:
    """`has_cells` is false for charts and dialogs."""

    name: str
    is_visible: bool
    has_cells: bool
    part: str


Row = tuple[int, list]  # its number in the sheet, its cells


def outline(file: BinaryIO | str, rows: int) -> Iterator[tuple[Sheet, list[Row]]]:
    """Each sheet, with its first rows."""
    book = _opened(file)
    for sheet in book.sheets:
        yield sheet, list(islice(book.rows(sheet), rows)) if sheet.has_cells else []


def pieces(file: BinaryIO | str, part: str, most: int, is_calculated: bool = True) -> Iterator[list[Row]]:
    """The non-empty rows of a sheet, about `most` cells at a time. Without `is_calculated`, formulas are never replaced by values."""
    some, cells = [], 0
    for row in _opened(file).rows(part, is_calculated):
        some.append(row)
        cells += len(row[1])
        if cells > most:
            yield some
            some, cells = [], 0
    if some:
        yield some


@lru_cache(maxsize=1)
def _opened(file: BinaryIO | str) -> "Workbook":
    return Workbook(file)


class Workbook:
    """An open file. It and its methods raise Damaged."""

    def __init__(self, file: BinaryIO | str):
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise Damaged(_what_else(file)) from None
        self._names = {name.replace("\\", "/").lower().lstrip("/"): name for name in self._zip.namelist()}
        book = self._main_part()
        self._is_1904, self.sheets = self._read_sheets(book)
        self._beside = {
            kind: target for kind, target in self._relations(book).values() if kind in ("sharedStrings", "styles")
        }

    def rows(self, sheet: Sheet | str, is_calculated: bool = True) -> Iterator[Row]:
        """The non-empty rows; a cell is None, str, int, float, bool, datetime, time or Formula."""
        part = sheet.part if isinstance(sheet, Sheet) else sheet
        days, texts = self._days, self._texts
        found = _Cells(texts, days, self._is_1904, is_calculated)
        for _chunk in self._parse(part, found.start, found.end, found.text):
            yield from found.taken()

    # -- parts

    def _main_part(self) -> str:
        main = [target for kind, target in self._relations("").values() if kind == "officeDocument"]
        if not main or main[0].lower() not in self._names:
            raise Damaged("is a .zip but not an .xlsx")
        return main[0]

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The relationships of a part: id → (kind, part). The last component of a kind is equal in both forms."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}
        if rels.lower() not in self._names:
            return found

        def start(tag: str, given: dict) -> None:
            if _local(tag) == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target)

        self._parse_all(rels, start)
        return found

    def _read_sheets(self, book: str) -> tuple[bool, list[Sheet]]:
        relations, sheets, dates = self._relations(book), [], []

        def start(tag: str, given: dict) -> None:
            tag = _local(tag)
            if tag == "workbookPr":
                dates.append(given.get("date1904") in ("1", "true"))
            elif tag == "sheet":
                key = next((value for name, value in given.items() if _local(name) == "id" and name != "id"), "")
                kind, part = relations.get(key, ("", ""))
                is_visible = given.get("state", "visible") == "visible"
                sheets.append(Sheet(given.get("name", "?"), is_visible, kind == "worksheet", part))

        self._parse_all(book, start)
        return any(dates), sheets

    @cached_property
    def _texts(self) -> list[str]:
        found = _Texts()
        if part := self._beside.get("sharedStrings"):
            self._parse_all(part, found.start, found.end, found.text)
        return found.texts

    @cached_property
    def _days(self) -> list[bool]:
        """For each style, whether its numbers are dates or times."""
        codes, styles, inside = {}, [], []

        def start(tag: str, given: dict) -> None:
            tag = _local(tag)
            if tag == "numFmt":
                codes[given.get("numFmtId")] = given.get("formatCode", "")
            elif tag == "cellXfs":
                inside.append(tag)
            elif tag == "xf" and inside:
                styles.append(given.get("numFmtId", "0"))

        def end(tag: str) -> None:
            if _local(tag) == "cellXfs":
                inside.clear()

        if part := self._beside.get("styles"):
            self._parse_all(part, start, end)
        is_day = {style: _is_day(codes[style]) if style in codes else _number(style) in _DAY_FORMATS for style in {*styles}}
        return [is_day[style] for style in styles]

    def _parse_all(self, part: str, *handlers: Callable) -> None:
        for _chunk in self._parse(part, *handlers):
            pass

    def _parse(
        self, part: str, start: Callable, end: Callable | None = None, text: Callable | None = None
    ) -> Iterator[None]:
        """Feed a part to the handlers, and yield after each chunk."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            with self._zip.open(self._names[part.lower()]) as file:
                while chunk := file.read(_CHUNK):
                    parser.Parse(chunk)
                    yield
                parser.Parse(b"", True)
                yield
        except expat.ExpatError as wrong:
            raise Damaged(f"is damaged: {part}, line {wrong.lineno}: {expat.ErrorString(wrong.code)}") from None
        except KeyError:
            raise Damaged(f"is damaged: it has no {part}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise Damaged(f"is damaged: {part} cannot be unpacked") from None
        except (ValueError, LookupError, OverflowError):
            raise Damaged(f"is damaged: {part} holds what no spreadsheet writes") from None


class _Texts:
    """Handlers for the shared strings. Phonetic hints (rPh) are skipped."""

    def __init__(self):
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_in, self._spoken = False, 0

    def start(self, tag: str, _given: dict) -> None:
        tag = _local(tag)
        if tag == "t":
            self._is_in = not self._spoken
        elif tag == "rPh":
            self._spoken += 1

    def text(self, text: str) -> None:
        if self._is_in:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "t":
            self._is_in = False
        elif tag == "rPh":
            self._spoken -= 1
        elif tag == "si":
            self.texts.append(_unescaped("".join(self._parts)))
            self._parts.clear()


class _Cells:
    """Handlers that collect the rows of one sheet."""

    def __init__(self, texts: list[str], days: list[bool], is_1904: bool, is_calculated: bool):
        self._texts, self._days, self._is_calculated = texts, days, is_calculated
        self._epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
        self._rows: list[Row] = []
        self._row: list = []
        self._number = self._column = self._spoken = 0
        self._kind = self._style = None
        self._value: str | None = None
        self._formula: str | None = None
        self._parts: list[str] | None = None

    def taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, given: dict) -> None:
        if tag == "c" or (tag := _local(tag)) == "c":
            place = given.get("r")
            column = len(self._row) if place is None else _column(place)
            if column >= _COLUMNS:
                raise ValueError("column")
            self._column = column
            self._kind, self._style = given.get("t"), given.get("s")
            self._value = self._formula = None
        elif tag == "v" or tag == "f" or tag == "t":
            self._parts = None if self._spoken else []
        elif tag == "row":
            self._number = int(given.get("r") or self._number + 1)
            self._row = []
        elif tag == "rPh":
            self._spoken += 1

    def text(self, text: str) -> None:
        if self._parts is not None:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        if tag == "v" or tag == "c" or (tag := _local(tag)) in ("v", "c"):
            if tag == "v":
                self._value, self._parts = "".join(self._parts or ()), None
            elif self._value is not None or self._formula is not None:
                self._put(self._cell())
        elif tag == "f":
            self._formula, self._parts = "".join(self._parts or ()), None
        elif tag == "t":
            if self._parts is not None:
                self._value = (self._value or "") + "".join(self._parts)
            self._parts = None
        elif tag == "rPh":
            self._spoken -= 1
        elif tag == "row" and any(cell is not None for cell in self._row):
            self._rows.append((self._number, self._row))

    def _put(self, cell) -> None:
        row, column = self._row, self._column
        if column == len(row):
            row.append(cell)
        elif column > len(row):
            row.extend([None] * (column - len(row)))
            row.append(cell)
        else:
            row[column] = cell

    def _cell(self):
        value, kind = self._value, self._kind
        if self._formula is not None and (not self._is_calculated or value is None or (value == "" and kind != "str")):
            return Formula("=" + self._formula)
        if value is None:
            return None
        if kind == "s":
            return self._texts[int(value)] or None
        if not value:
            return None
        if kind in ("str", "inlineStr", "e"):
            return _unescaped(value)
        if kind == "b":
            return value.strip() in ("1", "true")
        if kind == "d":
            return datetime.fromisoformat(value)
        number = _number(value)
        if self._style is not None and number is not None and self._days[int(self._style)]:
            return self._moment(number)
        return value if number is None else number

    def _moment(self, number: float):
        """The date or time of a serial number; numbers out of range stay numbers."""
        if not 0 <= number < _LAST_DAY:
            return number
        days, part = divmod(number, 1)
        span = timedelta(days=int(days), milliseconds=round(part * 86_400_000))
        if number < 1:
            return (datetime.min + span).time() if span.days < 1 else time()
        if number < 60 and self._epoch.year < 1904:
            span += timedelta(days=1)  # spreadsheets count a 29 February 1900
        return self._epoch + span


def _what_else(file: BinaryIO | str) -> str:
    try:
        with open(file, "rb") if isinstance(file, str) else file as opened:
            opened.seek(0)
            start = opened.read(4)
    except OSError as wrong:
        return wrong.strerror or str(wrong)
    if start == _OLE:
        return "is an .xls of old, or protected by a password: save it as .xlsx without one"
    return "is damaged: its end is missing" if start.startswith(b"PK") else "is not an .xlsx, whatever its name says"


def _refuse(*_given) -> None:
    raise Damaged("holds a document type, as no spreadsheet writes")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


@lru_cache(maxsize=1 << 16)
def _letters(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
        if not 0 < column <= _COLUMNS:
            raise ValueError("column")
    return column - 1


def _column(place: str) -> int:
    """BC12 → 54"""
    return _letters(place.rstrip("0123456789"))


def _number(text: str) -> float | int | None:
    try:
        return int(text) if _INTEGER.fullmatch(text) else float(text)
    except ValueError:
        return None


def _unescaped(text: str) -> str:
    """Decode control characters, which are written as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _is_day(code: str) -> bool:
    return re.search("[ymdhs]", _NO_CODE.sub("", code.split(";")[0]), re.IGNORECASE) is not None
