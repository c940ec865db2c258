"""The statements of the warehouse that a batch runs, by name, in the order in which they run."""

import sql

LOAD, COURSE, STORE, LEDGER, HELD, BALANCES, INTAKE, IDENTITY, MEMBERSHIP = (
    sql.load(f"queries/{name}.sql")
    for name in ("load", "course", "store", "ledger", "held", "balances", "intake", "identity", "membership")
)

# Temporary tables that a batch is worked out in, by either engine; and those by which it reaches the quarantine.
WORKSPACE = ("landed", "known_record", "known", "incoming", "touched", "before", "after", "person_before", "person_after")
QUARANTINED = ("broken", "written", "ended", "retried")
