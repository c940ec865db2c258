"""MySQL and MariaDB, which have two types of time: TIMESTAMP is an instant, DATETIME is local wall-clock time.

The server converts a TIMESTAMP to the session's time zone, so our sessions use UTC.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from etl.mapping import Mapper
from etl.settings import DatabaseSource
from etl.sources.database import FIRST, LAST, AnyDatabase

_INSTANT, _DAY, _WALL = 7, 10, 12  # the protocol's type codes of TIMESTAMP, DATE and DATETIME
_SESSION = ("SET time_zone = '+00:00'", "SET SESSION TRANSACTION READ ONLY")


class MysqlSource(AnyDatabase):
    """As AnyDatabase, but TIMESTAMP columns are read as instants."""

    def __init__(self, name: str, source: DatabaseSource, mapper: Mapper, url: sa.URL):
        super().__init__(name, source, mapper, url)
        sa.event.listen(self._engine, "connect", lambda db, _record: _prepare(db))
        if self._engine.dialect.driver == "pymysql":
            sa.event.listen(self._engine, "do_connect", _as_typed)

    def _look(self) -> tuple[int, ...]:
        """The type codes of all columns."""
        none = self.statements.columns(self.mapper.columns).limit(0)
        return self._run(lambda db: tuple(_types(db.execute(none))))

    def _learn(self) -> bool:
        if not super()._learn():
            return False
        clock = self.mapper.columns.index(self.statements.clock)
        kind = self._look()[clock]
        self._is_instant = kind == _INSTANT
        if kind in (_INSTANT, _DAY, _WALL):  # even if rows hold 0000-00-00, which the driver returns as text
            self._is_text, self._is_day = False, kind == _DAY
            self.statements = replace(self.statements, spelt=None)
        return True

    _is_instant = False

    def _time(self, moment: datetime):
        """An instant as naive UTC, the session's zone, since the driver drops time zones."""
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
    """0000-00-00 comes as text: it stays one, and is reported as unreadable."""
    return cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell


def _as_typed(_dialect, _record, _words, given: dict) -> None:
    """PyMySQL encodes passwords as Latin-1, which fails for Vietnamese letters; the server expects UTF-8."""
    if isinstance(given.get("password"), str):
        given["password"] = given["password"].encode()


def _prepare(db) -> None:
    with db.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
    db.commit()
