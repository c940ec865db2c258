"""Rows of psycopg: by name, and the one row of a query that always returns one."""

from typing import Any, TypeVar

from psycopg import Cursor
from psycopg.rows import BaseRowFactory, namedtuple_row

# The columns of a row depend on its statement, which a type checker cannot see.
by_name: BaseRowFactory[Any] = namedtuple_row

Row = TypeVar("Row")


def only(found: Cursor[Row]) -> Row:
    """The row of a query that always returns one; raises LookupError otherwise."""
    row = found.fetchone()
    if row is None:
        raise LookupError("no row where there always is one")
    return row
