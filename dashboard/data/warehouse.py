"""Reading the warehouse: one snapshot at a time, its version and its rows together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass

from psycopg.errors import (
    InsufficientPrivilege,
    InvalidSchemaName,
    ProgramLimitExceeded,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedTable,
)
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import sql
from dashboard.data.rows import Row, Rows, Version
from dashboard.data.timing import timed
from sql import connect

# Arithmetic and columns live in schema mart; a statement has only the arguments and the order. Its columns are the fields of
# its row type, in their order (tests/dashboard/test_questions.py). Empty arrays never reach the database: no filter is NULL.
_STATEMENTS = {
    name: text(statement)
    for file in sorted(sql.FOLDER.glob("questions/*.sql"))
    for name, statement in sql.load(f"questions/{file.name}").items()
}


class WarehouseUnreachable(Exception):
    """The warehouse does not answer; the figures that were already read stay as they are."""


class UploadRefused(Exception):
    """The warehouse takes no more uploads for now, or not one so large."""


class WarehouseUnmigrated(WarehouseUnreachable):
    """The database holds no warehouse, or one of another version; `./run migrate` brings it to this one."""


class WarehouseForbidden(WarehouseUnreachable):
    """The role that reads lacks a right; the message is the database's, and names of what."""


# What is not there in a database of another version.
_NOT_THERE = (UndefinedTable, UndefinedColumn, UndefinedFunction, InvalidSchemaName)


class Snapshot:
    """One moment of the warehouse: everything asked of it is of the same version."""

    def __init__(self, connection: Connection, version: Version):
        self._connection = connection
        self.version = version

    def rows(self, question: str, row_type: Callable[..., Row], arguments: dict) -> Rows[Row]:
        with timed(question):
            found = self._connection.execute(_STATEMENTS[question], arguments)
            names, rows = tuple(found.keys()), found.fetchall()
        # A figure's definition needs no migration: views of another version are known by their columns alone.
        if is_dataclass(row_type) and names != (wanted := tuple(field.name for field in fields(row_type))):
            raise WarehouseUnmigrated(f"{question} answers {', '.join(names)} in place of {', '.join(wanted)}")
        return Rows([row_type(*row) for row in rows], self.version)

    def hold(self, key: int) -> None:
        """Wait until no other process works out the same answer; let go at the snapshot's end."""
        self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


class Warehouse:
    """Snapshots of the warehouse, as the role that may read schema mart and nothing else."""

    def __init__(self, engine: Engine):
        self._door = engine
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Raises WarehouseUnreachable when there is no connection, or it breaks on the way."""
        try:
            with self._engine.connect() as connection, connection.begin():
                known = connection.execute(_STATEMENTS["version"]).one_or_none()
                if known is None:
                    raise WarehouseUnmigrated("its one row of warehouse.world is not there yet")
                batch_id, committed_at, _ = known
                yield Snapshot(connection, Version(batch_id, committed_at))
        except (OperationalError, PoolTimeout) as error:
            # The role that reads is made by the first migration.
            is_unmade = connect.is_without_roles(error)
            raise (WarehouseUnmigrated if is_unmade else WarehouseUnreachable)(_reason(error)) from error
        except ProgrammingError as error:
            if isinstance(error.orig, _NOT_THERE):
                raise WarehouseUnmigrated(_reason(error)) from error
            if isinstance(error.orig, InsufficientPrivilege):
                raise WarehouseForbidden(_reason(error)) from error
            raise

    def hand_in(self, statement: str, arguments: dict):
        """What schema inbox answers: the one thing besides reading that this role may do. Raises UploadRefused."""
        try:
            with self._door.connect() as connection, connection.begin():
                # The role's sessions read only, unless a transaction says otherwise.
                connection.execute(text("SET TRANSACTION READ WRITE"))
                return connection.execute(_STATEMENTS[statement], arguments).scalar()
        except (OperationalError, PoolTimeout) as error:
            # "program limit exceeded" is of the operational kind to the driver.
            if isinstance(getattr(error, "orig", None), ProgramLimitExceeded):
                raise UploadRefused(_reason(error)) from error
            raise WarehouseUnreachable(_reason(error)) from error

    def close(self) -> None:
        self._engine.dispose()


def _reason(error: Exception) -> str:
    """The database's own first line, without SQLAlchemy's copy of the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
