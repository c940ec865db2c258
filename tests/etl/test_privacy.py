"""No name, phone, address or ID of anybody, whole or in part: in no table, no log, no error."""

import json
import logging

import pyarrow as pa
import pytest

from etl import mapping
from etl.identity import KEY_NAME
from etl.pipeline import Delivery
from etl.settings import FilesSource
from sql import connect
from tests.etl.world import ZONE, Given

KEY = b"k" * 32
COLUMNS = ["ma", "ho_ten", "cccd", "dien_thoai", "dia_chi", "nam_sinh", "xa", "diem", "vac_xin", "lo", "mui", "tiem", "sua"]
FIELDS = {
    "record_id": "ma", "person_id": "cccd", "full_name": "ho_ten", "birth_year": "nam_sinh", "sex": {"value": "female"},
    "residence_code": "xa", "site_code": "diem", "vaccine_code": "vac_xin", "lot_number": "lo", "dose_number": "mui",
    "injected_at": "tiem", "updated_at": "sua",
}  # fmt: skip
LAN = ["Nguyễn Thị Xuyến", "077185001234", "0908123456", "12 Trần Hưng Đạo"]
HUNG = ["Võ Quốc Hùng", "B1234567", "0918.765.432", "45/6 Lê Lợi"]
SECRETS = [
    "Nguyễn", "Xuyến", "Võ", "Quốc", "Hùng", "077185001234", "B1234567", "1234567", "0908123456", "0918.765.432", "0918765432",
    "Trần Hưng Đạo", "Lê Lợi", "185001234",
]  # fmt: skip
ROWS = [
    # As it should be; with a fault; with the columns slipped by one, by two; the ID where the vaccine should be; no ID.
    ["r1", *LAN, "1985", "C1", "S1", "PF", "L1", "1", "2021-11-05 08:00", "2021-11-05 09:00"],
    ["r2", *HUNG, "1980", "C1", "S1", "??", "L2", "1", "2021-11-05 08:00", "2021-11-05 09:00"],
    ["r3", LAN[1], LAN[0], *LAN[2:], "1985", "C1", "S1", "PF", LAN[0], "1", "2021-11-05 08:00", "2021-11-05 09:00"],
    ["r4", *HUNG, HUNG[0], HUNG[1], "S1", HUNG[1], HUNG[0], HUNG[1], HUNG[0], "2021-11-05 09:00"],
    ["r5", *LAN, LAN[0], LAN[1], LAN[1], LAN[0], LAN[1], LAN[0], LAN[1], "2021-11-05 09:00"],
    ["r6", HUNG[0], None, *HUNG[2:], None, "C1", "S1", "PF", "L1", "1", "2021-11-05 08:00", "2021-11-05 09:00"],
]  # fmt: skip


@pytest.fixture
def world(warehouse):
    held = Given(warehouse.url)
    yield held
    held.close()


def everything(url: str) -> str:
    """Every value of every table and view in the database, as text."""
    with connect.raw_at(url, "owner") as db:
        tables = db.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^pg_|^information_schema' "
            "UNION SELECT format('%I.%I', schemaname, viewname) FROM pg_views WHERE schemaname = 'mart'"
        ).fetchall()
        assert (
            ("warehouse.injection",) in tables and ("warehouse.quarantine",) in tables and ("warehouse.delivery",) in tables
        )
        return "\n".join(str(row) for (table,) in tables for row in db.execute(f"SELECT to_jsonb(t)::text FROM {table} t"))


def sent(rows: list[list], **more) -> pa.Table:
    given = {"kind": "files", "folder": "inbox", "pattern": "*", "fields": FIELDS} | more
    mapper = mapping.compile_source(FilesSource.model_validate_json(json.dumps(given)), ZONE, KEY, "lists")
    columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(COLUMNS)}
    return mapper(pa.table(columns))


def test_nothing_of_a_person_is_in_any_table_log_or_error(world, postgres, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    said_before = len(postgres.log.read_text(errors="replace"))
    outcome = world.pipeline.load(Delivery(world.source_id, sent(ROWS)))
    assert (outcome.received, outcome.loaded, outcome.quarantined) == (6, 2, 4)
    # The database refuses a record: what it says of it, kept in quarantine and in the log, is not to hold a row.
    with connect.raw_at(world.url, "owner", autocommit=True) as owner:
        owner.execute("ALTER TABLE warehouse.injection ADD CHECK (lot_number <> 'boom')")
    again = [[f"again{n}", *row[1:9], "boom", *row[10:]] for n, row in enumerate(ROWS[:1])]
    outcome = world.pipeline.load(Delivery(world.source_id, sent(again)))
    assert (outcome.loaded, outcome.quarantined) == (0, 1)

    words = "\n".join([
        everything(world.url), caplog.text, *capfd.readouterr(),
        postgres.log.read_text(errors="replace")[said_before:]])  # fmt: skip
    assert "r5" in words and "refused_record" in words and "violates check constraint" in words
    assert [secret for secret in SECRETS if secret.lower() in words.lower()] == []
    assert KEY.hex() not in words


def test_the_same_search_finds_what_is_there(world):
    """It would notice: a lot number is kept as it is."""
    world.pipeline.load(Delivery(world.source_id, sent([[*ROWS[0][:9], "LOT-Xuyến", *ROWS[0][10:]]])))
    assert "LOT-Xuyến" in everything(world.url)


def test_a_persons_key_is_made_with_a_key_that_the_database_never_sees(world):
    world.pipeline.load(Delivery(world.source_id, sent(ROWS[:1])))
    (key,) = world.ask("SELECT person_key::text FROM warehouse.injection")[0]
    assert key not in {world.ask(f"SELECT {plain}")[0][0] for plain in (
        f"md5('{LAN[1]}')::uuid::text", f"md5('id:{LAN[1]}')::uuid::text",
        f"left(encode(sha256('id:{LAN[1]}'), 'hex'), 32)::uuid::text")}  # fmt: skip
    assert KEY_NAME not in everything(world.url)
