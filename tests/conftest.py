"""What every test may ask for: a warehouse of its own, a browser that cannot leave the house.

One PostgreSQL a session; the schema is migrated once, into a template that each test gets a copy of.
Tests marked `both` run on the embedded PostgreSQL and again on the system's, where there is one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis
from sqlalchemy import Engine
from sqlalchemy.pool import NullPool

from sql import connect
from sql.migrate import migrate
from sql.server import EmbeddedServer, system_binaries
from tests.chromium import browser, chromium, doorkeeper, windows  # noqa: F401 - fixtures, for every test

# How long an example takes says how loaded the machine is. The same examples each time: whether ./test passes is no matter of
# luck. `--hypothesis-profile=explore` draws others.
hypothesis.register_profile("house", deadline=None, derandomize=True)
hypothesis.register_profile("explore", deadline=None)
hypothesis.load_profile("house")

EMBEDDED, SYSTEM = "embedded", "system"
TEMPLATE = "template_warehouse"

# Tests need no safety from power cuts: a copy of the template takes 20 ms of the processor in place of 200.
_ROOM = 4 << 30
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


class Servers:
    """The session's PostgreSQL servers, each started when first asked for."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._started: dict[str, EmbeddedServer] = {}
        self._migrated: set[str] = set()

    def get(self, name: str) -> EmbeddedServer:
        if name not in self._started:
            programs = system_binaries() if name == SYSTEM else None
            server = EmbeddedServer(self._folder / name, FAST, programs)
            server.start()
            self._started[name] = server
        return self._started[name]

    def migrate_template(self, server: EmbeddedServer) -> None:
        if server.url() not in self._migrated:
            _create(server, TEMPLATE)
            migrate(connect.engine_at(server.url(TEMPLATE), "owner", poolclass=NullPool))
            self._migrated.add(server.url())

    def stop(self) -> None:
        for server in self._started.values():
            server.stop()


def _memory() -> str | None:
    """A folder in memory where there is room for the servers: files made and removed by the thousand cost a quarter less."""
    place = Path("/dev/shm")
    return str(place) if os.access(place, os.W_OK) and shutil.disk_usage(place).free > _ROOM else None


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    # Not below pytest's own folder, which is closed: as root, PostgreSQL runs as another user.
    with tempfile.TemporaryDirectory(prefix="vaccine-test-", dir=_memory()) as folder:
        Path(folder).chmod(0o755)
        started = Servers(Path(folder))
        yield started
        started.stop()


@pytest.fixture(scope="session")
def postgres(request, servers: Servers) -> EmbeddedServer:
    """The PostgreSQL of this test: the embedded one, for tests marked `both` also the system's."""
    return servers.get(getattr(request, "param", EMBEDDED))


@pytest.fixture(scope="session")
def template(postgres: EmbeddedServer, servers: Servers) -> str:
    """The name of a database that holds a migrated, empty warehouse."""
    servers.migrate_template(postgres)
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
    """By copying files: without fsync it takes a quarter of what copying by the log does (20 ms for 76)."""
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


def _drop(postgres: EmbeddedServer, name: str) -> None:
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_generate_tests(metafunc) -> None:
    """A test marked `both` runs twice where the system has a PostgreSQL too."""
    if "postgres" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both"):
        names = [EMBEDDED, SYSTEM] if system_binaries() else [EMBEDDED]
        metafunc.parametrize("postgres", names, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items) -> None:
    """Files with slow tests first, then those with a browser: the cores end together."""
    ranks: dict[Path, int] = {}
    for item in items:
        rank = 0 if item.get_closest_marker("slow") else 1 if item.get_closest_marker("browser") else 2
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


def pytest_report_header() -> str:
    if system := system_binaries():
        return f"PostgreSQL: embedded; tests marked `both` also on {system}"
    return "PostgreSQL: embedded ONLY; to test another version too: apt install postgresql"
