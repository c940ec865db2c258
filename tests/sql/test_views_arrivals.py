"""What the last batches brought, by hand."""

from tests.etl.world import NOW, drawn
from tests.sql.asked import ask

DAY = NOW.date().isoformat()
FIRST = f"""
    record_id | person | residence_code | site_code | vaccine_code | injected_at
    ----------+--------+----------------+-----------+--------------+------------
    1         | a      | C1             | S1        | JS           | {DAY}
    2         | b      | C1             | S2        | JS           | {DAY}
    3         | c      | C1             | S1        | JS           | 2021-11-01
"""
SECOND = f"""
    record_id | person | residence_code | site_code | vaccine_code | injected_at | status           | updated_at
    ----------+--------+----------------+-----------+--------------+-------------+------------------+-----------
    1         | a      | C1             | S1        | JS           | {DAY}       | entered-in-error | 2021-12-01
"""
ARRIVALS = "SELECT batch_id, doses FROM mart.arrivals(%s, '{basis}', '{day}', {as_of}) ORDER BY batch_id"


def arrivals(world, unit="P", basis="residence", day=DAY, as_of="NULL"):
    return [doses for _, doses in ask(world, ARRIVALS.format(basis=basis, day=day, as_of=as_of), unit)][-2:]


def test_each_batch_brings_the_doses_of_the_day_and_a_void_takes_them_back(world):
    world.load(drawn(FIRST))
    world.load(drawn(SECOND))
    assert arrivals(world) == [2, -1]
    assert arrivals(world, day="2021-11-01") == [1, 0]
    # S2 is not in the commune C1, where both persons live
    assert arrivals(world, "C1") == [2, -1]
    assert arrivals(world, "C1", "place") == [1, -1]


def test_as_of_an_earlier_batch_the_later_ones_had_not_come(world):
    first = world.load(drawn(FIRST)).batch_id
    world.load(drawn(SECOND))
    assert arrivals(world, as_of=first)[-1] == 2


def test_what_came_long_before_the_newest_batch_is_not_just_entered(world):
    world.load(drawn(FIRST))
    world.load(drawn(SECOND))
    world.db.execute(
        "UPDATE warehouse.batch SET committed_at = committed_at + interval '11 minutes' WHERE batch_id = (SELECT max(batch_id) FROM warehouse.batch)"
    )
    world.db.commit()
    assert arrivals(world) == [-1]
