"""The web server as users have it: a process of its own on a real socket, and readers of its answers."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Served:
    """A running `python -m dashboard`."""

    port: int
    process: subprocess.Popen
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, timeout: float = 10, **headers) -> "Answer":
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    @contextmanager
    def stream(self, timeout: float = 20) -> Iterator["Events"]:
        """The open /stream; an event that does not come within `timeout` seconds is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request("GET", "/stream")
        try:
            yield Events(connection.getresponse(), timeout)
        finally:
            connection.close()

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Events:
    """Server-sent events, one (kind, data) at a time; data is None for a heartbeat."""

    def __init__(self, response: http.client.HTTPResponse, timeout: float):
        self.response, self.timeout = response, timeout

    def next(self, *kinds: str) -> tuple[str, object]:
        """The next event of one of `kinds` (message, lost, heartbeat); any when none is given."""
        kind, data = "message", None
        deadline = time.monotonic() + self.timeout
        while line := self.response.readline():
            if time.monotonic() > deadline:  # heartbeats keep the socket from timing out
                raise TimeoutError(f"no event of {kinds} within {self.timeout} s")
            word, _, value = line.decode().rstrip("\n").partition(": ")
            if word == "event":
                kind = value
            elif word == "data":
                data = json.loads(value) if value else None
            elif word == "" and (data is not None or kind == "heartbeat"):
                if not kinds or kind in kinds:
                    return kind, data
                kind, data = "message", None
        raise EOFError("the stream ended")

    def batch(self) -> int | None:
        """The number in the next version that is told."""
        return self.next("message")[1]["batch"]


@contextmanager
def serving(
    database: str, data: Path, config: Path | None = None, wait: float = 30, descriptors: int | None = None
) -> Iterator[Served]:
    """Start the web server on `database` and stop it; `wait` seconds until it must answer. `descriptors` that it may open."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data.mkdir(exist_ok=True)
    log = data / "dashboard.log"
    few = ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []
    command = [
        *few, sys.executable, "-W", "error", "-m", "dashboard", "--port", str(port), "--data", str(data),
        "--config", str(config or PROJECT / "config.yaml"),
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | {"DATABASE_URL": database}, stdout=out, stderr=out)
    served = Served(port, process, log)
    try:
        _wait_until_it_answers(served, time.monotonic() + wait)
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"the server did not stop: {served.words()}") from None


def _wait_until_it_answers(served: Served, deadline: float) -> None:
    while True:
        assert served.process.poll() is None, f"the server ended: {served.words()}"
        try:
            if served.get("/healthz").status == 200:
                return
        except OSError:
            assert time.monotonic() < deadline, f"the server does not answer: {served.words()}"
            time.sleep(0.05)
