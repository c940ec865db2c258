"""Every number of doses, by hand, and as of a moment."""

from datetime import datetime, timedelta

import pytest

from tests.etl.world import NOW, drawn, record
from tests.sql.asked import CAMPAIGN, FIRST, ask, standing, units

FLOWS = """
    record_id | person | residence_code | site_code | vaccine_code
    ----------+--------+----------------+-----------+-------------
    1         | a      | C1             | S1        | JS
    2         | b      | C1             | S2        | JS
    3         | c      | C2             | S1        | JS
    4         | d      | C3             | S1        | JS
    5         | e      |                | S1        | JS
    6         | f      | 99999          | S2        | JS
    7         | g      | D3             | S4        | JS
    8         | h      | C3             | S3        | JS
    9         | i      |                | S4        | JS
    10        | j      | D1             | S3        | JS
"""


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # at home, elsewhere, non-residents, unknown, total
        ("P", (7, 0, 1, 2, 10)),
        ("D1", (3, 1, 2, 1, 7)),
        ("D2", (1, 1, 1, 0, 3)),
        ("D3", (1, 0, 0, 1, 2)),
        ("C1", (1, 1, 2, 1, 5)),
        ("C3", (0, 2, 0, 0, 2)),  # the hospital S3 is the district's
    ],
)
def test_residence_and_place_are_reconciled(world, unit, expected):
    world.load(drawn(FLOWS))
    (found,) = ask(world, "SELECT * FROM mart.reconciliation(%s, NULL, NULL, NULL)", unit)
    *parts, not_recognised, total = found
    assert (*parts, total) == expected
    assert sum(parts) == total and not_recognised == 0


def test_doses_by_unit_on_both_bases(world):
    world.load(drawn(FLOWS))
    _, codes = units(world)

    def doses(basis, unit="P"):
        rows = ask(
            world,
            f"SELECT unit_id, is_self, doses, plan_today FROM mart.doses_by_unit(%s, '{basis}', NULL, NULL, NULL, NULL, NULL, '2021-11-05', NULL)",
            unit,
        )
        return {f"[{codes[u]}]" if is_self else codes[u]: (n, plan) for u, is_self, n, plan in rows}

    assert doses("place") == {
        "D1": (6, 150),
        "D2": (2, None),
        "D3": (2, 20),
        "?": (0, None),
        "-": (0, None),
        "!": (0, None),
        "[P]": (10, 170),
    }
    assert {k: n for k, (n, _) in doses("residence").items()} == {
        "D1": 4,
        "D2": 2,
        "D3": 1,
        "?": 2,
        "-": 1,
        "!": 0,
        "[P]": 7,
    }
    assert {k: n for k, (n, _) in doses("place", "D2").items()} == {"C3": 0, "D2": 2, "[D2]": 2}


def test_a_plan_is_in_the_rows_when_it_is_in_the_total(world):
    """A district's own hospital with a plan and no dose yet."""
    world.db.execute("UPDATE warehouse.site SET daily_plan = 7 WHERE code = 'S3'")
    rows = ask(
        world,
        "SELECT is_self, plan_today FROM mart.doses_by_unit(%s, 'place', NULL, NULL, NULL, NULL, NULL, '2021-11-05', NULL)",
        "D2",
    )
    assert sum(plan or 0 for is_self, plan in rows if not is_self) == next(plan for is_self, plan in rows if is_self) == 7


@pytest.mark.parametrize(
    "some", ["ARRAY[4]::smallint[], NULL, NULL", "NULL, ARRAY[9]::smallint[], NULL", "NULL, NULL, ARRAY[1]::smallint[]"]
)
def test_a_plan_is_of_all_doses(world, some):
    """Of those of 65 and older, of a group or of a vaccine nobody planned anything: 2 of 170 would be 1 %."""
    rows = ask(world, f"SELECT plan_today FROM mart.doses_by_unit(%s, 'place', {some}, NULL, NULL, '2021-11-05', NULL)")
    assert len(rows) > 3 and set(rows) == {(None,)}


def test_hours_are_of_the_world_and_the_day_of_the_world(world):
    """23:30 UTC on the 4th is 06:30 on the 5th in Viet Nam."""
    moments = ["2021-11-05 00:05", "2021-11-05 06:30", "2021-11-05 06:45", "2021-11-05 23:59", "2021-11-06 00:00"]
    world.load([record(record_id=f"r{n}", person=f"p{n}", injected_at=moment) for n, moment in enumerate(moments)])
    hours = "SELECT hour, doses FROM mart.doses_by_hour(%s, %s, NULL) ORDER BY hour"
    assert ask(world, hours, "P", "2021-11-05") == [(0, 1), (6, 2), (23, 1)]
    assert ask(world, hours, "C1", "2021-11-06") == [(0, 1)]
    assert ask(world, hours, "C2", "2021-11-05") == []


def test_the_mix_of_vaccines_counts_doses_by_their_recorded_number(world):
    world.load(drawn(CAMPAIGN))
    names = dict(world.ask("SELECT vaccine_id, code FROM warehouse.vaccine"))

    def mix(unit, basis, first=None, last=None):
        rows = ask(
            world, f"SELECT * FROM mart.doses_by_vaccine(%s, '{basis}', NULL, NULL, NULL, %s, %s, NULL)", unit, first, last
        )
        return {(names[v], dose): n for v, dose, n in rows}

    everywhere = {
        ("AZ", 1): 3,
        ("AZ", 2): 3,
        ("PF", 1): 1,
        ("PF", 2): 1,
        ("JS", 1): 3,
        ("AB", 1): 2,
        ("AB", 2): 2,
        ("AB", 3): 1,
    }
    assert mix("P", "place") == everywhere
    assert mix("P", "residence") == everywhere | {("JS", 1): 1}
    assert mix("D2", "residence") == {("AZ", 1): 1, ("PF", 2): 1, ("PF", 1): 1, ("AZ", 2): 1}
    assert mix("P", "place", "2021-11-02") == {("JS", 1): 2}
    assert mix("P", "residence", "2021-11-01", "2021-11-02") == {("JS", 1): 1}
    assert mix("D2", "place") == {}


# As of a moment


def test_a_moment_is_the_batch_before_it_and_shows_the_figures_of_then(world):
    clock, batches = world.clock, []
    for hour in (1, 2, 3):
        clock.moment = NOW + timedelta(hours=hour)
        batches.append(world.load([record(record_id=f"r{hour}", person=f"p{hour}")]).batch_id)

    def batch_at(moment: datetime):
        return world.ask("SELECT mart.batch_at(%s)", moment)[0][0]

    assert batch_at(NOW + timedelta(hours=2)) == batches[1]
    assert batch_at(NOW + timedelta(hours=2, minutes=59)) == batches[1]
    assert batch_at(NOW + timedelta(hours=9)) == batches[2]
    assert batch_at(NOW - timedelta(days=1)) is None
    shown = [standing(world, as_of=batch)["[P]", FIRST].people for batch in (0, *batches, None)]
    assert shown == [0, 1, 2, 3, 3]


def test_what_the_balances_do_not_hold_yet_is_no_version(world):
    held = world.load([record(record_id="r1", person="a")]).batch_id
    world.load([record(record_id="r2", person="b")], fold=False)
    assert world.ask("SELECT batch_id FROM mart.world()") == [(held,)]
    assert world.ask("SELECT mart.batch_at(%s)", NOW + timedelta(days=1)) == [(held,)]
    assert world.ask("SELECT * FROM mart.batch(%s)", held + 1) == []
    assert standing(world)["[P]", FIRST].people == standing(world, as_of=held)["[P]", FIRST].people == 1
