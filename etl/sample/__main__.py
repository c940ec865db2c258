"""python -m etl.sample: simulates the national Platform in a database of its own."""

import argparse
import os
import signal
import sys
import threading
import time

import numpy as np
import psycopg

from etl.sample import platform
from etl.sample.backlog import enter_backlog
from etl.sample.late_commits import LateCommits
from etl.sample.live import Sites, at
from etl.sample.people import everybody
from sql.clock import Clock
from sql.rows import only

WRONG_CLOCK = 2
_RETRY_SECONDS = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 after a signal, 2 if the Platform already holds changes later than the clock."""
    options = _read(arguments)
    stop = threading.Event()
    # Before live entry begins, a signal simply interrupts: open transactions are rolled back.
    _on_signals(signal.default_int_handler)
    try:
        return _play(options, Clock(options.shift_days), stop)
    except KeyboardInterrupt:
        return 0
    except WrongClock as error:
        print(f"Sample data: {error}", file=sys.stderr)
        return WRONG_CLOCK


def _play(options, clock: Clock, stop: threading.Event) -> int:
    """Write the backlog, then enter live; restarts after the database was unreachable."""
    people, is_away = None, False
    while not stop.is_set():
        try:
            with platform.connect(options.url) as db:
                is_away = False
                platform.open_doors(db)
                people = people or everybody(options.seed)
                enter_backlog(db, people, options.seed, clock.now(), options.backlog, tell)
                if options.backlog_only:
                    return 0
                _go_on(db, options, people, clock, stop)
        except psycopg.OperationalError as gone:
            if not is_away:
                tell(f"Sample data: the Platform's database is away ({type(gone).__name__}), trying again")
            is_away = True
            stop.wait(_RETRY_SECONDS)
    return 0


def _on_signals(handler) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


class WrongClock(Exception):
    """The Platform holds changes later than this program's clock."""


def _go_on(db: psycopg.Connection, options, people, clock: Clock, stop: threading.Event) -> None:
    """Enter records each second until stopped."""
    last_change = only(db.execute(platform.SQL["last_change"]))[0]
    if last_change and (last_change - clock.now()).total_seconds() > 60:
        days = -(-(last_change - clock.now()).total_seconds() // 86_400)
        raise WrongClock(
            f"the Platform's last change is of {last_change:%Y-%m-%d %H:%M} UTC, after this clock's now: "
            f"start with --shift-days {options.shift_days + int(days)} or more, or with an empty database"
        )
    sites = Sites(people, options.seed, np.random.default_rng(), options.rate)
    sites.register.read(db)
    caught_up = sites.catch_up(db, last_change, at(clock.now()))
    tell(f"Sample data: sites are entering records{f', {caught_up:,} of them late' if caught_up else ''}")
    _on_signals(lambda *_: stop.set())
    with LateCommits(options.url, sites) as late:
        before = time.monotonic()
        while not stop.wait(sites.draw.uniform(0.6, 1.4)):
            moment = time.monotonic()
            sites.work(db, at(clock.now()), min(moment - before, 5.0))
            late.work(at(clock.now()), moment)
            before = moment


def tell(line: str) -> None:
    """Print a line of progress, unbuffered."""
    print(line, flush=True)


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m etl.sample", description=__doc__)
    url = os.environ.get("PLATFORM_URL")
    parser.add_argument("--url", default=url, required=not url, help="the Platform's database (default: $PLATFORM_URL)")
    parser.add_argument("--shift-days", type=int, default=0, help="whole days between the real time and the sample's")
    parser.add_argument("--seed", type=int, default=20_211_105, help="another seed, other people")
    parser.add_argument("--backlog", type=int, default=1_000_000, help="injections before the first start, about")
    parser.add_argument("--backlog-only", action="store_true", help="make the backlog, then end")
    parser.add_argument("--rate", type=float, help="injections a second at the busiest hour (default: as in the backlog)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
