"""Retry quarantined records, after a table or the settings were corrected."""

import argparse

from etl.station import Station
from etl.verbs import Answer
from etl.verbs.status import OPERATIONS
from sql.rows import only

UNIT = "records"


def work(led: Station, _options: argparse.Namespace, progress) -> Answer:
    with led.writing:
        (waiting,) = only(led.db.execute(OPERATIONS["open_quarantine"]))
    progress.expect(waiting)
    tried = {intake.source.name: intake.retry(progress.add) for intake in led.intakes}
    return Answer({name: {"tried": outcome.received, "loaded": outcome.loaded} for name, outcome in tried.items()})
