"""A large batch, worked out in columns on the workbench, between what PostgreSQL holds of it and what it is to store."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from etl import fold, held
from etl.ahead import ahead
from etl.apart import Insert, apart
from etl.binary_copy import COPY_FORMAT, to_copy
from etl.statements import HELD, LEDGER, STORE
from etl.workbench import CHECK, COURSE, REFERENCE, Workbench, with_uuids

# What a batch adds, by table, in order; and what follows when the rows of a temporary one are there.
_STORED = {
    "moved": COURSE["moved"], "warehouse.injection": COURSE["new_injections"], "altered": COURSE["altered_injections"],
    "warehouse.record": COURSE["new_records"], "warehouse.person": COURSE["new_persons"],
    "changed_person": COURSE["changed_persons"], "gone_person": COURSE["gone_persons"],
}  # fmt: skip
_THEN = {
    "moved": ("delete_moved", "change_records"), "altered": ("change_injections",),
    "changed_person": ("change_persons",), "gone_person": ("delete_persons",),
}  # fmt: skip
_ROWS = 100_000  # written in one go: about 20 MB
_TEMPORARY = {**HELD, **STORE}


class InColumns:
    """The steps of a batch, in the pipeline's transaction: the same as those of InRows, held to them by the same tests."""

    def __init__(self, pipeline):
        self.pipeline, self.db, self.bench = pipeline, pipeline.db, Workbench()
        self._postings: dict[int, dict[str, pa.Table]] = {}  # of the batches that are not in the balances yet

    def prepare(self, batch_id: int) -> None:
        """Give this transaction's statements the plans, and the tables, of a large batch."""
        self._postings[batch_id] = {}
        self.db.execute("SET LOCAL work_mem = '256MB'")
        for name, statement in _TEMPORARY.items():
            if name.startswith("create_"):
                self.db.execute(statement)
                # of several batches in one transaction each begins with what the one before left
                self.db.execute(f"TRUNCATE {name.removeprefix('create_')}")
        # Within the batch's transaction: whoever changed the reference data, it is of this moment.
        for name in held.REFERENCE:
            self.bench.take(REFERENCE[f"keep_{name}"], held.read(self.db, HELD[name]))

    def forget_from(self, batch_id: int) -> None:
        """A batch of this number begins: what was kept under it, or a later one, was rolled back with a transaction around it."""
        self._postings = {batch: made for batch, made in self._postings.items() if batch < batch_id}

    def close(self) -> None:
        """Give the memory back: after a backfill of 200,000 a batch 409 MB become 194."""
        self.bench.engine.close()
        self._postings.clear()
        pa.default_memory_pool().release_unused()

    def check(self, delivery, facts: dict):
        """Land the records, and judge them. Returns how many there are of each kind, how many the quarantine took in,
        how many of these for want of a vaccine or site, the broken that have no number, by their content, and how many
        wait there no longer."""
        self._read_held(delivery.records, facts)
        self._take_readings()
        self.bench.run(CHECK["check_records"], facts)
        self.bench.run(CHECK["drop_repeated"], facts)
        counts = self.bench.ask(CHECK["count_incoming"], facts)
        quarantined, unmapped, unnumbered = 0, 0, None
        if counts.broken:
            self._give("broken", CHECK["broken"], facts)
            self.pipeline.run(STORE, facts, "write_broken")
            if delivery.kind != "retry":
                quarantined, unmapped, unnumbered = self.db.execute(STORE["quarantine_records"], facts).fetchone()
        ended = self._give("ended", CHECK["ended"], facts)
        if ended:
            self.pipeline.run(STORE, facts, "end_replaced")
        if counts.broken:
            ended += self.db.execute(STORE["end_superseded"], facts).rowcount
        if counts.restamped:
            self._give("restamped", CHECK["restamped"], facts)
            self.pipeline.run(STORE, facts, "restamp")
        if delivery.kind == "retry" and self._give("retried", CHECK["retried"], facts):
            self.pipeline.run(STORE, facts, "settle_retried", "keep_rules_of_retry")
        return counts, quarantined, unmapped, unnumbered or [], ended

    def suspects(self, facts: dict) -> pa.Table:
        """The records that do not simply add to what is held, beside what is held of them: for the brake."""
        return self.bench.give(CHECK["suspects"], facts)

    def work_out(self, facts: dict) -> None:
        """Courses before and after, and the rows that hold them."""
        self._work_out(facts, "touch_persons")

    def reclassify(self, persons: list, facts: dict) -> None:
        """As if all injections of these persons came in now."""
        self._seek(pa.array([key.bytes for key in persons], pa.binary(16)), facts)
        self._take_readings()
        self._work_out(facts, "touch_held_persons", "reclassify")

    def fold(self, from_batch: int, to_batch: int) -> bool:
        """Add the postings since a batch to the balances; False where others than these made some of them."""
        batches = range(from_batch + 1, to_batch + 1)
        is_known = all(batch in self._postings for batch in batches)
        if is_known:
            made = [self._postings[batch] for batch in batches if self._postings[batch]]
            if made:
                fold.fold(self.db, self.bench, {ledger: [each[ledger] for each in made] for ledger in made[0]})
        self._postings = {batch: made for batch, made in self._postings.items() if batch > to_batch}
        return is_known

    def _read_held(self, records: pa.Table, facts: dict) -> None:
        """All injections of the persons of these records, and of those to whom the records belong until now."""
        ids = pc.unique(records["record_id"]).drop_null()
        opened = held.OPENED.empty_table()
        if len(ids) and self._is_any_known(ids, facts):
            held.write(self.db, HELD["copy_sought_record"], pa.table({"record_id": ids.take(pc.array_sort_indices(ids))}))
            self.db.execute("ANALYZE sought_record")
            self.pipeline.run(HELD, facts, "seek_persons_of_records")
            opened = held.read(self.db, HELD["open_of_records"], facts, held.OPENED)
        self.bench.take(CHECK["hold_opened"], opened)
        self._seek(pc.unique(records["person_key"]).drop_null(), facts)
        self.bench.take(CHECK["land"], with_uuids(records))

    def _take_readings(self) -> None:
        """What residences mean; those of this batch were learnt just before."""
        self.bench.take(REFERENCE["keep_residence_reading"], held.read(self.db, HELD["residence_reading"]))

    def _is_any_known(self, ids: pa.Array, facts: dict) -> bool:
        ends = pc.min_max(ids)
        between = {"first": ends["min"].as_py(), "last": ends["max"].as_py()}
        return self.db.execute(HELD["any_of_records"], facts | between).fetchone()[0]

    def _seek(self, persons: pa.Array, facts: dict) -> None:
        held.write(self.db, HELD["copy_sought_person"], pa.table({"person_key": persons}))
        self.db.execute("ANALYZE sought_person")
        injections = held.read(self.db, HELD["injections_of_persons"], facts, held.INJECTION)
        self.bench.take(CHECK["hold"], injections)
        known = held.PERSON.empty_table()
        if injections.num_rows:
            known = held.read(self.db, HELD["persons_of_persons"], facts, held.PERSON)
        self.bench.take(CHECK["hold_persons"], known)

    def _work_out(self, facts: dict, *touch: str) -> None:
        for name in (*touch, "read_before", "read_person_before", "work_out_courses", "read_person_after"):
            self.bench.run(COURSE[name], facts)
        self._store(facts)

    def _store(self, facts: dict) -> None:
        """The next rows are found and written as a stream while PostgreSQL takes these."""
        for table, columns, pieces in ahead(self._changes(facts), 2):
            with self.db.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN ({COPY_FORMAT})") as copy:
                for piece in pieces:
                    copy.write(piece)
            self.pipeline.run(STORE, facts, *_THEN.get(table, ()))
        for one, rows in self._upserts:
            fold.upsert(self.db, one, rows)

    def _changes(self, facts: dict) -> Iterator[tuple[str, str, list]]:
        """(table, its columns, pieces of a stream) of all that the batch adds and changes; nothing of what it does not."""
        for table, statement in _STORED.items():
            yield from self._pieces(table, self.bench.give(statement, facts))
        self._upserts: list[tuple[Insert, pa.Table]] = []
        for one in map(apart, LEDGER.values()):
            self.bench.run(one.target, {})
            self.bench.run(f"INSERT INTO answer {one.question}", facts)
            rows = self.bench.give("FROM answer")
            if one.upsert:
                self._upserts.append((one, rows))
                continue
            self._postings[facts["batch_id"]][one.table] = rows
            yield from self._pieces(f"warehouse.{one.table}", rows)

    @staticmethod
    def _pieces(table: str, rows: pa.Table) -> Iterator[tuple[str, str, list]]:
        size = rows.num_rows if table in _THEN else _ROWS
        for start in range(0, rows.num_rows, size or 1):
            yield table, ", ".join(rows.column_names), list(to_copy(rows.slice(start, size)))

    def _give(self, table: str, statement: str, facts: dict) -> int:
        """What a statement of the workbench finds, added to a table of the database. Returns the number of rows."""
        rows = self.bench.give(statement, facts)
        held.write(self.db, f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN", rows)
        return rows.num_rows
