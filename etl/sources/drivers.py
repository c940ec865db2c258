"""Converts values from and to database drivers, including those of untyped columns."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import CursorResult, exc

Mender = Callable[[Sequence], Sequence]
# RuntimeError: raised by PyMySQL if an optional package is missing.
FAULTS = (exc.SQLAlchemyError, OSError, RuntimeError)


def read_any_text(db, _record) -> None:
    """SQLite stores any bytes as text; without this, invalid UTF-8 in one value would fail the whole query."""
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def as_number(number: str) -> int | str:
    """As an integer if it is a 64-bit one; else as text, which an untyped column may hold as well."""
    is_whole = re.fullmatch(r"0|-?[1-9][0-9]{0,18}", number) and -(2**63) <= int(number) < 2**63
    return int(number) if is_whole else number


def as_either(number: str) -> Sequence[int | str]:
    """As text and as integer: in an untyped column of SQLite, 12 and '12' are different values."""
    return list(dict.fromkeys((number, as_number(number))))


def array(cells: Sequence) -> pa.Array:
    """A driver's values as an Arrow array; mixed types become text."""
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return pa.array([None if cell is None else _cell(cell) for cell in cells], pa.binary())


def _cell(cell) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode("utf-8", "surrogatepass")


def rows(answer: CursorResult, mend: Mender) -> Sequence:
    """All rows of a result, corrected."""
    return mend(answer.fetchall())


def pieces(answer: CursorResult, limit: int, mend: Mender) -> Iterator[tuple[Sequence, bool]]:
    """The rows of a result in chunks, each with whether another follows; at least one, which may be empty."""
    found, more = answer.fetchmany(limit), True
    while more:
        following = answer.fetchmany(limit)
        more = bool(following)
        yield mend(found), more
        found = following


def within(records: pa.Table, first: datetime, until: datetime) -> pa.Table:
    """The records changed in [first, until)."""
    moment = pc.field("updated_at")
    return records.filter((moment >= pa.scalar(first)) & (moment < pa.scalar(until)))


def in_words(wrong: Exception, password: object) -> str:
    """A driver's message, on one line and without the password."""
    said = " ".join(str(getattr(wrong, "orig", None) or wrong).split()) or type(wrong).__name__
    if password:
        for spelled in {str(password), quote(str(password), safe=""), quote_plus(str(password))}:
            said = said.replace(spelled, "***")
    said = re.sub(r"\(Background on this error.*", "", said)[:500]
    if isinstance(wrong, exc.DataError):  # quotes the offending value, which may be personal
        said = re.sub(r'"[^"]*"|\'[^\']*\'', "…", said)
    return said
