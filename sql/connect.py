"""Connections to the warehouse, one per role.

Both programs log in as the owner of the warehouse (or by their own DATABASE_URL_…) and assume
their role at once, so that a bug in a page cannot write, and one in the ETL cannot change a view.
The role is set in the startup packet: a pooler in transaction mode would lose a SET ROLE.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import PoolProxiedConnection

from sql import patience
from sql.settings import Settings

Role = Literal["owner", "etl_writer", "dashboard_reader"]

OWN_URL = {"etl_writer": "DATABASE_URL_ETL", "dashboard_reader": "DATABASE_URL_DASHBOARD"}

# plan_cache_mode: a page's queries have optional filters, for which a generic plan reads whole tables (lots by vaccine at
# 1 M injections: 500 ms in place of 20).
_READER = "-c default_transaction_read_only=on -c plan_cache_mode=force_custom_plan"
# jit: would compile for 50-200 ms before queries that take 5 ms. The embedded server has none.
_ALWAYS = f"-c timezone=UTC -c jit=off {patience.SERVERS_LINE}"
# Fail rather than wait forever for a lock, and do not block others forever when idle in a transaction.
_LIMITS = {
    "owner": "",
    "etl_writer": "-c lock_timeout=60s -c idle_in_transaction_session_timeout=10min",
    "dashboard_reader": "-c idle_in_transaction_session_timeout=1min",
}
_ROLES = {
    "owner": "",
    "etl_writer": "-c role=etl_writer",
    "dashboard_reader": f"-c role=dashboard_reader {_READER}",
}
_OPTIONS = {role: " ".join((_ALWAYS, _LIMITS[role], words)) for role, words in _ROLES.items()}


class NoWarehouse(Exception):
    """No warehouse to connect to: start ./run, or set DATABASE_URL."""


def engine(settings: Settings, role: Role, **options) -> Engine:
    """A connection pool as `role`. `seconds` is the timeout of each answer; `options` go to create_engine."""
    return engine_at(address(settings, role), role, **options)


def raw(settings: Settings, role: Role, **options) -> psycopg.Connection[Any]:
    """A psycopg connection as `role`, for COPY and LISTEN. `seconds` as in `engine`; `options` go to psycopg.connect."""
    return raw_at(address(settings, role), role, **options)


def engine_at(url: str | URL, role: Role, seconds: float | None = None, **options) -> Engine:
    """As `engine`, for a given URL."""
    # pool_pre_ping: PostgreSQL may have been restarted under us; a dead connection is replaced.
    arguments = {"options": _OPTIONS[role]} | options.pop("connect_args", {})
    return patience.engine(_psycopg(url), seconds, arguments, **{"pool_pre_ping": True} | options)


def raw_at(url: str | URL, role: Role, seconds: float | None = None, **options) -> psycopg.Connection[Any]:
    """As `raw`, for a given URL."""
    return patience.patient(seconds, conninfo(url), **patience.LINE | {"options": _OPTIONS[role]} | options)


@contextmanager
def exclusive(pool: Engine) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit that is closed afterwards, not returned to the pool: session locks end with it."""
    pooled = pool.raw_connection()
    try:
        db = unwrapped(pooled)
        db.rollback()
        db.autocommit = True
        yield db
    finally:
        pooled.invalidate()


def unwrapped(pooled: PoolProxiedConnection) -> psycopg.Connection[Any]:
    """The psycopg connection within one of SQLAlchemy's."""
    driver_connection: Any = pooled.driver_connection
    return driver_connection


def conninfo(url: str | URL) -> str:
    """An SQLAlchemy URL as a libpq connection string."""
    url = _psycopg(url)
    parts = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
    return psycopg.conninfo.make_conninfo(**parts)


def address(settings: Settings, role: Role) -> URL:
    """The warehouse's URL: DATABASE_URL_ETL or _DASHBOARD, DATABASE_URL, or the embedded server."""
    for name in (OWN_URL.get(role), "DATABASE_URL"):
        if name and os.environ.get(name):
            return _psycopg(os.environ[name])
    return make_url(_embedded(settings.data))


def is_without_roles(refused: Exception) -> bool:
    """Whether a connection failed because no warehouse was ever created on the server: our roles are missing."""
    return bool(re.search(r'role "(etl_writer|dashboard_reader)" does not exist', str(refused)))


_DENIED = re.compile(r"permission denied for (schema|table|view|materialized view|foreign table|relation) (\S+)")


def in_drivers_words(refused: Exception, user: str | None = None) -> str:
    """The driver's message on one line, with the missing privilege. It never contains a password."""
    said = " ".join(str(getattr(refused, "orig", None) or refused).split()) or type(refused).__name__
    return said + missing_right(said, user)


def missing_right(said: str, user: str | None) -> str:
    """A hint with the GRANT that would allow what PostgreSQL denied; empty for other errors."""
    if (denied := _DENIED.search(said)) is None:
        return ""
    right = f"USAGE ON SCHEMA {denied[2]}" if denied[1] == "schema" else f"SELECT ON {denied[2]}"
    return f'. Its owner allows it by: GRANT {right} TO "{user or "the user of the address"}"'


def find_sample(settings: Settings) -> None:
    """Set PLATFORM_URL in the environment as ./run does: the sample's platform is a database beside the warehouse."""
    if "PLATFORM_URL" not in os.environ:
        beside = address(settings, "owner").set(drivername="postgresql", database="platform")
        os.environ["PLATFORM_URL"] = beside.render_as_string(hide_password=False)


def _embedded(data: Path) -> str:
    try:
        return (data / "postgres" / "url").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NoWarehouse(
            f"DATABASE_URL is not set and no database was started in {data}: start ./run first, name the folder of its "
            "data by --data, or set DATABASE_URL"
        ) from None
    except OSError as refused:
        raise NoWarehouse(f"{data}: {refused.strerror}; ask as the user who runs ./run, or set DATABASE_URL") from None


def _psycopg(url: str | URL) -> URL:
    try:
        url = make_url(url)
    except (ArgumentError, ValueError):
        # Not quoted: it may hold a password.
        raise NoWarehouse("DATABASE_URL is not an address such as postgresql://user@host/database") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise NoWarehouse(f"the warehouse must be PostgreSQL, not {url.get_backend_name()}")
    return url.set(drivername="postgresql+psycopg")
