"""Files with some of their bytes changed: whatever they hold, they are read or refused in words, and the file beside them loads.

FUZZ_MUTANTS=20000 makes so many of each kind, FUZZ_SEED=7 others than usual. A mutant that goes wrong is named by its seed.
"""

import gzip
import io
import os
import random
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from etl.sources.files import DeliveryError
from sql import connect
from sql.confined import Confined, TooMuch
from tests.etl.register import configure
from tests.etl.test_isolation import NAMES, lists, row
from tests.etl.test_sources_files import COLUMNS, folder, read, settle
from tests.etl.test_sources_files import row as list_row

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
_MOST = 2000  # the length of what is put in, taken out or said again
_WORDS = [
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"<",
    b">",
    b"&a;",
    b"<v>",
    b"</row>",
    b"9" * 400,
    b"\xf0\x9f",
    b"-",
]


def as_csv(lines) -> bytes:
    return "".join(",".join(f'"{cell}"' if " " in cell else cell for cell in line) + "\n" for line in lines).encode()


def as_gz(lines) -> bytes:
    return gzip.compress(as_csv(lines), mtime=0)


def as_xlsx(lines) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Xã 1")
        for at, line in enumerate(lines):
            sheet.write_row(at, 0, line)
        sheet.write_formula(1, 30, "=1+1", None, 2)
        sheet.write_datetime(1, 31, datetime(2021, 11, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
    return out.getvalue()


def as_parquet(lines) -> bytes:
    out = io.BytesIO()
    head, *body = lines
    pq.write_table(pa.table({name: pa.array(cells) for name, cells in zip(head, zip(*body, strict=True), strict=True)}), out)
    return out.getvalue()


KINDS = {".csv": as_csv, ".csv.gz": as_gz, ".xlsx": as_xlsx, ".parquet": as_parquet}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes other than they were, gone, new, or said again."""
    found = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        at = chance.randrange(len(found) + 1)
        size = chance.choice([1, 1, 2, 4, 16, chance.randrange(1, _MOST)])
        match chance.randrange(7):
            case 0 | 1 if at < len(found):
                found[at] = chance.randrange(256)
            case 2:
                found[at : at + size] = chance.randbytes(size)
            case 3:
                del found[at : at + size]
            case 4:
                found[at:at] = found[at : at + size] * chance.choice([1, 1, 5])
            case 5:
                found[at : at + chance.choice([0, 1, 4])] = chance.choice(_WORDS)
            case 6 if chance.random() < 0.3:
                del found[at:]
    return bytes(found)


def mutant(kind: str, content: bytes, seed: int) -> bytes:
    """Of what is packed, half of the mutants are changed inside and packed again: else all fail at the wrapping."""
    chance = random.Random(f"{kind} {seed}")
    if kind == ".csv.gz" and chance.random() < 0.5:
        return gzip.compress(mutated(gzip.decompress(content), chance), mtime=0)
    if kind == ".xlsx" and chance.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(content)) as whole:
            parts = {name: whole.read(name) for name in whole.namelist()}
        name = chance.choice(
            ["xl/worksheets/sheet1.xml"] * 4 + ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", *parts]
        )
        parts[name] = mutated(parts[name], chance)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for name, part in parts.items():
                packed.writestr(name, part)
        return out.getvalue()
    return mutated(content, chance)


class Kept:
    """One confined process for many files: it takes longer to start than to read one. A new one where one came to its limit."""

    def __init__(self):
        self.made: Confined | None = None

    def __call__(self, _memory: int, _seconds: int) -> "Kept":
        return self

    def __enter__(self) -> "Kept":
        if self.made is None:
            self.made = Confined(1 << 30, 120).__enter__()
        return self

    def __exit__(self, *_fault) -> None:
        """It goes on to the next file."""

    def end(self) -> None:
        if self.made is not None:
            self.made.__exit__()
        self.made = None

    def ask(self, *question):
        try:
            # to its end, so that the next question finds none of this one's answers
            yield from list(self.made.ask(*question))
        except TooMuch:
            self.end()
            raise


@pytest.fixture
def kept(monkeypatch):
    one = Kept()
    monkeypatch.setattr("etl.sources.workbooks.Confined", one)
    monkeypatch.setattr("etl.sources.formats.Confined", one)
    yield one
    one.end()


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutant_is_read_or_refused_in_words_and_the_file_beside_it_is_read(tmp_path, kind, kept):
    content = KINDS[kind]([COLUMNS, *(list_row(n) for n in range(12))])
    good = tmp_path / "z.csv"
    good.write_bytes(as_csv([COLUMNS, list_row(99)]))
    settle(good, 60)
    source, outcomes = folder(tmp_path), {"read": 0, "refused": 0}
    for seed in range(SEED * 1_000_000, SEED * 1_000_000 + MUTANTS):
        path = tmp_path / f"{seed}{kind}"
        path.write_bytes(mutant(kind, content, seed))
        settle(path)
        bad, beside = source.deliveries()
        try:
            read(source, bad)
            outcomes["read"] += 1
        except DeliveryError as wrong:
            said = str(wrong)
            outcomes["refused"] += 1
            assert said.startswith(f"sources.lists: {seed}{kind}: "), said
            assert "cannot be read (" not in said and "broke the program" not in said, said
        if seed % 10 == 0:
            assert [record["record_id"] for record in read(source, beside)] == ["99"], seed
        path.unlink()
    assert min(outcomes.values()) > MUTANTS / 50, outcomes  # both are tried


@pytest.mark.parametrize("name", COLUMNS)
def test_a_parquet_column_of_any_kind_is_read_or_named(tmp_path, name, kept):
    kinds = [
        pa.array([Decimal("1.50"), None]), pa.array([b"\xff\0", b"a"]), pa.array([b"ab", None], pa.binary(2)), pa.array([[1], None]), pa.array([{"a": 1}, None]),
        pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())), pa.array(["x", None]).dictionary_encode(), pa.nulls(2),
        pa.array([2**64 - 1, 0], pa.uint64()), pa.array([1.5, float("inf")]).cast(pa.float16()), pa.array([1e308, float("nan")]), pa.array([1, None], pa.time64("us")),
        pa.array([1, None], pa.duration("us")), pa.array([2**31 - 1, -(2**31)], pa.int32()).view(pa.date32()), pa.array([2**63 - 1, -(2**62)]).view(pa.timestamp("us")),
        pa.array([2**62, None]).view(pa.timestamp("us", "Asia/Ho_Chi_Minh")), pa.array([True, None]), pa.array(["a", None], pa.string_view()),
        pa.array([b"\xff", None], pa.binary_view()), pa.array(["x" * 100_000, "a\0b"]), pa.array([[["a"]], None]),
    ]  # fmt: skip
    monotonous = {column: pa.array([cell, cell]) for column, cell in zip(COLUMNS, list_row(1), strict=True)}
    for n, column in enumerate(kinds):
        pq.write_table(pa.table(monotonous | {name: column}), tmp_path / f"{n:02}.parquet")
        settle(tmp_path / f"{n:02}.parquet", 1000 - n)
    source = folder(tmp_path)
    assert [len(read(source, delivery)) for delivery in source.deliveries()] == [2] * len(kinds)


def test_once_ends_without_a_traceback_and_the_good_file_loads(tmp_path, warehouse, monkeypatch):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for kind, write in KINDS.items():
        content = write([NAMES, *(row(n) for n in range(1, 7))])
        for seed in range(SEED * 1000, SEED * 1000 + 6):
            path = inbox / f"m{seed}{kind}"
            path.write_bytes(mutant(kind, content, seed))
            settle(path)
    (inbox / "good.csv").write_bytes(as_csv([NAMES, row(999)]))
    settle(inbox / "good.csv")
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    file = configure(tmp_path, {"lists": lists(inbox)}, brake={"shrink_share": 1, "min_records": 10_000})
    ended = subprocess.run(
        [sys.executable, "-m", "etl", "once", "--config", file, "--data", tmp_path / "data"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1 and "Traceback" not in ended.stderr, ended.stderr
    with connect.raw_at(warehouse.url, "owner") as db:
        assert db.execute("SELECT count(*) FROM warehouse.injection WHERE record_id = 'R999'").fetchone() == (1,)
        assert db.execute("SELECT state FROM warehouse.delivery WHERE path = 'good.csv'").fetchone() == ("done",)
        assert db.execute("SELECT count(DISTINCT path) FROM warehouse.delivery").fetchone() == (25,)
