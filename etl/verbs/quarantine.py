"""Show quarantined records: by rule and field with values (list), record by record (show), or as a CSV (export)."""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

import sql
from etl import stopped
from etl.mapping import COLUMNS
from etl.settings import Settings
from etl.verbs import Answer, Refused, warehouse
from sql.formulas import harmless

QUARANTINE = sql.load("queries/quarantine.sql")

_EXAMPLES = 5  # values per rule and field, the most frequent ones
# The person key is of no use to an operator; unreadable texts are shown in place of their field.
_TOLD = tuple(name for name in COLUMNS if name not in ("record_id", "person_key", "unreadable"))
_HEAD = ("source", "record_id", "rules", "received_at", *_TOLD)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "show", "export"), default="list")
    parser.add_argument("name", nargs="?", help="show: the number of one record; export: the file to write")
    parser.add_argument("--source", help="of this source only")
    parser.add_argument("--rule", help="that broke this rule")
    parser.add_argument("--field", help="with a fault in this field")
    parser.add_argument("--limit", type=count, default=20, help="show: so many records (20)")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    asked = {"source": options.source, "rule": options.rule, "field": options.field, "record": None, "limit": None}
    zone = ZoneInfo(config.time_zone)
    with warehouse(config, row_factory=dict_row) as db:
        if options.what == "list":
            return Answer({"quarantine": list(_listed(db, asked, zone))})
        if options.what == "show":
            asked |= {"record": options.name, "limit": options.limit}
            return Answer({"records": [_faults(row, zone) for row in db.execute(QUARANTINE["records"], asked)]})
        if not options.name:
            raise Refused("export takes the name of the file to write", 2)
        return Answer({"exported": _export(db, asked, Path(options.name), zone), "file": options.name})


def _listed(db: psycopg.Connection[Any], asked: dict, zone: ZoneInfo) -> Iterator[dict]:
    """One row per source, rule and field; its values in one cell."""
    groups: dict[tuple, list[dict]] = {}
    for row in db.execute(QUARANTINE["list"], asked | {"examples": _EXAMPLES}):
        groups.setdefault((row["source"], row["rule"], row["field"], row["in_all"]), []).append(row)
    for (source, rule, field, in_all), rows in groups.items():
        values = {_said(row["field"], row["value"], zone): row["records"] for row in rows}
        yield {"source": source, "rule": rule, "field": field or None, "records": in_all,
               "example": rows[0]["record_id"], "values": values}  # fmt: skip


def _faults(row: dict, zone: ZoneInfo) -> dict:
    told = {name: value for name, value in _told(row["record"], zone).items() if value is not None}
    return {name: row[name] for name in _HEAD[:4]} | {"record": told}


def _export(db: psycopg.Connection[Any], asked: dict, file: Path, zone: ZoneInfo) -> int:
    """Returns how many records were written."""
    written = 0
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as out, db.cursor("quarantine") as rows:
            writer = csv.DictWriter(out, _HEAD)
            writer.writeheader()
            for row in rows.execute(QUARANTINE["records"], asked):
                told = (
                    {name: row[name] for name in _HEAD[:4]} | {"rules": " ".join(row["rules"])} | _told(row["record"], zone)
                )
                writer.writerow({name: harmless(value) for name, value in told.items()})
                written += 1
    except FileExistsError:
        raise Refused(f"{file} is there already: name another file, or remove it", 2) from None
    except OSError as refused:
        raise Refused(f"{file} cannot be written: {refused.strerror}", 2) from None
    return written


def _told(record: dict, zone: ZoneInfo) -> dict[str, str | None]:
    """Each field: the raw text if it was unreadable, else the parsed value; only the year of a birth date."""
    raw = record.get("unreadable") or {}
    return {name: _said(name, raw.get(name, record.get(name)), zone) for name in _TOLD}


def _said(field: str, value, zone: ZoneInfo) -> str | None:
    return stopped.shown(field, None if value is None else str(value), zone)


def count(text: str) -> int:
    """An argparse type: a number of records."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 (found {text})")
    return int(text)
