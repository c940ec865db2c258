"""One batch, one transaction: land → check → compare → brake → courses → ledger → balances → cursor → close.

All of it commits, or none of it. The SQL is in sql/queries, in the order in which it runs here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
import pyarrow as pa
from psycopg.rows import namedtuple_row

import sql
from etl import brake
from etl.mapping import COPY_FORMAT, to_copy
from sql.clock import Clock
from sql.settings import Etl

LOAD, COURSE, LEDGER = (sql.load(f"queries/{name}.sql") for name in ("load", "course", "ledger"))
BALANCES, INTAKE = (sql.load(f"queries/{name}.sql") for name in ("balances", "intake"))

# Above this many records the statements are planned for the batch at hand, with statistics of its size; below it plans
# are kept, and look rows up by index (with them 1,000 changes took about 100 ms at 1.2 M injections held).
LARGE = 20_000

_WORKSPACE = (
    "landed",
    "known_record",
    "known",
    "incoming",
    "touched",
    "before",
    "after",
    "person_before",
    "person_after",
)


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
        # The workspace of 200,000 records stays in memory: with the 8 MB of the default each page is written and read again.
        db.execute("SET temp_buffers = '256MB'")
        for name in _WORKSPACE:
            db.execute(LOAD[f"create_{name}"])

    def load(self, delivery: Delivery, fold: bool = True) -> Outcome:
        """Take a delivery in. Without `fold` the balances follow with a later batch (backfill).

        Raises Braked (nothing is kept), Fenced.
        """
        with self.db.transaction():
            self._plan_for(delivery.records.num_rows)
            self._land(delivery.records)
            facts, folded = self._open(source_id=delivery.source_id)
            outcome = self._check(delivery, facts)
            self._work_out(facts, ["touch_persons"])
            self._post(facts)
            if fold:
                self._fold(folded, facts["batch_id"])
            self._close(delivery, outcome, facts)
            if fold:
                self.tell()
        return outcome

    def reclassify(self, persons: Iterable, fold: bool = True) -> int:
        """Place the injections of these persons anew, after reference data changed. Returns the batch's number."""
        persons = list(persons)
        with self.db.transaction():
            self._plan_for(len(persons))
            facts, folded = self._open(source_id=None, persons=persons)
            self._work_out(facts, ["touch_given_persons", "reclassify"])
            self._post(facts)
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

    def _land(self, records: pa.Table) -> None:
        if records.num_rows == 0:
            return
        with self.db.cursor() as cursor, cursor.copy(LOAD["copy_landed"] + f" ({COPY_FORMAT})") as copy:
            for piece in to_copy(records):
                copy.write(piece)
        self._analyze("landed")

    def _open(self, **facts) -> tuple[dict, int]:
        with self.db.cursor(row_factory=namedtuple_row) as cursor:
            leader = cursor.execute(INTAKE["open_batch"]).fetchone()
            if leader.epoch != self.epoch:
                raise Fenced(f"the ETL of epoch {leader.epoch} leads, this one is of epoch {self.epoch}")
            bands = [band for (band,) in self.db.execute(INTAKE["age_bands_by_year"])]
        facts |= {"batch_id": leader.batch_id, "now": self.clock.now(), "time_zone": self.time_zone,
                  "grace_days": self.settings.grace_days, "age_bands": bands}  # fmt: skip
        return facts, leader.folded_through

    def _check(self, delivery: Delivery, facts: dict) -> Outcome:
        self._run(LOAD, facts, "find_known_records")
        self._analyze("known_record")
        self._run(LOAD, facts, "read_known")
        self._analyze("known")
        self._run(LOAD, facts, "check_records", "drop_repeated")
        self._analyze("incoming")
        with self.db.cursor(row_factory=namedtuple_row) as cursor:
            counts = cursor.execute(LOAD["count_incoming"], prepare=self._prepare).fetchone()
        quarantined = 0
        if counts.broken and delivery.kind != "retry":
            quarantined = self.db.execute(LOAD["quarantine_records"], facts, prepare=self._prepare).rowcount
        self._end_quarantine(facts)
        if counts.restamped:
            self._run(LOAD, facts, "restamp")
        received = delivery.records.num_rows
        outcome = Outcome(facts["batch_id"], received, counts.loaded, received - counts.loaded - quarantined, quarantined,
                          counts.corrected, counts.voided, counts.newest_at)  # fmt: skip
        if delivery.kind == "retry":
            return self._count_retry(outcome, facts)
        brake.check(self.db, delivery.source_id, outcome, self.settings.brake)
        return outcome

    def _end_quarantine(self, facts: dict) -> None:
        # The writer may not gather statistics of the quarantine: taken for empty, it would be read once a record.
        if self._prepare is False:
            self.db.execute("SET LOCAL enable_nestloop = off")
        self._run(LOAD, facts, "end_quarantine")
        if self._prepare is False:
            self.db.execute("SET LOCAL enable_nestloop = on")

    def _count_retry(self, outcome: Outcome, facts: dict) -> Outcome:
        """Received once already: what left the quarantine now counts as loaded or unchanged instead."""
        self._run(LOAD, facts, "keep_rules_of_retry")
        return replace(outcome, received=0, unchanged=0, quarantined=-outcome.loaded)

    def _work_out(self, facts: dict, touch: list[str]) -> None:
        self._run(COURSE, facts, *touch)
        self._analyze("touched")
        if "reclassify" in touch:
            self._analyze("incoming")
        self._run(COURSE, facts, "read_before", "read_person_before")
        self._analyze("before")
        self._run(COURSE, facts, "work_out_courses", "read_person_after", "delete_moved",
                  "add_injections", "change_injections", "add_records", "change_records",
                  "add_persons", "change_persons", "delete_persons")  # fmt: skip

    def _post(self, facts: dict) -> None:
        self._run(LEDGER, facts, *LEDGER)

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
