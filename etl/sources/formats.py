"""One file as tables of text, whatever its format: CSV, CSV.gz, XLSX, Parquet.

Column names lose the differences that nobody sees (composed accents, line breaks, doubled spaces);
of two columns of one name the second is called "name (2)". A table holds the wanted columns only.
"""

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from zipfile import BadZipFile

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from sql.settings import FilesSource

ROWS = 50_000  # of XLSX and Parquet in one table
BLOCK = 8 << 20  # bytes of CSV in one table; no row may be longer
TITLE_ROWS = 20  # of a sheet, in which its header is looked for
_PEEK = 256 << 10


class Unreadable(Exception):
    """A file is not what its name says; the message says what it is instead. It never holds a cell."""


def tables(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[pa.Table]:
    """The file's tables, one after the other. Raises Unreadable, also in the midst of it."""
    road = _road(path.name)
    try:
        yield from road(path, source, wanted)
    except pa.ArrowException as wrong:
        raise Unreadable(_without_cells(str(wrong), source.encoding)) from None
    except UnicodeError as wrong:
        raise Unreadable(_wrong_encoding(source.encoding, wrong)) from None
    except (OSError, EOFError, BadZipFile, KeyError, ValueError) as wrong:
        raise Unreadable(_without_cells(str(wrong), source.encoding)) from None


def kind(name: str) -> str | None:
    """The ending that says how to read a file, or None."""
    return next((ending for ending in _ROADS if name.lower().endswith(ending)), None)


def _road(name: str) -> Callable:
    if ending := kind(name):
        return _ROADS[ending]
    raise Unreadable(f"is none of {', '.join(_ROADS)}")


def normal(name: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(name)).replace("\ufeff", "").split())


def _named(header: Iterable[object]) -> list[str]:
    """The header's names, each once."""
    seen: dict[str, int] = {}
    names = []
    for cell in header:
        name = "" if cell is None else normal(cell)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _chosen(
    names: Sequence[str], wanted: Sequence[str], where: str = "the file", is_header: bool = False
) -> dict[str, str]:
    """wanted → the name in the file. Raises Unreadable naming the first that is not there."""
    chosen = {column: normal(column) for column in wanted}
    missing = next((column for column, name in chosen.items() if name not in names), None)
    if missing is None:
        return chosen
    if not is_header and not set(chosen.values()) & set(names):
        # a first row that is no header is somebody's data: it is not repeated
        raise Unreadable(f'column "{missing}" is not in {where}, nor any other that is mapped: is its header missing?')
    has = ", ".join(name for name in names if name)[:500]
    raise Unreadable(f'column "{missing}" is not in {where}; it has: {has}')


# -- CSV


