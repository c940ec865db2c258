"""Dry run of settings, reference tables and sources; everything is rolled back."""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from sqlalchemy.pool import NullPool

import sql
from etl import identity, reference, stopped, uploads
from etl.batch import Delivery, Outcome
from etl.brake import Braked
from etl.faults import in_words, is_of_values
from etl.pipeline import Pipeline
from etl.refusal import ReferenceTableError
from etl.settings import Brake, ReadBy, Settings
from etl.sources import START, Changes, Deliveries, Source, SourceError, Whole, reading
from etl.sources.kinds import open_source
from etl.statements import INTAKE
from sql import connect, version, world
from sql.clock import Clock
from sql.migrate import migrate
from sql.rows import by_name, only
from sql.server import EmbeddedServer

WORLD = sql.load("world.sql")

_FILES = 50  # tried per folder
_EXAMPLES = 5
_UNBRAKED = Brake(min_records=10**9)


class DryRun:
    """Collects `faults` (messages), `sources` (a row each) and `refused` (what rules would reject, and why)."""

    def __init__(self, db: psycopg.Connection, settings: Settings, records: int):
        """`db` is in autocommit, as etl_writer; `records` are read per source."""
        self.db, self.settings, self.records = db, settings, records
        self._first: dict[ReadBy, Callable[[dict, Any], Iterator[tuple[pa.Table, str | None]]]] = {
            "changes": self._changes, "whole": self._whole, "deliveries": self._deliveries,
        }  # fmt: skip
        self.faults: list[str] = []
        self.sources: list[dict] = []
        self.refused: list[dict] = []
        of_world = db.execute(WORLD["world"]).fetchone()
        self.clock = Clock(of_world[1] if of_world else 0)
        if of_world:
            try:
                world.refuse_other_kind(of_world[0], settings)
            except world.WorldError as other:
                self.faults.append(str(other))

    def run(self) -> None:
        """Read the sources first, outside of the transaction: a slow one must not block a running ETL."""
        read = [(row, list(self._read(row))) for row in map(self._row, self.settings.sources)]
        with self.db.transaction(force_rollback=True):
            if not self._try_reference():
                return
            for row, pieces in read:
                facts = {"name": row["source"], "kind": self.settings.sources[row["source"]].kind}
                (source_id,) = only(self.db.execute(INTAKE["register_source"], facts))
                for records, unit in pieces:
                    self._try_load(row, Delivery(source_id, records, unit=unit))

    def _row(self, name: str) -> dict:
        self.sources.append({"source": name, "read": 0})
        return self.sources[-1]

    def _try_reference(self) -> bool:
        """Report every table that cannot be read, not only the first; then check them together."""
        found = len(self.faults)
        for name in reference.TABLES:
            try:
                reference.read_table(name, getattr(self.settings.reference, name))
            except ReferenceTableError as wrong:
                self.faults.append(str(wrong))
        if len(self.faults) > found:
            return False
        held = uploads.in_force(self.db)
        today, shift = self.clock.today(self.settings.time_zone), self.clock.shift_days
        try:
            with self.db.transaction():
                reference.load(self.db, self.settings, today, shift, lambda given: uploads.overlay(given, held))
        except ReferenceTableError as wrong:
            self.faults.append(str(wrong))
            return False
        return True

    def _read(self, row: dict) -> Iterator[tuple[pa.Table, str | None]]:
        """The first records of a source, or of each of its files with the file's name."""
        name = row["source"]
        given = self.settings.sources[name]
        try:
            with reading(name):
                source = open_source(name, given, self.settings.time_zone, _key(self.settings))
            with contextlib.closing(source):
                for records, unit in self._first[given.read_by](row, source):
                    row["read"] += records.num_rows
                    yield records, unit
        except SourceError as wrong:
            self.faults.append(str(wrong))

    def _changes(self, row: dict, source: Changes) -> Iterator[tuple[pa.Table, str | None]]:
        with reading(row["source"]):
            self._describe(row, source)
            yield source.read_after(START, self.records, self.clock.now()).records, None

    def _whole(self, row: dict, source: Whole) -> Iterator[tuple[pa.Table, str | None]]:
        with reading(row["source"]):
            self._describe(row, source)
            with contextlib.closing(source.read_whole(self.records, self.clock.now())) as pages:
                yield next(pages).records, None

    def _describe(self, row: dict, source: Source) -> None:
        counts = source.describe()
        row |= {"rows": counts["rows"], "without_time": counts["without_time"]}

    def _deliveries(self, row: dict, source: Deliveries) -> Iterator[tuple[pa.Table, str | None]]:
        name = row["source"]
        with reading(name):
            files = source.deliveries()
            if not files:
                time.sleep(source.settled_after)  # one may have just been written
                files = source.deliveries()
        row["files"] = len(files)
        if not files:
            self.faults.append(source.nothing_there)
        for file in files[:_FILES]:
            try:
                with reading(name):
                    records = source.read_delivery(file, 0, self.records).records
            except SourceError as wrong:
                self.faults.append(str(wrong))
            else:
                yield records.slice(0, self.records), file.path

    def _try_load(self, row: dict, delivery: Delivery) -> None:
        try:
            with self.db.transaction(force_rollback=True):
                outcome = self._pipeline(_UNBRAKED).load(delivery, fold=False)
                self._count(row, delivery, outcome)
            with self.db.transaction(force_rollback=True):
                self._pipeline(self.settings.etl.brake).load(delivery, fold=False)
        except Braked as stopped_it:
            row["brake"] = str(stopped_it).replace("SOURCE", row["source"])
        except Exception as fault:
            if not is_of_values(fault):
                raise
            self.faults.append(f"sources.{row['source']}: its records cannot be loaded ({in_words(fault)})")

    def _count(self, row: dict, delivery: Delivery, outcome: Outcome) -> None:
        for name in ("loaded", "unchanged", "quarantined", "unrecognised", "outside"):
            row[name] = row.get(name, 0) + getattr(outcome, name)
        facts = {"source_id": delivery.source_id, "batch_id": outcome.batch_id, "examples": _EXAMPLES}
        groups: dict[tuple, dict] = {}
        for told in self.db.cursor(row_factory=by_name).execute(stopped.BRAKE["rules_of_batch"], facts):
            group = groups.setdefault((told.rule, told.field), {
                "source": row["source"], "file": delivery.unit, "rule": told.rule, "field": told.field or None,
                "records": told.in_all, "example": told.record_id, "values": {},
            })  # fmt: skip
            group["values"][told.value] = told.records
        self.refused += groups.values()

    def _pipeline(self, brake: Brake) -> Pipeline:
        (term,) = only(self.db.execute("SELECT term FROM warehouse.leader"))
        etl = self.settings.etl.model_copy(update={"brake": brake})
        return Pipeline(self.db, self.clock, self.settings.time_zone, etl, term)


