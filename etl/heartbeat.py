"""That the ETL which leads still works: each second in the warehouse, and to whoever started the process.

It is said on the connection that holds the lock. When the process is frozen, or its machine is gone, the server hears
nothing on it, ends it, and with it the lead.
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
# Of a beat, which takes a millisecond: a warehouse that stands still is one that is gone.
PATIENCE_SECONDS = 10.0


class Heartbeat(threading.Thread):
    """Beats until it is stopped, or cannot: then `check` raises why.

    `term` is set once the lead is taken; `db`, the connection of the batches, which ends with the lead, whoever waits on it.
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
                # A beat under way when the lead was taken still tells the term before.
                if self.term is not None and term > self.term:
                    raise Fenced(f"term {term} has begun, this ETL is of term {self.term}")
                self._pulse()
                self._end.wait(EVERY_SECONDS)
        except Exception as fault:  # whatever it is, nobody knows any longer who leads
            self._fault = fault
            if self.db:
                cut(self.db)

    def check(self) -> None:
        """Raises psycopg.Error when the connection, and with it the lead, is lost; Fenced when another term began."""
        if self._fault:
            raise self._fault

    def stop(self) -> None:
        self._end.set()
        self.join(PATIENCE_SECONDS + 1)


def pulse_of(environ: Mapping[str, str]) -> Callable[[], None]:
    """What moves the time of the file that the environment names, for who watches this process; nothing without one."""
    if not (name := environ.get(PULSE)):
        return lambda: None
    file = Path(name)

    def beat() -> None:
        with suppress(OSError):  # a full disk is no hang
            os.utime(file)

    return beat
