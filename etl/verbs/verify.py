"""Recompute the ledger and every balance from the injections, and report differences."""

import argparse

from etl import recount
from etl.progress import Progress
from etl.settings import Settings
from etl.verbs import Answer, Refused, warehouse
from etl.verbs.status import OPERATIONS
from sql.rows import only


def act(config: Settings, options: argparse.Namespace) -> Answer:
    with (
        warehouse(config, autocommit=True) as db,
        Progress("injections", quiet=options.json) as progress,
    ):
        if not only(db.execute(OPERATIONS["is_folded"]))[0]:
            raise Refused("a backfill is under way, its balances follow at its end: verify then", 3)
        progress.expect(only(db.execute(OPERATIONS["estimate_injections"]))[0])
        differences = recount.recount(db, config.time_zone, config.etl.grace_days, progress.add)
    found = {name: len(rows) for name, rows in differences.items()}
    examples = {name: rows[:10] for name, rows in differences.items() if rows}
    return Answer({"differences": sum(found.values()), "compared": found, "examples": examples}, int(any(found.values())))
