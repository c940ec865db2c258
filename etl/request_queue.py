"""Runs verbs that need the lead: in this process if nobody leads, else by the ETL that does, through a queue table.

A request is a row of warehouse.request. The caller inserts it and polls it; `python -m etl run` processes it between its
batches, and writes progress and answer to the row.
"""

import argparse
import contextlib
import getpass
import importlib
import json
import logging
import os
import socket
import threading
import time
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError

import sql
from etl import station
from etl.heartbeat import PATIENCE_SECONDS
from etl.identity import PersonKeyError
from etl.pipeline import Fenced
from etl.progress import Progress
from etl.reference import ReferenceTableError
from etl.settings import Settings
from etl.sources import SourceError
from etl.station import Station
from etl.verbs import Answer, Refused
from sql import connect
from sql.rows import by_name, only
from sql.strict import SettingsError

log = logging.getLogger("etl")

REQUESTS = sql.load("queries/request_queue.sql")

WRONG = (SettingsError, ReferenceTableError, PersonKeyError, SourceError)  # for the operator to mend: exit code 2
_ONLY_OF_CALLER = {"verb", "config", "data", "json"}
_MAPPINGS = "mappings"  # an argument: the fingerprints of the caller's settings of each source
_LOOK_EVERY_SECONDS = 0.3
# A leader takes up a request within a second or two, even in the middle of a batch, and then gives a sign of life each second.
_TAKEN_UP_WITHIN_SECONDS = 20.0
_SIGN_WITHIN_SECONDS = 60.0


def do(config: Settings, options: argparse.Namespace) -> Answer:
    """Run the verb, with progress on the terminal. Raises Refused if the leader cannot be reached."""
    verb = options.verb
    name = verb.__name__.rpartition(".")[2]
    with Progress(verb.UNIT, quiet=options.json) as progress:
        while True:
            with station.leading(config, name) as led:
                if led is not None:
                    led.prepare()
                    return verb.work(led, options, progress)
            if (answer := _handed_over(config, name, options, progress)) is not None:
                return answer


def _handed_over(config: Settings, verb: str, options: argparse.Namespace, progress: Progress) -> Answer | None:
    """The leader's answer; None if it stopped leading before it took up the request."""
    arguments = {name: value for name, value in vars(options).items() if name not in _ONLY_OF_CALLER}
    arguments[_MAPPINGS] = {name: station.mapping_fingerprint(config, name) for name in config.sources}
    asked_by = f"{getpass.getuser()}@{socket.gethostname()} (pid {os.getpid()})"
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=by_name) as db:
        if _leader(db) is None:
            return None
        facts = {"verb": verb, "arguments": json.dumps(arguments), "asked_by": asked_by}
        request = {"request": only(db.execute(REQUESTS["ask"], facts)).request_id}
        try:
            return _awaited(db, request, progress)
        except BaseException:
            db.execute(REQUESTS["withdraw"], request)
            raise


def _awaited(db: psycopg.Connection[Any], request: dict, progress: Progress) -> Answer | None:
    while True:
        found = only(db.execute(REQUESTS["look"], request))
        if found.state in ("refused", "failed"):
            raise Refused(found.reason, found.code)
        progress.reach(found.done, found.expected)
        if found.state == "done":
            return Answer(found.answer, found.code)
        if found.state == "waiting" and _leader(db) is None and db.execute(REQUESTS["withdraw"], request).rowcount:
            return None
        limit = _TAKEN_UP_WITHIN_SECONDS if found.state == "waiting" else _SIGN_WITHIN_SECONDS
        if found.silent_seconds > limit:
            raise Refused(_unheard(found.state, limit), 3)
        time.sleep(_LOOK_EVERY_SECONDS)


def _leader(db: psycopg.Connection[Any]):
    """The leader, if it accepts requests; None if nobody leads."""
    leader = db.execute(REQUESTS["who_leads"], {"lock": station.LOCK}).fetchone()
    if leader is not None and leader.verb != "etl run":
        raise Refused(
            f"another command leads ({leader.verb}, process {leader.pid} of the database): ask again when it has ended", 3
        )
    return leader


