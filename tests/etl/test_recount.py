"""The recount finds what is wrong in any table that the figures come from, and nothing where all is right."""

from datetime import date
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from etl.placing import Places
from etl.recount import Rules, plain_course, recount
from sql.told import EVERYTHING
from tests.etl.world import ZONE, Given, at, record

# A change behind the pipeline's back, and what the recount must call wrong.
SPOILT = [
    ("UPDATE warehouse.ledger_people SET people = people + 1 WHERE posting = 1", "ledger_people"),
    ("DELETE FROM warehouse.ledger_people WHERE posting = 1", "ledger_people"),
    ("UPDATE warehouse.ledger_doses SET day = day - 1 WHERE posting = 1", "ledger_doses"),
    ("UPDATE warehouse.ledger_doses SET residence_unit_id = 0 WHERE posting = 1", "ledger_doses"),
    ("UPDATE warehouse.ledger_entries SET app_confirmed = app_confirmed + 1 WHERE posting = 1", "ledger_entries"),
    ("UPDATE warehouse.balance_people SET people = people - 1 WHERE stage = 1", "balance_people"),
    ("DELETE FROM warehouse.balance_people_unit_filters WHERE stage = 2", "balance_people_unit_filters"),
    ("UPDATE warehouse.balance_people_unit_day SET people = people + 1 WHERE stage = 1", "balance_people_unit_day"),
    ("UPDATE warehouse.balance_people_unit SET people = people + 1 WHERE stage = 2", "balance_people_unit"),
    ("DELETE FROM warehouse.balance_doses_unit_day WHERE vaccine_id = -1 AND age_band = -1 AND priority_group = -1", "balance_doses_unit_day"),
    ("UPDATE warehouse.balance_doses_unit_day SET doses = doses + 1 WHERE vaccine_id > 0", "balance_doses_unit_day"),
    ("UPDATE warehouse.balance_doses_unit_day SET unit_id = unit_id + 1000 WHERE age_band > 0", "balance_doses_unit_day"),
    ("DELETE FROM warehouse.balance_doses_unit_day WHERE priority_group >= 0 AND is_by_place", "balance_doses_unit_day"),
    ("UPDATE warehouse.balance_doses_pair_month SET doses = doses - 1", "balance_doses_pair_month"),
    ("UPDATE warehouse.balance_doses_world_day_filters SET doses = doses + 1", "balance_doses_world_day_filters"),
    ("UPDATE warehouse.balance_people_world_day_filters SET people = people + 1 WHERE stage = 1", "balance_people_world_day_filters"),
    ("DELETE FROM warehouse.balance_doses_world_day_filters WHERE is_by_place", "balance_doses_world_day_filters"),
    ("UPDATE warehouse.posted_day SET first_batch = first_batch + 1", "posted_day"),
    ("DELETE FROM warehouse.posted_day", "people_before_doses"),
    ("DELETE FROM warehouse.posted_day WHERE day = (SELECT max(day) FROM warehouse.posted_day)", "entries_before_doses"),
    ("UPDATE warehouse.balance_doses_unit_filters SET dose_number = dose_number + 7", "balance_doses_unit_filters"),
    ("UPDATE warehouse.balance_doses_pair_day SET doses = doses + 1", "balance_doses_pair_day"),
    ("UPDATE warehouse.ledger_people SET day = day + 1 WHERE stage = 5", "ledger_people"),
    ("DELETE FROM warehouse.balance_people WHERE stage = 5", "balance_people"),
    ("UPDATE warehouse.ledger_entry_days SET entered_on = entered_on + 1 WHERE posting = 1", "ledger_entry_days"),
    ("UPDATE warehouse.balance_entry_days SET doses = doses + 1", "balance_entry_days"),
    ("UPDATE warehouse.ledger_lots SET lot_number = 'X' WHERE posting = 1", "ledger_lots"),
    ("UPDATE warehouse.balance_lots SET doses = 0", "balance_lots"),
    ("UPDATE warehouse.site_heard SET heard_at = heard_at - interval '1 second'", "site_heard"),
    ("DELETE FROM warehouse.site_heard", "site_heard"),
    ("UPDATE warehouse.site_heard SET heard_at = heard_at + interval '1 second'", None),
    ("UPDATE warehouse.balance_doses_site_hour SET hour = hour + 10 WHERE hour < 10", "balance_doses_site_hour"),
    ("UPDATE warehouse.balance_entries_site_day SET identity_correct = 0", "balance_entries_site_day"),
    ("UPDATE warehouse.person SET complete_on = NULL", "persons"),
    ("UPDATE warehouse.person SET is_identity_shared = NOT is_identity_shared", "persons"),
    ("DELETE FROM warehouse.person", "persons"),
    ("INSERT INTO warehouse.person SELECT gen_random_uuid(), residence_unit_id, first_on, NULL, NULL, NULL, NULL, 0, 0, 1, 1, NULL, NULL, NULL, false FROM warehouse.person LIMIT 1", "persons"),
    ("UPDATE warehouse.injection SET is_valid = NOT is_valid WHERE record_id = 'r1'", "injections"),
    ("UPDATE warehouse.injection SET is_duplicate = NOT is_duplicate WHERE record_id = 'r1'", "injections"),
    ("UPDATE warehouse.injection SET injected_on = injected_on - 1 WHERE record_id = 'r1'", "placings"),
    ("UPDATE warehouse.injection SET injected_at = injected_at - interval '1 day' WHERE record_id = 'r1'", "placings"),
    ("UPDATE warehouse.injection SET age_band = 4 WHERE record_id = 'r1'", "placings"),
    ("UPDATE warehouse.injection SET birth_year = 1930 WHERE record_id = 'r1'", "placings"),
    ("UPDATE warehouse.injection SET place_unit_id = residence_unit_id WHERE place_unit_id <> residence_unit_id", "placings"),
    ("UPDATE warehouse.injection SET residence_unit_id = place_unit_id WHERE place_unit_id <> residence_unit_id", "placings"),
    ("UPDATE warehouse.injection SET residence_code = 'C2' WHERE record_id = 'r1'", "placings"),
    ("DELETE FROM warehouse.injection WHERE record_id = 'r1'", "records"),
    ("UPDATE warehouse.injection SET vaccine_id = 99 WHERE record_id = 'void'", None),
    ("UPDATE warehouse.injection SET place_unit_id = 0 WHERE record_id = 'r1'", "orphans"),
    ("UPDATE warehouse.injection SET residence_unit_id = 999 WHERE record_id = 'r1'", "orphans"),
    ("DELETE FROM warehouse.record WHERE record_id = 'void'", "records"),
    ("UPDATE warehouse.source SET received = received + 1, unchanged = unchanged + 1", "counters"),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(shared_warehouse):
    held = Given(shared_warehouse.url)
    held.load([
        record(record_id=f"r{n}", person=f"p{n // 2}", injected_at=f"2021-{9 + n % 2:02}-05 0{n}:00", dose_number=1 + n % 2, site_code=f"S{1 + n % 4}")
        for n in range(6)])  # fmt: skip
    held.load(
        [
            record(record_id="void", person="p0", status="entered-in-error"),
            record(record_id="again", person="p1", injected_at="2021-10-05 23:00"),
            record(record_id="waits", person="p9", lot_number="L1"),
        ]
    )
    yield held
    held.close()


def differences(held: Given) -> dict:
    return {name: rows for name, rows in recount(held.db, ZONE, 0).items() if rows}


def test_where_all_is_right_it_finds_nothing_and_counts_what_it_read(world):
    read = []
    assert not any(recount(world.db, ZONE, 0, read.append).values())
    assert sum(read) == 9


@pytest.mark.parametrize(("spoil", "found"), [pytest.param(*case, id=case[0][:90]) for case in SPOILT])
def test_what_is_spoilt_is_found(world, spoil, found):
    with world.db.transaction(force_rollback=True):
        world.db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # as the recount within
        assert world.db.execute(spoil).rowcount > 0
        wrong = differences(world)
    assert (found in wrong) if found else (wrong == {})
    assert differences(world) == {}


def test_a_person_is_told_by_a_record_and_by_no_key(world):
    with world.db.transaction(force_rollback=True):
        world.db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        world.db.execute("UPDATE warehouse.person SET complete_on = NULL WHERE complete_on IS NOT NULL")
        wrong = differences(world)["persons"]
    assert wrong and {row["record_id"] for row in wrong} <= {"again", "r0", "r2", "r4"}
    assert all(set(row) == {"source_id", "record_id"} for row in wrong)


# Where an injection is placed, on paper


PLACES = Places(
    {"C1": [(date(2000, 1, 1), date(2021, 6, 30), 5), (date(2021, 7, 1), date(9999, 12, 31), 8)]}, {1: 6}, [(12, 17, 2), (18, 150, 3)],
    ZoneInfo(ZONE))  # fmt: skip


def test_a_code_is_the_unit_that_had_it_on_the_day():
    assert [PLACES.residence("C1", date(2021, 6, 30)), PLACES.residence("C1", date(2021, 7, 1))] == [5, 8]
    assert [PLACES.residence("C9", date(2021, 7, 1)), PLACES.residence(None, date(2021, 7, 1))] == [-2, 0]


def test_an_age_is_whole_years_and_of_a_year_alone_the_difference():
    leap = date(2004, 2, 29)
    assert [PLACES.age_band(leap, None, date(2022, 2, 28)), PLACES.age_band(leap, 1950, date(2022, 3, 1))] == [2, 3]
    assert [PLACES.age_band(None, 2004, date(2022, 1, 1)), PLACES.age_band(None, None, date(2022, 1, 1))] == [3, 0]
    assert PLACES.age_band(None, 2015, date(2022, 1, 1)) == 0


# The plain course itself, on paper: rules as in the small world


_ALWAYS = (date.min, date.max)
RULES = Rules(
    {1: [(*_ALWAYS, 2)], 2: [(*_ALWAYS, 1)]},
    {(1, 1): [(date(2021, 1, 1), date.max, 21, 28)]},
    {1: [(date(2021, 1, 1), date.max, 180)], 2: [(date(2021, 1, 1), date.max, 120)]},
)


def injection(day: str, vaccine=1, **given) -> SimpleNamespace:
    moment = at(day)
    usual = {"source_id": 1, "record_id": day, "status": "completed", "vaccine_id": vaccine, "dose_kind": None, "residence_unit_id": 5,
             "age_band": 3, "priority_group": 1, "birth_year": 1980, "sex": "female", "told": EVERYTHING}  # fmt: skip
    return SimpleNamespace(**usual | {"injected_at": moment, "injected_on": date.fromisoformat(day[:10])} | given)


def test_a_plain_course():
    course = plain_course(
        [injection("2021-03-23"), injection("2021-03-01"), injection("2021-03-01 15:00"), injection("2021-10-01", 2)], RULES
    )
    assert course.reached == {1: (date(2021, 3, 1), 1), 2: (date(2021, 3, 23), 1), 3: (date(2021, 10, 1), 2)}
    assert course.duplicates == {(1, "2021-03-01 15:00")}
    assert (course.doses, course.second_due_on) == (3, date(2021, 3, 29))


def test_where_a_person_lives_and_who_it_is():
    course = plain_course([
        injection("2021-03-01", residence_unit_id=5, age_band=0, priority_group=0),
        injection("2021-04-01", residence_unit_id=6, age_band=3, priority_group=9, birth_year=1981),
        injection("2021-05-01", residence_unit_id=0, age_band=4, priority_group=0, sex="unknown"),
        injection("2021-06-01", status="entered-in-error", residence_unit_id=7)], RULES)  # fmt: skip
    assert (course.residence, course.age_band, course.priority_group, course.doses) == (6, 3, 9, 3)
    assert course.is_identity_shared


def test_days_of_grace_shorten_an_interval():
    doses = [injection("2021-03-01"), injection("2021-03-20")]
    assert 2 not in plain_course(doses, RULES).reached
    assert 2 in plain_course(doses, Rules(RULES.primary_doses, RULES.dose_rules, RULES.booster_rules, grace_days=2)).reached


def test_nobody_is_nothing():
    course = plain_course([injection("2021-03-01", status="not-done")], RULES)
    assert (course.reached, course.doses, course.residence) == ({}, 0, 0)
