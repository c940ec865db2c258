"""Processes a large batch in columns, by DuckDB (the workbench): reads what PostgreSQL holds, computes, and stores."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from etl import arrow_copy, fold
from etl.batch import CheckFacts, Delivery, Facts
from etl.binary_copy import COPY_FORMAT, to_copy
from etl.insert_select import Insert, parse
from etl.prefetch import prefetch
from etl.quarantining import quarantine
from etl.statements import COURSE, HELD, LEDGER, LOAD, QUARANTINED, STORE, WORKSPACE
from etl.workbench import BENCH, Workbench, with_uuids
from sql.rows import only

# The temporary tables that the workbench needs: it holds the warehouse's rows already.
_ON_BENCH = [name for name in WORKSPACE if name not in ("known_record", "known")] + [
    name for name in QUARANTINED if name != "written"
]
_SOUGHT = ("sought_record", "sought_person")
_ROWS = 100_000  # per COPY: about 20 MB


class InColumns:
    """The steps of a batch, in the pipeline's transaction; the same as those of InRows, and tested by the same tests."""

    def __init__(self, pipeline):
        self.pipeline, self.db, self.bench = pipeline, pipeline.db, Workbench()
        self._postings: dict[int, dict[str, pa.Table]] = {}  # of the batches that are not folded yet

    def prepare(self, batch_id: int) -> None:
        """Set up this transaction for a large batch."""
        self._postings[batch_id] = {}
        self.db.execute("SET LOCAL work_mem = '256MB'")
        for name in _SOUGHT:
            self.db.execute(HELD[f"create_{name}"])
        # a transaction of several batches finds what the previous one left
        self.db.execute(f"TRUNCATE {', '.join((*_SOUGHT, *WORKSPACE, *QUARANTINED))}")
        # Within the batch's transaction, so that the reference data are current.
        for name in arrow_copy.REFERENCE:
            self.bench.take(BENCH[f"keep_{name}"], arrow_copy.read(self.db, HELD[name]))

    def forget_from(self, batch_id: int) -> None:
        """A batch of this number begins: postings kept under it or a later number were rolled back."""
        self._postings = {batch: made for batch, made in self._postings.items() if batch < batch_id}

    def close(self) -> None:
        """Release the memory: after a backfill of 200,000 records per batch, 409 MB become 194."""
        self.bench.engine.close()
        self._postings.clear()
        pa.default_memory_pool().release_unused()

    def check(self, delivery: Delivery, facts: CheckFacts):
        """Land the records and check them. Returns counts by kind, and what `quarantine` returns."""
        self._read_held(delivery.records, facts)
        self._take_readings()
        self.bench.run(LOAD["check_records"], facts)
        self.bench.run(LOAD["drop_repeated"], facts)
        counts = self.bench.ask(LOAD["count_incoming"], facts)
        found = quarantine(self.pipeline, delivery, counts, facts, lambda name: self._find(name, facts))
        self._give("incoming", BENCH["changed_incoming"])
        if counts.restamped:
            self.pipeline.run(STORE, facts, "restamp")
        return counts, *found

    def suspects(self, facts: CheckFacts) -> pa.Table:
        """The records that change something held, beside what is held: for the brake."""
        return self.bench.give(LOAD["suspects"], facts)

    def work_out(self, facts: Facts) -> None:
        """Compute the vaccination series (courses) before and after, and store what changed."""
        self._work_out(facts, COURSE["touch_persons"])

    def reclassify(self, persons: list, facts: Facts) -> None:
        """Recompute these persons as if all their injections came in now."""
        self._seek(pa.array([key.bytes for key in persons], pa.binary(16)), facts)
        self._take_readings()
        self._work_out(facts, BENCH["touch_held_persons"], COURSE["reclassify"])

    def fold(self, after_batch: int, to_batch: int) -> bool:
        """Add the postings after `after_batch` to the balances; False if some of them were not made here."""
        batches = range(after_batch + 1, to_batch + 1)
        is_known = all(batch in self._postings for batch in batches)
        if is_known:
            made = [self._postings[batch] for batch in batches if self._postings[batch]]
            if made:
                fold.fold(self.db, self.bench, {ledger: [each[ledger] for each in made] for ledger in made[0]})
        self._postings = {batch: made for batch, made in self._postings.items() if batch > to_batch}
        return is_known

    def _read_held(self, records: pa.Table, facts: Facts) -> None:
        """Read all injections of the persons of these records, and of the persons to whom the records belonged before."""
        ids = pc.unique(records["record_id"]).drop_null()
        opened = arrow_copy.OPENED.empty_table()
        if len(ids) and self._is_any_known(ids, facts):
            arrow_copy.write(
                self.db, HELD["copy_sought_record"], pa.table({"record_id": ids.take(pc.array_sort_indices(ids))})
            )
            self.db.execute("ANALYZE sought_record")
            self.pipeline.run(HELD, facts, "seek_persons_of_records")
            opened = arrow_copy.read(self.db, HELD["open_of_records"], facts, arrow_copy.OPENED)
        self.bench.take(BENCH["hold_opened"], opened)
        self._seek(pc.unique(records["person_key"]).drop_null(), facts)
        self.bench.take(BENCH["land"], with_uuids(records))

    def _take_readings(self) -> None:
        """Read what spellings of residences mean, including those that this batch has just added."""
        self.bench.take(BENCH["keep_residence_reading"], arrow_copy.read(self.db, HELD["residence_reading"]))

    def _is_any_known(self, ids: pa.Array, facts: Facts) -> bool:
        ends = pc.min_max(ids)
        between = {"first": ends["min"].as_py(), "last": ends["max"].as_py()}
        return only(self.db.execute(HELD["any_of_records"], facts | between))[0]

    def _seek(self, persons: pa.Array, facts: Facts) -> None:
        arrow_copy.write(self.db, HELD["copy_sought_person"], pa.table({"person_key": persons}))
        self.db.execute("ANALYZE sought_person")
        injections = arrow_copy.read(self.db, HELD["injections_of_persons"], facts, arrow_copy.INJECTION)
        self.bench.take(BENCH["hold"], injections)
        known = arrow_copy.PERSON.empty_table()
        if injections.num_rows:
            known = arrow_copy.read(self.db, HELD["persons_of_persons"], facts, arrow_copy.PERSON)
        self.bench.take(BENCH["hold_persons"], known)
        self.bench.run(BENCH["hold_known"], {})
        for name in _ON_BENCH:
            self.bench.run((LOAD | STORE)[f"create_{name}"], {})

    def _work_out(self, facts: Facts, *touch: str) -> None:
        steps = ("read_before", "read_person_before", "work_out_courses", "read_person_after")
        for statement in (*touch, *(COURSE[name] for name in steps)):
            self.bench.run(statement, facts)
        self._store(facts)

    def _store(self, facts: Facts) -> None:
        """Write all changes; the next rows are computed and encoded while PostgreSQL takes these."""
        self._upserts: list[tuple[Insert, pa.Table]] = []
        self.pipeline.run(STORE, facts, "delete_moved")
        for table, columns, pieces in prefetch(self._changes(facts), 2):
            with self.db.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN ({COPY_FORMAT})") as copy:
                for piece in pieces:
                    copy.write(piece)
        self.pipeline.run(STORE, facts, "change_records", "change_persons", "delete_persons")
        for one, rows in self._upserts:
            fold.upsert(self.db, one, rows)

    def _changes(self, facts: Facts) -> Iterator[tuple[str, str, list]]:
        """(table, columns, pieces of a COPY stream) of everything that the batch adds or changes."""
        for name in ("add_injections", "add_records", "add_persons"):
            one = parse(STORE[name])
            yield from self._pieces(f"warehouse.{one.table}", self.bench.give(one.question))
        yield from self._pieces("person_before", self.bench.give(BENCH["persons_that_changed"]))
        yield from self._pieces("person_after", self.bench.give(BENCH["changed_persons"]))
        altered = parse(STORE["change_injections"])
        rows = self.bench.give(altered.question)
        if rows.num_rows:
            self._upserts.append((altered, rows))
        for one in map(parse, LEDGER.values()):
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
        for start in range(0, rows.num_rows, _ROWS):
            yield table, ", ".join(rows.column_names), list(to_copy(rows.slice(start, _ROWS)))

    def _find(self, name: str, facts: CheckFacts) -> int:
        """Fill a table of the quarantine, in DuckDB and in PostgreSQL. Returns the number of rows."""
        self.bench.run(LOAD[f"find_{name}"], facts)
        return self._give(name, f"FROM {name}")

    def _give(self, table: str, question: str) -> int:
        """Copy a query's rows to a table of PostgreSQL. Returns the number of rows."""
        rows = self.bench.give(question)
        arrow_copy.write(self.db, f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN", rows)
        return rows.num_rows
