"""XLSX: every visible sheet that has the header, each cell as text. Read in a process of its own (sql.confined)."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa

from etl.fields import TIMES
from etl.settings import FilesSource
from etl.sources.tables import LONGEST, Piece, Unreadable, choose, distinct, normal
from sql import workbook
from sql.confined import Confined
from sql.workbook import Formula, Row, Sheet

CELLS = 500_000  # in one table
TITLE_ROWS = 20  # of a sheet, in which its header is looked for
_MEMORY = 1 << 30  # 1,048,576 rows with five texts of their own each need half of it
# 200,000 rows of 12 cells are 11 MB and take 6 s.
_SECONDS, _SECONDS_A_MB = 60, 10
_DAY = re.compile(r"\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*\d{2,4}\b")
_PART = 0.8  # of the days on one side of the 12th: some hands in a list type otherwise


def read_xlsx(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    """A number has lost the zeros before it when the sheet was made: see `format: "%012d"`."""
    seconds = _SECONDS + _SECONDS_A_MB * (path.stat().st_size >> 20)
    with Confined(_MEMORY, seconds) as sandbox:
        tops = [_Top.of(sheet, rows, wanted) for sheet, rows in sandbox.ask(workbook.outline, str(path), TITLE_ROWS)]
        lists, note = _lists(tops, source.sheet, wanted)
        is_first = True
        for top in lists:
            for rows in _filled(
                top, partial(sandbox.ask, workbook.pieces, str(path), top.sheet.part, CELLS), source, wanted
            ):
                yield Piece(rows, note=note if is_first else None)
                is_first = False
        if is_first:
            yield Piece(pa.table({column: pa.array([], pa.string()) for column in wanted}), note=note)


@dataclass(frozen=True)
class _Top:
    """The beginning of a sheet: its best row for a header, and how many of the wanted columns are in it."""

    sheet: Sheet
    names: list[str]
    number: int
    found: int

    @classmethod
    def of(cls, sheet: Sheet, rows: list[Row], wanted: Sequence[str]) -> "_Top":
        """The first row with all columns; else the one with most of them."""
        asked = {normal(column) for column in wanted}
        tops = [(len(asked & set(names)), -number, names) for number, cells in rows if (names := distinct(cells))]
        found, number, names = max(tops, default=(0, 0, []), key=lambda top: top[:2])
        return cls(sheet, names, -number, found)

    @property
    def title(self) -> str:
        return f'sheet "{self.sheet.name}"'


def _lists(tops: list[_Top], asked: str | None, wanted: Sequence[str]) -> tuple[list[_Top], str | None]:
    """The sheets to be read, and what is to be said of those that are not. Raises Unreadable naming sheets."""
    if asked is not None:
        chosen = [top for top in tops if normal(top.sheet.name) == normal(asked) and top.sheet.has_cells]
        if not chosen:
            raise Unreadable(f'sheet "{asked}" is not in it; it has: {", ".join(top.sheet.name for top in tops)}')
        choose(chosen[0].names, wanted, chosen[0].title)
        return chosen[:1], None
    every = len({normal(column) for column in wanted})
    visible = [top for top in tops if top.sheet.is_visible and top.names]
    lists = [top for top in visible if top.found == every]
    hidden = [top for top in tops if not top.sheet.is_visible and top.found == every]
    if not lists:
        raise Unreadable(_why_none(tops, visible, hidden, wanted))
    for top in visible:
        if every / 2 < top.found < every:
            try:
                choose(top.names, wanted, top.title)
            except Unreadable as wrong:
                raise Unreadable(f"{wrong}; {lists[0].title} has it: either all are read or none") from None
    others = [top.title for top in visible if top not in lists]
    notes = [
        f"not read, for {'they are' if len(hidden) > 1 else 'it is'} hidden: {', '.join(top.title for top in hidden)}"
        * bool(hidden),
        f"not read, for the header is not there: {', '.join(others)}" * bool(others),
    ]
    return lists, "; ".join(filter(None, notes)) or None


def _why_none(tops: list[_Top], visible: list[_Top], hidden: list[_Top], wanted: Sequence[str]) -> str:
    if hidden:
        names = ", ".join(top.title for top in hidden)
        return f"only hidden sheets have the header: {names}; show them, or name one in `sheet` of the source"
    if not visible:
        charts = [top.sheet.name for top in tops if not top.sheet.has_cells]
        return f"has no sheet with cells; it has: {', '.join(charts)}" if charts else "the sheet is empty"
    best = max(visible, key=lambda top: top.found)
    try:
        choose(best.names, wanted, best.title)
    except Unreadable as wrong:
        others = [top.title for top in visible if top is not best]
        return f"{wrong}; nor in {', '.join(others)}" if others else str(wrong)
    raise AssertionError("a sheet with all columns is a list")


def _filled(
    top: _Top, ask: Callable[[], Iterator[list[Row]]], source: FilesSource, wanted: Sequence[str]
) -> Iterator[pa.Table]:
    """The rows below the header. Raises Unreadable where a column's days cannot be trusted, before any of it is given."""
    places = {column: top.names.index(normal(column)) for column in wanted}
    timed = {column for name, spec in source.specs() if name in (*TIMES, "birth_date") for column in spec.columns}
    days = [_Days(column, at, top) for column, at in places.items() if column in timed]
    pieces = ask()
    first = next(pieces, [])
    for column in days:
        column.look(first)
    if any(column.is_doubtful for column in days):  # what comes later decides: look at all of it, and begin anew
        for rows in pieces:
            for column in days:
                column.look(rows)
        pieces = ask()
    else:
        pieces = chain([first], pieces)
    for rows in pieces:
        for column in days:
            column.look(rows)
            column.check()
        below = [cells for number, cells in rows if number > top.number]
        yield pa.table({column: _texts(below, at) for column, at in places.items()})


