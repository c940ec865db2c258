"""Reconciles a database source with the warehouse: finds what incremental reading cannot see.

That is: rows that were deleted, back-dated or changed without a new time of change, and record numbers that are equal once
trimmed. Counts and digests per day are compared first, and only days that differ are read. Differing records are read
again and loaded; missing ones are taken out of the figures, or reported (`deletes` in the settings).
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pyarrow.compute as pc

import sql
from etl import arrow_copy, brake
from etl.batch import Delivery
from etl.brake import Braked
from etl.intake_changes import ChangesIntake
from etl.pipeline import AT_ONCE, RECONCILE
from etl.settings import Settings, SourceSettings
from etl.sources import START, Day, reading
from etl.stopped import Stop
from sql.rows import by_name, only

SQL = sql.load("queries/reconcile.sql")

_KEYS = pa.schema({"record_id": pa.string(), "updated_at": pa.timestamp("us", "UTC")})
_MOMENT = timedelta(microseconds=1)
_SOON = timedelta(days=1)  # rows stamped no later than this are read before the next comparison
_FIRST = datetime(2, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Comparison:
    """A row of warehouse.reconciliation; counts are records."""

    source_id: int
    compared_at: datetime
    source_rows: int = 0
    held_rows: int = 0
    missing: int = 0
    changed: int = 0
    lost: int = 0
    is_withdrawn: bool = False
    merged: int = 0
    without_time: int = 0
    ahead: int = 0
    unverified: int = 0
    seconds: float = 0.0

    def said(self) -> str:
        """The differences, for the log."""
        counts = {
            "records at the source": self.source_rows, "held": self.held_rows, "missing, loaded now": self.missing,
            "changed, loaded now": self.changed, "taken out" if self.is_withdrawn else "no longer at the source": self.lost,
            "with the number of another row": self.merged, "without a time of change": self.without_time,
            "of the future": self.ahead,
        }  # fmt: skip
        return ", ".join(f"{n} {name}" for name, n in counts.items() if n)

    @property
    def is_equal(self) -> bool:
        """Whether the warehouse holds everything that the source has, and the source has no unreadable rows."""
        return self.source_rows == self.held_rows and not (self.without_time or self.ahead or self.merged)


@dataclass(frozen=True)
class _Differences:
    """Record numbers that differ, and the source's days."""

    days: list[Day]
    missing: pa.Table  # record_id, updated_at
    changed: pa.Table
    lost: list[str]
    merged: int
    held: int


def reconcile(intake: ChangesIntake, given: SourceSettings, db: psycopg.Connection, budget: int | None = None) -> Comparison:
    """Compare, load what differs, and store the result.

    `db` is a connection of its own, in autocommit, for long queries. At most `budget` records of days that look equal are
    read again (those verified longest ago first); None means all. Raises SourceError, Braked.
    """
    return _Reconciliation(intake, given, db).run(budget)


def is_due(intake: ChangesIntake, settings: Settings) -> bool:
    """Whether `reconcile_at`, of today or yesterday, has passed since the last comparison."""
    if settings.etl.reconcile_at is None:
        return False
    with intake.writing:
        last = only(intake.pipeline.db.execute(SQL["last_compared_at"], {"source_id": intake.source_id}))[0]
    now = intake.pipeline.clock.now().astimezone(ZoneInfo(settings.time_zone))
    hour, minute = map(int, settings.etl.reconcile_at.split(":"))
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return last is None or last < (at if at <= now else at - timedelta(days=1))


def is_released(intake: ChangesIntake) -> bool:
    """Whether a stopped comparison was released, which is then done at once and not the next night."""
    released = intake.released()
    return released is not None and released.kind == RECONCILE


