"""Reads any table, view or query that SQLAlchemy reaches, page by page in the order of its changes.

This works for every dialect. postgresql.py is a faster implementation, and mysql.py handles the time types of MySQL and
MariaDB.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy import exc

from etl import times
from etl.mapping import Mapper
from etl.settings import DatabaseSource
from etl.sources import START, Cursor, Day, Description, Page, SourceError, check_columns, drivers
from etl.sources.statements import Statements, origin
from sql import patience
from sql.connect import missing_right

# A time outside of these is a mistake, and a cursor there would block all other rows.
FIRST, LAST = datetime(times.FIRST_YEAR, 1, 2, tzinfo=UTC), datetime(9997, 12, 30, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)
_SAMPLED = 100  # rows, to detect column types
# Rows with an unusable clock: page size, and the interval between scans, which may not be covered by an index.
_UNPLACED, _UNPLACED_SECONDS = 10_000, 60.0
IN_ONE_QUESTION = 499  # record numbers per query; SQLite takes 999 parameters, two for each, SQL Server 2100


class AnyDatabase:
    """A database source: implements etl.sources.Changes and Whole."""

    def __init__(self, name: str, source: DatabaseSource, mapper: Mapper, url: sa.URL):
        self.name, self.mapper, self._url = name, mapper, url
        self._is_read_whole = source.is_read_whole
        order = ("", "")  # unused if it is read as a whole
        if not source.is_read_whole:
            self._clock = source.fields["updated_at"]
            order = self._clock.columns[0], source.fields["record_id"].columns[0]
        self._zone = ZoneInfo(mapper.zone)
        self.statements = Statements(origin(source.table, source.query), *order)
        self._what = f'table "{source.table}"' if source.table else "query"
        self._is_known = False
        self._kinds: object = None
        self._is_text = self._is_aware = False
        self._number_of: Callable[[str], object] = str
        self._last: tuple[Cursor, tuple] | None = None
        self._looked_for_unplaced_at = -_UNPLACED_SECONDS
        try:
            self._engine = patience.engine(url, source.answer_within_seconds, pool_size=2, pool_pre_ping=True)
        except (ModuleNotFoundError, TypeError) as wrong:
            raise SourceError(f"sources.{name}.url: the driver for {url.drivername} is not installed: {wrong}") from None
        self._is_untyped = url.get_dialect().name == "sqlite"
        if self._is_untyped:
            sa.event.listen(self._engine, "connect", drivers.read_any_text)

    # -- the protocol

    def read_after(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Page:
        names = self.mapper.columns
        self._look_again()
        if not self._know():
            return self._page(self._table([], names), cursor, False)
        place = self._place(cursor)
        if place is None:
            return self._read_again(cursor, limit, to)
        found = self._ask(lambda s: s.after(names, place or None, self._ends(to), limit + 1))
        return self._page(found.slice(0, limit), cursor, found.num_rows > limit)

    def stream(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Iterator[Page]:
        """Page by page, which works for all dialects. An index on (updated_at, record_id) makes it cheap."""
        more = True
        while more:
            page = self.read_after(cursor, limit, to)
            cursor, more = page.cursor or cursor, page.more
            yield page

    def changed_keys(self, since: datetime, to: Cursor) -> pa.Table:
        names = self.mapper.key_columns
        if not self._know():
            return self.mapper.keys(self._table([], names))
        first = self._time(since)
        if not self._is_loose:
            place = self._place(to) or (self._time(to.updated_at), self._number_of(to.record_id))
            return self.mapper.keys(self._ask(lambda s: s.between(names, first, place, self._ends(None))))
        ends = self._ends(to.updated_at)
        keys = self.mapper.keys(self._ask(lambda s: s.from_on(names, first, ends, None)))
        moment = pc.field("updated_at")
        return keys.filter((moment >= pa.scalar(since)) & (moment <= pa.scalar(to.updated_at)))

    def unplaced_keys(self) -> Iterator[pa.Table]:
        if monotonic() < self._looked_for_unplaced_at + _UNPLACED_SECONDS or not self._know():
            return
        for found, _more in self._all(self.statements.outside(self.mapper.key_columns, self._ends(None)), _UNPLACED):
            yield self.mapper.keys(found)
        # Only now, so that they are found at once after the brake stopped this and was released.
        self._looked_for_unplaced_at = monotonic()

    def read_records(self, record_ids: list[str]) -> Page:
        if not record_ids or not self._know():
            return Page(self.mapper(self._table([], self.mapper.columns)), None, False)
        numbers = self.mapper.row_numbers(record_ids)
        parts = []
        for start in range(0, len(numbers), self._in_one_question):
            some = numbers[start : start + self._in_one_question]
            parts.append(self._numbered(self.mapper.columns, some))
        return Page(self.mapper(pa.concat_tables(parts, promote_options="permissive")), None, False)

    def has_row(self, record_id: str) -> bool:
        if not self._know():
            return False
        return self._numbered([self.statements.number], [record_id], 1).num_rows > 0

    def _numbered(self, names: Sequence[str], numbers: Sequence[str], limit: int | None = None) -> pa.Table:
        """The rows of some record numbers."""
        return self._ask(lambda s: s.numbered(names, self._held_as(numbers)).limit(limit))

    def _held_as(self, numbers: Sequence[str]) -> list:
        """Record numbers as the source's column may hold them."""
        as_held = drivers.as_either if self._is_untyped else lambda number: [self._number_of(number)]
        return [held for number in numbers for held in as_held(number)]

    _in_one_question = IN_ONE_QUESTION

    def wait_for_wake(self, timeout: float) -> bool:
        """Not supported: the source is polled."""
        sleep(timeout)
        return False

    def describe(self, to: datetime | None = None) -> Description:
        rows, timed, ahead = self._count(to)
        return {"kind": "database", "rows": rows, "without_time": rows - timed, "ahead": ahead}

    def _count(self, to: datetime | None) -> tuple[int, int, int]:
        """Rows in all, rows with a time of change, and rows changed after `to`."""
        ends = self._ends(None) if not self._is_read_whole and self._know() else None
        beyond = self._ends(to)[1] if to and ends else None
        rows, timed, ahead = self._run(lambda db: db.execute(self.statements.count(ends, beyond)).one())
        return rows, rows if self._is_read_whole else timed or 0, ahead or 0

    def read_whole(self, limit: int, moment: datetime) -> Iterator[Page]:
        """All rows of one snapshot, unordered, in pages of `limit`; `moment` is their time of change."""
        self._check_columns()
        for rows, more in self._all(self.statements.columns(self.mapper.columns), limit):
            yield Page(self.mapper(rows, moment), None, more)

    # -- reconciliation

    @property
    def day_zone(self) -> str:
        return "UTC" if self._is_aware else self.mapper.zone

    def days(self, until: datetime) -> list[Day] | None:
        return None

    def keys_within(self, first: datetime, until: datetime) -> pa.Table:
        names = self.mapper.key_columns
        if not self._know():
            return self.mapper.keys(self._table([], names))
        ends = self._around(first, until)
        return drivers.within(self.mapper.keys(self._ask(lambda s: s.after(names, None, ends, None))), first, until)

    def records_within(self, first: datetime, until: datetime, after: Cursor, limit: int) -> Page:
        names = self.mapper.columns
        if not self._know():
            return self._page(self._table([], names), after, False)
        place, ends = self._place(after) or None, self._around(first, until)
        found = self._ask(lambda s: s.after(names, place, ends, limit + 1))
        page = self._page(found.slice(0, limit), after, found.num_rows > limit)
        return replace(page, records=drivers.within(page.records, first, until))

    def _around(self, first: datetime, until: datetime) -> tuple:
        """Bounds in the source's own values that contain [first, until): for texts, whole days with a margin."""
        if self._is_loose:
            return f"{first - timedelta(days=2):%Y-%m-%d}", f"{until + timedelta(days=2):%Y-%m-%d}"
        return self._time(first), self._before(until)

    def close(self) -> None:
        self._engine.dispose()

    # -- column types

    def _know(self) -> bool:
        """Detect the columns and the types of the two that define the order; once, and again after an error.

        False while there is no row to detect them from.
        """
        if not self._is_known:
            self._check_columns()
            self._is_known = self._learn()
            self._kinds = self._look() if self._is_known else None
        return self._is_known

    def _check_columns(self) -> None:
        found = self._run(lambda db: list(db.execute(self.statements.everything()).keys()))
        check_columns(self.name, self.mapper, found, self._what)

    def _look_again(self) -> None:
        """Detect the types again if they have changed.

        When a clock column gains a time zone, queries do not fail but compare shifted hours, and new rows are missed. So
        each reading begins with this check, which fetches no row where the driver tells types.
        """
        if not self._is_known:
            return
        try:
            is_same = self._look() == self._kinds
        except SourceError:
            is_same = False  # the next query raises it again
        if not is_same:
            self._is_known, self._last = False, None

    def _look(self) -> object:
        """The current types of the two columns that define the order; only compared for equality."""
        row = self._sample()
        if row is None:
            return self._kinds  # an empty table tells nothing
        clock, number = row
        return type(clock), isinstance(clock, datetime) and clock.tzinfo is not None, type(number)

    def _sample(self) -> sa.Row | None:
        return next(iter(self._samples(1)), None)

    def _samples(self, most: int) -> Sequence[sa.Row]:
        some = self.statements.columns([self.statements.clock, self.statements.number]).limit(most)
        return self._run(lambda db: db.execute(some.where(sa.column(self.statements.clock).is_not(None))).fetchall())

    def _learn(self) -> bool:
        rows = self._samples(_SAMPLED)
        if not rows:
            return False
        # An untyped column may hold stray values of another type, and drivers return invalid times as text.
        clocks = sorted(
            (clock for clock, _number in rows), key=lambda clock: (not isinstance(clock, date), not isinstance(clock, str))
        )
        clock = clocks[0]
        is_number = sum(isinstance(number, int) for _clock, number in rows) * 2 > len(rows)
        self._is_text = isinstance(clock, str)
        self._is_aware = isinstance(clock, datetime) and clock.tzinfo is not None
        self._is_day = isinstance(clock, date) and not isinstance(clock, datetime)
        self._number_of = drivers.as_number if is_number else str
        if not isinstance(clock, str | date):
            raise SourceError(
                f'sources.{self.name}.fields.updated_at: column "{self.statements.clock}" is neither a time nor '
                f"a text in ISO 8601 (found a {type(clock).__name__}); a query may make it one"
            )
        self.statements = replace(self.statements, spelt="____-__-__%" if self._is_loose else None)
        return True

    _is_day = False

    @property
    def _is_loose(self) -> bool:
        """Whether times are texts in an unknown format."""
        return self._is_text and not self._clock.format

    # -- the cursor in the source's own values

    def _place(self, cursor: Cursor) -> tuple | None:
        """(clock, number) in the source's own values; () for the start; None if it is no longer known.

        Times stored as text have many spellings (T or space, number of decimals) and compare as text:
        only the exact text that was read can be compared with.
        """
        if self._last and self._last[0] == cursor:
            return self._last[1]
        if cursor == START or cursor.updated_at < FIRST:
            return ()
        if self._is_loose:
            return None
        return self._time(cursor.updated_at), self._number_of(cursor.record_id)

    def _time(self, moment: datetime):
        """A moment in the type of the source's column."""
        moment = min(max(moment, FIRST), LAST)
        if self._is_aware:
            return moment
        wall = moment.astimezone(self._zone).replace(tzinfo=None)
        if not self._is_text:
            return wall.date() if self._is_day else wall
        # without a format: a text that sorts before all spellings of that day, in any zone
        return wall.strftime(self._clock.format) if self._clock.format else f"{wall - timedelta(days=1):%Y-%m-%d}"

    def _ends(self, to: datetime | None) -> tuple:
        if self._is_loose:
            # Text of unknown format cannot be compared to the second; the end of a day suffices to exclude mistakes.
            return f"{FIRST:%Y}", "9998" if to is None else f"{to + timedelta(days=2):%Y-%m-%d}"
        return self._time(FIRST), self._before(LAST if to is None else to + _MOMENT)

    def _before(self, moment: datetime):
        """An exclusive upper bound, in the type of the source's column, for times before `moment`.

        It includes the current day in a column of dates, and the current minute in texts without seconds.
        """
        end = self._time(moment)
        if end != self._time(moment - _MOMENT):
            return end
        if self._is_day:
            return end + timedelta(days=1)
        return f"{end}0" if self._is_text else end

    def _read_again(self, cursor: Cursor, limit: int, to: datetime | None) -> Page:
        """After a restart, for times stored as text: read from the day before the cursor, and skip known rows."""
        names, ends = self.mapper.columns, self._ends(to)
        found = self._ask(lambda s: s.from_on(names, self._time(cursor.updated_at), ends, limit + 1))
        while True:
            more, found = found.num_rows > limit, found.slice(0, limit)
            new = found.filter(self._is_after(found, cursor))
            if new.num_rows or not more:
                return self._page(new, cursor, more)
            found = self._behind(self._last_row(found), ends, limit + 1)

    def _behind(self, place: tuple, ends: tuple, limit: int) -> pa.Table:
        return self._ask(lambda s: s.after(self.mapper.columns, place, ends, limit))

    def _is_after(self, found: pa.Table, cursor: Cursor) -> pa.Array:
        keys = self.mapper.row_keys(found)
        moment = pa.scalar(cursor.updated_at, keys["updated_at"].type)
        later, same = pc.greater(keys["updated_at"], moment), pc.equal(keys["updated_at"], moment)
        known = pc.and_(same, pc.equal(keys["record_id"], cursor.record_id)).combine_chunks().fill_null(False)
        # with the same time: rows after the cursor's own; all of them if that row is gone (known rows change nothing)
        behind = pc.greater(pa.array(range(found.num_rows), pa.int64()), pc.index(known, True))
        return pc.or_(later, pc.and_(same, behind)).fill_null(True)

    def _last_row(self, found: pa.Table) -> tuple:
        last = found.slice(found.num_rows - 1)
        return last[self.statements.clock][0].as_py(), last[self.statements.number][0].as_py()

    def _page(self, found: pa.Table, cursor: Cursor, more: bool) -> Page:
        if not found.num_rows:
            return Page(self.mapper(found), None if cursor == START else cursor, False)
        # The cursor is that of the last row with a time and a number; the rows after it are still part of the page.
        cursor = self._end(found.slice(found.num_rows - 1)) or self._end(found) or cursor
        self._last = cursor, self._last_row(found)
        return Page(self.mapper(found), None if cursor == START else cursor, more)

    def _end(self, found: pa.Table) -> Cursor | None:
        """The cursor of the last row that has a time and a number."""
        keys = self.mapper.row_keys(found)
        whole = np.flatnonzero(pc.and_(keys["updated_at"].is_valid(), keys["record_id"].is_valid()))
        if not len(whole):
            return None
        (last,) = keys.slice(whole[-1], 1).to_pylist()
        return Cursor(last["updated_at"].astimezone(UTC), last["record_id"])

    # -- queries

    def _ask(self, question: Callable[[Statements], sa.Select]) -> pa.Table:
        """The rows of a query. After an error the columns are checked again, since one may have been renamed."""
        self._know()
        try:
            return self._fetch(question(self.statements))
        except SourceError:
            self._is_known = False
            self._know()
            raise

    def _fetch(self, query: sa.Select) -> pa.Table:
        rows = self._run(lambda db: drivers.rows(answer := db.execute(query), self._mender(answer)))
        return self._table(rows, [column.name for column in query.selected_columns])

    def _all(self, query: sa.Select, limit: int) -> Iterator[tuple[pa.Table, bool]]:
        """The rows of a query in chunks, each with whether another follows; at least one, which may be empty."""
        names = [column.name for column in query.selected_columns]
        try:
            with self._engine.connect().execution_options(stream_results=True) as db:
                answer = db.execute(query)
                for rows, more in drivers.pieces(answer, limit, self._mender(answer)):
                    yield self._table(rows, names), more
        except drivers.FAULTS as wrong:
            raise self._error(wrong) from None

    _mender = staticmethod(lambda _answer: lambda rows: rows)
    """Returns, for a result, a function that corrects its rows for what the driver loses."""

    @staticmethod
    def _table(rows: Sequence[Sequence], names: Sequence[str]) -> pa.Table:
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return pa.table([drivers.array(cells) for cells in columns], names=list(names))

    def _run(self, work: Callable):
        try:
            with self._engine.connect() as db:
                return work(db)
        except drivers.FAULTS as wrong:
            raise self._error(wrong) from None

    def _error(self, wrong: Exception) -> SourceError:
        """The driver's message, on one line and without the password."""
        said = drivers.in_words(wrong, self._url.password)
        down = isinstance(wrong, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | OSError)
        where = self._url.host or self._url.database or self._url.drivername
        what = f"the database at {where} does not answer" if down else "refused"
        return SourceError(f"sources.{self.name}: {what}: {said}{missing_right(said, self._url.username)}")
