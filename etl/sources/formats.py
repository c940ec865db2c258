"""One file as tables of text, whatever its format: CSV, CSV.gz, XLSX, Parquet."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from zipfile import BadZipFile

import pyarrow as pa
import pyarrow.parquet as pq

from etl.sources.delimited import BLOCK, read_csv
from etl.sources.tables import ROWS, Piece, Unreadable, choose, distinct, normal, renamed
from sql.settings import FilesSource

TITLE_ROWS = 20  # of a sheet, in which its header is looked for


def tables(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    """The file, one piece after the other. Raises Unreadable, also in the midst of it."""
    road = _road(path.name)
    try:
        yield from road(path, source, wanted)
    except pa.ArrowException as wrong:
        raise Unreadable(_without_cells(str(wrong))) from None
    except (OSError, EOFError, BadZipFile, KeyError, ValueError) as wrong:
        raise Unreadable(_without_cells(str(wrong))) from None


def kind(name: str) -> str | None:
    """The ending that says how to read a file, or None."""
    return next((ending for ending in _ROADS if name.lower().endswith(ending)), None)


def _road(name: str) -> Callable:
    if ending := kind(name):
        return _ROADS[ending]
    raise Unreadable(f"is none of {', '.join(_ROADS)}")


# -- Parquet


def _read_parquet(path: Path, _source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    with path.open("rb") as raw_file, pq.ParquetFile(raw_file) as file:
        names = {name: raw for name, raw in zip(distinct(file.schema_arrow.names), file.schema_arrow.names, strict=True)}
        chosen = choose(list(names), wanted, is_header=True)
        raw = {column: names[name] for column, name in chosen.items()}
        # the first row group's dictionary encoding, if any, is of no use to us: columns come as they are
        for batch in file.iter_batches(ROWS, columns=list(dict.fromkeys(raw.values())), use_threads=False):
            yield Piece(renamed(pa.table(batch), raw))


# -- XLSX


def _read_xlsx(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
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
            chosen = choose(names, wanted, f'sheet "{sheet.title}"')
            places = {column: names.index(name) for column, name in chosen.items()}
            while some := list(islice(rows, ROWS)):
                filled = [row for row in some if any(cell is not None for cell in row)]
                yield Piece(pa.table({column: _cells(filled, at) for column, at in places.items()}))
        finally:
            book.close()


def _sheet_header(rows: Iterator[tuple], wanted: Sequence[str]) -> tuple[list[str], Iterator[tuple]]:
    """(names, the rows below them): the first row with all columns; else the one with most of them."""
    top = list(islice(rows, TITLE_ROWS))
    if not top:
        raise Unreadable("the sheet is empty")
    names = [distinct(row) for row in top]
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


_ROADS = {".csv": read_csv, ".csv.gz": read_csv, ".xlsx": _read_xlsx, ".parquet": _read_parquet}


# -- what went wrong, without the cells that readers quote


def _without_cells(said: str) -> str:
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
