"""Reads a file of any supported format (CSV, CSV.gz, XLSX, Parquet) as tables of text."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from etl import parquet
from etl.settings import FilesSource
from etl.sources.delimited import BLOCK, GZIP, read_csv
from etl.sources.tables import LONGEST, ROWS, Piece, Unreadable, choose, distinct, renamed
from etl.sources.workbooks import read_xlsx
from sql.confined import Confined, TooMuch
from sql.workbook import Damaged

_PARQUET_MEMORY = 2 << 30  # a row group is decompressed at once
_PARQUET_SECONDS, _PARQUET_SECONDS_A_MB = 60, 10


def tables(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    """The file, piece by piece. Raises Unreadable, also midway."""
    read = _reader(path.name)
    try:
        yield from read(path, source, wanted)
    except (Damaged, TooMuch) as wrong:
        raise Unreadable(str(wrong)) from None
    except (pa.ArrowException, OSError, EOFError, ValueError) as wrong:
        if getattr(wrong, "errno", None):  # an error of the disk or the system
            raise
        raise Unreadable(_DAMAGED if "zlib" in str(wrong) and _is_packed(path) else _without_cells(str(wrong))) from None


def kind(name: str) -> str | None:
    """The file extension that says how to read it, or None."""
    return next((ending for ending in _READERS if name.lower().endswith(ending)), None)


def _reader(name: str) -> Callable:
    if ending := kind(name):
        return _READERS[ending]
    raise Unreadable(f"is none of {', '.join(_READERS)}")


def _read_parquet(path: Path, _source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    with Confined(_PARQUET_MEMORY, _PARQUET_SECONDS + _PARQUET_SECONDS_A_MB * (path.stat().st_size >> 20)) as sandbox:
        (there,) = sandbox.ask(parquet.names, str(path))
        names = dict(zip(distinct(there), there, strict=True))
        chosen = choose(list(names), wanted, is_header=True)
        raw = {column: names[name] for column, name in chosen.items()}
        for table in sandbox.ask(parquet.tables, str(path), list(dict.fromkeys(raw.values())), ROWS, LONGEST):
            yield Piece(renamed(table, raw))


_READERS = {".csv": read_csv, ".csv.gz": read_csv, ".xlsx": read_xlsx, ".parquet": _read_parquet}


# -- error messages, without the cells that readers quote


def _without_cells(said: str) -> str:
    if "straddling" in said:
        return f"a row is longer than {BLOCK >> 20} MiB: is a quote never closed?"
    for words, meaning in _MEANINGS.items():
        if words in said:
            return meaning
    return "cannot be read: it is not what its name says, or damaged"


_DAMAGED = "is damaged, or something else follows the .gz"


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


_MEANINGS = {
    "Truncated compressed stream": "ends in the midst: the .gz is cut off",
    "zlib": "is not a .gz, whatever its name says",
    "Empty CSV": "is empty",
    "Parquet magic bytes": "is not a Parquet file, or cut off",
    "Parquet file size": "is not a Parquet file, or cut off",
    "Permission denied": "may not be read by this user",
}
