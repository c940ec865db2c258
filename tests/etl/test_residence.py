"""What a source writes as residence: mended where it is only spelt otherwise, unknown where it says nothing, outside where
it is a code of the country, and named for what it is where it is none of these."""

import re
from datetime import date

import pytest

from etl import pipeline, reference
from etl.recount import recount
from etl.residence import NOT_RECOGNISED, OUTSIDE, UNKNOWN, Gazetteer, Unit
from sql import settings
from tests.etl.world import SMALL, TODAY, ZONE, Given, record

ALWAYS, LAST = date(2004, 1, 1), date.max
CUT = date(2025, 6, 30)
NEXT = date(2025, 7, 1)
VIET_NAM = re.compile(r"\d{5}|\d{3}|\d{2}")
UNITS = (
    Unit(1, "C1", ALWAYS, LAST), Unit(2, "26506", ALWAYS, CUT), Unit(3, "26506", NEXT, LAST), Unit(4, "01234", ALWAYS, LAST),
    Unit(5, "00077", ALWAYS, LAST), Unit(6, "77", ALWAYS, CUT), Unit(7, "79", NEXT, LAST), Unit(8, "747", ALWAYS, CUT),
    Unit(9, "X.y", ALWAYS, LAST), Unit(10, "x.Y", ALWAYS, LAST), Unit(11, "00101", ALWAYS, LAST),
)  # fmt: skip
THEN, NOW = date(2021, 11, 5), date(2025, 11, 5)


def meant(text: str, day: date = THEN, form: re.Pattern | None = VIET_NAM) -> int:
    return next(r.unit_id for r in Gazetteer(UNITS, form).read(text) if r.valid_from <= day <= r.valid_to)


@pytest.mark.parametrize(
    "text", ["C1", " C1", "c1", "C1.0", "C 1", "C1\u200b", "\ufeffC1", "C1\u00a0", "'C1", '="C1"', "Ｃ１", "C1,00"]
)
def test_what_is_only_spelt_otherwise_is_mended(text):
    assert meant(text) == 1


@pytest.mark.parametrize("text, unit", [
    ("26506.0", 2), ("26,506", 2), ("26.506", 2), ("1234", 4), ("1234.0", 4), ("0077", 5), ("77", 6),
    ("X.y", 9), ("x.Y", 10), ("X.Y", NOT_RECOGNISED),
    # thousands are no decimals, and a district of the country may be a commune of ours without its zeros
    ("77.000", OUTSIDE), ("101", NOT_RECOGNISED), ("C1.5", NOT_RECOGNISED), ("77.5", NOT_RECOGNISED)])  # fmt: skip
def test_never_to_another_unit(text, unit):
    assert meant(text) == unit


@pytest.mark.parametrize("text", [
    "NULL", "nan", "-", "#N/A", "N/A", "n/a", "Không rõ", "KHÔNG RÕ", "khong ro", "Không", "?", "???", "None", "<NA>", "(null)", "…",
    "#REF!", "Chưa xác định", "Không có thông tin", "0", "00000", "0.0", "Không ro\u0303"])  # fmt: skip
def test_what_says_nothing_is_unknown(text):
    assert meant(text) == meant(text, form=None) == UNKNOWN


@pytest.mark.parametrize("text, unit", [
    ("25747", OUTSIDE), ("25747.0", OUTSIDE), ("751", OUTSIDE), ("01", OUTSIDE), ("4321", OUTSIDE), ("1", NOT_RECOGNISED),
    ("257477", NOT_RECOGNISED), ("Xã Ấp Bắc", NOT_RECOGNISED), ("C9", NOT_RECOGNISED), ("VN-43", NOT_RECOGNISED)])  # fmt: skip
def test_a_code_of_the_country_that_is_not_ours_lies_outside_and_nothing_else_does(text, unit):
    assert meant(text) == unit
    assert meant(text, form=None) == NOT_RECOGNISED  # without the setting nobody can say


@pytest.mark.parametrize("text, then, now", [
    ("26506", 2, 3), ("77", 6, NOT_RECOGNISED), ("79", NOT_RECOGNISED, 7), ("747.0", 8, NOT_RECOGNISED), ("25747", OUTSIDE, OUTSIDE)])  # fmt: skip
def test_a_code_of_another_time_is_not_taken_for_elsewhere(text, then, now):
    assert (meant(text, THEN), meant(text, NOW)) == (then, now)


# -- in the warehouse

SPELT = [
    "C1.0",
    "#N/A",
    "c1",
    "C1\u200b",
    "Xã Ấp Bắc",
    "C 1",
    "0",
    "NULL",
    "nan",
    "C1",
    "C1 ",
    " C1 ",
    "-",
    "Không rõ",
    "99999",
]


@pytest.fixture
def world(warehouse):
    held, usual = Given(warehouse.url), pipeline.LARGE
    yield held
    pipeline.LARGE = usual
    held.close()


