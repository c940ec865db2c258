"""Show the state of the warehouse and of each source; the exit code is 1 if anything has stopped."""

import argparse
from typing import Any

import psycopg
from psycopg.rows import dict_row

import sql
from etl import station
from etl.request_queue import REQUESTS
from etl.settings import Settings
from etl.verbs import Answer, warehouse
from sql import edit_note
from sql.clock import Clock
from sql.patience import ETL_SILENT_SECONDS
from sql.plural import plural

OPERATIONS = sql.load("queries/status.sql")

# Lists that are shown if they are not empty.
_LISTS = ("residences_not_recognised", "pairs_without_rule")

# Columns of sources that are shown only if they are not 0.
QUIET = ("vanished", "lost", "is_withdrawn", "merged", "without_time", "ahead")


def act(config: Settings, _options: argparse.Namespace) -> Answer:
    with warehouse(config, autocommit=True, row_factory=dict_row) as db:
        state = db.execute(OPERATIONS["state"]).fetchone() or {}
        leader = db.execute(REQUESTS["who_leads"], {"lock": station.LOCK}).fetchone()
        lists = {name: db.execute(OPERATIONS[name]).fetchall() for name in _LISTS}
        found = db.execute(OPERATIONS["sources"]).fetchall()
    for source in found:
        if source["name"] not in config.sources:
            source |= {"state": "removed", "reason": None}  # it is no longer read, nor waited for
    etl = leader["verb"].removeprefix("etl ") if leader else None
    standing = [*_standing_etl(etl, state), *_standing_sources(config, found, Clock(state.get("shift_days") or 0))]
    note = edit_note.read(config.data)
    noted = {"note": f"{note} was edited: it takes effect at the next start of ./run"} if note and etl else {}
    return Answer(
        noted
        | {"stands": standing, "etl": etl}
        | state
        | {"sources": found}
        | {name: rows for name, rows in lists.items() if rows},
        int(bool(standing)),
    )


def sources(db: psycopg.Connection[Any]) -> list[dict]:
    """Each source of the warehouse: its state, why, its counters."""
    return db.cursor(row_factory=dict_row).execute(OPERATIONS["sources"]).fetchall()


def _standing_etl(etl: str | None, state: dict) -> list[str]:
    """Problems that stop all updates."""
    standing = []
    silent = state.get("etl_silent_seconds")
    if etl is None:
        standing.append("no ETL runs: start ./run")
    elif silent is not None and silent > ETL_SILENT_SECONDS:
        standing.append(f"the ETL gave no sign of life for {silent:.0f} s: see its log")
    if refusal := state.get("reference_refusal"):
        standing.append(f"a reference table is refused: {refusal}")
    return standing


def _standing_sources(config: Settings, found: list[dict], clock: Clock) -> list[str]:
    held = {source["name"] for source in found}
    standing = [f"source {name} was not read yet" for name in config.sources if name not in held]
    for source in found:
        name, limit = f"source {source['name']}", config.dashboard.stale_after_seconds
        if source["state"] in ("braked", "failed"):
            standing.append(f"{name} is {source['state']}: {source['reason']}")
        elif source["name"] in config.sources and source["last_polled_at"] is None:
            standing.append(f"{name} was not read yet")
        elif source["name"] in config.sources:
            silent = (clock.now() - source["last_polled_at"]).total_seconds()
            if not -1 <= silent <= limit:  # neither long ago nor in the future
                standing.append(f"{name} was last read {silent:.0f} s ago (at most {limit} is fresh)")
        if source["name"] in config.sources and not source["is_equal"]:
            standing.append(f"{name} is not equal to what is held of it: {_difference(source)}")
    return standing


def _difference(source: dict) -> str:
    """The result of the last reconciliation."""
    said = [f"{plural(source['source_rows'], 'record')} at the source, {source['held_rows']:,} held"]
    never_read = (
        ("merged", "with the number of another"),
        ("without_time", "without a time of change"),
        ("ahead", "of a time to come"),
    )
    return ", ".join([*said, *(f"{source[name]:,} {words}" for name, words in never_read if source[name])])
