"""Every number of people that a leader sees, by hand: small drawn worlds, and what each comes to on paper."""

from datetime import date, timedelta

import pytest

from etl.recount import recount
from sql.told import BITS, EVERYTHING
from tests.etl.world import ZONE, Given, drawn, record
from tests.sql.asked import CAMPAIGN, COMPLETE, FIRST, TODAY, people, standing, units


def ones(held: Given, day: str, count: int, start: int, residence="C1", **given) -> None:
    """So many persons, complete with one dose of Janssen on a day."""
    held.load([
        record(record_id=f"x{n}", person=f"p{n}", residence_code=residence, vaccine_code="JS", injected_at=day, **given)
        for n in range(start, start + count)])  # fmt: skip


def test_people_are_counted_once_at_each_stage_where_they_live(world):
    """Bình keeps AstraZeneca's 56 days, Chi is a day too early; Em's mix is in the table, Giang's is not."""
    world.load(drawn(CAMPAIGN))
    found = standing(world)
    assert people(found, FIRST) == {"D1": 4, "D2": 2, "D3": 1, "[P]": 7, "?": 1, "-": 1, "!": 0}
    assert people(found, COMPLETE) == {"D1": 2, "D2": 1, "D3": 1, "[P]": 4, "?": 1, "-": 1, "!": 0}
    assert found["[P]", FIRST].coverage == pytest.approx(7 / 195)
    assert found["D1", COMPLETE].coverage == pytest.approx(2 / 150)
    assert (found["D1", FIRST].population, found["D2", FIRST].population, found["D3", FIRST].population) == (150, 40, 5)
    district = standing(world, "D1")
    assert people(district, FIRST) == {"C1": 2, "C2": 1, "D1": 1, "[D1]": 4}
    assert people(district, COMPLETE) == {"C1": 2, "C2": 0, "D1": 0, "[D1]": 2}


def test_what_lies_nowhere_has_its_own_row_without_a_population(world):
    world.load(drawn(CAMPAIGN))
    found = standing(world)
    for code in ("?", "-"):
        row = found[code, FIRST]
        assert (row.people, row.population, row.coverage, row.target_share, row.gap, row.rank) == (
            1,
            None,
            None,
            None,
            None,
            None,
        )
    assert ("?", FIRST) not in standing(world, "D1")


def test_a_district_without_communes_stands_for_itself_among_the_communes(world):
    world.load(drawn(CAMPAIGN))
    found = standing(world, level=2)
    assert people(found, FIRST) == {"C1": 2, "C2": 1, "C3": 2, "D3": 1, "P": 1, "[P]": 7, "?": 1, "-": 1, "!": 0}
    assert found["D3", FIRST].population == 5
    alone = standing(world, "D3")
    assert people(alone, FIRST) == {"D3": 1, "[D3]": 1}
    assert alone["[D3]", FIRST].population == 5


def test_a_commune_has_only_itself(world):
    world.load(drawn(CAMPAIGN))
    assert people(standing(world, "C1"), FIRST) == {"C1": 2, "[C1]": 2}
    assert standing(world, "C1")["[C1]", FIRST].coverage == pytest.approx(2 / 100)


def without_population(held: Given, *codes: str) -> None:
    """As if the table said nothing of them, nor could be summed up for what they lie in."""
    held.db.execute(
        "DELETE FROM warehouse.population p USING warehouse.unit u WHERE u.unit_id = p.unit_id AND u.code = ANY (%s)",
        [list(codes)],
    )


def test_a_unit_without_population_is_named_and_the_others_keep_their_rate(world):
    """Of District One's 4 people 2 live in C1, whose population is known; of the province's 7 those 2, Two's 2 and the island's 1."""
    world.load(drawn(CAMPAIGN))
    without_population(world, "C2", "D1", "P")
    found, (ids, _codes) = standing(world), units(world)
    province, one = found["[P]", FIRST], found["D1", FIRST]
    assert (province.people, province.counted, province.population, province.lacking) == (7, 5, 145, [ids["C2"]])
    assert province.coverage == pytest.approx(5 / 145)
    assert province.gap == 131 - 5  # 0.9 of 145 is 130.5
    assert (one.people, one.counted, one.population, one.lacking) == (4, 2, 100, [ids["C2"]])
    assert one.coverage == pytest.approx(2 / 100)
    assert (found["D2", FIRST].counted, found["D2", FIRST].lacking) == (2, None)
    assert {code: row.rank for (code, stage), row in found.items() if stage == FIRST and row.rank} == {
        "D3": 1,
        "D2": 2,
        "D1": 3,
    }
    communes = standing(world, level=2)
    assert communes["[P]", FIRST].coverage == province.coverage
    over_time = world.ask(
        "SELECT unit_id, people, coverage FROM mart.coverage_by_day(%s, NULL, NULL, NULL, %s, NULL) WHERE stage = 1 ORDER BY day",
        [ids["P"], ids["D2"]], TODAY)  # fmt: skip
    assert {unit: row for unit, *row in over_time} == {
        ids["P"]: [7, province.coverage],
        ids["D2"]: [2, found["D2", FIRST].coverage],
    }
    assert (communes["C2", FIRST].coverage, communes["C2", FIRST].rank, communes["C2", FIRST].lacking) == (None, None, None)


