"""Timeouts of connections to the warehouse and to sources.

TCP keepalives detect a machine that is gone. A frozen server keeps its connections and honours none of its own timeouts,
so each answer has a timeout on the client, too.
"""

import math
import os
import socket
from contextlib import suppress

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url

# Environment variable: a file that a process touches as a sign of life for its supervisor.
PULSE = "VACCINE_PULSE"

# The leading ETL sends a heartbeat each second, even during a long batch; without it figures are not live.
ETL_SILENT_SECONDS = 15

CONNECT_SECONDS = 5
# A server that is gone is detected within half a minute.
LINE = {
    "connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip
# The same on the server, so that it releases the locks of a client that is gone. Ignored on Unix sockets.
SERVERS_LINE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"


class Patient(psycopg.Connection):
    """Waits at most `patience` seconds for each answer (None: forever), then closes itself and raises OperationalError."""

    patience: float | None = None

    def wait(self, gen, interval: float = 0.1, timeout: float | None = None):
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer for {self.patience:g} s") from None


def patient(seconds: float | None, *words, **arguments) -> Patient:
    """As psycopg.connect, with a timeout for each answer."""
    made = Patient.connect(*words, **arguments)
    made.patience = seconds
    return made


def cut(db: psycopg.Connection) -> None:
    """Shut down a connection on which another thread may be waiting, which raises OperationalError there."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(db.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def engine(url: str | URL, seconds: float | None, connect_args: dict | None = None, **options) -> Engine:
    """A pool whose connections have a timeout for each answer, if the driver supports it."""
    url = make_url(url)
    arguments = _arguments(url.get_dialect().driver, seconds) | (connect_args or {})
    made = create_engine(url, connect_args=arguments, **options)
    if made.dialect.driver == "psycopg":

        @event.listens_for(made, "do_connect")
        def connect(_dialect, _record, words, given):
            return patient(seconds, *words, **given)

    return made


def _arguments(driver: str, seconds: float | None) -> dict:
    match driver:
        case "psycopg" | "psycopg2":
            return dict(LINE)
        case "pymysql" | "mysqldb" | "mariadbconnector":
            whole = math.ceil(seconds) if seconds else None  # MySQLdb takes no fractions
            return {"connect_timeout": CONNECT_SECONDS, "read_timeout": whole, "write_timeout": whole}
        case "mysqlconnector":
            return {"connection_timeout": CONNECT_SECONDS}
        case "oracledb":
            return {"tcp_connect_timeout": float(CONNECT_SECONDS)}
        case "pyodbc":
            return {"timeout": CONNECT_SECONDS}
    return {}
