"""Formats a verb's figures as text: lists as tables, long values below their row."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

# Longer cells are printed below their row.
_WIDEST = 40
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?:\+00:00)")


def lines(figures: Mapping, quiet: Iterable[str] = ()) -> Iterator[str]:
    """One line per figure, and a table per list of rows. Columns in `quiet` are left out if they are all 0 or no."""
    for name, value in figures.items():
        label = name.replace("_", " ")
        if isinstance(value, list):
            if value:
                yield f"{label}:"
                yield from _table(value, quiet)
        elif isinstance(value, Mapping):
            yield f"{label}: " + ", ".join(f"{key.replace('_', ' ')} {_cell(given)}" for key, given in value.items())
        elif value is not None:
            yield f"{label}: {_cell(value)}"


def _table(rows: list, quiet: Iterable[str]) -> Iterator[str]:
    if not all(isinstance(row, Mapping) for row in rows):
        yield from (f"  {_cell(row)}" for row in rows)
        return
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _is_said(name, rows, name in quiet)]
    below = [name for name in names if any(len(_cell(row.get(name))) > _WIDEST for row in rows)]
    beside = [name for name in names if name not in below]
    cells = [[name.replace("_", " ") for name in beside], *([_cell(row.get(name)) for name in beside] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(beside))]
    is_number = [all(isinstance(row.get(name), int | float | None) for row in rows) for name in beside]
    for row, line in zip((None, *rows), cells, strict=True):
        padded = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, is_number, strict=True))
        yield "  " + "  ".join(padded).rstrip()
        for name in below if row else ():
            if row.get(name) is not None:
                yield f"      {name.replace('_', ' ')}: {_cell(row[name])}"


def _is_said(name: str, rows: Iterable[Mapping], is_quiet: bool) -> bool:
    values = [row.get(name) for row in rows]
    return any(values) if is_quiet else any(value is not None for value in values)


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(given)}" for key, given in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    return _MOMENT.sub(r"\1 \2", " ".join(str(value).split()))
