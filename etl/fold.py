"""Folding a backfill: what many postings add to the balances, summed on the workbench and written in one go.

The statements are those of sql/queries/balances.sql, taken apart: the question is the workbench's, on the postings that
it made itself; the database gets the sums. Where a balance holds little yet, its rows are taken out, added to the new
ones, and all are written as new: 2.1 cells a record are the largest part of a backfill, and a plain COPY in the order
of the key costs a third of an upsert.
"""

import re
from dataclasses import dataclass
from functools import cache

import psycopg
import pyarrow as pa

from etl import held
from etl.statements import BALANCES
from etl.workbench import Workbench

_PARTS = re.compile(
    r"INSERT INTO warehouse\.(?P<balance>\w+) AS held \((?P<columns>[^)]*)\)\s+(?P<question>SELECT.*?)\s+"
    r"(?P<upsert>ON CONFLICT \((?P<key>[^)]*)\).*)",
    re.DOTALL,
)
_SINCE = re.compile(r"WHERE batch_id > %\(from_batch\)s AND batch_id <= %\(to_batch\)s")


@dataclass(frozen=True)
class Fold:
    """One statement of the balances, in parts."""

    balance: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    question: str
    upsert: str


def parts(statement: str) -> Fold:
    """Raises ValueError where a statement of the balances is not of the form that all of them have."""
    found = _PARTS.search(statement)
    if found is None or not _SINCE.search(found["question"]):
        raise ValueError(f"not a fold of a ledger into a balance: {statement[:60]}")
    question = _SINCE.sub("", found["question"]).replace("FROM warehouse.", "FROM ")
    return Fold(found["balance"], _names(found["columns"]), _names(found["key"]), question, found["upsert"])


@cache
def folds() -> tuple[Fold, ...]:
    return tuple(parts(statement) for statement in BALANCES.values())


def fold(db: psycopg.Connection, bench: Workbench, postings: dict[str, list[pa.Table]]) -> None:
    """Add the postings (by ledger) to the balances, in the caller's transaction."""
    for ledger, tables in postings.items():
        bench.take(f"CREATE OR REPLACE TEMP TABLE {ledger} AS FROM given", pa.concat_tables(tables))
    for one in folds() if postings else ():
        _fold(db, bench, one)
    for ledger in postings:
        bench.run(f"DROP TABLE {ledger}", {})


def _fold(db: psycopg.Connection, bench: Workbench, one: Fold) -> None:
    columns, key = ", ".join(one.columns), ", ".join(one.key)
    bench.run(f"CREATE OR REPLACE TEMP TABLE sums ({', '.join(_typed(one))})", {})
    bench.run(f"INSERT INTO sums ({columns}) {one.question}", {})
    new = bench.ask("SELECT count(*) AS cells FROM sums").cells
    if not new:
        return
    (is_small,) = db.execute(
        f"SELECT count(*) < %s FROM (SELECT FROM warehouse.{one.balance} LIMIT %s) AS first", [new // 2, new // 2]
    ).fetchone()
    if is_small:
        schema = pa.schema([(name, held.BALANCE.get(name, pa.int32())) for name in one.columns])
        before = held.read(db, f"SELECT {columns} FROM warehouse.{one.balance}", None, schema)
        bench.take(f"INSERT INTO sums ({columns}) FROM given", before)
        db.execute(f"DELETE FROM warehouse.{one.balance}")
    measures = [name for name in one.columns if name not in one.key]
    summed = ", ".join(f"sum({name})::INTEGER AS {name}" for name in measures)
    rows = bench.give(f"SELECT {key}, {summed} FROM sums GROUP BY {key} ORDER BY {key}")
    if is_small:
        held.write(db, f"COPY warehouse.{one.balance} ({key}, {', '.join(measures)}) FROM STDIN", rows)
        return
    db.execute(f"CREATE TEMP TABLE folding AS SELECT {key}, {', '.join(measures)} FROM warehouse.{one.balance} LIMIT 0")
    held.write(db, "COPY folding FROM STDIN", rows)
    db.execute(f"INSERT INTO warehouse.{one.balance} AS held ({columns}) SELECT {columns} FROM folding {one.upsert}")
    db.execute("DROP TABLE folding")


def _typed(one: Fold) -> list[str]:
    return [f"{name} {_SQL[held.BALANCE.get(name, pa.int32())]}" for name in one.columns]


_SQL = {pa.int32(): "INTEGER", pa.int16(): "SMALLINT", pa.date32(): "DATE", pa.string(): "VARCHAR"}


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
