"""What is counted of each dose beside the dose itself: the columns of warehouse.ledger_entries and balance_entries.

How each is counted says post_entries (sql/queries/ledger.sql) and, for `verify`, etl/recount.py on a road of its own. What only
passes them on (folding, comparing, as of a batch) writes `{each sum(@)}`, which stands for `sum(doses), sum(duplicates), …`.
"""

import re

# In the order of the table; a new one comes last.
MEASURES = (
    "doses", "duplicates", "identity_correct_before", "identity_not_sent", "identity_no_id", "identity_bad_format",
    "identity_pending", "identity_correct", "identity_wrong", "identity_not_applicable", "certificates_printed",
    "app_confirmed", "entered_within_72h", "entered_same_day", "entered_day_1", "entered_day_2", "entered_day_3",
    "entered_days_4_7", "entered_days_8_14", "entered_later", "entered_unknown", "identity_unknown",
    "certificates_unknown", "app_unknown",
)  # fmt: skip

_EACH = re.compile(r"\{each ([^{}]+)\}")


def spelt_out(source: str) -> str:
    """SQL with each `{each …}` written out: once for each measure, which `@` stands for, with commas between."""
    return _EACH.sub(lambda found: ", ".join(found[1].replace("@", name) for name in MEASURES), source)
