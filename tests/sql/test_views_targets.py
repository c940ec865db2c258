"""Targets and populations, by hand: their history, coverage under each, and what is odd in them."""

import pytest

from tests.etl.world import NOW, Given, drawn, record
from tests.sql.asked import CAMPAIGN, FIRST, TODAY, rows, standing, units


def test_targets_in_force_and_those_that_were(world):
    held = rows(world, "SELECT * FROM mart.targets(%s, NULL) ORDER BY stage, unit_id NULLS FIRST", "P")
    assert [(units(world)[1].get(r.unit_id), r.stage, r.share, r.is_in_force) for r in held] == [
        (None, 1, 0.9, True), ("D3", 1, 0.5, True), (None, 2, 0.8, True)]  # fmt: skip
    assert len(rows(world, "SELECT * FROM mart.targets(%s, NULL)", "D2")) == 2
    world.load([record()])
    world.db.execute("UPDATE warehouse.target SET until_batch = 1 WHERE unit_id IS NOT NULL")
    ended = next(r for r in rows(world, "SELECT * FROM mart.targets(%s, NULL)", "D3") if r.unit_id)
    assert (ended.is_in_force, ended.ended_at) == (False, NOW)


def other_version(held: Given, name: str, valid_from: str, **persons: int) -> None:
    """Another set of populations, of everybody alone."""
    held.db.execute(
        "INSERT INTO warehouse.population_version (name, source, dated_on, valid_from) VALUES (%s, %s, %s, %s)",
        [name, name, valid_from, valid_from],
    )
    for code, count in persons.items():
        held.db.execute(
            "INSERT INTO warehouse.population (version_id, unit_id, persons) SELECT version_id, %s, %s FROM warehouse.population_version WHERE name = %s",
            [units(held)[0][code], count, name])  # fmt: skip


def test_coverage_under_each_denominator(world):
    """A younger version without ages is divided by everybody; the drawn child of 2012 counts in it alone."""
    world.load(drawn(CAMPAIGN))
    other_version(world, "Khác", "2020-01-01", P=100, D1=50)
    found = [r for r in rows(world, "SELECT * FROM mart.denominators(%s, %s, NULL)", "D1", TODAY) if r.stage == FIRST]
    cell = {r.name: (r.is_used, r.population, r.people, r.coverage) for r in found}
    assert cell == {"Thử": (True, 150, 4, pytest.approx(4 / 150)), "Khác": (False, 50, 4, pytest.approx(4 / 50))}
    assert standing(world, "D1")["[D1]", FIRST].coverage == pytest.approx(4 / 150)


def test_denominators_that_disagree(world):
    """109 is 9 % more than 100, 110 is 10 %; District One's communes have 150 people in both."""
    other_version(world, "Khác", "2020-01-01", D1=165, D2=43, C1=100, C2=50)
    codes = units(world)[1]
    found = rows(world, "SELECT * FROM mart.denominator_checks(%s, NULL) ORDER BY 1, 2", "P")
    assert [(r.check, codes[r.unit_id], r.version, r.population, r.other_population) for r in found] == [
        ("children", "D1", "Khác", 165, 150), ("sources", "D1", "Thử", 150, 165)]  # fmt: skip
    assert found[0].difference == pytest.approx(-15 / 165)
    assert found[1].difference == pytest.approx(0.1)


def test_what_may_lift_coverage_over_a_hundred(world):
    world.load([record(record_id="r1", person="a", residence_code=None), record(record_id="r2", person="b", residence_code="C3"),
                record(record_id="r3", person="c", site_code="S3"), record(record_id="r4", person="c", site_code="S3", injected_at="2021-11-05 18:00")])  # fmt: skip
    assert rows(world, "SELECT * FROM mart.over_causes(%s, NULL, NULL, NULL)", "D1") == [(1, 0, 1, 1, 0, 0)]
    assert rows(world, "SELECT * FROM mart.over_causes(%s, NULL, NULL, NULL)", "D2") == [(0, 0, 1, 1, 1, 0)]


def test_ids_that_two_people_carry_are_counted_where_they_live_as_of_the_last_batch(world):
    """One ID with two birth years, one with two sexes; both live in D1."""
    world.load([record(record_id="r1", person="a"), record(record_id="r2", person="a", birth_year=1990, injected_at="2021-11-06"),
                record(record_id="r3", person="b"), record(record_id="r4", person="b", sex="male", injected_at="2021-11-06"),
                record(record_id="r5", person="c", residence_code="C3")])  # fmt: skip
    (last,) = world.ask("SELECT max(batch_id) FROM warehouse.batch")[0]
    world.load([record(record_id="r6", person="d")])
    asked = "SELECT shared_ids FROM mart.over_causes(%s, %s, NULL, %s)"
    assert rows(world, asked, "D1", None, None) == [(2,)] == rows(world, asked, "D1", None, last + 1)
    assert rows(world, asked, "D2", None, None) == [(0,)]
    assert rows(world, asked, "D1", None, last) == [(None,)] == rows(world, asked, "D1", "2021-11-01", None)


def test_some_of_the_communes_do_not_disagree_with_their_district(world):
    other_version(world, "Khác", "2020-01-01", D1=150, C1=100)
    assert rows(world, "SELECT * FROM mart.denominator_checks(%s, NULL) WHERE \"check\" = 'children'", "D1") == []
