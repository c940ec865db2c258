"""What one visitor may take of the server: bodies by size and time, connections by number, so that others are still answered.

Threads answer requests, and there are few: a request's body is read to its end before one is given to it.
"""

import asyncio
import logging
import resource
import time
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

# Of a body that is no upload: a callback's is some kilobytes.
LARGEST_BODY = 256 * 1024
# A body that stands still for so long, or that comes more slowly than so many bytes a second, is not waited for.
_PIECE_SECONDS, _SLOWEST = 10.0, 10_000
# Of all bodies that are there, of uploads and of the others each.
_BODIES = 64 * 1024 * 1024

# A connection that asks nothing yet, or has begun to and does not end its head.
_HEAD_SECONDS = 10.0
# One that does not take its answer: a thread waits for it.
_UNREAD_SECONDS = 10.0
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
        self._held: Counter[int] = Counter()  # bytes of all bodies, by how large one of their kind may be

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or not headers.keys() & {b"content-length", b"transfer-encoding"}:
            return await self._app(scope, receive, send)
        body = _Body(self._largest(scope["path"]))
        said = headers.get(b"content-length", b"0")
        if not said.isdigit() or int(said) > body.largest:
            return await self._app(scope, _of(body, receive), _and_close(send))
        try:
            refused = await self._read(receive, body)
            if refused:
                return await PlainTextResponse(refused.phrase, refused)(scope, receive, _and_close(send))
            return await self._app(scope, _of(body, receive), send)
        finally:
            self._held[body.largest] -= body.size

    async def _read(self, receive: Receive, body: "_Body") -> HTTPStatus | None:
        """Read to the end. Returns the status with which it is refused, if it is."""
        more = True
        while more:
            try:
                async with asyncio.timeout(_PIECE_SECONDS):
                    message = await receive()
            except TimeoutError:
                return HTTPStatus.REQUEST_TIMEOUT
            if message["type"] == "http.disconnect":
                return HTTPStatus.BAD_REQUEST
            piece = message.get("body", b"")
            if body.size + len(piece) > body.largest:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if self._held[body.largest] + len(piece) > _BODIES:
                return HTTPStatus.SERVICE_UNAVAILABLE
            body.take(piece)
            self._held[body.largest] += len(piece)
            if time.monotonic() > body.began_at + _PIECE_SECONDS + body.size / _SLOWEST:
                return HTTPStatus.REQUEST_TIMEOUT
            more = message.get("more_body", False)
        return None


class _Body:
    """What is there of a request's body, of at most `largest` bytes."""

    def __init__(self, largest: int):
        self.largest, self.size, self.began_at = largest, 0, time.monotonic()
        self._pieces: list[bytes] = []

    def take(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.size += len(piece)

    def give(self) -> bytes:
        """All of it, once."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _of(body: _Body, receive: Receive) -> Receive:
    """`receive` of a request whose body is this one."""
    is_given = False

    async def next_message() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body.give(), "more_body": False}

    return next_message


def _and_close(send: Send) -> Send:
    """`send` of an answer that comes before the request has ended: its connection ends with it."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return send_and_close


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
    """A visitor's connection. Past the last one that there is room for, the one that has asked nothing for longest gives way; where
    all have asked something, the oldest."""

    most: ClassVar[int | None] = None
    oldest: ClassVar[dict["Connections", None]] = {}  # all that are open, in their order
    waiting: ClassVar[dict["Connections", None]] = {}  # those that asked nothing yet, longest first
    said_at: ClassVar[float] = -_SAY_EVERY_SECONDS

    _head_timer: asyncio.TimerHandle | None = None
    _unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if Connections.most is None:
            Connections.most = raise_descriptors()
        if len(Connections.oldest) >= Connections.most:
            self._make_room()
        Connections.oldest[self] = None
        self._wait()

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

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread_timer is None:
            self._unread_timer = self.loop.call_later(_UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._is_read()
        Connections.oldest.pop(self, None)
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

    def _is_read(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    @staticmethod
    def _make_room() -> None:
        leaving = next(iter(Connections.waiting or Connections.oldest))
        leaving._wait_no_more()
        Connections.oldest.pop(leaving)
        leaving.transport.abort()
        if time.monotonic() >= Connections.said_at + _SAY_EVERY_SECONDS:
            Connections.said_at = time.monotonic()
            log.warning("%s connections are open, and no more fit: who asks nothing is sent away", Connections.most)
