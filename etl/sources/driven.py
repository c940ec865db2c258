"""Values as a database's driver gives them, and takes them; in a column without a type they are of several kinds."""

import re
from collections.abc import Sequence

import pyarrow as pa


def read_any_text(db, _record) -> None:
    """SQLite keeps whatever bytes it was given as text; one that is none would refuse the whole answer."""
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def as_number(number: str) -> int | str:
    """As a column of numbers holds it; what is no number of 64 bits may stand in it, too, where columns have no types."""
    return int(number) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", number) else number


def array(cells: Sequence) -> pa.Array:
    """Values of a driver as they come; where they are of several kinds, as text."""
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return pa.array([None if cell is None else _cell(cell) for cell in cells], pa.binary())


def _cell(cell) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode("utf-8", "surrogatepass")
