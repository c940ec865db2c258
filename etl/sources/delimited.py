"""Reads CSV and CSV.gz in columns; invalid lines are reported by number, and the others are read.

Numbers are those that a spreadsheet shows: the header is 1, a record with line breaks in its cells counts once, and empty
lines do not count.
"""

import codecs
import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from etl.fields import has_nul
from etl.settings import FilesSource
from etl.sources.tables import NO_TEXT, Line, Piece, Unreadable, choose, distinct, normal, renamed

BLOCK = 8 << 20  # bytes per table, and the longest row
csv.field_size_limit(2 * BLOCK)
_PEEK = _STEP = 256 << 10
# Real lists compress 5 to 50 times; a higher ratio in a large file is a decompression bomb.
_PACKED, _LARGE = 200, 256 << 20
_MOSTLY = 0.5  # share of undecodable rows from which on the encoding is wrong
_WIDE = 3  # fields: with two, any sentence with a comma looks like a record
GZIP = b"\x1f\x8b"
# Excel's declaration of the delimiter.
_SEP = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)
# Undecodable bytes become NUL, which no text holds.
_NUL = "\0"


def _as_nul(wrong: UnicodeError) -> tuple[str, int]:
    if not isinstance(wrong, UnicodeDecodeError):
        raise wrong
    return _NUL, wrong.end


codecs.register_error("as-nul", _as_nul)


