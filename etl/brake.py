"""The brake: stops a source whose batch looks wrong, before anything of it is kept. A person releases it."""

import psycopg
from psycopg.rows import namedtuple_row

import sql
from sql.settings import Brake

INTAKE = sql.load("queries/intake.sql")

# A source that always sends many corrections is not stopped for them: so many times its own history is allowed.
_TIMES_HISTORY = 3


class Braked(Exception):
    """A source was stopped; the message says what looked wrong and how to let it go on."""


def check(db: psycopg.Connection, source_id: int, outcome, limits: Brake) -> None:
    """Raises Braked when, of the last `min_records` and more, too many were quarantined or changed."""
    with db.cursor(row_factory=namedtuple_row) as cursor:
        source = cursor.execute(INTAKE["read_source"], {"source_id": source_id}).fetchone()
        if source.is_released:
            return
        recent = cursor.execute(INTAKE["recent_of_source"], {
            "source_id": source_id, "after_batch": source.braked_after_batch, "min_records": limits.min_records,
        }).fetchone()  # fmt: skip
    received = recent.received + outcome.received
    if received < limits.min_records:
        return
    for name, found, before, limit in (
        ("broke a rule", recent.quarantined + outcome.quarantined, source.quarantined, limits.quarantine_share),
        ("voided records loaded earlier", recent.voided + outcome.voided, 0, limits.void_share),
        ("changed records loaded earlier", recent.corrected + outcome.corrected, source.corrected, limits.change_share),
    ):  # fmt: skip
        usual = before / source.received if source.received >= limits.min_records else 0
        # However bad the history, at most halfway between the limit and everything: else one bad batch that a person let
        # pass would take a young source's brake off for good.
        allowed = max(limit, min((1 + limit) / 2, usual * _TIMES_HISTORY))
        if found > allowed * received:
            raise Braked(
                f"{found} of the last {received} records {name} ({found / received:.0%}; up to {allowed:.0%} is let "
                "pass). Nothing of this batch was kept. Look at it, then: python -m etl release SOURCE"
            )


def check_size(path: str, size: int, before: int | None, limits: Brake) -> None:
    """Raises Braked when a file (bytes) is much smaller than the one of the same name before it: it may be cut off."""
    if before and size < before * (1 - limits.shrink_share):
        raise Braked(
            f"{path} has {size:,} bytes, the one of this name before it had {before:,}: it may be cut off. "
            "Look at it, then: python -m etl release SOURCE"
        )