def _read_csv(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[pa.Table]:
    with pa.input_stream(str(path)) as file:
        delimiter, header, lines = _header(file.read(_PEEK), source, wanted)
    names = _named(header)
    chosen = _chosen(names, wanted)
    with pa.input_stream(str(path)) as file:
        reader = pcsv.open_csv(
            file,
            pcsv.ReadOptions(
                column_names=names,
                skip_rows=lines,
                block_size=BLOCK,
                use_threads=False,
                encoding="utf8" if _is_utf8(source.encoding) else source.encoding,
            ),
            pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=list(dict.fromkeys(chosen.values())),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        for batch in reader:
            yield _renamed(pa.table(batch), chosen)


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig", "utf8-sig")


def _header(start: bytes, source: FilesSource, wanted: Sequence[str]) -> tuple[str, list[str], int]:
    """(delimiter, names, how many lines they take), the delimiter being the one that finds most columns."""
    text = start.decode(source.encoding, "strict" if len(start) < _PEEK else "ignore")
    if not text.strip():
        raise Unreadable("is empty")
    asked, readings = {normal(column) for column in wanted}, []
    for delimiter in [source.delimiter] if source.delimiter else ",;\t|":
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        try:
            header = next(row for row in rows if any(cell.strip() for cell in row))
        except (csv.Error, StopIteration):
            continue
        readings.append((len(asked & set(_named(header))), len(header), delimiter, header, rows.line_num))
    if not readings:
        raise Unreadable("has no header that can be read")
    return max(readings, key=lambda reading: reading[:2])[2:]


# -- Parquet


def _read_parquet(path: Path, _source: FilesSource, wanted: Sequence[str]) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        names = {name: raw for name, raw in zip(_named(file.schema_arrow.names), file.schema_arrow.names, strict=True)}
        chosen = _chosen(list(names), wanted, is_header=True)
        raw = {column: names[name] for column, name in chosen.items()}
        # the first row group's dictionary encoding, if any, is of no use to us: columns come as they are
        for batch in file.iter_batches(ROWS, columns=list(dict.fromkeys(raw.values())), use_threads=False):
            yield _renamed(pa.table(batch), raw)


# -- XLSX


def _read_xlsx(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[pa.Table]:
    """Cells as text. A number has lost the zeros before it when the sheet was made: see `format: "%012d"`."""
    from openpyxl import load_workbook  # half a second to import: only where there is such a file

    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # of styles and extensions, which are nothing to us
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            if source.sheet is not None and source.sheet not in book.sheetnames:
                raise Unreadable(f'sheet "{source.sheet}" is not in it; it has: {", ".join(book.sheetnames)}')
            sheet = book[source.sheet] if source.sheet is not None else book.worksheets[0]
            sheet.reset_dimensions()  # what a program wrote there may be wrong
            rows = sheet.iter_rows(values_only=True)
            names, rows = _sheet_header(rows, wanted)
            chosen = _chosen(names, wanted, f'sheet "{sheet.title}"')
            places = {column: names.index(name) for column, name in chosen.items()}
            while some := list(islice(rows, ROWS)):
                filled = [row for row in some if any(cell is not None for cell in row)]
                yield pa.table({column: _cells(filled, at) for column, at in places.items()})
        finally:
            book.close()


def _sheet_header(rows: Iterator[tuple], wanted: Sequence[str]) -> tuple[list[str], Iterator[tuple]]:
    """(names, the rows below them): the first row with all columns; else the one with most of them."""
    top = list(islice(rows, TITLE_ROWS))
    if not top:
        raise Unreadable("the sheet is empty")
    names = [_named(row) for row in top]
    asked = {normal(column) for column in wanted}
    best = max(range(len(top)), key=lambda at: (len(asked & set(names[at])), -at))
    return names[best], chain(top[best + 1 :], rows)


def _cells(rows: Sequence[tuple], at: int) -> pa.StringArray:
    return pa.array([_cell(row[at]) if at < len(row) else None for row in rows], pa.string())


def _cell(cell: object) -> str | None:
    """As one would write it: whole numbers without a point, dates as ISO 8601."""
    match cell:
        case None | str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            # a day is a number in a sheet, so a time is short of its second by a few microseconds
            cell = (cell + timedelta(milliseconds=0.5)).replace(microsecond=0) if cell.microsecond > 999_000 else cell
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case date() | time():
            return cell.isoformat()
    return str(cell)


_ROADS = {".csv": _read_csv, ".csv.gz": _read_csv, ".xlsx": _read_xlsx, ".parquet": _read_parquet}


def _renamed(table: pa.Table, chosen: dict[str, str]) -> pa.Table:
    return pa.table({column: table[name] for column, name in chosen.items()})


# -- what went wrong, without the cells that readers quote


def _without_cells(said: str, encoding: str) -> str:
    if row := re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", said):
        return f"row {row[1]} has {row[3]} columns, the header has {row[2]}"
    if "invalid UTF8" in said:
        row = re.search(r"Row #(\d+)", said)
        return _wrong_encoding(encoding, f"row {row[1]}" if row else "a cell")
    if "straddling" in said:
        return f"a row is longer than {BLOCK >> 20} MiB: is a quote never closed?"
    for words, meaning in _MEANINGS.items():
        if words in said:
            return meaning
    return "cannot be read: it is not what its name says, or damaged"


_MEANINGS = {
    "Truncated compressed stream": "ends in the midst: the .gz is cut off",
    "zlib": "is not a .gz, whatever its name says",
    "Empty CSV": "is empty",
    "not a zip file": "is not an .xlsx, whatever its name says",
    "no item named": "is a .zip but not an .xlsx",
    "Parquet magic bytes": "is not a Parquet file, or cut off",
    "Parquet file size": "is not a Parquet file, or cut off",
    "Permission denied": "may not be read by this user",
}


def _wrong_encoding(encoding: str, where: object) -> str:
    if isinstance(where, UnicodeError):
        where = f"byte {where.start}" if isinstance(where, UnicodeDecodeError) else "the beginning"
    return f"is not in the encoding {encoding} (at {where}); set `encoding` of the source, for example utf-16 or cp1258"
