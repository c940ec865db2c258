"""The measures counted per dose: the columns of warehouse.ledger_entries and balance_entries_site_day.

Defined once, here; etl/recount.py computes them independently for `verify`. SQL lists them by templates: `{each sum(@)}`
expands to `sum(doses), sum(duplicates), …`, and `@sum` is the aggregate of post_entries (sql/queries/ledger.sql). A row
with all of them is an `Entries`.
"""

import re
from dataclasses import dataclass, field, fields

from sql.told import BITS

# The columns of an injection that post_entries reads, `{recorded}`: its cell, and those named in a condition.
_RECORDED = (
    "is_duplicate", "injected_on", "injected_at", "site_id", "place_unit_id", "recorded_at", "is_recorded_at_inferred",
    "identity_status", "identity_checked_at", "certificate_printed_at", "app_confirmed_at", "told",
)  # fmt: skip


def _when(condition: str) -> dict[str, str]:
    """Counts the doses that meet a condition on a row of `measured` in post_entries."""
    return {"sum": f"coalesce(sum(dose) FILTER (WHERE {condition}), 0)"}


@dataclass(frozen=True, slots=True)
class Entries:
    """In the order of the table columns; append new ones."""

    doses: int = field(metadata={"sum": "sum(dose)"})
    duplicates: int = field(metadata={"sum": "sum(sign - dose)"})
    identity_correct_before: int = field(
        metadata=_when("identity_status = 'correct' AND identity_checked_at <= injected_at")
    )
    identity_not_sent: int = field(metadata=_when("identity_status = 'not_sent'"))
    identity_no_id: int = field(metadata=_when("identity_status = 'no_id'"))
    identity_bad_format: int = field(metadata=_when("identity_status = 'bad_format'"))
    identity_pending: int = field(metadata=_when("identity_status = 'pending'"))
    identity_correct: int = field(metadata=_when("identity_status = 'correct'"))
    identity_wrong: int = field(metadata=_when("identity_status = 'wrong'"))
    identity_not_applicable: int = field(metadata=_when("identity_status = 'not_applicable'"))
    certificates_printed: int = field(metadata=_when("certificate_printed_at IS NOT NULL"))
    app_confirmed: int = field(metadata=_when("app_confirmed_at IS NOT NULL"))
    entered_within_72h: int = field(
        metadata=_when("NOT is_recorded_at_inferred AND recorded_at - injected_at <= interval '72 hours'")
    )
    entered_same_day: int = field(metadata=_when("lag_days <= 0"))
    entered_day_1: int = field(metadata=_when("lag_days = 1"))
    entered_day_2: int = field(metadata=_when("lag_days = 2"))
    entered_day_3: int = field(metadata=_when("lag_days = 3"))
    entered_days_4_7: int = field(metadata=_when("lag_days BETWEEN 4 AND 7"))
    entered_days_8_14: int = field(metadata=_when("lag_days BETWEEN 8 AND 14"))
    entered_later: int = field(metadata=_when("lag_days > 14"))
    entered_unknown: int = field(metadata=_when("lag_days IS NULL"))
    identity_unknown: int = field(metadata=_when("identity_status = 'unknown'"))
    certificates_unknown: int = field(metadata=_when(f"(told & {BITS['certificate_printed_at']}) = 0"))
    app_unknown: int = field(metadata=_when(f"(told & {BITS['app_confirmed_at']}) = 0"))


_SUMS = {one.name: one.metadata["sum"] for one in fields(Entries)}
MEASURES = tuple(_SUMS)

_EACH = re.compile(r"\{each ([^{}]+)\}")


def expand(source: str) -> str:
    """Expand each `{each …}`: once per measure, separated by commas."""
    source = source.replace("{recorded}", ", ".join(_RECORDED))
    return _EACH.sub(lambda found: ", ".join(_of(found[1], name) for name in MEASURES), source)


def _of(written: str, name: str) -> str:
    return written.replace("@sum", _SUMS[name]).replace("@", name)
