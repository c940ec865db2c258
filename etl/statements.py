"""The SQL statements that a batch runs, by name and in execution order."""

import sql

LOAD, COURSE, STORE, LEDGER, HELD, BALANCES, INTAKE, IDENTITY, MEMBERSHIP = (
    sql.load(f"queries/{name}.sql")
    for name in ("load", "course", "store", "ledger", "held", "balances", "intake", "identity", "membership")
)

# Temporary tables of a batch, in either engine; and those that feed the quarantine.
WORKSPACE = ("landed", "known_record", "known", "incoming", "touched", "before", "after", "person_before", "person_after")
QUARANTINED = ("broken", "written", "ended", "retried")
