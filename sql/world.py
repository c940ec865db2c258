"""Prepares the databases of an instance: creates, migrates, and keeps sample and real records apart."""

import json
from contextlib import suppress
from datetime import date

import psycopg
from sqlalchemy import Engine, make_url

import sql
from sql import connect
from sql.clock import shift_to
from sql.migrate import migrate
from sql.rows import only
from sql.settings import Settings

# The units, vaccines and rules of the sample were in force in the autumn of 2021.
SAMPLE_BEGINS = date(2021, 11, 5)


class WorldError(Exception):
    """The warehouse is not the one that these settings describe; the message says what to do."""


def prepare(warehouse: str, settings: Settings) -> int:
    """Migrate the warehouse and return the shift of its clock in days (0 except for the sample).

    Raises WorldError if the warehouse holds the other kind of records.
    """
    engine = connect.engine_at(warehouse, "owner")
    try:
        migrate(engine)
        return settle(engine, settings)
    except psycopg.OperationalError as refused:
        where = make_url(warehouse).render_as_string(hide_password=True)
        raise WorldError(f"DATABASE_URL: no answer from {where}: {str(refused).splitlines()[0]}") from None
    finally:
        engine.dispose()


def make_database(server: str, name: str) -> str:
    """Create a database on the same server, unless it exists; returns its URL."""
    with connect.raw_at(server, "owner", autocommit=True) as db:
        try:
            with suppress(psycopg.errors.DuplicateDatabase):
                db.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise WorldError(
                f"the sample needs a database {name} of its own, which {db.info.user} may not create: "
                "set PLATFORM_URL to an empty one, or start with --sample none"
            ) from None
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def settle(engine: Engine, settings: Settings) -> int:
    """Register the root unit in a new warehouse; returns the shift of its clock. Raises WorldError."""
    statements = sql.load("world.sql")
    shift = shift_to(SAMPLE_BEGINS, settings.time_zone) if settings.is_sample else 0
    with engine.begin() as db:
        cursor = db.connection.cursor()
        cursor.execute(
            statements["make_world"],
            {
                "name": json.dumps(settings.name.model_dump(), ensure_ascii=False),
                "time_zone": settings.time_zone,
                "levels": json.dumps([level.model_dump() for level in settings.units.levels], ensure_ascii=False),
                "is_sample": settings.is_sample,
                "shift_days": shift,
            },
        )
        is_sample, shift = only(cursor.execute(statements["world"]))
    refuse_other_kind(is_sample, settings)
    return shift


def refuse_other_kind(is_sample: bool, settings: Settings) -> None:
    """Raises WorldError if sample data and real records would mix."""
    if is_sample and not settings.is_sample:
        raise WorldError(
            "this warehouse holds sample data, which must not mix with real records: "
            "choose another folder by --data, or remove the sample by --fresh"
        )
    if settings.is_sample and not is_sample:
        raise WorldError(
            "this warehouse holds real records, but no source is configured, so sample data would be added: "
            "name the sources in the settings file, or start with --sample none"
        )
