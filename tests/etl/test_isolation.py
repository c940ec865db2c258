"""One bad thing never stops the good ones: a delivery, a source, a row that cannot be read stands alone, with its reason."""

import contextlib
import errno
import json
import logging
import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl import pipeline, schedule, station
from etl.pipeline import Pipeline
from tests.etl.register import configure, read, source, verb
from tests.etl.world import ZONE
from tests.processes import becomes

NAMES = (
    "record_id",
    "person_id",
    "birth_year",
    "sex",
    "residence_code",
    "site_code",
    "vaccine_code",
    "dose_number",
    "injected_at",
    "updated_at",
)
FIELDS = {name: name for name in NAMES}


def row(n: int, **more) -> list[str]:
    usual = {"record_id": f"R{n:03}", "person_id": f"0770800{n:05}", "birth_year": "1980", "sex": "female", "residence_code": "C1",
             "site_code": "S1", "vaccine_code": "AZ", "dose_number": "1", "injected_at": "2021-10-05 09:30", "updated_at": "2021-10-05 10:00"}  # fmt: skip
    return [*(usual | more).values()]


def write(path, rows, header=NAMES) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("".join(",".join(line) + "\n" for line in [header, *rows]).encode())
    settle(path)


def settle(path) -> None:
    os.utime(path, (1_636_070_400, 1_636_070_400))


def lists(folder, **more) -> dict:
    return {"kind": "files", "folder": str(folder), "pattern": "*", "fields": FIELDS} | more


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    write(folder / "good.csv", [row(n) for n in (1, 2, 3)])
    return folder


def held(look) -> list[str]:
    return [record for (record,) in look('SELECT record_id FROM warehouse.injection ORDER BY record_id COLLATE "C"')]


def deliveries(look) -> dict:
    return {path: (state, reason) for path, state, reason in look("SELECT path, state, reason FROM warehouse.delivery")}


def counters_close(look) -> bool:
    return look("SELECT bool_and(received = loaded + unchanged + quarantined) FROM warehouse.source") == [(True,)]


def broken_workbook(path, part="xl/worksheets/sheet1.xml", old=b"</row>", new=b"</row") -> None:
    """A workbook whose XML is cut in the midst."""
    import zipfile

    book = openpyxl.Workbook()
    for line in [NAMES, row(9)]:
        book.active.append(line)
    book.save(path)
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with zipfile.ZipFile(path, "w") as cut:
        for name, content in parts.items():
            cut.writestr(name, content)
    settle(path)


# Files


def test_a_damaged_workbook_fails_alone_and_says_why(inbox, look, tmp_path, caplog, capsys):
    broken_workbook(inbox / "a.xlsx")
    file = configure(tmp_path, {"lists": lists(inbox)})
    assert verb(file, "once", "--json") == 1
    assert held(look) == ["R001", "R002", "R003"]
    found = deliveries(look)
    assert found["good.csv"] == ("done", None)
    assert found["a.xlsx"][0] == "failed" and found["a.xlsx"][1].startswith("sources.lists: a.xlsx: ")
    assert [record.levelname for record in caplog.records if "a.xlsx" in record.message] == ["WARNING"]
    (shown,) = json.loads(capsys.readouterr().out)["sources"]
    assert shown["state"] == "failed" and shown["reason"] == found["a.xlsx"][1]


