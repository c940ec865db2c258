"""Common to all file formats: tables of text, column names, and invalid lines.

Column names are normalized (composed accents, line breaks, doubled spaces); of two equal names the
second becomes "name (2)".
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from etl.mapping import SCHEMA

ROWS = 50_000  # of Parquet per table
LONGEST = 300  # characters to which texts are truncated: more than any field may have, against decompression bombs

# Magic bytes of other formats.
NO_TEXT = (
    (b"PK\x03\x04", "is a workbook (XLSX), not CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook (XLS), not CSV"),
    (b"\x1f\x8b", "is packed (gzip), not CSV"),
    (b"PAR1", "is Parquet, not CSV"),
)


class Unreadable(Exception):
    """A file cannot be read; the message says why and never quotes a cell."""


@dataclass(frozen=True)
class Line:
    """An invalid line of a file: its number, the rule it breaks, and what was found."""

    number: int
    rule: str
    found: str


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, in the wanted columns only, and the invalid lines among them.

    `note` says what was left out of the file.
    """

    rows: pa.Table
    broken: Sequence[Line] = ()
    note: str | None = None


def as_records(lines: Sequence[Line], path: str, modified: datetime) -> pa.Table:
    """Invalid lines as canonical records, for the quarantine, numbered FILE#LINE."""
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
    """The normalized names of a header, made unique."""
    seen: dict[str, int] = {}
    names = []
    for cell in header:
        name = "" if cell is None else normal(cell)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def choose(names: Sequence[str], wanted: Sequence[str], where: str = "the file", is_header: bool = False) -> dict[str, str]:
    """wanted → the name in the file. Raises Unreadable naming the first missing one."""
    chosen = {column: normal(column) for column in wanted}
    missing = next((column for column, name in chosen.items() if name not in names), None)
    if missing is None:
        return chosen
    if not is_header and not set(chosen.values()) & set(names):
        # the first row is probably personal data, so it is not quoted
        raise Unreadable(f'column "{missing}" is not in {where}, nor any other that is mapped: is its header missing?')
    has = ", ".join(name for name in names if name)[:500]
    raise Unreadable(f'column "{missing}" is not in {where}; it has: {has}')


def renamed(table: pa.Table, chosen: dict[str, str]) -> pa.Table:
    return pa.table({column: table[name] for column, name in chosen.items()})
