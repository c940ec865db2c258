"""Then and now, by hand, and people by the units of another day."""

from datetime import date

from tests.etl.world import drawn, record
from tests.sql.asked import CAMPAIGN, COMPLETE, FIRST, TODAY, rows, units


def test_who_climbed_in_the_ranking_since_a_day(world):
    """10 of C1 by 1 November, 10 of C3 from the 2nd on: D2 has the fewer people, so it passes D1 on that day."""
    world.load([record(record_id=f"r{n}", person=f"p{n}", residence_code="C1", injected_at="2021-11-01") for n in range(10)]
               + [record(record_id=f"q{n}", person=f"q{n}", residence_code="C3", injected_at="2021-11-02") for n in range(10)])  # fmt: skip
    codes = units(world)[1]
    question = "SELECT * FROM mart.rank_movement(%s, 1::smallint, NULL, NULL, NULL, %s, NULL, %s)"
    found = rows(world, question, "P", TODAY, "2021-11-01")
    ranked = {codes[r.unit_id]: (r.rank, r.rank_before, r.moved) for r in found if r.rank}
    assert ranked == {"D2": (1, 2, 1), "D1": (2, 1, -1), "D3": (3, 2, -1)}
    (whole,) = [r for r in found if r.is_self]
    assert (whole.people_before, whole.people) == (10, 20)
    assert sum(r.people_before for r in found if not r.is_self and r.unit_id > 0) == 10
    d2 = next(r for r in found if codes[r.unit_id] == "D2")
    assert (d2.coverage_before, d2.coverage_change) == (0, d2.coverage) and d2.coverage == 10 / d2.population
    assert [r.moved for r in rows(world, question, "P", TODAY, TODAY) if r.rank] == [0, 0, 0]


def test_coverage_over_time_ends_at_the_coverage_of_today(world):
    world.load([record(record_id=f"r{n}", person=f"p{n}", injected_at=str(date(2021, 11, 1 + n // 2))) for n in range(4)])
    found = rows(
        world,
        "SELECT * FROM mart.coverage_by_day(ARRAY[%s], NULL, NULL, NULL, %s, NULL) WHERE stage = 1 ORDER BY day",
        "D1",
        TODAY,
    )
    assert [(str(r.day), r.people) for r in found] == [("2021-11-01", 2), ("2021-11-02", 4)]
    standing = rows(
        world,
        "SELECT * FROM mart.standing(%s, NULL, NULL, NULL, NULL, NULL, %s, NULL) WHERE is_self AND stage = 1",
        "D1",
        TODAY,
    )
    assert found[-1].coverage == standing[0].coverage == 4 / standing[0].population


def test_people_of_old_units_stand_in_those_that_took_them_over(world):
    """C1 and C2 become N1; C3 becomes C1: another place with a code that was used before. D3 stays."""
    with world.db.transaction(force_rollback=True):
        world.load(drawn(CAMPAIGN))
        for code, successor in (("C1", "N1"), ("C2", "N1"), ("C3", "C1"), ("D1", "N1"), ("D2", "C1")):
            world.db.execute(
                "UPDATE warehouse.unit SET valid_to = '2025-06-30', successor_code = %s WHERE code = %s", [successor, code]
            )
        for code in ("N1", "C1"):
            world.db.execute("INSERT INTO warehouse.unit (code, valid_from, level, parent_id, name, name_en, sort_key) VALUES (%s, '2025-07-01', 2, %s, %s, %s, %s)",
                             [code, units(world)[0]["P"], f"{code} mới", code, code])  # fmt: skip
        name = dict(world.ask("SELECT unit_id, name FROM warehouse.unit"))
        found = rows(
            world,
            "SELECT * FROM mart.recast((SELECT root_unit_id FROM warehouse.world), NULL, NULL, NULL, %s, NULL, '2025-07-01')",
            None,
            TODAY,
        )
        first = {name[r.unit_id]: r.people for r in found if r.stage == FIRST and r.people}
        assert first == {"N1 mới": 4, "C1 mới": 2, "Huyện Đảo": 1}
        made = {name[r.unit_id]: (r.units, r.population) for r in found if r.stage == FIRST}
        assert made == {"N1 mới": (2, 150), "C1 mới": (1, 40), "Huyện Đảo": (1, 5)}
        taken = rows(
            world, "SELECT * FROM mart.taken_over((SELECT root_unit_id FROM warehouse.world), %s, '2025-07-01')", None, TODAY
        )
        assert {name[r.unit_id]: name[r.successor_id] for r in taken} == {
            "Xã Ấp Bắc": "N1 mới", "Xã Bình An": "N1 mới", "Xã Châu Pha": "C1 mới", "Huyện Đảo": "Huyện Đảo"}  # fmt: skip
        for stage in (FIRST, COMPLETE):
            (whole,) = [r.people for r in rows(world, "SELECT * FROM mart.standing((SELECT root_unit_id FROM warehouse.world), NULL, NULL, NULL, NULL, NULL, %s, NULL)", None, TODAY)
                        if r.is_self and r.stage == stage]  # fmt: skip
            assert sum(r.people for r in found if r.stage == stage) == whole
