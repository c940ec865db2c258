"""The statements of the warehouse that a batch runs, by name, in the order in which they run."""

import sql

LOAD, COURSE, LEDGER, HELD, STORE, BALANCES, INTAKE, IDENTITY, MEMBERSHIP = (
    sql.load(f"queries/{name}.sql")
    for name in ("load", "course", "ledger", "held", "store", "balances", "intake", "identity", "membership")
)
