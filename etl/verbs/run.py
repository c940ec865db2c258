"""Keep the warehouse up to date until stopped."""

import argparse
import os
import signal
import threading

from etl import schedule
from etl.heartbeat import pulse_of
from etl.settings import Settings
from etl.verbs import Answer


def act(config: Settings, _options: argparse.Namespace) -> Answer:
    stop = threading.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: stop.set())
    schedule.run(config, stop, pulse_of(os.environ))
    return Answer()
