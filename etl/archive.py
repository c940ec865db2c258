"""Backup and restore: a ZIP of the tables as COPY texts, and a manifest with their checksums.

A backup is one consistent snapshot, needs no client program, and restores into any supported version of PostgreSQL. One
made by an older version of this program is loaded into that version's tables, which are then migrated.
"""

import json
import os
import zipfile
import zlib
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Engine

import sql
from etl.station import LOCK
from sql import connect, squashed
from sql.migrate import checksum_of, migrate
from sql.rows import only

ARCHIVE = sql.load("queries/archive.sql")

_FORMAT = 1
_MANIFEST = "manifest.json"
# Raised by zipfile for an entry that is encrypted, or compressed by a method that it does not know.
_ENCRYPTED = (RuntimeError, NotImplementedError)
# Independent of the order of the rows and of the version of PostgreSQL.
_CHECKSUM = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM warehouse.{} AS t
"""


class ArchiveError(Exception):
    """A backup cannot be written or restored; the message says why and what to do."""


def write(db: psycopg.Connection, file: Path, now: str, expect: Callable, progress: Callable[[int], None]) -> dict[str, Any]:
    """Write a snapshot of all tables; returns the manifest. `db` may read them, and is not in autocommit."""
    db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    db.read_only = True
    if file.exists():
        raise ArchiveError(f"{file} is there already: name another file, or remove it")
    draft = file.with_name(file.name + ".part")
    try:
        # Readable by its owner only: it holds a row for each injection.
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            manifest = _write_into(db, out, now, expect, progress)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    except OSError as refused:
        raise ArchiveError(f"{file} cannot be written: {refused.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _write_into(db, out: BinaryIO, now: str, expect: Callable, progress: Callable[[int], None]) -> dict[str, Any]:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        manifest = _about(db) | {"made_at": now, "tables": {}}
        tables = _tables(db)
        expect(sum(table["estimate"] for table in tables.values()))
        for name, table in tables.items():
            rows, checksum = _checksum(db, name)
            with (
                archive.open(f"tables/{name}", "w", force_zip64=True) as entry,
                db.cursor().copy(_copy(name, table["columns"], "TO STDOUT")) as copy,
            ):
                for piece in copy:
                    entry.write(piece)
            manifest["tables"][name] = {"columns": table["columns"], "rows": rows, "checksum": checksum}
            progress(rows)
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def read_manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """The manifest of a backup. Raises ArchiveError if this version cannot restore it."""
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        made_as = manifest["format"]
    except (KeyError, TypeError, ValueError, *_ENCRYPTED):
        raise ArchiveError(f"{file} is no backup of a warehouse: it has no readable {_MANIFEST}") from None
    if made_as != _FORMAT:
        raise ArchiveError(f"{file} has the format {made_as}, this version reads {_FORMAT}")
    ours = {f.name: checksum_of(f.read_text(encoding="utf-8")) for f in sorted((sql.FOLDER / "migrations").glob("*.sql"))}
    try:
        manifest["migrations"] = squashed.brought_over(manifest["migrations"], ours)
    except squashed.NotBroughtOver:
        raise ArchiveError(
            f"{file} stands at {max(manifest['migrations'])}, which this version cannot bring over: restore it by the version "
            f"that made it, start there the last version that has sql/migrations/{squashed.LAST}, then this one"
        ) from None
    if strange := [name for name in manifest["migrations"] if name not in ours]:
        raise ArchiveError(f"{file} was made by a newer version (it has {', '.join(strange)}): restore it by that one")
    if changed := [name for name, checksum in manifest["migrations"].items() if ours[name] != checksum]:
        raise ArchiveError(f"{file} was made by other texts of {', '.join(changed)}: restore it by the version that made it")
    return manifest


def restore(engine: Engine, file: Path, expect: Callable, progress: Callable[[int], None]) -> dict[str, Any]:
    """Restore a backup into an empty warehouse, created if need be; all or nothing. Returns the manifest.

    Every table's checksum is verified before the commit. Connects as the owner.
    """
    try:
        with connect.exclusive(engine) as db, zipfile.ZipFile(file) as archive:
            manifest = read_manifest(archive, file)
            _refuse_used(db, manifest, file)
            migrate(engine, last=max(manifest["migrations"]))
            expect(sum(table["rows"] for table in manifest["tables"].values()))
            _put_in(db, archive, manifest, file, progress)
    except OSError as refused:
        raise ArchiveError(f"{file} cannot be read: {refused.strerror}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, *_ENCRYPTED) as damaged:
        raise ArchiveError(f"{file} is damaged, or no backup: {damaged}. Nothing was restored") from None
    migrate(engine)
    return manifest


def _refuse_used(db: psycopg.Connection, manifest: dict, file: Path) -> None:
    """Takes the lead, so that no ETL writes meanwhile. Checks before anything is migrated."""
    if not only(db.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]))[0]:
        raise ArchiveError(
            "an ETL works on this warehouse: stop ./run there first, or restore into another (--data, DATABASE_URL)"
        )
    if only(db.execute("SELECT to_regclass('warehouse.batch')"))[0] is None:
        return
    if only(db.execute(ARCHIVE["batches"]))[0]:
        raise ArchiveError("this warehouse holds batches already: restore into an empty one (--data, DATABASE_URL)")
    here = {name for name, _checksum in db.execute(ARCHIVE["migrations"])}
    if newer := sorted(here - manifest["migrations"].keys() - squashed.MIGRATIONS.keys()):
        raise ArchiveError(
            f"{file} is of a version before {newer[0]}, which this warehouse has: restore into a database where none was made "
            "(--data, DATABASE_URL); it is brought to this version then"
        )


def _put_in(
    db: psycopg.Connection, archive: zipfile.ZipFile, manifest: dict, file: Path, progress: Callable[[int], None]
) -> None:
    try:
        with db.transaction():
            _refuse_other_columns(_tables(db), manifest, file)
            db.execute(SQL("TRUNCATE {}").format(SQL(", ").join(_named(name) for name in manifest["tables"])))
            for name in _parents_first(db, manifest["tables"]):
                table = manifest["tables"][name]
                into = _copy(name, table["columns"], "FROM STDIN")
                with archive.open(f"tables/{name}") as entry, db.cursor().copy(into) as copy:
                    while piece := entry.read(1 << 20):
                        copy.write(piece)
                if _checksum(db, name) != (table["rows"], table["checksum"]):
                    raise ArchiveError(f"{file}: the table {name} is not what was backed up. Nothing was restored")
                progress(table["rows"])
            for name, last in manifest["sequences"].items():
                db.execute("SELECT setval(%s::regclass, %s)", [f"warehouse.{name}", last])
    except psycopg.Error as refused:
        # A server that dies midway sends no message.
        ended = f"{connect.in_drivers_words(refused)} (its log says why; a full disk, as a rule)"
        raise ArchiveError(
            f"{file}: the database refuses it: {refused.diag.message_primary or ended}. Nothing was restored"
        ) from None


def _about(db: psycopg.Connection) -> dict[str, Any]:
    found = only(db.cursor(row_factory=dict_row).execute(ARCHIVE["about"]))
    return {"format": _FORMAT, "program": sql.VERSION, **found,
            "migrations": dict(db.execute(ARCHIVE["migrations"]).fetchall()),
            "sequences": dict(db.execute(ARCHIVE["sequences"]).fetchall())}  # fmt: skip


def _tables(db: psycopg.Connection) -> dict[str, dict]:
    return {row["name"]: row for row in db.cursor(row_factory=dict_row).execute(ARCHIVE["tables"])}


def _refuse_other_columns(here: dict[str, dict], manifest: dict, file: Path) -> None:
    there = {name: table["columns"] for name, table in manifest["tables"].items()}
    if {name: table["columns"] for name, table in here.items()} != there:
        raise ArchiveError(f"{file} holds other tables than its migrations make: it was changed by hand")


def _parents_first(db: psycopg.Connection, names) -> list[str]:
    order = TopologicalSorter(dict.fromkeys(names, ()))
    for child, parent in db.execute(ARCHIVE["references"]):
        order.add(child, parent)
    return list(order.static_order())


def _checksum(db: psycopg.Connection, name: str) -> tuple[int, str]:
    return only(db.execute(SQL(_CHECKSUM).format(Identifier(name))))


def _copy(name: str, columns: list[str], direction: str) -> Composed:
    listed = SQL(", ").join(map(Identifier, columns))
    return SQL("COPY {} ({}) " + direction).format(_named(name), listed)


def _named(name: str) -> Identifier:
    return Identifier("warehouse", name)
