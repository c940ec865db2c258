"""./run: supervises everything on this machine: PostgreSQL, the sample, the ETL and the dashboard.

Parts are started in that order, watched, restarted when they die, and stopped in reverse order.
"""

import argparse
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

from dashboard.settings import Settings as Dashboard
from deploy import effective, instance, orphans
from deploy.child import NO_ROOM, Child, Pauses
from deploy.folder import DataFolder, FolderError
from deploy.settings_watch import SettingsWatch
from deploy.variables import variables_of
from deploy.watch import Pulse, Watch
from sql import VERSION, settings, world
from sql.connect import OWN_URL, NoWarehouse
from sql.migrate import MigrationError
from sql.patience import PULSE
from sql.server import EmbeddedServer, ServerError
from sql.settings import PROJECT, Settings
from sql.strict import SettingsError

# The ETL may be in the middle of a large batch, and the dashboard must close open streams.
PATIENCE_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.2

_REFUSALS = (SettingsError, NoWarehouse, FolderError, ServerError, MigrationError, world.WorldError)


def main() -> int:
    """Exit code: 0 after a clean stop, 1 if it cannot start, 2 for wrong settings; for a verb, the verb's."""
    verb, words = instance.verb_of(sys.argv[1:])
    try:
        if verb:
            return instance.do(verb, words)
        Run(_options()).until_stopped()
    except SettingsError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except (*_REFUSALS, OSError) as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


