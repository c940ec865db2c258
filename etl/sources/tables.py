"""What files of every format have in common: tables of text, the names of their columns, lines that are none.

Column names lose the differences that nobody sees (composed accents, line breaks, doubled spaces);
of two columns of one name the second is called "name (2)".
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from etl.mapping import SCHEMA

ROWS = 50_000  # of Parquet in one table
LONGEST = 300  # characters of a text that are read: beyond what any field may have, and a bomb may repeat one for ever

# How files of other formats begin, whatever their name says.
NO_TEXT = (
    (b"PK\x03\x04", "is a workbook (XLSX), not CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook (XLS), not CSV"),
    (b"\x1f\x8b", "is packed (gzip), not CSV"),
    (b"PAR1", "is Parquet, not CSV"),
)


class Unreadable(Exception):
    """A file is not what its name says; the message says what it is instead. It never holds a cell."""


@dataclass(frozen=True)
class Line:
    """A line of a file that is no record: its number, by which rule, what was found in words."""

    number: int
    rule: str
    found: str


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, in the wanted columns only, and the lines among them that are none.

    `note` says what of the file was left out.
    """

    rows: pa.Table
    broken: Sequence[Line] = ()
    note: str | None = None


def as_records(lines: Sequence[Line], path: str, modified: datetime) -> pa.Table:
    """Lines that are no records as canonical ones, for the quarantine: their number is FILE#LINE, their rule their own."""
    return pa.Table.from_pylist(
        [
            {
                "record_id": f"{path}#{line.number}",
                "updated_at": modified,
                "unreadable": json.dumps({"line": line.rule, "found": line.found}, ensure_ascii=False),
            }
            for line in lines
        ],
        schema=SCHEMA,
    )


def normal(name: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(name)).replace("\ufeff", "").split())


def distinct(header: Iterable[object]) -> list[str]:
    """The header's names, each once."""
    seen: dict[str, int] = {}
    names = []
    for cell in header:
        name = "" if cell is None else normal(cell)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def choose(names: Sequence[str], wanted: Sequence[str], where: str = "the file", is_header: bool = False) -> dict[str, str]:
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


def renamed(table: pa.Table, chosen: dict[str, str]) -> pa.Table:
    return pa.table({column: table[name] for column, name in chosen.items()})
