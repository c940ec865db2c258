"""PostgreSQL's SQL in DuckDB's words. What a batch means is written once, in sql/queries, and both engines run it.

Few words differ: the schema `warehouse`, its types and the functions that DuckDB lacks are made there under the same
names (sql/queries/workbench.sql), and nulls are ordered alike (etl.workbench).
"""

import re
from functools import cache

_REPLACED = (
    (r"%\((\w+)\)s", r"$\1"),  # a parameter
    (r"\bctid\b", "rowid"),  # where a row stands
    (r"\s+OFFSET 0\b", ""),  # keeps PostgreSQL's planner from merging two steps; DuckDB merges none of these
    (r"\bCREATE TEMP TABLE\b", "CREATE OR REPLACE TEMP TABLE"),  # each batch begins with empty ones:
    (r"\s+ON COMMIT DELETE ROWS\b", ""),  # PostgreSQL's are emptied with their transaction
    (r"\s+PRIMARY KEY\b", ""),  # an index to be kept with each row, which DuckDB's joins do not use
)


@cache
def translate(statement: str) -> str:
    """A statement of PostgreSQL as DuckDB takes it. What it says of neither engine stays as it is."""
    text = re.sub(r"^\s*--.*\n?|\s+-- .*", "", statement, flags=re.MULTILINE)
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text)
    return text
