"""A table without a clock is read whole: what is new, changed and gone is found by comparing it with the last reading."""

import numpy as np
import pytest
import yaml

from etl import station
from etl.digests import is_in
from etl.recount import recount
from sql import connect
from tests.etl.register import FIELDS, configure, read, source, verb
from tests.etl.world import ZONE


@pytest.fixture
def file(register, tmp_path):
    fields = {name: column for name, column in FIELDS.items() if name != "updated_at"}
    return configure(tmp_path, {"platform": source(register.url, fields=fields)}, backfill_batch_size=2)


def take(file) -> None:
    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].work()


def counted(look) -> list[str]:
    return [record for (record,) in look("SELECT record_id FROM warehouse.injection WHERE status = 'completed' ORDER BY 1")]


def differences(url: str) -> dict:
    with connect.raw_at(url, "etl_writer", autocommit=True) as db:
        return {name: rows for name, rows in recount(db, ZONE, 0).items() if rows}


@pytest.mark.parametrize("known", [[], [5], [0, 3, 3, 9, 2**64 - 1]])
@pytest.mark.parametrize("found", [[], [3], [9, 1, 3, 0, 3, 2**64 - 1, 10]])
def test_what_is_among_the_known_ones(found, known):
    found, known = np.array(found, np.uint64), np.array(known, np.uint64)
    assert is_in(found, known).tolist() == np.isin(found, known).tolist()


def test_rows_come_change_go_and_come_back(register, file, look, warehouse):
    for n in range(5):
        register.enter(f"r{n}")
    take(file)
    assert counted(look) == [f"r{n}" for n in range(5)]
    register.db.execute("DELETE FROM public.injections WHERE id = 'r1'")
    register.db.execute("UPDATE public.injections SET vac_xin = 'PF' WHERE id = 'r2'")
    register.enter("r5")
    take(file)
    assert counted(look) == ["r0", "r2", "r3", "r4", "r5"]
    assert look("SELECT received, loaded, unchanged, quarantined, vanished FROM warehouse.source") == [(7, 7, 0, 0, 1)]
    register.db.execute("UPDATE public.injections SET vac_xin = 'JS' WHERE id = 'r2'")
    register.enter("r1")
    take(file)
    assert counted(look) == [f"r{n}" for n in range(6)]
    codes = "SELECT v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id) WHERE i.record_id = 'r2'"
    assert look(codes) == [("JS",)]
    assert look("SELECT count(DISTINCT sha256) FROM warehouse.membership") == [(1,)]
    assert differences(warehouse.url) == {}


def test_where_nothing_changed_there_is_no_batch(register, file, look):
    for n in range(3):
        register.enter(f"r{n}")
    register.enter("broken", vac_xin="?")
    take(file)
    before = look("SELECT count(*), max(batch_id) FROM warehouse.batch")
    take(file)
    assert look("SELECT count(*), max(batch_id) FROM warehouse.batch") == before
    assert look("SELECT state FROM warehouse.source") == [("running",)]
    assert look("SELECT record_id FROM warehouse.quarantine WHERE state = 'open'") == [("broken",)]


def test_a_reading_is_followed_by_a_pause(register, file, look):
    register.enter("r1")
    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].work()
        register.enter("r2")
        led.intakes[0].next_at += 60
        led.intakes[0].work()
        assert counted(look) == ["r1"]
        led.intakes[0].next_at = 0
        led.intakes[0].work()
        assert counted(look) == ["r1", "r2"]


