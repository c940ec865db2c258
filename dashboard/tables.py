"""A table as values: what is on screen and what is taken away are written from the same rows.

Kinds of columns: `text`; `count` (a whole number), `share` (0-1), `rate` (a number a day), `points`
(a change of a share, 0-1), `day`, `moment` (local); and drawn ones: `bar` (a Bar), `movement`
(places up or down), `warning` (a text that is marked; None: nothing to say).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from unicodedata import combining, normalize

KINDS = ("text", "count", "share", "rate", "points", "day", "moment", "bar", "movement", "warning")
_READ_UPWARDS = ("text", "day", "moment")  # what one looks for from its beginning; of numbers, the largest


@dataclass(frozen=True)
class Column:
    key: str  # of ASCII letters: it stands in the address and as a class of its cells
    title: str
    kind: str = "count"
    unit: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: {self.kind} is no kind of column: {', '.join(KINDS)}")

    @property
    def first_order(self) -> str:
        """What `sort` in the address is when this column's head is pressed first."""
        return self.key if self.kind in _READ_UPWARDS else f"-{self.key}"


@dataclass(frozen=True)
class Bar:
    """A share as a bar with a mark at its target. `tone`: ours or warning."""

    share: float | None
    target: float | None = None
    tone: str = "ours"


@dataclass(frozen=True)
class Row:
    """`values` by column key: a key that is not there is an empty cell, None is "no figure".

    `kind` of a row below the others: `whole` (the unit itself), `nowhere` (what cannot be placed:
    residence unknown, outside), `total` (all of them). `warned`: keys of cells in the warning colour.
    """

    values: Mapping[str, Any]
    href: str | None = None
    kind: str = ""
    is_asked: bool = False
    warned: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """`rows` are sorted as the reader asks; `foot` stays below them, in its order."""

    title: str
    unit: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    foot: Sequence[Row] = ()
    sentence: str = ""
    keys: Sequence = field(default=(), compare=False)  # components beside the unit: what colours mean

    def sorted(self, by: str | None) -> "Table":
        """By a column's key, `-` before it: the largest first. Absent figures come last either way."""
        by = by or ""
        key = by.removeprefix("-")
        if key not in {column.key for column in self.columns}:
            return self
        known = [row for row in self.rows if _order(row.values.get(key)) is not None]
        absent = [row for row in self.rows if _order(row.values.get(key)) is None]
        known = sorted(known, key=lambda row: _order(row.values[key]), reverse=by.startswith("-"))
        return replace(self, rows=(*known, *absent))

    def without_zeros(self, keys: Collection[str]) -> "Table":
        """Without those of the columns `keys` in which every row has 0 or nothing: they say nothing and take room."""
        rows = (*self.rows, *self.foot)
        empty = {key for key in keys if not any(plain(row.values.get(key)) for row in rows)}
        return replace(self, columns=[column for column in self.columns if column.key not in empty])

    @classmethod
    def of(cls, title: str, unit: str, columns: Sequence[Column], rows: Sequence[Sequence]) -> "Table":
        """From rows whose values stand in the columns' order."""
        keys = [column.key for column in columns]
        return cls(title, unit, columns, [Row(dict(zip(keys, row, strict=True))) for row in rows])


def total(rows: Sequence[Row], first: str, name: str, summed: Collection[str]) -> Row:
    """The last row: the sum of `rows`, called `name` in the column `first`. None where one of them has no figure."""
    sums: dict[str, Any] = {}
    for key in summed:
        counts = [row.values[key] for row in rows]
        sums[key] = None if None in counts else sum(counts)
    return Row({first: name} | sums, kind="total")


def plain(value) -> str | int | float | date | datetime | None:
    """A cell's value without its drawing."""
    return value.share if isinstance(value, Bar) else value


def unaccented(text: str) -> str:
    """`Châu Đức` → `chau duc`: what people type."""
    simple = normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in simple if not combining(letter))


def _order(value):
    value = plain(value)
    return (unaccented(value), value) if isinstance(value, str) else value
