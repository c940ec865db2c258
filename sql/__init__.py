"""The contract between the two programs: the warehouse as plain SQL, and how to reach it."""

import re
from functools import cache
from pathlib import Path

from sql import filters, measures

FOLDER = Path(__file__).parent
VERSION = "vaccination dashboard 2026.11"

_HEADER = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


def expand(source: str) -> str:
    """Expand the templates of filters (`{who …}`) and measures (`{each …}`) in SQL."""
    return filters.expand(measures.expand(source))


@cache
def load(path: str) -> dict[str, str]:
    """Load a file of this folder (`queries/load.sql`) as its named statements.

    Raises ValueError if it has none, or two with the same name.
    """
    return statements(path, expand((FOLDER / path).read_text(encoding="utf-8")))


def statements(path: str, source: str) -> dict[str, str]:
    """Split `source` into its named statements; `path` is used in error messages."""
    _preamble, *parts = _HEADER.split(source)
    names, bodies = parts[0::2], parts[1::2]
    if not names:
        raise ValueError(f"sql/{path}: no '-- name:' line; every statement needs one")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"sql/{path}: the statement name {twice} is used twice")
    return {name: body.strip() for name, body in zip(names, bodies, strict=True)}