def test_killed_half_way_it_ends_in_the_same(register, file, look, warehouse, monkeypatch):
    """A value that was loaded, and changed back before the reading was kept, is loaded again."""
    for n in range(5):
        register.enter(f"r{n}")
    take(file)
    register.db.execute("UPDATE public.injections SET vac_xin = 'PF'")
    register.db.execute("DELETE FROM public.injections WHERE id = 'r4'")
    monkeypatch.setattr("etl.intake_whole.WholeIntake._settle", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        take(file)
    monkeypatch.undo()
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    register.db.execute("UPDATE public.injections SET vac_xin = 'JS' WHERE id = 'r2'")
    take(file)
    assert counted(look) == ["r0", "r1", "r2", "r3"]
    codes = "SELECT i.record_id, v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id) WHERE i.status = 'completed' ORDER BY 1"
    assert look(codes) == [("r0", "PF"), ("r1", "PF"), ("r2", "JS"), ("r3", "PF")]
    assert differences(warehouse.url) == {}


def test_an_emptied_table_is_braked_and_obeyed_when_it_is_released(register, file, look):
    for n in range(3):
        register.enter(f"r{n}")
    take(file)
    register.db.execute("DELETE FROM public.injections")
    take(file)
    assert look("SELECT state FROM warehouse.source") == [("braked",)]
    assert len(counted(look)) == 3
    assert verb(file, "release", "platform") == 0
    take(file)
    assert counted(look) == []
    assert look("SELECT state FROM warehouse.source") == [("running",)]


def test_a_report_names_the_table(register, file, look):
    found = yaml.safe_load(file.read_text())
    found["sources"]["platform"]["deletes"] = "report"
    file.write_text(yaml.safe_dump(found))
    for n in range(3):
        register.enter(f"r{n}")
    take(file)
    register.db.execute("DELETE FROM public.injections WHERE id = 'r1'")
    take(file)
    assert len(counted(look)) == 3
    assert look("SELECT path, missing FROM warehouse.delivery WHERE missing > 0") == [("public.injections", 1)]


def test_what_was_braked_passes_once_it_is_released(register, tmp_path, look):
    fields = {name: column for name, column in FIELDS.items() if name != "updated_at"}
    file = configure(tmp_path, {"platform": source(register.url, fields=fields)}, brake={"min_records": 5})
    for n in range(6):
        register.enter(f"r{n}", vac_xin="?")
    take(file)
    assert look("SELECT state FROM warehouse.source") == [("braked",)]
    assert verb(file, "release", "platform") == 0
    take(file)
    assert look("SELECT quarantined FROM warehouse.source") == [(6,)]


def test_any_dialect_is_read_whole(tmp_path, look):
    import sqlite3

    with sqlite3.connect(tmp_path / "register.db") as db:
        db.execute("CREATE TABLE injections (id, nguoi, noi, diem, vac_xin, mui, luc)")
        db.executemany(
            "INSERT INTO injections VALUES (?, ?, 'C1', 'S1', 'JS', 1, '2021-10-05 09:30')",
            [(f"r{n}", f"{n:012}") for n in range(5)],
        )
    fields = {"record_id": {"hash": ["id"]}, "person_id": "nguoi", "birth_year": {"value": 1980}, "residence_code": "noi", "site_code": "diem",
              "vaccine_code": "vac_xin", "dose_number": "mui", "injected_at": "luc"}  # fmt: skip
    given = {
        "kind": "database",
        "url": f"sqlite:///{tmp_path}/register.db",
        "query": "SELECT * FROM injections",
        "fields": fields,
    }
    file = configure(tmp_path, {"platform": given}, backfill_batch_size=2)
    take(file)
    assert len(counted(look)) == 5
    with sqlite3.connect(tmp_path / "register.db") as db:
        db.execute("DELETE FROM injections WHERE id = 'r3'")
    take(file)
    assert len(counted(look)) == 4


@pytest.mark.parametrize("deletes", ["void", "report"])
def test_rows_without_a_number_leave_the_quarantine_when_they_are_gone(register, look, tmp_path, deletes):
    fields = {name: column for name, column in FIELDS.items() if name != "updated_at"}
    file = configure(tmp_path, {"platform": source(register.url, fields=fields, deletes=deletes)}, backfill_batch_size=2)
    register.db.execute("ALTER TABLE public.injections DROP CONSTRAINT injections_pkey")
    register.enter("r1")
    for place in ("C1", "C2", "C3", "C3"):
        register.enter("", noi_o=place, so_giay_to="077080000001", vac_xin="?", tiem_luc="2021-10-05", nhap_luc="2021-10-05")

    def waiting() -> list:
        assert look("SELECT bool_and(received = loaded + unchanged + quarantined) FROM warehouse.source") == [(True,)]
        return look("SELECT record->>'residence_code', rules FROM warehouse.quarantine WHERE state = 'open' ORDER BY 1")

    for gone, left in (("", "123"), ("C1", "23"), ("C3", "2")):
        register.db.execute("DELETE FROM public.injections WHERE noi_o = %s", [gone])
        for _ in range(2):
            take(file)
            assert waiting() == [(f"C{place}", ["missing_record_id"]) for place in left]
    register.enter("", noi_o="C1", so_giay_to="077080000001", vac_xin="?", tiem_luc="2021-10-05", nhap_luc="2021-10-05")
    register.db.execute("DELETE FROM public.injections WHERE noi_o = 'C2'")
    take(file)
    assert [place for place, _rules in waiting()] == ["C1"]
    assert counted(look) == ([] if deletes == "void" else ["r1"])  # it lived in C1
