"""python -m etl VERB: records from the sources into the warehouse.

Exit codes: 0 all is well · 1 something is wrong with the data or a source · 2 the settings or the command are wrong ·
3 the warehouse cannot be reached, or another ETL leads.
"""

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import threading

import psycopg
from sqlalchemy.exc import OperationalError

import sql
from etl import recount, schedule, station
from etl.identity import PersonKeyError
from etl.intake import Intake
from etl.pipeline import Outcome
from etl.progress import Progress
from etl.reference import ReferenceError
from etl.sources import SourceError
from etl.sources import open as open_source
from etl.station import Station
from sql import connect, settings
from sql.clock import Clock
from sql.settings import DatabaseSource, Settings
from sql.strict import SettingsError

OPERATIONS = sql.load("queries/status.sql")

_NO_KEY = bytes(32)  # where rows are only counted, no person is read


class Busy(Exception):
    """Another ETL leads: stop it first (Ctrl-C where ./run runs), or leave the work to it."""


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # It warns when a job is not started since it still runs (as in a backfill), and prints rows with errors.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    # It prints a traceback where a connection breaks while it is given back; the source complains of that in one line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    try:
        return options.verb(_settings(options), options)
    except (SettingsError, ReferenceError, PersonKeyError, SourceError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except (connect.NoWarehouse, Busy) as refused:
        print(str(refused) or type(refused).__doc__, file=sys.stderr)
        return 3
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        print("the database holds no warehouse of this version yet: ./run makes it", file=sys.stderr)
        return 3
    except (psycopg.OperationalError, OperationalError) as gone:
        print(f"the warehouse is out of reach: {type(gone).__name__}", file=sys.stderr)
        return 3


def _settings(options: argparse.Namespace) -> Settings:
    """The file asked for; else what ./run last started with, sample included; else config.yaml."""
    if options.config:
        return settings.read(options.config, options.data)
    plain = settings.read(data=options.data)
    started = plain.data / "effective.yaml"
    if not started.exists():
        return plain
    if "PLATFORM_URL" not in os.environ:
        beside = connect.address(plain, "owner").set(drivername="postgresql", database="platform")
        os.environ["PLATFORM_URL"] = beside.render_as_string(hide_password=False)
    return settings.read(started, options.data)


def run(config: Settings, _options: argparse.Namespace) -> int:
    """Keep the warehouse up to date until stopped."""
    stop = threading.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: stop.set())
    schedule.run(config, stop)
    return 0


def once(config: Settings, options: argparse.Namespace) -> int:
    """Take in what every source has now, then end."""
    if options.source and options.source not in config.sources:
        raise SettingsError(f"{options.source} is not a source of the settings; they are: {', '.join(config.sources)}")
    if options.source and options.source not in config.sources:
        print(
            f"--source: no source {options.source} in the settings; there are: {', '.join(config.sources)}",
            file=sys.stderr,
        )
        return 2
    outcomes: list[Outcome] = []
    with Progress("records", quiet=options.json) as progress:

        def report(outcome: Outcome) -> None:
            outcomes.append(outcome)
            progress.add(outcome.received)

        with _leading(config, report) as led:
            led.prepare()
            for intake in led.intakes:
                if options.source in (None, intake.source.name):
                    with contextlib.suppress(SourceError):  # `work` writes it down
                        progress.expect(intake.source.describe().get("rows"))
                    intake.work()
    sources = _sources(config)
    _print(options, station.total(outcomes) | {"sources": sources})
    return int(any(source["state"] in ("braked", "failed") for source in sources))


def _expected(intake: Intake) -> int | None:
    """Records in all, where the source can say; whether it can be read at all is for `work` to find and to write down."""
    with contextlib.suppress(SourceError):
        return intake.source.describe().get("rows")


def status(config: Settings, options: argparse.Namespace) -> int:
    """Say how far the warehouse is, and how each source is."""
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        state = db.execute(OPERATIONS["state"]).fetchone()
    sources = _sources(config)
    for found in sources:
        found["unreadable_without_updated_at"] = _without_time(config, found["name"])
    _print(options, (state or {}) | {"sources": sources})
    return int(any(source["state"] in ("braked", "failed") for source in sources))


def _without_time(config: Settings, name: str) -> int | None:
    """Rows of a database source that can never be read, for nobody knows when they changed; None: it cannot say now."""
    if not isinstance(given := config.sources.get(name), DatabaseSource):
        return None
    with contextlib.suppress(SourceError):  # that it is down or not as the settings say is in its state
        source = open_source(name, given, config.time_zone, _NO_KEY)
        try:
            return source.describe()["without_time"]
        finally:
            source.close()


