"""What was committed here need not be asked for; what others committed late must be."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from etl.recently_committed import RecentlyCommitted

NOON = datetime(2021, 11, 5, 12, tzinfo=UTC)
TIME = pa.timestamp("us", "UTC")


def keys(*rows: tuple[str | None, int | None]) -> pa.Table:
    """Records with the minutes after noon at which they were changed, and a column that is no part of the key."""
    times = [None if minutes is None else NOON + timedelta(minutes=minutes) for _, minutes in rows]
    return pa.table({"record_id": [record for record, _ in rows], "updated_at": pa.array(times, TIME)})


def missing(committed: RecentlyCommitted, *rows) -> set[str]:
    return set(committed.missing_from(keys(*rows))["record_id"].to_pylist())


def test_before_anything_was_committed_all_is_asked_for():
    assert missing(RecentlyCommitted(), ("r1", 0), ("r2", 1)) == {"r1", "r2"}


def test_a_version_that_was_committed_is_not_asked_for_but_another_version_of_it_is():
    committed = RecentlyCommitted()
    committed.add(keys(("r1", 0), ("r2", 0), (None, 0), ("r3", None)).append_column("sex", [["male"] * 4]))
    assert missing(committed, ("r1", 0), ("r2", 1), ("r3", 2)) == {"r2", "r3"}
    committed.add(keys(("r2", 1)))
    assert missing(committed, ("r1", 0), ("r2", 1), ("r3", 2)) == {"r3"}


def test_what_is_too_old_for_any_look_back_is_forgotten():
    committed = RecentlyCommitted()
    committed.add(keys(("old", 0), ("new", 20)))
    committed.forget_before(NOON + timedelta(minutes=10))
    assert missing(committed, ("old", 0), ("new", 20)) == {"old"}
