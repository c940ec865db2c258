"""A small batch, processed where the rows are: by statements of PostgreSQL over temporary tables, their plans kept.

For some thousand records this is the cheaper way: on the workbench each statement costs milliseconds to plan, however
few its rows.
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
        """Land the records, and judge them. Returns how many there are of each kind, and what the quarantine says."""
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
        """The records that do not simply add to what is held, beside what is held of them: for the brake."""
        return arrow_copy.read(self.pipeline.db, LOAD["suspects"], facts)

    def work_out(self, facts: Facts) -> None:
        """Courses before and after, and the rows that hold them."""
        self._work_out(facts, "touch_persons")

    def take_out(self, record_ids: list[str], facts: Facts) -> int:
        """As if each of these records came in now as one that its source no longer holds. Returns how many there were."""
        self.pipeline.run(COURSE, facts | {"record_ids": record_ids}, "take_out_of_quarantine")
        return self._hold_as("vanished", record_ids, facts)

    def bring_back(self, record_ids: list[str], facts: Facts) -> int:
        """As if each of these records, taken out before, came in now as it was. Returns how many there were."""
        return self._hold_as("completed", record_ids, facts)

    def _hold_as(self, status: str, record_ids: list[str], facts: Facts) -> int:
        taken = self.pipeline.db.execute(COURSE["take_out"], facts | {"record_ids": record_ids, "status": status}).rowcount
        if taken:
            self.work_out(facts)
        return taken

    def reclassify(self, persons: list, facts: Facts) -> None:
        """As if all injections of these persons came in now."""
        # Of several batches in one transaction each begins with what the one before left.
        self.pipeline.db.execute(f"TRUNCATE {', '.join(WORKSPACE)}")
        self._work_out(facts | {"persons": persons}, "touch_given_persons", "reclassify")

    def _work_out(self, facts: Parameters, *touch: str) -> None:
        self.pipeline.run(
            COURSE, facts, *touch, "read_before", "read_person_before", "work_out_courses", "read_person_after"
        )
        self.pipeline.run(STORE, facts, "delete_moved", "add_injections", "change_injections", "add_records",
                          "change_records", "add_persons", "change_persons", "delete_persons")  # fmt: skip
        self.pipeline.run(LEDGER, facts, *LEDGER)
