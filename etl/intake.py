"""Feeds one source's records into the pipeline, and retries its quarantine."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import sql
from etl import first_load, stopped
from etl.batch import Delivery, Outcome
from etl.brake import Braked
from etl.faults import in_words, is_of_values
from etl.pipeline import Pipeline, in_parts
from etl.settings import Etl, SourceSettings
from etl.sources import Cursor, Page, Source, SourceError, read_ahead, reading
from etl.stopped import Stop
from sql.rows import by_name, only

log = logging.getLogger("etl")

INTAKE = sql.load("queries/intake.sql")

# During a backfill balances are folded at this interval: pages move without every batch paying for a fold.
_FOLD_EVERY_SECONDS = 30.0

Report = Callable[[Outcome], None]


class Intake:
    """Loads one source. One thread at a time (`turn`); `halt` stops it after the current batch.

    A subclass for each protocol of etl.sources says how it is read.
    """

    source: Source

    def __init__(
        self,
        pipeline: Pipeline,
        source: Any,
        given: SourceSettings,
        settings: Etl,
        writing: threading.Lock,
        report: Report,
    ):
        """`writing` is shared by all sources: the pipeline has one connection."""
        self.pipeline, self.source, self.read_by, self.settings = pipeline, source, given.read_by, settings
        self.writing, self.report = writing, report
        self.turn, self.retrying = threading.Lock(), threading.Lock()
        self.halt = threading.Event()
        self.complaint: str | None = None
        with writing:
            facts = {"name": source.name, "kind": given.kind}
            pipeline.db.execute(INTAKE["register_source"], facts)
        self.read_identity()

    def read_identity(self) -> None:
        """Read the source's id, and the name by which its persons without an ID are keyed."""
        with self.writing:
            facts = {"name": self.source.name}
            found = only(self.pipeline.db.execute(INTAKE["identity_of_source"], facts))
        self.source_id, self.source.mapper.keyed_as, self.forgotten_at = found

    def work(self) -> None:
        """Load everything new. A fault of this source becomes its state, and the others go on.

        Raises only when the warehouse is lost.
        """
        if self._state().retry_due_at and not self.halt.is_set():
            self.retry()
        with self.turn:
            if self.halt.is_set() or self.forgotten_at or (self._state().state == "braked" and not self._is_stop_gone()):
                return
            with self.judging():
                before = self._state()
                first_load.note_begin(self, before)
                self._take_in()
                first_load.note_end(self, before, self._state())

    @contextlib.contextmanager
    def judging(self) -> Iterator[None]:
        """Store a fault as the source's state."""
        try:
            yield
        except Braked as braked:
            self._stop(braked.stop)
        except SourceError as failed:
            self._mark("failed", str(failed))
        except Exception as fault:
            if not is_of_values(fault):
                raise
            self._mark("failed", f"sources.{self.source.name}: cannot be taken in ({in_words(fault)})")

    def _is_stop_gone(self) -> bool:
        """Whether the delivery that the brake stopped no longer exists, so that no release is needed."""
        return False

    def withdraw(self, record_ids: list[str]) -> Outcome:
        """Take out records that the source no longer has, in its turn; other sources may write in between. Returns the sums."""
        total = Outcome(0)
        for some in in_parts(record_ids):
            with self.writing:
                outcome = self.pipeline.withdraw(self.source_id, some)
            self.report(outcome)
            total = replace(outcome, vanished=total.vanished + outcome.vanished)
        return total

    def covers(self, released, stop: Stop) -> bool:
        """Whether a release covers this stop: it may hold fewer records, if some were taken out before a crash."""
        if released is None or released.kind != stop.kind or stop.seen is None:
            return False
        with self.writing:
            return stopped.covers(self.pipeline.db, released.brake_id, stop.seen)

    def pass_release(self, released, batch_id: int) -> None:
        """Note that the released delivery was loaded with this batch."""
        facts = {"brake_id": released.brake_id, "batch_id": batch_id, "now": self.pipeline.clock.now()}
        with self.writing:
            self.pipeline.db.execute(stopped.BRAKE["pass"], facts)

    def is_running(self) -> bool:
        """Whether the source was read to its end the last time, which excludes a first load under way."""
        state = self._state()
        return state.state == "running" and (state.first_loaded_batch is not None or not state.received)

    def _take_in(self) -> None:
        """Load everything new. Raises SourceError, Braked."""
        raise NotImplementedError

    def _load_pages(self, pages: Iterator[Page], describe: Callable[[Page], dict]) -> int:
        """Load each page while the next one is prefetched. Returns how many records were received."""
        received, fold, folded_at = 0, True, 0.0  # the first page is folded at once, for early figures
        try:
            for page in read_ahead(pages, self.source.name):
                given = describe(page)
                if page.records.num_rows == 0 and "outcome" not in given:
                    continue
                fold = not page.more or time.monotonic() - folded_at > _FOLD_EVERY_SECONDS
                try:
                    received += self.load(Delivery(self.source_id, page.records, **given), fold).received
                except Braked as braked:
                    raise Braked(replace(braked.stop, page_size=page.asked)) from None
                folded_at = time.monotonic() if fold else folded_at
                if page.more:
                    self._mark_polled()  # a long load must not look like a source that is not polled
                if self.halt.is_set():
                    break
        except (Braked, SourceError):
            self._fold_the_rest()
            raise
        if not fold:
            self._fold_the_rest()
        return received

    def _fold_the_rest(self) -> None:
        with self.writing:
            self.pipeline.fold_the_rest()

    def load(self, delivery: Delivery, fold: bool = True) -> Outcome:
        """One batch of this source's. Raises what Pipeline.load raises."""
        with self._loading():
            outcome = self.pipeline.load(delivery, fold)
        self.report(outcome)
        return outcome

    @contextlib.contextmanager
    def _loading(self) -> Iterator[None]:
        """Convert errors caused by this source's values to SourceError; others pass."""
        try:
            with self.writing:
                yield
        except Braked:
            raise
        except Exception as fault:
            if not is_of_values(fault):
                raise
            raise SourceError(f"sources.{self.source.name}: its records cannot be loaded ({in_words(fault)})") from fault

    def retry(self, progress: Callable[[int], None] = lambda records: None) -> Outcome:
        """Load the quarantined records again with today's settings and reference data. Returns the sums."""
        with self.retrying:
            due_at, total = self._state().retry_due_at, Outcome(0)
            try:
                for records in self._quarantined():
                    with self.turn:
                        with reading(self.source.name):
                            again = self.source.mapper.reread(records)
                        outcome = self.load(Delivery(self.source_id, again, "retry"))
                    total = Outcome(outcome.batch_id, total.received + len(records), total.loaded + outcome.loaded)
                    progress(len(records))
            except SourceError as failed:  # an immediate retry would fail the same way
                self._mark("failed", str(failed))
            with self.writing:
                self.pipeline.db.execute(INTAKE["end_retry"], {"source_id": self.source_id, "due_at": due_at})
        return total

    def _quarantined(self) -> Iterator[list[dict]]:
        place = {"record_id": "", "content": "00000000-0000-0000-0000-000000000000"}
        facts = {"source_id": self.source_id, "limit": self.settings.batch_size}
        while True:
            with self.writing:
                rows = self.pipeline.db.execute(INTAKE["open_quarantine"], facts | place).fetchall()
            if not rows:
                return
            yield [record for _id, _content, record in rows]
            place = {"record_id": rows[-1][0], "content": rows[-1][1]}

    def _state(self):
        with self.writing, self.pipeline.db.cursor(row_factory=by_name) as cursor:
            return cursor.execute(INTAKE["read_source"], {"source_id": self.source_id}).fetchone()

    def released(self):
        """The release that has not been used yet, or None."""
        with self.writing:
            return stopped.released(self.pipeline.db, self.source_id)

    def end_release(self) -> None:
        """The released delivery no longer exists."""
        with self.writing, self.pipeline.db.transaction():
            stopped.end_open(self.pipeline.db, self.source_id, self.pipeline.clock.now())

    def _stop(self, stop: Stop) -> None:
        """Mark the source as braked, and keep what is to be inspected."""
        stop, now = replace(stop, reason=stop.reason.replace("SOURCE", self.source.name)), self.pipeline.clock.now()
        facts = {"source_id": self.source_id, "state": "braked", "reason": stop.reason, "now": now}
        if stop.reason != self.complaint:
            log.warning("%s is braked: %s", self.source.name, stop.reason)
        self.complaint = stop.reason
        with self.writing, self.pipeline.db.transaction():
            stopped.keep(self.pipeline.db, self.source_id, stop, now)
            self.pipeline.db.execute(INTAKE["mark_state"], facts)

    def cursor(self) -> Cursor:
        """The watermark: the last change of the source that is committed in the warehouse."""
        state = self._state()
        return Cursor(state.cursor_updated_at, state.cursor_record_id)

    def _mark(self, state: str, reason: str) -> None:
        if reason != self.complaint:
            log.warning("%s is %s: %s", self.source.name, state, reason)
        self.complaint = reason
        facts = {"source_id": self.source_id, "state": state, "reason": reason, "now": self.pipeline.clock.now()}
        with self.writing:
            self.pipeline.db.execute(INTAKE["mark_state"], facts)

    def _mark_polled(self) -> None:
        self.complaint = None
        facts = {"source_id": self.source_id, "now": self.pipeline.clock.now()}
        with self.writing:
            self.pipeline.db.execute(INTAKE["mark_polled"], facts)
