"""What a source no longer holds leaves the figures, with a cause of its own, and comes back when it is delivered again."""

import pytest

from etl import pipeline
from tests.etl.test_pipeline import differences, people_posted, posted
from tests.etl.world import Given, record


@pytest.fixture(params=["in rows", "in columns"])
def world(warehouse, monkeypatch, request):
    """Taking out is always done in rows; what comes before and after goes either way."""
    if request.param == "in columns":
        monkeypatch.setattr(pipeline, "LARGE", -1)
    held = Given(warehouse.url)
    yield held
    held.close()


def counters(held: Given) -> tuple:
    return held.ask("SELECT received, loaded, unchanged, quarantined, vanished FROM warehouse.source")[0]


def open_records(held: Given) -> list:
    return [record for (record,) in held.ask("SELECT record_id FROM warehouse.quarantine WHERE state = 'open' ORDER BY 1")]


def test_what_vanished_is_taken_back_with_its_cause_and_returns_with_it(world):
    world.load([record(), record(record_id="r2", person="Bình")])
    gone = world.pipeline.withdraw(world.source_id, ["r1", "never held"])
    assert posted(world, gone.batch_id) == {("vanished", "05/11", "S1", "C1", "PF"): -1}
    assert people_posted(world, gone.batch_id) == {("vanished", "first", "05/11", "C1"): -1}
    assert world.ask("SELECT record_id, status::text FROM warehouse.injection ORDER BY 1") == [
        ("r1", "vanished"),
        ("r2", "completed"),
    ]
    assert (gone.vanished, counters(world)) == (1, (2, 2, 0, 0, 1))
    assert differences(world) == {}

    back = world.load([record()])
    assert posted(world, back.batch_id) == {("vanished", "05/11", "S1", "C1", "PF"): 1}
    assert people_posted(world, back.batch_id) == {("vanished", "first", "05/11", "C1"): 1}
    assert (back.loaded, back.corrected, back.vanished, counters(world)) == (1, 0, -1, (3, 3, 0, 0, 0))
    assert differences(world) == {}


def test_the_batch_says_its_kind_and_withdrawing_again_changes_nothing(world):
    world.load([record()])
    world.pipeline.withdraw(world.source_id, ["r1", "r1"], unit="list.csv")
    again = world.pipeline.withdraw(world.source_id, ["r1"])
    assert again.vanished == 0
    assert world.ask("SELECT kind, unit, received, vanished FROM warehouse.batch ORDER BY batch_id DESC LIMIT 2") == [
        ("vanished", None, 0, 0), ("vanished", "list.csv", 0, 1)]  # fmt: skip
    assert counters(world) == (1, 1, 0, 0, 1)


def test_an_older_version_does_not_bring_it_back_and_a_newer_one_does(world):
    world.load([record(updated_at="2021-11-06")])
    world.pipeline.withdraw(world.source_id, ["r1"])
    older = world.load([record(updated_at="2021-11-05 13:00")])
    assert (older.unchanged, counters(world)[-1]) == (1, 1)
    newer = world.load([record(updated_at="2021-11-07", vaccine_code="AZ", person="Chi")])
    assert posted(world, newer.batch_id) == {("vanished", "05/11", "S1", "C1", "AZ"): 1}
    assert counters(world)[-1] == 0
    assert differences(world) == {}


def test_a_dose_of_the_same_day_counts_in_its_place(world):
    world.load([record(record_id="morning", injected_at="2021-11-05 08:00"), record(record_id="noon", site_code="S2")])
    gone = world.pipeline.withdraw(world.source_id, ["morning"])
    assert posted(world, gone.batch_id) == {
        ("vanished", "05/11", "S1", "C1", "PF"): -1,
        ("duplicate", "05/11", "S2", "C1", "PF"): 1,
    }
    assert differences(world) == {}


def test_a_void_that_vanished_posts_nothing_either_way(world):
    world.load([record(), record(status="entered-in-error", updated_at="2021-11-06")])
    gone = world.pipeline.withdraw(world.source_id, ["r1"])
    back = world.load([record(status="entered-in-error", updated_at="2021-11-06")])
    assert posted(world, gone.batch_id) == posted(world, back.batch_id) == {}
    assert (gone.vanished, back.vanished, counters(world)[-1]) == (1, -1, 0)
    assert differences(world) == {}


def test_broken_records_leave_the_quarantine_and_are_open_again_when_they_return(world):
    first, second = record(vaccine_code="?"), record(vaccine_code="??", updated_at="2021-11-06")
    world.load([first, second])
    assert open_records(world) == ["r1"]
    world.pipeline.withdraw(world.source_id, ["r1"])
    assert open_records(world) == []
    replaced = world.load([first])  # the source went back to a version that was replaced before
    assert (replaced.quarantined, open_records(world)) == (1, ["r1"])
    assert world.ask("SELECT record->>'vaccine_code' FROM warehouse.quarantine WHERE state = 'open'") == [("?",)]


def test_one_that_vanished_whole_and_returns_broken_is_in_quarantine_not_lost(world):
    world.load([record()])
    world.pipeline.withdraw(world.source_id, ["r1"])
    broken = world.load([record(vaccine_code="?")])
    assert (broken.quarantined, open_records(world), counters(world)) == (1, ["r1"], (2, 1, 0, 1, 1))
    assert differences(world) == {}


def test_a_brake_judges_what_returns_neither_as_corrected_nor_as_voided(world):
    held = [record(record_id=f"r{n}", person=f"p{n}") for n in range(300)]
    world.load(held)
    world.pipeline.withdraw(world.source_id, [each["record_id"] for each in held])
    back = world.load(held)
    assert (back.loaded, back.vanished) == (300, -300)