def verify(config: Settings, options: argparse.Namespace) -> int:
    """Count every balance, and the ledger's sum, again from the injections."""
    with (
        connect.raw(config, "etl_writer", autocommit=True) as db,
        Progress("injections", quiet=options.json) as progress,
    ):
        if not db.execute(OPERATIONS["is_folded"]).fetchone()[0]:
            print("a backfill is under way, its balances follow at its end: verify then", file=sys.stderr)
            return 3
        progress.expect(db.execute(OPERATIONS["estimate_injections"]).fetchone()[0])
        differences = recount.recount(db, config.time_zone, config.etl.grace_days, progress.add)
    found = {name: len(rows) for name, rows in differences.items()}
    _print(options, {"differences": sum(found.values()), "compared": found, "examples": {
        name: rows[:10] for name, rows in differences.items() if rows}})  # fmt: skip
    return int(any(found.values()))


def retry(config: Settings, options: argparse.Namespace) -> int:
    """Try again what is in quarantine, after a table or the settings were mended."""
    with _leading(config) as led:
        led.prepare()
        tried = {intake.source.name: intake.retry() for intake in led.intakes}
    _print(options, {name: {"tried": outcome.received, "loaded": outcome.loaded} for name, outcome in tried.items()})
    return 0


def release(config: Settings, options: argparse.Namespace) -> int:
    """Let a source go on that the brake stopped; its next batch passes unjudged."""
    with connect.raw(config, "etl_writer") as db:
        (shift,) = db.execute(OPERATIONS["shift"]).fetchone()
        facts = {"name": options.source, "now": Clock(shift).now()}
        released = db.execute(station.INTAKE["release_source"], facts).rowcount
        if released:
            db.execute(station.INTAKE["release_deliveries"], facts)
    if not released:
        print(f"{options.source} is not stopped by the brake; see: python -m etl status", file=sys.stderr)
        return 1
    print(f"{options.source} may go on")
    return 0


def rebuild(config: Settings, options: argparse.Namespace) -> int:
    """Place every injection anew by today's units, sites, ages and rules; the differences are posted as reclassified."""
    with _leading(config) as led, Progress("persons", quiet=options.json) as progress:
        led.prepare()
        progress.expect(led.db.execute(OPERATIONS["estimate_persons"]).fetchone()[0])
        done = led.rebuild(progress.add)
    _print(options, {"persons": done})
    return 0


def _leading(config: Settings, report=lambda outcome: None):
    return _Lead(station.leading(config, report))


class _Lead:
    """station.leading, with Busy where somebody else leads."""

    def __init__(self, lead):
        self.lead = lead

    def __enter__(self) -> Station:
        led = self.lead.__enter__()
        if led is None:
            raise Busy
        return led

    def __exit__(self, *fault) -> None:
        self.lead.__exit__(*fault)


def _sources(config: Settings) -> list[dict]:
    with connect.raw(config, "etl_writer", autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        return db.execute(OPERATIONS["sources"]).fetchall()


def _print(options: argparse.Namespace, figures: dict) -> None:
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, default=str))
        return
    for name, value in figures.items():
        if isinstance(value, list):
            for row in value:
                print("  " + "  ".join(f"{key}={given}" for key, given in row.items() if given is not None))
        elif isinstance(value, dict):
            print(f"{name}: " + "  ".join(f"{key}={given}" for key, given in value.items()))
        else:
            print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m etl", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, does, help_ in (
        ("run", run, run.__doc__), ("once", once, once.__doc__), ("status", status, status.__doc__),
        ("verify", verify, verify.__doc__), ("retry", retry, retry.__doc__), ("release", release, release.__doc__),
        ("rebuild", rebuild, rebuild.__doc__),
        ("backfill", once, "As once, for a first load: large batches, a progress bar; can be killed and goes on."),
    ):  # fmt: skip
        verb = verbs.add_parser(name, help=help_, description=help_)
        verb.set_defaults(verb=does)
        verb.add_argument("--config", help="the settings file; default: what ./run started with, else config.yaml")
        verb.add_argument("--data", help="the folder that ./run writes to")
        verb.add_argument("--json", action="store_true", help="print the figures as JSON")
        if name == "release":
            verb.add_argument("source", help="the source's name in the settings")
        if name in ("once", "backfill"):
            verb.add_argument("--source", help="this source only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
