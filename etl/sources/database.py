"""Any table, view or query that SQLAlchemy reaches, read page by page in the order of its changes.

This is the road for every dialect; PostgreSQL has a faster one with the same promises (postgresql.py), and MySQL and
MariaDB have their own kinds of time (mysql.py).
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

# A time outside of these is a mistake, and a cursor there would never let another row through.
FIRST, LAST = datetime(times.FIRST_YEAR, 1, 2, tzinfo=UTC), datetime(9997, 12, 30, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)
_LOOKED_AT = 100  # rows, to learn of what kind they are
# Of rows whose clock is no time, in one table; they are few, an index may not lead to them, and nobody waits for them.
_UNPLACED, _UNPLACED_SECONDS = 10_000, 60.0
IN_ONE_QUESTION = 499  # record numbers; SQLite takes 999 parameters, two of them for each, SQL Server 2100


class AnyDatabase:
    """A database source; see etl.sources.Changes and Whole for what it promises."""

    def __init__(self, name: str, source: DatabaseSource, mapper: Mapper, url: sa.URL):
        self.name, self.mapper, self._url = name, mapper, url
        self._is_read_whole = source.is_read_whole
        order = ("", "")  # of what is read whole there is none
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

    # -- the promises

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
        """Page after page: what all dialects can do. An index on (updated_at, record_id) makes it cheap."""
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
        # Only now: who was stopped by the brake meanwhile, and released, has to see them at once.
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
        """Nobody calls here: the source is polled."""
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
        """All rows as they are at one moment, in no order, in pages of `limit`; `moment` is their time of change."""
        self._check_columns()
        for rows, more in self._all(self.statements.columns(self.mapper.columns), limit):
            yield Page(self.mapper(rows, moment), None, more)

    # -- what reconciliation asks

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
        """Ends in the source's own values that hold [first, until): texts are compared by days, and by one more each way."""
        if self._is_loose:
            return f"{first - timedelta(days=2):%Y-%m-%d}", f"{until + timedelta(days=2):%Y-%m-%d}"
        return self._time(first), self._before(until)

    def close(self) -> None:
        self._engine.dispose()

    # -- what the source is like

    def _know(self) -> bool:
        """Which columns there are and of what kind the two of the order are; asked once, and again after an error.

        False while nothing can be known, because there is no row yet.
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
        """Forget what is known where the columns are of another kind by now.

        A clock that becomes one with a zone refuses nothing: it is compared as if its hours were others, and what is new
        waits for as long as these lie apart. So each reading begins with a look, which asks for no row.
        """
        if not self._is_known:
            return
        try:
            is_same = self._look() == self._kinds
        except SourceError:
            is_same = False  # asked for again, and named, by who needs to know
        if not is_same:
            self._is_known, self._last = False, None

    def _look(self) -> object:
        """Of what kinds the two columns of the order are now; told apart by being equal or not."""
        row = self._sample()
        if row is None:
            return self._kinds  # an emptied table says nothing
        clock, number = row
        return type(clock), isinstance(clock, datetime) and clock.tzinfo is not None, type(number)

    def _sample(self) -> sa.Row | None:
        return next(iter(self._samples(1)), None)

    def _samples(self, most: int) -> Sequence[sa.Row]:
        some = self.statements.columns([self.statements.clock, self.statements.number]).limit(most)
        return self._run(lambda db: db.execute(some.where(sa.column(self.statements.clock).is_not(None))).fetchall())

    def _learn(self) -> bool:
        rows = self._samples(_LOOKED_AT)
        if not rows:
            return False
        # a column without a type may hold a value of another kind among its own, and a driver gives as text what is no time
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
        """Times are texts whose spelling only the source knows."""
        return self._is_text and not self._clock.format

    # -- the cursor as the source writes it

    def _place(self, cursor: Cursor) -> tuple | None:
        """(clock, number) in the source's own values; () for the start; None if it cannot be known any more.

        Times kept as text come in many spellings (a T or a space, how many digits behind the
        point), and compare as text: only the very text that was read can be compared with.
        """
        if self._last and self._last[0] == cursor:
            return self._last[1]
        if cursor == START or cursor.updated_at < FIRST:
            return ()
        if self._is_loose:
            return None
        return self._time(cursor.updated_at), self._number_of(cursor.record_id)

    def _time(self, moment: datetime):
        """A moment as the source's column holds it."""
        moment = min(max(moment, FIRST), LAST)
        if self._is_aware:
            return moment
        wall = moment.astimezone(self._zone).replace(tzinfo=None)
        if not self._is_text:
            return wall.date() if self._is_day else wall
        # without a format: a text before all of that day's, whatever their spelling and zone
        return wall.strftime(self._clock.format) if self._clock.format else f"{wall - timedelta(days=1):%Y-%m-%d}"

    def _ends(self, to: datetime | None) -> tuple:
        if self._is_loose:
            # Text does not say when `to` is to the second; a day's end is near enough to keep mistakes out.
            return f"{FIRST:%Y}", "9998" if to is None else f"{to + timedelta(days=2):%Y-%m-%d}"
        return self._time(FIRST), self._before(LAST if to is None else to + _MOMENT)

    def _before(self, moment: datetime):
        """The value of the source's column that all before `moment` lie under.

        A column of days, or of texts to the minute, holds the day and the minute that `moment` is in the middle of.
        """
        end = self._time(moment)
        if end != self._time(moment - _MOMENT):
            return end
        if self._is_day:
            return end + timedelta(days=1)
        return f"{end}0" if self._is_text else end

    def _read_again(self, cursor: Cursor, limit: int, to: datetime | None) -> Page:
        """After a restart, for times kept as text: from the day before the cursor on, skipping what is known."""
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
        # of one moment: those behind the cursor's own row; all, if that row is gone (known rows change nothing)
        behind = pc.greater(pa.array(range(found.num_rows), pa.int64()), pc.index(known, True))
        return pc.or_(later, pc.and_(same, behind)).fill_null(True)

    def _last_row(self, found: pa.Table) -> tuple:
        last = found.slice(found.num_rows - 1)
        return last[self.statements.clock][0].as_py(), last[self.statements.number][0].as_py()

    def _page(self, found: pa.Table, cursor: Cursor, more: bool) -> Page:
        if not found.num_rows:
            return Page(self.mapper(found), None if cursor == START else cursor, False)
        # what is behind the last row with a time and a number has no place that could be kept, but here it is passed
        cursor = self._end(found.slice(found.num_rows - 1)) or self._end(found) or cursor
        self._last = cursor, self._last_row(found)
        return Page(self.mapper(found), None if cursor == START else cursor, more)

    def _end(self, found: pa.Table) -> Cursor | None:
        """The place of the last row that has a time and a number."""
        keys = self.mapper.row_keys(found)
        whole = np.flatnonzero(pc.and_(keys["updated_at"].is_valid(), keys["record_id"].is_valid()))
        if not len(whole):
            return None
        (last,) = keys.slice(whole[-1], 1).to_pylist()
        return Cursor(last["updated_at"].astimezone(UTC), last["record_id"])

    # -- asking

    def _ask(self, question: Callable[[Statements], sa.Select]) -> pa.Table:
        """A question's rows. After a refusal the columns are looked at again: one may have been renamed."""
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
        """The rows of a query in pieces, each with whether another follows; at least one, which may be empty."""
        names = [column.name for column in query.selected_columns]
        try:
            with self._engine.connect().execution_options(stream_results=True) as db:
                answer = db.execute(query)
                for rows, more in drivers.pieces(answer, limit, self._mender(answer)):
                    yield self._table(rows, names), more
        except drivers.FAULTS as wrong:
            raise self._error(wrong) from None

    _mender = staticmethod(lambda _answer: lambda rows: rows)
    """Of an answer that was not read yet: what gives its rows with what the driver does not pass on."""

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
        """What the driver says, on one line and without the password."""
        said = drivers.in_words(wrong, self._url.password)
        down = isinstance(wrong, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | OSError)
        where = self._url.host or self._url.database or self._url.drivername
        what = f"the database at {where} does not answer" if down else "refused"
        return SourceError(f"sources.{self.name}: {what}: {said}{missing_right(said, self._url.username)}")
