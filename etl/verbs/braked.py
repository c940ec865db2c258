"""Show what the brake stopped: rules with counts, the field, and records by number with their values."""

import argparse

import psycopg

from etl import stopped
from etl.settings import Settings
from etl.verbs import Answer, Refused, warehouse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", help="this source only")
    parser.add_argument("--all", action="store_true", help="also what passed or ended since, the last 20")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    with warehouse(config, autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        known = {name for (name,) in db.cursor(row_factory=psycopg.rows.tuple_row).execute(stopped.BRAKE["names"])}
        if options.source and options.source not in known:
            raise Refused(f"{options.source} is not a source of the warehouse; they are: {', '.join(sorted(known))}", 2)
        stops = db.execute(stopped.BRAKE["stops"], {"name": options.source, "all": options.all}).fetchall()
        for stop in stops:
            stop["findings"] = db.execute(stopped.BRAKE["findings"], stop).fetchall()
    if options.json:
        return Answer({"braked": stops})
    lines: dict[str, object] = {}
    for stop in stops:
        findings = [row | {"examples": _examples(row["examples"])} for row in stop.pop("findings")]
        lines[f"{stop['source']} {stop['brake_id']}"] = {name: value for name, value in stop.items() if value is not None}
        lines[f"{stop['source']} {stop['brake_id']} findings"] = findings
    return Answer(lines or {"braked": "nothing"})


def _examples(examples: list[dict]) -> str:
    return "; ".join(f"{one['record']}: {_value(one)} ({one['records']:,})" for one in examples)


def _value(example: dict) -> str:
    was, value = example.get("was"), example["value"]
    shown = "(nothing)" if value is None else repr(value)
    return shown if was is None else f"{was!r} → {shown}"
