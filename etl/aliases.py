"""Vaccines, sites and the spellings that they come by, from the reference tables into the warehouse."""

from datetime import date
from typing import Any, Protocol

import psycopg
from psycopg.types.json import Jsonb

# Of dose_rules: the vaccine before may be whichever.
ANY = "any"


class Write(Protocol):
    """Runs a statement with the rows of a table, and counts what changed."""

    changed: int

    def __call__(self, statement: str, rows: list[dict], **values: Any) -> None: ...


def write_vaccines(write: Write, rows: list[dict], today: date) -> None:
    """A vaccine as of today, and how many doses complete its series on which days; its first row holds from the beginning."""
    current, series = {}, []
    for row in sorted(rows, key=lambda row: (row["code"], row["valid_from"] or "")):
        is_first = row["code"] not in current
        if is_first or (row["valid_from"] or "") <= today.isoformat():
            current[row["code"]] = row
        series.append(row | {"valid_from": "-infinity" if is_first else row["valid_from"]})
    write("write_vaccines", list(current.values()))
    write("remove_primary_series", series)
    write("write_primary_series", series)


def expand_any(rules: list[dict], vaccines: list[dict]) -> list[dict]:
    """Dose rules, those of any vaccine before said of each; a rule of the very pair goes before from its first day on."""
    pairs: dict[tuple[str, str], str] = {}
    for rule in rules:
        pair = rule["vaccine_code"], rule["previous_vaccine_code"]
        pairs[pair] = min(rule["valid_from"], pairs.get(pair, rule["valid_from"]))
    said = [rule for rule in rules if rule["previous_vaccine_code"] != ANY]
    for rule in rules:
        for before in sorted({row["code"] for row in vaccines}) if rule["previous_vaccine_code"] == ANY else ():
            if rule["valid_from"] < pairs.get((rule["vaccine_code"], before), "9999"):
                said.append(rule | {"previous_vaccine_code": before})  # noqa: PERF401 - two loops and a condition
    return said


def write(db: psycopg.Connection, write: Write, sql: dict[str, str], kind: str, rows: list[dict]) -> list[int]:
    """The spellings of `vaccine` or `site`, and what they mean now. Returns those that meant something else."""
    db.execute(sql["create_alias_given"])
    db.execute(sql[f"give_{kind}_aliases"], {"rows": Jsonb(rows)})
    changed = [alias for (alias,) in db.execute(sql[f"change_{kind}_aliases"])]
    write.changed += len(changed)
    write(f"add_{kind}_aliases", [])
    return changed
