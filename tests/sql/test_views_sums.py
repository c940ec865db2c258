"""Under every filter the rows add up to the total, and both are what a plain count of persons and injections gives."""

import random
from collections import Counter
from datetime import date, timedelta
from itertools import product

import pytest

from etl.settings import Brake
from tests.etl.world import Given, record
from tests.sql.asked import units

TODAY = date(2021, 11, 10)
PARENTS = {"C1": "D1", "C2": "D1", "C3": "D2", "D1": "P", "D2": "P", "D3": "P"}
BELOW = {"P": ["D1", "D2", "D3"], "D1": ["C1", "C2"], "D2": ["C3"]}
STAGES = ("first", "complete", "booster1", "booster2")

FILTERS = {
    "nothing": {},
    "an age": {"ages": [3]},
    "ages, the unknown too": {"ages": [0, 2, 4]},
    "a group": {"groups": [9]},
    "no group": {"groups": [0]},
    "a vaccine": {"vaccines": ["PF"]},
    "two vaccines and an age": {"vaccines": ["AZ", "JS"], "ages": [3]},
    "days": {"days": (date(2021, 8, 1), date(2021, 11, 5))},
    "days from": {"days": (date(2021, 11, 4), None)},
    "days to": {"days": (None, TODAY)},
    "days and a group": {"days": (date(2021, 6, 1), date(2021, 12, 31)), "groups": [1, 9]},
    "days, a vaccine, an age, a group": {"days": (None, date(2021, 11, 9)), "vaccines": ["PF", "AB"], "ages": [2, 3], "groups": [0, 1]},
}  # fmt: skip


_ASKED = "%s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s"
AS_OF = {
    "doses_trend": f"SELECT day, doses FROM mart.doses_trend({_ASKED}, %s)",
    "doses_by_vaccine": f"SELECT vaccine_id, dose_number, doses FROM mart.doses_by_vaccine({_ASKED}, %s)",
    "doses_by_unit": f"SELECT unit_id, is_self, doses, doses_today FROM mart.doses_by_unit({_ASKED}, %s, %s)",
}


def history(seed: int) -> list[list[dict]]:
    """Some batches of drawn records: new ones, then corrections, moves, voids."""
    dice = random.Random(seed)

    def some(n: int, stamp: int) -> dict:
        day = TODAY - timedelta(days=dice.choice([0, 0, 1, 1, 2, 5, 8, 20, 60, 61, 90, 120, 200, 230]))
        return record(
            record_id=f"r{n}", person=f"p{dice.randrange(120)}", injected_at=f"{day} {dice.randrange(24):02}:{dice.randrange(60):02}",
            recorded_at=f"{day + timedelta(days=dice.choice([0, 0, 0, 1, 9]))} 23:59", updated_at=f"2021-12-{stamp:02}",
            birth_year=dice.choice([None, 1950, 1990, 1990, 2007]), priority_group=dice.choice([None, 1, 9]),
            residence_code=dice.choice([None, "C1", "C1", "C2", "C3", "D1", "D3", "P", "99999"]),
            site_code=dice.choice(["S1", "S1", "S2", "S3", "S4"]), vaccine_code=dice.choice(["AZ", "PF", "PF", "AB", "JS"]),
            dose_number=dice.randint(1, 3), status=dice.choice(["completed"] * 9 + ["entered-in-error"]),
            dose_kind=dice.choice([None, None, "additional", "booster"]))  # fmt: skip

    return [[some(n, 1) for n in range(180)], [some(n, 2) for n in range(120, 290)], [some(n, 3) for n in range(0, 290, 7)]]


