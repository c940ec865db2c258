"""What the brake stopped: identified by its content, and stored for inspection without personal data."""

import contextlib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pyarrow as pa
from psycopg.rows import dict_row

import sql
from etl.batch import Delivery, Facts
from etl.digests import digests, is_in
from etl.fields import TIMES
from sql.rows import by_name, only

BRAKE = sql.load("queries/brake.sql")

_EXAMPLES = 5  # values shown per rule and field, the most frequent ones
# Fields compared between a record and its held version.
_FIELDS = ("residence_code", "site_id", "vaccine_id", "dose_number", "injected_at", "status", "sex", "birth_year",
           "birth_date", "lot_number", "priority_group", "identity_status")  # fmt: skip
_CODED = {"site_id": "site_code", "vaccine_id": "vaccine_code"}
# Findings other than rules of the quarantine.
CHANGES = ("moved", "unrecognised", "outside", "voided", "changed")
_NOWHERE = {"-2": "unrecognised", "-1": "outside"}
_YEAR, _ISO_DAY, _DIGIT = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d")


@dataclass(frozen=True)
class Finding:
    """A rule or kind of change, and a field: how many records, and examples with values."""

    rule: str
    field: str
    records: int
    examples: list[dict]


@dataclass(frozen=True)
class Stop:
    """What looked wrong in which delivery: a row of warehouse.brake."""

    criterion: str
    reason: str
    content: str  # checksum of what was stopped
    kind: str = "records"  # as the batch's; of a file: file
    unit: str | None = None
    seen: bytes | None = None
    page_size: int | None = None
    read_to: datetime | None = None
    received: int | None = None
    found: int | None = None
    allowed: float | None = None
    measured_by: str | None = None
    findings: tuple[Finding, ...] = ()


def identity(delivery: Delivery) -> dict:
    """What identifies a delivery: a file's checksum, or the hashes of a batch's records."""
    if delivery.outcome:
        return {"kind": "file", "unit": delivery.unit, "content": delivery.outcome["sha256"]}
    seen = hashes(delivery.records).tobytes()
    read_to = delivery.cursor[0] if delivery.cursor else None
    return {"kind": delivery.kind, "seen": seen, "read_to": read_to,
            "content": hashlib.sha256(seen).hexdigest()}  # fmt: skip


def hashes(records: pa.Table) -> np.ndarray:
    """An 8-byte digest per record, sorted: independent of the order of the records."""
    return np.sort(digests(records))


def covers(db: psycopg.Connection, brake_id: int, seen: bytes) -> bool:
    """Whether all of these (`hashes`) are among the records of a released stop."""
    (looked_at,) = only(db.execute(BRAKE["seen_of_release"], {"brake_id": brake_id}))
    return bool(is_in(np.frombuffer(seen, "<u8"), np.frombuffer(looked_at or b"", "<u8")).all())


def findings(db: psycopg.Connection, suspects: pa.Table, facts: Facts) -> tuple[Finding, ...]:
    """What is wrong in the current batch: rules broken, records changed, voided or moved, and unknown places."""
    zone = ZoneInfo(facts["time_zone"])
    found: dict[tuple, Finding] = {}
    with db.cursor(row_factory=by_name) as cursor:
        for row in cursor.execute(BRAKE["rules_of_batch"], facts | {"examples": _EXAMPLES}):
            finding = found.setdefault((row.rule, row.field), Finding(row.rule, row.field, row.in_all, []))
            value = shown(row.field, row.value, zone)
            finding.examples.append({"record": row.record_id, "value": value, "records": row.records})
    codes = {(kind, number): code for kind, number, code in db.execute(BRAKE["codes"])}
    return (*found.values(), *_changes(suspects, codes))