def workbook(path, **sheets) -> None:
    """A workbook; a sheet whose name begins with x is hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name[0] == "x" else "visible"
        for line in lines:
            sheet.append(line)
    book.save(path)
    settle(path)


def test_sheets_that_are_not_read_are_said_as_long_as_the_file_is_there(inbox, look, tmp_path, capsys):
    for name in "bcde":
        workbook(inbox / f"{name}.xlsx", A=[NAMES, row(ord(name))], x=[NAMES, row(200)], note=[["seen"]])
    file = configure(tmp_path, {"lists": lists(inbox)})
    note = 'not read, for it is hidden: sheet "x"; not read, for the header is not there: sheet "note"'

    def said() -> tuple:
        capsys.readouterr()
        assert verb(file, "once", "--json") == 0
        (shown,) = json.loads(capsys.readouterr().out)["sources"]
        return shown["not_read"], *look("SELECT not_read, not_read_files FROM mart.sources()")[0]

    status, first, files = said()
    assert status == "; ".join(f"{name}.xlsx: {note}" for name in "bcde")
    assert (first, files) == ([{"file": f"{name}.xlsx", "note": note} for name in "bcd"], 4)
    workbook(inbox / "c.xlsx", A=[NAMES, row(99)])  # nothing hidden any more
    (inbox / "b.xlsx").unlink()
    (inbox / "d.xlsx").rename(tmp_path / "d.xlsx")
    assert said() == (f"e.xlsx: {note}", [{"file": "e.xlsx", "note": note}], 1)
    (tmp_path / "d.xlsx").rename(inbox / "d.xlsx")
    assert said()[2] == 2


def test_a_reason_that_is_no_text_of_the_warehouse_is_kept_all_the_same(inbox, look, tmp_path):
    """A damaged file names its columns by whatever bytes stand there."""
    pq.write_table(pa.table({"record_id": ["r1"], "a\0b": ["x"]}), inbox / "damaged.parquet")
    settle(inbox / "damaged.parquet")
    assert verb(configure(tmp_path, {"lists": lists(inbox)}), "once") == 1
    assert held(look) == ["R001", "R002", "R003"]
    assert "it has: record_id, a\ufffdb" in deliveries(look)["damaged.parquet"][1]


def test_a_file_name_that_is_no_text_is_a_name_like_others(inbox, look, tmp_path):
    odd = os.fsdecode(os.fsencode(inbox) + b"/danh s\xe1ch.csv")
    write(inbox / "x", [row(4), row(5)])
    os.rename(inbox / "x", odd)
    assert verb(configure(tmp_path, {"lists": lists(inbox)}), "once") == 0
    assert held(look) == ["R001", "R002", "R003", "R004", "R005"]
    assert deliveries(look) == {"good.csv": ("done", None), r"danh s\xe1ch.csv": ("done", None)}


def refuse(monkeypatch, name: str, error: int) -> None:
    """The disk, or the system, does not give a file of this name: tests run as a user who may read everything."""
    given = Path.open

    def opened(self, *how, **more):
        if self.name == name:
            raise OSError(error, os.strerror(error))
        return given(self, *how, **more)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.symlink_to("nowhere"), "is a link that leads nowhere"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
        (lambda path: path.mkdir(), "is a folder, no file"),
        (lambda path: os.mkfifo(path), "is no file, but a pipe or a device"),
        (errno.EACCES, "may not be read by this user"),
        (errno.EIO, "Input/output error"),
        (errno.ESTALE, "Stale file handle"),
    ],
    ids=["broken link", "loop of links", "folder", "pipe", "permission", "disk", "network drive"],
)
def test_what_cannot_be_looked_into_fails_alone_until_it_can_be(inbox, look, tmp_path, monkeypatch, caplog, make, said):
    odd, file = inbox / "b.csv", configure(tmp_path, {"lists": lists(inbox, deliveries="snapshot")})
    with monkeypatch.context() as broken:
        if callable(make):
            make(odd)
        else:
            write(odd, [row(4)])
            refuse(broken, odd.name, make)
        for _ in range(2):
            assert verb(file, "once") == 1
            assert held(look) == ["R001", "R002", "R003"]
            assert deliveries(look)["b.csv"] == ("failed", f"sources.lists: b.csv: {said}")
        assert look("SELECT state, reason FROM warehouse.source") == [
            ("failed", f"sources.lists: b.csv: {said}; until it can be read, nothing is taken out")]  # fmt: skip
        assert said in caplog.text
    if callable(make):
        odd.rmdir() if odd.is_dir() else odd.unlink()
        write(odd, [row(4)])
    assert verb(file, "once") == 0
    assert held(look) == ["R001", "R002", "R003", "R004"]
    assert deliveries(look) == {"good.csv": ("done", None), "b.csv": ("done", None)}


def test_a_folder_below_that_cannot_be_listed_takes_nothing_out(inbox, look, tmp_path, monkeypatch):
    write(inbox / "below" / "b.csv", [row(4)])
    file = configure(tmp_path, {"lists": lists(inbox, deliveries="snapshot", pattern="**/*.csv")})
    assert verb(file, "once") == 0
    given = os.scandir

    def refused(folder="."):
        if os.fspath(folder).endswith("below"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return given(folder)

    with monkeypatch.context() as broken:
        broken.setattr(os, "scandir", refused)
        write(inbox / "c.csv", [row(5)])
        assert verb(file, "once") == 1
        assert held(look) == ["R001", "R002", "R003", "R004", "R005"]
        assert deliveries(look)["below"] == ("failed", "sources.lists: below: may not be read by this user")
    assert verb(file, "once") == 0
    assert "below" not in deliveries(look)


@pytest.mark.parametrize("large", [False, True], ids=["in rows", "in columns"])
def test_a_ragged_line_is_in_quarantine_with_its_number_and_the_rest_loads(inbox, look, tmp_path, monkeypatch, large):
    monkeypatch.setattr(pipeline, "LARGE", 0 if large else 10_000)
    write(inbox / "good.csv", [row(1), row(2)[:-1], [*row(3)[:4], "C\xa0", *row(3)[5:]], row(4)])
    content = (inbox / "good.csv").read_bytes().replace("\xa0".encode(), b"\xa0")
    (inbox / "good.csv").write_bytes(content)
    settle(inbox / "good.csv")
    file = configure(tmp_path, {"lists": lists(inbox)})
    assert verb(file, "once") == 0
    assert held(look) == ["R001", "R004"]
    assert look("SELECT record_id, rules, record->'unreadable'->>'found' FROM warehouse.quarantine ORDER BY 1") == [
        ("good.csv#3", ["ragged_line"], "9 fields, the header has 10"),
        ("good.csv#4", ["undecodable_line"], "not in the encoding utf-8-sig"),
    ]
    assert look("SELECT received, loaded, quarantined FROM warehouse.source") == [(4, 2, 2)]
    assert verb(file, "retry") == 0  # nothing here could mend them
    assert look("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(2,)]

    write(inbox / "good.csv", [row(1), row(2), row(3)[:-1], row(4)])
    os.utime(inbox / "good.csv", (1_636_080_400, 1_636_080_400))
    assert verb(file, "once") == 0
    assert held(look) == ["R001", "R002", "R004"]
    assert look("SELECT record_id, rules FROM warehouse.quarantine WHERE state = 'open'") == [
        ("good.csv#4", ["ragged_line"])
    ]
    assert counters_close(look)


# Databases


def sqlite(tmp_path, rows, kinds="") -> dict:
    """A table without types, but for those of `kinds`, as a source."""
    url = tmp_path / "platform.db"
    columns = ", ".join(f"{name} {kinds}" if name == "record_id" else name for name in NAMES)
    with contextlib.closing(sqlite3.connect(url)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS injections ({columns})")
        db.executemany(f"INSERT INTO injections VALUES ({', '.join('?' * len(NAMES))})", rows)
    return {"kind": "database", "url": f"sqlite:///{url}", "table": "injections", "fields": FIELDS}


def broken(look) -> dict:
    return {record: (rules, found) for record, rules, found in look(
        "SELECT record_id, rules, record->'unreadable' FROM warehouse.quarantine WHERE state = 'open'")}  # fmt: skip


def test_a_clock_that_is_spelt_otherwise_is_in_quarantine_and_the_others_are_read(look, tmp_path):
    good = ["2021-10-05 10:00", "2021-10-05T10:00:00", "2021-10-05 10:00:00+07:00", "2021-10-06T03:00:00.123Z"]
    odd = [
        "05/10/2021 10:00",
        "31/12/2021",
        "hôm qua",
        "Oct 5 2021",
        1633402800,
        1633402800.5,
        "2021-13-45 10:00",
        "0015-10-05",
    ]
    given = sqlite(tmp_path, [row(n, updated_at=clock) for n, clock in enumerate([*good, *odd], 1)])
    file = configure(tmp_path, {"platform": given})
    assert verb(file, "once") == 1  # it is said that the source has rows without a time
    assert held(look) == ["R001", "R002", "R003", "R004"]
    found = broken(look)
    assert sorted(found) == [f"R{n:03}" for n in range(5, 13)]
    assert all(rules == ["unreadable_field"] and [*what] == ["updated_at"] for rules, what in found.values())
    assert found["R006"][1] == {"updated_at": "31/12/2021"}
    for _ in range(2):
        verb(file, "once")
    assert (len(broken(look)), counters_close(look)) == (8, True)

    sqlite(tmp_path, [row(20, updated_at="2021-11-01 10:00"), row(21, updated_at="01/11/2021 10:00")])
    with contextlib.closing(sqlite3.connect(tmp_path / "platform.db")) as db, db:
        db.execute("UPDATE injections SET updated_at = '2021-11-02 10:00' WHERE record_id = 'R007'")
    verb(file, "once")
    assert held(look) == ["R001", "R002", "R003", "R004", "R007", "R020"]
    assert sorted(broken(look)) == ["R005", "R006", "R008", "R009", "R010", "R011", "R012", "R021"]
    assert counters_close(look)


TYPED_ODD = [
    "infinity",
    "-infinity",
    "0001-01-01",
    "0015-10-05 09:30",
    "0044-03-15 BC",
    "1799-12-31",
    "9999-12-31",
    "20210-10-05",
]


@pytest.mark.parametrize(
    ("kind", "only"), [("timestamptz", False), ("timestamp", False), ("date", False), ("timestamptz", True)]
)
def test_a_typed_time_that_can_be_none_is_in_quarantine_with_what_was_found(look, tmp_path, register, kind, only):
    """In the column of the clock, where no order ever comes to it, and in that of the injection."""
    for column in ("cap_nhat", "tiem_luc"):
        register.db.execute(f"ALTER TABLE public.injections ALTER {column} TYPE {kind}")
    for n, odd in enumerate(TYPED_ODD):
        register.enter(f"clock{n}", ago=100, cap_nhat=odd)
        if not only:
            register.enter(f"dose{n}", ago=100, tiem_luc=odd)
    good = [] if only else ["r1", "r2"]
    for n, number in enumerate(good):
        register.enter(number, ago=3600 - n)
    file = configure(tmp_path, {"platform": source(register.url)})
    verb(file, "once")
    assert held(look) == good
    found = broken(look)
    assert {record: [*what] for record, (_rules, what) in found.items()} == {
        f"{name}{n}": [field] for name, field in (("clock", "updated_at"), ("dose", "injected_at"))
        for n in range(len(TYPED_ODD)) if name == "clock" or not only}  # fmt: skip
    assert all(rules == ["unreadable_field"] for rules, _what in found.values())
    assert found["clock0"][1] == {"updated_at": "infinity"} and found["clock3"][1]["updated_at"].startswith("0015-10-05")
    assert counters_close(look)

    register.db.execute("UPDATE public.injections SET cap_nhat = now() - interval '1 day' WHERE id = 'clock3'")
    register.db.execute("UPDATE public.injections SET cap_nhat = 'infinity' WHERE id = 'r1'")
    for _ in range(2):
        verb(file, "once")
    assert held(look) == sorted([*good, "clock3"])  # what was known of r1 is kept
    assert ("r1" in broken(look), "clock3" in broken(look), counters_close(look)) == (not only, False, True)


def held_of_this_moment(look, file) -> bool:
    """Whether both rows are read and, compared with the source, all that it has."""
    assert verb(file, "once") == 0
    compared = "SELECT source_rows, held_rows, missing, lost, ahead FROM warehouse.reconciliation ORDER BY compared_at"
    return (held(look), look(compared)[-1]) == (["before", "now"], (2, 2, 0, 0, 0))


def test_what_changed_today_is_read_today_from_a_clock_of_days(look, tmp_path, register):
    today = datetime.now(ZoneInfo(ZONE)).date()
    register.db.execute("ALTER TABLE public.injections ALTER cap_nhat TYPE date")
    register.enter("now", ago=86_400, cap_nhat=today)
    register.enter("before", ago=86_400, cap_nhat=today - timedelta(days=1))
    assert held_of_this_moment(look, configure(tmp_path, {"platform": source(register.url)}))


@pytest.mark.parametrize("spelt", ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f"])
def test_what_changed_in_this_minute_is_read_from_a_clock_of_texts(look, tmp_path, spelt):
    now = datetime.now(ZoneInfo(ZONE))
    clocks = {"now": now, "before": now - timedelta(days=1)}
    rows = [row(n, record_id=name, updated_at=f"{clock:{spelt}}") for n, (name, clock) in enumerate(clocks.items())]
    given = sqlite(tmp_path, rows) | {"fields": FIELDS | {"updated_at": {"column": "updated_at", "format": spelt}}}
    assert held_of_this_moment(look, configure(tmp_path, {"platform": given}))


@pytest.mark.parametrize("usual", [int, str])
def test_a_number_of_another_kind_is_a_record_like_others(look, tmp_path, usual):
    """Read last, so that the cursor stands on it; after a restart; committed late, so that it is asked for by its number."""
    sqlite(tmp_path, [row(n, record_id=usual(n)) for n in (1, 2, 3, 10)])
    given = sqlite(tmp_path, []) | {"fields": FIELDS | {"updated_at": {"column": "updated_at", "format": "%Y-%m-%d %H:%M"}}}
    file, known, hour = configure(tmp_path, {"platform": given}), {"1", "2", "3", "10"}, 10
    for odd in ("A7", "7", 8, 2**62):
        hour += 1
        sqlite(tmp_path, [row(5, record_id=odd, updated_at=f"2021-10-05 {hour}:00")])
        with connect_as(file) as led:
            led.intakes[0].work()
    for late in ("B8", "12", 13, 2**62 + 1):
        with connect_as(file) as led:
            led.intakes[0].work()
            sqlite(tmp_path, [row(6, record_id=late, updated_at=f"2021-10-05 {hour - 1}:59")])
            led.intakes[0].looked_back_at = -1e9  # a long way
            led.intakes[0].work()
    known |= {"A7", "7", "8", str(2**62), "B8", "12", "13", str(2**62 + 1)}
    assert held(look) == sorted(known)
    assert look("SELECT state FROM warehouse.source") == [("running",)] and counters_close(look)


@pytest.mark.parametrize("number", ["", " ", None, "\0"])
def test_a_row_without_a_number_is_in_quarantine_and_what_comes_after_it_is_read(look, tmp_path, number):
    given = sqlite(tmp_path, [row(1), row(2, record_id=number, updated_at="2021-10-05 11:00")])
    with connect_as(configure(tmp_path, {"platform": given})) as led:
        for _ in range(3):
            led.intakes[0].work()
        assert [record for record, _rules in look("SELECT record_id, rules FROM warehouse.quarantine")] == [""]
        sqlite(tmp_path, [row(3, updated_at="2021-10-05 12:00")])
        led.intakes[0].work()
    assert held(look) == ["R001", "R003"]
    assert look("SELECT state FROM warehouse.source") == [("running",)] and counters_close(look)


def test_a_row_without_a_number_harms_no_postgresql_source_either(look, tmp_path, register):
    for n, number in enumerate(["r1", "", "r2", ""]):
        register.db.execute("ALTER TABLE public.injections DROP CONSTRAINT IF EXISTS injections_pkey")
        register.enter(number, ago=100 - n)
    with connect_as(configure(tmp_path, {"platform": source(register.url)}, look_back_every_seconds=1, batch_size=1)) as led:
        for _ in range(3):
            led.intakes[0].work()
        register.enter("r3")
        led.intakes[0].work()
        time.sleep(1.1)
        led.intakes[0].work()
    assert held(look) == ["r1", "r2", "r3"]
    assert look("SELECT state FROM warehouse.source") == [("running",)] and counters_close(look)


# What stands in single cells, whatever it is


ODD = [
    "", " ", "\0", "a\0b", "\ud800", "x" * 10_000, "ẩ" * 10_000, "\ufeff", "\u200b", "'", '"', "\\N", "\\", "{}", "[1]", "NaN", "inf", "-1", "0",
    "1e400", "9" * 400, "٣", "²", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2021-02-30", "2021-10-05 24:00", "infinity",
    "=1+1", "#N/A", "null", "\t\n", "\x1f", "\U0001f489", 0, -1, 2**63 - 1, -(2**63), 1.5, 1e300, float("inf"), b"\x00\xff", b"abc", None,
]  # fmt: skip


@pytest.mark.parametrize("large", [False, True], ids=["in rows", "in columns"])
def test_whatever_stands_in_a_cell_the_other_rows_are_read(look, tmp_path, monkeypatch, large):
    monkeypatch.setattr(pipeline, "LARGE", 0 if large else 10_000)
    rows = [row(0)]
    for name in NAMES:
        rows += [row(n, **{name: bytes_of(cell)}) for n, cell in enumerate(ODD, len(rows))]
    rows.append(row(len(rows)))
    given = sqlite(tmp_path, rows)
    file = configure(tmp_path, {"platform": given}, brake={"quarantine_share": 1, "change_share": 1})
    verb(file, "once")
    assert {"R000", f"R{len(rows) - 1:03}"} <= {*held(look)}
    ((received, state),) = look("SELECT received, state FROM warehouse.source")
    unread = len([cell for cell in ODD if cell is None])  # without a clock
    assert received >= len(rows) - unread and state == "running" and counters_close(look)


def bytes_of(cell):
    """SQLite's driver takes no half of a letter; as bytes cast to text it stands there all the same."""
    return cell.encode("utf-8", "surrogatepass") if isinstance(cell, str) and "\ud800" in cell else cell


