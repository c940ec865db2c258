"""The leader's heartbeat: each second to the warehouse, and to the supervisor of the process.

It is sent on the connection that holds the lock. When the process is frozen, or its machine is gone, the server times the
connection out, and with it the lead.
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psycopg

from etl.faults import Fenced
from etl.statements import INTAKE
from sql.patience import PULSE, cut
from sql.rows import only

EVERY_SECONDS = 1.0
# A beat takes a millisecond: a warehouse that hangs for so long counts as lost.
PATIENCE_SECONDS = 10.0


class Heartbeat(threading.Thread):
    """Beats until it is stopped or fails; `check` raises the failure.

    `term` is set once the lead is taken. `db`, the connection of the batches, is cut when the lead is lost.
    """

    def __init__(self, lock: psycopg.Connection, pulse: Callable[[], None] = lambda: None):
        super().__init__(name="heartbeat", daemon=True)
        self._lock, self._pulse = lock, pulse
        self._end = threading.Event()
        self._fault: Exception | None = None
        self.term: int | None = None
        self.db: psycopg.Connection | None = None

    def run(self) -> None:
        try:
            while not self._end.is_set():
                (term,) = only(self._lock.execute(INTAKE["beat"]))
                # A beat under way when the lead was taken still returns the previous term.
                if self.term is not None and term > self.term:
                    raise Fenced(f"term {term} has begun, this ETL is of term {self.term}")
                self._pulse()
                self._end.wait(EVERY_SECONDS)
        except Exception as fault:  # whatever it is, the lead is no longer certain
            self._fault = fault
            if self.db:
                cut(self.db)

    def check(self) -> None:
        """Raises psycopg.Error if the connection, and with it the lead, is lost; Fenced if another term began."""
        if self._fault:
            raise self._fault

    def stop(self) -> None:
        self._end.set()
        self.join(PATIENCE_SECONDS + 1)


def pulse_of(environ: Mapping[str, str]) -> Callable[[], None]:
    """A function that touches the file named in the environment, for the supervisor; a no-op without one."""
    if not (name := environ.get(PULSE)):
        return lambda: None
    file = Path(name)

    def beat() -> None:
        with suppress(OSError):  # a full disk does not mean that we hang
            os.utime(file)

    return beat
