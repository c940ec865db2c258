"""Compares the migrations of a warehouse with those of this code, which must be equal for writing.

An older ETL would not maintain the tables of a newer warehouse, and a newer one would miss tables.
"""

from collections.abc import Iterable
from functools import cache

import psycopg
from psycopg.rows import tuple_row

from sql import FOLDER, squashed
from sql.rows import only

NO_WAREHOUSE = "the database holds no warehouse of this version: ./run makes it, as ./run migrate does"

_APPLIED = "SELECT array_agg(name ORDER BY name) FROM public.applied_migration"


class OtherVersion(Exception):
    """The warehouse has other migrations than this code; the message names them and says what to do."""


@cache
def known() -> tuple[str, ...]:
    """The names of the migrations of this code, in order."""
    return tuple(sorted(file.name for file in (FOLDER / "migrations").glob("*.sql")))


def difference(applied: Iterable[str]) -> str | None:
    """How a warehouse with these migrations differs from this code, or None."""
    if not (applied := set(applied)):
        return NO_WAREHOUSE
    if squashed.is_made_by(applied):
        return squashed.complaint(applied)
    if strange := sorted(applied - set(known())):
        return f"this warehouse already has {', '.join(strange)}, which this version does not know: run the newer version"
    if missing := [name for name in known() if name not in applied]:
        return f"this warehouse lacks {', '.join(missing)}, which this version needs: start ./run, which migrates it"
    return None


def check(db: psycopg.Connection) -> None:
    """Raises OtherVersion. In a transaction, call it after the lock, since the answer is only current then."""
    try:
        with db.transaction():
            (applied,) = only(db.cursor(row_factory=tuple_row).execute(_APPLIED))
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        applied = None  # no warehouse, or an old one without the privilege
    if complaint := difference(applied or ()):
        raise OtherVersion(complaint)
