"""One batch, one transaction: land → check → compare → brake → courses → ledger → balances → cursor → close.

Small batches are processed in rows by PostgreSQL (etl.in_rows), large ones in columns by DuckDB (etl.in_columns); both run
the SQL of sql/queries, which stands there in execution order.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import psycopg
import pyarrow.compute as pc

from etl import brake, rejects
from etl.batch import CheckFacts, Delivery, Facts, Outcome, Parameters
from etl.brake import RECONCILE
from etl.faults import Fenced, in_words
from etl.in_rows import InRows
from etl.residence import Readings
from etl.settings import Etl
from etl.statements import BALANCES, IDENTITY, INTAKE, MEMBERSHIP
from sql import version
from sql.clock import Clock
from sql.rows import by_name, only

if TYPE_CHECKING:
    from etl.in_columns import InColumns

    Work = InRows | InColumns

log = logging.getLogger("etl")

# Batches of more records are processed in columns.
LARGE = 10_000

# Taking out, bringing back and reconciling always run in rows: with so many per batch, others wait for less than a second.
AT_ONCE = 10_000


def in_parts(record_ids: Sequence[str]) -> Iterator[list[str]]:
    """Split into the batches by which records are taken out or brought back; others may write in between."""
    for start in range(0, len(record_ids), AT_ONCE):
        yield list(record_ids[start : start + AT_ONCE])


Result = TypeVar("Result")


class _Unchanged(Exception):
    """Rolls back a batch that changes nothing, its number included."""


class Pipeline:
    """Loads batches into the warehouse, on a connection of its own."""

    def __init__(self, db: psycopg.Connection, clock: Clock, time_zone: str, settings: Etl, term: int):
        """`db` is in autocommit, as etl_writer; `term` is the fencing token that `take_the_lead` returned."""
        self.db, self.clock, self.time_zone, self.settings, self.term = db, clock, time_zone, settings, term
        self.residences = Readings(db)
        self._in_rows = InRows(self)
        self._in_columns: InColumns | None = None

    def load(self, delivery: Delivery, fold: bool = True) -> Outcome:
        """Load a delivery. Without `fold` the balances follow with a later batch (backfill).

        A record that the warehouse rejects for a value is quarantined alone. Raises Braked (nothing is kept), Fenced.
        """
        try:
            return self._load(delivery, fold)
        except Exception as fault:
            if not rejects.is_of_a_record(fault):
                raise
            log.warning(
                "a batch of %d records is refused (%s): looking for those that are at fault",
                delivery.records.num_rows,
                in_words(fault),
            )
            mended = rejects.replaced(delivery.records, lambda some: self._why_refused(replace(delivery, records=some)))
            if mended is None:
                raise
        return self._load(replace(delivery, records=mended), fold)

    def _load(self, delivery: Delivery, fold: bool, is_trial: bool = False) -> Outcome:
        def take_in(work: "Work", facts: Facts, folded: int) -> Outcome:
            self.residences.learn(pc.unique(delivery.records["residence_code"]).drop_null().to_pylist())
            is_current = delivery.kind == RECONCILE
            outcome, unnumbered = self._check(work, delivery, {**facts, "is_current": is_current, "is_trial": is_trial})
            if outcome.loaded:
                work.work_out(facts)
            if is_trial:
                raise _Unchanged
            if fold:
                self._fold(folded, facts["batch_id"])
            self._close(delivery, outcome, facts, unnumbered)
            if fold:
                self.notify()
            return outcome

        try:
            return self._in_one_batch(delivery.records.num_rows, delivery.source_id, take_in)
        except _Unchanged:
            return Outcome(0)

    def _why_refused(self, delivery: Delivery) -> Exception | None:
        """The error that these records raise, or None. A dry run, without the brake, which does not apply to a part of a batch."""
        try:
            self._load(delivery, fold=False, is_trial=True)
        except Exception as fault:
            if not rejects.is_of_a_record(fault):
                raise
            return fault
        return None

    def withdraw(self, source_id: int, record_ids: list[str], unit: str | None = None) -> Outcome:
        """Take out records that their source no longer holds, in one batch (`in_parts`): their injections are kept, and
        counted nowhere.

        Idempotent, so it can be repeated after a crash. The brake does not apply. Raises Fenced.
        """
        return self._in_one_vanishing(source_id, lambda facts: self._in_rows.take_out(record_ids, facts), unit)

    def bring_back(self, source_id: int, record_ids: list[str]) -> Outcome:
        """Count records again that were taken out, as they were and by today's units, ages and rules, in one batch
        (`in_parts`). They must have been counted before. Raises Fenced.
        """
        outcome = self._in_one_vanishing(source_id, lambda facts: -self._in_rows.bring_back(record_ids, facts))
        persons = self.db.execute(IDENTITY["persons_of_records"], {"source_id": source_id, "record_ids": record_ids})
        self.reclassify([person for (person,) in persons])
        return outcome

    def delete(self, source_id: int) -> int:
        """Delete a source's injections, all of which must have been taken out. Returns how many. Raises Fenced."""
        deleted = 0

        def delete(facts: Facts) -> int:
            nonlocal deleted
            (vanished,) = only(self.db.execute(IDENTITY["held_as_vanished"], facts))
            (deleted,) = only(self.db.execute(IDENTITY["delete"], facts))
            self.run(IDENTITY, facts, "empty_forgotten", "end_source")
            return -vanished

        self._in_one_vanishing(source_id, delete)
        return deleted

    def _in_one_vanishing(self, source_id: int, step: Callable[[Facts], int], unit: str | None = None) -> Outcome:
        """A batch that takes out or brings back; `step` returns how many more records are vanished now."""
        self._put_columns_away()
        with self.db.transaction():
            facts, folded = self._open(source_id)
            outcome = Outcome(facts["batch_id"], vanished=step(facts))
            self._fold(folded, facts["batch_id"])
            self._number(facts, "vanished", outcome, unit)
            self.run(INTAKE, facts | vars(outcome) | {"kind": "vanished"}, "count_for_source")
            self.notify()
            return outcome

    def reclassify(self, persons: Iterable, fold: bool = True) -> int:
        """Reclassify the injections of these persons after reference data changed. Returns the batch's number."""
        persons = list(persons)

        def place(work: "Work", facts: Facts, folded: int) -> int:
            work.reclassify(persons, facts)
            if fold:
                self._fold(folded, facts["batch_id"])
            self._number(facts, "rebuild", Outcome(facts["batch_id"]))
            if self.ask(INTAKE["is_any_unknown"])[0]:
                self._quarantine_unknown(persons, facts["batch_id"])
            self.notify()
            return facts["batch_id"]

        return self._in_one_batch(len(persons), None, place)

    def _quarantine_unknown(self, persons: list, batch_id: int) -> None:
        """Move records whose alias no longer exists back to quarantine; their source counts them as quarantined again."""
        given = {"persons": persons, "batch_id": batch_id}
        for source_id, records in self.db.execute(INTAKE["quarantine_unknown"], given).fetchall():
            facts, folded = self._open(source_id)
            outcome = Outcome(facts["batch_id"], loaded=-records, quarantined=records)
            self._fold(folded, facts["batch_id"])
            self._number(facts, "rebuild", outcome)
            # as a retry does, so that it does not use up a release
            self.run(INTAKE, facts | vars(outcome) | {"kind": "retry"}, "count_for_source")

    def close_reference(self) -> int:
        """Close a batch without records, in the caller's transaction: a new version of the figures after reference data changed."""
        facts, folded = self._open()
        self._fold(folded, facts["batch_id"])
        self._number(facts, "reference", Outcome(facts["batch_id"]))
        self.notify()
        return facts["batch_id"]

    def end_first_load(self, source_id: int) -> None:
        """Note that a source was read to its end once, by a batch without records: from it on, pages show verdicts."""
        with self.db.transaction():
            batch_id = self.close_reference()
            self.run(INTAKE, {"source_id": source_id, "batch_id": batch_id}, "end_first_load")

    def fold_the_rest(self) -> None:
        """Fold the postings that an interrupted backfill left out of the balances. Raises Fenced."""
        with self.db.transaction():
            facts, folded = self._open()
            if folded < facts["batch_id"] - 1:
                self.db.execute("SET LOCAL work_mem = '256MB'")
                self._fold(folded, facts["batch_id"] - 1)
                self.notify()

    def notify(self) -> None:
        """NOTIFY listeners which batch the figures include, and when the sources were last read."""
        self.db.execute(INTAKE["notify"])

    def run(self, statements: Mapping[str, str], facts: Parameters, *names: str) -> None:
        """Run the named statements in order."""
        for name in names:
            self.db.execute(statements[name], facts)

    def ask(self, question: str, facts: Parameters | None = None) -> Any:
        """The one row of a query."""
        with self.db.cursor(row_factory=by_name) as cursor:
            return only(cursor.execute(question, facts))

    def _in_one_batch(self, rows: int, source_id: int | None, steps: Callable[["Work", Facts, int], Result]) -> Result:
        """Run the steps in one transaction: in columns if there are many rows, unless they do not fit into its memory."""
        if rows > LARGE:
            try:
                with self.db.transaction():
                    facts, folded = self._open(source_id)
                    return steps(self._columns(facts["batch_id"]), facts, folded)
            except MemoryError as full:
                log.warning("%d rows are too many for the workbench, they take the slow way: %s", rows, full)
            except _Unchanged:  # the workbench can be kept: each batch begins with tables of its own
                self.residences.forget()
                raise
            except BaseException:
                self._put_columns_away()  # it holds data of a batch that was rolled back
                self.residences.forget()
                raise
        self._put_columns_away()
        try:
            with self.db.transaction():
                return steps(self._in_rows, *self._open(source_id))
        except BaseException:
            self.residences.forget()
            raise

    def _columns(self, batch_id: int) -> "InColumns":
        if self._in_columns is None:
            from etl.in_columns import InColumns  # not at the top: the engine takes 60 MB, which small loads never need

            self._in_columns = InColumns(self)
        self._in_columns.prepare(batch_id)
        return self._in_columns

    def _put_columns_away(self) -> None:
        if self._in_columns is not None:
            self._in_columns.close()
            self._in_columns = None

    def fence(self):
        """Lock the leader's row until the end of the transaction, and return it. Raises Fenced if another term has begun."""
        leader = self.ask(INTAKE["open_batch"])
        if leader.term != self.term:
            raise Fenced(
                f"another ETL, or a migration, took over: term {leader.term} has begun, this one is of term {self.term}"
            )
        if other := version.difference(leader.migrations):
            raise Fenced(other)
        return leader

    def _open(self, source_id: int | None = None) -> tuple[Facts, int]:
        leader = self.fence()
        if self._in_columns is not None:
            self._in_columns.forget_from(leader.batch_id)
        now = self.clock.now()
        bands = [band for (band,) in self.db.execute(INTAKE["age_bands_by_year"])]
        facts: Facts = {
            "batch_id": leader.batch_id, "source_id": source_id, "now": now, "time_zone": self.time_zone,
            "today": now.astimezone(ZoneInfo(self.time_zone)).date(), "grace_days": self.settings.grace_days,
            "age_bands": bands, "told_before": leader.told_before or [],
        }  # fmt: skip
        return facts, leader.folded_through

    def _check(self, work: "Work", delivery: Delivery, facts: CheckFacts) -> tuple[Outcome, list[str]]:
        counts, quarantined, unmapped, unnumbered, ended = work.check(delivery, facts)
        received = delivery.records.num_rows
        outcome = Outcome(
            facts["batch_id"], received, counts.loaded, received - counts.loaded - quarantined, quarantined,
            counts.corrected, counts.voided, -counts.returned, counts.moved, unmapped, counts.unrecognised, counts.outside, counts.newest_at,
        )  # fmt: skip
        if delivery.kind == "retry":
            # These were received before: those that leave the quarantine are recounted as loaded.
            return replace(outcome, received=0, unchanged=0, quarantined=-outcome.loaded), unnumbered
        if delivery.kind == RECONCILE:
            # Only what differs counts.
            outcome = replace(outcome, received=counts.loaded + counts.restamped + quarantined, unchanged=counts.restamped)
            if not outcome.received and not ended:
                raise _Unchanged
        if not facts["is_trial"]:
            brake.check(self.db, delivery, outcome, facts, self.settings.brake, lambda: work.suspects(facts))
        return outcome, unnumbered

    def _fold(self, after_batch: int, to_batch: int) -> None:
        facts = {"after_batch": after_batch, "to_batch": to_batch, "batch_id": to_batch}
        if not self._is_folded_in_columns(after_batch, to_batch):
            self.run(BALANCES, facts, *BALANCES)
        self.run(INTAKE, facts, "mark_folded")

    def _is_folded_in_columns(self, after_batch: int, to_batch: int) -> bool:
        if self._in_columns is None:
            return False
        try:
            with self.db.transaction():  # a savepoint: a fold that fails half-way is undone
                return self._in_columns.fold(after_batch, to_batch)
        except MemoryError as full:
            log.warning("the postings of batches %d to %d are folded the slow way: %s", after_batch + 1, to_batch, full)
            self._put_columns_away()
            return False

    def _close(self, delivery: Delivery, outcome: Outcome, facts: Facts, unnumbered: list[str]) -> None:
        self._number(facts, delivery.kind, outcome, delivery.unit)
        self.run(INTAKE, facts | vars(outcome) | {"kind": delivery.kind}, "count_for_source")
        if delivery.cursor:
            updated_at, record_id = delivery.cursor
            self.run(INTAKE, facts | {"updated_at": updated_at, "record_id": record_id}, "advance_cursor")
        if delivery.outcome:
            self.run(INTAKE, facts | delivery.outcome, "write_delivery")
            if delivery.outcome["state"] == "done":
                self.run(INTAKE, facts | delivery.outcome, "end_lines")
            if delivery.part is not None:
                record_ids = pc.unique(delivery.records["record_id"]).drop_null().to_pylist()
                kept = {"part": delivery.part, "record_ids": record_ids + unnumbered, "contents": None}
                self.run(MEMBERSHIP, facts | delivery.outcome | kept, "forget", "keep")
        if delivery.forgets:
            self.run(MEMBERSHIP, facts | {"path": delivery.forgets}, "forget_contents")

    def _number(self, facts: Facts, kind: str, outcome: Outcome, unit: str | None = None) -> None:
        closing = {"kind": kind, "unit": unit, "started_at": facts["now"], "committed_at": self.clock.now()}
        self.run(INTAKE, facts | closing | vars(outcome), "close_batch", "number_batch")