def _key(settings: Settings) -> bytes:
    """The person key if there is one; a dry run creates none."""
    if os.environ.get(identity.KEY_NAME) or (settings.data / "person.key").exists():
        return identity.load_key(os.environ, settings.data)
    return bytes(identity.SHORTEST_KEY)


@contextlib.contextmanager
def scratch_warehouse(settings: Settings) -> Iterator[tuple[psycopg.Connection, str | None]]:
    """Yields the instance's warehouse, or a temporary empty one and the reason for it."""
    with contextlib.ExitStack() as until_done:
        try:
            db = until_done.enter_context(connect.raw(settings, "etl_writer", autocommit=True))
            version.check(db)
            why = None
        except (connect.NoWarehouse, psycopg.OperationalError, version.OtherVersion) as none:
            why = f"tried against an empty warehouse, which has no history for the brake: {' '.join(str(none).split())}"
            db = until_done.enter_context(_empty(settings))
        yield db, why


@contextlib.contextmanager
def _empty(settings: Settings) -> Iterator[psycopg.Connection]:
    with tempfile.TemporaryDirectory(prefix="vaccine-check-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as another user
        server = EmbeddedServer(Path(folder), {"fsync": "off"})
        server.start()
        try:
            engine = connect.engine_at(server.url("postgres"), "owner", poolclass=NullPool)
            migrate(engine)
            world.settle(engine, settings)
            with connect.raw_at(server.url("postgres"), "etl_writer", autocommit=True) as db:
                yield db
        finally:
            server.stop()
