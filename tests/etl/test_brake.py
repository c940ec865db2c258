"""The brake: what looks wrong is stopped before any of it is kept, and a person lets it go on."""

from datetime import date
from types import SimpleNamespace

import pytest

from etl import brake, pipeline, stopped
from etl.brake import Accepted, Braked
from etl.pipeline import INTAKE
from etl.settings import Brake
from etl.stopped import Stop
from tests.etl.world import NOW, Given, person, record

LIMITS = Brake(min_records=100, quarantine_share=0.2, void_share=0.2, change_share=0.5, shrink_share=0.5)


@pytest.fixture(params=["in rows", "in columns"])
def world(warehouse, monkeypatch, request):
    if request.param == "in columns":
        monkeypatch.setattr(pipeline, "LARGE", -1)
    held = Given(warehouse.url)
    held.pipeline.settings = held.settings.etl.model_copy(update={"brake": LIMITS})
    yield held
    held.close()


@pytest.fixture
def neighbour(world):
    """For a second source of the same warehouse."""
    held = Given(world.url)
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


def stopped_by(held: Given, records: list[dict], **more) -> Stop:
    """What the brake keeps of a batch that it stops."""
    with pytest.raises(Braked) as found:
        held.load(records, **more)
    with held.db.transaction():
        stopped.keep(held.db, held.source_id, found.value.stop, NOW)
        held.db.execute("UPDATE warehouse.source SET state = 'braked' WHERE source_id = %s", [held.source_id])
    return found.value.stop


def states(held: Given) -> list[str]:
    return [state for (state,) in held.ask("SELECT state FROM warehouse.brake ORDER BY brake_id")]


def release(held: Given) -> dict:
    found = stopped.release(held.db, "platform", NOW)
    assert found is not None
    return found


def test_a_share_of_broken_records_above_the_limit_stops_and_keeps_nothing(world):
    world.load(new(100))
    before = kept(world)
    with pytest.raises(Braked, match=r"21 of the last 100 records broke a rule \(21%; up to 20% is let pass\). Rules: unknown_vaccine 21. "
                                     r"Nothing of this batch was kept"):  # fmt: skip
        world.load(new(79) + broken(21))
    assert kept(world) == before
    world.load(new(80) + broken(20))


def test_few_records_say_nothing(world):
    world.load(broken(99))
    with pytest.raises(Braked):
        world.load(broken(1))


def test_many_small_batches_are_judged_together(world):
    """Half of each twenty is broken: at the hundredth record it is plain."""
    for _ in range(4):
        world.load(new(10) + broken(10))
    with pytest.raises(Braked, match="50 of the last 100 records broke a rule"):
        world.load(new(10) + broken(10))


def test_old_batches_do_not_speak_for_new_ones(world):
    """However large the batch before: one of `min_records` and more is judged by itself, smaller ones together."""
    world.load(new(1000))
    with pytest.raises(Braked, match="21 of the last 100"):
        world.load(new(79) + broken(21))
    world.load(new(79) + broken(20))  # 99 say nothing, and are few among the thousand
    with pytest.raises(Braked, match="21 of the last 100"):
        world.load(broken(1))


def test_a_good_batch_is_judged_with_the_bad_one_before_it(world):
    """50 broken ones were few among those before them; among the next hundred they are not."""
    world.load(new(1000))
    world.load(broken(50))
    with pytest.raises(Braked, match="50 of the last 150"):
        world.load(new(100))


@pytest.mark.parametrize("world", ["in rows"], indirect=True)
def test_more_batches_than_a_few_hundred_are_judged_together(world):
    world.pipeline.settings = world.settings.etl.model_copy(update={"brake": LIMITS.model_copy(update={"min_records": 230})})
    for _ in range(229):
        world.load(broken(1))
    with pytest.raises(Braked, match="230 of the last 230"):
        world.load(broken(1))


def test_what_comes_again_unchanged_does_not_speak_for_what_is_new(world):
    """A list that grows by a hundred broken lines a day is no better for the thousand lines of before."""
    records = new(1000)
    world.load(records)
    with pytest.raises(Braked, match="21 of the last 100"):
        world.load(records + new(79) + broken(21))
    world.load(records + new(79) + broken(20))


