"""Who should have the second dose, by hand: overdue, due in the coming days, dropout."""

from datetime import date

import pytest

from sql.told import BITS, EVERYTHING
from tests.etl.world import drawn, record
from tests.sql.asked import CAMPAIGN, TODAY, by_unit, codes_of, rows

WAITING = """
    record_id | person | residence_code | vaccine_code | dose_number | injected_at
    ----------+--------+----------------+--------------+-------------+------------
    1         | a      | C1             | PF           | 1           | 2021-11-01
    2         | b      | C1             | PF           | 1           | 2021-10-01
    3         | c      | C2             | AZ           | 1           | 2021-06-01
    4         | c      | C2             | AZ           | 2           | 2021-07-27
    5         | d      | C2             | JS           | 1           | 2021-09-01
    6         | e      | C3             | AB           | 1           | 2021-10-27
    7         | f      |                | PF           | 1           | 2021-10-12
"""


OVERDUE = "SELECT * FROM mart.overdue(%s, NULL, NULL, %s::smallint[], %s, %s)"


def test_overdue_is_who_has_one_dose_and_whose_interval_has_passed(world):
    """28 days for Comirnaty, 84 for AstraZeneca, 14 for Abdala; on the last day itself nobody is overdue yet."""
    world.load(drawn(WAITING))
    found = {code: r[2:] for code, r in by_unit(world, rows(world, OVERDUE, "P", None, TODAY, None)).items()}
    assert found == {
        "[P]": (1, 2, 0.5, 2), "D1": (1, 2, 0.5, 1), "D2": (0, 0, None, 1), "D3": (0, 0, None, 0),
        "?": (1, 1, 1.0, 0), "-": (0, 0, None, 0), "!": (0, 0, None, 0)}  # fmt: skip
    tomorrow = by_unit(world, rows(world, OVERDUE, "D2", None, "2021-11-11", None))["[D2]"]
    assert (tomorrow.overdue, tomorrow.passed, tomorrow.due_soon) == (1, 1, 0)
    pfizer = world.ask("SELECT vaccine_id FROM warehouse.vaccine WHERE code = 'PF'")[0][0]
    assert by_unit(world, rows(world, OVERDUE, "P", [pfizer], TODAY, None))["[P]"][2:] == (1, 1, 1.0, 1)


def test_a_second_dose_ends_it_and_as_of_the_batch_before_it_does_not(world):
    before = world.load(drawn(WAITING)).batch_id
    world.load([record(record_id="8", person="b", vaccine_code="PF", dose_number=2, injected_at="2021-11-09")])
    now, then = (by_unit(world, rows(world, OVERDUE, "P", None, TODAY, batch))["[P]"] for batch in (None, before))
    assert (now.overdue, now.passed) == (0, 2)
    assert (then.overdue, then.passed) == (1, 2)


def test_how_many_fall_due_on_each_day_by_vaccine(world):
    world.load(drawn(WAITING))
    vaccine = codes_of(world, "vaccine")
    due = "SELECT * FROM mart.due_by_day(%s, NULL, NULL, NULL, %s, %s, %s, %s)"
    found = rows(world, due, "P", TODAY, "2021-12-07", TODAY, None)
    assert [(r.day, vaccine[r.vaccine_id], r.people) for r in found] == [
        (date(2021, 11, 10), "AB", 1),
        (date(2021, 11, 29), "PF", 1),
    ]
    assert rows(world, due, "P", TODAY, "2021-11-28", TODAY, None)[0].people == 1
    assert rows(world, due, "P", TODAY, "2021-12-07", TODAY, 0) == []


DROPOUT = "SELECT * FROM mart.dropout(%s, NULL, NULL, NULL, %s, %s, %s, NULL, %s)"


def test_dropout_and_the_red_category(world):
    """Janssen asks for no second dose. 4 of 150 people of District One have a dose: 2.7 %, so c0 = 2 % makes it 1."""
    world.load(drawn(CAMPAIGN))
    found = {
        c: (r.first_doses, r.second_doses, r.dropout, r.red_category)
        for c, r in by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.9)).items()
    }
    assert found == {"[P]": (6, 6, 0, 3), "D1": (3, 3, 0, 3), "D2": (2, 2, 0, 3), "D3": (1, 1, 0, 3),
                     "?": (0, 0, None, None), "-": (0, 0, None, None), "!": (0, 0, None, None)}  # fmt: skip
    assert by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.02))["D1"].red_category == 1


def test_dropout_of_some_days_may_be_negative_or_not_known(world):
    """From 27 July on District One has one first dose (Kim) and two second ones (Bình, Kim)."""
    world.load(drawn(CAMPAIGN))
    found = by_unit(world, rows(world, DROPOUT, "P", "2021-07-27", None, TODAY, 0.02))
    assert found["D1"][2:6] == (1, 2, -1, True)
    assert (found["D1"].red_category, found["D2"][2:6]) == (2, (0, 2, None, None))
    world.load([record(record_id="x", person="x", vaccine_code="PF", injected_at="2021-11-01", residence_code="D3")])
    assert by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.9))["D3"][2:] == (
        2,
        1,
        0.5,
        False,
        pytest.approx(2 / 5),
        4,
        None,
    )


def test_who_has_no_name_waits_for_no_second_dose(world):
    """He may have had it: records of a source that names no persons are each a person of their own."""
    nameless = [
        record(record_id=str(n), person=f"p{n}", injected_at="2021-10-01", told=EVERYTHING - BITS["person"]) for n in (1, 2)
    ]
    world.load([*nameless, record(record_id="3", person="c", injected_at="2021-10-01")])
    own = by_unit(world, rows(world, OVERDUE, "P", None, TODAY, None))["[P]"]
    assert (own.overdue, own.passed) == (1, 1)
