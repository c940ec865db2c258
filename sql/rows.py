"""How rows come from psycopg: by name, and the one that a statement surely gives."""

from typing import Any, TypeVar

from psycopg import Cursor
from psycopg.rows import BaseRowFactory, namedtuple_row

# Which columns a row has, its statement says: no type checker knows.
by_name: BaseRowFactory[Any] = namedtuple_row

Row = TypeVar("Row")


def only(found: Cursor[Row]) -> Row:
    """The row of a statement that always gives one; raises LookupError where it gave none."""
    row = found.fetchone()
    if row is None:
        raise LookupError("no row where there always is one")
    return row
