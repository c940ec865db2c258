"""One batch, one transaction: land → check → brake → courses → store → ledger → balances → cursor → close.

All of it commits, or none of it. What a batch means is worked out on the workbench, in columns, by the statements of
sql/queries/batch; PostgreSQL says what it holds of the batch's persons (etl.held), stores and folds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.rows import namedtuple_row

import sql
from etl import brake, held
from etl.held import HELD
from etl.workbench import CHECK, COURSE, POSTINGS, REFERENCE, Workbench
from sql.clock import Clock
from sql.settings import Etl

STORE, BALANCES, INTAKE = (sql.load(f"queries/{name}.sql") for name in ("store", "balances", "intake"))

# Above this many records the statements are planned for the batch at hand, with statistics of its size; below it plans
# are kept, and look rows up by index.
LARGE = 20_000


class Fenced(Exception):
    """Another ETL took the lead while this one stalled: stop, and let it work."""


@dataclass(frozen=True)
class Delivery:
    """What one batch is to load, and where the source stands once it is in."""

    source_id: int
    records: pa.Table
    kind: str = "records"
    cursor: tuple[datetime, str] | None = None
    unit: str | None = None
    outcome: dict | None = None  # of a file: the row of warehouse.delivery that commits with the batch


@dataclass(frozen=True)
class Outcome:
    """What became of the records of a batch. received = loaded + unchanged + quarantined."""

    batch_id: int
    received: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    corrected: int = 0
    voided: int = 0
    newest_at: datetime | None = None


class Pipeline:
    """The road of a batch into the warehouse, on one connection of its own."""

    def __init__(self, db: psycopg.Connection, clock: Clock, time_zone: str, settings: Etl, epoch: int):
        """`db` in autocommit, as etl_writer; `epoch` as `take_the_lead` gave it."""
        self.db, self.clock, self.time_zone, self.settings, self.epoch = db, clock, time_zone, settings, epoch
        self._prepare: bool | None = None
        self.workbench, self._reference = Workbench(), None
        for statements in (HELD, STORE):
            for name in statements:
                if name.startswith("create_"):
                    db.execute(statements[name])

    def load(self, delivery: Delivery, fold: bool = True) -> Outcome:
        """Take a delivery in. Without `fold` the balances follow with a later batch (backfill).

        Raises Braked (nothing is kept), Fenced.
        """
        with self.db.transaction():
            self._plan_for(delivery.records.num_rows)
            facts, folded = self._open(source_id=delivery.source_id)
            self._read_held(delivery.records, facts)
            outcome = self._check(delivery, facts)
            if outcome.loaded:
                self._work_out(facts, "touch_persons")
                self._store(facts)
            if fold:
                self._fold(folded, facts["batch_id"])
            self._close(delivery, outcome, facts)
            if fold:
                self.tell()
        return outcome

    def reclassify(self, persons: Iterable, fold: bool = True) -> int:
        """Place the injections of these persons anew, after reference data changed. Returns the batch's number."""
        persons = pa.array([key.bytes for key in persons], pa.binary(16))
        with self.db.transaction():
            self._plan_for(len(persons))
            facts, folded = self._open(source_id=None)
            self._seek(persons, facts)
            self._work_out(facts, "touch_held_persons", "reclassify")
            self._store(facts)
            if fold:
                self._fold(folded, facts["batch_id"])
            self._number(facts, "rebuild", Outcome(facts["batch_id"]))
            self.tell()
        return facts["batch_id"]

    def close_reference(self) -> int:
        """A batch without records, in the caller's transaction: the version of figures whose reference data changed."""
        facts, folded = self._open(source_id=None)
        self._fold(folded, facts["batch_id"])
        self._number(facts, "reference", Outcome(facts["batch_id"]))
        self.tell()
        return facts["batch_id"]

    def fold_the_rest(self) -> None:
        """Add the postings that a backfill, ended between two folds, left out of the balances. Raises Fenced."""
        with self.db.transaction():
            facts, folded = self._open()
            if folded < facts["batch_id"] - 1:
                self._plan_for(LARGE + 1)
                self._fold(folded, facts["batch_id"] - 1)
                self.tell()

    def tell(self) -> None:
        """Tell who listens which batch the figures hold, and up to when the sources were read."""
        self.db.execute(INTAKE["tell"])

    def _plan_for(self, rows: int) -> None:
        self._prepare = None if rows <= LARGE else False
        if self._prepare is False:
            self.db.execute("SET LOCAL work_mem = '256MB'")
            # The planner needs the sizes; finer statistics would be gathered for seven tables in each batch.
            self.db.execute("SET LOCAL default_statistics_target = 5")

    def _open(self, **facts) -> tuple[dict, int]:
        with self.db.cursor(row_factory=namedtuple_row) as cursor:
            leader = cursor.execute(INTAKE["open_batch"]).fetchone()
            if leader.epoch != self.epoch:
                raise Fenced(f"the ETL of epoch {leader.epoch} leads, this one is of epoch {self.epoch}")
        now = self.clock.now()
        facts |= {"batch_id": leader.batch_id, "now": now, "time_zone": self.time_zone,
                  "today": now.astimezone(ZoneInfo(self.time_zone)).date(), "grace_days": self.settings.grace_days}  # fmt: skip
        return facts, leader.folded_through

    def _read_reference(self) -> None:
        """Again only when it changed: the fingerprint is of this transaction."""
        (now,) = self.db.execute(HELD["reference_fingerprint"]).fetchone()
        if now == self._reference:
            return
        self._reference = None
        for name in held.REFERENCE:
            self.workbench.take(REFERENCE[f"keep_{name}"], held.read(self.db, HELD[name]))
        self._reference = now

    def _read_held(self, records: pa.Table, facts: dict) -> None:
        """All injections of the persons of these records, and of those to whom the records belong until now."""
        persons = pc.unique(records["person_key"]).drop_null()
        ids = pc.unique(records["record_id"]).drop_null()
        opened = held.OPENED.empty_table()
        if len(ids) and self._is_any_known(ids, facts):
            held.write(self.db, HELD["copy_sought_record"], pa.table({"record_id": ids.take(pc.array_sort_indices(ids))}))
            self._analyze("sought_record")
            self._run(HELD, facts, "seek_persons_of_records")
            opened = held.read(self.db, HELD["open_of_records"], facts, held.OPENED)
        self.workbench.take(CHECK["hold_opened"], opened)
        self._seek(persons, facts)
        self.workbench.take(CHECK["land"], _with_uuids(records))

    def _is_any_known(self, ids: pa.Array, facts: dict) -> bool:
        ends = pc.min_max(ids)
        between = {"first": ends["min"].as_py(), "last": ends["max"].as_py()}
        return self.db.execute(HELD["any_of_records"], facts | between, prepare=self._prepare).fetchone()[0]

    def _seek(self, persons: pa.Array, facts: dict) -> None:
        self._read_reference()
        held.write(self.db, HELD["copy_sought_person"], pa.table({"person_key": persons}))
        self._analyze("sought_person")
        injections = held.read(self.db, HELD["injections_of_persons"], facts, held.INJECTION)
        self.workbench.take(CHECK["hold"], injections)
        known = held.PERSON.empty_table()
        if injections.num_rows:
            known = held.read(self.db, HELD["persons_of_persons"], facts, held.PERSON)
        self.workbench.take(CHECK["hold_persons"], known)

    def _check(self, delivery: Delivery, facts: dict) -> Outcome:
        bench = self.workbench
        bench.run(CHECK["check_records"], facts)
        bench.run(CHECK["drop_repeated"], facts)
        counts = bench.ask(CHECK["count_incoming"])
        quarantined = 0
        if counts["broken"]:
            self._give("broken", CHECK["broken"], facts)
        if counts["broken"] and delivery.kind != "retry":
            quarantined = self.db.execute(STORE["quarantine_records"], facts, prepare=self._prepare).rowcount
        if self._give("ended", CHECK["ended"], facts):
            self._run(STORE, facts, "end_replaced")
        if counts["broken"]:
            self._run(STORE, facts, "end_superseded")
        if counts["restamped"] and self._give("restamped", CHECK["restamped"], facts):
            self._run(STORE, facts, "restamp")
        received = delivery.records.num_rows
        outcome = Outcome(facts["batch_id"], received, counts["loaded"], received - counts["loaded"] - quarantined, quarantined,
                          counts["corrected"], counts["voided"], counts["newest_at"])  # fmt: skip
        if delivery.kind == "retry":
            return self._count_retry(outcome, facts)
        brake.check(self.db, delivery.source_id, outcome, self.settings.brake)
        return outcome

    def _count_retry(self, outcome: Outcome, facts: dict) -> Outcome:
        """Received once already: what left the quarantine now counts as loaded or unchanged instead."""
        if self._give("retried", CHECK["retried"], facts):
            self._run(STORE, facts, "settle_retried", "keep_rules_of_retry")
        return replace(outcome, received=0, unchanged=0, quarantined=-outcome.loaded)

    def _work_out(self, facts: dict, *touch: str) -> None:
        for name in (*touch, "read_before", "read_person_before", "work_out_courses", "read_person_after"):
            self.workbench.run(COURSE[name], facts)

    def _store(self, facts: dict) -> None:
        if self._give("moved", COURSE["moved"], facts):
            self._run(STORE, facts, "delete_moved", "change_records")
        self._give("warehouse.injection", COURSE["new_injections"], facts)
        if self._give("altered", COURSE["altered_injections"], facts):
            self._run(STORE, facts, "change_injections")
        self._give("warehouse.record", COURSE["new_records"], facts)
        self._give("warehouse.person", COURSE["new_persons"], facts)
        if self._give("changed_person", COURSE["changed_persons"], facts):
            self._run(STORE, facts, "change_persons")
        if self._give("gone_person", COURSE["gone_persons"], facts):
            self._run(STORE, facts, "delete_persons")
        for ledger, statement in POSTINGS.items():
            self._give(f"warehouse.{ledger}", statement, facts)

    def _give(self, table: str, statement: str, facts: dict) -> int:
        """What a statement of the workbench finds, added to a table of the database. Returns the number of rows."""
        rows = self.workbench.give(statement, facts)
        held.write(self.db, f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN", rows)
        return rows.num_rows

    def _fold(self, from_batch: int, to_batch: int) -> None:
        facts = {"from_batch": from_batch, "to_batch": to_batch, "batch_id": to_batch}
        self._run(BALANCES, facts, *BALANCES)
        self._run(INTAKE, facts, "mark_folded")

    def _close(self, delivery: Delivery, outcome: Outcome, facts: dict) -> None:
        self._number(facts, delivery.kind, outcome, delivery.unit)
        self._run(INTAKE, facts | vars(outcome) | {"kind": delivery.kind}, "count_for_source")
        if delivery.cursor:
            updated_at, record_id = delivery.cursor
            self._run(INTAKE, facts | {"updated_at": updated_at, "record_id": record_id}, "advance_cursor")
        if delivery.outcome:
            self._run(INTAKE, facts | delivery.outcome, "write_delivery")

    def _number(self, facts: dict, kind: str, outcome: Outcome, unit: str | None = None) -> None:
        closing = {"kind": kind, "unit": unit, "started_at": facts["now"], "committed_at": self.clock.now()}
        self._run(INTAKE, facts | closing | vars(outcome), "close_batch", "number_batch")

    def _run(self, statements: dict[str, str], facts: dict, *names: str) -> None:
        for name in names:
            self.db.execute(statements[name], facts, prepare=self._prepare)

    def _analyze(self, table: str) -> None:
        if self._prepare is False:
            self.db.execute(f"ANALYZE {table}")


def _with_uuids(records: pa.Table) -> pa.Table:
    """Keys of persons as the workbench compares them."""
    place = records.schema.get_field_index("person_key")
    keys = [pa.ExtensionArray.from_storage(pa.uuid(), chunk) for chunk in records["person_key"].chunks]
    return records.set_column(place, "person_key", pa.chunked_array(keys, pa.uuid()))
