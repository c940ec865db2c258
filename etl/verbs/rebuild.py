"""Reclassify every injection by today's units, sites, ages and rules; differences are posted as reclassified."""

import argparse

from etl.station import Station
from etl.verbs import Answer
from etl.verbs.status import OPERATIONS
from sql.rows import only

UNIT = "persons"


def work(led: Station, _options: argparse.Namespace, progress) -> Answer:
    with led.writing:
        (persons,) = only(led.db.execute(OPERATIONS["estimate_persons"]))
    progress.expect(persons)
    return Answer({"persons": led.rebuild(progress.add)})
