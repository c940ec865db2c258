"""One batch: what it posts, with which cause, and that all of it is kept, or none."""

import json
from collections import Counter
from datetime import timedelta

import psycopg
import pytest

from etl import pipeline
from etl.pipeline import INTAKE, Delivery, Fenced
from etl.recount import recount
from etl.statements import COURSE, LOAD
from etl.workbench import Workbench
from sql import connect
from tests.etl.world import NOW, ZONE, Given, at, drawn, record, table


@pytest.fixture(params=["in rows", "in columns"])
def world(warehouse, monkeypatch, request):
    if request.param == "in columns":
        monkeypatch.setattr(pipeline, "LARGE", -1)
    held = Given(warehouse.url)
    yield held
    held.close()


def posted(held: Given, batch_id: int) -> Counter:
    """{(cause, day, site, residence, vaccine): doses} of one batch."""
    return Counter({
        (cause, f"{day:%d/%m}", site, unit or "?", vaccine): doses
        for cause, day, site, unit, vaccine, doses in held.ask(
            "SELECT l.cause::text, l.day, s.code, u.code, v.code, sum(l.doses) FROM warehouse.ledger_doses l "
            "JOIN warehouse.site s USING (site_id) JOIN warehouse.vaccine v USING (vaccine_id) "
            "JOIN warehouse.unit u ON u.unit_id = l.residence_unit_id WHERE l.batch_id = %s GROUP BY 1, 2, 3, 4, 5", batch_id)})  # fmt: skip


def people_posted(held: Given, batch_id: int, is_reached: bool = True) -> Counter:
    """{(cause, stage, day, unit): people} of one batch; of the stages that are reached, or of those who wait."""
    return Counter({
        (cause, stage, f"{day:%d/%m}", unit): people
        for cause, stage, day, unit, people in held.ask(
            "SELECT l.cause::text, s.code, l.day, u.code, sum(l.people) FROM warehouse.ledger_people l "
            "JOIN warehouse.stage s USING (stage) JOIN warehouse.unit u USING (unit_id) WHERE l.batch_id = %s AND s.is_reached = %s GROUP BY 1, 2, 3, 4",
            batch_id, is_reached)})  # fmt: skip


def differences(held: Given) -> dict:
    return {name: rows for name, rows in recount(held.db, ZONE, 0).items() if rows}


# Causes


def test_a_dose_entered_on_its_day_is_new_later_it_is_late(world):
    """And one of which nobody says when it was entered is late for nobody."""
    outcome = world.load(
        drawn("""
        record_id | person | injected_at      | recorded_at
        ----------+--------+------------------+-----------------
        r1        | An     | 2021-11-05 08:00 | 2021-11-05 23:59
        r2        | Bình   | 2021-11-05 08:00 | 2021-11-06 00:00
        r3        | Chi    | 2021-11-05 08:00 |
    """)
    )
    assert posted(world, outcome.batch_id) == {("new", "05/11", "S1", "C1", "PF"): 2, ("late", "05/11", "S1", "C1", "PF"): 1}
    assert people_posted(world, outcome.batch_id) == {
        ("new", "first", "05/11", "C1"): 2,
        ("late", "first", "05/11", "C1"): 1,
    }


def test_a_correction_takes_back_and_gives_anew(world):
    world.load([record()])
    outcome = world.load([record(vaccine_code="AZ", updated_at="2021-11-06")])
    assert (outcome.loaded, outcome.corrected) == (1, 1)
    assert posted(world, outcome.batch_id) == {
        ("corrected", "05/11", "S1", "C1", "PF"): -1,
        ("corrected", "05/11", "S1", "C1", "AZ"): 1,
    }


def test_a_void_takes_back_and_a_second_thought_gives_back(world):
    world.load([record()])
    voided = world.load([record(status="entered-in-error", updated_at="2021-11-06")])
    assert posted(world, voided.batch_id) == {("voided", "05/11", "S1", "C1", "PF"): -1}
    assert people_posted(world, voided.batch_id) == {("voided", "first", "05/11", "C1"): -1}
    back = world.load([record(updated_at="2021-11-07")])
    assert posted(world, back.batch_id) == {("corrected", "05/11", "S1", "C1", "PF"): 1}
    assert differences(world) == {}


