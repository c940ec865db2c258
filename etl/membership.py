"""Tracks which records each delivery of a source holds, and handles those that none holds any more.

A snapshot is complete: records that no present delivery holds are taken out of the figures, or only reported (`deletes`).
For deliveries that add records (`append`), records that a newer version of one has lost are reported. Only what each
delivery holds is stored, so after a crash the same query finds what is left to do.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from etl import brake
from etl.brake import Braked
from etl.settings import SourceSettings
from etl.statements import MEMBERSHIP
from sql.rows import only

ReadAgain = Callable[[Mapping[str, list[str]]], bool]

VANISHED = "vanished"


class Membership:
    """Tracks the deliveries of one source."""

    def __init__(self, intake, given: SourceSettings):
        self.intake, self.pipeline, self.writing = intake, intake.pipeline, intake.writing
        self.is_snapshot = given.deliveries == "snapshot" or given.is_read_whole
        self.is_void = self.is_snapshot and given.deletes == "void"
        self.is_of_files = given.read_by == "deliveries"
        self.is_stamped = all(spec.origin == "file" for name, spec in given.specs() if name == "updated_at")
        # None at first, so that a new process always checks: the settings may have changed.
        self.settled: dict[str, str] | None = None

    def listed(self) -> set[tuple[str, str]]:
        """(path, content) of the deliveries whose records are known."""
        with self.writing:
            return {
                tuple(row) for row in self.pipeline.db.execute(MEMBERSHIP["listed"], {"source_id": self.intake.source_id})
            }

    def settle(
        self, current: Mapping[str, str], newest: Mapping[str, str], released=None, read_again: ReadAgain | None = None
    ) -> None:
        """Handle records that no current delivery holds, once all deliveries are loaded. Raises Braked.

        `current`: path → content of the current deliveries; `newest`: the same for all that ever came; `released`: the
        open release; `read_again` loads records by path, as those files have them, because what removed files said no
        longer applies. It returns False if it was halted.
        """
        if current == self.settled:
            if released is not None and released.kind == VANISHED:
                self.intake.end_release()  # the missing records are back
            return
        stale = {pair for pair in self.listed() if current.get(pair[0]) != pair[1]}
        facts = {"source_id": self.intake.source_id, "paths": list(current), "contents": list(current.values())}
        if self.is_void:
            self._take_out(facts, stale, bool(current), released)
            missing: dict[str, list[str]] = {}
        else:
            missing = self._missing(facts, stale)
        if read_again and (wanted := self._to_read_again(facts, stale)) and not read_again(wanted):
            return
        self._keep(stale, missing, newest)
        self.settled = dict(current)

    def _take_out(self, facts: dict, stale: Iterable[tuple[str, str]], is_any: bool, released) -> None:
        # Whoever released a shorter file has seen what it lost.
        seen = {pair for pair in stale if released is not None and released.kind == "file" and pair[0] == released.unit}
        facts = facts | {"seen_paths": [path for path, _ in seen], "seen_contents": [content for _, content in seen]}
        facts["is_of_files"] = self.is_of_files
        with self.writing, self.pipeline.db.transaction():
            self.pipeline.db.execute("SET LOCAL work_mem = '256MB'")
            rows = self.pipeline.db.execute(MEMBERSHIP["vanished"], facts).fetchall()
            (held,) = only(self.pipeline.db.execute(MEMBERSHIP["held"], facts))
        lost = [record_id for record_id, is_counted, is_seen in rows if is_counted and not is_seen]
        stop = brake.lost(lost, held, VANISHED, self.pipeline.settings.brake, is_any)
        if stop and not self.intake.covers(released, stop):
            raise Braked(stop)
        taken = self.intake.withdraw([record_id for record_id, _, _ in rows])
        if released is not None and released.kind == VANISHED:
            if taken.batch_id:
                self.intake.pass_release(released, taken.batch_id)
            else:
                self.intake.end_release()  # all were taken out before a crash, or they are back

    def _missing(self, facts: dict, stale: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        """By path, records that earlier versions held and nothing holds now."""
        earlier = [pair for pair in stale if self.is_snapshot or pair[0] in facts["paths"]]
        facts = facts | {
            "earlier_paths": [path for path, _ in earlier],
            "earlier_contents": [content for _, content in earlier],
        }
        found = defaultdict(list)
        if earlier:
            with self.writing, self.pipeline.db.transaction():
                self.pipeline.db.execute("SET LOCAL work_mem = '256MB'")
                for path, record_id in self.pipeline.db.execute(MEMBERSHIP["missing"], facts):
                    found[path].append(record_id)
                numberless = [record_id for (record_id,) in self.pipeline.db.execute(MEMBERSHIP["numberless"], facts)]
            self.intake.withdraw(numberless)  # they are counted nowhere, so there is nothing to report
        return found

    def _to_read_again(self, facts: dict, stale: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        facts = facts | {"is_stamped": self.is_stamped}
        facts |= {"stale_paths": [path for path, _ in stale], "stale_contents": [content for _, content in stale]}
        with self.writing, self.pipeline.db.transaction():
            self.pipeline.db.execute("SET LOCAL work_mem = '256MB'")
            return dict(self.pipeline.db.execute(MEMBERSHIP["to_read_again"], facts).fetchall())

    def _keep(self, stale: Iterable[tuple[str, str]], missing: Mapping[str, list[str]], newest: Mapping[str, str]) -> None:
        """Replace the records of stale deliveries by those that are still missing."""
        with self.writing, self.pipeline.db.transaction():
            for path, content in stale:
                self._run("forget", path=path, sha256=content, part=0)
            for path, record_ids in missing.items():
                self._run("keep", path=path, sha256="", part=0, record_ids=record_ids, contents=None)
            counts = {path: len(record_ids) for path, record_ids in missing.items()}
            self._run(
                "count_missing", paths=list(counts), contents=[newest[path] for path in counts], counts=list(counts.values())
            )

    def _run(self, name: str, **facts) -> None:
        self.pipeline.db.execute(MEMBERSHIP[name], facts | {"source_id": self.intake.source_id})
