"""Classifies an exception as caused by values or by the warehouse, and describes it without quoting values."""

import re
import traceback
from pathlib import Path

import psycopg

_PROJECT = Path(__file__).parents[1]
# SQLSTATE classes that are caused by values: data exception, integrity constraint violation, program limit exceeded.
_OF_VALUES = ("22", "23", "54")


class Fenced(Exception):
    """Another ETL took the lead while this one stalled, or the warehouse was migrated: stop, and start over."""


def is_of_values(fault: Exception) -> bool:
    """Whether the values are at fault, and not a lost connection, lead or table."""
    if isinstance(fault, psycopg.Error):
        return isinstance(fault, psycopg.DataError) or (fault.sqlstate or "").startswith(_OF_VALUES)
    return not isinstance(fault, Fenced)


def in_words(fault: BaseException) -> str:
    """The error and its place in our code, without the values that libraries and databases quote."""
    said = type(fault).__name__
    if isinstance(fault, psycopg.Error) and (message := fault.diag.message_primary):
        is_quoting = (fault.sqlstate or "").startswith("22")  # an invalid value, which it quotes
        said += ": " + (re.sub('".*"', "…", message) if is_quoting else message)
    elif isinstance(fault, psycopg.OperationalError):  # from libpq: holds no statement and no value
        said += ": " + " ".join(str(fault).split())[:300]
    place = _place(fault)
    return f"{said}, at {place}" if place else said


def _place(fault: BaseException) -> str | None:
    """The innermost frame in our code."""
    frames = [
        frame for frame in traceback.extract_tb(fault.__traceback__) if Path(frame.filename).is_relative_to(_PROJECT / "etl")
    ]
    return f"{Path(frames[-1].filename).relative_to(_PROJECT)}:{frames[-1].lineno}" if frames else None
