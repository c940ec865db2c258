"""From the warehouse's "a batch was committed" to every open browser.

One LISTEN connection a process, in a thread of its own; browsers hold `/stream` (server-sent
events) open and get the version only: what is on their page they ask for themselves, from the
versioned cache. A browser that is slow gets the newest version, not every one.
"""

import asyncio
import json
import logging
import random
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

import sql
from sql.patience import ETL_SILENT_SECONDS
from sql.rows import only

log = logging.getLogger(__name__)

CHANNEL = "warehouse_batch"
HEARTBEAT_SECONDS = 10
# A connection that says nothing is asked whether it, and the ETL, still live; a killed server is seen at once.
_PROBE_SECONDS = 5
PATIENCE_SECONDS = 5  # for the answer: a server that stands still gives none
_VERSION = sql.load("questions/world.sql")["version"]
_HEARTBEAT = sql.load("questions/sources.sql")["heartbeat"]


@dataclass(frozen=True)
class News:
    """What browsers are told: the last batch and its moment, or (`lost`) that nobody knows now."""

    batch: int | None = None
    committed_at: datetime | None = None
    lost: str | None = None

    def event(self) -> str:
        """As a server-sent event: the default kind carries a version, the kind `lost` a reason."""
        if self.lost is not None:
            return f"event: lost\ndata: {json.dumps(self.lost)}\n\n"
        moment = self.committed_at and self.committed_at.astimezone(UTC).isoformat()
        return f"data: {json.dumps({'batch': self.batch, 'committed_at': moment})}\n\n"


def news_of(payload: str) -> News:
    """Read a notification; raises ValueError when it is not `{"batch": 7, "committed_at": "…"}`."""
    try:
        found = json.loads(payload)
        return News(int(found["batch"]), datetime.fromisoformat(found["committed_at"]))
    except (ValueError, TypeError, KeyError):
        raise ValueError(f'{CHANNEL}: expected {{"batch": …, "committed_at": …}}, found {payload!r}') from None


def is_silent(seconds: float | None) -> bool:
    """Whether the ETL ran and no longer does, by the seconds since its last sign of life; a time to come is none."""
    return seconds is not None and not -ETL_SILENT_SECONDS <= seconds <= ETL_SILENT_SECONDS


class Broker:
    """Listens to the warehouse and tells the open streams.

    `connect` opens a psycopg connection; it is called again whenever the last one broke.
    `on_connect` runs after each connect, before anybody is told: what was known may be of another
    warehouse.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection], on_connect: Callable[[], None] = lambda: None):
        self._connect = connect
        self._on_connect = on_connect
        self._news = News(lost="not connected yet")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wakes: set[asyncio.Event] = set()

    @property
    def news(self) -> News:
        return self._news

    def newest_batch(self) -> int | None:
        """The last batch that was announced; None while the connection is lost."""
        return None if self._news.lost is not None else self._news.batch

    # --- the warehouse's side, in the thread

    def start(self) -> None:
        """Call inside the event loop that serves the streams."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._thread.start()

    def end_streams(self) -> None:
        """Let every open stream end; safe from any thread and from a signal's handler."""
        self._stopping.set()
        self._wake_all()

    def stop(self) -> None:
        """End the streams and the connection; within about a second."""
        self.end_streams()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    attempt = 0
                    self._listen(connection)
            except Exception as error:  # a broker that ends is a page that never changes again
                attempt += 1
                reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                # Browsers get no address and no role name: the log has them.
                self._lose(f"the warehouse is gone: {reason}", "warehouse unreachable")
                # All processes lost it at the same moment: they come back spread out.
                self._stopping.wait(min(0.2 * 2**attempt, 2) * random.uniform(0.5, 1))

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.autocommit = True
        # Listen first, then look: a batch that commits in between is seen twice rather than never.
        connection.execute(f"LISTEN {CHANNEL}")
        batch, committed_at, _ = only(connection.execute(_VERSION))
        self._on_connect()
        if self._news.lost is not None:
            log.info("listening for batches, the last is %s", batch)
        self._tell(News(batch, committed_at))
        while not self._stopping.is_set():
            quiet = 0.0
            while quiet < _PROBE_SECONDS and not self._stopping.is_set():
                found = False
                for notice in connection.notifies(timeout=0.5, stop_after=1):
                    found = True
                    self._hear(notice.payload)
                quiet = 0.0 if found else quiet + 0.5
            self._look_at_etl(connection)

    def _look_at_etl(self, connection: psycopg.Connection) -> None:
        (silent,) = only(connection.execute(_HEARTBEAT))
        if is_silent(silent):
            self._lose(f"the ETL gave no sign of life for {silent:.0f} s", "no ETL runs")
        elif self._news.lost is not None:
            batch, committed_at, _ = only(connection.execute(_VERSION))
            self._tell(News(batch, committed_at))

    def _hear(self, payload: str) -> None:
        try:
            self._tell(news_of(payload))
        except ValueError as error:
            log.warning("%s", error)

    def _lose(self, said: str, to_browsers: str) -> None:
        if self._news.lost is None:
            log.warning("%s", said)
        self._tell(News(lost=to_browsers))

    def _tell(self, news: News) -> None:
        # The ETL repeats its last batch while nothing comes: that is no news.
        if (news.batch, news.lost) != (self._news.batch, self._news.lost):
            self._news = news
            self._wake_all()

    def _wake_all(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_those_here)

    # --- the browsers' side, in the event loop

    def _wake_those_here(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def follow(self, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncIterator[str]:
        """The text of one stream: the present state at once, then each change, and heartbeats."""
        wake = asyncio.Event()
        self._wakes.add(wake)
        try:
            told = None
            yield "retry: 1000\n\n"
            while not self._stopping.is_set():
                if self._news != told:
                    told = self._news
                    yield told.event()
                try:
                    await asyncio.wait_for(wake.wait(), heartbeat)
                    wake.clear()
                except TimeoutError:
                    # A named event, not a comment: the browser's own code must be able to miss it. It says what time it
                    # is: the age of figures is not told by the reader's clock.
                    yield f"event: heartbeat\ndata: {round(time.time() * 1000)}\n\n"
        finally:
            self._wakes.discard(wake)
