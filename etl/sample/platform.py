"""The sample Platform's database: created once, in one transaction, so that it is complete or absent."""

import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import make_url

from etl.sample.places import OPENED_ON, province
from etl.sample.rows import COLUMNS
from etl.sample.vaccines import ALL_SPELLINGS, CODE_OF_SPELLING, CODES, DOSES_PER_VIAL
from sql import statements
from sql.connect import conninfo
from sql.patience import LINE
from sql.rows import only

_FILE = Path(__file__).parent / "platform.sql"
SQL = statements("etl/sample/platform.sql", _FILE.read_text(encoding="utf-8"))

CHANNEL = "injections_changed"
_ONE_MAKER = 7_700_020_211_105  # advisory lock: two makers of one Platform would make two backlogs
_OPTIONS = "-c timezone=UTC -c jit=off -c application_name=sample"


def connect(url: str, **options) -> psycopg.Connection:
    """A connection to the Platform; `url` is an SQLAlchemy address of a PostgreSQL database."""
    return psycopg.connect(conninfo(make_url(url)), **LINE | {"options": _OPTIONS} | options)


def lock(db: psycopg.Connection) -> None:
    """Wait until nobody else is making the Platform; held to the end of the transaction."""
    db.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_MAKER])


def open_doors(db: psycopg.Connection) -> None:
    """Make schema, sites and the empty table of injections, unless they are there: readers find no table missing."""
    with db.transaction():
        lock(db)
        if not only(db.execute(SQL["exists"]))[0]:
            db.execute(SQL["create"])
            rows = [(s.code, s.name, s.kind, s.unit_code, s.daily_plan, OPENED_ON) for s in province().sites]
            with db.cursor() as cursor:
                cursor.executemany("INSERT INTO platform.sites VALUES (%s, %s, %s, %s, %s, %s)", rows)
        db.execute(SQL["create_supply"])


def has_records(db: psycopg.Connection) -> bool:
    """Whether the backlog is there; it is there whole or not at all."""
    return only(db.execute(SQL["has_records"]))[0]


def stock_up(db: psycopg.Connection, today: date) -> None:
    """Write the stock that the records so far must have come from, unless it is there. In the caller's transaction."""
    if only(db.execute(SQL["has_stock"]))[0]:
        return
    sites, districts = province().sites, province().districts
    db.execute(
        SQL["fill_stock"],
        {
            "sites": [site.code for site in sites],
            "districts": [districts[site.district] for site in sites],
            "spellings": list(ALL_SPELLINGS),
            "codes": [CODES[code] for code in CODE_OF_SPELLING],
            "vaccines": list(CODES),
            "doses_per_vial": list(DOSES_PER_VIAL),
            "today": today,
        },
    )


def fill(db: psycopg.Connection, tables: Iterable[pa.Table], count: int) -> None:
    """Write the backlog, of `count` records, in the caller's transaction.

    Into a new table that takes the place of the empty one at the end: indexed once, written as already vacuumed,
    and in nobody's way until then.
    """
    db.execute(SQL["begin_backlog"])
    copy_in(db, tables, "backlog", "FREEZE")
    db.execute(SQL["publish_backlog"])
    db.execute("SELECT setval('platform.ma_mui_tiem_seq', %s)", [count + 1])


def copy_in(db: psycopg.Connection, tables: Iterable[pa.Table], into: str = "injections", *options: str) -> None:
    """COPY rows, in the caller's transaction."""
    words = ", ".join(["FORMAT csv", *options])
    statement = f"COPY platform.{into} ({', '.join(COLUMNS)}) FROM STDIN ({words})"
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for table in tables:
            buffer = io.BytesIO()
            pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))
            copy.write(buffer.getbuffer())
