"""./run check: every fault of settings, tables and sources at once, and nothing written."""

import json

import pytest

from sql import connect
from tests.etl.register import FIELDS, configure, source, verb
from tests.etl.test_archive import contents
from tests.etl.world import SMALL


@pytest.fixture
def here(warehouse, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    return warehouse.url


def test_what_is_right_is_0_and_nothing_is_written(here, register, tmp_path, said):
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1")
    before = contents(here)
    assert verb(file, "check", "--json") == 0
    found = said()
    assert found["faults"] == [] and "note" not in found
    assert {name: found["sources"][0][name] for name in ("source", "read", "rows", "loaded", "quarantined")} == {
        "source": "platform", "read": 1, "rows": 1, "loaded": 1, "quarantined": 0}  # fmt: skip
    assert contents(here) == before
    assert not (tmp_path / "data" / "person.key").exists()


def test_a_table_without_a_clock_is_tried_like_any_other(here, register, tmp_path, said):
    fields = {name: column for name, column in FIELDS.items() if name != "updated_at"}
    file = configure(tmp_path, {"platform": source(register.url, fields=fields)})
    for n in range(3):
        register.enter(f"r{n}")
    assert verb(file, "check", "--json", "--records", "2") == 0
    (found,) = said()["sources"]
    assert (found["read"], found["rows"], found["loaded"], found["quarantined"]) == (2, 3, 2, 0)


def test_all_faults_are_said_at_once(here, register, tmp_path, said):
    (tmp_path / "inbox").mkdir()
    fields = dict(FIELDS, updated_at={"file": "modified"})
    sources = {
        "platform": source(register.url), "gone": source("postgresql://an:s3cr3t@127.0.0.1:9/x"),
        "renamed": source(register.url, fields=FIELDS | {"lot_number": "so_lo"}),
        "lists": {"kind": "files", "folder": str(tmp_path / "inbox"), "pattern": "*.csv", "fields": fields},
        "none": {"kind": "files", "folder": str(tmp_path / "inbox"), "pattern": "*.txt", "fields": fields},
    }  # fmt: skip
    (tmp_path / "inbox" / "bad.csv").write_bytes(b"PK\x03\x04")
    file = configure(tmp_path, sources)
    for name, column in (("sites", b"code"), ("targets", b"stage")):
        (tmp_path / f"{name}.csv").write_bytes((SMALL / f"{name}.csv").read_bytes().replace(column, b"other", 1))
        file.write_text(
            file.read_text(encoding="utf-8").replace(str(SMALL / f"{name}.csv"), f"{name}.csv"), encoding="utf-8"
        )
    assert verb(file, "check", "--json") == 1
    faults = said()["faults"]
    for words in ("sites.csv: column code is not there", "targets.csv: column stage is not there", "sources.gone: ", 'column "so_lo" is not in',
                  "bad.csv", "sources.none.pattern: no file in"):  # fmt: skip
        assert [fault for fault in faults if words in fault], (words, *faults)
    assert "s3cr3t" not in json.dumps(faults)


def test_values_that_are_not_mapped_are_counted_and_the_brake_says_what_it_would(here, register, tmp_path, said, capsys):
    file = configure(tmp_path, {"platform": source(register.url)}, brake={"min_records": 5})
    for n in range(6):
        register.enter(f"r{n}", vac_xin="Cúm-X" if n else "JS", noi_o="C1" if n else "Ấp 3")
    assert verb(file, "check", "--json") == 1
    found = said()
    (refused,) = found["refused"]
    assert (refused["rule"], refused["field"], refused["records"], refused["values"]) == (
        "unknown_vaccine",
        "vaccine_code",
        5,
        {"Cúm-X": 5},
    )
    assert found["sources"][0]["unrecognised"] == 1
    assert found["sources"][0]["brake"].startswith("5 of ")
    assert verb(file, "check", "--records", "2", "--json") == 0
    assert said()["sources"][0]["read"] == 2
    verb(file, "check")
    assert "Cúm-X 5" in capsys.readouterr().out


@pytest.mark.slow
def test_without_a_warehouse_it_is_tried_against_an_empty_one(register, tmp_path, said, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1")
    assert verb(file, "check", "--json") == 0
    found = said()
    assert found["note"].startswith("tried against an empty warehouse")
    assert found["sources"][0]["loaded"] == 1
    assert not (tmp_path / "data").exists()


def test_what_is_held_already_is_unchanged_not_moved(here, register, tmp_path, said):
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1")
    verb(file, "once", "--json")
    said()
    with connect.raw_at(here, "owner", autocommit=True) as db:
        before = db.execute("SELECT last_batch_id, term FROM warehouse.leader").fetchone()
    assert verb(file, "check", "--json") == 0
    row = said()["sources"][0]
    assert (row["loaded"], row["unchanged"], row.get("brake")) == (0, 1, None)
    with connect.raw_at(here, "owner", autocommit=True) as db:
        assert db.execute("SELECT last_batch_id, term FROM warehouse.leader").fetchone() == before


def test_settings_without_a_source_are_right_and_say_so(here, tmp_path, said):
    file = configure(tmp_path, {})
    assert verb(file, "check", "--json") == 0
    assert said() == {"note": "the settings name no source", "faults": [], "sources": [], "refused": []}
    text = file.read_text(encoding="utf-8").replace("sample: false\n", "")
    file.write_text(text.replace("sites.csv", "nowhere.csv"), encoding="utf-8")
    assert verb(file, "check", "--json") == 0
    assert said()["note"] == "the settings name no source, so ./run would play sample data"
    file.write_text(text.replace("targets.csv", "nowhere.csv"), encoding="utf-8")
    assert verb(file, "check", "--json") == 1
    assert "nowhere.csv cannot be read" in said()["faults"][0]
