"""What one visitor may take of the server: bodies by size and time, connections by number, so that others are still answered.

Threads answer requests, and there are few: a request's body is read to its end before one is given to it.
"""

import asyncio
import logging
import resource
import time
from collections.abc import Callable
from typing import ClassVar

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

# Of a body that is no upload: a callback's is some kilobytes.
LARGEST_BODY = 256 * 1024
_BODY_SECONDS = 20.0
# Of all bodies that are being read; each reader waits for its own client.
_BODIES = 64 * 1024 * 1024

# A connection that asks nothing yet, or has begun to and does not end its head.
_HEAD_SECONDS = 10.0
# Two times as many may be accepted before the first of them is counted: their descriptors stay free; and those of files and
# databases.
BACKLOG = 64
_OTHER_DESCRIPTORS = 100
_MOST_DESCRIPTORS = 8192
_SAY_EVERY_SECONDS = 60.0


class WholeBodies:
    """Hands requests on once their body is there. `largest` gives the bytes that a path may take.

    One that says that it is larger is handed on without its body, and refused in the reader's language.
    """

    def __init__(self, app: ASGIApp, largest: Callable[[str], int]):
        self._app, self._largest = app, largest
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or not headers.keys() & {b"content-length", b"transfer-encoding"}:
            return await self._app(scope, receive, send)
        largest, said = self._largest(scope["path"]), headers.get(b"content-length", b"0")
        if not said.isdigit() or int(said) > largest:
            return await self._app(scope, _of(b"", receive), send)
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                refused = await self._read(receive, body, largest)
        except TimeoutError:
            refused = 408
        finally:
            self._held -= len(body)
        if refused:
            return await PlainTextResponse("", refused, {"Connection": "close"})(scope, receive, send)
        return await self._app(scope, _of(bytes(body), receive), send)

    async def _read(self, receive: Receive, body: bytearray, largest: int) -> int | None:
        """Read to the end. Returns the status with which it is refused, if it is."""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return 400
            piece = message.get("body", b"")
            if len(body) + len(piece) > largest:
                return 413
            if self._held + len(piece) > _BODIES:
                return 503
            body += piece
            self._held += len(piece)
            more = message.get("more_body", False)
        return None


def _of(body: bytes, receive: Receive) -> Receive:
    """`receive` of a request whose body is this one."""
    rest = [body]

    async def next_message() -> Message:
        return {"type": "http.request", "body": rest.pop(), "more_body": False} if rest else await receive()

    return next_message


def raise_descriptors() -> int:
    """Allow this process as many open files as it may allow itself. Returns how many of them connections may take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft > wanted:
        wanted = _MOST_DESCRIPTORS
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - 2 * BACKLOG - _OTHER_DESCRIPTORS, 16)


class Connections(H11Protocol):
    """A visitor's connection. Past the last one that there is room for, the one that has asked nothing for longest gives way."""

    most: ClassVar[int | None] = None
    waiting: ClassVar[dict["Connections", None]] = {}  # those that asked nothing yet, longest first
    said_at: ClassVar[float] = -_SAY_EVERY_SECONDS

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if Connections.most is None:
            Connections.most = raise_descriptors()
        if len(self.connections) > Connections.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """For the end of a request's head: not for ever."""
        if self not in Connections.waiting:
            Connections.waiting[self] = None
            self._head_timer = self.loop.call_later(_HEAD_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        Connections.waiting.pop(self, None)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _make_room(self) -> None:
        longest = next(iter(Connections.waiting))  # it may be this one
        longest._wait_no_more()
        longest.transport.abort()
        if time.monotonic() >= Connections.said_at + _SAY_EVERY_SECONDS:
            Connections.said_at = time.monotonic()
            log.warning("%s connections are open, and no more fit: who asks nothing is sent away", Connections.most)
