"""Targets and populations that people handed in over the page: read as strictly as the configured tables, laid over them.

Precedence, a key at a time (sql/reference.py; a version's source and dates together): the configured file or query says
first, then each upload in the order in which they were applied; the last word holds. Which of the rows that hold is in
force on a day, their valid_from decides, wherever they came from.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg

import sql
from etl.reference import distinct, read_row
from etl.refusal import ReferenceTableError
from sql.reference import TABLES

SQL = sql.load("queries/uploads.sql")


@dataclass(frozen=True)
class Upload:
    """One file that somebody handed in and somebody confirmed. `rows`: as the page understood them."""

    upload_id: int
    relation: str
    file_name: str
    rows: list[dict]

    @property
    def place(self) -> str:
        return f"upload {self.upload_id} ({self.file_name})"


def in_force(db: psycopg.Connection) -> list[Upload]:
    """Those whose rows hold, in the order in which they were applied."""
    return [Upload(*row) for row in db.execute(SQL["uploads_in_force"])]


def waiting(db: psycopg.Connection) -> list[Upload]:
    """What people confirmed, and nobody has taken up yet."""
    return [Upload(*row) for row in db.execute(SQL["uploads_waiting"])]


def end(db: psycopg.Connection, batch: int) -> list[Upload]:
    """Take what people withdrew out of force, from a batch on. Returns it."""
    return [Upload(*row) for row in db.execute(SQL["end_uploads"], {"batch": batch})]


def laid_over(given: dict[str, list[dict]], uploads: Iterable[Upload]) -> dict[str, list[dict]]:
    """The configured rows of each table with those of the uploads over them. Raises ReferenceTableError."""
    found = dict(given)
    for upload in uploads:
        found[upload.relation] = _over(found[upload.relation], _read(upload), upload.relation)
    return found


def _read(upload: Upload) -> list[dict]:
    table = TABLES[upload.relation]
    try:
        numbers = [row["line"] for row in upload.rows]
        given = [{column: row.get(column) for column in table.handed_in} for row in upload.rows]
    except (TypeError, KeyError, AttributeError):
        # Who writes past the page could hand in anything; the ETL must not fall over it.
        raise ReferenceTableError("no_table", place=upload.place) from None
    rows = [read_row(upload.place, line, row, table) for line, row in zip(numbers, given, strict=True)]
    if not rows:
        raise ReferenceTableError("no_row", place=upload.place)
    return distinct(upload.place, rows, table, numbers)


def _over(below: list[dict], above: list[dict], relation: str) -> list[dict]:
    table = TABLES[relation]
    rows = {tuple(row[c] for c in table.key): row for row in [*below, *above]}
    if table.header_of is None:
        return list(rows.values())
    # Of a version: one source, one pair of dates, whoever said them last.
    headers = {row[table.header_of]: {c: row[c] for c in table.header} for row in above}
    # A correction to a version that is made up does not make it true.
    made_up = {row[table.header_of] for row in below if row["is_sample"]}
    return [
        row | headers.get(row[table.header_of], {}) | {"is_sample": row[table.header_of] in made_up} for row in rows.values()
    ]
