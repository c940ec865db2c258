"""Migrate the warehouse to this version, or create it. ./run does so at each start."""

import argparse

from etl.settings import Settings
from etl.verbs import Answer
from sql import connect, version
from sql.migrate import migrate
from sql.world import settle


def act(config: Settings, _options: argparse.Namespace) -> Answer:
    engine = connect.engine(config, "owner")
    try:
        applied = migrate(engine)
        settle(engine, config)
    finally:
        engine.dispose()
    return Answer({"applied": applied, "newest": version.known()[-1]})
