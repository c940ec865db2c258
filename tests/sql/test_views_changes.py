"""Why a figure changed, by hand: by cause, day and site, and coverage by its denominator too."""

from datetime import date

import pytest

from tests.etl.world import record
from tests.sql.asked import TODAY, codes_of, rows, units


def test_a_change_is_split_by_cause_day_and_site_and_adds_up(world):
    world.load([record(record_id="r1", person="a", injected_at="2021-11-05", recorded_at="2021-11-05 13:00"),
                record(record_id="r2", person="b", injected_at="2021-11-05", recorded_at="2021-11-05 13:00", site_code="S2")])  # fmt: skip
    first = world.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]
    world.load([record(record_id="r1", person="a", status="entered-in-error", updated_at="2021-11-06"),
                record(record_id="r3", person="c", injected_at="2021-11-04", recorded_at="2021-11-06 10:00")])  # fmt: skip
    site = codes_of(world, "site")
    question = "SELECT * FROM mart.changes(%s, %s, 'place', NULL, NULL, NULL, NULL, NULL, %s, %s, %s) ORDER BY day, cause"
    doses = rows(world, question, "P", "doses", first, None, TODAY)
    assert [(r.day, r.cause, site[r.site_id], r.amount) for r in doses] == [
        (date(2021, 11, 4), "late", "S1", 1), (date(2021, 11, 5), "voided", "S1", -1)]  # fmt: skip
    people = rows(world, question, "D1", "first", first, None, TODAY)
    assert [(r.day, r.cause, r.site_id, r.amount) for r in people] == [
        (date(2021, 11, 4), "late", None, 1), (date(2021, 11, 5), "voided", None, -1)]  # fmt: skip
    assert sum(r.amount for r in rows(world, question, "P", "doses", 0, first, TODAY)) == 2
    assert rows(world, question, "D2", "doses", 0, None, TODAY) == []


def test_coverage_changes_by_records_and_by_another_denominator(world):
    """2 of 195 people become 3; then a version of half the people makes 195 to 100."""
    world.load([record(record_id=f"r{n}", person=f"p{n}") for n in (1, 2)])
    first = world.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]
    world.load([record(record_id="r3", person="p3")])
    second = world.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]
    world.db.execute("UPDATE warehouse.population SET until_batch = %s WHERE unit_id = %s", [second, units(world)[0]["P"]])
    world.db.execute(
        "INSERT INTO warehouse.population (version_id, unit_id, age_band, persons, from_batch) "
        "SELECT version_id, %s, band, CASE band WHEN 3 THEN 100 ELSE 0 END, %s FROM warehouse.population_version, unnest(ARRAY[2, 3, 4]) AS band",
        [units(world)[0]["P"], second])  # fmt: skip
    (row,) = rows(
        world,
        "SELECT * FROM mart.coverage_change(%s, NULL, NULL, %s, NULL, %s, %s) WHERE stage = 1",
        "P",
        first,
        TODAY,
        TODAY,
    )
    assert (row.people_before, row.people, row.population_before, row.population) == (2, 3, 195, 100)
    assert row.by_records == pytest.approx(1 / 195)
    assert row.by_denominator == pytest.approx(3 / 100 - 3 / 195)
    assert row.by_records + row.by_denominator == pytest.approx(row.coverage - row.coverage_before)