def test_a_share_of_corrections_above_the_limit_stops(world):
    records = new(200)
    world.load(records)
    world.load(new(100))
    with pytest.raises(Braked, match="101 of the last 200 records changed records loaded earlier"):
        world.load(changed(records[:101], "2021-11-06", lot_number="A") + new(99))
    assert world.ask("SELECT count(*) FROM warehouse.injection WHERE lot_number = 'A'") == [(0,)]
    world.load(changed(records[:100], "2021-11-06", lot_number="A") + new(100))


def test_a_share_of_voids_above_the_limit_stops(world):
    records = new(200)
    world.load(records)
    world.load(changed(records[:40], "2021-11-06", status="entered-in-error"))
    with pytest.raises(Braked, match="voided records loaded earlier"):
        world.load(changed(records[40:140], "2021-11-07", status="entered-in-error"))
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(160,)]


def test_a_source_that_always_sends_broken_records_is_measured_by_its_own_history(world):
    """A tenth is its habit, so up to three tenths are let pass."""
    for _ in range(3):
        world.load(new(90) + broken(10))
    with pytest.raises(Braked, match="31 of the last 100 records broke a rule .*up to 30%"):
        world.load(new(69) + broken(31))
    world.load(new(70) + broken(30))


def test_no_history_takes_the_brake_off_for_good(world):
    wrong = broken(100)
    stopped_by(world, wrong)
    release(world)
    world.load(wrong)
    with pytest.raises(Braked, match="100%; up to 60%"):
        world.load(broken(100))


def test_the_same_again_is_no_fault(world):
    records = new(150)
    world.load(records)
    world.load(records)


def test_a_release_is_for_what_was_looked_at_and_ends_with_it(world):
    wrong = broken(100)
    stopped_by(world, wrong)
    release(world)
    assert states(world) == ["released"]
    world.load(wrong[::-1])  # in whatever order it comes
    assert states(world) == ["passed"]
    assert world.ask("SELECT quarantined FROM warehouse.source") == [(100,)]
    world.load(broken(99))  # what a person let pass is not counted again
    with pytest.raises(Braked):
        world.load(broken(100) + new(1))


def test_a_part_of_what_was_looked_at_passes_too(world):
    """The rest was changed at the source meanwhile, and comes later."""
    wrong = broken(120)
    stopped_by(world, wrong)
    release(world)
    world.load(wrong[:110])
    assert states(world) == ["passed"]


@pytest.mark.parametrize("other", [
    lambda wrong: broken(100),
    lambda wrong: wrong[:99] + changed(wrong[99:], "2021-11-05 13:00", lot_number="X"),
    lambda wrong: wrong + new(1),
], ids=["other records", "one of them otherwise", "one more"])  # fmt: skip
def test_another_delivery_than_the_one_that_was_released_is_braked_again(world, other):
    wrong = broken(100)
    stopped_by(world, wrong)
    release(world)
    again = stopped_by(world, other(wrong))
    assert "What was released at 2022-06-01 05:00 UTC was another delivery: this one was not looked at" in again.reason
    assert states(world) == ["ended", "standing"]


def test_a_release_ends_when_something_else_comes_in_its_place(world):
    """It must not lie in wait for weeks."""
    wrong = broken(100)
    stopped_by(world, wrong)
    release(world)
    world.load(new(100))
    assert states(world) == ["ended"]
    with pytest.raises(Braked):
        world.load(wrong)


def test_a_retry_and_a_look_back_leave_a_release_to_what_it_is_for(world):
    wrong, known = broken(100), broken(5)
    world.load(known)
    stopped_by(world, wrong)
    release(world)
    world.load(known, kind="retry")
    world.load(new(3), kind="look-back")
    assert states(world) == ["released"]
    world.load(wrong)
    assert states(world) == ["passed"]


def test_a_look_back_is_judged_and_released_like_any_batch(world):
    wrong = broken(100)
    stopped_by(world, wrong, kind="look-back")
    release(world)
    world.load(wrong, kind="look-back")
    assert states(world) == ["passed"]


def test_a_batch_does_not_touch_a_release_that_is_for_no_batch(world):
    """A person said that records may be gone; what a comparison loads beside is judged as ever."""
    with world.db.transaction():
        stopped.keep(world.db, world.source_id, Stop("lost", "?", "sum of what is gone", "reconcile"), NOW)
        world.db.execute("UPDATE warehouse.source SET state = 'braked'")
    release(world)
    world.load(new(3), kind="look-back")
    world.load(new(3), kind="reconcile")
    assert states(world) == ["released"]
    with pytest.raises(Braked):
        world.load(broken(100), kind="reconcile")