@pytest.fixture(scope="module", params=[1, 2])
def world(request, shared_warehouse):
    """The drawn world, its rows as plain data, and where each batch stood."""
    held = Given(shared_warehouse.url)
    # its corrections are drawn at random, persons too
    held.pipeline.settings = held.pipeline.settings.model_copy(update={"brake": Brake(person_share=1)})
    with shared_warehouse.owner.begin() as db:
        db.exec_driver_sql(
            "TRUNCATE warehouse.injection, warehouse.record, warehouse.person, warehouse.quarantine, warehouse.batch CASCADE"
        )
        for (table,) in db.exec_driver_sql(
            "SELECT relation FROM warehouse.placement WHERE relation ~ '^(ledger|balance)_|^posted_day$'"
        ).fetchall():
            db.exec_driver_sql(f"TRUNCATE warehouse.{table}")
        db.exec_driver_sql("UPDATE warehouse.leader SET last_batch_id = 0, folded_through = 0")
    held.db.execute("UPDATE warehouse.site SET daily_plan = 11 WHERE code = 'S3'")
    shown = {}
    for batch in history(request.param):
        number = held.load(batch).batch_id
        shown[number] = Drawn(held).shown()
    yield Drawn(held, shown)
    held.close()


class Drawn:
    """What a plain loop counts from: one dict a person and stage, one dict a counted dose."""

    def __init__(self, held: Given, shown_then: dict | None = None):
        self.held, self.shown_then = held, shown_then or {}
        self.ids, self.codes = units(held)
        self.vaccines = dict(held.ask("SELECT code, vaccine_id FROM warehouse.vaccine"))
        code = {v: k for k, v in self.vaccines.items()}
        self.reached = [
            {"unit": self.codes[residence], "stage": n, "day": days[n - 1], "age": age, "group": group, "vaccine": code[given[n - 1]]}
            for residence, age, group, days, given in held.ask(
                "SELECT residence_unit_id, age_band, priority_group, ARRAY[first_on, complete_on, booster1_on, booster2_on], "
                "ARRAY[first_vaccine_id, complete_vaccine_id, booster1_vaccine_id, booster2_vaccine_id] FROM warehouse.person")
            for n in (1, 2, 3, 4) if days[n - 1]]  # fmt: skip
        self.doses = [
            {"place": self.codes[p], "residence": self.codes[r], "day": day, "hour": hour, "age": age, "group": group,
             "vaccine": code[vaccine], "dose": dose}
            for p, r, day, hour, age, group, vaccine, dose in held.ask(
                "SELECT place_unit_id, residence_unit_id, injected_on, extract(hour FROM injected_at + interval '7 hours')::int, "
                "age_band, priority_group, vaccine_id, dose_number FROM warehouse.injection WHERE status = 'completed' AND NOT is_duplicate")]  # fmt: skip

    def arguments(self, given: dict) -> list:
        vaccines = given.get("vaccines")
        return [
            given.get("ages"),
            given.get("groups"),
            vaccines and [self.vaccines[v] for v in vaccines],
            *given.get("days", (None, None)),
        ]

    def ask(self, question: str, *values) -> list[tuple]:
        return self.held.ask(question, *values)

    def shown(self, as_of: int | None = None) -> dict:
        """What pages show of each unit under each filter."""
        return {
            (name, unit, filters, basis): sorted(
                row for row in self.ask(question, self.ids[unit], basis, *self.arguments(given), *([TODAY] if "by_unit" in name else []), as_of)
                if any(row[2:4] if "by_unit" in name else row))
            for name, question in AS_OF.items() for unit in ("P", "D1", "C1")
            for filters, given in FILTERS.items() for basis in ("place", "residence")}  # fmt: skip


def passes(row: dict, given: dict, ages=None) -> bool:
    first, last = given.get("days", (None, None))
    wanted = given.get("ages") or ages
    return (
        (not wanted or row["age"] in wanted) and row["group"] in given.get("groups", [row["group"]])
        and row["vaccine"] in given.get("vaccines", [row["vaccine"]])
        and (first or date.min) <= row["day"] <= (last or date.max)
    )  # fmt: skip


def lies_in(code: str, unit: str) -> bool:
    while code != unit and code in PARENTS:
        code = PARENTS[code]
    return code == unit


