"""Changes, committed in the source by SQL as a Platform would: one transaction, and its word to who listens."""

from datetime import datetime

import psycopg

from etl.sample import platform
from etl.sample.places import province
from tests.bench.records import Changes

_CORRECT = """
UPDATE platform.injections SET ma_diem_tiem = %(site)s, so_lo = 'MH' || %(lot)s, cap_nhat_luc = %(now)s
WHERE ma_mui_tiem = ANY(%(records)s)
"""


def commit(db: psycopg.Connection, changes: Changes, now: datetime) -> None:
    """Write and commit; whatever changes bears the time `now`."""
    sites = province().sites
    with db.transaction():
        platform.copy_in(db, [changes.rows])
        if changes.corrected:
            facts = {"site": sites[now.microsecond % len(sites)].code, "lot": now.microsecond, "now": now}
            db.execute(_CORRECT, facts | {"records": changes.corrected})
        if changes.voided:
            db.execute(platform.SQL["void"], {"now": now, "records": changes.voided})
        db.execute(platform.SQL["notify"])
