"""Say how far the warehouse is, and how each source is."""

import argparse

import psycopg

import sql
from etl.verbs import Answer
from sql import connect
from sql.settings import Settings

OPERATIONS = sql.load("queries/status.sql")


def act(config: Settings, _options: argparse.Namespace) -> Answer:
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        state = db.execute(OPERATIONS["state"]).fetchone()
    found = sources(config)
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        named = {name: db.execute(OPERATIONS[name]).fetchall() for name in ("residences_not_recognised",)}
    stands = any(source["state"] in ("braked", "failed") or not source["is_equal"] for source in found)
    return Answer((state or {}) | {"sources": found} | {name: rows for name, rows in named.items() if rows}, int(stands))


def sources(config: Settings) -> list[dict]:
    """Each source of the warehouse: its state, why, its counters."""
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        return db.execute(OPERATIONS["sources"]).fetchall()

