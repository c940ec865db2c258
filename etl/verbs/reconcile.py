"""Compare databases with the warehouse, record by record; load or take out what differs."""

import argparse
from dataclasses import asdict

from etl.station import Station
from etl.verbs import Answer, Refused

UNIT = "records"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", help="this source only")


def work(led: Station, options: argparse.Namespace, _progress) -> Answer:
    names = [intake.source.name for intake in led.reconcilable()]
    if options.source and options.source not in names:
        raise Refused(f"{options.source} is not a database read by its changes; they are: {', '.join(names) or 'none'}", 2)
    if not names:
        return Answer({"compared": "nothing: no source is a database that is read by its changes"})
    found = {}
    for intake in led.reconcilable():
        if options.source in (None, intake.source.name):
            intake.work()
            found[intake.source.name] = led.reconcile(intake)
    figures = {name: {**asdict(c), "is_equal": c.is_equal} if c else {"state": "see status"} for name, c in found.items()}
    return Answer(figures, int(not all(c and c.is_equal for c in found.values())))
