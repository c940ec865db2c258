"""What one visitor may take: nobody's size, pace or number of connections keeps the others from being answered."""

import re
import socket
import time
from contextlib import ExitStack, suppress

import psutil
import pytest

from dashboard.limits import LARGEST_BODY
from tests.dashboard.served import serving
from tests.processes import becomes

CALLBACK = "/_dash-update-component"


@pytest.fixture(scope="module")
def served(shared_warehouse, tmp_path_factory):
    with serving(shared_warehouse.url, tmp_path_factory.mktemp("data")) as found:
        yield found


def head(path: str, *lines: str) -> bytes:
    return "\r\n".join(
        [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *lines, "", ""]
    ).encode()


def sent(served, request: bytes, body: bytes = b"") -> tuple[int, str]:
    """The status with which a request is answered, also while its body is still on its way, and the whole answer."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(request)
        with suppress(OSError):  # it has answered, and closed
            line.sendall(body)
        answer = to_its_end(line)
    return int(answer.split()[1]), answer.decode()


def to_its_end(line: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):  # closed while some of the request was on its way
        while piece := line.recv(65_536):
            answer += piece
    return answer


def test_a_large_body_is_refused_before_it_is_held(served):
    before = psutil.Process(served.process.pid).memory_info().rss
    body = b"[" * 30_000_000
    assert sent(served, head(CALLBACK, f"Content-Length: {len(body)}"), body)[0] == 413
    chunks = b"".join(b"%x\r\n%s\r\n" % (65_536, b"[" * 65_536) for _ in range(LARGEST_BODY // 65_536 + 1))
    assert sent(served, head(CALLBACK, "Transfer-Encoding: chunked"), chunks)[0] == 413
    assert psutil.Process(served.process.pid).memory_info().rss < before + 20_000_000


def test_a_file_that_is_too_large_is_refused_in_words(served):
    status, said = sent(served, head("/uploads/targets", "Content-Length: 5000000", "Origin: http://localhost"))
    assert status == 413 and "2 MB" in said


def test_slow_bodies_keep_nobody_waiting(served):
    """There are eight threads: each of these took one, for as long as it liked."""
    with ExitStack() as lines:
        for _ in range(24):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=20))
            line.sendall(head(CALLBACK, "Content-Length: 1000") + b"{")
        started = time.monotonic()
        assert served.get("/assets/live.js", timeout=5).status == 200
        assert time.monotonic() - started < 4


def test_more_connections_than_there_are_descriptors_are_served_and_said_once(shared_warehouse, tmp_path):
    with serving(shared_warehouse.url, tmp_path, descriptors=300) as few, ExitStack() as lines:
        for _ in range(600):
            lines.enter_context(socket.create_connection(("127.0.0.1", few.port), timeout=20))
        assert few.get("/healthz", timeout=5).status == 200
        assert few.get("/assets/live.js", timeout=5).status == 200
        assert few.words().count("connections are open") == 1
        assert len(few.words()) < 5_000
        assert psutil.Process(few.process.pid).num_fds() < 300


def test_a_head_that_never_ends_is_not_waited_for(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost:")
        started = time.monotonic()
        with pytest.raises(ConnectionResetError):
            while line.recv(100):
                pass
            raise ConnectionResetError  # closed in order
        assert 5 < time.monotonic() - started < 15


def test_who_does_not_read_the_answers_holds_no_thread(served):
    """Each of these held one for as long as it liked: an answer that is not taken is not waited for."""
    (script,) = re.findall(r"lazy/plotly-cartesian[^\"]+", served.get("/assets/shell.js").text)
    asked = f"GET /assets/{script} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with ExitStack() as lines:
        for _ in range(12):
            line = lines.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", served.port))
            line.sendall(asked * 8)
        assert becomes(lambda: not _answers(served), 5)  # for now
        assert becomes(lambda: _answers(served), 25)


def _answers(served) -> bool:
    try:
        return served.get("/assets/live.js", timeout=2).status == 200
    except OSError:
        return False


def test_an_answer_before_the_end_of_the_body_ends_its_connection(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(head(CALLBACK, "Content-Length: 9000000") + b"{")
        answer = to_its_end(line)
    assert answer.split()[1] == b"413" and b"connection: close" in answer.lower()