# Values that the warehouse refuses, faults of our own


def test_what_the_warehouse_refuses_is_the_fault_of_the_source_that_sent_it(inbox, look, tmp_path, monkeypatch, caplog):
    others = tmp_path / "others"
    write(others / "x.csv", [row(7)])
    load = Pipeline.load

    def refuse(self, delivery, fold=True):
        if "R001" in delivery.records["record_id"].to_pylist():
            self.db.execute("SELECT '077080000001'::date")
        return load(self, delivery, fold)

    monkeypatch.setattr(Pipeline, "load", refuse)
    assert verb(configure(tmp_path, {"bad": lists(inbox), "good": lists(others)}), "once") == 1
    assert held(look) == ["R007"]
    (why,) = [reason for state, reason in deliveries(look).values() if state == "failed"]
    assert (
        why.startswith("sources.bad: its records cannot be loaded (DatetimeFieldOverflow: ")
        and "0770" not in why + caplog.text
    )


@contextmanager
def connect_as(file):
    with station.leading(read(file)) as led:
        led.prepare()
        yield led


@contextmanager
def running(file):
    stop = threading.Event()
    thread = threading.Thread(target=schedule.run, args=(read(file), stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_neighbour_does_not_starve_and_the_lead_is_kept(inbox, register, look, tmp_path, monkeypatch, caplog):
    broken_workbook(inbox / "a.xlsx")

    def stumble(*_given):
        raise RuntimeError("somebody")

    monkeypatch.setattr("etl.sources.files.Folder.deliveries", stumble)
    ((before,),) = look("SELECT term FROM warehouse.leader")
    with running(configure(tmp_path, {"lists": lists(inbox), "platform": source(register.url)}, every_seconds=1)):
        assert becomes(lambda: look("SELECT 1 FROM warehouse.source WHERE name = 'platform' AND state = 'running'"), 20)
        register.enter("r1")
        assert becomes(lambda: held(look) == ["r1"], 5)
        time.sleep(2)
        register.enter("r2")
        assert becomes(lambda: held(look) == ["r1", "r2"], 5)
    assert look("SELECT term FROM warehouse.leader") == [(before + 1,)]
    ((state, reason),) = look("SELECT state, reason FROM warehouse.source WHERE name = 'lists'")
    assert state == "failed" and reason.startswith("sources.lists: cannot be read (RuntimeError, at etl/")
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1  # said once, without what was quoted
    assert "somebody" not in caplog.text


def test_who_ends_gives_the_lead_back_before_he_hangs_up(inbox, look, tmp_path, monkeypatch):
    """The server notices late that a connection was closed: the next verb found a leader who was gone."""
    leads, close = [], psycopg.Connection.close

    def hang_up(connection):
        leads.append(look("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", station.LOCK)[0][0])
        close(connection)

    with connect_as(configure(tmp_path, {"lists": lists(inbox)})):
        monkeypatch.setattr(psycopg.Connection, "close", hang_up)
    monkeypatch.undo()
    assert leads[0] == 1 and leads[-1] == 0


def test_a_source_that_cannot_say_how_much_it_has_is_read_all_the_same(inbox, look, tmp_path, monkeypatch):
    def stumble(*_given):
        raise RuntimeError("a driver of somebody")

    monkeypatch.setattr("etl.sources.files.Folder.describe", stumble)
    assert verb(configure(tmp_path, {"lists": lists(inbox)}), "once") == 0
    assert held(look) == ["R001", "R002", "R003"]


def test_a_fault_of_the_warehouse_gives_up_the_lead_with_growing_pauses(inbox, look, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "_RETRY_SECONDS", 0.1)
    began = []

    def fail(self):
        began.append(time.monotonic())
        raise psycopg.errors.UndefinedColumn("none such")

    monkeypatch.setattr(station.Station, "load_reference", fail)
    with running(configure(tmp_path, {"lists": lists(inbox)})):
        assert becomes(lambda: len(began) >= 5, 20)
    pauses = [later - earlier for earlier, later in pairwise(began)]
    assert pauses[3] > 2 * pauses[1] > 2 * pauses[0]
    (said,) = {r.message for r in caplog.records if r.levelno >= logging.WARNING}
    assert said.startswith("gave up the lead, to begin anew: UndefinedColumn, at etl/station.py:")
