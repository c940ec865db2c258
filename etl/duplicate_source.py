"""Detects a new source that delivers the records of another one: most likely the same, renamed in the settings."""

from dataclasses import dataclass
from uuid import UUID

import psycopg
import pyarrow as pa

from etl.statements import IDENTITY
from sql.rows import by_name, only

# Records of a batch that are looked up. Two sources may well share a few record numbers of the same people.
_SAMPLE, _FEWEST, _SHARE = 1000, 3, 0.5


@dataclass(frozen=True)
class Twin:
    """The existing source: it already holds `found` of `of` sampled records; `records` are some of their numbers."""

    name: str
    found: int
    of: int
    records: list[str]


def find(db: psycopg.Connection, source_id: int, records: pa.Table) -> Twin | None:
    """The other source that holds more than half of these records, if any. Runs in the batch's transaction."""
    step = max(1, -(-records.num_rows // _SAMPLE))
    sample = records.take(pa.array(range(0, records.num_rows, step), pa.int64()))
    facts = {
        "source_id": source_id, "record_ids": sample["record_id"].to_pylist(),
        "persons": [key and UUID(bytes=key) for key in sample["person_key"].to_pylist()],
        "moments": sample["injected_at"].to_pylist(), "sites": sample["site_code"].to_pylist(),
        "doses": sample["dose_number"].to_pylist(),
    }  # fmt: skip
    with db.cursor(row_factory=by_name) as cursor:
        found = cursor.execute(IDENTITY["duplicate_source"], facts).fetchone()
        if found is None or found.records < _FEWEST or found.records <= _SHARE * found.of:
            return None
        if only(cursor.execute(IDENTITY["was_released_as_new"], facts))[0]:
            return None
    return Twin(found.name, found.records, found.of, found.examples)
