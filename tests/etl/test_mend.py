"""What is wrong in a balance is made anew from the ledger, and nobody who reads meanwhile sees half of it."""

import threading

import pytest

from etl.insert_select import parse
from etl.mend import mend
from etl.recount import recount
from etl.statements import BALANCES
from sql import connect
from tests.etl.world import ZONE, Given, record
from tests.processes import becomes

INSERTS = [parse(statement) for statement in BALANCES.values()]
TABLES = [one.table for one in INSERTS]


@pytest.fixture
def world(warehouse):
    held = Given(warehouse.url)
    held.load([
        record(record_id=f"r{n}", person=f"p{n // 2}", injected_at=f"2021-{9 + n % 2:02}-05 0{n}:00", dose_number=1 + n % 2, site_code=f"S{1 + n % 4}")
        for n in range(6)])  # fmt: skip
    held.load([record(record_id="waits", person="p9", lot_number="L1")])
    yield held
    held.close()


def differences(held: Given) -> dict:
    return {name: rows for name, rows in recount(held.db, ZONE, 0).items() if rows}


def spoil(held: Given, one) -> None:
    """A cell too many, one too few, and the rest wrong."""
    measures = [name for name in one.columns if name not in one.key]
    held.db.execute(f"DELETE FROM warehouse.{one.table} WHERE ctid = (SELECT min(ctid) FROM warehouse.{one.table})")
    held.db.execute(f"UPDATE warehouse.{one.table} SET {', '.join(f'{name} = {name} + 1' for name in measures)}")
    day = next((name for name in one.key if name in ("day", "month")), None)
    another = f"CAST({day} + 40000 AS date)" if day else None
    columns = ", ".join(one.columns)
    if another:
        held.db.execute(
            f"INSERT INTO warehouse.{one.table} ({columns}) SELECT {columns.replace(day, another, 1)} FROM warehouse.{one.table} LIMIT 1"
        )


@pytest.mark.parametrize("one", INSERTS, ids=TABLES)
def test_a_balance_that_was_spoilt_is_what_the_recount_says_again(world, one):
    spoil(world, one)
    assert differences(world) != {}
    found = mend(world.db, is_to_mend=True)
    assert found[one.table] > 0
    assert [table for table, cells in found.items() if cells] == [one.table]
    assert differences(world) == {}
    assert world.ask("SELECT batch_id, kind, received FROM warehouse.batch ORDER BY 1 DESC LIMIT 1") == [(3, "rebuild", 0)]
    assert world.ask("SELECT last_batch_id, folded_through FROM warehouse.leader") == [(3, 3)]
    world.load([record(record_id="later", person="p10")])
    assert differences(world) == {}


def test_where_nothing_differs_nothing_is_written(world):
    assert set(mend(world.db, is_to_mend=True)) == set(TABLES)
    assert world.ask("SELECT max(batch_id) FROM warehouse.batch") == [(2,)]


def test_to_look_changes_nothing(world):
    world.db.execute("UPDATE warehouse.balance_people_world_day_filters SET people = 9")
    world.db.execute("UPDATE warehouse.unit SET is_in_world = false")
    assert mend(world.db, is_to_mend=False)["balance_people_world_day_filters"] > 0
    assert world.ask("SELECT DISTINCT people FROM warehouse.balance_people_world_day_filters") == [(9,)]
    assert world.ask("SELECT count(*) FROM warehouse.unit WHERE is_in_world") == [(0,)]


def test_the_units_of_the_world_are_marked_anew_before_its_balances(world):
    world.db.execute("UPDATE warehouse.unit SET is_in_world = NOT is_in_world")
    world.db.execute("DELETE FROM warehouse.balance_doses_world_day_filters")
    mend(world.db, is_to_mend=True)
    assert differences(world) == {}


def test_in_the_midst_of_a_backfill_what_is_folded_is_mended_and_the_rest_follows(world):
    world.load([record(record_id="unfolded", person="p11")], fold=False)
    world.db.execute("DELETE FROM warehouse.balance_doses_unit_day")
    assert mend(world.db, is_to_mend=True)["balance_doses_unit_day"] > 0
    assert world.ask("SELECT folded_through < last_batch_id FROM warehouse.leader") == [(True,)]
    world.pipeline.fold_the_rest()
    assert differences(world) == {}


SEEN = """
SELECT l.last_batch_id, (SELECT sum(people) FROM warehouse.balance_people_unit_filters),
    (SELECT sum(people) FROM warehouse.balance_people_unit_day), (SELECT count(*) FROM warehouse.balance_doses_unit_day)
FROM warehouse.leader l"""


def test_who_reads_meanwhile_sees_all_of_it_or_nothing_and_a_batch_waits(world, warehouse):
    (right,) = world.ask(SEEN)
    for table in ("balance_people_unit_filters", "balance_people_unit_day"):
        world.db.execute(f"UPDATE warehouse.{table} SET people = people + 1")
    world.db.execute("DELETE FROM warehouse.balance_doses_unit_day")
    (spoilt,) = world.ask(SEEN)
    mending = connect.raw_at(warehouse.url, "etl_writer", autocommit=True)
    reader = connect.raw_at(warehouse.url, "owner", autocommit=True)
    batch = threading.Thread(target=world.load, args=[[record(record_id="meanwhile", person="p12")]])
    seen = []

    def look(_balances: int) -> None:
        if not batch.is_alive() and not seen:
            batch.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        assert becomes(lambda: reader.execute(waits).fetchone() == (1,), 10)
        seen.append(reader.execute(SEEN).fetchone())

    with mending, reader:
        mend(mending, True, look)
        batch.join(10)
        assert seen == [spoilt] * len(TABLES)
        assert right[0] + 2 == reader.execute(SEEN).fetchone()[0]
    assert differences(world) == {}
