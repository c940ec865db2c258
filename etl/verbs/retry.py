"""Try again what is in quarantine, after a table or the settings were mended."""

import argparse

from etl.station import Station
from etl.verbs import Answer

UNIT = "records"


def work(led: Station, _options: argparse.Namespace, _progress) -> Answer:
    tried = {intake.source.name: intake.retry() for intake in led.intakes}
    return Answer({name: {"tried": outcome.received, "loaded": outcome.loaded} for name, outcome in tried.items()})
