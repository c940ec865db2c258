"""The backlog: everything that sites had entered before the sample first started."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np
import psycopg
import pyarrow as pa

from etl.sample import entries as entry
from etl.sample import platform, timing
from etl.sample.campaign import plan
from etl.sample.entries import Entries
from etl.sample.people import People
from etl.sample.rhythm import DAY_SECONDS, UTC_OFFSET_SECONDS
from etl.sample.rows import table

CHUNK = 50_000  # records formatted at once: keeps memory below 400 MB


def enter_backlog(
    db: psycopg.Connection, people: People, seed: int, now: datetime, size: int, tell: Callable[[str], None]
) -> bool:
    """Fill the Platform with about `size` records, unless it has some; all of them in one transaction.

    Its stock follows in another: the first one ends by holding up everybody who reads the records.
    """
    started = time.monotonic()
    platform.open_doors(db)
    with db.transaction():
        platform.lock(db)
        is_new = not platform.has_records(db)
        if is_new:
            tell(f"Sample data: making about {size:,} injections")
            entries = backlog(people, seed, now, size)
            platform.fill(db, _tables(people, entries, tell), len(entries))
    if is_new:
        with db.transaction():
            db.execute("ANALYZE platform.injections")
    with db.transaction():
        platform.lock(db)
        platform.stock_up(db, (now + timedelta(seconds=UTC_OFFSET_SECONDS)).date())
    if not is_new:
        return False
    pa.default_memory_pool().release_unused()  # 100 MB that what follows will not need again
    tell(f"Sample data: {len(entries):,} injections in {time.monotonic() - started:.0f} s")
    return True


def backlog(people: People, seed: int, now: datetime, size: int) -> Entries:
    """The entries known at `now`, in the order of their last change. The same for the same seed, day and size."""
    microseconds = int(now.timestamp() * 1_000_000)
    today = (microseconds // 1_000_000 + UTC_OFFSET_SECONDS) // DAY_SECONDS
    draw = np.random.default_rng([seed, 5, today])
    beside = 1 + entry.TWICE + entry.MISTAKES + entry.SENT_HOME
    doses = plan(people, seed, today, round(size / beside))
    made = entry.make(people, doses, timing.session_times(doses, draw), entry.site_care(seed), draw)
    known = entry.as_of(entry.joined([made, *entry.extras(made, draw)]), microseconds)
    return known.take(np.argsort(known.updated, kind="stable"))


def _tables(people: People, entries: Entries, tell: Callable[[str], None]) -> Iterator[pa.Table]:
    """The rows in the order in which readers will ask for them; their ids in the order of entry."""
    number = np.empty(len(entries), dtype=np.int64)
    number[np.argsort(entries.entered, kind="stable")] = np.arange(1, len(entries) + 1)
    quarter = max(len(entries) // 4, 1)
    for start in range(0, len(entries), CHUNK):
        which = slice(start, start + CHUNK)
        yield table(people, entries.take(which), number[which])
        done = min(start + CHUNK, len(entries))
        if start // quarter != done // quarter and done < len(entries):
            tell(f"Sample data: {done:,} of {len(entries):,} injections")
