"""./run quarantine: what waits to be mended, by rule, field and source; on the screen and as a file."""

import csv

import pytest

from sql import connect
from tests.etl.register import configure, source, verb


@pytest.fixture
def file(warehouse, register, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    found = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1", vac_xin="Cúm-X")
    register.enter("r2", vac_xin="Cúm-X")
    register.enter("r3", vac_xin="=1+1", diem_tiem="S9")
    register.enter("r4", mui=77)
    register.enter("r5")
    verb(found, "once", "--json")
    capsys.readouterr()
    return found


def test_it_is_listed_by_rule_and_field_with_the_values_that_come_most(file, said, capsys):
    assert verb(file, "quarantine", "--json") == 0
    found = {(row["rule"], row["field"]): row for row in said()["quarantine"]}
    assert found["unknown_vaccine", "vaccine_code"]["values"] == {"Cúm-X": 2, "=1+1": 1}
    assert found["unknown_vaccine", "vaccine_code"]["records"] == 3
    assert found["unknown_site", "site_code"]["values"] == {"S9": 1}
    assert sum(row["records"] for row in found.values()) == 5  # r3 broke two rules
    verb(file, "quarantine")
    shown = capsys.readouterr().out
    assert "unknown_vaccine" in shown and "Cúm-X 2, =1+1 1" in shown


@pytest.mark.parametrize(("words", "records"), [
    ([], ["r1", "r2", "r3", "r4"]), (["--rule", "unknown_site"], ["r3"]), (["--field", "vaccine_code"], ["r1", "r2", "r3"]),
    (["--source", "platform", "--limit", "2"], ["r1", "r2"]), (["--source", "nobody"], []), (["r3"], ["r3"]),
    (["--field", "dose_number"], ["r4"]),
])  # fmt: skip
def test_records_are_shown_by_rule_field_and_source(file, said, words, records):
    assert verb(file, "quarantine", "show", *words, "--json") == 0
    assert [row["record_id"] for row in said()["records"]] == records


def test_it_is_exported_without_persons_and_without_formulas(file, said, warehouse, tmp_path, capsys):
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute(
            "UPDATE warehouse.quarantine SET record = record || '{\"birth_date\": \"1980-03-04\"}' WHERE record_id = 'r1'"
        )
        ((key,),) = db.execute("SELECT record->>'person_key' FROM warehouse.quarantine WHERE record_id = 'r1'").fetchall()
    out = tmp_path / "out.csv"
    assert verb(file, "quarantine", "export", str(out), "--json") == 0
    assert said()["exported"] == 4
    text = out.read_text(encoding="utf-8-sig")
    rows = {row["record_id"]: row for row in csv.DictReader(text.splitlines())}
    assert rows["r3"]["vaccine_code"] == "'=1+1"
    assert set(rows["r3"]["rules"].split()) == {"unknown_vaccine", "unknown_site"}
    assert rows["r1"]["birth_date"] == "1980-··-··"
    assert key and key not in text and key.replace("-", "") not in text
    assert verb(file, "quarantine", "export", str(out)) == 2
    assert "is there already" in capsys.readouterr().err
    assert verb(file, "quarantine", "export") == 2
    assert verb(file, "quarantine", "export", str(tmp_path / "no" / "x.csv")) == 2