def test_a_district_wholly_without_population_is_named_as_one(world):
    world.load(drawn(CAMPAIGN))
    without_population(world, "C1", "C2", "D1", "P")
    found, (ids, _codes) = standing(world), units(world)
    assert (found["[P]", FIRST].counted, found["[P]", FIRST].population, found["[P]", FIRST].lacking) == (3, 45, [ids["D1"]])
    assert (found["D1", FIRST].population, found["D1", FIRST].coverage, found["D1", FIRST].lacking) == (None, None, None)
    without_population(world, "C3", "D2", "D3")
    nothing = standing(world)["[P]", FIRST]
    assert (nothing.people, nothing.population, nothing.coverage, nothing.lacking) == (7, None, None, None)


def test_a_record_that_names_no_person_stands_for_what_its_dose_number_says(world):
    """PF asks for two doses, JS for one: the third of PF and the second of JS are first boosters; an additional one is none."""
    given = {"told": EVERYTHING - BITS["person"], "injected_at": "2021-11-01"}
    numbers = [("PF", 1, None), ("PF", 1, None), ("PF", 2, None), ("PF", 3, "booster"), ("PF", 4, "booster"), ("PF", 3, "additional"),
               ("JS", 1, None), ("JS", 2, "booster")]  # fmt: skip
    world.load([
        record(record_id=str(n), person=f"record {n}", vaccine_code=vaccine, dose_number=dose, dose_kind=kind, **given)
        for n, (vaccine, dose, kind) in enumerate(numbers)])  # fmt: skip
    assert {stage: people(standing(world), stage)["[P]"] for stage in (1, 2, 3, 4)} == {1: 3, 2: 2, 3: 2, 4: 1}
    assert world.ask("SELECT count(*) FROM warehouse.ledger_people WHERE stage > 4") == [(0,)]
    assert not any(recount(world.db, ZONE, 0).values())
    world.db.execute("UPDATE warehouse.source SET told = %s", [EVERYTHING - BITS["person"]])
    assert world.ask("SELECT telling, silent FROM mart.told() WHERE field = 'person'") == [(0, ["platform"])]
    assert world.ask("SELECT telling, silent FROM mart.told() WHERE field = 'sex'") == [(1, [])]


def test_where_neither_persons_nor_dose_numbers_are_told_no_share_of_people_is_a_fact(world):
    """Nobody is known to have reached a stage: that is no 0 %, and nobody is missing to a target."""
    bare = EVERYTHING - BITS["person"] - BITS["dose_number"]
    world.load([record(record_id=str(n), person=f"record {n}", told=bare, dose_number=0) for n in range(3)])
    assert standing(world)["[P]", FIRST].coverage == 0
    world.db.execute("UPDATE warehouse.source SET told = %s", [bare])
    found = standing(world)["[P]", FIRST]
    assert (found.people, found.coverage, found.gap) == (0, None, None)
    (dropout,) = world.ask(
        "SELECT coverage, red_category FROM mart.dropout(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL, 0.9) WHERE is_self",
        units(world)[0]["P"],
        TODAY,
    )
    assert dropout == (None, None)
    assert not any(recount(world.db, ZONE, 0).values())


def test_what_a_source_tells_is_read_by_its_bits(world):
    world.load([record()])
    for field, bit in BITS.items():
        world.db.execute("UPDATE warehouse.source SET told = %s", [bit])
        telling = {field} | ({"stage"} if field in ("person", "dose_number") else set())
        assert {name for (name,) in world.ask("SELECT field FROM mart.told() WHERE telling > 0")} == telling


def test_without_residences_there_is_no_coverage(world):
    world.load([record(record_id=str(n), person=f"p{n}", residence_code=None) for n in range(3)])
    world.db.execute("UPDATE warehouse.source SET told = %s", [EVERYTHING - BITS["residence_code"]])
    found = standing(world)
    assert (found["[P]", FIRST].population, found["[P]", FIRST].coverage, found["[P]", FIRST].gap) == (None, None, None)
    assert found["?", FIRST].people == 3


# Progress


