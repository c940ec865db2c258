"""Loads a source with a clock: changes in their order, and late commits by looking back."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa

from etl import brake
from etl.batch import Delivery, Outcome
from etl.brake import Braked
from etl.intake import INTAKE, Intake
from etl.mapping import COPY_FORMAT, to_copy
from etl.pipeline import LARGE
from etl.recently_committed import RecentlyCommitted
from etl.sources import Changes, Cursor, Page, reading
from etl.stopped import Stop

# The short look-back finds transactions that overlap by less than this; only the keys of this window are compared.
_NEAR = timedelta(seconds=5)

# Tolerance for a source's clock. Rows stamped later wait, because they would carry the cursor past everything else.
AHEAD = timedelta(minutes=1)


class ChangesIntake(Intake):
    """Loads such a source."""

    source: Changes

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.looked_back_at = 0.0
        self.recently_committed = RecentlyCommitted()

    def _take_in(self) -> None:
        start = self.cursor()
        received = self._load_pages(
            self._pages(start, self.released()),
            lambda page: {"cursor": (page.cursor.updated_at, page.cursor.record_id)} if page.cursor else {},
        )
        # Before the look-back: of two batches of the same kind, the first would end a release meant for the other.
        self._take_unplaced()
        if start.record_id or received:
            self._look_back(start)
        self._mark_polled()

    def _pages(self, cursor: Cursor, released=None) -> Iterator[Page]:
        """One page if there is little to read, then a stream of large ones if it was full.

        A released batch comes first, with the page size and end with which it was stopped: a source that has moved on
        would deliver something else.
        """
        to = self.pipeline.clock.now() + AHEAD
        if released is not None and released.read_to is not None:
            page = self.source.read_after(cursor, released.page_size, released.read_to)
            yield replace(page, more=True, asked=released.page_size)
            cursor = page.cursor or cursor
        page = self.source.read_after(cursor, self.settings.batch_size, to)
        yield replace(page, asked=self.settings.batch_size)
        if page.more:
            size = self.settings.backfill_batch_size
            with contextlib.closing(self.source.stream(page.cursor or cursor, size, to)) as pages:
                yield from (replace(page, asked=size) for page in pages)

    def load(self, delivery: Delivery, fold: bool = True) -> Outcome:
        outcome = super().load(delivery, fold)
        if delivery.records.num_rows <= LARGE:  # a backfill has too many to keep
            self.recently_committed.add(delivery.records)
        return outcome

    def _look_back(self, start: Cursor) -> None:
        """Load what a transaction at the source committed late, with a time before the cursor's.

        A short window each time, since concurrent writers commit out of order, and a long one now and then. Both begin
        before `start`, where this poll began, so that the time of an outage is covered.
        """
        cursor = self.cursor()
        is_first = not start.record_id
        is_long = time.monotonic() - self.looked_back_at >= self.settings.look_back_every_seconds
        # Long windows overlap, or what was committed just before the first would be too late for the second.
        window = timedelta(minutes=self.settings.look_back_minutes, seconds=self.settings.look_back_every_seconds)
        began = cursor if is_first else min(start, cursor)
        since = began.updated_at - (window if is_long else _NEAR)
        with reading(self.source.name):
            keys = self.source.changed_keys(since, cursor)
        if keys.num_rows == 0 and not is_first:
            self._refuse_emptied(cursor)
        if is_long:
            self.looked_back_at = time.monotonic()
            self.recently_committed.forget_before(since)
        self._load_by_number(self._unknown(self.recently_committed.missing_from(keys)))

    def _take_unplaced(self) -> None:
        """Quarantine rows that are never reached in the order of the clock, so that they are counted and shown."""
        with contextlib.closing(self.source.unplaced_keys()) as pages:
            while not self.halt.is_set():
                with reading(self.source.name):
                    keys = next(pages, None)
                if keys is None:
                    return
                self._load_by_number(self._unknown(keys))

    def _load_by_number(self, record_ids: list[str]) -> None:
        for first in range(0, len(record_ids), self.settings.batch_size):
            with reading(self.source.name):
                page = self.source.read_records(record_ids[first : first + self.settings.batch_size])
            if page.records.num_rows:
                self.load(Delivery(self.source_id, page.records, "look-back"))

    def _refuse_emptied(self, cursor: Cursor) -> None:
        """Raises Braked if the last record read is gone: the source was emptied or truncated."""
        with reading(self.source.name):
            is_there = self.source.has_row(cursor.record_id)
        if is_there:
            return
        last = f"{cursor.updated_at.isoformat()} {cursor.record_id}"
        released = self.released()
        if released is None or (released.kind, released.content) != (brake.EMPTIED, last):
            reason = (
                f"the source no longer has the record that was read last (of {cursor.updated_at:%Y-%m-%d %H:%M:%S} UTC): "
                f"it may have been emptied or cut off. {brake.THEN}"
            )
            raise Braked(Stop(brake.EMPTIED, reason, last, brake.EMPTIED))

    def _unknown(self, keys: pa.Table) -> list[str]:
        if keys.num_rows == 0:
            return []
        db = self.pipeline.db
        with self._loading(), db.transaction():
            db.execute(INTAKE["create_seen_keys"])
            with db.cursor() as cursor, cursor.copy(f"COPY seen_keys FROM STDIN ({COPY_FORMAT})") as copy:
                for piece in to_copy(keys):
                    copy.write(piece)
            db.execute("ANALYZE seen_keys")
            return [record for (record,) in db.execute(INTAKE["unknown_keys"], {"source_id": self.source_id})]
