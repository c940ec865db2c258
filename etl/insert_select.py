"""Parses INSERT … SELECT, so that the SELECT can run in DuckDB and its rows be written to PostgreSQL.

This way stored rows, postings and balances are defined once, in sql/queries/store.sql, ledger.sql and balances.sql.
"""

import re
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

_INSERT = re.compile(
    r"INSERT INTO warehouse\.(?P<table>\w+)(?: AS held)? \((?P<columns>[^)]*)\)\s+(?P<question>(?:WITH|SELECT).*?)"
    r"(?P<upsert>\s+ON CONFLICT \((?P<key>[^)]*)\).*)?\Z",
    re.DOTALL,
)
_SINCE = re.compile(r"WHERE batch_id > %\(after_batch\)s AND batch_id <= %\(to_batch\)s")
_INTEGER, _SMALL, _BIG = ("INTEGER", pa.int32()), ("SMALLINT", pa.int16()), ("BIGINT", pa.int64())
_DAY, _TEXT, _TIME = ("DATE", pa.date32()), ("VARCHAR", pa.string()), ("TIMESTAMPTZ", pa.timestamp("us", "UTC"))
# Columns other than integer: their types in DuckDB and in Arrow.
_TYPES = {
    "batch_id": _BIG, "first_batch": _BIG, "day": _DAY, "entered_on": _DAY, "month": _DAY, "lot_number": _TEXT,
    "heard_at": _TIME, "is_by_place": ("BOOLEAN", pa.bool_()), "cause": ("warehouse.cause", pa.string()),
} | dict.fromkeys(("stage", "priority_group", "vaccine_id", "age_band", "dose_number", "hour"), _SMALL)  # fmt: skip


@dataclass(frozen=True)
class Insert:
    """INSERT INTO table (columns) question [ON CONFLICT (key) …].

    `question` is the SELECT over all postings, for the workbench; `asked` the original with its parameters.
    """

    table: str
    columns: tuple[str, ...]
    question: str
    key: tuple[str, ...]
    upsert: str
    asked: str

    @property
    def target(self) -> str:
        """DDL of a DuckDB table for the rows, with the types of the warehouse's table."""
        typed = ", ".join(f"{name} {_TYPES.get(name, _INTEGER)[0]}" for name in self.columns)
        return f"CREATE OR REPLACE TEMP TABLE answer ({typed})"

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, _TYPES.get(name, _INTEGER)[1]) for name in self.columns])


@cache
def parse(statement: str) -> Insert:
    """Raises ValueError if the statement has another form."""
    found = _INSERT.search(statement)
    if found is None:
        raise ValueError(f"no INSERT INTO warehouse.… (columns) SELECT …: {statement[:80]}")
    question = _SINCE.sub("WHERE true", found["question"])
    columns, key, upsert = _names(found["columns"]), _names(found["key"] or ""), (found["upsert"] or "").strip()
    return Insert(found["table"], columns, question, key, upsert, found["question"])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
