"""Release a source that the brake stopped: the stopped delivery passes if it comes again unchanged."""

import argparse

from etl import stopped
from etl.settings import Settings
from etl.verbs import Answer, Refused, warehouse
from etl.verbs.status import OPERATIONS
from sql.clock import Clock
from sql.rows import only


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="the source's name in the settings")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    with warehouse(config) as db:
        (shift,) = only(db.execute(OPERATIONS["shift"]))
        released = stopped.release(db, options.source, Clock(shift).now())
    if released is None:
        raise Refused(f"{options.source} is not stopped by the brake; see: ./run status")
    return Answer({"released": options.source} | {name: value for name, value in released.items() if value is not None})