class _Reconciliation:
    def __init__(self, intake: ChangesIntake, given: SourceSettings, db: psycopg.Connection):
        self.intake, self.source, self.pipeline, self.db = intake, intake.source, intake.pipeline, db
        self.is_void = given.deletes == "void"
        self.facts = {"source_id": intake.source_id}

    def run(self, budget: int | None) -> Comparison:
        started, now = time.monotonic(), self.pipeline.clock.now()
        counts = self.source.describe(now + _SOON)
        # Later rows are for the next poll.
        until = self.intake.cursor().updated_at + _MOMENT
        found = self._differences(until)
        missing, changed = (self._load_as_it_is(keys) for keys in (found.missing, found.changed))
        gone = self._gone(found.lost)
        stop = self._stop(gone, found.held)
        is_withdrawn = self.is_void and stop is None
        if is_withdrawn:
            self._take_out(gone)
        rewritten, unverified = self._verify(found.days, budget, now)
        rows = sum(day.rows for day in found.days)
        comparison = Comparison(
            self.intake.source_id, now, rows, rows - found.merged + (0 if is_withdrawn else len(gone)), missing,
            changed + rewritten, len(gone), is_withdrawn, found.merged, counts["without_time"], counts["ahead"], unverified,
            time.monotonic() - started,
        )  # fmt: skip
        self.db.execute(SQL["write_comparison"], asdict(comparison))
        if stop:
            raise Braked(stop)
        if is_released(self.intake):
            self.intake.end_release()  # what it was for is no longer found
        return comparison

    # -- what differs

    def _differences(self, until: datetime) -> _Differences:
        # No transaction, since an idle one times out while the source is read.
        days, zone = self.source.days(until), self.source.day_zone
        self.db.execute(SQL["create_held_key"])
        self.db.execute(SQL["fill_held_key"], self.facts)
        facts = {"until": until, "zone": zone}
        if days is None:
            theirs = self.source.keys_within(_FIRST, until)
            ours = arrow_copy.read(self.db, SQL["all_held_keys"], facts, _KEYS)
            return self._compared(_by_day(theirs, zone), theirs, ours, ours.num_rows)
        held_days = {day: (rows, keys) for day, rows, keys in self.db.execute(SQL["held_days"], facts)}
        has = {day.day: (day.rows, day.keys) for day in days}
        differing = sorted(day for day in has.keys() | held_days.keys() if has.get(day) != held_days.get(day))
        read = [self.source.keys_within(*_moments(run, zone, until)) for run in _runs(differing)]
        ours = arrow_copy.read(self.db, SQL["held_keys"], facts | {"days": differing}, _KEYS)
        held_rows = sum(rows for rows, _keys in held_days.values())
        return self._compared(days, pa.concat_tables([_KEYS.empty_table(), *read]), ours, held_rows)

    @staticmethod
    def _compared(days: list[Day], theirs: pa.Table, ours: pa.Table, held_rows: int) -> _Differences:
        theirs = theirs.filter(pc.field("record_id").is_valid())
        newest = theirs.group_by("record_id").aggregate([("updated_at", "max")]).rename_columns(["record_id", "updated_at"])
        both = newest.join(ours.rename_columns(["record_id", "held_at"]), "record_id", join_type="full outer")
        is_there, is_held = both["updated_at"].is_valid(), both["held_at"].is_valid()
        keys = both.select(["record_id", "updated_at"])
        return _Differences(
            days,
            keys.filter(pc.and_not(is_there, is_held)),
            keys.filter(pc.fill_null(pc.not_equal(both["updated_at"], both["held_at"]), False)),
            keys.filter(pc.and_not(is_held, is_there))["record_id"].to_pylist(),
            theirs.num_rows - newest.num_rows,
            held_rows,
        )

    # -- what is done about it

    def _load_as_it_is(self, keys: pa.Table) -> int:
        """Read these records again and load them, whatever their time of change. Returns how many."""
        unfound: list[str] = []
        for numbers in _chunks(keys["record_id"].to_pylist(), self.intake.settings.batch_size):
            unfound += self._read_again(numbers)
        if unfound:
            # The source has them under a number that is equal once trimmed.
            wanted = pa.array(unfound, pa.string())
            of_these = keys.filter(pc.is_in(keys["record_id"], wanted))
            for day in _by_day(of_these, self.source.day_zone):
                self._load_day(day.day, lambda records: records.filter(pc.is_in(records["record_id"], wanted)))
        return keys.num_rows

    def _read_again(self, numbers: list[str]) -> list[str]:
        """Load the current records of these numbers. Returns the numbers that the source lacks."""
        with self.intake.turn:
            return self._absent(numbers)

    def _absent(self, numbers: list[str]) -> list[str]:
        """As `_read_again`, in the source's turn."""
        with reading(self.source.name):
            records = self.source.read_records(numbers).records
        self._load(records)
        there = set(records["record_id"].to_pylist())
        return [number for number in numbers if number not in there]

    def _gone(self, numbers: list[str]) -> list[str]:
        """The numbers that are really gone: a row whose time of change was removed is in no day, but still there."""
        gone: list[str] = []
        for some in _chunks(numbers, self.intake.settings.batch_size):
            gone += self._read_again(some)
        return gone

    def _take_out(self, gone: list[str]) -> None:
        """Take out records, after checking once more in the same turn: a row may have come back meanwhile."""
        released, taken = self.intake.released(), None
        for some in _chunks(gone, self.intake.settings.batch_size):
            with self.intake.turn:
                taken = self.intake.withdraw(self._absent(some))
        if taken and taken.batch_id and released and released.kind == RECONCILE:
            self.intake.pass_release(released, taken.batch_id)

    def _stop(self, gone: list[str], held_rows: int) -> Stop | None:
        """The stop if too many are gone, unless a release covers it."""
        stop = brake.lost(gone, held_rows, RECONCILE, self.intake.settings.brake) if self.is_void else None
        return None if stop and self.intake.covers(self.intake.released(), stop) else stop

    def _load(self, records: pa.Table) -> int:
        """Call in the source's turn, for which its polls wait: a version read earlier must not overwrite a newer one."""
        if not records.num_rows:
            return 0
        return self.intake.load(Delivery(self.intake.source_id, records, RECONCILE)).loaded

    # -- changes without a new time of change

    def _verify(self, days: list[Day], budget: int | None, now: datetime) -> tuple[int, int]:
        """Read whole days again. Returns how many records had changed, and how many are still unverified."""
        with self.db.cursor(row_factory=by_name) as cursor:
            known = {row.day: row for row in cursor.execute(SQL["reconciled_days"], self.facts)}
        verified = {day.day: known[day.day].verified_at for day in days if _is_as_before(day, known.get(day.day))}
        rewritten = [
            day for day in days if (row := known.get(day.day)) and row.keys == day.keys and row.content != day.content
        ]
        verified_before = {day: row.verified_at or _FIRST for day, row in known.items()}
        waiting = sorted(
            (day for day in days if not verified.get(day.day) and day not in rewritten),
            key=lambda day: verified_before.get(day.day, _FIRST),
        )
        # The first comparison is as a rule that after the first load, which has just read all; nothing is called verified by it.
        changed, left = 0, budget if known or budget is None else 0
        for day in [*rewritten, *waiting]:
            if self.intake.halt.is_set() or (left is not None and left <= 0 and day not in rewritten):
                break
            changed += self._load_day(day.day)
            verified[day.day] = now
            left = None if left is None else left - day.rows
        with self.db.transaction():
            self.db.execute(SQL["forget_days"], self.facts)
            for day in days:
                self.db.execute(SQL["keep_day"], self.facts | asdict(day) | {"verified_at": verified.get(day.day)})
        return changed, sum(day.rows for day in days if not verified.get(day.day))

    def _load_day(self, day: date, chosen: Callable[[pa.Table], pa.Table] = lambda records: records) -> int:
        """Load the current records of a day, page by page."""
        first, until = _moments([day], self.source.day_zone)
        after, more, changed = START, True, 0
        while more and not self.intake.halt.is_set():
            with self.intake.turn:
                with reading(self.source.name):
                    page = self.source.records_within(first, until, after, AT_ONCE)
                changed += self._load(chosen(page.records))
            after, more = page.cursor or after, page.more
        return changed


def _is_as_before(day: Day, row) -> bool:
    """Whether a day has the same digests as at the last comparison."""
    return row is not None and day.content is not None and (row.keys, row.content) == (day.keys, day.content)


def _chunks(numbers: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def _by_day(keys: pa.Table, zone: str) -> list[Day]:
    """The days of some keys, without digests."""
    local = pc.local_timestamp(keys["updated_at"].cast(pa.timestamp("us", zone))).cast(pa.date32(), safe=False)
    counted = pa.table({"day": local}).group_by("day").aggregate([([], "count_all")])
    return [Day(row["day"], row["count_all"], None, None) for row in sorted(counted.to_pylist(), key=lambda row: row["day"])]


def _runs(days: Iterable[date]) -> Iterator[list[date]]:
    """Group adjacent days: each run is one query."""
    run: list[date] = []
    for day in days:
        if run and day - run[-1] > timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _moments(days: list[date], zone: str, until: datetime | None = None) -> tuple[datetime, datetime]:
    """The first moment of a run of days, and the end, exclusive."""
    first, end = (datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
                   for day in (days[0], days[-1] + timedelta(days=1)))  # fmt: skip
    return first, end if until is None else min(end, until)
