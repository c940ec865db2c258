"""Folding (incremental aggregation) of a backfill: postings are summed in DuckDB and written to the balances in one go.

A small balance is read, added to the new sums and rewritten: cells are the largest part of a backfill (two per record),
and a COPY in key order is cheaper than as many upserts.
"""

import psycopg
import pyarrow as pa

from etl import arrow_copy
from etl.insert_select import Insert, parse
from etl.statements import BALANCES
from etl.workbench import Workbench
from sql.rows import only


def fold(db: psycopg.Connection, bench: Workbench, postings: dict[str, list[pa.Table]]) -> None:
    """Add the postings, by ledger, to the balances. Runs in the caller's transaction."""
    for ledger, tables in postings.items():
        bench.take(f"CREATE OR REPLACE TABLE warehouse.{ledger} AS FROM given", pa.concat_tables(tables))
    for statement in BALANCES.values():
        _fold(db, bench, parse(statement))
    for ledger in postings:
        bench.run(f"DROP TABLE warehouse.{ledger}", {})


def _fold(db: psycopg.Connection, bench: Workbench, one: Insert) -> None:
    columns, key, balance = ", ".join(one.columns), ", ".join(one.key), f"warehouse.{one.table}"
    bench.run(one.target, {})
    bench.run(f"INSERT INTO answer {one.question}", {})
    many = bench.ask("SELECT count(*) AS cells FROM answer").cells // 2
    (is_young,) = only(db.execute(f"SELECT count(*) < %s FROM (SELECT FROM {balance} LIMIT %s) AS few", [many, many]))
    if is_young:
        bench.take(
            "INSERT INTO answer FROM given", arrow_copy.read(db, f"SELECT {columns} FROM {balance}", None, one.schema)
        )
        db.execute(f"DELETE FROM {balance}")
    # A statement with DO NOTHING keeps the first batch, which is the smallest number.
    sum_up = "min({0}) AS {0}" if one.upsert.endswith("DO NOTHING") else "sum({0})::INTEGER AS {0}"
    sums = ", ".join(name if name in one.key else sum_up.format(name) for name in one.columns)
    rows = bench.give(f"SELECT {sums} FROM answer GROUP BY {key} ORDER BY {key}")
    if is_young:
        arrow_copy.write(db, f"COPY {balance} ({columns}) FROM STDIN", rows)
    else:
        upsert(db, one, rows)


def upsert(db: psycopg.Connection, one: Insert, rows: pa.Table) -> None:
    """Write rows that were computed elsewhere by the statement's own ON CONFLICT clause."""
    columns = ", ".join(one.columns)
    db.execute(f"CREATE TEMP TABLE answer AS SELECT {columns} FROM warehouse.{one.table} LIMIT 0")
    arrow_copy.write(db, "COPY answer FROM STDIN", rows)
    db.execute(f"INSERT INTO warehouse.{one.table} AS held ({columns}) SELECT {columns} FROM answer {one.upsert}")
    db.execute("DROP TABLE answer")