def test_a_record_that_comes_void_is_held_and_posts_nothing(world):
    outcome = world.load([record(status="not-done")])
    assert (outcome.loaded, outcome.voided) == (1, 0)
    assert posted(world, outcome.batch_id) == {}
    assert world.ask("SELECT status::text FROM warehouse.injection") == [("not-done",)]


def test_a_second_dose_on_a_day_is_shown_but_not_counted(world):
    world.load([record(record_id="morning", injected_at="2021-11-05 08:00")])
    outcome = world.load([record(record_id="noon", injected_at="2021-11-05 12:00", site_code="S2")])
    assert posted(world, outcome.batch_id) == {}
    shown = "SELECT sum(doses), sum(duplicates) FROM warehouse.balance_entries_site_day"
    assert world.ask(shown) == [(1, 1)]
    assert world.ask("SELECT record_id FROM warehouse.injection WHERE is_duplicate") == [("noon",)]

    gone = world.load([record(record_id="morning", status="entered-in-error", updated_at="2021-11-06")])
    assert posted(world, gone.batch_id) == {
        ("voided", "05/11", "S1", "C1", "PF"): -1,
        ("duplicate", "05/11", "S2", "C1", "PF"): 1,
    }
    assert world.ask(shown) == [(1, 0)]


def test_an_earlier_dose_of_the_day_makes_the_held_one_the_duplicate(world):
    world.load([record(record_id="noon", injected_at="2021-11-05 12:00")])
    outcome = world.load(
        [record(record_id="morning", injected_at="2021-11-05 08:00", site_code="S2", recorded_at="2021-11-05 13:00")]
    )
    assert posted(world, outcome.batch_id) == {
        ("new", "05/11", "S2", "C1", "PF"): 1,
        ("duplicate", "05/11", "S1", "C1", "PF"): -1,
    }
    assert people_posted(world, outcome.batch_id) == {}


def test_one_dose_under_two_record_numbers_counts_one_person_and_one_dose(world):
    world.load([record(record_id="a"), record(record_id="b")])
    assert world.ask("SELECT sum(people) FROM warehouse.balance_people WHERE stage = 1") == [(1,)]
    assert world.ask("SELECT sum(doses), sum(duplicates) FROM warehouse.balance_entries_site_day") == [(1, 1)]


def test_a_site_that_moved_reclassifies_its_doses(world):
    world.load([record(), record(record_id="r2", person="B", site_code="S2")])
    world.db.execute(
        "UPDATE warehouse.site SET unit_id = (SELECT unit_id FROM warehouse.unit WHERE code = 'C3') WHERE code = 'S1'"
    )
    batch_id = world.pipeline.reclassify(key for (key,) in world.ask("SELECT person_key FROM warehouse.person"))
    assert posted(world, batch_id) == {("reclassified", "05/11", "S1", "C1", "PF"): 0}
    places = "SELECT u.code, sum(l.doses) FROM warehouse.ledger_doses l JOIN warehouse.unit u ON u.unit_id = l.place_unit_id WHERE batch_id = %s GROUP BY 1"
    assert dict(world.ask(places, batch_id)) == {"C1": -1, "C3": 1}
    assert world.ask("SELECT kind, received FROM warehouse.batch WHERE batch_id = %s", batch_id) == [("rebuild", 0)]
    assert differences(world) == {}
    again = world.pipeline.reclassify(key for (key,) in world.ask("SELECT person_key FROM warehouse.person"))
    assert posted(world, again) == {}


