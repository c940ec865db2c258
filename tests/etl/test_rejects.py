"""Whatever a record holds, the others of its batch load: what no rule names is found out, and stands alone."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from etl import mapping, pipeline, rejects
from etl.pipeline import Delivery
from etl.recount import recount
from etl.settings import FilesSource
from tests.etl.world import ZONE, Given, record, table

GOOD = {
    "record_id": "r", "person_id": "077080000001", "full_name": "Nguyễn Văn A", "birth_date": "1980-05-01", "birth_year": "1980",
    "age": "41", "age_group": "18-49", "sex": "female", "residence_code": "C1", "site_code": "S1", "vaccine_code": "PF",
    "lot_number": "L1", "dose_number": "1", "dose_kind": "primary", "priority_group": "1", "injected_at": "2021-10-05 09:30",
    "recorded_at": "2021-10-05 10:00", "updated_at": "2021-10-05 11:00", "status": "completed", "identity_status": "correct",
    "identity_checked_at": "2021-10-05 09:00", "certificate_printed_at": "2021-10-05 12:00", "app_confirmed_at": "2021-10-05 12:30",
}  # fmt: skip
TEXTS = [
    "", " ", "\0", "a\0b", "\\u0000", "\\", "\\N", "{}", "\"", "'", "\x01", "\x1f", "\x7f", "\u200b", "\ufeff", "\ufffe", "\uffff", "\U0010ffff",
    "\u202e", "e\u0301" * 300, "x" * 200, "ẩ" * 200, "\U0001f489" * 200, "x" * 10_000, "-0", "0", "-1", "9", "10", "32767", "32768", "-32768", "99999",
    "2147483648", "9" * 30, "1e5", "1E400", "NaN", "nan", "-inf", "Infinity", "infinity", "-infinity", "0x10", "1_000", "1,5", "1.0", "١٢", "0000-00-00",
    "0001-01-01", "0001-01-01 BC", "1799-12-31", "1800-01-01", "1800-01-01 00:00+14:00", "9997-12-31 23:59:59.999999", "9998-01-01", "9999-12-31",
    "9999-12-31 23:59:59-18:00", "10000-01-01", "294276-12-31", "5874897-12-31", "-4712-01-01", "2021-02-29", "2021-10-05 24:00", "2021-10-05 23:59:60",
    "2021-10-05T09:30:00.123456789Z", "2021-10-05 09:30+99:99", "today", "now", "epoch", "vanished", "unknown", "other", "entered-in-error", "not-done",
    "additional", "150", "151", "200-300", "65+", "12-5", "0-0", "vx", "XX", "C1\0", "r\x1f1",
]  # fmt: skip
TYPED = [
    pa.array([b"\xff\xfe\x00"], pa.binary()), pa.array([b"\xed\xa0\x80"], pa.binary()), pa.array([True]), pa.array([2**63 - 1]), pa.array([-(2**63)]),
    pa.array([2**64 - 1], pa.uint64()), pa.array([float("nan")]), pa.array([float("-inf")]), pa.array([1e308]), pa.array([-0.0]), pa.array([1980.5]),
    pa.array([Decimal("99999999999999999999.9999")]), pa.array([date(1, 1, 1)]), pa.array([date(9999, 12, 31)]), pa.array([2**31 - 1], pa.int32()).view(pa.date32()),
    pa.array([-(2**31)], pa.int32()).view(pa.date32()), pa.array([datetime(1, 1, 1)]), pa.array([datetime(9999, 12, 31, 23, 59, 59, 999999)]),
    pa.array([2**63 - 1]).view(pa.timestamp("us")), pa.array([-(2**63) + 1]).view(pa.timestamp("us")), pa.array([2**63 - 1]).view(pa.timestamp("us", "UTC")),
    pa.array([2**62]).view(pa.timestamp("ns", "UTC")), pa.array([2**63 - 1]).view(pa.timestamp("s")), pa.array([86_399_999_999]).view(pa.time64("us")),
    pa.array([2**63 - 1]).view(pa.duration("us")), pa.array([[1, 2]]), pa.array([{"a": 1}]), pa.nulls(1),
]  # fmt: skip
LONG = random.Random(3).randbytes(9_000).hex()  # no index holds it
# No rule says anything of these, and PostgreSQL or the workbench refuses each.
REFUSED = [
    {"lot_number": "a\0b"}, {"residence_code": "x\0"}, {"record_id": "r\0"}, {"unreadable": "{"},
    {"unreadable": '{"lot_number": "\\u0000"}'}, {"status": "vanishing"}, {"identity_status": "?"}, {"record_id": LONG}, {"residence_code": LONG},
]  # fmt: skip


@pytest.fixture(params=[-1, 10_000], ids=["in columns", "in rows"])
def world(warehouse, monkeypatch, request):
    monkeypatch.setattr(pipeline, "LARGE", request.param)
    held = Given(warehouse.url)
    brake = held.settings.etl.brake.model_copy(
        update={"quarantine_share": 1, "outside_share": 1, "residence_share": 1, "unmapped_share": 1, "change_share": 1}
    )
    held.pipeline.settings = held.settings.etl.model_copy(update={"brake": brake})
    yield held
    held.close()


def closes(world: Given, received: int) -> bool:
    return world.ask("SELECT received, loaded + unchanged + quarantined FROM warehouse.source") == [(received, received)]


def differences(world: Given) -> dict:
    return {name: rows for name, rows in recount(world.db, ZONE, 0).items() if rows}


def every_cell() -> pa.Table:
    """A record for each field with each cell, by the mapping that reads every field; each of a person of its own."""
    given = FilesSource.model_validate(
        {"kind": "files", "folder": Path(), "pattern": "*", "fields": {name: name for name in GOOD}}
    )
    mapper, numbers = mapping.compile_source(given, ZONE, b"k" * 32, "platform"), iter(range(10**6))

    def row(**odd) -> dict:
        n = next(numbers)
        return GOOD | {"record_id": f"r{n}", "person_id": f"{77_080_000_000 + n:012}"} | odd

    texts = [row(), *(row(**{field: text}) for field in GOOD for text in TEXTS), row()]
    typed = [(field, cell) for field in GOOD for cell in TYPED]
    made = [mapper(pa.Table.from_pylist(texts))]
    for field, cell in random.Random(5).sample(typed, 250):
        made.append(mapper(pa.table({name: pa.array([value]) for name, value in row().items()} | {field: cell})))
    return pa.concat_tables(made).combine_chunks()


def test_no_value_of_any_field_is_refused_and_each_record_stands_alone(world):
    """Every field with everything that anybody may write there: there is no rule that only the database knows."""
    records = every_cell()
    assert world.pipeline.load(Delivery(world.source_id, records)).received == records.num_rows > 2_000
    assert closes(world, records.num_rows)
    by_rule = dict(world.ask("SELECT r, count(*) FROM warehouse.quarantine, unnest(rules) AS r GROUP BY 1"))
    assert "refused_record" not in by_rule and by_rule["unreadable_field"] > 100
    good = ("r0", f"r{1 + len(GOOD) * len(TEXTS)}")
    assert world.ask(
        "SELECT count(*) FROM warehouse.injection WHERE record_id IN (%s, %s) AND status = 'completed'", *good
    ) == [(2,)]
    assert differences(world) == {}


@pytest.mark.parametrize("field", range(len(REFUSED)), ids=lambda n: f"{n} {next(iter(REFUSED[n]))}")
def test_what_no_rule_names_is_found_out_and_stands_alone(world, field):
    given = [record(record_id=f"r{n}", person=f"p{n}") for n in range(3)]
    batch = table([given[0], given[1] | REFUSED[field], given[2]])
    outcome = world.pipeline.load(Delivery(world.source_id, batch))
    assert (outcome.received, outcome.loaded, outcome.quarantined) == (3, 2, 1)
    assert closes(world, 3) and differences(world) == {}
    ((rules, said),) = world.ask("SELECT rules, record->'unreadable'->>'found' FROM warehouse.quarantine")
    assert rules == ["refused_record"] and said
    # again it is the same, and mended it is loaded
    assert world.pipeline.load(Delivery(world.source_id, batch)).unchanged == 3
    assert world.load(given).loaded == 1
    is_numbered = "record_id" not in REFUSED[field]
    assert world.ask("SELECT state::text FROM warehouse.quarantine") == [("resolved" if is_numbered else "open",)]
    assert closes(world, 9) and differences(world) == {}


def test_where_very_many_are_refused_it_is_the_delivery_that_is():
    asked = []

    def attempt(records: pa.Table) -> ValueError:
        asked.append(records.num_rows)
        return ValueError()

    assert rejects.replaced(table(record(record_id=f"r{n}") for n in range(300)), attempt) is None
    assert len(asked) < 300


def test_where_each_alone_is_taken_nobody_is_blamed():
    assert (
        rejects.replaced(
            table(record(record_id=f"r{n}") for n in range(4)), lambda some: ValueError() if some.num_rows > 1 else None
        )
        is None
    )
