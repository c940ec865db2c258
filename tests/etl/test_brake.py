"""The brake: what looks wrong is stopped before any of it is kept, and a person lets it go on."""

import pytest

from etl import brake
from etl.brake import Braked
from etl.pipeline import INTAKE
from sql.settings import Brake
from tests.etl.world import NOW, Given, record

LIMITS = Brake(min_records=100, quarantine_share=0.2, void_share=0.2, change_share=0.5, shrink_share=0.5)


@pytest.fixture
def world(warehouse):
    held = Given(warehouse.url)
    held.pipeline.settings = held.settings.etl.model_copy(update={"brake": LIMITS})
    yield held
    held.close()


_made = iter(range(1, 1_000_000))


def new(count: int, **given) -> list[dict]:
    return [record(record_id=f"r{n}", person=f"p{n}", **given) for n in (next(_made) for _ in range(count))]


def broken(count: int) -> list[dict]:
    return new(count, vaccine_code="?")


def changed(records: list[dict], stamp: str, **given) -> list[dict]:
    return [r | given | {"updated_at": stamp} for r in records]


def kept(held: Given) -> list[tuple]:
    return held.ask("SELECT (SELECT count(*) FROM warehouse.injection), (SELECT count(*) FROM warehouse.quarantine), "
                    "(SELECT count(*) FROM warehouse.batch), (SELECT received FROM warehouse.source)")  # fmt: skip


def release(held: Given) -> None:
    held.db.execute("UPDATE warehouse.source SET state = 'braked'")
    assert held.db.execute(INTAKE["release_source"], {"name": "platform", "now": NOW}).rowcount == 1


def test_a_share_of_broken_records_above_the_limit_stops_and_keeps_nothing(world):
    world.load(new(100))
    before = kept(world)
    with pytest.raises(Braked, match=r"41 of the last 200 records broke a rule \(20%; up to 20% is let pass\). Nothing of this batch was kept"):
        world.load(new(59) + broken(41))
    assert kept(world) == before
    world.load(new(60) + broken(40))


def test_few_records_say_nothing(world):
    world.load(broken(99))
    with pytest.raises(Braked):
        world.load(broken(1))


def test_many_small_batches_are_judged_together(world):
    """Half of each ten is broken: at the hundredth record it is plain."""
    for _ in range(9):
        world.load(new(5) + broken(5))
    with pytest.raises(Braked, match="50 of the last 100 records broke a rule"):
        world.load(new(5) + broken(5))


def test_old_batches_do_not_speak_for_new_ones(world):
    world.load(new(1000))
    world.load(new(100))
    with pytest.raises(Braked, match="50 of the last 200"):
        world.load(new(50) + broken(50))


def test_a_share_of_corrections_above_the_limit_stops(world):
    records = new(200)
    world.load(records)
    world.load(new(100))
    with pytest.raises(Braked, match="101 of the last 201 records changed records loaded earlier"):
        world.load(changed(records[:101], "2021-11-06", lot_number="A"))
    assert world.ask("SELECT count(*) FROM warehouse.injection WHERE lot_number = 'A'") == [(0,)]
    world.load(changed(records[:100], "2021-11-06", lot_number="A"))


def test_a_share_of_voids_above_the_limit_stops(world):
    records = new(200)
    world.load(records)
    world.load(changed(records[:40], "2021-11-06", status="entered-in-error"))
    with pytest.raises(Braked, match="voided records loaded earlier"):
        world.load(changed(records[40:140], "2021-11-07", status="entered-in-error"))
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_day") == [(160,)]


def test_a_source_that_always_sends_broken_records_is_measured_by_its_own_history(world):
    """A tenth is its habit, so up to three tenths are let pass."""
    for _ in range(3):
        world.load(new(90) + broken(10))
    world.load(new(52) + broken(48))  # 58 of 200
    with pytest.raises(Braked, match="up to 58%"):  # by now its history is 78 of 400
        world.load(broken(100))


def test_no_history_takes_the_brake_off_for_good(world):
    release(world)
    world.load(broken(100))
    with pytest.raises(Braked, match="100%; up to 60%"):
        world.load(broken(100))


def test_the_same_again_is_no_fault(world):
    records = new(150)
    world.load(records)
    world.load(records)


def test_after_a_release_the_next_batch_passes_and_those_after_it_are_judged_anew(world):
    with pytest.raises(Braked):
        world.load(broken(100))
    release(world)
    world.load(broken(100))
    assert world.ask("SELECT quarantined, is_released FROM warehouse.source") == [(100, False)]
    world.load(broken(99))  # what a person let pass is not counted again
    with pytest.raises(Braked):
        world.load(broken(100) + new(1))


def test_a_retry_is_not_judged(world):
    world.load(broken(90))
    assert world.load(broken(150), kind="retry").quarantined == 0


def test_another_source_is_not_stopped(world):
    (other,) = world.db.execute(INTAKE["register_source"], {"name": "lists", "kind": "files"}).fetchone()
    for _ in range(9):
        world.load(new(5) + broken(5))
    world.source_id = other
    world.load(new(5) + broken(5))


def test_a_file_much_smaller_than_the_one_before_it_stops():
    brake.check_size("list.csv", 500, 1000, LIMITS)
    brake.check_size("list.csv", 1, None, LIMITS)
    with pytest.raises(Braked, match="list.csv has 499 bytes, the one of this name before it had 1,000: it may be cut off"):
        brake.check_size("list.csv", 499, 1000, LIMITS)


def test_the_share_of_a_source_is_its_own_also_beside_a_busy_one(world):
    """Every second batch is another source's: the broken ones of this one add up all the same."""
    other = Given(world.url)
    other.pipeline.term = world.pipeline.term
    (other.source_id,) = world.db.execute(INTAKE["register_source"], {"name": "other", "kind": "files"}).fetchone()
    world.db.execute("UPDATE warehouse.leader SET term = %s", [world.pipeline.term])
    with pytest.raises(Braked):
        for _ in range(LIMITS.min_records):
            other.load(new(1))
            other.load(new(1))
            world.load(broken(1))
    other.close()
