"""Connections that end when the other side stands still, to the warehouse and to sources.

TCP notices a machine that is gone, where it is told to look. A server that is frozen keeps its connections, and answers
to no time-out of its own: so a question has an end on this side, too.
"""

import math
import os
import socket
from contextlib import suppress

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url

# The environment's name for a file whose time a part moves as a sign of life, for who started it.
PULSE = "VACCINE_PULSE"

# The ETL that leads gives a sign of life each second, also in the middle of a long batch; figures that nobody renews are
# not live.
ETL_SILENT_SECONDS = 15

CONNECT_SECONDS = 5
# A server that is gone is noticed within half a minute, whoever waits for it.
LINE = {
    "connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip
# The same, asked of the server: of a client that is gone it keeps no lock. On a socket of this machine they mean nothing.
SERVERS_LINE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"


class Patient(psycopg.Connection):
    """Waits no longer than `patience` seconds for any one answer (None: for ever); then it is closed: OperationalError."""

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
    """As psycopg.connect; waits for each answer so long."""
    made = Patient.connect(*words, **arguments)
    made.patience = seconds
    return made


def cut(db: psycopg.Connection) -> None:
    """End a connection that another thread may be waiting on: there it is an OperationalError."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(db.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def engine(url: str | URL, seconds: float | None, connect_args: dict | None = None, **options) -> Engine:
    """A pool whose connections wait so long for each answer, as far as the driver can be told to."""
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
