"""The web server: pages and interface (Flask, in threads) beside the stream of events (async).

Each worker process has its own pool, cache table and broker; nothing is shared but the warehouse
and the cache folder.
"""

import contextlib
import os
import re
import signal
import threading
from typing import Any

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import StreamingResponse
from starlette.routing import Mount, Route

from dashboard import app as pages
from dashboard import health, metrics, uploads
from dashboard.data import Data
from dashboard.data.cache import Cache, shared
from dashboard.data.warehouse import Warehouse
from dashboard.limits import WholeBodies
from dashboard.settings import Settings
from dashboard.stream import PATIENCE_SECONDS, Broker
from sql import connect, settings

# Questions take some milliseconds: on two cores more connections than this only wait for a core.
_CONNECTIONS = 4
_THREADS = 8
# More than the database gives a question (questions/world.sql): a database that stands still keeps no limit.
_ANSWER_SECONDS = 20
BROKER = "dashboard stream"  # as pg_stat_activity shows it
# An open browser holds its stream for ever: at a stop it gets this long to let go.
STOP_SECONDS = 3


def build(settings: Settings) -> Starlette:
    """The whole of one worker. Reads nothing: the warehouse may be down when the server starts."""
    engine = connect.engine(
        settings, "dashboard_reader", seconds=_ANSWER_SECONDS, pool_size=_CONNECTIONS, max_overflow=0, pool_timeout=5,
    )  # fmt: skip
    warehouse = Warehouse(engine)
    folder, url = settings.data / "cache", os.environ.get("CACHE_URL")
    cache = Cache(shared(folder, url), folder=None if url else folder)
    broker = Broker(
        lambda: connect.raw(settings, "dashboard_reader", seconds=PATIENCE_SECONDS, application_name=BROKER),
        on_connect=lambda: data.forget_version(),
    )
    data = Data(warehouse, cache, broker.newest_batch, workers=settings.dashboard.workers)
    dash = pages.make(settings, data)

    @contextlib.asynccontextmanager
    async def lifespan(_app):
        broker.start()
        with _streams_end_at_a_signal(broker):
            yield
        broker.stop()
        warehouse.close()

    async def stream(_request):
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(broker.follow(), media_type="text/event-stream", headers=headers)

    return Starlette(
        routes=[
            Route("/stream", stream),
            *health.routes(data, settings.dashboard.stale_after_seconds),
            *metrics.routes(data),
            Mount("/", WSGIMiddleware(dash.server, workers=_THREADS)),
        ],
        middleware=[
            Middleware(Headers, csp=pages.content_policy(dash)),
            # A page elsewhere could point its own name at this address and read along.
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
            Middleware(WholeBodies, largest=uploads.largest_body),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """As `build`, for the processes that uvicorn starts: they get words, not objects."""
    return build(Settings.of(settings.read(os.environ[CONFIG], part=Settings)))


CONFIG = "VACCINE_CONFIG"


@contextlib.contextmanager
def _streams_end_at_a_signal(broker: Broker):
    """Open streams end when the stop begins; else each would hold the process until it is cut off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous: dict[int, Any] = {}

    def stop(number, frame):
        broker.end_streams()
        previous[number](number, frame)

    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            previous[number] = before
            signal.signal(number, stop)
    try:
        yield
    finally:
        for which, earlier in previous.items():
            signal.signal(which, earlier)


# Dash puts the version and time of a file into its address: another content has another address.
_NAMED_BY_CONTENT = re.compile(r"^/_dash-component-suites/.*\.v[\w.]+m\d+\.")


class Headers:
    """What every answer carries: what a page may load, and how long a browser may keep it."""

    def __init__(self, app, csp: str):
        self._app = app
        self._always = [
            (b"content-security-policy", csp.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                found = [(k, v) for k, v in message["headers"] if k.lower() != b"server"]
                if keep := _kept(scope["path"], scope["query_string"], message["status"]):
                    found = [(k, v) for k, v in found if k.lower() != b"cache-control"]
                    found.append((b"cache-control", keep))
                message = message | {"headers": found + self._always}
            await send(message)

        return await self._app(scope, receive, send_with_headers)


def _kept(path: str, query: bytes, status: int) -> bytes | None:
    """How long a browser keeps the answer, where the framework does not say it right."""
    if status not in (200, 304):
        return None
    if _NAMED_BY_CONTENT.match(path) or (path.startswith("/assets/") and query.startswith(b"m=")):
        return b"public, max-age=31536000, immutable"
    return None