def _changes(suspects: pa.Table, codes: dict[tuple[str, str], str]) -> list[Finding]:
    counted: dict[tuple, Counter] = {}
    first: dict[tuple, str] = {}
    for rule, field, record, was, value in _told(suspects, codes):
        counted.setdefault((rule, field), Counter())[was, value] += 1
        first.setdefault((rule, field, was, value), record)
    return [
        Finding(rule, field, values.total(), [
            {"record": first[rule, field, was, value], "was": was, "value": value, "records": records}
            for (was, value), records in values.most_common(_EXAMPLES)
        ])
        for (rule, field), values in counted.items()
    ]  # fmt: skip


def _told(suspects: pa.Table, codes: dict[tuple[str, str], str]) -> Iterator[tuple]:
    """(rule, field, record, old value, new value) of each suspect and relevant field."""
    for row in suspects.to_pylist():
        row = {name: None if value is None else str(value) for name, value in row.items()}
        record, residence = row["record_id"], row["residence_code"]
        if row["moved"]:
            yield "moved", "person_id", record, None, None
        is_news = row["verdict"] != "voided" and residence != row["old_residence_code"]
        if is_news and (rule := _NOWHERE.get(row["residence_unit_id"])):
            yield rule, "residence_code", record, None, residence
        if row["verdict"] == "voided":
            yield "voided", "status", record, row["old_status"], row["status"]
        if row["verdict"] == "corrected" and row["old_status"] != "vanished":
            for field in _FIELDS:
                was, value = row[f"old_{field}"], row[field]
                if was != value:
                    was, value = (codes.get((field, text), text) for text in (was, value))
                    yield "changed", _CODED.get(field, field), record, _masked(field, was), _masked(field, value)


def shown(field: str, value: str | None, zone: ZoneInfo) -> str | None:
    """A quarantined value for display: times in local time, and only the year of a birth date."""
    if value is not None and field in TIMES:
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment.tzinfo else value
    return _masked(field, value)


def _masked(field: str, value: str | None) -> str | None:
    if field != "birth_date" or value is None or _YEAR.fullmatch(value):
        return value
    return f"{value[:4]}-··-··" if _ISO_DAY.fullmatch(value) else _DIGIT.sub("·", value)


# -- storing and ending stops


def keep(db: psycopg.Connection, source_id: int, stop: Stop, now: datetime) -> None:
    """Store a stop in place of the open one. Runs in the caller's transaction."""
    facts = vars(stop) | {"source_id": source_id, "now": now}
    del facts["findings"]
    end_open(db, source_id, now)
    (brake_id,) = only(db.execute(BRAKE["keep_stop"], facts))
    for found in stop.findings:
        examples = json.dumps(found.examples, ensure_ascii=False)
        db.execute(BRAKE["keep_finding"], vars(found) | {"brake_id": brake_id, "examples": examples})


def end_open(db: psycopg.Connection, source_id: int, now: datetime) -> None:
    """End the open stop or release, without it having passed."""
    for unit, content in db.execute(BRAKE["end_open"], {"source_id": source_id, "now": now}).fetchall():
        db.execute(BRAKE["end_release_of_delivery"], {"source_id": source_id, "unit": unit, "content": content})


def released(db: psycopg.Connection, source_id: int):
    """The open release (kind, unit, content, how it was read), or None."""
    return _stop_of(db, source_id, "released")


def standing(db: psycopg.Connection, source_id: int):
    """The stop that was not released, as `released`; or None."""
    return _stop_of(db, source_id, "standing")


def _stop_of(db: psycopg.Connection, source_id: int, state: str):
    with db.cursor(row_factory=by_name) as cursor:
        return cursor.execute(BRAKE["stop_of_source"], {"source_id": source_id, "state": state}).fetchone()


def release(db: psycopg.Connection, name: str, now: datetime) -> dict | None:
    """Release the stop of a source. Returns what was released; None if the source is not stopped."""
    with db.cursor(row_factory=dict_row) as cursor:
        source = cursor.execute(BRAKE["release"], {"name": name, "now": now}).fetchone()
        if source is None:
            return None
        stop = cursor.execute(BRAKE["release_stop"], source | {"now": now}).fetchone()
        if stop is not None and stop["unit"] is not None:
            cursor.execute(BRAKE["release_delivery"], source | stop)
        return stop or {}
