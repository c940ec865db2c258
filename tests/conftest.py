"""What every test may ask for: a warehouse of its own, a browser that cannot leave the house.

One PostgreSQL a session; the schema is migrated once, into a template that each test gets a copy of.
With TEST_PG_BIN set, that PostgreSQL is another than the embedded one (./test does so for the tests
marked `both`).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.pool import NullPool

from sql import connect
from sql.migrate import migrate
from sql.server import EmbeddedServer
from tests.chromium import browser, chromium, doorkeeper  # noqa: F401 - fixtures, for every test

TEMPLATE = "template_warehouse"

# Tests need no safety from power cuts: a copy of the template takes 30 ms in place of 200.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Warehouse:
    """A migrated database for one test, and an engine a role; closed after the test."""

    url: str

    @cached_property
    def owner(self) -> Engine:
        return connect.engine_at(self.url, "owner", poolclass=NullPool)

    @cached_property
    def etl(self) -> Engine:
        return connect.engine_at(self.url, "etl_writer", poolclass=NullPool)

    @cached_property
    def reader(self) -> Engine:
        return connect.engine_at(self.url, "dashboard_reader", poolclass=NullPool)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[EmbeddedServer]:
    """The session's PostgreSQL; TEST_PG_BIN names another than the embedded one."""
    folder = tmp_path_factory.mktemp("postgres")
    # As root, PostgreSQL runs as another user: let it through to its own folder.
    for place in (folder, folder.parent):
        place.chmod(0o755)
    programs = os.environ.get("TEST_PG_BIN")
    server = EmbeddedServer(folder, FAST, Path(programs) if programs else None)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(postgres: EmbeddedServer) -> str:
    """The name of a database that holds a migrated, empty warehouse."""
    _create(postgres, TEMPLATE)
    engine = connect.engine_at(postgres.url(TEMPLATE), "owner", poolclass=NullPool)
    migrate(engine)
    return TEMPLATE


_numbers = count(1)


@pytest.fixture
def warehouse(postgres: EmbeddedServer, template: str) -> Iterator[Warehouse]:
    """A warehouse of the test's own: migrated and empty."""
    yield from _copy(postgres, template)


@pytest.fixture(scope="module")
def shared_warehouse(postgres: EmbeddedServer, template: str) -> Iterator[Warehouse]:
    """One for all tests of a file: for those that fill it once and then only look."""
    yield from _copy(postgres, template)


@pytest.fixture
def database(postgres: EmbeddedServer) -> Iterator[str]:
    """The address of an empty database, to be a source or to be migrated."""
    name = f"test_{next(_numbers)}"
    _create(postgres, name)
    yield postgres.url(name)
    _drop(postgres, name)


def _copy(postgres: EmbeddedServer, template: str) -> Iterator[Warehouse]:
    name = f"test_{next(_numbers)}"
    _create(postgres, name, template)
    yield Warehouse(postgres.url(name))
    _drop(postgres, name)


def _create(postgres: EmbeddedServer, name: str, template: str = "template1") -> None:
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _drop(postgres: EmbeddedServer, name: str) -> None:
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_report_header() -> str:
    return f"PostgreSQL: {os.environ.get('TEST_PG_BIN') or 'embedded'}"