class _Stream(io.RawIOBase):
    """A file's content, decompressed and recoded to UTF-8; undecodable bytes become NUL."""

    def __init__(self, path: Path, encoding: str):
        super().__init__()
        self.name = path.name  # io.TextIOWrapper asks for it
        self._file = pa.OSFile(os.fsencode(path))
        self._size, self._unpacked, self.lines = path.stat().st_size, 0, 0
        is_packed = path.name.lower().endswith(".gz")
        self._open = pa.CompressedInputStream(self._file, "gzip") if is_packed else self._file
        is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig", "utf8-sig")
        self._decoder = None if is_utf8 else codecs.getincrementaldecoder(encoding)("as-nul")
        self._begun = b""  # an incomplete character at the end of the last chunk

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes of the file, which may be more once recoded."""
        parts, missing = [], size
        while missing and (found := self._open.read(min(missing, _STEP))):
            missing -= len(found)
            parts.append(self._recoded(found, False))
        self._unpacked += size - missing
        if self._unpacked > max(_LARGE, _PACKED * self._size):
            raise Unreadable(f"unpacks to more than {_PACKED} times its size: it is no list")
        if missing:
            parts.append(self._recoded(b"", True))
        text = b"".join(parts)
        self.lines += text.count(b"\n")
        return text

    def _recoded(self, found: bytes, is_end: bool) -> bytes:
        if self._decoder is not None:
            return self._decoder.decode(found, is_end).encode()
        found = self._begun + found
        text, read = codecs.utf_8_decode(found, "as-nul", is_end)
        self._begun = found[read:]
        return text.encode() if _NUL in text else found[:read]

    def close(self) -> None:
        if not self.closed:
            self._open.close()
            self._file.close()
        super().close()


def read_csv(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    _check_is_text(path)
    with _Stream(path, source.encoding) as file:
        delimiter, header, above = _header(file.read(_PEEK), source, wanted)
    form = _Form(source.encoding, delimiter, distinct(header), wanted)
    odd: list[pcsv.InvalidRow] = []

    def put_aside(row: pcsv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    number = above + 1
    with _Stream(path, source.encoding) as file:
        reader = pcsv.open_csv(
            pa.PythonFile(file, "r"),
            pcsv.ReadOptions(column_names=form.names, skip_rows=above, block_size=BLOCK, use_threads=False),
            pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=put_aside),
            pcsv.ConvertOptions(
                column_types=dict.fromkeys(form.names, pa.string()),
                include_columns=list(dict.fromkeys(form.chosen.values())),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        for batch in reader:
            first, number, at = number, number + batch.num_rows, 0
            while at < len(odd) and odd[at].number < number:
                at, number = at + 1, number + 1
            passed, odd[:at] = odd[:at], []
            rows, lines = form.parted(pa.table(batch), first, {row.number for row in passed})
            if first == above + 1 and len(lines) > _MOSTLY * batch.num_rows:
                raise Unreadable(_wrong_encoding(source.encoding, f"row {lines[0].number}"))
            yield Piece(rows, lines)
            if passed:
                yield form.apart(passed)
        if odd:
            yield form.apart(odd)
        if file.lines > number:  # cells contain line breaks: perhaps because of a quote that is never closed
            yield from form.swallowed(path)


class _Form:
    """The format of one file, and its columns."""

    def __init__(self, encoding: str, delimiter: str, names: list[str], wanted: Sequence[str]):
        self.encoding, self.delimiter, self.names = encoding, delimiter, names
        self.chosen = choose(names, wanted)
        self.places = {column: names.index(name) for column, name in self.chosen.items()}

    def parted(self, found: pa.Table, first: int, odd: set[int]) -> tuple[pa.Table, list[Line]]:
        """(valid rows, undecodable lines). `odd` are line numbers that are not among these rows."""
        broken = np.zeros(found.num_rows, bool)
        for column in found.columns:
            if any(has_nul(chunk) for chunk in column.chunks):
                broken |= np.asarray(pc.match_substring(column, _NUL).fill_null(False))
        lines = []
        if broken.any():
            numbers = [number for number in range(first, first + found.num_rows + len(odd)) if number not in odd]
            lines = [
                Line(numbers[at], "undecodable_line", f"not in the encoding {self.encoding}")
                for at in np.flatnonzero(broken)
            ]
            found = found.filter(pa.array(~broken))
        return renamed(found, self.chosen), lines

    def apart(self, rows: Sequence[pcsv.InvalidRow]) -> Piece:
        """Lines with too few or too many fields; valid records are recovered from those that an unclosed quote has merged."""
        whole = [record for row in rows for record in self._whole(row.text)]
        has = f"the header has {len(self.names)}"
        return Piece(
            self._table(whole), [Line(row.number, "ragged_line", f"{row.actual_columns} fields, {has}") for row in rows]
        )

    def swallowed(self, path: Path) -> Iterator[Piece]:
        """Recover records from within cells, which an unclosed quote has swallowed."""
        with _Stream(path, self.encoding) as file:
            rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", "ignore", newline=""), delimiter=self.delimiter)
            try:
                for row in rows:
                    if len(row) == len(self.names):  # others are ragged, and were looked into
                        for cell in row:
                            if "\n" in cell and (whole := self._whole(cell)):
                                yield Piece(self._table(whole))
            except csv.Error:
                raise Unreadable(
                    f"a quote before line {rows.line_num} is never closed, and what follows is not read"
                ) from None

    def _whole(self, text: str) -> list[list[str]]:
        if "\n" not in text or len(self.names) < _WIDE:
            return []
        lines = (line for line in re.split(r"\r?\n", text)[1:] if line.count(self.delimiter) >= len(self.names) - 1)
        rows = map(self._fields, lines)
        return [row for row in rows if len(row) == len(self.names)]

    def _fields(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return []

    def _table(self, rows: list[list[str]]) -> pa.Table:
        return pa.table(
            {column: pa.array([row[at] or None for row in rows], pa.string()) for column, at in self.places.items()}
        )


def _check_is_text(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    for beginning, said in NO_TEXT:
        if start.startswith(beginning) and not (path.name.lower().endswith(".gz") and beginning == GZIP):
            raise Unreadable(f"{said}: its name is to end in what it is, or it is to be saved as CSV")


def _header(start: bytes, source: FilesSource, wanted: Sequence[str]) -> tuple[str, list[str], int]:
    """(delimiter, names, number of header lines). The delimiter is the one that finds most columns."""
    text = start.decode("utf-8-sig", "ignore")
    if not text.strip():
        raise Unreadable("is empty")
    asked, readings, above = {normal(column) for column in wanted}, [], 0
    if said := _SEP.match(text):
        text, above = text[said.end() :], said[0].count("\n")
    for delimiter in [source.delimiter] if source.delimiter else ",;\t|":
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = next(row for row in rows if any(cell.strip() for cell in row))
        except (csv.Error, StopIteration):
            continue
        readings.append((len(asked & set(distinct(header))), len(header), delimiter, header, above + rows.line_num))
    if not readings:
        raise Unreadable("has no header that can be read")
    found, _columns, delimiter, header, lines = max(readings, key=lambda reading: reading[:2])
    if found < len(asked) and any(_NUL in name for name in header):
        raise Unreadable(_wrong_encoding(source.encoding, "its header"))
    return delimiter, header, lines


def _wrong_encoding(encoding: str, where: str) -> str:
    return f"is not in the encoding {encoding} (at {where}); set `encoding` of the source, for example utf-16 or cp1258"