# Moves


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ({"site_code": "S3"}, {("corrected", "05/11", "S1", "C1", "PF"): -1, ("corrected", "05/11", "S3", "C1", "PF"): 1}),
        ({"injected_at": "2021-11-04"}, {("corrected", "05/11", "S1", "C1", "PF"): -1, ("corrected", "04/11", "S1", "C1", "PF"): 1}),
        ({"residence_code": "D3"}, {("corrected", "05/11", "S1", "C1", "PF"): -1, ("corrected", "05/11", "S1", "D3", "PF"): 1}),
        ({"residence_code": None}, {("corrected", "05/11", "S1", "C1", "PF"): -1, ("corrected", "05/11", "S1", "?", "PF"): 1}),
        ({"person": "Bình"}, {}),
        ({"person": "Bình", "residence_code": "C2"},
         {("corrected", "05/11", "S1", "C1", "PF"): -1, ("corrected", "05/11", "S1", "C2", "PF"): 1}),
    ],
    ids=["site", "day", "unit", "no unit", "person", "person and unit"],
)  # fmt: skip
def test_a_record_moves(world, to, expected):
    world.load([record()])
    outcome = world.load([record(updated_at="2021-11-06", **to)])
    assert posted(world, outcome.batch_id) == expected
    assert world.ask("SELECT count(*) FROM warehouse.injection") == [(1,)]
    assert world.ask("SELECT count(*) FROM warehouse.person") == [(1,)]
    assert differences(world) == {}
    back = world.load([record(updated_at="2021-11-07")])
    assert posted(world, back.batch_id) == {cell: -n for cell, n in expected.items()}
    assert differences(world) == {}


def test_a_move_between_two_persons_works_out_both_courses(world):
    """Bình's second dose was entered under An: An had one too many, Bình was not complete."""
    world.load(
        drawn("""
        record_id | person | residence_code | injected_at | dose_number
        ----------+--------+----------------+-------------+------------
        a1        | An     | C1             | 2021-09-01  | 1
        b1        | Bình   | C2             | 2021-09-01  | 1
        b2        | An     | C1             | 2021-10-01  | 2
    """)
    )
    outcome = world.load(
        [
            record(
                record_id="b2",
                person="Bình",
                residence_code="C2",
                injected_at="2021-10-01",
                dose_number=2,
                updated_at="2021-11-06",
            )
        ]
    )
    assert people_posted(world, outcome.batch_id) == {
        ("corrected", "complete", "01/10", "C1"): -1,
        ("corrected", "complete", "01/10", "C2"): 1,
    }
    assert differences(world) == {}


def test_two_sources_may_use_the_same_number(world):
    world.load([record()])
    (other,) = world.db.execute(INTAKE["register_source"], {"name": "lists", "kind": "files"}).fetchone()
    outcome = world.pipeline.load(Delivery(other, table([record(person="Bình")])))
    assert (outcome.loaded, outcome.unchanged) == (1, 0)
    assert world.ask("SELECT count(*), count(DISTINCT source_id) FROM warehouse.injection") == [(2, 2)]


# What is kept, and when


def test_the_same_again_is_unchanged_and_posts_nothing(world):
    world.load([record()])
    outcome = world.load([record()])
    assert (outcome.received, outcome.unchanged) == (1, 1)
    assert posted(world, outcome.batch_id) == {}


def test_a_newer_stamp_on_the_same_content_is_remembered(world):
    """Else a version of between the two would win."""
    world.load([record()])
    outcome = world.load([record(updated_at="2021-11-08")])
    assert (outcome.loaded, outcome.unchanged) == (0, 1)
    assert posted(world, outcome.batch_id) == {}
    between = world.load([record(updated_at="2021-11-07", vaccine_code="AZ")])
    assert (between.loaded, between.unchanged) == (0, 1)
    assert world.ask(
        "SELECT count(*) FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id) WHERE v.code = 'PF'"
    ) == [(1,)]


def test_a_record_without_entry_time_keeps_the_moment_it_was_first_seen(world):
    world.load([record(recorded_at=None)])
    first = world.ask("SELECT recorded_at, is_recorded_at_inferred FROM warehouse.injection")
    world.clock.moment = world.clock.moment.replace(month=7)
    world.load([record(recorded_at=None, lot_number="L2", updated_at="2021-11-06")])
    assert world.ask("SELECT recorded_at, is_recorded_at_inferred FROM warehouse.injection") == first
    assert first[0][1]