def load(world: Given, spelt=SPELT, **more) -> None:
    world.load([record(record_id=f"r{n}", person=f"p{n}", residence_code=text, **more) for n, text in enumerate(spelt)])


def doses(world: Given) -> dict[str, int]:
    return dict(world.ask(
        "SELECT u.code, sum(l.doses)::int FROM warehouse.ledger_doses l JOIN warehouse.unit u ON u.unit_id = l.residence_unit_id "
        "GROUP BY 1 HAVING sum(l.doses) <> 0"))  # fmt: skip


def differences(world: Given) -> dict:
    return {name: rows for name, rows in recount(world.db, ZONE, 0).items() if rows}


@pytest.mark.parametrize("large", [0, 1_000])
def test_garbage_in_residences_lies_where_it_belongs(world, large):
    pipeline.LARGE = large
    load(world)
    assert doses(world) == {"C1": 7, "": 6, "!": 1, "-": 1}
    assert world.ask("SELECT * FROM mart.not_recognised()") == [("Xã Ấp Bắc", 1, None)]
    assert differences(world) == {}
    root = world.ask("SELECT root_unit_id FROM warehouse.world")[0][0]
    rows = world.ask(
        "SELECT u.code, s.people FROM mart.standing(%s::int, NULL, NULL, NULL, NULL, NULL, %s::date, NULL, NULL) s "
        "JOIN warehouse.unit u USING (unit_id) WHERE stage = 1 AND NOT is_self AND people > 0", root, TODAY)  # fmt: skip
    assert dict(rows) == {"D1": 7, "": 6, "!": 1, "-": 1}
    ((home, elsewhere, visitors, unknown, not_recognised, total),) = world.ask(
        "SELECT * FROM mart.reconciliation(%s, NULL, NULL, NULL)", root
    )
    assert (home, elsewhere, visitors, unknown, not_recognised, total) == (7, 0, 1, 6, 1, 15)


@pytest.mark.parametrize("large", [0, 1_000])
def test_somebody_lives_where_it_was_last_recognised(world, large):
    pipeline.LARGE = large
    for name, codes in {
        "An": ("C2", "Xã gì"),
        "Bình": ("Xã gì", None),
        "Chi": (None, "Xã gì", "99999"),
        "Dân": (None, None),
    }.items():
        world.load([record(record_id=f"{name}{n}", person=name, injected_at=f"2021-0{n + 3}-01", residence_code=code)
                    for n, code in enumerate(codes)])  # fmt: skip
    lives = world.ask(
        "SELECT u.code FROM warehouse.person p JOIN warehouse.unit u ON u.unit_id = p.residence_unit_id ORDER BY 1"
    )
    assert [code for (code,) in lives] == ["", "!", "-", "C2"]
    assert differences(world) == {}


def test_a_reading_that_is_stale_is_found(world):
    load(world)
    world.db.execute("UPDATE warehouse.injection SET residence_code = 'Không rõ' WHERE record_id = 'r4'")
    assert differences(world)["placings"] == [{"source_id": world.source_id, "record_id": "r4"}]


def revised(world: Given, pattern: str | None = r"\d{5}", units: str = "") -> list:
    """The reference data anew; returns the persons concerned, placed anew."""
    config = settings.read(SMALL / "config.yaml", environment={})
    config = config.model_copy(update={"units": config.units.model_copy(update={"code_pattern": pattern})})
    lines = reference.read_table("units", config.reference.units)
    lines += [
        dict(zip(lines[0], line.split(","), strict=False), level=2, valid_to=None, successor_code=None)
        for line in units.split()
    ]
    with world.db.transaction():
        _changed, persons = reference.load(world.db, config, TODAY, 0, lambda given: given | {"units": lines})
        if persons:
            world.pipeline.reclassify(persons)
    return persons


def test_the_spellings_of_an_older_warehouse_are_read_once(world):
    load(world)
    held = world.ask("SELECT * FROM warehouse.residence_reading ORDER BY 1, 2")
    world.db.execute("DELETE FROM warehouse.residence_reading")
    assert revised(world) == []
    assert world.ask("SELECT * FROM warehouse.residence_reading ORDER BY 1, 2") == held


@pytest.mark.parametrize("large", [0, 1_000])
def test_what_units_and_forms_say_of_a_spelling_is_said_again_where_they_change(world, large):
    pipeline.LARGE = large
    load(world, [*SPELT, "C7"])
    assert doses(world) == {"C1": 7, "": 6, "!": 2, "-": 1}
    assert len(revised(world, pattern=None)) == 1  # 99999: nobody else is placed anew
    assert doses(world) == {"C1": 7, "": 6, "!": 3}
    assert len(revised(world, units="C7,Xã_Mới,Commune_7,2,D1,2004-01-01")) == 2
    assert doses(world) == {"C1": 7, "C7": 1, "": 6, "!": 1, "-": 1}
    assert revised(world, units="C7,Xã_Mới,Commune_7,2,D1,2004-01-01") == []
    assert differences(world) == {}