def test_change_pace_and_what_is_needed(world):
    """Seven whole days before today make the pace; today is shown but is not part of it."""
    ones(world, "2021-11-02", 9, 0)  # eight days ago: not in the pace
    ones(world, "2021-11-03", 7, 100)
    ones(world, "2021-11-09", 7, 200)
    ones(world, "2021-11-10", 3, 300)
    row = standing(world)["[P]", FIRST]
    assert (row.people, row.people_today, row.people_yesterday) == (26, 3, 7)
    assert row.coverage_change == pytest.approx(3 / 195)
    assert (row.target_share, row.target_due_on, row.gap) == (0.9, date(2021, 12, 31), 176 - 26)  # 0.9 of 195 is 175.5
    assert row.pace == pytest.approx(2)
    assert row.pace_needed == pytest.approx(150 / 51)
    assert row.pressure == pytest.approx(150 / 51 / 2)


def test_the_projection_is_a_range_from_the_slowest_to_the_fastest_week(world):
    for week, count in enumerate((14, 7, 10, 8)):
        ones(world, str(date(2021, 11, 9) - timedelta(days=7 * week)), count, 1000 * week)
    row = standing(world)["[P]", FIRST]
    assert row.gap == 176 - 39
    assert row.projected_from == date(2021, 11, 10) + timedelta(days=69)  # 137 ÷ 14 weeks is 68.5 days
    assert row.projected_to == date(2021, 11, 10) + timedelta(days=137)


def test_more_than_25_weeks_is_no_projection(world):
    """The gap is 169 after 7; 7 a week would take 24.1 weeks, 6 a week 28."""
    for week, count in enumerate((1, 2, 3, 1)):
        ones(world, str(date(2021, 11, 9) - timedelta(days=7 * week)), count, 1000 * week)
    row = standing(world)["[P]", FIRST]
    assert (row.projected_from, row.projected_to) == (None, None)
    ones(world, "2021-11-09", 6, 5000)
    row = standing(world)["[P]", FIRST]
    assert row.gap == 176 - 13
    assert row.projected_from == date(2021, 11, 10) + timedelta(days=163)
    assert row.projected_to is None  # one a week


def test_a_week_without_anybody_leaves_the_end_open(world):
    ones(world, "2021-11-09", 50, 0)
    row = standing(world)["[P]", FIRST]
    assert row.projected_from is not None
    assert row.projected_to is None


def test_who_reached_the_target_needs_nothing_more(world):
    ones(world, "2021-11-09", 9, 0, residence="D3")
    row = standing(world)["D3", FIRST]
    assert row.coverage == pytest.approx(9 / 5)  # uncapped
    assert (row.gap, row.pace_needed, row.pressure, row.projected_from, row.projected_to) == (0, 0, 0, None, None)


def test_nobody_in_a_week_is_no_pressure_and_no_division(world):
    row = standing(world)["[P]", FIRST]
    assert (row.people, row.pace, row.pressure) == (0, 0, None)
    assert row.pace_needed == pytest.approx(176 / 51)


def test_after_the_due_day_no_pace_is_needed_any_more(world):
    assert standing(world, today="2021-12-31")["[P]", FIRST].pace_needed == 176
    assert standing(world, today="2022-01-01")["[P]", FIRST].pace_needed is None


def test_the_ranking_is_by_coverage_and_leaves_out_who_has_no_population(world):
    world.load(drawn(CAMPAIGN))
    found = standing(world)
    assert {code: row.rank for (code, stage), row in found.items() if stage == FIRST} == {
        "D3": 1, "D2": 2, "D1": 3, "[P]": None, "?": None, "-": None, "!": None}  # fmt: skip


def test_people_of_some_days_or_vaccines_are_not_measured_against_the_target(world):
    """35 of 195 in October would else look as if all who came before were still missing."""
    ones(world, "2021-10-05", 5, 0)
    ones(world, "2021-11-05", 3, 100)
    for some in ({"days": ("2021-11-01", None)}, {"days": (None, "2021-11-09")}, {"vaccines": [4]}):
        row = standing(world, **some)["[P]", FIRST]
        assert (row.target_share, row.gap, row.pace_needed, row.projected_from) == (None, None, None, None), some
    assert standing(world, days=("2021-11-01", None))["[P]", FIRST].coverage == pytest.approx(3 / 195)
    assert standing(world, days=(None, TODAY))["[P]", FIRST].gap == 176 - 8


# What a share is taken of


def test_the_denominator_is_of_the_ages_asked_for(world):
    assert standing(world, ages=[4])["[P]", FIRST].population == 10
    assert standing(world, ages=[2, 3])["D1", FIRST].population == 140
    assert standing(world, ages=[1])["[P]", FIRST].population is None
    assert standing(world)["[P]", FIRST].population == 195
    row = standing(world)["[P]", FIRST]
    assert (row.population_source, row.population_on) == ("Bảng thử", date(2021, 1, 1))


