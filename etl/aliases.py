"""Loads vaccines, aliases of vaccines and sites, and dose rules for any previous vaccine."""

from datetime import date
from typing import Any, Protocol

import psycopg
from psycopg.types.json import Jsonb

# In dose_rules: any previous vaccine.
ANY = "any"


class Write(Protocol):
    """Runs a statement with the rows of a table, and counts changes."""

    changed: int

    def __call__(self, statement: str, rows: list[dict], **values: Any) -> None: ...


def write_vaccines(write: Write, rows: list[dict], today: date) -> None:
    """Write vaccines as of today, and the doses of their series by day; a vaccine's first row applies from the beginning."""
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
    """Expand dose rules for any previous vaccine to one per vaccine; a rule for the exact pair takes precedence from its first day."""
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
    """Write the aliases of `vaccine` or `site`. Returns the ids of those that changed their meaning."""
    db.execute(sql["create_alias_given"])
    db.execute(sql[f"give_{kind}_aliases"], {"rows": Jsonb(rows)})
    changed = [alias for (alias,) in db.execute(sql[f"change_{kind}_aliases"])]
    write.changed += len(changed)
    write(f"add_{kind}_aliases", [])
    return changed
