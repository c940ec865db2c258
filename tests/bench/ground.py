"""Where a bench runs: the embedded PostgreSQL with production settings, a source database and a warehouse on it."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from deploy import effective
from deploy.effective import OVERLAY
from etl.sample import platform
from sql import connect, settings, world
from sql.server import EmbeddedServer
from sql.settings import PROJECT, Settings
from tests.bench.records import Campaign
from tests.bench.report import say

DATA = PROJECT / "data" / "bench"
_KEY = "0b" * 32  # any key: these persons are invented


@dataclass
class Ground:
    """`campaign` fills `platform`, the ETL moves it to `warehouse`, as `settings` (with `environment`) say."""

    folder: Path
    server: EmbeddedServer
    platform: str
    warehouse: str
    settings: Settings
    environment: dict[str, str]
    campaign: Campaign

    @property
    def config(self) -> Path:
        return self.folder / "effective.yaml"

    def server_cpu(self) -> float:
        """Seconds of CPU that PostgreSQL has used so far, in all of its processes."""
        master = psutil.Process(self.server.process.pid)
        own = master.cpu_times()
        used = own.user + own.system + own.children_user + own.children_system
        for child in master.children():
            with suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                used += times.user + times.system
        return used

    def run(self, *words: str) -> tuple[float, float, int, str]:
        """One ETL command in a process of its own: seconds, of its CPU, peak memory in bytes, what it printed."""
        started = time.monotonic()
        # To a file: a pipe that nobody reads while we wait would block it.
        with (self.folder / "etl.out").open("w+b") as out:
            process = subprocess.Popen(self.command("etl", *words), cwd=PROJECT, env=self.environment, stdout=out)
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - started
            out.seek(0)
            said = out.read().decode()
        if process.returncode:
            raise SystemExit(f"python -m etl {' '.join(words)} ended with {process.returncode}: {said}")
        return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, said

    def command(self, module: str, *words: str) -> list[str]:
        return [sys.executable, "-m", module, *words, "--config", str(self.config), "--data", str(self.folder)]

    def source(self, **options) -> psycopg.Connection:
        return platform.connect(self.platform, **options)

    def owner(self, **options) -> psycopg.Connection:
        return connect.raw_at(self.warehouse, "owner", **options)

    def database(self, name: str) -> str:
        """The address of another, empty database on the server."""
        with connect.raw_at(self.server.url("postgres"), "owner", autocommit=True) as db:
            db.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            db.execute(f"CREATE DATABASE {name}")
        return self.server.url(name)

    def settle(self) -> None:
        """Vacuum and write out what came before, so that the next thing measured does not pay for it."""
        for url in (self.platform, self.warehouse):
            with connect.raw_at(url, "owner", autocommit=True) as db:
                db.execute("VACUUM (ANALYZE)")
                db.execute("CHECKPOINT")


def options(description: str) -> argparse.ArgumentParser:
    """A parser with what all commands have in common."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder for the databases and the peers' environment")
    parser.add_argument("--keep", action="store_true", help="keep the databases, for the next command with --keep")
    return parser


@contextmanager
def ground(
    rows: int, data: Path, keep: bool = False, loaded: bool = True, batch_size: int | None = None
) -> Iterator[Ground]:
    """A source with `rows` records and a warehouse, which (`loaded`) holds them; removed at the end unless `keep`.

    With a `batch_size` they are loaded in such small batches, and each batch gets the time of its last entry.
    """
    data.mkdir(parents=True, exist_ok=True)
    folder = _kept(data, rows, batch_size) if keep else Path(tempfile.mkdtemp(prefix="run-", dir=data))
    folder.mkdir(exist_ok=True)
    server = EmbeddedServer(folder / "postgres")
    try:
        server.start()
        found = _prepare(folder, server, rows, batch_size)
        _fill(found, rows)
        if loaded and not (folder / "state.json").exists():
            _load(found, rows)
            if batch_size:
                _spread_over_the_campaign(found)
            found.settle()
        # While it is in use it is not whole: a run that breaks off leaves nothing to build on.
        (folder / "state.json").unlink(missing_ok=True)
        yield found
        _write_state(found)
    finally:
        server.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _kept(data: Path, rows: int, batch_size: int | None) -> Path:
    """The folder that an earlier command kept; emptied when the warehouse's tables are others by now, or it broke off."""
    folder = data / (f"kept-{rows}" if batch_size is None else f"kept-{rows}-by-{batch_size}")
    tables = sorted((PROJECT / "sql" / "migrations").glob("*.sql"))
    version = hashlib.sha256(b"".join(table.read_bytes() for table in tables)).hexdigest()
    stamp = folder / "tables.sha256"
    if not (folder / "state.json").exists() or not stamp.exists() or stamp.read_text() != version:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        stamp.write_text(version)
    return folder


def _prepare(folder: Path, server: EmbeddedServer, rows: int, batch_size: int | None) -> Ground:
    warehouse = world.make_database(server.url("postgres"), "warehouse")
    source = world.make_database(warehouse, "platform")
    environment = os.environ | {
        "DATABASE_URL": warehouse, "PLATFORM_URL": source, "VACCINE_DATA": str(folder), "PERSON_ID_KEY": _KEY,
    }  # fmt: skip
    # This process, too, opens the warehouse as the programs do.
    os.environ.update(environment)
    given = effective.effective(PROJECT / "config.yaml", OVERLAY)
    if batch_size:
        given["etl"] |= {"batch_size": batch_size, "backfill_batch_size": batch_size}
    effective.write(given, folder / "effective.yaml")
    found = settings.read(folder / "effective.yaml", folder, environment)
    world.prepare(warehouse, found)
    return Ground(folder, server, source, warehouse, found, environment, Campaign(rows))


def _fill(found: Ground, rows: int) -> None:
    state = found.folder / "state.json"
    if state.exists():
        found.campaign.go_on(**json.loads(state.read_text()))
        say(f"the source holds {found.campaign.count:,} records from an earlier run")
        return
    say(f"writing {rows:,} records to the source")
    with found.source() as db:
        platform.open_doors(db)
        with db.transaction():
            platform.fill(db, found.campaign.tables(), rows)
    found.settle()


def _load(found: Ground, rows: int) -> None:
    say("loading them by python -m etl backfill")
    seconds, *_ = found.run("backfill", "--json")
    say(f"loaded in {seconds:.0f} s")


def _spread_over_the_campaign(found: Ground) -> None:
    """As if each batch had been loaded when its last record was entered."""
    with found.owner() as db:
        db.execute(
            "UPDATE warehouse.batch b SET committed_at = e.entered_at FROM (SELECT batch_id, max(recorded_at) AS entered_at "
            "FROM warehouse.injection GROUP BY batch_id) AS e WHERE e.batch_id = b.batch_id"
        )


def _write_state(found: Ground) -> None:
    state = {"persons": len(found.campaign.doses), "records": found.campaign.count}
    (found.folder / "state.json").write_text(json.dumps(state))
