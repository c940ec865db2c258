"""python -m etl VERB: records from the sources into the warehouse.

Exit codes: 0 all is well · 1 something is wrong with the data or a source · 2 the settings or the command are wrong ·
3 the warehouse cannot be reached, or the ETL that leads does not answer.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module

import psycopg
from sqlalchemy.exc import OperationalError

from etl import request_queue
from etl.archive import ArchiveError
from etl.settings import Settings
from etl.verbs import Answer, Refused, words
from sql import VERSION, connect, settings
from sql.migrate import MigrationError
from sql.version import NO_WAREHOUSE, OtherVersion
from sql.world import WorldError

# In the order in which --help lists them; a verb's name is its module's.
VERBS = tuple(import_module(f"etl.verbs.{name}") for name in (
    "run", "check", "once", "backfill", "status", "verify", "reconcile", "recount",
    "retry", "quarantine", "braked", "release", "source", "rebuild", "migrate", "backup", "restore",
))  # fmt: skip

# Raised by a database that holds no warehouse, or an older one.
_NO_SCHEMA = (
    psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
)  # fmt: skip


def name_of(verb) -> str:
    """The verb as typed on the command line."""
    return verb.__name__.rpartition(".")[2]


def main(
    arguments: list[str] | None = None,
    find: Callable[[argparse.Namespace], Settings] | None = None,
    program: str = "python -m etl",
) -> int:
    """Run a verb and return its exit code. `find` resolves the options to settings; the default is `settings_of`."""
    options = _options(arguments, program)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # It warns when a job is skipped because it still runs (as in a backfill), and logs rows with errors.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    # It logs a traceback when a connection breaks on its way back to the pool; the source reports that in one line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    try:
        answer = _answer((find or settings_of)(options), options)
    except request_queue.WRONG as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except ArchiveError as refused:
        print(refused, file=sys.stderr)
        return 1
    except Refused as refused:
        print(refused, file=sys.stderr)
        return refused.code
    except (connect.NoWarehouse, OtherVersion, MigrationError, WorldError) as refused:
        print(refused, file=sys.stderr)
        return 3
    except _NO_SCHEMA:
        print(NO_WAREHOUSE, file=sys.stderr)
        return 3
    except psycopg.errors.InsufficientPrivilege as refused:
        said = f"the warehouse refuses it: {refused.diag.message_primary}"
        print(f"{said}. ./run, as the owner of the database, grants what is needed", file=sys.stderr)
        return 3
    except (psycopg.OperationalError, OperationalError) as gone:
        said = (
            NO_WAREHOUSE
            if connect.is_without_roles(gone)
            else f"the warehouse is out of reach: {connect.in_drivers_words(gone)}"
        )
        print(said, file=sys.stderr)
        return 3
    if answer.figures is not None:
        try:
            _print(options, answer.figures)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader, such as head, has closed the pipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answer.code


def _answer(config: Settings, options: argparse.Namespace) -> Answer:
    verb = options.verb
    return verb.act(config, options) if hasattr(verb, "act") else request_queue.do(config, options)


def settings_of(options: argparse.Namespace) -> Settings:
    """The file asked for; else what ./run last started with, sample included; else config.yaml."""
    if options.config:
        return Settings.of(settings.read(options.config, options.data))
    plain = Settings.of(settings.read(data=options.data))
    started = plain.data / "effective.yaml"
    if not started.exists():
        return plain
    connect.find_sample(plain)
    return Settings.of(settings.read(started, options.data))


def _print(options: argparse.Namespace, figures: dict) -> None:
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, default=str))
        return
    for line in words.lines(figures, getattr(options.verb, "QUIET", ())):
        print(line)


def _options(arguments: list[str] | None, program: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=VERSION)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for module in VERBS:
        verb = verbs.add_parser(name_of(module), help=module.__doc__, description=module.__doc__)
        verb.set_defaults(verb=module)
        verb.add_argument("--config", help="the settings file; default: what ./run started with, else config.yaml")
        verb.add_argument("--data", help="the folder that ./run writes to")
        verb.add_argument("--json", action="store_true", help="print the figures as JSON")
        if hasattr(module, "arguments"):
            module.arguments(verb)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
