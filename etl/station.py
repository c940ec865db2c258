"""The leader's context: lock, connections, pipeline and sources."""

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
from psycopg.types.json import Jsonb

import sql
from etl import identity, reconcile, reference, uploads
from etl.batch import Outcome
from etl.heartbeat import PATIENCE_SECONDS, Heartbeat
from etl.intake import INTAKE, Intake, Report
from etl.intake_changes import ChangesIntake
from etl.intake_files import FileIntake
from etl.intake_whole import WholeIntake
from etl.pipeline import Pipeline
from etl.reconcile import Comparison
from etl.reference import ReferenceTableError
from etl.settings import ReadBy, Settings
from etl.sources import SourceError, reading
from etl.sources.kinds import open_source
from sql import connect, told, version, world
from sql.clock import Clock
from sql.plural import plural
from sql.rows import only

log = logging.getLogger("etl")

WORLD = sql.load("world.sql")

# Key of the advisory lock: its holder leads.
LOCK = 7_320_212
_RETRY_SECONDS = 2.0
# Field presence bits that affect courses and the directive's figures.
_DECIDES = (
    told.BITS["person"] | told.BITS["identity_status"] | told.BITS["certificate_printed_at"] | told.BITS["app_confirmed_at"]
)
_PERSONS_A_BATCH = 100_000
_INTAKES: dict[ReadBy, type[Intake]] = {"changes": ChangesIntake, "whole": WholeIntake, "deliveries": FileIntake}
# Every so many heartbeats readers are notified that the sources were read, even without new records.
_NOTIFY_EVERY = 4


@contextlib.contextmanager
def leading(settings: Settings, verb: str = "once", pulse: Callable[[], None] = lambda: None) -> Iterator["Station | None"]:
    """Yields the station if nobody else leads, else None. The lock is released with the connection, however this process
    ends, and when its heartbeat stops. `pulse` is called at each heartbeat.

    Others see `verb` as what the leader runs. Raises OtherVersion if the warehouse is not of this code's version.
    """
    words = {"autocommit": True, "application_name": f"etl {verb}"}
    with connect.raw(settings, "etl_writer", seconds=PATIENCE_SECONDS, **words) as lock:
        version.check(lock)
        if not only(lock.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]))[0]:
            yield None
            return
        lock.execute("SET synchronous_commit = off")  # a heartbeat must not wait for a busy disk
        lock.execute("SELECT set_config('idle_session_timeout', %s, false)", [f"{settings.etl.takeover_seconds}s"])
        lock.execute("LISTEN warehouse_upload; LISTEN warehouse_request")
        _end_who_led(lock)
        heart = Heartbeat(lock, pulse)
        heart.start()
        try:
            with connect.raw(settings, "etl_writer", autocommit=True, application_name="etl") as db:
                led = Station(settings, lock, db, heart)
                try:
                    yield led
                finally:
                    led.close()
        finally:
            heart.stop()
            # At once: a connection that is closed keeps its lock until the server notices, and the next verb may be sooner.
            with contextlib.suppress(psycopg.OperationalError):  # one that is lost holds no lock
                lock.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _end_who_led(lock: psycopg.Connection) -> None:
    lock.execute("SET ROLE NONE")  # a user may terminate sessions of its own, and of roles whose rights it has
    lock.execute(INTAKE["end_who_led"])
    lock.execute("RESET ROLE")


def _take_the_lead(db: psycopg.Connection) -> int:
    """Begin a new term and return it. Waits for a migration under way, then checks the version."""
    with db.transaction():
        (term,) = only(db.execute(INTAKE["take_the_lead"]))
        version.check(db)
    return term


