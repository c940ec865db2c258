"""Reads XLSX: every visible sheet that has the header, each cell as text, in a sandbox (sql.confined)."""

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

CELLS = 500_000  # per table
TITLE_ROWS = 20  # in which a sheet's header is searched
_MEMORY = 1 << 30  # 1,048,576 rows with five distinct texts each need half of it
# 200,000 rows of 12 cells are 11 MB and take 6 s.
_SECONDS, _SECONDS_A_MB = 60, 10
_DAY = re.compile(r"\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*\d{2,4}\b")
_PART = 0.8  # share of the days on one side of the 12th, since some rows may be typed differently


def read_xlsx(path: Path, source: FilesSource, wanted: Sequence[str]) -> Iterator[Piece]:
    """Number cells have lost their leading zeros: see `format: "%012d"`."""
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
    """The most likely header row of a sheet, and how many of the wanted columns it has."""

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
    """The sheets to read, and a note on those that are not. Raises Unreadable naming sheets."""
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
    """The rows below the header. Raises Unreadable before the first row if a column's dates cannot be trusted."""
    places = {column: top.names.index(normal(column)) for column in wanted}
    timed = {column for name, spec in source.specs() if name in (*TIMES, "birth_date") for column in spec.columns}
    days = [_Days(column, at, top) for column, at in places.items() if column in timed]
    pieces = ask()
    first = next(pieces, [])
    for column in days:
        column.look(first)
    if any(column.is_doubtful for column in days):  # later rows decide: scan all of them, then start over
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
    """Detects dates of one column whose day and month were swapped by the spreadsheet.

    05/10/2021 typed into a spreadsheet that reads the month first becomes the date 10 May; 25/10/2021 stays a text. So
    dates with days up to the 12th only, beside texts with days after it only, are not the dates that were meant.
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
    """A cell as text: integers without a decimal point, dates in ISO 8601."""
    match cell:
        case Formula():
            return f"\0{cell}"  # the NUL makes it unreadable in any field, so that the formula is shown
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
