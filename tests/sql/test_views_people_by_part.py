"""A unit by age band and by priority group, by hand."""

import pytest

from tests.etl.world import drawn, record
from tests.sql.asked import CAMPAIGN, COMPLETE, FIRST, TODAY, rows


def test_a_unit_by_age_band_and_by_group(world):
    """130 of District One are 18 to 64: 90 % of them are 117."""
    world.load(drawn(CAMPAIGN))
    found = rows(world, "SELECT * FROM mart.standing_by_part(%s, NULL, %s, NULL)", "D1", TODAY)
    cell = {(r.part, r.number, r.stage): r for r in found}
    adults = cell["age", 3, FIRST]
    assert (adults.people, adults.population, adults.target_share, adults.gap) == (4, 130, 0.9, 113)
    assert adults.coverage == pytest.approx(4 / 130)
    assert (cell["age", 2, FIRST].people, cell["age", 2, FIRST].population) == (0, 10)
    assert (cell["group", 1, COMPLETE].people, cell["group", 1, COMPLETE].population) == (2, None)
    assert {(r.part, r.number) for r in found} == {("age", 2), ("age", 3), ("age", 4), ("group", 1)}


def test_a_group_counts_the_ages_that_are_counted_elsewhere(world):
    """A boy of 14 is in the rows of ages, but not in his group's when his band is not eligible."""
    world.load([record(record_id="r1", person="a", birth_year=2007), record(record_id="r2", person="b")])
    world.db.execute("UPDATE warehouse.age_band SET is_eligible = false WHERE age_band = 2")
    found = rows(world, "SELECT * FROM mart.standing_by_part(%s, NULL, %s, NULL) WHERE stage = 1", "P", TODAY)
    assert {(r.part, r.number): r.people for r in found if r.people} == {("age", 2): 1, ("age", 3): 1, ("group", 1): 1}