def row_of(code: str, unit: str) -> str | None:
    """The row of a table about `unit` that something at `code` belongs to."""
    if not lies_in(code, unit):
        return code if unit == "P" and code in "?-!" else None
    return next((below for below in BELOW.get(unit, ()) if lies_in(code, below)), unit)


ELIGIBLE = [0, 2, 3, 4]
CASES = [
    pytest.param(unit, FILTERS[name], id=f"{unit}, {name}") for unit, name in product(["P", "D1", "D2", "D3", "C1"], FILTERS)
]


@pytest.mark.parametrize(("unit", "given"), CASES)
def test_people(world, unit, given):
    found = world.ask(
        "SELECT unit_id, is_self, stage, people, people_today, people_yesterday, pace FROM mart.standing("
        "%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, %s, NULL)", world.ids[unit], *world.arguments(given), TODAY)  # fmt: skip
    whole = {name: value for name, value in given.items() if name != "days"}
    expected: Counter = Counter()
    for row in world.reached:
        if not (place := row_of(row["unit"], unit)):
            continue
        rows = [(place, False)] + ([(unit, True)] if place not in "?-!" else [])
        ago = (TODAY - row["day"]).days
        for r in rows:
            expected[*r, row["stage"], "people"] += passes(row, given, ELIGIBLE)
            if passes(row, whole, ELIGIBLE):
                expected[*r, row["stage"], "today"] += ago == 0
                expected[*r, row["stage"], "yesterday"] += ago == 1
                expected[*r, row["stage"], "week"] += 1 <= ago <= 7
    counted: Counter = Counter()
    for unit_id, is_self, stage, people, today, yesterday, pace in found:
        where = world.codes[unit_id], is_self, stage
        counted |= Counter({(*where, "people"): people, (*where, "today"): today, (*where, "yesterday"): yesterday,
                            (*where, "week"): round(pace * 7)})  # fmt: skip
    assert +counted == +expected
    for stage, what in product((1, 2, 3, 4), range(3, 6)):
        rows = [r for r in found if r[2] == stage and world.codes[r[0]] not in "?-!"]
        assert sum(r[what] for r in rows if not r[1]) == sum(r[what] for r in rows if r[1])


@pytest.mark.parametrize(("unit", "given"), CASES)
def test_people_by_day(world, unit, given):
    found = world.ask("SELECT day, stage, people FROM mart.trend(%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, NULL)",
                      world.ids[unit], *world.arguments(given))  # fmt: skip
    assert {(day, stage): n for day, stage, n in found} == Counter(
        (row["day"], row["stage"]) for row in world.reached if lies_in(row["unit"], unit) and passes(row, given, ELIGIBLE)
    )


@pytest.mark.parametrize("basis", ["place", "residence"])
@pytest.mark.parametrize(("unit", "given"), CASES)
def test_doses(world, unit, given, basis):
    arguments = [world.ids[unit], basis, *world.arguments(given)]
    mine = [row for row in world.doses if passes(row, given) and lies_in(row[basis], unit)]
    trend = world.ask(
        "SELECT day, doses FROM mart.doses_trend(%s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, NULL)",
        *arguments,
    )
    assert dict(trend) == Counter(row["day"] for row in mine)
    mix = world.ask("SELECT vaccine_id, dose_number, doses FROM mart.doses_by_vaccine("
                    "%s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, NULL)", *arguments)  # fmt: skip
    assert {(v, dose): n for v, dose, n in mix} == Counter((world.vaccines[row["vaccine"]], row["dose"]) for row in mine)

    rows = world.ask("SELECT unit_id, is_self, doses, doses_today, doses_yesterday, plan_today FROM mart.doses_by_unit("
                     "%s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, %s, NULL)", *arguments, TODAY)  # fmt: skip
    whole = {name: value for name, value in given.items() if name != "days"}
    expected: Counter = Counter()
    for row in world.doses:
        if place := row_of(row[basis], unit):
            for r in [(place, False)] + ([(unit, True)] if place not in "?-!" else []):
                expected[*r, "doses"] += passes(row, given)
                if passes(row, whole):
                    expected[*r, "today"] += row["day"] == TODAY
                    expected[*r, "yesterday"] += row["day"] == TODAY - timedelta(days=1)
    counted: Counter = Counter()
    for unit_id, is_self, doses, today, yesterday, _plan in rows:
        where = world.codes[unit_id], is_self
        counted |= Counter({(*where, "doses"): doses, (*where, "today"): today, (*where, "yesterday"): yesterday})
    assert +counted == +expected
    of_unit = [row for row in rows if world.codes[row[0]] not in "?-!"]
    for what in range(2, 6):
        assert sum(r[what] or 0 for r in of_unit if not r[1]) == sum(r[what] or 0 for r in of_unit if r[1])


