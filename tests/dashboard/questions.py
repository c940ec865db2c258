"""The questions of `Data` and the types of their rows, and what a double says where no test is about the answer."""

import inspect
from datetime import UTC, date, datetime
from importlib import import_module
from types import NoneType
from typing import get_args, get_origin, get_type_hints

from dashboard.data import Data, Rows
from dashboard.filters import Filters

ASKED = {name: method for name, method in inspect.getmembers(Data, inspect.isfunction) if name[0] != "_"}
_VALUES = {
    int: 1, float: 0.5, str: "x", bool: False, date: date(2021, 11, 5), datetime: datetime(2021, 11, 5, 2, tzinfo=UTC),
    list: [], dict: {},
}  # fmt: skip


def _promised(name: str):
    """What a question of Data promises; the type checker holds what it asks for to that."""
    return get_type_hints(ASKED[name], vars(import_module(ASKED[name].__module__)), {"Filters": Filters})["return"]


def row_type(name: str) -> type:
    """Of the rows that a question promises."""
    return (get_args(_promised(name)) or (_promised(name),))[0]


def fields_of(row: type) -> dict:
    """Name → type of each field of a row type, that may be None or not."""
    hints = get_type_hints(row)
    return {name: next((one for one in get_args(hint) if NoneType in get_args(hint)), hint) for name, hint in hints.items()}


def answer(name: str, version) -> Rows | object:
    """One row, of which is said what must be said."""
    hints = get_type_hints(row_type(name))
    row = row_type(name)(**{
        field: None if NoneType in get_args(hint) else _VALUES[get_origin(hint) or hint] for field, hint in hints.items()
    })  # fmt: skip
    return Rows([row], version) if get_origin(_promised(name)) is Rows else row
