"""Compares every balance with its ledger, and rebuilds those that differ, without blocking readers.

This repairs balances that `verify` finds wrong, not a ledger that differs from the injections. It is one transaction, for
which batches wait: readers see all of it or nothing, and are notified by a batch of its own.
"""

from collections.abc import Callable

import psycopg

import sql
from etl.batch import Outcome
from etl.insert_select import Insert, parse
from etl.statements import BALANCES, INTAKE
from sql import version
from sql.clock import Clock
from sql.rows import only

REFERENCE, WORLD = sql.load("queries/reference.sql"), sql.load("world.sql")


def mend(
    db: psycopg.Connection, is_to_mend: bool, progress: Callable[[int], None] = lambda balances: None
) -> dict[str, int]:
    """How many cells of each balance differ from the ledger; with `is_to_mend` they are rebuilt.

    `db` is in autocommit, as etl_writer. Raises OtherVersion.
    """
    with db.transaction(force_rollback=not is_to_mend):
        # Locks out batches until the end: they would fold into what is being rebuilt.
        batch_id, folded_through, *_ = only(db.execute(INTAKE["open_batch"]))
        version.check(db)
        db.execute("SET LOCAL work_mem = '256MB'")
        (root,) = only(db.execute(REFERENCE["root_of_world"]))
        db.execute(REFERENCE["mark_world"], {"root": root})
        different = {}
        for one in map(parse, BALANCES.values()):
            different[one.table] = _count_anew(db, one, folded_through)
            if different[one.table] and is_to_mend:
                _make_anew(db, one)
            db.execute("DROP TABLE anew")
            progress(1)
        if is_to_mend and any(different.values()):
            _close(db, batch_id, folded_through)
    return different


def _count_anew(db: psycopg.Connection, one: Insert, folded_through: int) -> int:
    """Sum the ledger into a temporary table; returns how many cells of the balance differ from it."""
    columns, key = ", ".join(one.columns), ", ".join(one.key)
    db.execute(f"CREATE TEMP TABLE anew (LIKE warehouse.{one.table}) ON COMMIT DROP")
    facts = {"after_batch": 0, "to_batch": folded_through}
    db.execute(f"INSERT INTO anew ({columns}) {one.asked}", facts)
    # A cell of zeros may be there or not.
    is_something = " OR ".join(f"{name} <> 0" for name in one.columns if name not in one.key)
    made, held = (f"SELECT {columns} FROM {table} WHERE {is_something}" for table in ("anew", f"warehouse.{one.table}"))
    cells = f"SELECT {key} FROM ({made} EXCEPT {held}) AS m UNION SELECT {key} FROM ({held} EXCEPT {made}) AS h"
    return only(db.execute(f"SELECT count(*) FROM ({cells}) AS c"))[0]


def _make_anew(db: psycopg.Connection, one: Insert) -> None:
    # Not TRUNCATE: readers of an earlier snapshot would see an empty table.
    columns = ", ".join(one.columns)
    db.execute(f"DELETE FROM warehouse.{one.table}")
    db.execute(f"INSERT INTO warehouse.{one.table} ({columns}) SELECT {columns} FROM anew ORDER BY {', '.join(one.key)}")


def _close(db: psycopg.Connection, batch_id: int, folded_through: int) -> None:
    _is_sample, shift_days = only(db.execute(WORLD["world"]))
    now = Clock(shift_days).now()
    # A batch without records.
    facts = {"source_id": None, "kind": "rebuild", "unit": None, "started_at": now, "committed_at": now}
    facts |= vars(Outcome(batch_id))
    db.execute(INTAKE["close_batch"], facts)
    db.execute(INTAKE["number_batch"], facts)
    if folded_through == batch_id - 1:  # else a backfill is under way, and folds from where it was
        db.execute(INTAKE["mark_folded"], facts)
    db.execute(INTAKE["notify"])
