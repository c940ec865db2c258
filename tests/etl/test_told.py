"""What a source does not give is unknown; once it gives it, its records are read again."""

import csv
import os

import pytest
import yaml

from etl import pipeline
from etl.recount import recount
from sql import connect, told
from tests.etl.register import FIELDS, configure, source, verb
from tests.etl.world import ZONE

PRINTED = {"certificate_printed_at": "in_giay"}
RECORDS = 250  # more than the brake lets pass unjudged


@pytest.fixture
def db(warehouse, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as found:
        yield found


def counted(db) -> tuple:
    """Doses, those whose source does not tell of certificates, and those with one."""
    assert not any(recount(db, ZONE, 0).values())
    return db.execute(
        "SELECT q.doses, q.certificates_unknown, q.certificates_printed "
        "FROM warehouse.world w CROSS JOIN LATERAL mart.quality(w.root_unit_id, NULL, NULL, NULL) q").fetchone()  # fmt: skip


def configure_with(file, name: str, fields: dict) -> None:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    found["sources"][name]["fields"] = fields
    file.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_a_database_that_begins_to_give_a_field_is_read_again(db, register, tmp_path):
    register.db.execute("ALTER TABLE public.injections ADD COLUMN in_giay timestamptz")
    for n in range(RECORDS):
        register.enter(f"r{n:03}")
    register.db.execute("UPDATE public.injections SET in_giay = now() WHERE id < 'r100'")  # its time of change stays
    file = configure(tmp_path, {"platform": source(register.url)})
    assert verb(file, "once") == 0
    assert counted(db) == (RECORDS, RECORDS, 0)

    configure_with(file, "platform", FIELDS | PRINTED)
    assert verb(file, "once") == 0  # and the brake takes it for no correction
    assert counted(db) == (RECORDS, 0, 100)
    (received,) = db.execute("SELECT received FROM warehouse.source").fetchone()
    assert verb(file, "once") == 0
    assert db.execute("SELECT received FROM warehouse.source").fetchone() == (received,)


def test_files_whose_settings_begin_to_give_a_field_are_read_again(db, tmp_path):
    names = [*FIELDS, "certificate_printed_at"]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with (inbox / "list.csv").open("w", newline="", encoding="utf-8") as out:
        rows = csv.DictWriter(out, names)
        rows.writeheader()
        for n in range(RECORDS):
            rows.writerow({
                "record_id": n, "person_id": f"{n:012}", "birth_year": 1980, "residence_code": "C1", "site_code": "S1", "vaccine_code": "JS",
                "dose_number": 1, "injected_at": "2022-01-05 08:00:00", "recorded_at": "2022-01-05 09:00:00", "updated_at": "2022-01-05 09:00:00",
                "status": "completed", "certificate_printed_at": "2022-01-06" if n < 30 else "",
            })  # fmt: skip
    os.utime(inbox / "list.csv", (1_641_370_000, 1_641_370_000))  # one that is still being written waits
    fields = {name: name for name in FIELDS}
    lists = {"kind": "files", "folder": str(inbox), "pattern": "*.csv"}
    file = configure(tmp_path, {"lists": lists | {"fields": fields}})
    assert verb(file, "once") == 0
    assert counted(db) == (RECORDS, RECORDS, 0)
    configure_with(file, "lists", fields | {"certificate_printed_at": "certificate_printed_at"})
    assert verb(file, "once") == 0
    assert counted(db) == (RECORDS, 0, 30)


@pytest.mark.parametrize("large", [0, 10_000], ids=["in columns", "in rows"])
def test_what_an_earlier_version_took_for_a_failure_becomes_unknown(db, register, tmp_path, monkeypatch, large):
    for n in range(5):
        register.enter(f"r{n}", vac_xin="PF")
    file = configure(tmp_path, {"platform": source(register.url)})
    assert verb(file, "once") == 0
    for table in ("ledger_entries", "balance_entries_site_day"):
        db.execute(
            f"UPDATE warehouse.{table} SET identity_pending = identity_unknown, identity_unknown = 0, certificates_unknown = 0, app_unknown = 0"
        )
    db.execute("UPDATE warehouse.injection SET told = NULL, identity_status = 'pending'")
    db.execute("UPDATE warehouse.source SET told = NULL")
    assert counted(db) == (5, 0, 0)

    monkeypatch.setattr(pipeline, "LARGE", large)
    assert verb(file, "once") == 0
    assert counted(db) == (5, 5, 0)
    assert db.execute("SELECT DISTINCT told, identity_status::text FROM warehouse.injection").fetchall() == [
        (told.told(FIELDS), "unknown")]  # fmt: skip
    (batches,) = db.execute("SELECT max(batch_id) FROM warehouse.batch").fetchone()
    assert verb(file, "once") == 0
    assert db.execute("SELECT max(batch_id) FROM warehouse.batch").fetchone() == (batches,)


@pytest.mark.parametrize("large", [0, 10_000], ids=["in columns", "in rows"])
def test_a_source_without_dose_numbers_has_doses_and_persons_and_nobody_guesses_which_dose_it_was(
    db, register, tmp_path, monkeypatch, large
):
    monkeypatch.setattr(pipeline, "LARGE", large)
    for n in range(RECORDS):
        register.enter(f"r{n:03}", vac_xin="PF")
    untold = {name: spec for name, spec in FIELDS.items() if name != "dose_number"}
    file = configure(tmp_path, {"platform": source(register.url)})
    configure_with(file, "platform", untold)
    assert verb(file, "once") == 0
    assert counted(db)[0] == RECORDS
    assert dropout(db) == (None, None, None)

    configure_with(file, "platform", FIELDS)
    assert verb(file, "once") == 0  # and the brake takes it for no correction
    assert counted(db)[0] == RECORDS
    assert dropout(db) == (RECORDS, 0, 1.0)


def dropout(db) -> tuple:
    return db.execute(
        "SELECT d.first_doses, d.second_doses, d.dropout FROM warehouse.world w CROSS JOIN LATERAL "
        "mart.dropout(w.root_unit_id, NULL, NULL, NULL, NULL, NULL, '2022-06-01', NULL, 0.9) d WHERE d.is_self").fetchone()  # fmt: skip