def test_a_leader_that_was_replaced_keeps_nothing(world):
    world.load([record()])
    world.db.execute(INTAKE["take_the_lead"])
    facts = [("SELECT count(*) FROM warehouse." + name) for name in ("injection", "batch", "quarantine", "ledger_doses")]
    before = [world.ask(fact) for fact in facts]
    with pytest.raises(Fenced, match=r"another ETL, or a migration, took over: term \d+ has begun"):
        world.load([record(record_id="r2", person="B"), record(record_id="r3", vaccine_code="?")])
    with pytest.raises(Fenced):
        world.pipeline.reclassify(key for (key,) in world.ask("SELECT person_key FROM warehouse.person"))
    assert [world.ask(fact) for fact in facts] == before
    assert world.ask("SELECT received FROM warehouse.source") == [(1,)]


def test_batches_that_a_killed_backfill_did_not_fold_are_folded_by_the_next_leader(world):
    world.load([record()])
    for n in (2, 3):
        world.load([record(record_id=f"r{n}", person=f"p{n}")], fold=False)
    in_balance = "SELECT sum(people) FROM warehouse.balance_people_unit_filters WHERE stage = 1"
    assert world.ask(in_balance) == [(1,)]
    assert world.ask("SELECT last_batch_id - folded_through FROM warehouse.leader") == [(2,)]
    assert differences(world) != {}
    world.close()
    world.connect()
    with world.db.transaction():
        world.pipeline.fold_the_rest()
    assert world.ask(in_balance) == [(3,)]
    assert world.ask("SELECT last_batch_id - folded_through FROM warehouse.leader") == [(0,)]
    assert differences(world) == {}
    with world.db.transaction():
        world.pipeline.fold_the_rest()
    assert world.ask(in_balance) == [(3,)]


def test_a_fold_takes_all_batches_since_the_last_one(world):
    for n, fold in ((1, False), (2, False), (3, True), (4, True)):
        world.load([record(record_id=f"r{n}", person=f"p{n}")], fold=fold)
    assert world.ask("SELECT sum(people) FROM warehouse.balance_people WHERE stage = 1") == [(4,)]
    assert differences(world) == {}


