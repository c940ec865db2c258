"""The small world of small/, and records drawn as tables. `Given` holds a warehouse and its pipeline."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from etl import reference
from etl.mapping import SCHEMA
from etl.pipeline import INTAKE, Delivery, Outcome, Pipeline
from sql import connect, settings
from sql.told import EVERYTHING

SMALL = Path(__file__).parent / "small"
ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2022, 6, 1, 5, 0, tzinfo=UTC)
TODAY = date(2022, 6, 1)


class StoppedClock:
    """A clock that stands still; the only thing here that is not real."""

    shift_days = 0

    def __init__(self, moment: datetime = NOW):
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def today(self, _zone: str) -> date:
        return self.moment.date()


class Given:
    """A warehouse with the small world in it, and a pipeline to load records by."""

    name = "platform"  # of the source

    def __init__(self, url: str, pipeline: type[Pipeline] = Pipeline, clock=None):
        self.url, self.kind = url, pipeline
        self.settings = settings.read(SMALL / "config.yaml", environment={})
        self.clock = clock or StoppedClock()
        self.connect()
        with self.db.transaction():
            reference.load(self.db, self.settings, TODAY, 0)

    def connect(self) -> None:
        self.db = connect.raw_at(self.url, "etl_writer", autocommit=True)
        (term,) = self.db.execute(INTAKE["take_the_lead"]).fetchone()
        self.pipeline = self.kind(self.db, self.clock, ZONE, self.settings.etl, term)
        facts = {"name": self.name, "kind": "files"}
        (self.source_id,) = self.db.execute(INTAKE["register_source"], facts).fetchone()

    def load(self, records: Iterable[dict], fold: bool = True, kind: str = "records") -> Outcome:
        return self.pipeline.load(Delivery(self.source_id, table(records), kind), fold)

    def ask(self, query: str, *values) -> list[tuple]:
        return self.db.execute(query, values).fetchall()

    def close(self) -> None:
        self.db.close()


def person(name: str) -> str:
    """The key of a person known by name in a test."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, name).hex


def at(text: str | None) -> datetime | None:
    """'2021-11-05 09:30' in Viet Nam; a day alone is its noon."""
    if not text:
        return None
    text = text if ":" in text else f"{text} 12:00"
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def record(**given) -> dict:
    """A whole record of one dose, with what is given in place of the usual."""
    usual = {
        "record_id": "r1", "person": "An", "birth_year": 1980, "sex": "female", "residence_code": "C1", "site_code": "S1",
        "vaccine_code": "PF", "dose_number": 1, "injected_at": "2021-11-05", "recorded_at": "2021-11-05 13:00",
        "updated_at": "2021-11-05 13:00", "status": "completed", "identity_status": "correct", "priority_group": 1,
        "told": EVERYTHING,
    }  # fmt: skip
    return usual | given


def table(records: Iterable[dict]) -> pa.Table:
    """Records as the mapping would give them."""
    rows = []
    for r in records:
        row = dict.fromkeys(SCHEMA.names) | {k: v for k, v in r.items() if k != "person"}
        row["person_key"] = _key(r["person"])
        for name in (
            "injected_at",
            "recorded_at",
            "updated_at",
            "identity_checked_at",
            "certificate_printed_at",
            "app_confirmed_at",
        ):
            row[name] = at(row[name]) if isinstance(row[name], str) else row[name]
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _key(name: str):
    kind = SCHEMA.field("person_key").type
    return bytes.fromhex(person(name)) if not pa.types.is_string(kind) else str(uuid.UUID(person(name)))


def drawn(text: str) -> list[dict]:
    """Records from a drawing: a header line, a rule, a line a record; cells between |. An empty cell is nothing."""
    header, _rule, *lines = [line.strip() for line in text.strip().splitlines()]
    names = [name.strip() for name in header.split("|")]
    rows = [dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines]
    return [record(**{n: _typed(n, v) for n, v in row.items()}) for row in rows]


def _typed(name: str, value: str):
    if value == "":
        return None
    return int(value) if name in ("dose_number", "birth_year", "priority_group") else value
