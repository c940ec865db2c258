"""A unit without a population is named, and the others keep their rate: in every figure that divides by one."""

from collections import namedtuple

import pytest

from sql.told import BITS, EVERYTHING
from tests.etl.world import Given, drawn, record
from tests.sql.asked import CAMPAIGN, COMPLETE, FIRST, TODAY, standing, units


@pytest.fixture
def world(warehouse):
    """Of District One's 4 people 2 live in C1 (100 people), 1 in C2 and 1 at the district; C2 is without a population."""
    held = Given(warehouse.url)
    held.load(drawn(CAMPAIGN))
    without_population(held, "C2", "D1", "P")
    yield held
    held.close()


def without_population(held: Given, *codes: str, **columns) -> None:
    """As if the table said nothing of them, nor could be summed up for what they lie in."""
    held.db.execute(
        "DELETE FROM warehouse.population p USING warehouse.unit u WHERE u.unit_id = p.unit_id AND u.code = ANY (%s) "
        "AND (%s::smallint IS NULL OR p.age_band = %s)", [list(codes), *[columns.get("age_band")] * 2])  # fmt: skip


def rows(held: Given, question: str, unit: str, *values) -> list:
    cursor = held.db.execute(question, [units(held)[0][unit], *values])
    row = namedtuple("Row", [column.name for column in cursor.description])
    return [row(*found) for found in cursor]


def named(held: Given, lacking) -> list | None:
    return lacking and [units(held)[1][unit_id] for unit_id in lacking]


def test_dropout_and_red_take_the_coverage_of_the_others(world):
    found = rows(world, "SELECT * FROM mart.dropout(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL, 0.03)", "P", TODAY)
    cell = {(units(world)[1][row.unit_id], row.is_self): row for row in found}
    whole, one, two = cell["P", True], cell["D1", False], cell["D2", False]
    assert (whole.coverage, whole.red_category, named(world, whole.lacking)) == (pytest.approx(5 / 145), 1, ["C2"])
    assert (one.coverage, one.red_category, named(world, one.lacking)) == (pytest.approx(2 / 100), 3, ["C2"])
    assert (two.coverage, two.red_category, two.lacking) == (pytest.approx(2 / 40), 1, None)
    assert (one.first_doses, one.second_doses) == (3, 3)  # what is no rate of a population is of all


def test_an_age_band_keeps_its_coverage_where_a_unit_below_says_nothing_of_it(world):
    without_population(world, "C1", age_band=2)
    found = rows(world, "SELECT * FROM mart.standing_by_part(%s, NULL, %s, NULL)", "P", TODAY)
    cell = {(row.part, row.number, row.stage): row for row in found}
    adults, young = cell["age", 3, FIRST], cell["age", 2, FIRST]
    alone = standing(world, "P", ages=[3])["[P]", FIRST]
    assert (
        (adults.people, adults.counted, adults.population)
        == (alone.people, alone.counted, alone.population)
        == (7, 5, adults.population)
    )
    assert adults.coverage == pytest.approx(5 / adults.population) and named(world, adults.lacking) == ["C2"]
    assert adults.gap == alone.gap
    assert (
        named(world, young.lacking) == ["D1"] and young.population == standing(world, "P", ages=[2])["[P]", FIRST].population
    )


def test_coverage_then_and_now_is_of_the_same_units(world):
    world.load([record(record_id="n1", person="n1"), record(record_id="n2", person="n2", residence_code="C2")])
    found = rows(
        world, "SELECT * FROM mart.coverage_change(%s, NULL, NULL, 1, NULL, %s, %s) WHERE stage = 1", "P", TODAY, TODAY
    )[0]
    assert (found.people_before, found.people) == (7, 9)
    assert (found.counted_before, found.counted, found.population_before, found.population) == (5, 6, 145, 145)
    assert (found.by_records, found.by_denominator) == (pytest.approx(1 / 145), 0)
    assert named(world, found.lacking) == ["C2"]


def test_a_population_that_comes_later_changes_coverage_by_the_denominator_alone(world):
    """First without C2's 50 people, then with them: 2 more people are counted, by no record."""
    world.load([record(record_id="n1", person="n1")])
    ids = units(world)[0]
    world.db.execute(
        "INSERT INTO warehouse.population (version_id, unit_id, age_band, persons, from_batch) "
        "SELECT DISTINCT version_id, %s::int, band, CASE band WHEN 3 THEN 50 ELSE 0 END, 2 FROM warehouse.population, unnest(ARRAY[2, 3, 4]) AS band",
        [ids["C2"]])  # fmt: skip
    found = rows(
        world, "SELECT * FROM mart.coverage_change(%s, NULL, NULL, 1, NULL, %s, %s) WHERE stage = 1", "P", TODAY, TODAY
    )[0]
    assert (found.counted_before, found.population_before, found.population) == (5, 145, 195)
    assert found.counted == 7  # of District One those who live in a commune
    assert found.by_records == pytest.approx(1 / 145)
    assert found.by_records + found.by_denominator == pytest.approx(7 / 195 - 5 / 145)
    assert named(world, found.lacking) == ["C2"]


