"""Processes a small batch in PostgreSQL, by prepared statements over temporary tables.

For up to some thousand records this is cheaper: DuckDB takes milliseconds to plan each statement, however few its rows.
"""

import pyarrow as pa

from etl import arrow_copy
from etl.batch import CheckFacts, Delivery, Facts, Parameters
from etl.binary_copy import COPY_FORMAT, to_copy
from etl.quarantining import quarantine
from etl.statements import COURSE, LEDGER, LOAD, QUARANTINED, STORE, WORKSPACE


class InRows:
    """The steps of a batch, in the pipeline's transaction."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        for name in (*WORKSPACE, *QUARANTINED):
            pipeline.db.execute((LOAD | STORE)[f"create_{name}"])

    def check(self, delivery: Delivery, facts: CheckFacts):
        """Land the records and check them. Returns counts by kind, and what `quarantine` returns."""
        run, db = self.pipeline.run, self.pipeline.db
        if delivery.records.num_rows:
            with db.cursor() as cursor, cursor.copy(LOAD["copy_landed"] + f" ({COPY_FORMAT})") as copy:
                for piece in to_copy(delivery.records):
                    copy.write(piece)
        run(LOAD, facts, "find_known_records", "read_known", "check_records", "drop_repeated")
        counts = self.pipeline.ask(LOAD["count_incoming"], facts)
        found = quarantine(
            self.pipeline, delivery, counts, facts, lambda name: db.execute(LOAD[f"find_{name}"], facts).rowcount
        )
        if counts.restamped:
            run(STORE, facts, "restamp")
        return counts, *found

    def suspects(self, facts: CheckFacts) -> pa.Table:
        """The records that change something held, beside what is held: for the brake."""
        return arrow_copy.read(self.pipeline.db, LOAD["suspects"], facts)

    def work_out(self, facts: Facts) -> None:
        """Compute the vaccination series (courses) before and after, and store what changed."""
        self._work_out(facts, "touch_persons")

    def take_out(self, record_ids: list[str], facts: Facts) -> int:
        """Mark these records as vanished from their source. Returns how many changed."""
        self.pipeline.run(COURSE, facts | {"record_ids": record_ids}, "take_out_of_quarantine")
        return self._hold_as("vanished", record_ids, facts)

    def bring_back(self, record_ids: list[str], facts: Facts) -> int:
        """Count vanished records again, as they were. Returns how many changed."""
        return self._hold_as("completed", record_ids, facts)

    def _hold_as(self, status: str, record_ids: list[str], facts: Facts) -> int:
        taken = self.pipeline.db.execute(COURSE["take_out"], facts | {"record_ids": record_ids, "status": status}).rowcount
        if taken:
            self.work_out(facts)
        return taken

    def reclassify(self, persons: list, facts: Facts) -> None:
        """Recompute these persons as if all their injections came in now."""
        # A transaction of several batches finds what the previous one left.
        self.pipeline.db.execute(f"TRUNCATE {', '.join(WORKSPACE)}")
        self._work_out(facts | {"persons": persons}, "touch_given_persons", "reclassify")

    def _work_out(self, facts: Parameters, *touch: str) -> None:
        self.pipeline.run(
            COURSE, facts, *touch, "read_before", "read_person_before", "work_out_courses", "read_person_after"
        )
        self.pipeline.run(STORE, facts, "delete_moved", "add_injections", "change_injections", "add_records",
                          "change_records", "add_persons", "change_persons", "delete_persons")  # fmt: skip
        self.pipeline.run(LEDGER, facts, *LEDGER)
