"""Loads a table or query without a clock: read as a whole each time, and compared with the last reading."""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.digests import digests, is_in
from etl.intake import INTAKE, Intake
from etl.membership import Membership
from etl.sources import Page, Whole
from etl.statements import MEMBERSHIP

# Pause after a reading, as a multiple of its duration: the source is busy with us for a sixth of the time.
_PAUSE = 5


class WholeIntake(Intake):
    """Loads such a source. The digests of a reading are kept, and rows whose digest is new are loaded."""

    source: Whole

    def __init__(self, pipeline, source, given, *more):
        super().__init__(pipeline, source, given, *more)
        self.unit = given.table or "query"
        self.membership = Membership(self, given)
        self.next_at = 0.0
        self.content: str | None = None  # checksum of the last reading that was loaded; `known` are the digests of its rows
        self.known: np.ndarray | None = None

    def _take_in(self) -> None:
        started = time.monotonic()
        if started < self.next_at:
            return
        known = self._read_known() if self.known is None else self.known
        try:
            reading = self._load_what_differs(known)
        except BaseException:
            self.known = None  # it may be loaded in part
            raise
        if self.halt.is_set():
            return
        self._settle(*reading)
        self._mark_polled()
        ended = time.monotonic()
        self.next_at = ended + _PAUSE * (ended - started)

    def _load_what_differs(self, known: np.ndarray) -> tuple[list[pa.Array], list[np.ndarray]]:
        """Load the rows that differ from the last reading. Returns all ids and digests, by page."""
        # Later than any earlier reading, even if the clock was set back.
        moment = max(self.pipeline.clock.now(), self.cursor().updated_at + timedelta(microseconds=1))
        ids: list[pa.Array] = []
        seen: list[np.ndarray] = []
        size = self.settings.backfill_batch_size

        def differing(pages: Iterator[Page]) -> Iterator[Page]:
            for page in pages:
                found = digests(page.records)
                records = _named(page.records, found)
                ids.append(records["record_id"].combine_chunks())
                seen.append(found)
                new = records.filter(pa.array(~is_in(found, known)))
                yield replace(page, records=new, asked=size, read=len(found))

        def describe(page: Page) -> dict:
            return {"cursor": (moment, ""), "read": page.read, "forgets": self.unit}

        with contextlib.closing(self.source.read_whole(size, moment)) as pages:
            self._load_pages(differing(pages), describe)
        return ids, seen

    def _settle(self, ids: list[pa.Array], seen: list[np.ndarray]) -> None:
        """After a complete reading: keep its digests, and take out the records that it no longer holds."""
        rows = np.sort(np.concatenate(seen)) if seen else np.array([], "<u8")
        content = hashlib.sha256(rows.tobytes()).hexdigest()
        if content != self.content:
            self._keep(content, ids, seen)
            self.content, self.known = content, rows
        current = {self.unit: content} if len(rows) else {}
        self.membership.settle(current, {self.unit: content}, self.released())

    # -- what the last reading held

    def _read_known(self) -> np.ndarray:
        facts = {"source_id": self.source_id, "path": self.unit}
        with self.writing:
            found = self.pipeline.db.execute(MEMBERSHIP["last_contents"], facts).fetchall()
        is_whole = bool(found) and all(contents is not None for _sha256, contents in found)
        self.content = found[0][0] if is_whole else None
        kept = b"".join(contents for _sha256, contents in found) if is_whole else b""
        self.known = np.sort(np.frombuffer(kept, "<u8"))
        return self.known

    def _keep(self, content: str, ids: list[pa.Array], seen: list[np.ndarray]) -> None:
        now = self.pipeline.clock.now()
        facts = {"source_id": self.source_id, "path": self.unit, "sha256": content, "now": now}
        delivery = {"size_bytes": 0, "modified_at": now, "mark": None, "stamped_at": now, "state": "done", "reason": None,
                    "records_done": sum(map(len, seen))}  # fmt: skip
        with self.writing, self.pipeline.db.transaction():
            self.pipeline.db.execute(INTAKE["write_delivery"], facts | delivery)
            self.pipeline.db.execute(MEMBERSHIP["forget"], facts | {"part": 0})
            for part, (some, rows) in enumerate(zip(ids, seen, strict=True)):
                kept = {"part": part, "record_ids": some.unique().drop_null().to_pylist(), "contents": rows.tobytes()}
                self.pipeline.db.execute(MEMBERSHIP["keep"], facts | kept)


def _named(records: pa.Table, found: np.ndarray) -> pa.Table:
    """Give rows without a record number one made of their digest, for the quarantine: so their removal is noticed."""
    is_numberless = np.asarray(records["record_id"].is_null())
    if not is_numberless.any():
        return records
    chosen = pa.array(is_numberless)
    texts = records["unreadable"].filter(chosen).to_pylist()
    numbers = [f"#{digest:016x}" for digest in found[is_numberless].tolist()]
    faults = [json.dumps(json.loads(text or "{}") | {"line": "missing_record_id"}, ensure_ascii=False) for text in texts]
    for name, values in (("record_id", numbers), ("unreadable", faults)):
        column = pc.replace_with_mask(records[name].combine_chunks(), chosen, pa.array(values, pa.string()))
        records = records.set_column(records.column_names.index(name), name, column)
    return records
