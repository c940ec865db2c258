"""Say how far the warehouse is, and how each source is."""

import argparse
import contextlib

import psycopg

import sql
from etl.sources import SourceError
from etl.sources import open as open_source
from etl.verbs import Answer
from sql import connect
from sql.settings import DatabaseSource, Settings

OPERATIONS = sql.load("queries/status.sql")

_NO_KEY = bytes(32)  # where rows are only counted, no person is read


def act(config: Settings, _options: argparse.Namespace) -> Answer:
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        state = db.execute(OPERATIONS["state"]).fetchone()
    found = sources(config)
    for source in found:
        source["unreadable_without_updated_at"] = _without_time(config, source["name"])
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        named = {name: db.execute(OPERATIONS[name]).fetchall() for name in ("residences_not_recognised",)}
    stands = any(source["state"] in ("braked", "failed") for source in found)
    return Answer((state or {}) | {"sources": found} | {name: rows for name, rows in named.items() if rows}, int(stands))


def sources(config: Settings) -> list[dict]:
    """Each source of the warehouse: its state, why, its counters."""
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        return db.execute(OPERATIONS["sources"]).fetchall()


def _without_time(config: Settings, name: str) -> int | None:
    """Rows of a database source that can never be read, for nobody knows when they changed; None: it cannot say now."""
    if not isinstance(given := config.sources.get(name), DatabaseSource):
        return None
    with contextlib.suppress(SourceError):  # that it is down or not as the settings say is in its state
        source = open_source(name, given, config.time_zone, _NO_KEY)
        try:
            return source.describe()["without_time"]
        finally:
            source.close()
