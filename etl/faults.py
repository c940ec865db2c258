"""Classifies an exception as a fault of some records (the others go on) or of the warehouse, and puts it into words."""

import re
import traceback
from pathlib import Path

import psycopg

_PROJECT = Path(__file__).parents[1]
# PostgreSQL's classes of what is wrong with values: data exceptions, constraints, what exceeds a limit of the program.
_OF_VALUES = ("22", "23", "54")


class Fenced(Exception):
    """Another ETL took the lead while this one stalled, or the warehouse was migrated: stop, and begin anew."""


def is_of_values(fault: Exception) -> bool:
    """Whether the records that were given are at fault; else the connection, the lead or the tables are gone."""
    if isinstance(fault, psycopg.Error):
        return isinstance(fault, psycopg.DataError) or (fault.sqlstate or "").startswith(_OF_VALUES)
    return not isinstance(fault, Fenced)


def in_words(fault: BaseException) -> str:
    """What happened and where in our code, without the values that libraries and databases quote."""
    said = type(fault).__name__
    if isinstance(fault, psycopg.Error) and (message := fault.diag.message_primary):
        is_quoting = (fault.sqlstate or "").startswith("22")  # a value that is none of its type
        said += ": " + (re.sub('".*"', "…", message) if is_quoting else message)
    elif isinstance(fault, psycopg.OperationalError):  # of the connection, by libpq: no statement, no value
        said += ": " + " ".join(str(fault).split())[:300]
    place = _place(fault)
    return f"{said}, at {place}" if place else said


def _place(fault: BaseException) -> str | None:
    """The innermost line of ours on the way to it."""
    frames = [
        frame for frame in traceback.extract_tb(fault.__traceback__) if Path(frame.filename).is_relative_to(_PROJECT / "etl")
    ]
    return f"{Path(frames[-1].filename).relative_to(_PROJECT)}:{frames[-1].lineno}" if frames else None
