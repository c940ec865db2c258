"""Loads the files of a folder: each new content once; the source's state follows from the files that are there now."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from etl import brake, stopped
from etl.batch import Delivery
from etl.brake import Accepted, Braked
from etl.intake import INTAKE, Intake
from etl.membership import Membership
from etl.pipeline import RECONCILE
from etl.sources import Deliveries, Page, SourceError, reading
from etl.sources import Delivery as File
from sql.rows import by_name

log = logging.getLogger("etl")


class FileIntake(Intake):
    """Loads the files of a folder."""

    source: Deliveries

    def __init__(self, pipeline, source, given, *more):
        super().__init__(pipeline, source, given, *more)
        # Files of changes say nothing by what they leave out.
        self.membership = None if given.deliveries == "changes" else Membership(self, given)
        self._noted: dict[str, bool] | None = None  # path → whether it was readable, at the last look

    def _is_stop_gone(self) -> bool:
        """A file that was removed or replaced no longer stops its source."""
        with self.writing:
            stop = stopped.standing(self.pipeline.db, self.source_id)
        if stop is None or stop.kind != "file":
            return False
        try:
            known = self._known()
            with reading(self.source.name):
                self.source.deliveries(known)
        except SourceError:
            return False  # the folder cannot be read: its content is unknown
        # None: still being written; "": not readable.
        if self.source.present.get(stop.unit, "gone") in (None, "", stop.content):
            return False
        log.warning(
            "%s: %s, which the brake stopped, is not there any more: what lies there now is judged",
            self.source.name,
            stop.unit,
        )
        facts = {"source_id": self.source_id, "state": "idle", "reason": None, "now": self.pipeline.clock.now()}
        with self.writing, self.pipeline.db.transaction():
            stopped.end_open(self.pipeline.db, self.source_id, facts["now"])
            self.pipeline.db.execute(INTAKE["mark_state"], facts)
        return True

    def _take_in(self) -> None:
        known = self._known()
        accepted = Accepted(known)
        with reading(self.source.name):
            files = self.source.deliveries(known)
        released = self.released()
        if released is not None and released.kind == "file":
            files.sort(key=lambda file: file.sha256 != released.content)
            if not any(file.sha256 == released.content for file in files):
                self.end_release()  # the file is gone
        for file in files:
            if self.halt.is_set():
                return
            is_released = released is not None and file.sha256 == released.content
            try:
                before = None if is_released or file.fault else accepted.before(file.path, self.settings.brake)
                accepted.add(replace(file, records_done=self._take(file, before, is_released)))
            except Braked as braked:
                self._write_delivery(file, "braked", braked.stop.reason)
                raise
            except SourceError as failed:
                self._write_delivery(file, "failed", str(failed))
        for file in self.source.touched:
            self._run("mark_touched", **vars(file))
        self._judge(released)

    def _judge(self, released) -> None:
        """Set the source's state by the files that are there now: a removed file is no longer a fault."""
        self._note_present()
        known = self._known()
        by_content = {(row.path, row.sha256): row for row in known}
        there = {path: row for path, content in self.source.present.items() if (row := by_content.get((path, content)))}
        failed = [row for row in there.values() if row.state == "failed"]
        is_whole = len(there) == len(self.source.present) and all(row.state == "done" for row in there.values())
        if self.membership and (is_whole or not self.membership.is_snapshot):
            read_again = (lambda wanted: self._read_again(wanted, there)) if self.membership.is_snapshot else None
            self.membership.settle(*_holding(self.membership, known, there), released, read_again)
        if failed:
            more = f" (and {len(failed) - 1} more files)" if len(failed) > 1 else ""
            waits = "; until it can be read, nothing is taken out" if self.membership and self.membership.is_void else ""
            self._mark("failed", failed[-1].reason + more + waits)
        else:
            self._mark_polled()

    def _note_present(self) -> None:
        present = {path: content != "" for path, content in self.source.present.items()}
        if present == self._noted:
            return
        self._run("note_present", paths=list(present))
        self._run("forget_unread", paths=[path for path, is_read in present.items() if not is_read])
        self._noted = present

    def _take(self, file, before, is_released: bool) -> int:
        """Load a file, checked against an earlier one. Returns how many records it has."""
        limits = self.settings.brake
        if self.membership:
            self.membership.settled = None  # even if the folder ends up as it was before
        if not is_released:
            brake.check_file(file, before, limits)
        done = file.records_done

        def describe(page: Page) -> dict:
            nonlocal done
            done += page.records.num_rows
            if not page.more and not is_released:
                brake.check_records(file, done, before, limits)
            state = "loading" if page.more else "done"
            if page.note and not page.more:
                log.warning("%s: %s", file.path, page.note)
            part = None if self.membership is None else done - page.records.num_rows
            return {
                "part": part,
                "unit": file.path,
                "outcome": vars(file) | {"state": state, "reason": page.note, "records_done": done},
            }

        self._load_pages(self._file_pages(file), describe)
        return done

    def _read_again(self, wanted: Mapping[str, list[str]], there: dict) -> bool:
        """Load these records, path by path, as the files have them, overriding what is held. False if halted."""
        numbers = [records["record_id"].combine_chunks() for records in self._wanted(wanted, there)]
        counts = pa.chunked_array(numbers, pa.string()).value_counts()
        repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        # Records in several files go into one batch, which picks the newest whole version; they are few.
        several: list[pa.Table] = []
        for records in self._wanted(wanted, there):
            is_repeated = pc.is_in(records["record_id"], repeated)
            several.append(records.filter(is_repeated))
            self._load_as_it_is(records.filter(pc.invert(is_repeated)))
        if several and not self.halt.is_set():
            self._load_as_it_is(pa.concat_tables(several))
        return not self.halt.is_set()

    def _wanted(self, wanted: Mapping[str, list[str]], there: dict) -> Iterator[pa.Table]:
        for path, record_ids in wanted.items():
            row, numbers = there[path], pa.array(record_ids, pa.string())
            file = File(path, row.size_bytes, row.modified_at, row.mark, row.sha256, row.stamped_at)
            for page in self._file_pages(file):
                if self.halt.is_set():
                    return
                yield page.records.filter(pc.is_in(page.records["record_id"], numbers))

    def _load_as_it_is(self, records: pa.Table) -> None:
        if records.num_rows:
            self.load(Delivery(self.source_id, records, RECONCILE))

    def _file_pages(self, file) -> Iterator[Page]:
        offset, more = file.records_done, True
        while more:
            page = self.source.read_delivery(file, offset, self.settings.backfill_batch_size)
            yield page
            offset, more = offset + page.records.num_rows, page.more

    def _write_delivery(self, file, state: str, reason: str) -> None:
        reason = reason.replace("SOURCE", self.source.name)
        facts = vars(file) | {
            "source_id": self.source_id,
            "state": state,
            "reason": reason,
            "now": self.pipeline.clock.now(),
        }
        log.warning("%s: %s", state, reason)
        self.complaint = reason
        with self.writing:
            self.pipeline.db.execute(INTAKE["write_delivery"], facts)

    def _known(self) -> list:
        """The known deliveries and their state, in order of delivery."""
        with self.writing, self.pipeline.db.cursor(row_factory=by_name) as cursor:
            rows = cursor.execute(INTAKE["known_deliveries"], {"source_id": self.source_id}).fetchall()
        if self.membership is None or not self.membership.is_snapshot:
            return rows
        # Older versions did not keep which records a file holds: such a file is read again.
        listed = self.membership.listed()
        return [
            row._replace(state="loading", records_done=0)
            if row.state == "done" and (row.path, row.sha256) not in listed
            else row
            for row in rows
        ]

    def _run(self, name: str, **facts) -> None:
        with self.writing:
            self.pipeline.db.execute(INTAKE[name], facts | {"source_id": self.source_id})


def _holding(membership: Membership, known: list, there: dict) -> tuple[dict[str, str], dict[str, str]]:
    """path → content of the files that hold records, and of the newest of each path."""
    newest = {row.path: row.sha256 for row in known if row.sha256}
    if membership.is_snapshot:
        return {path: row.sha256 for path, row in there.items()}, newest
    listed = membership.listed()
    return {row.path: row.sha256 for row in known if row.state == "done" and (row.path, row.sha256) in listed}, newest
