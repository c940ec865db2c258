"""Builds the queries of a database source, for any dialect.

They use keyset pagination over (updated_at, record_id) in the source's own order: comparison and
sort use the same columns and collation, so a page begins exactly where the last one ended, and an
index on (updated_at, record_id) serves both. No COLLATE is added: it would disable that index, and
ids are compared by the source only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

# What text() would parse as a parameter: a colon and a word, unless preceded by a word or another colon.
_LIKE_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


class Named(UserDefinedType):
    """A type of the source, by its name there."""

    cache_ok = True

    def __init__(self, name: str):
        self.name = name

    def get_col_spec(self, **_more) -> str:
        return self.name


@dataclass(frozen=True)
class Statements:
    """`clock` and `number` are the names of the columns behind updated_at and record_id.

    `rows_compare`: whether row comparison (a, b) > (c, d) is supported, which an index serves directly;
    `clock_type` and `number_type`: what the cursor's values are cast to (None: no cast);
    `spelt`: a LIKE pattern of clocks stored as text; other spellings are excluded, since they do not sort.
    """

    origin: sa.FromClause | sa.TextClause
    clock: str
    number: str
    rows_compare: bool = False
    clock_type: str | None = None
    number_type: str | None = None
    spelt: str | None = None

    def everything(self) -> sa.Select:
        """All columns and no row, to list the columns."""
        return sa.select(sa.text("*")).select_from(self.origin).where(sa.text("1 = 0"))

    def columns(self, names: Sequence[str]) -> sa.Select:
        return sa.select(*(_column(name) for name in names)).select_from(self.origin)

    def after(self, names: Sequence[str], place: tuple | None, ends: tuple, limit: int | None) -> sa.Select:
        """Rows after `place` (clock, number), with clock in [ends), in order."""
        query = self.columns(names).where(self._within(*ends))
        if place is not None:
            query = query.where(self._beyond(*place))
        query = query.order_by(_column(self.clock), _column(self.number))
        return query if limit is None else query.limit(limit)

    def from_on(self, names: Sequence[str], clock, ends: tuple, limit: int | None) -> sa.Select:
        """Rows at or after a time, in order."""
        return self.after(names, None, ends, limit).where(_column(self.clock) >= self._time(clock))

    def between(self, names: Sequence[str], since, to: tuple, ends: tuple) -> sa.Select:
        """Rows from a time up to a place, inclusive."""
        upto = sa.not_(self._beyond(*to))
        clock = _column(self.clock)
        query = self.columns(names).where(clock >= self._time(since), clock <= self._time(to[0]), upto)
        return query.where(self._within(*ends)).order_by(clock, _column(self.number))

    def outside(self, names: Sequence[str], ends: tuple) -> sa.Select:
        """Rows whose clock is set but not in [ends), or not a time."""
        return self.columns(names).where(sa.not_(self._within(*ends)))

    def numbered(self, names: Sequence[str], numbers: Sequence) -> sa.Select:
        """The rows with some record numbers."""
        number = _column(self.number)
        if self.number_type is None:
            return self.columns(names).where(number.in_(list(numbers)))
        texts = sa.cast(sa.literal(list(numbers), sa.ARRAY(sa.Text)), Named(f"{self.number_type}[]"))
        return self.columns(names).where(number == sa.func.any(texts))

    def count(self, ends: tuple | None, until=None) -> sa.Select:
        """Count all rows, those with a clock in [ends), and of these the ones at `until` or later; without ends, none."""
        is_timed = sa.false() if ends is None else self._within(*ends)
        is_ahead = sa.false() if until is None else sa.and_(is_timed, _column(self.clock) >= self._time(until))
        sums = (sa.func.sum(sa.case((condition, 1), else_=0)) for condition in (is_timed, is_ahead))
        return sa.select(sa.func.count(), *sums).select_from(self.origin)

    def span(self, ends: tuple) -> sa.Select:
        """The first and the last clock in [ends)."""
        clock = _column(self.clock)
        return sa.select(sa.func.min(clock), sa.func.max(clock)).select_from(self.origin).where(self._within(*ends))

    def days(self, names: Sequence[str], ends: tuple, is_aware: bool) -> sa.Select:
        """By day in [ends): rows, and sums of digests of keys and of whole rows. PostgreSQL only."""
        clock, number = _column(self.clock), sa.cast(_column(self.number), sa.Text)
        day = sa.cast(sa.func.timezone("UTC", clock) if is_aware else clock, sa.Date).label("day")
        micros = sa.cast(sa.cast(sa.extract("epoch", clock) * 1_000_000, sa.BigInteger), sa.Text)
        row = sa.cast(sa.func.row(*(_column(name) for name in names)), sa.Text)
        query = sa.select(day, sa.func.count(), sa.func.sum(_digest(number + " " + micros)), sa.func.sum(_digest(row)))
        return query.select_from(self.origin).where(self._within(*ends), number.is_not(None)).group_by(day)

    def _within(self, first, last) -> sa.ColumnElement:
        clock = _column(self.clock)
        is_within = sa.and_(clock >= self._time(first), clock < self._time(last))
        return is_within if self.spelt is None else sa.and_(is_within, clock.like(self.spelt))

    def _beyond(self, clock, number) -> sa.ColumnElement:
        at, what = _column(self.clock), _column(self.number)
        clock, number = self._time(clock), self._cast(number, self.number_type)
        if self.rows_compare:
            return sa.tuple_(at, what) > sa.tuple_(clock, number)
        # the first condition is redundant, but an index can use it
        return sa.and_(at >= clock, sa.or_(at > clock, sa.and_(at == clock, what > number)))

    def _time(self, value) -> sa.ColumnElement:
        return self._cast(value, self.clock_type)

    @staticmethod
    def _cast(value, name: str | None) -> sa.ColumnElement:
        if name is None:
            return sa.literal(value, sa.types.NullType())
        # as text, which keeps the zone and microseconds and casts to any type
        return sa.cast(sa.literal(str(value)), Named(name))


def origin(table: str | None, query: str | None) -> sa.FromClause | sa.TextClause:
    """The FROM clause."""
    if table is not None:
        schema, _dot, name = table.rpartition(".")
        return sa.table(name, schema=schema or None)
    assert query is not None  # the settings have one of the two
    body = _LIKE_PARAMETER.sub(r"\\:", query.strip().rstrip(";"))
    return sa.text(f"({body}) AS records_of_source")


def _column(name: str) -> sa.ColumnClause[Any]:
    return sa.column(name)


def _digest(text: sa.ColumnElement) -> sa.ColumnElement:
    """60 bits of a text's MD5 as a number, to be summed in any order. Must equal that of queries/reconcile.sql."""
    bits = sa.cast(sa.literal("x", sa.Text) + sa.func.substr(sa.func.md5(text), 1, 15), Named("bit(60)"))
    return sa.cast(bits, sa.BigInteger)
