"""How rows come from psycopg where their columns are asked for by name."""

from typing import Any

from psycopg.rows import BaseRowFactory, namedtuple_row

# Which columns a row has, its statement says: no type checker knows.
by_name: BaseRowFactory[Any] = namedtuple_row
