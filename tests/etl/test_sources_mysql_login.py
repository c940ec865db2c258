"""The usual login of MySQL 8, against a server that speaks no more of the protocol than that."""

import socket
import struct
import threading
from contextlib import closing
from itertools import cycle

import pymysql._auth
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from etl import sources
from etl.settings import DatabaseSource
from etl.sources import START, reading
from etl.sources.kinds import open_source

FIELDS = {name: name for name in ("record_id", "person_id", "site_code", "vaccine_code", "injected_at", "updated_at")}
SALT = b"12345678901234567890"
# Protocol 4.1, with authentication by plugins.
_CAPABILITIES = 0x00080000 | 0x8000 | 0x0200 | 0x0008 | 0x1
_FULL, _ASKS_FOR_KEY = b"\x01\x04", b"\x02"


class Server:
    """Asks for a password as caching_sha2_password does the first time, and refuses whatever it hears."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.heard: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"mysql://platform:m%E1%BA%ADt@127.0.0.1:{self.socket.getsockname()[1]}/x"

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:  # closed
                return
            with connection, connection.makefile("rwb", buffering=0) as line:
                self._greet(line)

    def _greet(self, line) -> None:
        low, high = struct.pack("<I", _CAPABILITIES)[:2], struct.pack("<I", _CAPABILITIES)[2:]
        greeting = b"\x0a8.4.0\0" + bytes(4) + SALT[:8] + b"\0" + low + b"\xff\x02\0" + high + bytes([21]) + bytes(10)
        self._send(line, 0, greeting + SALT[8:] + b"\0caching_sha2_password\0")
        self._read(line)
        self._send(line, 2, _FULL)
        if self._read(line) != _ASKS_FOR_KEY:  # it cannot go on
            return
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._send(line, 4, b"\x01" + public)
        if packed := self._read(line):
            sha1 = hashes.SHA1()
            plain = self.key.decrypt(packed, padding.OAEP(padding.MGF1(sha1), sha1, None))
            self.heard.append(bytes(a ^ b for a, b in zip(plain, cycle(SALT), strict=False)).rstrip(b"\0").decode())
            self._send(line, 6, b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied for user 'platform'")

    @staticmethod
    def _send(line, number: int, packet: bytes) -> None:
        line.write(struct.pack("<I", len(packet))[:3] + bytes([number]) + packet)

    @staticmethod
    def _read(line) -> bytes:
        head = line.read(4)
        return line.read(int.from_bytes(head[:3], "little")) if head else b""


@pytest.fixture
def server():
    started = Server()
    yield started
    started.socket.close()


def refusal(server: Server) -> str:
    given = DatabaseSource(kind="database", url=server.url, table="t", fields=FIELDS)
    with (
        closing(open_source("platform", given, "Asia/Ho_Chi_Minh", b"k" * 32)) as source,
        pytest.raises(sources.SourceError) as refused,
        reading("platform"),
    ):
        source.read_after(START, 1)
    return str(refused.value)


def test_the_usual_login_of_mysql_8_needs_nothing_more(server):
    said = refusal(server)
    assert said.startswith("sources.platform: the database at 127.0.0.1 does not answer: (1045,") and "Access denied" in said
    assert "mật" in server.heard


def test_what_a_driver_says_of_itself_is_the_reason_of_the_source(server, monkeypatch):
    monkeypatch.setattr(pymysql._auth, "_have_cryptography", False)
    assert "'cryptography' package is required" in refusal(server)
