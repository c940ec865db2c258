"""Who leads, and when each thing runs: APScheduler wiring, nothing else.

A second ETL waits for the first one's lock; it takes over within a second of its end.
"""

import logging
import threading

import psycopg
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from etl import station
from etl.desk import Desk
from etl.intake import Intake
from etl.pipeline import Fenced
from etl.station import Station
from sql.settings import Settings
from sql.version import OtherVersion

log = logging.getLogger("etl")

_RETRY_SECONDS = 1.0
# Between two looks at whether the database, and so the lead, is still there.
_HEARTBEAT_SECONDS = 1.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Until `stop`: lead when nobody else does, and work while leading. Survives the database's restarts."""
    said = None
    while not stop.is_set():
        waits = None
        try:
            with station.leading(settings, "run") as led:
                if led is None:
                    waits = "another ETL leads; waiting for it to end"
                else:
                    said = None
                    _lead(led, settings, stop)
        except psycopg.OperationalError as gone:
            waits = f"the warehouse is out of reach ({type(gone).__name__}); trying until it is back"
        except OtherVersion as other:
            waits = f"{other}; waiting until they are of one version"
        except (psycopg.Error, Fenced) as fault:
            waits = f"beginning anew after {_said(fault)}"
        if waits and waits != said:
            log.warning("%s", waits)
        said = waits
        stop.wait(_RETRY_SECONDS)


def _lead(led: Station, settings: Settings, stop: threading.Event) -> None:
    lost = threading.Event()
    jobs = BackgroundScheduler(
        timezone=settings.time_zone,
        executors={"default": ThreadPoolExecutor(len(settings.sources) + 3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
    )
    jobs.add_listener(lambda event: _judge(event.exception, lost), EVENT_JOB_ERROR)
    if not led.prepare_until(stop):
        return
    desk = Desk(led)
    jobs.add_job(desk.work, "interval", seconds=settings.etl.every_seconds, id="desk", next_run_time=led.real_now())
    jobs.add_job(led.refresh_reference, "interval", seconds=settings.reference.every_seconds, id="reference")
    wakers = []
    for intake in led.intakes:
        jobs.add_job(intake.work, "interval", seconds=settings.etl.every_seconds, id=f"source {intake.source.name}",
                     next_run_time=led.real_now())  # fmt: skip
        waker = threading.Thread(
            target=_wake, args=(intake, stop, lost), daemon=True, name=f"wake-{intake.source.name}"
        )
        waker.start()
        wakers.append(waker)
    jobs.start()
    log.info("leading, with %s", ", ".join(settings.sources) or "no source")
    try:
        while not stop.wait(_HEARTBEAT_SECONDS) and not lost.is_set():
            called = led.heartbeat()
            for channel, job in (("warehouse_upload", "reference"), ("warehouse_request", "desk")):
                if channel in called:
                    jobs.modify_job(job, next_run_time=led.real_now())
            desk.give_sign()
    finally:
        lost.set()
        led.halt()
        jobs.shutdown(wait=True)
        for waker in wakers:
            waker.join(timeout=5)
        desk.close()


def _wake(intake: Intake, stop: threading.Event, lost: threading.Event) -> None:
    """A source that can say that it has something new is read at once, besides the schedule."""
    while not stop.is_set() and not lost.is_set():
        try:
            if intake.source.wait_for_wake(0.5):
                intake.work()
        except psycopg.OperationalError:
            return  # the warehouse is gone: the scheduled job says so
        except Exception as fault:
            _judge(fault, lost)


def _judge(fault: BaseException, lost: threading.Event) -> None:
    if not lost.is_set():
        log.error("giving up the lead, to begin anew: %s", _said(fault))
    lost.set()


def _said(fault: BaseException) -> str:
    """Of a database's complaint its first line only: the detail may quote a row."""
    return f"{type(fault).__name__}: {fault.diag.message_primary if isinstance(fault, psycopg.Error) else fault}"
