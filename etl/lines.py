"""Reads the lines of a reference table from its file or query; errors name the file, line and encoding."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from etl.refusal import ReferenceTableError
from etl.settings import Reference
from etl.sources.tables import NO_TEXT
from sql import connect, patience

# Magic bytes of files that are not CSV in UTF-8.
_OTHER_KINDS = (*NO_TEXT, (b"\xff\xfe", "is in UTF-16, not UTF-8"), (b"\xfe\xff", "is in UTF-16, not UTF-8"))
# Batches wait meanwhile, so a server that hangs must not hold them up.
_ANSWER_SECONDS = 60
_SAVE = "save it as CSV UTF-8 (comma delimited)"

Line = tuple[int, dict[str, object]]


def read(name: str, reference: Reference) -> tuple[list[str], list[Line], str]:
    """The columns, the numbered lines, and the table's name in messages. Raises ReferenceTableError."""
    if reference.path is not None:
        columns, lines = _read_file(name, Path(reference.path))
        return columns, lines, Path(reference.path).name
    assert reference.url is not None and reference.query is not None  # the settings have a path, or both of these
    columns, lines = _read_query(name, reference.url, reference.query)
    return columns, lines, f"reference.{name}"


def _read_file(name: str, path: Path) -> tuple[list[str], list[Line]]:
    place = f"reference.{name}: {path}"
    try:
        content = path.read_bytes()
    except OSError as refused:
        raise ReferenceTableError("unreadable", place=place, why=refused.strerror) from None
    for beginning, said in _OTHER_KINDS:
        if content.startswith(beginning):
            raise ReferenceTableError("other_kind", place=place, said=said, save=_SAVE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as other:
        line = content.count(b"\n", 0, other.start) + 1
        byte = f"{content[other.start]:02X}"
        raise ReferenceTableError("other_encoding", place=place, line=line, byte=byte, save=_SAVE) from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next((row for row in rows if any(row)), [])
        _check_header(place, header)
        lines: list[tuple[int, dict[str, Any]]] = []
        number = rows.line_num
        for row in rows:
            first, number = number + 1, rows.line_num  # a record with a multi-line cell is named by its first line
            if any(cell.strip() for cell in row):
                if len(row) > len(header):
                    raise ReferenceTableError("too_many_cells", place=place, line=first, cells=len(row), columns=len(header))
                lines.append((first, dict(zip(header, row, strict=False))))
    except csv.Error as wrong:
        raise ReferenceTableError("open_quote", place=place, line=rows.line_num, why=wrong) from None
    return header, lines


def _check_header(place: str, header: Sequence[str]) -> None:
    if not header:
        raise ReferenceTableError("empty", place=place)
    if len(header) == 1 and (divided := [sign for sign in ";\t|" if sign in header[0]]):
        sign = "tabs" if divided[0] == "\t" else f'"{divided[0]}"'
        raise ReferenceTableError("divided", place=place, sign=sign, save=_SAVE)
    if twice := sorted({column for column in header if column and header.count(column) > 1}):
        raise ReferenceTableError("column_twice", place=place, column=", ".join(twice))


def _read_query(name: str, url: str, query: str) -> tuple[list[str], list[Line]]:
    try:
        engine = patience.engine(url, _ANSWER_SECONDS)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError):
        raise ReferenceTableError("no_address", place=f"reference.{name}") from None
    try:
        with engine.connect() as db:
            found = db.execute(sa.text(query))
            columns = list(found.keys())
            return columns, [(n, dict(zip(columns, row, strict=True))) for n, row in enumerate(found, start=1)]
    except (sa.exc.SQLAlchemyError, OSError) as refused:
        raise ReferenceTableError(
            "query_failed", place=f"reference.{name}", why=in_drivers_words(refused, engine.url)
        ) from None
    finally:
        engine.dispose()


def in_drivers_words(refused: Exception, url: sa.URL) -> str:
    """The driver's message (column, line, hint), on one line and without the password."""
    said = connect.in_drivers_words(refused, url.username)
    return (said.replace(url.password, "***") if url.password else said)[:500]
