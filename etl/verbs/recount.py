"""Compare every balance with the ledger; with --mend rebuild those that differ, without blocking readers."""

import argparse

import psycopg

from etl.mend import mend
from etl.progress import Progress
from etl.settings import Settings
from etl.statements import BALANCES
from etl.verbs import Answer, Refused, warehouse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mend", action="store_true", help="rebuild the balances that differ from the ledger")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    with (
        warehouse(config, autocommit=True, application_name="etl recount") as db,
        Progress("balances", quiet=options.json) as progress,
    ):
        progress.expect(len(BALANCES))
        try:
            found = mend(db, options.mend, progress.add)
        except psycopg.errors.LockNotAvailable:
            raise Refused("a batch is under way for long, and this waits for its end: try again", 3) from None
    different = sum(found.values())
    figures = {"different": different, "mended": different if options.mend else 0, "by_balance": found}
    return Answer(figures, int(different > 0 and not options.mend))