def test_a_group_without_a_population_gives_no_coverage(world):
    world.load([record()])
    assert standing(world, groups=[1])["[P]", FIRST].people == 1
    assert standing(world, groups=[1])["[P]", FIRST].coverage is None
    world.db.execute(
        "INSERT INTO warehouse.population (version_id, unit_id, priority_group, persons) SELECT 1, root_unit_id, 1, 8 FROM warehouse.world"
    )
    assert standing(world, groups=[1])["[P]", FIRST].coverage == pytest.approx(1 / 8)
    assert standing(world, groups=[1], ages=[3])["[P]", FIRST].population is None
    assert standing(world)["[P]", FIRST].population == 195


def test_a_version_counts_from_its_day_on(world):
    world.db.execute(
        "INSERT INTO warehouse.population_version (name, source, dated_on, valid_from) VALUES ('Mới', 'Điều tra', '2021-10-01', '2021-11-10')"
    )
    world.db.execute(
        "INSERT INTO warehouse.population (version_id, unit_id, persons) "
        "SELECT version_id, root_unit_id, 1000 FROM warehouse.population_version v, warehouse.world WHERE v.name = 'Mới'"
    )
    before, after = standing(world, today="2021-11-09"), standing(world, today="2021-11-10")
    assert (before["[P]", FIRST].population, before["[P]", FIRST].population_source) == (195, "Bảng thử")
    assert (after["[P]", FIRST].population, after["[P]", FIRST].population_source) == (1000, "Điều tra")
    assert after["D1", FIRST].population is None  # the version in force does not say


def test_children_are_not_counted_when_only_the_eligible_are_asked(world):
    world.load([record(record_id="r1", birth_year=2012, vaccine_code="PF", injected_at="2021-11-05")])  # nine: under age
    world.load([record(record_id="r2", person="B", birth_year=2009), record(record_id="r3", person="C", birth_year=None)])
    assert standing(world)["[P]", FIRST].people == 2  # twelve, and of unknown age
    assert standing(world, ages=[2])["[P]", FIRST].people == 1
    assert standing(world, ages=[0])["[P]", FIRST].people == 1


def test_the_nearest_target_upwards_decides(world):
    def shares(**asked):
        return {
            code: row.target_share
            for (code, stage), row in standing(world, level=2, **asked).items()
            if stage == FIRST and row.target_share
        }

    assert shares() == {"C1": 0.9, "C2": 0.9, "C3": 0.9, "D3": 0.5, "[P]": 0.9}
    world.db.execute(
        "INSERT INTO warehouse.target (unit_id, stage, age_band, share, due_on, source, valid_from) VALUES "
        "((SELECT unit_id FROM warehouse.unit WHERE code = 'D1'), 1, NULL, 0.7, '2021-12-31', 'D1', '2021-01-01'), "
        "((SELECT unit_id FROM warehouse.unit WHERE code = 'D1'), 1, NULL, 0.75, '2021-12-31', 'D1', '2021-11-11'), "
        "((SELECT unit_id FROM warehouse.unit WHERE code = 'P'), 1, 4, 0.95, '2021-12-31', '65+', '2021-01-01')"
    )
    assert shares() == {"C1": 0.7, "C2": 0.7, "C3": 0.9, "D3": 0.5, "[P]": 0.9}
    assert shares(today="2021-11-11") == {"C1": 0.75, "C2": 0.75, "C3": 0.9, "D3": 0.5, "[P]": 0.9}
    assert shares(ages=[4])["C3"] == 0.95
    assert shares(ages=[4])["C1"] == 0.7  # nearer, though less narrow
    assert shares(ages=[3, 4])["C3"] == 0.9


def test_a_target_of_no_age_is_of_the_eligible(world):
    """Of children who are not to be injected nobody is missing, also where they are asked for among others."""
    assert standing(world, ages=[2])["D1", FIRST].target_share == 0.9
    for ages in ([1], [1, 2]):
        row = standing(world, ages=ages)["D1", FIRST]
        assert (row.target_share, row.gap, row.pace_needed) == (None, None, None), ages
    world.db.execute(
        "INSERT INTO warehouse.target (stage, age_band, share, due_on, source, valid_from) VALUES (1, 1, 0.3, '2021-12-31', 'Trẻ em', '2021-01-01')"
    )
    assert standing(world, ages=[1])["D1", FIRST].target_share == 0.3
    assert standing(world, ages=[1, 2])["D1", FIRST].target_share is None