def _unheard(state: str, seconds: float) -> str:
    if state == "waiting":
        return (
            f"the ETL that leads did not take the request up within {seconds:.0f} s, it was withdrawn: "
            "see the ETL's log, or stop it and ask again"
        )
    return (
        f"the ETL that leads gave no sign for {seconds:.0f} s while it worked on the request; it may still end it: "
        "see the ETL's log and ./run status"
    )


class RequestQueue:
    """The leader's side: processes requests one at a time in its own thread; `give_sign` is called from another one."""

    def __init__(self, led: Station):
        self.led = led
        self.db = connect.raw(
            led.settings, "etl_writer", seconds=PATIENCE_SECONDS, autocommit=True, application_name="etl requests"
        )
        self.db.row_factory = by_name
        self.db.execute("SET idle_session_timeout = 0")
        self.db.execute(REQUESTS["forsake"])
        self._at_work: _Progress | None = None
        self._turn = threading.Lock()

    def work(self) -> None:
        """Process the waiting requests. Raises only what means that the lead is lost."""
        with self._turn:
            while (request := self.db.execute(REQUESTS["take_up"]).fetchone()) is not None:
                self._work_off(request)

    def give_sign(self) -> None:
        """Tell the caller that the leader is alive, and its progress."""
        if (at_work := self._at_work) is not None:
            self.db.execute(REQUESTS["give_sign"], at_work.facts())

    def close(self) -> None:
        self.db.close()

    def _work_off(self, request) -> None:
        mappings = request.arguments.pop(_MAPPINGS, None)
        log.info("asked for: %s %s", request.verb, json.dumps(request.arguments, ensure_ascii=False))
        self._at_work = progress = _Progress(request.request_id)
        try:
            self._refuse_other_settings(mappings)
            answer = _verb(request.verb).work(self.led, argparse.Namespace(**request.arguments), progress)
        except Refused as refused:
            self._answer(progress, "refused", code=refused.code, reason=str(refused))
        except WRONG as wrong:
            self._answer(progress, "refused", code=2, reason=str(wrong))
        except (psycopg.OperationalError, OperationalError, Fenced) as lost:
            with contextlib.suppress(psycopg.Error):
                reason = f"the ETL that worked on it lost the warehouse ({type(lost).__name__}); ask again"
                self._answer(progress, "failed", code=3, reason=reason)
            raise
        except Exception as fault:
            # A bug of this verb must not stop the sources.
            log.exception("%s failed", request.verb)
            self._answer(progress, "failed", code=1, reason=f"{type(fault).__name__}: {fault}")
        else:
            figures = json.dumps(answer.figures, ensure_ascii=False, default=str)
            self._answer(progress, "done", code=answer.code, answer=figures)

    def _refuse_other_settings(self, asked: dict[str, str] | None) -> None:
        """Otherwise a retry after a change of the settings would have no visible effect."""
        own = {name: station.mapping_fingerprint(self.led.settings, name) for name in self.led.settings.sources}
        if asked is not None and asked != own:
            other = sorted(name for name in asked.keys() | own.keys() if asked.get(name) != own.get(name))
            raise Refused(
                f"the settings of {', '.join(other)} are not those that the running ETL works by: restart ./run, "
                "which tries again by itself what other settings refused; then ask again", 2
            )  # fmt: skip

    def _answer(
        self, progress: "_Progress", state: str, code: int, answer: str | None = None, reason: str | None = None
    ) -> None:
        facts = progress.facts() | {"state": state, "code": code, "answer": answer, "reason": reason}
        self._at_work = None
        self.db.execute(REQUESTS["answer"], facts)


class _Progress:
    """Counts for a caller in another process; the counterpart of etl.progress.Progress."""

    def __init__(self, request_id: int):
        self.request_id, self.done = request_id, 0
        self.expected: int | None = None

    def expect(self, more: int | None) -> None:
        if more:
            self.expected = (self.expected or 0) + more

    def add(self, n: int) -> None:
        self.done += n

    def facts(self) -> dict:
        return {"request": self.request_id, "done": self.done, "expected": self.expected}


def _verb(name: str):
    """The verb's module. Raises Refused if this version has no such verb for a leader."""
    with contextlib.suppress(ModuleNotFoundError):
        verb = importlib.import_module(f"etl.verbs.{name}")
        if hasattr(verb, "work"):
            return verb
    raise Refused(f"the ETL that leads is of a version that does not know {name}: restart it", 3)