def test_a_comparison_is_judged_by_what_it_brings_and_not_by_how_much(world):
    """All of it differs; but if most of it is other people, it is no correction."""
    records = new(300)
    world.load(records)
    world.load(changed(records, "2021-11-05 13:00", lot_number="A"), kind="reconcile")
    stop = stopped_by(world, [r | {"person": f"new {r['record_id']}"} for r in records], kind="reconcile")
    assert (stop.criterion, stop.found, stop.kind) == ("moved", 300, "reconcile")


# Criteria of their own


def test_ids_that_change_their_person_stop(world):
    """A source that began to number anew: each number is somebody else's."""
    records = new(1000)
    world.load(records)
    stop = stopped_by(world, [r | {"person": f"new {r['record_id']}", "updated_at": "2021-11-06"} for r in records])
    assert (stop.criterion, stop.found, stop.received) == ("moved", 1000, 1000)
    assert "1,000 of the last 1,000 changed records changed their person (100%; up to 20% is let pass)" in stop.reason
    (moved,) = [finding for finding in stop.findings if finding.rule == "moved"]
    assert (moved.field, moved.records, moved.examples) == (
        "person_id",
        1000,
        [{"record": min(r["record_id"] for r in records), "was": None, "value": None, "records": 1000}],
    )


@pytest.mark.parametrize(("moving", "changing", "coming", "stops"), [
    (20, 0, 980, False),  # a fifth of the fewest that are judged
    (21, 0, 979, True),  # among however many new ones
    (40, 160, 0, False),
    (41, 159, 0, True),
])  # fmt: skip
def test_few_persons_may_be_corrected(world, moving, changing, coming, stops):
    records = new(400)
    world.load(records)
    batch = [r | {"person": f"new {r['record_id']}", "updated_at": "2021-11-06"} for r in records[:moving]]
    batch += changed(records[200 : 200 + changing], "2021-11-06", lot_number="A") + new(coming)
    if stops:
        assert stopped_by(world, batch).criterion == "moved"
    else:
        world.pipeline.settings = world.settings.etl.model_copy(
            update={"brake": LIMITS.model_copy(update={"change_share": 1})}
        )
        world.load(batch)
        assert world.ask("SELECT moved FROM warehouse.source") == [(moving,)]


def test_a_jump_of_unmapped_values_stops_a_source_that_is_used_to_broken_ones(world):
    """Half of what it sends is about children; now a vaccine is called by a new name."""
    world.pipeline.settings = world.settings.etl.model_copy(
        update={"brake": LIMITS.model_copy(update={"quarantine_share": 0.6})}
    )
    world.load(new(100) + new(100, birth_year=2015))
    stop = stopped_by(world, new(79) + new(10, vaccine_code="Cúm-X") + new(11, site_code="S99"))
    assert (stop.criterion, stop.found, stop.received) == ("unmapped", 21, 100)
    world.load(new(80) + new(10, vaccine_code="Cúm-X") + new(10, site_code="S99"))


def test_a_jump_of_people_from_elsewhere_stops(world):
    """Codes of another time or country: they must not pass for people who live outside."""
    world.load(new(100))
    stop = stopped_by(world, new(49) + new(51, residence_code="Z9"))
    assert stop.criterion in ("outside", "unrecognised")
    (found,) = [finding for finding in stop.findings if finding.field == "residence_code"]
    assert (found.records, found.examples[0]["value"], found.examples[0]["records"]) == (51, "Z9", 51)


@pytest.mark.parametrize(("of_doses", "stops"), [(0, False), (150, False), (151, True)])
def test_what_follows_a_dose_may_come_in_bulk(world, of_doses, stops):
    """A night's certificates and identity checks are no jump of corrections; half of them with another site are."""
    records = new(300)
    world.load(records)
    batch = changed(records, "2021-11-06", identity_status="wrong", certificate_printed_at="2021-11-06")
    batch = changed(batch[:of_doses], "2021-11-06", site_code="S2") + batch[of_doses:]
    if stops:
        assert stopped_by(world, batch).criterion == "changed"
    else:
        assert world.load(batch).corrected == of_doses
        world.load(new(1))  # nor does the next batch stop for them


