"""A batch: what it loads, the parameters of its statements, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict

import pyarrow as pa

Parameters = Mapping[str, Any]  # of a statement: those that it names are used


class Facts(TypedDict):
    """Parameters of every statement of one batch, fixed when its transaction begins."""

    batch_id: int
    source_id: int | None  # None where the batch is not of one source
    now: datetime
    time_zone: str
    today: date
    grace_days: int
    age_bands: list[int]  # by age in years
    told_before: list[int | None]  # by source_id: what it told before that was kept with each record (sql/told.py)


class CheckFacts(Facts):
    """Those of the statements that check the records, which depend on how these came."""

    is_current: bool  # read again by reconciliation: they replace what is held, whatever their clock says
    is_trial: bool  # a dry run, rolled back


@dataclass(frozen=True)
class Delivery:
    """What one batch loads, and where the source stands once it is committed."""

    source_id: int
    records: pa.Table
    kind: str = "records"
    cursor: tuple[datetime, str] | None = None
    unit: str | None = None
    outcome: dict | None = None  # of a file: the row of warehouse.delivery that commits with the batch
    # Of a table that is read whole: between the first row that differs and the end of the reading it is not known which rows
    # are loaded; after a crash all are loaded again.
    forgets: str | None = None
    read: int | None = None  # records read for it, including unchanged ones that were left out
    part: int | None = None  # of a file: the offset of its records, under which their numbers are kept


@dataclass(frozen=True)
class Outcome:
    """What became of the records of a batch. received = loaded + unchanged + quarantined."""

    batch_id: int
    received: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    corrected: int = 0
    voided: int = 0
    vanished: int = 0  # taken out, less those that came back
    moved: int = 0  # came under another person than before
    unmapped: int = 0  # quarantined because their vaccine or site is not in the tables
    unrecognised: int = 0  # with a residence that is no code
    outside: int = 0
    newest_at: datetime | None = None
