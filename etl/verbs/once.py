"""Load everything new from every source, then exit."""

import argparse
import contextlib

from etl import station
from etl.batch import Outcome
from etl.sources import SourceError, reading
from etl.verbs import Answer, Refused, status

UNIT = "records"

_READ_AGAIN = 10_000  # records, whether or not their day looks changed: about a second


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", help="this source only")


def work(led: station.Station, options: argparse.Namespace, progress) -> Answer:
    known = led.settings.sources
    if options.source and options.source not in known:
        raise Refused(f"{options.source} is not a source of the settings; they are: {', '.join(known)}", 2)
    outcomes: list[Outcome] = []

    def hear(outcome: Outcome) -> None:
        outcomes.append(outcome)
        progress.add(outcome.received)

    with led.reporting(hear):
        for intake in led.intakes:
            if options.source in (None, intake.source.name):
                with intake.turn, contextlib.suppress(SourceError), reading(intake.source.name):  # `work` records it
                    progress.expect(intake.source.describe()["rows"])
                intake.work()
        for intake in led.reconcilable():
            if options.source in (None, intake.source.name) and intake.is_running():
                led.reconcile(intake, _READ_AGAIN)
    with led.writing:
        sources = status.sources(led.db)
    stands = any(source["state"] in ("braked", "failed") or not source["is_equal"] for source in sources)
    return Answer(station.total(outcomes) | {"sources": sources}, int(stands))
