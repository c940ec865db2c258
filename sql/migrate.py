"""Migrates a database to this version of the warehouse; safe at every start.

Migrations are forward-only, one transaction each, and frozen once applied. Views hold no data, so
schema mart is dropped and created each time: changing a figure's definition needs no migration.
"""

import hashlib
import logging
import re
from pathlib import Path

import psycopg
from sqlalchemy import Engine

import sql
from sql import connect, squashed
from sql.rows import only

log = logging.getLogger(__name__)

OLDEST = 15

# Key of an advisory lock: programs that start at the same time migrate one after the other.
_LOCK = 7_320_211

_APPLIED = """
CREATE TABLE IF NOT EXISTS public.applied_migration (
    name        text PRIMARY KEY,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.applied_migration IS
    'One row per file of sql/migrations that made this warehouse, with the checksum that it had.';
"""
_RECORD = "INSERT INTO public.applied_migration (name, checksum) VALUES (%s, %s)"


class MigrationError(Exception):
    """The database cannot be migrated; the message names the file and what to do."""


def migrate(engine: Engine, folder: Path = sql.FOLDER, last: str | None = None) -> list[str]:
    """Apply new migrations of `folder`, as the warehouse's owner; returns their names.

    With `last`, stop after that migration and create no views: for restoring data of an older version.
    """
    with connect.exclusive(engine) as db:
        _refuse_old_server(db)
        _refuse_plain_letters(db)
        db.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        fresh = _apply_migrations(db, folder / "migrations", last)
        if last:
            return fresh
        with db.transaction():
            _make_roles(db)
            _make_views(db, folder / "views")
            _grant(db)
        return fresh


def _refuse_old_server(db: psycopg.Connection) -> None:
    version = db.info.server_version // 10_000
    if version < OLDEST:
        raise MigrationError(f"the database is PostgreSQL {version}; the warehouse needs {OLDEST} or later")


def _refuse_plain_letters(db: psycopg.Connection) -> None:
    """DuckDB folds the case of all letters, so PostgreSQL must too, or large and small batches would map names differently."""
    if not only(db.execute("SELECT lower('ĐỦ LIỀU') = 'đủ liều'"))[0]:
        raise MigrationError(
            f"the database {db.info.dbname} takes only a to z for letters: make one that knows them all, "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )


def _apply_migrations(db: psycopg.Connection, folder: Path, last: str | None) -> list[str]:
    db.execute(_APPLIED)
    files = _in_order(folder)
    applied = _bring_over(db, dict(db.execute("SELECT name, checksum FROM public.applied_migration").fetchall()), files)
    _refuse_strangers(applied, files)
    fresh = []
    for name, statements in files.items():
        if last and name > last:
            break
        checksum = checksum_of(statements)
        if name not in applied:
            _apply(db, f"sql/migrations/{name}", statements, (name, checksum))
            fresh.append(name)
        elif applied[name] != checksum:
            raise MigrationError(
                f"sql/migrations/{name} was changed after it was applied to this warehouse: an applied migration "
                "is frozen. Restore the file and put the change in a new one, or start anew with --fresh"
            )
    return fresh


def checksum_of(statements: str) -> str:
    """The checksum of a migration's text, as stored in applied_migration."""
    return hashlib.sha256(statements.encode()).hexdigest()


def _in_order(folder: Path) -> dict[str, str]:
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}
    for position, name in enumerate(files, start=1):
        if not re.match(rf"{position:04}_", name):
            raise MigrationError(f"sql/migrations/{name}: its name should begin with {position:04}_, one number a file")
    return files


def _bring_over(db: psycopg.Connection, applied: dict[str, str], files: dict[str, str]) -> dict[str, str]:
    """The applied migrations by today's names; replaces the record of a warehouse made by the squashed ones."""
    try:
        today = squashed.brought_over(applied, {name: checksum_of(statements) for name, statements in files.items()})
    except squashed.NotBroughtOver as refused:
        raise MigrationError(str(refused)) from None
    if today != applied:
        try:
            with db.transaction():
                _fence(db)
                db.execute("DELETE FROM public.applied_migration")
                for row in today.items():
                    db.execute(_RECORD, row)
        except psycopg.Error as refused:
            raise MigrationError(f"bringing over from {squashed.LAST}: {str(refused).strip()}") from refused
        log.info("the warehouse stood at %s and is brought over: its record of migrations is that of today", squashed.LAST)
    return today


def _refuse_strangers(applied: dict[str, str], files: dict[str, str]) -> None:
    if unknown := sorted(set(applied) - set(files)):
        raise MigrationError(
            f"this warehouse already has {', '.join(unknown)}, which this version does not know: run the newer version"
        )


def _apply(db: psycopg.Connection, file: str, statements: str, row: tuple[str, str] | None = None) -> None:
    try:
        with db.transaction():
            if row:
                _fence(db)
            db.execute(statements)
            if row:
                db.execute(_RECORD, row)
    except psycopg.Error as refused:
        raise MigrationError(f"{file}: {str(refused).strip()}") from refused


def _fence(db: psycopg.Connection) -> None:
    """Wait for the current batch, and fence the current leader by beginning a new term."""
    if only(db.execute("SELECT to_regclass('warehouse.leader') IS NOT NULL"))[0]:
        db.execute("UPDATE warehouse.leader SET term = term + 1")


def _make_roles(db: psycopg.Connection) -> None:
    statements = sql.load("roles.sql")
    # Since PostgreSQL 16 the creator of a role may administer it, but not SET ROLE to it.
    membership = "SET" if db.info.server_version >= 160_000 else "MEMBER"
    for role, words in (("etl_writer", "writer"), ("dashboard_reader", "reader")):
        try:
            if not db.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                db.execute(statements[f"create_{words}"])
            if not db.execute("SELECT 1 WHERE pg_has_role(%s, %s)", [role, membership]).rowcount:
                db.execute(statements[f"join_{words}"])
        except psycopg.errors.InsufficientPrivilege:
            raise MigrationError(
                f"the user {db.info.user} may not create the role {role} or take it on. As an administrator: "
                f'CREATE ROLE {role} NOLOGIN; GRANT {role} TO "{db.info.user}";'
            ) from None


def _make_views(db: psycopg.Connection, folder: Path) -> None:
    db.execute("DROP SCHEMA IF EXISTS mart CASCADE")
    db.execute("CREATE SCHEMA mart")
    for file in sorted(folder.glob("*.sql")):
        _apply(db, f"sql/views/{file.name}", sql.expand(file.read_text(encoding="utf-8")))


def _grant(db: psycopg.Connection) -> None:
    statements = sql.load("roles.sql")
    db.execute(statements["grant_writer"])
    if db.info.server_version >= 170_000:
        db.execute(statements["grant_writer_upkeep"])
    db.execute(statements["grant_readers"])
