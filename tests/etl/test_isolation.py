"""One bad thing never stops the good ones: a delivery, a source, a row that cannot be read stands alone, with its reason."""

import json
import logging
import os
import threading
import time
from contextlib import contextmanager

import openpyxl
import psycopg
import pytest

from etl import pipeline, schedule, station
from etl.pipeline import Pipeline
from sql import connect
from tests.etl.register import Register, configure, read, source, verb
from tests.processes import becomes

NAMES = ("record_id", "person_id", "birth_year", "sex", "residence_code", "site_code", "vaccine_code", "dose_number", "injected_at", "updated_at")
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
def look(warehouse, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        yield lambda question, *values: db.execute(question, values).fetchall()


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


def test_a_file_name_that_is_no_text_is_a_name_like_others(inbox, look, tmp_path):
    odd = os.fsdecode(os.fsencode(inbox) + b"/danh s\xe1ch.csv")
    write(inbox / "x", [row(4), row(5)])
    os.rename(inbox / "x", odd)
    assert verb(configure(tmp_path, {"lists": lists(inbox)}), "once") == 0
    assert held(look) == ["R001", "R002", "R003", "R004", "R005"]
    assert deliveries(look) == {"good.csv": ("done", None), r"danh s\xe1ch.csv": ("done", None)}


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
    assert look("SELECT record_id, rules FROM warehouse.quarantine WHERE state = 'open'") == [("good.csv#4", ["ragged_line"])]
    assert counters_close(look)


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
    assert why.startswith("sources.bad: its records cannot be loaded (DatetimeFieldOverflow: ") and "0770" not in why + caplog.text


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


def test_a_neighbour_does_not_starve_and_the_lead_is_kept(inbox, database, look, tmp_path, monkeypatch, caplog):
    register = Register(database)
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
    register.close()
    assert look("SELECT term FROM warehouse.leader") == [(before + 1,)]
    ((state, reason),) = look("SELECT state, reason FROM warehouse.source WHERE name = 'lists'")
    assert state == "failed" and reason.startswith("sources.lists: cannot be read (RuntimeError, at etl/")
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1  # said once, without what was quoted
    assert "somebody" not in caplog.text


def test_a_fault_of_the_warehouse_gives_up_the_lead_with_growing_pauses(inbox, look, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "_RETRY_SECONDS", 0.1)
    began = []

    def fail(self):
        began.append(time.monotonic())
        raise psycopg.errors.UndefinedColumn("none such")

    monkeypatch.setattr(station.Station, "load_reference", fail)
    with running(configure(tmp_path, {"lists": lists(inbox)})):
        assert becomes(lambda: len(began) >= 5, 20)
    pauses = [later - earlier for earlier, later in zip(began, began[1:], strict=False)]
    assert pauses[3] > 2 * pauses[1] > 2 * pauses[0]
    (said,) = {r.message for r in caplog.records if r.levelno >= logging.WARNING}
    assert said.startswith("gave up the lead, to begin anew: UndefinedColumn, at etl/station.py:")