def test_what_a_batch_that_failed_would_have_posted_is_in_no_balance(world, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(world.pipeline, "_number", lambda *facts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            world.load([record()], fold=False)
    with world.db.transaction():
        world.pipeline.close_reference()
    assert world.ask("SELECT count(*) FROM warehouse.balance_people_unit_filters") == [(0,)]
    assert differences(world) == {}


@pytest.mark.parametrize("full_at", ["check_records", "read_person_after", "fold"])
def test_a_batch_too_large_for_the_workbench_is_worked_out_in_rows(warehouse, monkeypatch, caplog, full_at):
    """With its last posting folded twice, or its first half kept, the recount would tell."""
    monkeypatch.setattr(pipeline, "LARGE", -1)
    statement = (LOAD | COURSE).get(full_at) or "DROP TABLE warehouse.ledger_people"
    run = Workbench.run

    def run_until_full(bench, asked, facts):
        if asked == statement:
            raise MemoryError("2 of 2 GB are used")
        run(bench, asked, facts)

    world = Given(warehouse.url)
    world.load([record(record_id="r0", person="p0")], fold=False)
    monkeypatch.setattr(Workbench, "run", run_until_full)
    outcome = world.load(
        [record(record_id=f"r{n}", person=f"p{n}") for n in range(1, 4)] + [record(record_id="r9", site_code="?")]
    )
    assert (outcome.batch_id, outcome.received, outcome.loaded, outcome.quarantined) == (2, 4, 3, 1)
    assert differences(world) == {}
    assert world.ask("SELECT sum(people) FROM warehouse.balance_people_unit_filters WHERE stage = 1") == [(4,)]
    assert "the slow way: 2 of 2 GB are used" in caplog.text
    world.close()


def test_a_reference_batch_has_no_records_and_is_a_version(world):
    batch = world.load([record()]).batch_id
    with world.db.transaction():
        assert world.pipeline.close_reference() == batch + 1
    assert world.ask("SELECT kind, received FROM warehouse.batch ORDER BY batch_id DESC LIMIT 1") == [("reference", 0)]
    assert world.ask("SELECT batch_id FROM mart.world()") == [(batch + 1,)]


def test_who_listens_hears_of_a_batch_once_it_is_committed_and_folded(world):
    with connect.raw_at(world.url, "dashboard_reader", autocommit=True) as ear:
        ear.execute("LISTEN warehouse_batch")
        world.load([record()], fold=False)
        assert list(ear.notifies(timeout=0.2)) == []
        with pytest.raises(ZeroDivisionError), world.db.transaction():
            world.pipeline.close_reference()
            raise ZeroDivisionError
        assert list(ear.notifies(timeout=0.2)) == []
        batch = world.load([record(record_id="r2", person="B")]).batch_id
        (heard,) = ear.notifies(timeout=5, stop_after=1)
    assert json.loads(heard.payload)["batch"] == batch


def test_a_batch_of_nothing_is_a_batch(world):
    outcome = world.load([])
    assert (outcome.received, outcome.loaded) == (0, 0)
    assert differences(world) == {}


def test_a_changed_rule_is_worked_out_by_a_rebuild(world):
    world.load(
        [record(record_id=f"r{n}", injected_at=day, dose_number=n) for n, day in ((1, "2021-09-01"), (2, "2021-09-15"))]
    )
    assert people_posted(world, 1) == {("late", "first", "01/09", "C1"): 1}
    world.db.execute("UPDATE warehouse.dose_rule SET min_days = 14 WHERE min_days = 21")
    batch_id = world.pipeline.reclassify(key for (key,) in world.ask("SELECT person_key FROM warehouse.person"))
    assert people_posted(world, batch_id) == {("reclassified", "complete", "15/09", "C1"): 1}
    assert differences(world) == {}


def test_the_role_of_the_etl_cannot_change_the_schema(world):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.db.execute("DROP TABLE warehouse.batch")


# Who waits for the second dose, and when a site was last heard of


def test_who_has_one_dose_waits_until_the_second_comes(world):
    """28 days after a dose of Comirnaty the recommended interval has passed; the second dose ends the wait."""
    first = world.load([record(injected_at="2021-11-01", recorded_at="2021-11-01 13:00")])
    assert people_posted(world, first.batch_id, False) == {
        ("new", "second_pending", "29/11", "C1"): 1,
        ("new", "second_due", "29/11", "C1"): 1,
    }
    second = world.load([record(record_id="r2", injected_at="2021-12-20", recorded_at="2021-12-20 13:00", dose_number=2)])
    assert people_posted(world, second.batch_id, False) == {("new", "second_pending", "29/11", "C1"): -1}
    void = world.load([record(record_id="r2", status="entered-in-error", updated_at="2021-12-21")])
    assert people_posted(world, void.batch_id, False) == {("voided", "second_pending", "29/11", "C1"): 1}
    assert differences(world) == {}


def test_nobody_waits_where_one_dose_completes_or_a_second_came_too_early(world):
    world.load([record(record_id="r1", person="a", vaccine_code="JS"), record(record_id="r2", person="b", injected_at="2021-11-01"),
                record(record_id="r3", person="b", injected_at="2021-11-05", dose_number=2)])  # fmt: skip
    assert world.ask("SELECT count(*) FROM warehouse.ledger_people WHERE stage = 5") == [(0,)]


def test_a_site_is_heard_at_its_latest_record_and_never_goes_back(world):
    heard = "SELECT s.code, h.heard_at FROM warehouse.site_heard h JOIN warehouse.site s USING (site_id) ORDER BY 1"
    world.load([record(record_id="r1", recorded_at="2021-11-05 13:00"), record(record_id="r2", person="b", recorded_at="2021-11-05 15:00"),
                record(record_id="r3", person="c", site_code="S2", recorded_at="2021-11-06 08:00", injected_at="2021-11-05")])  # fmt: skip
    expected = [("S1", at("2021-11-05 15:00")), ("S2", at("2021-11-06 08:00"))]
    assert world.ask(heard) == expected
    world.load([record(record_id="r2", person="b", status="entered-in-error", updated_at="2021-11-07"),
                record(record_id="r4", person="d", recorded_at="2021-11-05 14:00")])  # fmt: skip
    assert world.ask(heard) == expected
    assert differences(world) == {}


def test_a_record_stamped_in_another_year_does_not_keep_a_site_from_being_silent(world):
    """It is heard when it comes, once: not when another record of its person comes."""
    heard = "SELECT heard_at FROM warehouse.site_heard h JOIN warehouse.site s USING (site_id) WHERE s.code = 'S1'"
    world.load([record(recorded_at="2122-11-05 13:00")])
    assert world.ask(heard) == [(NOW,)]
    world.clock.moment = NOW + timedelta(hours=3)
    world.load([record(record_id="r2", site_code="S2", injected_at="2021-12-05")])
    assert world.ask(heard) == [(NOW,)]
    assert differences(world) == {}


def test_entries_are_posted_by_the_day_of_entry_and_doses_by_lot(world):
    """A day of entry that nobody says is not made up; a lot that is corrected leaves its old cell."""
    world.load(
        [
            record(record_id="r1", recorded_at="2021-11-08 01:00", lot_number="A1"),
            record(record_id="r2", person="b", recorded_at=None),
        ]
    )
    entered = (
        "SELECT entered_on::text, sum(doses) FROM warehouse.balance_entry_days GROUP BY 1 HAVING sum(doses) <> 0 ORDER BY 1"
    )
    lots = "SELECT lot_number, sum(doses) FROM warehouse.balance_lots GROUP BY 1 HAVING sum(doses) <> 0 ORDER BY 1"
    assert world.ask(entered) == [("2021-11-08", 1), ("9999-12-31", 1)]
    assert world.ask(lots) == [("", 1), ("A1", 1)]
    outcome = world.load([record(record_id="r1", recorded_at="2021-11-08 01:00", lot_number="A2", updated_at="2021-11-09")])
    assert world.ask(entered) == [("2021-11-08", 1), ("9999-12-31", 1)]
    assert world.ask(lots) == [("", 1), ("A2", 1)]
    posted_lots = "SELECT cause::text, lot_number, doses FROM warehouse.ledger_lots WHERE batch_id = %s ORDER BY lot_number"
    assert world.ask(posted_lots, outcome.batch_id) == [("corrected", "A1", -1), ("corrected", "A2", 1)]


def test_what_was_read_again_holds_whatever_its_clock_says(world):
    world.load([record(updated_at="2021-11-06"), record(record_id="r2", person="Bình")])
    before = world.ask("SELECT count(*) FROM warehouse.batch")
    assert world.load([record(updated_at="2021-11-06")], kind="reconcile").received == 0
    assert world.ask("SELECT count(*) FROM warehouse.batch") == before  # nothing that differs is no batch

    world.load([record(updated_at="2021-11-05", status="entered-in-error")])
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(2,)]  # older, as it came by the clock
    outcome = world.load([record(updated_at="2021-11-05", status="entered-in-error")], kind="reconcile")
    assert (outcome.received, outcome.loaded, outcome.voided) == (1, 1, 1)
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(1,)]
    assert world.load([record(updated_at="2021-11-05", dose_number=2)], kind="reconcile").corrected == 1
    assert world.load([record(updated_at="2021-11-04", dose_number=2)], kind="reconcile").unchanged == 1
    assert world.ask("SELECT updated_at::date::text FROM warehouse.injection WHERE record_id = 'r1'") == [("2021-11-04",)]