class _Days:
    """The days of one column, as the spreadsheet took them.

    Who types 05/10/2021 into a spreadsheet that reads the month first gets 10 May, a real date; 25/10/2021 stays a text.
    So dates whose days are all up to the 12th, beside texts whose days are all behind it, are other days than was meant.
    """

    def __init__(self, column: str, at: int, top: _Top):
        self._column, self._at, self._top = column, at, top
        self._dates: Counter[bool] = Counter()
        self._texts: Counter[bool] = Counter()  # by whether the day is behind the 12th

    def look(self, rows: list[Row]) -> None:
        at, header = self._at, self._top.number
        for number, cells in rows:
            if at < len(cells) and number > header:
                cell = cells[at]
                if isinstance(cell, datetime):
                    self._dates[cell.day > 12] += 1
                elif isinstance(cell, str) and (found := _DAY.match(cell)):
                    self._texts[int(found[1]) > 12 or int(found[2]) > 12] += 1

    @property
    def is_doubtful(self) -> bool:
        return self._dates[False] >= _PART * self._dates.total() > 0

    def check(self) -> None:
        if self.is_doubtful and self._texts[True] >= _PART * self._texts.total() > 0:
            raise Unreadable(
                f'column "{self._column}" of {self._top.title} mixes real dates, with days up to the 12th, and texts, with days '
                "behind it (such as 25/10/2021): a spreadsheet that reads the month first made other days of the former. "
                "Make all of them texts, or all of them dates, as they were meant, and deliver the file again"
            )


def _texts(rows: list[list], at: int) -> pa.StringArray:
    return pa.array([_text(row[at]) if at < len(row) else None for row in rows], pa.string())


def _text(cell: object) -> str | None:
    """As one would write it: whole numbers without a point, dates as ISO 8601."""
    match cell:
        case Formula():
            return f"\0{cell}"  # no text holds a NUL: whatever the field, it is unreadable, and its formula is shown
        case None:
            return None
        case str():
            return cell if len(cell) <= LONGEST else cell[:LONGEST]
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case time():
            return cell.isoformat()
    return str(cell)