@pytest.mark.parametrize("unit", ["P", "D1", "D2", "D3", "C1", "C2", "C3"])
def test_reconciliation(world, unit):
    for first, last in ((None, None), (date(2021, 11, 1), TODAY)):
        (found,) = world.ask("SELECT * FROM mart.reconciliation(%s, %s, %s, NULL)", world.ids[unit], first, last)
        parts: Counter = Counter()
        for row in world.doses:
            if (first or date.min) <= row["day"] <= (last or date.max):
                home, here = lies_in(row["residence"], unit), lies_in(row["place"], unit)
                parts[0] += home and here
                parts[1] += home and not here
                parts[2] += not home and here and row["residence"] != "?"
                parts[3] += not home and here and row["residence"] == "?"
        assert found == (*(parts[n] for n in range(4)), 0, parts.total())


@pytest.mark.parametrize("unit", ["P", "D1", "D2", "C1"])
def test_hours(world, unit):
    for ago in (0, 1, 60):
        day = TODAY - timedelta(days=ago)
        found = world.ask("SELECT hour, doses FROM mart.doses_by_hour(%s, %s, NULL)", world.ids[unit], day)
        assert dict(found) == Counter(
            row["hour"] for row in world.doses if row["day"] == day and lies_in(row["place"], unit)
        )


def test_the_lines_of_quality_add_up_to_the_doses(world):
    for unit in ("P", "D1", "D3"):
        (found,) = world.ask("SELECT to_jsonb(q) FROM mart.quality(%s, NULL, NULL, NULL) q", world.ids[unit])[0]
        doses = sum(lies_in(row["place"], unit) for row in world.doses)
        assert found["doses"] == doses
        assert (
            sum(n for name, n in found.items() if name.startswith("identity_") and name != "identity_correct_before")
            == doses
        )
        assert sum(n for name, n in found.items() if name.startswith("entered_") and name != "entered_within_72h") == doses
    (drawn,) = world.ask("SELECT count(*) FROM warehouse.injection WHERE status = 'completed' AND is_duplicate")
    assert world.ask("SELECT duplicates FROM mart.quality(%s, NULL, NULL, NULL)", world.ids["P"]) == [drawn]


def test_as_of_the_last_batch_is_now_and_as_of_none_is_nothing(world):
    (last,) = world.ask("SELECT batch_id FROM mart.world()")[0]
    for unit, given in (case.values for case in CASES):
        arguments = [world.ids[unit], *world.arguments(given), TODAY]
        question = ("SELECT * FROM mart.standing(%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, %s, {}) "
                    "ORDER BY unit_id, is_self, stage")  # fmt: skip
        assert world.ask(question.format(last), *arguments) == world.ask(question.format("NULL"), *arguments)
        assert sum(row[4] for row in world.ask(question.format(0), *arguments)) == 0


def test_as_of_each_batch_doses_are_as_they_were_shown_then(world):
    assert len(world.shown_then) == 3
    for batch, shown in world.shown_then.items():
        again = world.shown(batch)
        for asked, rows in shown.items():
            assert again[asked] == rows, (batch, asked)