class Station:
    """The context of one leader."""

    def __init__(self, settings: Settings, lock: psycopg.Connection, db: psycopg.Connection, heart: Heartbeat):
        self.settings, self.lock, self.db, self.heart = settings, lock, db, heart
        of_world = db.execute(WORLD["world"]).fetchone()
        if of_world:
            world.refuse_other_kind(of_world[0], settings)
        self.clock = Clock(of_world[1] if of_world else 0)
        heart.db = db
        heart.term = _take_the_lead(db)
        self.pipeline = Pipeline(db, self.clock, settings.time_zone, settings.etl, heart.term)
        self.writing = threading.Lock()
        self.beats = 0
        self.tried_on = self.clock.today(settings.time_zone)
        self.complaint: str | None = None
        self.intakes: list[Intake] = []
        self._hearers: list[Report] = []

    @contextlib.contextmanager
    def reporting(self, hear: Report) -> Iterator[None]:
        """Call `hear` with the outcome of each batch, of any source."""
        self._hearers.append(hear)
        try:
            yield
        finally:
            self._hearers.remove(hear)

    def report(self, outcome: Outcome) -> None:
        for hear in tuple(self._hearers):
            hear(outcome)

    def real_now(self) -> datetime:
        """The real time, for the scheduler; figures use `clock`."""
        return datetime.now(UTC)

    def prepare(self) -> None:
        """Load reference data, open the sources, finish an interrupted backfill. Raises ReferenceTableError."""
        self.load_reference()
        self.take_uploads()
        self.note_what_sources_tell()
        self.rebuild_if_need_be()
        (kept,) = only(self.db.execute(reference.SQL["key_fingerprint"]))
        key = identity.load_key(os.environ, self.settings.data, is_in_use=kept is not None)
        self._refuse_other_key(key)
        self.intakes = [intake for name in self.settings.sources if (intake := self._intake(name, key))]
        self.db.execute(INTAKE["idle_others"], {"names": list(self.settings.sources)})
        self.pipeline.fold_the_rest()

    def note_what_sources_tell(self) -> None:
        """Mark a source to be read again if its settings map a field that they did not map before."""
        for name, given in self.settings.sources.items():
            facts = {"name": name, "kind": given.kind, "told": given.told}
            with self.db.transaction():
                self.db.execute(INTAKE["register_source"], facts)
                if not only(self.db.execute(INTAKE["note_told"], facts))[0]:
                    continue
                self.db.execute(INTAKE["read_again"], facts)
                self.db.execute(INTAKE["read_files_again"], facts)
            log.info("%s: the settings map more fields than before; its records are read again", name)

    def _intake(self, name: str, key: bytes) -> Intake | None:
        """None if the settings of this source cannot work: it is marked as failed, the others go on."""
        given = self.settings.sources[name]
        try:
            with reading(name):
                source = open_source(name, given, self.settings.time_zone, key)
        except SourceError as wrong:
            log.warning("%s", wrong)
            (source_id,) = only(self.db.execute(INTAKE["register_source"], {"name": name, "kind": given.kind}))
            facts = {"source_id": source_id, "state": "failed", "reason": str(wrong), "now": self.clock.now()}
            self.db.execute(INTAKE["mark_state"], facts)
            return None
        intake = _INTAKES[given.read_by](self.pipeline, source, given, self.settings.etl, self.writing, self.report)
        if intake.forgotten_at:
            self._say_forgotten(intake)
        facts = {"source_id": intake.source_id, "fingerprint": mapping_fingerprint(self.settings, name)}
        self.db.execute(INTAKE["keep_mapping_fingerprint"], facts)
        return intake

    def _say_forgotten(self, intake: Intake) -> None:
        name = intake.source.name
        reason = (
            f"{name} was forgotten: its records are taken out, and nothing is read. ./run source restore {name} brings "
            f"them back; ./run source forget {name} --delete deletes them, then it is read anew"
        )
        log.warning("%s", reason)
        facts = {"source_id": intake.source_id, "state": "failed", "reason": reason, "now": self.clock.now()}
        self.db.execute(INTAKE["mark_state"], facts)

    def _refuse_other_key(self, key: bytes) -> None:
        mine = identity.fingerprint(key)
        (kept,) = only(self.db.execute(reference.SQL["keep_key_fingerprint"], {"fingerprint": mine}))
        if kept != mine:
            raise identity.PersonKeyError(
                "the person key is not the one that this warehouse was loaded with: every person would be counted again. "
                f"Bring back the old key (PERSON_ID_KEY, or {self.settings.data / 'person.key'}), or start anew with --fresh"
            )

    def prepare_until(self, stop: threading.Event) -> bool:
        """As `prepare`, retried while reference data are unusable; False if stopped."""
        while not stop.is_set():
            try:
                self.prepare()
                return True
            except ReferenceTableError as wrong:
                self._complain(str(wrong))
                stop.wait(_RETRY_SECONDS)
        return False

    def load_reference(self) -> int:
        """Read the reference data again, without withdrawn uploads; a change is a new version of the figures. Returns rows
        changed. Raises ReferenceTableError, and then withdrawals stay pending."""
        try:
            with self.writing, self.db.transaction():
                self.pipeline.fence()
                ended = uploads.end(self.db, self._batch_to_come())
                changed = self._write_reference()
                if changed or ended:
                    self.pipeline.close_reference()
        except ReferenceTableError as wrong:
            if not self.settings.is_sample:  # it is still creating its tables
                self._keep_refusal(wrong)
            raise
        self._keep_refusal(None)
        for upload in ended:
            log.info("%s: withdrawn", upload.place)
        return changed

    def take_uploads(self) -> int:
        """Apply confirmed uploads, each in a batch of its own. Returns rows changed."""
        with self.writing:
            waiting = uploads.waiting(self.db)
        return sum(self._take(upload) for upload in waiting)

    def _take(self, upload: uploads.Upload) -> int:
        try:
            with self.writing, self.db.transaction():
                self.pipeline.fence()
                facts = {"upload": upload.upload_id, "batch": self._batch_to_come()}
                if not self.db.execute(uploads.SQL["apply_upload"], facts).rowcount:
                    return 0
                changed = self._write_reference()
                self.pipeline.close_reference()
        except ReferenceTableError as wrong:
            # Also a batch, so that the waiting page is notified.
            with self.writing, self.db.transaction():
                self.pipeline.fence()
                refusal = {"reason": str(wrong), "fault": Jsonb(wrong.fault)}
                facts = {"upload": upload.upload_id, "batch": self._batch_to_come()}
                self.db.execute(uploads.SQL["refuse_upload"], facts | refusal)
                self.pipeline.close_reference()
            log.warning("%s is refused: %s", upload.place, wrong)
            return 0
        log.info("%s: applied, %s changed", upload.place, plural(changed, "row"))
        return changed

    def _write_reference(self) -> int:
        today = self.clock.today(self.settings.time_zone)
        held = uploads.in_force(self.db)
        changed, persons = reference.load(
            self.db, self.settings, today, self.clock.shift_days, lambda given: uploads.overlay(given, held)
        )
        if changed:
            self.db.execute(INTAKE["make_retry_due"])
        for first in range(0, len(persons), _PERSONS_A_BATCH):
            self.pipeline.reclassify(persons[first : first + _PERSONS_A_BATCH])
        if persons:
            log.info("sites, units or spellings changed: placed the injections of %s anew", plural(len(persons), "person"))
        return changed

    def _keep_refusal(self, refused: ReferenceTableError | None) -> None:
        kept = {"refusal": refused and str(refused), "fault": Jsonb(refused.fault) if refused else None}
        with self.writing:
            self.db.execute(INTAKE["keep_reference_refusal"], kept)

    def _batch_to_come(self) -> int:
        return only(self.db.execute(reference.SQL["batch_to_come"]))[0]

    def refresh_reference(self) -> None:
        """Scheduled refresh of the reference data. Quarantined records are retried after a change."""
        try:
            changed = self.load_reference() + self.take_uploads()
        except ReferenceTableError as wrong:
            self._complain(str(wrong))
            return
        self.complaint = None
        self.rebuild_if_need_be()
        today = self.clock.today(self.settings.time_zone)
        if changed:
            log.info("reference data: %s changed", plural(changed, "row"))
        if today != self.tried_on:
            # Retry records that were refused for a date in the future, each source in its own turn.
            with self.writing:
                self.db.execute(INTAKE["make_retry_due"])
            self.tried_on = today

    def rebuild_if_need_be(self) -> None:
        """Rebuild if rules or ages changed since the last time."""
        facts = {"grace_days": self.settings.etl.grace_days, "decides": _DECIDES}
        with self.writing:
            now, kept = only(self.db.execute(INTAKE["course_fingerprint"], facts))
        if now == kept:
            return
        if kept is not None:
            log.info("rules or ages changed: placing every injection anew")
            log.info("placed the injections of %s anew", plural(self.rebuild(), "person"))
        with self.writing:
            self.db.execute(INTAKE["keep_course_fingerprint"], {"fingerprint": now})

    def rebuild(self, progress: Callable[[int], None] = lambda persons: None) -> int:
        """Reclassify all injections and courses. Returns the number of persons."""
        done, after = 0, "00000000-0000-0000-0000-000000000000"
        while True:
            with self.writing:
                rows = self.db.execute(INTAKE["persons_after"], {"after": after, "limit": _PERSONS_A_BATCH}).fetchall()
                if not rows:
                    return done
                persons = [person for (person,) in rows]
                self.pipeline.reclassify(persons)
            after, done = persons[-1], done + len(persons)
            progress(len(persons))

    def reconcilable(self) -> list[ChangesIntake]:
        """The databases that are read incrementally, where only a comparison finds changes without a new time of change."""
        return [
            intake for intake in self.intakes
            if isinstance(intake, ChangesIntake)
            and self.settings.sources[intake.source.name].is_reconciled
            and not intake.forgotten_at
        ]  # fmt: skip

    def reconcile(self, intake: ChangesIntake, budget: int | None = None) -> Comparison | None:
        """Reconcile a source, on a connection of its own. None if it fails: its state says why. `budget`: see
        reconcile.reconcile."""
        given = self.settings.sources[intake.source.name]
        with (
            intake.judging(),
            connect.raw(self.settings, "etl_writer", autocommit=True, application_name="etl reconcile") as db,
        ):
            found = reconcile.reconcile(intake, given, db, budget)
            if not found.is_equal:
                log.warning("%s: compared with the warehouse: %s", intake.source.name, found.said())
            return found
        return None

    def reconcile_what_is_due(self) -> None:
        """Reconcile each database once a day, after its first load, and when a stopped reconciliation was released."""
        for intake in self.reconcilable():
            if intake.is_running() and (reconcile.is_due(intake, self.settings) or reconcile.is_released(intake)):
                self.reconcile(intake, self.settings.etl.reconcile_records)

    def heartbeat(self) -> set[str]:
        """The channels notified meanwhile: warehouse_upload (an upload was decided), warehouse_request (a verb was requested).

        Raises OperationalError if the lock's connection, and with it the lead, is lost; Fenced if another one leads.
        """
        self.heart.check()
        called = {heard.channel for heard in self.lock.notifies(timeout=0)}
        self.beats += 1
        if self.beats % _NOTIFY_EVERY == 0 and self.writing.acquire(blocking=False):
            try:
                self.pipeline.notify()
            finally:
                self.writing.release()
        return called

    def halt(self) -> None:
        """Stop soon: no further batch, and the current one is cancelled (it is loaded again later)."""
        for intake in self.intakes:
            intake.halt.set()
        with contextlib.suppress(psycopg.Error):
            self.db.cancel_safe(timeout=5)

    def close(self) -> None:
        """Close the sources, which also releases threads that wait for a source that hangs."""
        for intake in self.intakes:
            intake.source.close()

    def _complain(self, complaint: str) -> None:
        """Log a complaint once. For the sample it is only a wait: it is still creating its tables."""
        if self.settings.is_sample:
            complaint = "waiting for the sample, which is making its tables"
        if complaint != self.complaint:
            log.log(logging.INFO if self.settings.is_sample else logging.WARNING, "%s", complaint)
        self.complaint = complaint


def mapping_fingerprint(settings: Settings, name: str) -> str:
    """A hash of all settings that affect how a source's records are read, but not of its location."""
    given = settings.sources[name]
    read_by = (
        settings.model_dump_json(include={"time_zone", "units", "age_bands"}),
        given.model_dump_json(exclude=given.WHERE),
    )
    return hashlib.sha256("\n".join(read_by).encode()).hexdigest()


def total(outcomes: list[Outcome]) -> dict[str, int]:
    """The outcomes of many batches, summed."""
    names = ("received", "loaded", "unchanged", "quarantined", "corrected", "voided", "vanished")
    return {name: sum(getattr(outcome, name) for outcome in outcomes) for name in names}
