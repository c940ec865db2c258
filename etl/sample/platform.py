"""The sample Platform's database: made once, in one transaction, so that what is there is whole."""

import io
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import make_url

from etl.sample.places import OPENED_ON, province
from etl.sample.rows import COLUMNS
from sql import statements
from sql.connect import conninfo

_FILE = Path(__file__).parent / "platform.sql"
SQL = statements("etl/sample/platform.sql", _FILE.read_text(encoding="utf-8"))

CHANNEL = "injections_changed"
_ONE_MAKER = 7_700_020_211_105  # advisory lock: two makers of one Platform would make two backlogs
_OPTIONS = "-c timezone=UTC -c jit=off -c application_name=sample"


def connect(url: str, **options) -> psycopg.Connection:
    """A connection to the Platform; `url` is an SQLAlchemy address of a PostgreSQL database."""
    return psycopg.connect(conninfo(make_url(url)), options=_OPTIONS, **options)


def is_made(db: psycopg.Connection) -> bool:
    """Whether the Platform is there; it is there with its whole backlog or not at all."""
    return db.execute(SQL["exists"]).fetchone()[0]


def lock(db: psycopg.Connection) -> None:
    """Wait until nobody else is making the Platform; held to the end of the transaction."""
    db.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_MAKER])


def create(db: psycopg.Connection) -> None:
    """Schema and sites, in the caller's transaction."""
    db.execute("SET LOCAL maintenance_work_mem = '256MB'")
    db.execute(SQL["create"])
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO platform.sites VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (site.code, site.name, site.kind, site.unit_code, site.daily_plan, OPENED_ON)
                for site in province().sites
            ],
        )


def copy_in(db: psycopg.Connection, tables: Iterable[pa.Table], is_new: bool = False) -> None:
    """COPY rows; into a table made in the same transaction they are written as already vacuumed."""
    freeze = ", FREEZE" if is_new else ""
    statement = f"COPY platform.injections ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv{freeze})"
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for table in tables:
            buffer = io.BytesIO()
            pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))
            copy.write(buffer.getbuffer())
