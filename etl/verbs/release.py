"""Let a source go on that the brake stopped; its next batch passes unjudged."""

import argparse

from etl import station
from etl.verbs import Answer, Refused
from etl.verbs.status import OPERATIONS
from sql import connect
from sql.clock import Clock
from sql.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="the source's name in the settings")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    with connect.raw(config, "etl_writer") as db:
        (shift,) = db.execute(OPERATIONS["shift"]).fetchone()
        facts = {"name": options.source, "now": Clock(shift).now()}
        released = db.execute(station.INTAKE["release_source"], facts).rowcount
        if released:
            db.execute(station.INTAKE["release_deliveries"], facts)
    if not released:
        raise Refused(f"{options.source} is not stopped by the brake; see: python -m etl status")
    return Answer({"released": options.source})
