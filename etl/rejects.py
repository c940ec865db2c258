"""Finds the records that the database rejects for a value that no rule covers, by bisecting the batch.

A last resort, so that one record never blocks the others: a rejected record goes to quarantine with the database's message.
"""

import hashlib
import json
from collections.abc import Callable, Mapping

import psycopg
import pyarrow as pa

from etl.faults import in_words, is_of_values

RULE = "refused_record"
# With more of them the delivery is at fault, and finding each would take minutes.
_MOST = 100

Try = Callable[[pa.Table], Exception | None]


def is_of_a_record(fault: Exception) -> bool:
    """Whether a single value may be at fault."""
    return is_of_values(fault) if isinstance(fault, psycopg.Error) else isinstance(fault, ValueError | ArithmeticError)


def replaced(records: pa.Table, attempt: Try) -> pa.Table | None:
    """The records, with stand-ins for quarantine in place of rejected ones; None if those cannot be found, or are too many.

    `attempt` returns the error that some records raise, or None.
    """
    refused: dict[int, Exception] = {}
    _find(records, 0, attempt, refused)
    if not 0 < len(refused) <= _MOST:
        return None
    pieces, done = [], 0
    for place, fault in sorted(refused.items()):
        pieces += [records.slice(done, place - done), _instead(records.slice(place, 1), fault, attempt)]
        done = place + 1
    return pa.concat_tables([*pieces, records.slice(done)]).combine_chunks()


def _find(records: pa.Table, first: int, attempt: Try, refused: dict[int, Exception]) -> None:
    """Add rejected records by position, which starts at `first`; stops beyond `_MOST`."""
    if len(refused) > _MOST or (fault := attempt(records)) is None:
        return
    if records.num_rows == 1:
        refused[first] = fault
        return
    half = records.num_rows // 2
    _find(records.slice(0, half), first, attempt, refused)
    _find(records.slice(half), first + half, attempt, refused)


def _instead(record: pa.Table, fault: Exception, attempt: Try) -> pa.Table:
    """A stand-in with the record's number and time of change, unless these are rejected themselves."""
    said = {"line": RULE, "found": in_words(fault)}
    kept = _only(record, said, ("record_id", "updated_at", "told"))
    if attempt(kept) is None:
        return kept
    content = hashlib.sha256(repr(record.to_pylist()).encode(errors="backslashreplace")).hexdigest()[:32]
    return _only(record, said | {"content": content}, ("told",))


def _only(record: pa.Table, said: Mapping[str, str], names: tuple[str, ...]) -> pa.Table:
    columns = [record[field.name] if field.name in names else pa.nulls(1, field.type) for field in record.schema]
    made = dict(zip(record.column_names, columns, strict=True)) | {
        "unreadable": pa.array([json.dumps(said, ensure_ascii=False)])
    }
    return pa.table(made, schema=record.schema)