@pytest.mark.parametrize("residence", ["C1", "99999", "Xã Bình An"], ids=["at home", "outside", "not recognised"])
def test_nor_do_follow_ups_in_many_small_batches_stop_whomever_they_are_of(world, residence):
    records = new(100)
    world.pipeline.settings = world.settings.etl  # these may live anywhere
    world.load(records + (others := new(60, residence_code=residence)))
    world.pipeline.settings = world.settings.etl.model_copy(update={"brake": LIMITS})
    for first in range(0, 60, 10):
        printed = changed(others[first : first + 10], "2021-11-06", certificate_printed_at="2021-11-06")
        assert world.load(printed).corrected == 0
    for first in range(0, 60, 10):
        world.load(changed(others[first : first + 10], "2021-11-07", app_confirmed_at="2021-11-07"))


def test_follow_ups_hide_no_jump_of_corrections_that_comes_with_them(world):
    """In small batches: ten of each fifteen change their site, too."""
    records = new(300)
    world.load(records)
    with pytest.raises(
        Braked, match=r"70 of the last 105 records changed records loaded earlier \(67%; up to 50% is let pass\)"
    ):
        for first in range(0, 300, 15):
            some = changed(records[first : first + 15], "2021-11-06", certificate_printed_at="2021-11-06")
            world.load([r | {"site_code": "S2"} for r in some[:10]] + some[10:])


def test_people_who_move_to_where_nobody_knows_are_a_jump_of_residences(world):
    records = new(300)
    world.load(records)
    world.pipeline.settings = world.settings.etl.model_copy(update={"brake": LIMITS.model_copy(update={"change_share": 1})})
    assert stopped_by(world, changed(records[:151], "2021-11-06", residence_code="Xã Bình An")).criterion == "unrecognised"


def test_voids_are_judged_by_themselves(world):
    records = new(1500)
    world.load(records)
    with pytest.raises(Braked, match="101 of the last 500 records voided"):
        world.load(changed(records[:101], "2021-11-06", status="entered-in-error") + new(399))
    world.load(changed(records[:100], "2021-11-06", status="entered-in-error") + new(400))


# What is kept of it


def test_what_was_braked_stays_to_be_looked_at_without_persons(world):
    """A first load: rules with counts, the field, examples by record number with values."""
    wrong = [*new(30, vaccine_code="Cúm-X"), *new(10, vaccine_code="Nano"), *new(5, birth_year=None, birth_date=date(2015, 3, 2)),
             *new(4, dose_number=None, unreadable='{"dose_number": "hai"}')]  # fmt: skip
    stopped_by(world, new(51) + wrong)
    assert kept(world) == [(0, 0, 0, 0)]
    found = world.ask("SELECT rule, field, records, examples FROM warehouse.brake_finding ORDER BY records DESC, rule")
    assert [row[:3] for row in found] == [
        ("unknown_vaccine", "vaccine_code", 40), ("under_age", "birth_date", 5), ("unreadable_field", "dose_number", 4)]  # fmt: skip
    vaccines, children, doses = (row[3] for row in found)
    first = sorted(r["record_id"] for r in wrong)
    assert [(e["value"], e["records"]) for e in vaccines] == [("Cúm-X", 30), ("Nano", 10)]
    assert vaccines[0]["record"] in first
    assert [(e["value"], e["records"]) for e in children] == [("2015-··-··", 5)]
    assert [(e["value"], e["records"]) for e in doses] == [("hai", 4)]
    assert person("p1") not in str(found)


def test_what_changes_is_shown_as_it_was_and_as_it_came(world):
    records = new(100, birth_year=None, birth_date=date(1980, 1, 2))
    world.load(records)
    stop = stopped_by(
        world, changed(records, "2021-11-06", site_code="S2", birth_date=date(1981, 3, 4), injected_at="2021-11-04 08:15")
    )
    shown = {finding.field: finding.examples[0] for finding in stop.findings}
    told = {field: (e["was"], e["value"], e["records"]) for field, e in shown.items()}
    assert told == {
        "site_code": ("S1", "S2", 100), "birth_date": ("1980-··-··", "1981-··-··", 100),
        "injected_at": ("2021-11-05 12:00", "2021-11-04 08:15", 100)}  # fmt: skip


def test_a_retry_is_not_judged(world):
    world.load(broken(90))
    assert world.load(broken(150), kind="retry").quarantined == 0


def test_another_source_is_not_stopped(world):
    (other,) = world.db.execute(INTAKE["register_source"], {"name": "lists", "kind": "files"}).fetchone()
    for _ in range(4):
        world.load(new(10) + broken(10))
    world.source_id = other
    world.load(new(10) + broken(10))


