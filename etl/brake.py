"""The brake (a circuit breaker): stops a source whose batch looks wrong, before it commits.

What was stopped is kept for inspection (etl.stopped). A person releases it, which lets through exactly what was inspected.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psycopg
import pyarrow as pa

import sql
from etl import duplicate_source, stopped
from etl.batch import Delivery, Facts, Outcome
from etl.settings import Brake
from etl.stopped import Finding, Stop
from sql.plural import plural
from sql.rows import by_name, only

BRAKE = sql.load("queries/brake.sql")

# A source that always sends many corrections is not stopped for them: up to this multiple of its own history is allowed.
_TIMES_HISTORY = 3

# The kind of batches of records re-read by reconciliation: they apply whatever their clock says, and were received once already.
RECONCILE = "reconcile"
# Criterion: records that the source no longer has. And how many of them are shown.
LOST, _EXAMPLES = "lost", 5

# Criteria that are not about the share of a batch.
EMPTIED = "emptied"  # the source lost the record that was read last
RENAMED = "renamed"  # a new source that delivers the records of another one

THEN = "Look at it: ./run braked SOURCE; then: ./run release SOURCE"

_COUNTS = ("received", "quarantined", "corrected", "voided", "moved", "unmapped", "unrecognised", "outside")


@dataclass(frozen=True)
class Criterion:
    """A count of a batch that must stay below a share (`limit`, a setting) of another count, `of`."""

    name: str
    count: str
    limit: str
    words: str
    of: str = "fresh"


# Faults are a share of the records that are new or changed (`fresh`), corrections of all that were received.
CRITERIA = (
    Criterion("broken", "quarantined", "quarantine_share", "broke a rule"),
    Criterion("unmapped", "unmapped", "unmapped_share", "have a vaccine or site that the tables do not know"),
    Criterion("unrecognised", "unrecognised", "residence_share", "have a residence that is no code"),
    Criterion("outside", "outside", "outside_share", "are of people who live outside"),
    Criterion("moved", "moved", "person_share", "changed their person", of="altered"),
    Criterion("voided", "voided", "void_share", "voided records loaded earlier", of="received"),
    Criterion("changed", "corrected", "change_share", "changed records loaded earlier", of="received"),
)
_OF_VALUES = tuple(criterion for criterion in CRITERIA if criterion.of != "received")


class Braked(Exception):
    """A source was stopped; the message says what looked wrong and how to release it."""

    def __init__(self, stop: Stop):
        super().__init__(stop.reason)
        self.stop = stop


def check(
    db: psycopg.Connection,
    delivery: Delivery,
    outcome: Outcome,
    facts: Facts,
    limits: Brake,
    suspects: Callable[[], pa.Table],
) -> None:
    """Raises Braked if too much of the batch, or of the last `min_records` or more records, is wrong.

    Runs in the batch's transaction. `suspects()` are its records that change something held. A released delivery passes,
    which ends the release; a delivery that replaces it ends it too, and is judged.
    """
    with db.cursor(row_factory=by_name) as cursor:
        source = only(cursor.execute(BRAKE["history"], {"source_id": delivery.source_id}))
        is_released = source.release_id is not None and _is_released(db, source, delivery)
        if not is_released and delivery.kind == "records" and source.received < limits.min_records:
            _refuse_twin(db, delivery)
        if not is_released and (wrong := _wrong(cursor, source, delivery, outcome, limits)):
            found = stopped.findings(db, suspects(), facts)
            of_file = f"{delivery.unit}: " if delivery.unit else ""
            reason = f"{of_file}{wrong.pop('reason')}{_rules(found)}{_nothing_kept(source)}"
            raise Braked(Stop(reason=reason, findings=found, **wrong, **stopped.identity(delivery)))
    if is_released and not (delivery.outcome and delivery.outcome["state"] == "loading"):
        db.execute(BRAKE["pass"], facts | {"brake_id": source.release_id})
    elif source.release_id is not None and not is_released and _comes_instead(source, delivery):
        stopped.end_open(db, delivery.source_id, facts["now"])


def _refuse_twin(db: psycopg.Connection, delivery: Delivery) -> None:
    """A new source with the records and persons of another one would count them twice."""
    if (twin := duplicate_source.find(db, delivery.source_id, delivery.records)) is None:
        return
    reason = (
        f"{twin.found:,} of the first {twin.of:,} records are in source {twin.name} already: this looks like {twin.name} under a "
        f"new name. Nothing of this batch was kept. If it is so: ./run source rename {twin.name} SOURCE; if both are to be "
        "counted: ./run release SOURCE"
    )
    examples = [{"record": number, "was": None, "value": None, "records": 1} for number in twin.records]
    found = (Finding(RENAMED, "record_id", twin.found, examples),)
    raise Braked(Stop(RENAMED, reason, received=twin.of, found=twin.found, measured_by=twin.name, findings=found,
                      **stopped.identity(delivery)))  # fmt: skip


def _is_released(db: psycopg.Connection, source, delivery: Delivery) -> bool:
    if delivery.outcome:
        return delivery.outcome["sha256"] == source.released_content
    if not source.is_batch_released or delivery.kind != source.release_kind:
        return False
    return stopped.covers(db, source.release_id, stopped.hashes(delivery.records).tobytes())


def _comes_instead(source, delivery: Delivery) -> bool:
    """Whether this delivery replaces the one that was released."""
    if source.release_kind == "file":
        return delivery.unit == source.released_unit
    if source.release_kind == EMPTIED:
        return delivery.kind == "records"
    return source.is_batch_released and delivery.kind == source.release_kind


def _wrong(cursor, source, delivery: Delivery, outcome: Outcome, limits: Brake) -> dict | None:
    own = {name: getattr(outcome, name) for name in _COUNTS} | {"fresh": outcome.received - outcome.unchanged}
    own["received"] = max(outcome.received, delivery.read or 0)
    before = cursor.execute(BRAKE["recent"], own | {
        "source_id": delivery.source_id, "after_batch": source.braked_after_batch, "min_records": limits.min_records,
    }).fetchall()  # fmt: skip
    for counts in (own, *({name: own[name] + getattr(row, name) for name in own} for row in before)):
        if counts["received"] < limits.min_records:
            continue
        counts["altered"] = max(counts["corrected"] + counts["voided"], counts["moved"])
        # Records of a reconciliation all differ by definition, so only the criteria about values apply.
        for criterion in CRITERIA if delivery.kind != RECONCILE else _OF_VALUES:
            wrong = _judged(criterion, counts, source, limits)
            if wrong:
                return wrong
    return None


def _judged(criterion: Criterion, counts: dict, source, limits: Brake) -> dict | None:
    found, base = counts[criterion.count], counts[criterion.of]
    if criterion.of == "fresh" and base < limits.min_records:
        return None
    allowed = _allowed(criterion, source, limits)
    if found <= allowed * max(base, limits.min_records):
        return None
    among = "changed records" if criterion.of == "altered" else "records"
    reason = (
        f"{found:,} of the last {base:,} {among} {criterion.words} ({found / base:.0%}; up to {allowed:.0%} is let pass)."
    )
    return {"criterion": criterion.name, "reason": reason, "received": base, "found": found, "allowed": allowed}


def _allowed(criterion: Criterion, source, limits: Brake) -> float:
    limit = getattr(limits, criterion.limit)
    base = {"fresh": source.received - source.unchanged, "received": source.received, "altered": source.corrected}
    before = getattr(source, criterion.count, 0)  # voids have no history: a source that loses doses is always inspected
    usual = before / base[criterion.of] if base[criterion.of] >= limits.min_records else 0
    # Capped halfway between the limit and 100 %: otherwise one bad batch that was released would disable the brake of a
    # young source for good.
    return max(limit, min((1 + limit) / 2, usual * _TIMES_HISTORY))


def _rules(found: Iterable[Finding]) -> str:
    broken = {finding.rule: finding.records for finding in found if finding.rule not in stopped.CHANGES}
    return f" Rules: {', '.join(f'{rule} {records:,}' for rule, records in broken.items())}." if broken else ""


def _nothing_kept(source) -> str:
    other = ""
    if source.release_id is not None:
        other = f" What was released at {source.released_at:%Y-%m-%d %H:%M} UTC was another delivery: this one was not looked at."
    return f" Nothing of this batch was kept.{other} {THEN}"


def lost(record_ids: list[str], held: int, kind: str, limits: Brake, is_any: bool = True) -> Stop | None:
    """The stop for a source that no longer has these of its `held` records: too many of them, or all (not `is_any`)."""
    if not record_ids or (is_any and (held < limits.min_records or len(record_ids) <= limits.void_share * held)):
        return None
    reason = (
        f"{len(record_ids):,} of the {plural(held, 'record')} held {'is' if len(record_ids) == 1 else 'are'} no longer at the source (up to {limits.void_share:.0%} is "
        f"let pass). None was taken out. {THEN}"
    )
    seen = stopped.hashes(pa.table({"record_id": pa.array(record_ids, pa.string())})).tobytes()
    examples = [{"record": number, "was": None, "value": None, "records": 1} for number in record_ids[:_EXAMPLES]]
    return Stop(LOST, reason, hashlib.sha256(seen).hexdigest(), kind, seen=seen, received=held, found=len(record_ids), allowed=limits.void_share,
                findings=(Finding(LOST, "record_id", len(record_ids), examples),))  # fmt: skip


def check_file(file, before, limits: Brake) -> None:
    """Raises Braked if a file is much smaller, in bytes, than the last accepted one of its name or pattern.

    Checked before it is read, and only for text: the size of other formats depends on their compression.
    """
    is_text = file.path.lower().endswith(".csv")
    if is_text and before and file.size_bytes < before.size_bytes * (1 - limits.shrink_share):
        raise Braked(_smaller(file, before, "bytes", file.size_bytes, before.size_bytes, limits))


def check_records(file, records: int, before, limits: Brake) -> None:
    """The same by records, once they are counted. Raises Braked for a file without records in any case."""
    if not records:
        reason = f"{file.path} has no records. {THEN}"
        raise Braked(Stop("empty", reason, file.sha256, "file", file.path, received=0, found=0))
    if before and records < before.records_done * (1 - limits.shrink_share):
        raise Braked(_smaller(file, before, "records", records, before.records_done, limits))


def _smaller(file, before, what: str, found: int, expected: int, limits: Brake) -> Stop:
    whose = "the one of this name accepted before it" if before.path == file.path else f"{before.path}, accepted before it,"
    reason = f"{file.path} has {found:,} {what}, {whose} had {expected:,}: it may be cut off. {THEN}"
    return Stop(f"fewer_{what}", reason, file.sha256, "file", file.path, received=expected, found=found,
                allowed=1 - limits.shrink_share, measured_by=before.path)  # fmt: skip


# A day or month in a file name: the files of one pattern differ in it alone.
_DATE = re.compile(r"(?<!\d)(?:20\d\d([-_.]?)[01]\d(?:\1[0-3]\d)?|[0-3]?\d([-_.]?)[01]?\d\2(?:20)\d\d)(?!\d)")


class Accepted:
    """The accepted files of a source, against which the next one is measured."""

    def __init__(self, deliveries: Iterable = ()):
        self._by_pattern: dict[str, list] = {}
        for row in sorted((row for row in deliveries if row.state == "done"), key=lambda row: row.ended_at):
            self.add(row)

    def add(self, row) -> None:
        self._by_pattern.setdefault(_DATE.sub("*", row.path), []).append(row)

    def before(self, path: str, limits: Brake):
        """The last file of this name; else the smallest of the last seven whose names differ in the date alone, since
        volumes vary by weekday. None if there is none, or it has too few records to judge by.
        """
        alike = self._by_pattern.get(_DATE.sub("*", path), ())
        if same := [row for row in alike if row.path == path]:
            return same[-1]
        found = min(alike[-7:], key=lambda row: row.records_done, default=None)
        return found if found and found.records_done >= limits.min_records else None
