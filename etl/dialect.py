"""Translates PostgreSQL's SQL to DuckDB's, so that both engines run the same statements of sql/queries.

Little differs: the schema `warehouse`, its types and the functions that DuckDB lacks are created there under the same
names (sql/queries/workbench.sql), and nulls are ordered alike (etl.workbench).
"""

import re
from functools import cache

_REPLACED = (
    (r"%\((\w+)\)s", r"$\1"),  # a parameter
    (r"\bctid\b", "rowid"),  # the row identifier
    (r"\s+OFFSET 0\b", ""),  # an optimization fence for PostgreSQL's planner
    (r"\bCREATE TEMP TABLE\b", "CREATE OR REPLACE TEMP TABLE"),  # each batch begins with empty tables:
    (r"\s+ON COMMIT DELETE ROWS\b", ""),  # PostgreSQL's are emptied at commit
    (r"\s+PRIMARY KEY\b", ""),  # an index that DuckDB's joins would not use
)


@cache
def translate(statement: str) -> str:
    """A PostgreSQL statement as DuckDB accepts it."""
    text = re.sub(r"^\s*--.*\n?|\s+-- .*", "", statement, flags=re.MULTILINE)
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text)
    return text