class Run:
    """One run of the whole, from the lock on the data folder to the last part stopped."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.stop = threading.Event()
        self.server: EmbeddedServer | None = None
        self.server_pauses = Pauses()
        self.server_started_at = self.server_again_at = 0.0
        self.children: list[Child] = []
        self.is_announced = False

    def until_stopped(self) -> None:
        # Validate the user's own file first, without the sample's overlay.
        config = Dashboard.of(settings.read(self.options.config, self.options.data))
        self.port = self.options.port or config.dashboard.port
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = DataFolder(config.data)
        self.pulse = self.folder.logs / "etl.pulse"
        orphans.end(self.pulse, PATIENCE_SECONDS, say)
        _refuse_taken(self.port)
        self.folder.announce(self.address)
        for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wish, self._wish_to_stop)
        if self.options.fresh:
            self._start_anew()
        with self._everything(config):
            while not self.stop.wait(_LOOK_EVERY_SECONDS):
                self._mend()
                self.settings_watch.check()
                self._announce_once()

    @contextlib.contextmanager
    def _everything(self, config: Settings) -> Iterator[None]:
        try:
            environment = self._databases(config)
            if not self.stop.is_set():
                self._start_children(environment)
            yield
        finally:
            self._stop_all()

    def _databases(self, config: Settings) -> dict[str, str]:
        """Start and migrate what is needed; returns the children's environment."""
        environment = os.environ | {"VACCINE_DATA": str(config.data), "PYTHONUNBUFFERED": "1"}
        is_sample = config.is_sample and self.options.sample != "none"
        if not os.environ.get("DATABASE_URL"):
            _refuse_lone_logins()
            self.server = server = EmbeddedServer(config.data / "postgres")
            self._start_server(server)
            say(f"PostgreSQL {server.version()} is up in {server.folder}")
            environment["DATABASE_URL"] = world.make_database(server.url("postgres"), "warehouse")
        warehouse = environment["DATABASE_URL"]
        if is_sample and "PLATFORM_URL" not in environment:
            environment["PLATFORM_URL"] = world.make_database(warehouse, "platform")
        instance.remember(config.data, self.options.config, is_sample)
        file = config.data / "effective.yaml"
        self.settings_watch = SettingsWatch(
            Path(self.options.config), config.data, effective.OVERLAY if is_sample else None, say
        )
        effective.write(self.settings_watch.running, file)
        self.settings = settings.read(file, config.data, environment)
        shift = world.prepare(warehouse, self.settings)
        if self.server:
            environment |= self.server.logins()
        if is_sample:
            say(f"No source is configured: sample data, whose clock is {-shift} days behind")
        self.shift = shift
        return environment

    def _start_children(self, environment: dict[str, str]) -> None:
        config = ["--config", str(self.settings.data / "effective.yaml")]
        parts = {}
        if self.settings.is_sample:
            # The sample gets its database URL from the environment, since arguments are public.
            parts["sample"] = ["etl.sample", "--shift-days", str(self.shift)]
        parts["etl"] = ["etl", "run", *config]
        parts["dashboard"] = ["dashboard", *config, "--port", str(self.port)]
        pulse = Pulse(self.pulse)
        environment = environment | {PULSE: str(pulse.file)}
        answers: dict[str, Callable[[], bool]] = {"etl": pulse, "dashboard": lambda: _answers(self.address)}
        for name, words in parts.items():
            log, own = self.folder.logs / f"{name}.log", variables_of(name, environment, self.settings_watch.running)
            child = Child(name, [sys.executable, "-m", *words], PROJECT, own, log, say, answers.get(name))
            self.children.append(child)
            child.start()

    def _start_server(self, server: EmbeddedServer) -> None:
        self.server_started_at = time.monotonic()
        server.start(say=say, is_wanted=lambda: not self.stop.is_set())
        self.server_watch = Watch(server.answers)

    def _mend(self) -> None:
        if self.server:
            self._mend_server(self.server)
        for child in self.children:
            child.mend()

    def _mend_server(self, server: EmbeddedServer) -> None:
        server.trim_log()
        if server.alive():
            if self.server_watch.is_silent:
                say("PostgreSQL stands still; ending it")
                server.kill()
            return
        now = time.monotonic()
        if now < self.server_again_at:
            return
        self.server_watch.stop()
        # At once the first time, then with back-off, in case it cannot run (a full disk).
        self.server_again_at = now + self.server_pauses.after(now - self.server_started_at)
        say("PostgreSQL ended; starting it again")
        try:
            self._start_server(server)
        except (ServerError, *NO_ROOM) as refused:
            say(f"{refused}; again in {max(self.server_again_at - time.monotonic(), 0):.0f} s")

    def _announce_once(self) -> None:
        if not self.is_announced and _answers(self.address):
            self.is_announced = True
            say(f"Ready: {self.address}   (Ctrl-C stops)")

    def _start_anew(self) -> None:
        if os.environ.get("DATABASE_URL"):
            raise FolderError("--fresh removes the embedded database only; DATABASE_URL is set: empty that by hand")
        for place in self.folder.to_remove():
            say(f"--fresh: removing {place}")
        self.folder.remove_databases()

    def _stop_all(self) -> None:
        for child in reversed(self.children):
            child.stop(PATIENCE_SECONDS)
        if self.server:
            self.server.stop()
        self.folder.close()
        say("Stopped")

    def _wish_to_stop(self, *_signal) -> None:
        if self.stop.is_set():
            # A second signal: kill. Committed batches stay; the rest is read again at the next start.
            for child in self.children:
                child.kill()
        else:
            say("Stopping …")
        self.stop.set()


def say(line: str) -> None:
    """Write one line to the terminal, atomically, also from threads and signal handlers."""
    with contextlib.suppress(OSError):  # the terminal may be closed
        os.write(1, f"{line}\n".encode())


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise FolderError(f"port {port} may not be used by this user: choose one from 1024 on by --port") from None
        except OSError:
            raise FolderError(f"port {port} is taken by another program: choose one by --port") from None


def _refuse_lone_logins() -> None:
    """A program's own login would otherwise lead to another warehouse than the one that is started here."""
    if named := [variable for variable in OWN_URL.values() if os.environ.get(variable)]:
        raise FolderError(f"{' and '.join(named)} set without DATABASE_URL: name the warehouse by that too, or unset it")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (OSError, HTTPException):
        return False


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "./run", description="The vaccination dashboard, all of it, on this machine; or a verb on what runs here.",
        epilog=instance.verbs_in_words() if {"-h", "--help"} & set(sys.argv) else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--config", default=PROJECT / "config.yaml", help="settings file (config.yaml)")
    parser.add_argument("--port", type=settings.port, help="of the pages, instead of the settings' dashboard.port")
    parser.add_argument("--data", help="folder for everything that is written, the database included (data/)")
    parser.add_argument("--sample", choices=["none"], help="none: no sample data when no source is configured")
    parser.add_argument("--fresh", action="store_true", help="remove the databases in the data folder first")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