def test_each_version_of_the_populations_says_what_it_lacks(world):
    world.db.execute(
        "INSERT INTO warehouse.population_version (name, source, dated_on, valid_from) VALUES ('Khác', 'K', '2020-01-01', '2020-01-01')"
    )
    world.db.execute(
        "INSERT INTO warehouse.population (version_id, unit_id, persons) SELECT version_id, %s, 50 FROM warehouse.population_version WHERE name = 'Khác'",
        [units(world)[0]["D2"]])  # fmt: skip
    found = {
        row.name: row for row in rows(world, "SELECT * FROM mart.denominators(%s, %s, NULL) WHERE stage = 1", "P", TODAY)
    }
    used, other = found["Thử"], found["Khác"]
    assert (used.population, used.people, used.coverage, named(world, used.lacking)) == (
        145,
        5,
        pytest.approx(5 / 145),
        ["C2"],
    )
    assert (other.population, other.people, other.coverage, named(world, other.lacking)) == (
        50,
        2,
        pytest.approx(2 / 50),
        ["D3", "D1"],
    )
    assert used.coverage == standing(world)["[P]", FIRST].coverage


def test_the_ranking_moves_by_the_coverage_of_the_others(world):
    """Until July: Bình in C1, Chi in C2, Em and Giang in C3; Dũng of D3 came later."""
    question = "SELECT * FROM mart.rank_movement(%s, 1::smallint, NULL, NULL, NULL, %s, NULL, '2021-07-31')"
    found = {(units(world)[1][row.unit_id], row.is_self): row for row in rows(world, question, "P", TODAY)}
    whole, one = found["P", True], found["D1", False]
    assert (whole.people_before, whole.coverage_before, named(world, whole.lacking)) == (4, pytest.approx(3 / 145), ["C2"])
    assert (one.people_before, one.coverage_before, one.coverage) == (2, pytest.approx(1 / 100), pytest.approx(2 / 100))
    assert one.coverage_change == pytest.approx(1 / 100)
    assert {code: (row.rank_before, row.rank, row.moved) for (code, is_self), row in found.items() if not is_self and row.rank} == {
        "D1": (2, 3, -1), "D2": (1, 2, -1), "D3": (3, 1, 2)}  # fmt: skip


def test_a_unit_made_of_some_without_a_population_keeps_the_rate_of_the_others(world):
    with world.db.transaction(force_rollback=True):
        for code in ("C1", "C2", "C3", "D1", "D2"):
            world.db.execute(
                "UPDATE warehouse.unit SET valid_to = '2025-06-30', successor_code = 'N1' WHERE code = %s", [code]
            )
        world.db.execute(
            "INSERT INTO warehouse.unit (code, valid_from, level, parent_id, name, name_en, sort_key) VALUES ('N1', '2025-07-01', 2, %s, 'N1', 'N1', 'N1')",
            [units(world)[0]["P"]])  # fmt: skip
        found = rows(
            world, "SELECT * FROM mart.recast(%s, NULL, NULL, NULL, %s, NULL, '2025-07-01') WHERE stage = 1", "P", TODAY
        )
        made = next(row for row in found if units(world)[1][row.unit_id] == "N1")
        assert (made.people, made.counted, made.population, named(world, made.lacking)) == (6, 4, 140, ["C2"])
        assert made.coverage == pytest.approx(4 / 140)


def test_where_no_population_is_known_at_all_nothing_is_a_share(world):
    without_population(world, "C1", "C3", "D2", "D3")
    (change,) = rows(
        world, "SELECT * FROM mart.coverage_change(%s, NULL, NULL, 0, NULL, %s, %s) WHERE stage = 1", "P", TODAY, TODAY
    )
    assert (change.coverage_before, change.coverage, change.lacking) == (None, None, None)
    for row in rows(world, "SELECT * FROM mart.denominators(%s, %s, NULL)", "P", TODAY):
        assert (row.population, row.coverage, row.lacking) == (None, None, None)
    (own,) = rows(
        world,
        "SELECT * FROM mart.standing_by_part(%s, NULL, %s, NULL) WHERE part = 'age' AND stage = %s AND number = 3",
        "P",
        TODAY,
        COMPLETE,
    )
    assert (own.population, own.coverage, own.lacking) == (None, None, None)


SHARES = {
    "standing": "SELECT coverage FROM mart.standing(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL)",
    "dropout": "SELECT coverage FROM mart.dropout(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL, 0.9)",
    "by part": "SELECT coverage FROM mart.standing_by_part(%s, NULL, %s, NULL)",
    "what-if": "SELECT coverage FROM mart.denominators(%s, %s, NULL)",
    "by day": "SELECT coverage FROM mart.coverage_by_day(ARRAY[%s], NULL, NULL, NULL, %s, NULL)",
    "of another day": "SELECT coverage FROM mart.recast(%s, NULL, NULL, NULL, %s, NULL, '2021-11-30')",
    "then and now": "SELECT coverage FROM mart.coverage_change(%s, NULL, NULL, 1, 1, '2021-11-30', %s)",
}


@pytest.mark.parametrize("untold", [("residence_code",), ("person", "dose_number")])
def test_where_nobody_tells_where_people_live_or_what_they_reached_no_share_is_known(world, untold):
    """The people of such sources stand at no unit, or at no stage: 0 % of everybody, as a fact."""
    assert {
        name for name, question in SHARES.items() if {row[0] for row in rows(world, question, "P", TODAY)} != {None}
    } == set(SHARES)
    world.db.execute("UPDATE warehouse.source SET told = %s", [EVERYTHING - sum(BITS[name] for name in untold)])
    assert {
        name for name, question in SHARES.items() if {row[0] for row in rows(world, question, "P", TODAY)} != {None}
    } == set()