def file(path: str, size: int, records: int = 1000, day: int = 1, state: str = "done") -> SimpleNamespace:
    return SimpleNamespace(path=path, size_bytes=size, records_done=records, state=state, sha256=f"{path} {size}",
                           ended_at=NOW.replace(day=day))  # fmt: skip


def test_a_file_much_smaller_than_the_one_before_it_stops():
    brake.check_file(file("list.csv", 500), file("list.csv", 1000), LIMITS)
    brake.check_file(file("list.csv", 1), None, LIMITS)
    with pytest.raises(
        Braked, match="list.csv has 499 bytes, the one of this name accepted before it had 1,000: it may be cut off"
    ):
        brake.check_file(file("list.csv", 499), file("list.csv", 1000), LIMITS)
    brake.check_file(file("list.xlsx", 499), file("list.xlsx", 1000), LIMITS)  # packed better; its records are counted


def test_a_file_of_much_fewer_records_stops():
    brake.check_records(file("list.csv", 1000), 500, file("list.csv", 1000), LIMITS)
    with pytest.raises(
        Braked, match="list.csv has 499 records, the one of this name accepted before it had 1,000: it may be cut off"
    ):
        brake.check_records(file("list.csv", 1000), 499, file("list.csv", 1000), LIMITS)
    with pytest.raises(Braked, match="list.csv has no records"):
        brake.check_records(file("list.csv", 1000), 0, None, LIMITS)


def test_a_file_is_measured_against_the_last_accepted_one_of_its_name():
    """Not against one that was stopped or failed, nor the one whose content was first seen last."""
    accepted = Accepted([file("list.csv", 100, day=3, state="braked"), file("list.csv", 1000, day=2), file("list.csv", 90, day=1),
                         file("list.csv", 80, day=4, state="failed"), file("other.csv", 70, day=5)])  # fmt: skip
    assert accepted.before("list.csv", LIMITS).size_bytes == 1000
    assert accepted.before("third.csv", LIMITS) is None


@pytest.mark.parametrize(("earlier", "later"), [
    ("list_2021-11-05.csv", "list_2021-11-06.csv"), ("list_20211105.csv", "list_20211106.csv"), ("5.11.2021/list.csv", "12.11.2021/list.csv"),
    ("list 05_11_2021.xlsx", "list 06_11_2021.xlsx"), ("2021-11.csv", "2021-12.csv"),
])  # fmt: skip
def test_a_file_of_another_date_is_measured_against_the_one_before(earlier, later):
    assert Accepted([file(earlier, 1000)]).before(later, LIMITS).path == earlier
    assert Accepted([file(earlier, 1000, records=LIMITS.min_records - 1)]).before(later, LIMITS) is None


@pytest.mark.parametrize(
    ("one", "other"), [("commune_26506.csv", "commune_26509.csv"), ("part-001.csv", "part-002.csv"), ("a.csv", "b.csv")]
)
def test_files_that_differ_in_more_than_their_date_are_not_compared(one, other):
    assert Accepted([file(one, 1000)]).before(other, LIMITS) is None


def test_a_day_of_the_last_week_with_little_allows_little_again():
    accepted = Accepted([file(f"list_2021-11-{n:02}.csv", 1000, 300 if n == 7 else 1000, day=n) for n in range(1, 14)])
    assert accepted.before("list_2021-11-14.csv", LIMITS).records_done == 300
    accepted.add(file("list_2021-11-14.csv", 1000, 1000))
    assert accepted.before("list_2021-11-15.csv", LIMITS).records_done == 1000


@pytest.mark.parametrize("world", ["in rows"], indirect=True)
def test_the_share_of_a_source_is_its_own_also_beside_a_busy_one(world, neighbour):
    """Two of three batches are another source's: the broken ones of this one add up all the same."""
    world.pipeline.settings = world.settings.etl.model_copy(update={"brake": LIMITS.model_copy(update={"min_records": 20})})
    neighbour.pipeline.term = world.pipeline.term
    (neighbour.source_id,) = world.db.execute(INTAKE["register_source"], {"name": "other", "kind": "files"}).fetchone()
    world.db.execute("UPDATE warehouse.leader SET term = %s", [world.pipeline.term])
    for _ in range(19):
        neighbour.load(new(1))
        neighbour.load(new(1))
        world.load(broken(1))
    with pytest.raises(Braked, match="20 of the last 20"):
        world.load(broken(1))
