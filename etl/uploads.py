"""Uploaded targets and populations: validated as strictly as the configured tables, and laid over them.

Precedence per key (sql/reference.py; a version's source and dates count as one): first the configured file or query, then
each upload in the order of application; the last one wins. Which row is in force on a day is decided by valid_from.
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
    """A confirmed upload; `rows` as the page parsed them."""

    upload_id: int
    relation: str
    file_name: str
    rows: list[dict]

    @property
    def place(self) -> str:
        return f"upload {self.upload_id} ({self.file_name})"


def in_force(db: psycopg.Connection) -> list[Upload]:
    """The uploads in force, in the order of application."""
    return [Upload(*row) for row in db.execute(SQL["uploads_in_force"])]


def waiting(db: psycopg.Connection) -> list[Upload]:
    """Uploads that were confirmed and not applied yet."""
    return [Upload(*row) for row in db.execute(SQL["uploads_waiting"])]


def end(db: psycopg.Connection, batch: int) -> list[Upload]:
    """End withdrawn uploads from a batch on. Returns them."""
    return [Upload(*row) for row in db.execute(SQL["end_uploads"], {"batch": batch})]


def overlay(given: dict[str, list[dict]], uploads: Iterable[Upload]) -> dict[str, list[dict]]:
    """The rows of each table with the uploads laid over them. Raises ReferenceTableError."""
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
        # A client that bypasses the page could submit anything; the ETL must not crash on it.
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
    # A version has one source and one pair of dates: the last ones.
    headers = {row[table.header_of]: {c: row[c] for c in table.header} for row in above}
    # A correction does not turn a sample version into a real one.
    made_up = {row[table.header_of] for row in below if row["is_sample"]}
    return [
        row | headers.get(row[table.header_of], {}) | {"is_sample": row[table.header_of] in made_up} for row in rows.values()
    ]
