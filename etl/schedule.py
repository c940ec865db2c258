"""The main loop: leader election, and APScheduler jobs while leading.

A second ETL waits for the lock, and takes over within a second after the first one ends.
"""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from etl import station
from etl.faults import Fenced, in_words, is_of_values
from etl.intake import Intake
from etl.request_queue import RequestQueue
from etl.settings import Settings
from etl.sources import SourceError, reading
from etl.station import Station
from sql import connect
from sql.version import OtherVersion

log = logging.getLogger("etl")

# Back-off before the next attempt to lead: doubled for a recurring fault, up to _LONGEST_SECONDS, but kept short while the
# warehouse is out of reach, since it is usable as soon as its server is back.
_RETRY_SECONDS, _OUT_OF_REACH_SECONDS, _LONGEST_SECONDS = 1.0, 4.0, 60.0
# After leading this long the back-off is reset.
_WELL_SECONDS = 60.0
# Interval of checks that the database, and so the lead, is still there.
_HEARTBEAT_SECONDS = 1.0
# Grace period for running jobs, and again after the sources were cut off.
_PATIENCE_SECONDS = 5.0
_RECONCILE_LOOK_SECONDS = 60


def run(settings: Settings, stop: threading.Event, pulse: Callable[[], None] = lambda: None) -> None:
    """Until `stop`: lead when nobody else does, and work while leading. Survives database restarts.

    `pulse` is called at least every half minute, for the supervisor.
    """
    said, pause = None, _RETRY_SECONDS
    while not stop.is_set():
        waits, longest, began = None, _RETRY_SECONDS, time.monotonic()
        pulse()
        try:
            with station.leading(settings, "run", pulse) as led:
                if led is None:
                    waits = "another ETL leads; waiting for it to end"
                else:
                    said = None
                    _lead(led, settings, stop)
        except psycopg.OperationalError as gone:
            waits = f"the warehouse is out of reach ({connect.in_drivers_words(gone)}); trying until it is back"
            longest = _OUT_OF_REACH_SECONDS
        except OtherVersion as other:
            waits = f"{other}; waiting until they are of one version"
        except (psycopg.Error, Fenced) as fault:
            waits, longest = f"gave up the lead, to begin anew: {in_words(fault)}", _LONGEST_SECONDS
        if waits and waits != said:
            log.warning("%s", waits)
        if time.monotonic() - began > _WELL_SECONDS:
            pause = _RETRY_SECONDS
        said, pause = waits, min(pause, longest)
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0 and not stop.wait(min(left, _RETRY_SECONDS)):
            pulse()
        pause *= 2


def _lead(led: Station, settings: Settings, stop: threading.Event) -> None:
    lost = Lost()
    jobs = BackgroundScheduler(
        timezone=settings.time_zone,
        executors={"default": ThreadPoolExecutor(len(settings.sources) + 3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
    )
    jobs.add_listener(lambda event: lost.judge(event.exception), EVENT_JOB_ERROR)
    if not led.prepare_until(stop):
        return
    requests = RequestQueue(led)
    jobs.add_job(requests.work, "interval", seconds=settings.etl.every_seconds, id="requests", next_run_time=led.real_now())
    jobs.add_job(led.refresh_reference, "interval", seconds=settings.reference.every_seconds, id="reference")
    jobs.add_job(led.reconcile_what_is_due, "interval", seconds=_RECONCILE_LOOK_SECONDS, id="reconcile")
    wakers = []
    for intake in led.intakes:
        jobs.add_job(intake.work, "interval", seconds=settings.etl.every_seconds, id=f"source {intake.source.name}",
                     next_run_time=led.real_now())  # fmt: skip
        waker = threading.Thread(target=_wake, args=(intake, stop, lost), daemon=True, name=f"wake-{intake.source.name}")
        waker.start()
        wakers.append(waker)
    jobs.start()
    log.info("leading, with %s", ", ".join(settings.sources) or "no source")
    try:
        while not stop.wait(_HEARTBEAT_SECONDS) and not lost.is_set():
            called = led.heartbeat()
            for channel, job in (("warehouse_upload", "reference"), ("warehouse_request", "requests")):
                if channel in called:
                    jobs.modify_job(job, next_run_time=led.real_now())
            requests.give_sign()
    finally:
        lost.set()
        led.halt()
        _end(jobs, wakers, led)
        requests.close()
    if lost.fault is not None and not stop.is_set():
        raise lost.fault


def _end(jobs: BackgroundScheduler, wakers: list[threading.Thread], led: Station) -> None:
    """Wait for running jobs, but not forever: a source that hangs would keep the next ETL from leading."""
    ending = threading.Thread(target=jobs.shutdown, daemon=True, name="ending")
    ending.start()
    working = [ending, *wakers]
    for give_up in (led.close, lambda: log.warning("a source still does not answer; going on without waiting for it")):
        until = time.monotonic() + _PATIENCE_SECONDS
        for thread in working:
            thread.join(max(until - time.monotonic(), 0))
        if not any(thread.is_alive() for thread in working):
            return
        give_up()


def _wake(intake: Intake, stop: threading.Event, lost: "Lost") -> None:
    """Read a source as soon as it notifies, in addition to the schedule."""
    while not stop.is_set() and not lost.is_set():
        try:
            with reading(intake.source.name):
                is_called = intake.source.wait_for_wake(0.5)
            if is_called:
                intake.work()
        except SourceError as deaf:
            log.warning("%s", deaf)
            lost.wait(_LONGEST_SECONDS)  # it is still polled on schedule
        except Exception as fault:
            lost.judge(fault)


class Lost(threading.Event):
    """Set when the lead must be given up: for a fault of the warehouse, never of a source."""

    fault: Exception | None = None

    def judge(self, fault: Exception) -> None:
        if is_of_values(fault):
            log.error("a task failed, and comes again: %s", in_words(fault))
        elif not self.is_set():
            self.fault = fault
            self.set()
