"""MySQL and MariaDB, which hold times in two ways: TIMESTAMP is an instant, DATETIME what a clock on the wall showed.

The server writes an instant as the session's zone has it, so a session of ours has UTC, whatever the server's zone is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from etl.mapping import Mapper
from etl.settings import DatabaseSource
from etl.sources.database import FIRST, LAST, AnyDatabase

_INSTANT, _DAY, _WALL = 7, 10, 12  # TIMESTAMP, DATE, DATETIME, as the protocol numbers types
_SESSION = ("SET time_zone = '+00:00'", "SET SESSION TRANSACTION READ ONLY")


class MysqlSource(AnyDatabase):
    """As AnyDatabase; instants are read as instants."""

    def __init__(self, name: str, source: DatabaseSource, mapper: Mapper, url: sa.URL):
        super().__init__(name, source, mapper, url)
        sa.event.listen(self._engine, "connect", lambda db, _record: _prepare(db))
        if self._engine.dialect.driver == "pymysql":
            sa.event.listen(self._engine, "do_connect", _as_typed)

    def _look(self) -> tuple[int, ...]:
        """The types of all columns, by their numbers."""
        none = self.statements.columns(self.mapper.columns).limit(0)
        return self._run(lambda db: tuple(_types(db.execute(none))))

    def _learn(self) -> bool:
        if not super()._learn():
            return False
        clock = self.mapper.columns.index(self.statements.clock)
        kind = self._look()[clock]
        self._is_instant = kind == _INSTANT
        if kind in (_INSTANT, _DAY, _WALL):  # whatever the rows hold: 0000-00-00 is a text for the driver
            self._is_text, self._is_day = False, kind == _DAY
            self.statements = replace(self.statements, spelt=None)
        return True

    _is_instant = False

    def _time(self, moment: datetime):
        """Without its zone, which the driver does not pass on: an instant in the session's, UTC."""
        if not self._is_instant:
            return super()._time(moment)
        return min(max(moment, FIRST), LAST).astimezone(UTC).replace(tzinfo=None)

    @staticmethod
    def _mender(answer: sa.CursorResult) -> Callable[[Sequence[Sequence]], Sequence[Sequence]]:
        instants = {place for place, kind in enumerate(_types(answer)) if kind == _INSTANT}
        if not instants:
            return lambda rows: rows
        return lambda rows: [[_aware(cell) if place in instants else cell for place, cell in enumerate(row)] for row in rows]


def _types(answer: sa.CursorResult) -> list:
    return [column[1] for column in answer.cursor.description]


def _aware(cell):
    """A day of zeros comes as text: it stays one, and is named as unreadable."""
    return cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell


def _as_typed(_dialect, _record, _words, given: dict) -> None:
    """PyMySQL takes a password for Latin-1, which has no letters of Vietnamese; the server keeps what was typed in UTF-8."""
    if isinstance(given.get("password"), str):
        given["password"] = given["password"].encode()


def _prepare(db) -> None:
    with db.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
    db.commit()
