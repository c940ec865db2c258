"""Figures on drawn histories: what a plain loop over injections and persons gives, as of every batch."""

import math
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

import pytest

from etl.recount import plain_course, read_rules
from etl.settings import Brake
from tests.etl.world import ZONE, Given
from tests.sql.asked import units
from tests.sql.test_views_sums import ELIGIBLE, TODAY, history, lies_in, row_of

UNITS = ["P", "D1", "D2", "D3", "C1"]
LAST_BATCH = 3
_COLUMNS = (
    "person_key, source_id, record_id, injected_at, recorded_at, identity_checked_at, certificate_printed_at, app_confirmed_at, "
    "injected_on, site_id, place_unit_id, residence_unit_id, status::text, identity_status::text, sex::text, dose_kind::text, "
    "birth_year, vaccine_id, dose_number, priority_group, age_band, is_recorded_at_inferred, lot_number, told, "
    "(recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS entered_on"
)


class Moment:
    """What a loop counts as of one batch: the injections that were held then, and each person's plain course."""

    def __init__(self, held: Given):
        cursor = held.db.execute(f"SELECT {_COLUMNS} FROM warehouse.injection")
        names = [column.name for column in cursor.description]
        injections = [SimpleNamespace(**dict(zip(names, values, strict=True))) for values in cursor]
        persons = defaultdict(list)
        for i in injections:
            persons[i.person_key].append(i)
        rules = read_rules(held.db, 0)
        self.courses, self.doses, self.duplicates = [], [], []
        for mine in persons.values():
            course = plain_course(mine, rules)
            if course.doses:
                self.courses.append(course)
            for i in mine:
                if i.status == "completed":
                    (self.duplicates if (i.source_id, i.record_id) in course.duplicates else self.doses).append(i)


class World:
    def __init__(self, held: Given, moments: dict[int, Moment]):
        self.held, self.moments = held, moments
        self.ids, self.codes = units(held)
        self.primary = dict(held.ask("SELECT vaccine_id, primary_doses FROM warehouse.vaccine"))

    def ask(self, question: str, *values) -> list[tuple]:
        return self.held.ask(question, *values)


@pytest.fixture(scope="module", params=[1, 2])
def world(request, shared_warehouse):
    with shared_warehouse.owner.begin() as db:
        db.exec_driver_sql(
            "TRUNCATE warehouse.injection, warehouse.record, warehouse.person, warehouse.quarantine, warehouse.batch, warehouse.site_heard CASCADE"
        )
        for (table,) in db.exec_driver_sql(
            "SELECT relation FROM warehouse.placement WHERE relation ~ '^(ledger|balance)_'"
        ).fetchall():
            db.exec_driver_sql(f"TRUNCATE warehouse.{table}")
        db.exec_driver_sql("UPDATE warehouse.leader SET last_batch_id = 0, folded_through = 0")
    held = Given(shared_warehouse.url)
    # its corrections are drawn at random, persons too
    held.pipeline.settings = held.pipeline.settings.model_copy(update={"brake": Brake(person_share=1)})
    dice, moments = random.Random(request.param), {}
    for batch in history(request.param):
        for record in batch:
            record["lot_number"] = dice.choice([None, "L1", "L1", "L2"])
            record["recorded_at"] = dice.choice([record["recorded_at"]] * 5 + [None])
        number = held.load(batch).batch_id
        moments[number] = Moment(held)
    yield World(held, moments)
    held.close()


AS_OF = [pytest.param(unit, batch, id=f"{unit}, batch {batch}") for unit, batch in product(UNITS, [1, 2, 3])]


def lines(world: World, unit: str, unit_id: int) -> list[tuple[str, bool]]:
    """The rows of a table about `unit` in which something at a unit counts."""
    place = row_of(world.codes[unit_id], unit)
    if place is None:
        return []
    return [(place, False)] + ([(unit, True)] if place not in "?-!" else [])


@pytest.mark.parametrize("given", [{}, {"groups": [1, 9]}, {"ages": [3]}, {"vaccines": ["PF", "AB"]}], ids=str)
@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_overdue(world, unit, batch, given):
    vaccines = [
        v for v, code in world.ask("SELECT vaccine_id, code FROM warehouse.vaccine") if code in given.get("vaccines", [])
    ]
    found = world.ask("SELECT unit_id, is_self, overdue, passed, share, due_soon FROM mart.overdue(%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s)",
                      world.ids[unit], given.get("ages"), given.get("groups"), vaccines or None, TODAY, batch)  # fmt: skip
    expected: Counter = Counter()
    due_by_day: Counter = Counter()
    for course in world.moments[batch].courses:
        if (
            course.second_due_on is None or course.age_band not in given.get("ages", ELIGIBLE)
            or course.priority_group not in given.get("groups", [course.priority_group])
            or (vaccines and course.reached[1][1] not in vaccines)
        ):  # fmt: skip
            continue
        waits, has_passed = course.doses == 1, course.second_due_on < TODAY
        is_soon = waits and TODAY <= course.second_due_on < TODAY + timedelta(days=28)
        for line in lines(world, unit, course.residence):
            expected[*line, "passed"] += has_passed
            expected[*line, "overdue"] += has_passed and waits
            expected[*line, "soon"] += is_soon
        if is_soon and lies_in(world.codes[course.residence], unit):
            due_by_day[course.second_due_on, course.reached[1][1]] += 1
    counted: Counter = Counter()
    for unit_id, is_self, overdue, passed, share, soon in found:
        line = world.codes[unit_id], is_self
        counted |= Counter({(*line, "overdue"): overdue, (*line, "passed"): passed, (*line, "soon"): soon})
        assert share == (pytest.approx(overdue / passed) if passed else None)
    assert +counted == +expected
    due = world.ask("SELECT * FROM mart.due_by_day(%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, %s, %s)", world.ids[unit],
                    given.get("ages"), given.get("groups"), vaccines or None, TODAY, TODAY + timedelta(days=27), TODAY, batch)  # fmt: skip
    assert {(day, vaccine): n for day, vaccine, n in due} == due_by_day


def test_the_drawn_worlds_have_somebody_overdue(world):
    assert (
        sum(
            c.doses == 1 and c.second_due_on is not None and c.second_due_on < TODAY
            for c in world.moments[LAST_BATCH].courses
        )
        > 10
    )


@pytest.mark.parametrize("days", [(None, None), (date(2021, 8, 1), date(2021, 11, 5))], ids=["all days", "some days"])
@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_dropout(world, unit, batch, days):
    found = world.ask("SELECT unit_id, is_self, first_doses, second_doses, dropout, coverage, red_category FROM mart.dropout("
                      "%s, NULL, NULL, NULL, %s, %s, %s, %s, 0.5)", world.ids[unit], *days, TODAY, batch)  # fmt: skip
    expected: Counter = Counter()
    for i in world.moments[batch].doses:
        in_days = (days[0] or date.min) <= i.injected_on <= (days[1] or date.max)
        if in_days and i.age_band in ELIGIBLE and i.dose_number in (1, 2) and world.primary[i.vaccine_id] > 1:
            for line in lines(world, unit, i.residence_unit_id):
                expected[*line, i.dose_number] += 1
    counted: Counter = Counter()
    for unit_id, is_self, firsts, seconds, dropout, coverage, red in found:
        line = world.codes[unit_id], is_self
        counted |= Counter({(*line, 1): firsts, (*line, 2): seconds})
        assert dropout == (pytest.approx((firsts - seconds) / firsts) if firsts else None)
        plain = None if coverage is None or dropout is None else (1 if coverage >= 0.5 else 3) + (not 0 <= dropout < 0.1)
        assert red == plain
    assert +counted == +expected


@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_parts_are_the_standing_of_each_alone(world, unit, batch):
    found = world.ask("SELECT part, number, stage, people, population, coverage, target_share, target_due_on, gap FROM mart.standing_by_part("
                      "%s, NULL, %s, %s)", world.ids[unit], TODAY, batch)  # fmt: skip
    assert {row[0] for row in found} == {"age", "group"}
    for part, number in {row[:2] for row in found}:
        ages, groups = ([number], None) if part == "age" else (None, [number])
        alone = world.ask("SELECT stage, people, population, coverage, target_share, target_due_on, gap FROM mart.standing("
                          "%s, %s::smallint[], %s::smallint[], NULL, NULL, NULL, %s, %s) WHERE is_self ORDER BY stage",
                          world.ids[unit], ages, groups, TODAY, batch)  # fmt: skip
        assert sorted(row[2:] for row in found if row[:2] == (part, number)) == alone


@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_sites(world, unit, batch):
    first, last = date(2021, 9, 1), TODAY
    found = world.ask("SELECT site_id, doses_today, doses_yesterday, doses, duplicates, entered_same_day, entered_unknown, lag_median, lag_p90, late_today "
                      "FROM mart.site_figures(%s, %s, %s, %s, %s)", world.ids[unit], first, last, TODAY, batch)  # fmt: skip
    moment = world.moments[batch]
    for site_id, today, yesterday, doses, duplicates, same_day, unknown, median, p90, late in found:
        mine = [i for i in moment.doses if i.site_id == site_id]
        asked = [i for i in mine if first <= i.injected_on <= last]
        known = [i for i in asked if not i.is_recorded_at_inferred]
        lags = sorted(max((i.entered_on - i.injected_on).days, 0) for i in known)
        assert today == sum(i.injected_on == TODAY for i in mine)
        assert yesterday == sum(i.injected_on == TODAY - timedelta(days=1) for i in mine)
        assert (doses, duplicates) == (
            len(asked),
            sum(i.site_id == site_id and first <= i.injected_on <= last for i in moment.duplicates),
        )
        assert (same_day, unknown) == (lags.count(0), len(asked) - len(known))
        assert (median, p90) == (
            (lags[math.ceil(len(lags) * 0.5) - 1], lags[math.ceil(len(lags) * 0.9) - 1]) if lags else (None, None)
        )
        assert late == sum(i.entered_on == TODAY > i.injected_on for i in mine if not i.is_recorded_at_inferred)
    assert {row[0] for row in found} == {
        s for s, u in world.ask("SELECT site_id, unit_id FROM warehouse.site") if lies_in(world.codes[u], unit)
    }


@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_entries_and_lots(world, unit, batch):
    mine = [i for i in world.moments[batch].doses if lies_in(world.codes[i.place_unit_id], unit)]
    triangle = world.ask("SELECT * FROM mart.triangle(%s, NULL, NULL, %s)", world.ids[unit], batch)
    assert {row[:2]: row[2] for row in triangle} == Counter(
        (i.injected_on, None if i.is_recorded_at_inferred else i.entered_on) for i in mine
    )
    days = world.ask(
        "SELECT vaccine_id, dose_number, day, doses FROM mart.vaccine_days(%s, NULL, NULL, NULL, %s)", world.ids[unit], batch
    )
    assert {row[:3]: row[3] for row in days} == Counter((i.vaccine_id, i.dose_number, i.injected_on) for i in mine)
    lots = world.ask(
        "SELECT lot_number, vaccine_id, doses, sites, first_on, last_on FROM mart.lots(%s, NULL, NULL, NULL, %s)",
        world.ids[unit],
        batch,
    )
    assert {row[:2]: row[2] for row in lots} == Counter((i.lot_number or "", i.vaccine_id) for i in mine)
    for lot_number, vaccine, _, sites, first, last in lots:
        of_lot = [i for i in mine if (i.lot_number or "", i.vaccine_id) == (lot_number, vaccine)]
        days = [i.injected_on for i in of_lot]
        assert (sites, first, last) == (len({i.site_id for i in of_lot}), min(days), max(days))
    by_day = world.ask("SELECT lot_number, day, doses FROM mart.lot_days(%s, NULL, NULL, NULL, %s)", world.ids[unit], batch)
    assert {row[:2]: row[2] for row in by_day} == Counter((i.lot_number or "", i.injected_on) for i in mine)
    by_day = world.ask(
        "SELECT vaccine_id, dose_number, day, doses FROM mart.vaccine_days(%s, NULL, NULL, NULL, %s)", world.ids[unit], batch
    )
    assert {row[:3]: row[3] for row in by_day} == Counter((i.vaccine_id, i.dose_number, i.injected_on) for i in mine)
    if unit == "P":
        went = world.ask("SELECT site_id, vaccine_id, day, dose_number, doses FROM mart.lot('l1', %s)", batch)
        assert {row[:4]: row[4] for row in went} == Counter(
            (i.site_id, i.vaccine_id, i.injected_on, i.dose_number) for i in mine if i.lot_number == "L1")  # fmt: skip
        for site_id in {i.site_id for i in mine}:
            used = world.ask(
                "SELECT vaccine_id, dose_number, lot_number, doses FROM mart.site_used(%s, NULL, NULL, %s)", site_id, batch
            )
            assert {row[:3]: row[3] for row in used} == Counter(
                (i.vaccine_id, i.dose_number, i.lot_number or "") for i in mine if i.site_id == site_id)  # fmt: skip


@pytest.mark.parametrize("figure", ["doses", "first", "complete", "booster1"])
@pytest.mark.parametrize("batches", [(1, 2), (1, 3), (2, 3)], ids=str)
@pytest.mark.parametrize("unit", UNITS)
def test_changes_add_up_to_the_difference(world, unit, batches, figure):
    found = world.ask("SELECT day, cause, site_id, amount FROM mart.changes(%s, %s, 'place', NULL, NULL, NULL, NULL, NULL, %s, %s, %s)",
                      world.ids[unit], figure, *batches, TODAY)  # fmt: skip
    by_day: Counter = Counter()
    for day, _cause, _site, amount in found:
        by_day[day] += amount

    def counted(batch: int) -> Counter:
        moment = world.moments[batch]
        if figure == "doses":
            return Counter(i.injected_on for i in moment.doses if lies_in(world.codes[i.place_unit_id], unit))
        stage = {"first": 1, "complete": 2, "booster1": 3}[figure]
        return Counter(c.reached[stage][0] for c in moment.courses
                       if stage in c.reached and c.age_band in ELIGIBLE and lies_in(world.codes[c.residence], unit))  # fmt: skip

    before, after = (counted(batch) for batch in batches)
    assert {day: n for day, n in by_day.items() if n} == {
        day: after[day] - before[day] for day in before | after if after[day] != before[day]
    }


def test_completeness_is_of_the_closed_days(world):
    for unit in UNITS:
        found = dict(world.ask("SELECT * FROM mart.completeness_by_day(%s, %s, NULL)", world.ids[unit], TODAY))
        lags = [max((i.entered_on - i.injected_on).days, 0) for i in world.moments[LAST_BATCH].doses
                if lies_in(world.codes[i.place_unit_id], unit) and 15 <= (TODAY - i.injected_on).days <= 42 and not i.is_recorded_at_inferred]  # fmt: skip
        assert found == ({j: pytest.approx(sum(lag <= j for lag in lags) / len(lags)) for j in range(15)} if lags else {})


def test_the_last_sight_of_a_site_is_its_latest_record(world):
    heard = dict(world.ask("SELECT site_id, heard_at FROM warehouse.site_heard"))
    for site_id, latest in world.ask("SELECT site_id, max(recorded_at) FROM warehouse.injection GROUP BY 1"):
        assert heard[site_id] >= latest
    assert ZONE == "Asia/Ho_Chi_Minh"  # in which the day of entry is taken above


KINDS = ["allocated", "received", "received", "opened", "discarded", "counted"]


@pytest.mark.parametrize(("unit", "batch"), AS_OF)
def test_stock(world, unit, batch):
    """Movements drawn at some units; what a loop over them and over the doses makes of each row and vaccine."""
    dice = random.Random(f"{unit}{batch}")
    moves = [(dice.choice(["C1", "C2", "C3", "D1", "D3"]), dice.choice(list(world.primary)), dice.choice(KINDS),
              TODAY - timedelta(days=dice.randrange(-2, 60)), dice.randrange(1, 90), str(n)) for n in range(40)]  # fmt: skip
    with world.held.db.transaction(force_rollback=True):
        for code, vaccine, kind, day, doses, document in moves:
            world.held.db.execute(
                "INSERT INTO warehouse.stock_movement (unit_id, vaccine_id, lot_number, kind, day, doses, document) VALUES (%s, %s, '', %s, %s, %s, %s)",
                [world.ids[code], vaccine, kind, day, doses, document])  # fmt: skip
        found = world.ask("SELECT unit_id, vaccine_id, allocated, received, opened, discarded, given, wastage, usable, daily_use, cover_days, due_soon, runs_out_on "
                          "FROM mart.stock(%s, NULL, %s, %s) WHERE NOT is_self", world.ids[unit], TODAY, batch)  # fmt: skip
        whole = world.ask("SELECT vaccine_id, allocated, received, opened, discarded, given, usable, due_soon "
                          "FROM mart.stock(%s, NULL, %s, %s) WHERE is_self", world.ids[unit], TODAY, batch)  # fmt: skip
    moment = world.moments[batch]
    known = {(row_of(code, unit), vaccine) for code, vaccine, _kind, day, *_ in moves if day <= TODAY and row_of(code, unit)}
    assert {(world.codes[row[0]], row[1]) for row in found} == known

    stores = {(code, vaccine) for code, vaccine, _kind, day, *_ in moves if day <= TODAY and lies_in(code, unit)}

    def store(code, vaccine):
        """The nearest upwards: communes before districts."""
        return min((at for at, v in stores if v == vaccine and lies_in(code, at)), default=None)

    def row_of_store(code, vaccine):
        return (at := store(code, vaccine)) and row_of(at, unit)

    def one_store(code, vaccine):
        """(moved by kind, days on which its doses were given, what is there or None)."""
        mine = [(kind, day, doses) for at, v, kind, day, doses, _ in moves if (at, v) == (code, vaccine) and day <= TODAY]

        def moved(kind: str, after: date = date.min) -> int | None:
            some = [doses for k, day, doses in mine if k == kind and day > after]
            return sum(some) if some else None

        days = [
            i.injected_on
            for i in moment.doses
            if i.vaccine_id == vaccine and store(world.codes[i.place_unit_id], vaccine) == code and i.injected_on <= TODAY
        ]
        taken = max((day for kind, day, _ in mine if kind == "counted"), default=date.min)
        there = sum(doses for kind, day, doses in mine if kind == "counted" and day == taken)
        left = there + (moved("received", taken) or 0) - (moved("discarded", taken) or 0) - max(
            moved("opened", taken) or 0, sum(day > taken for day in days))  # fmt: skip
        is_known = taken > date.min or moved("received") is not None
        return (
            {kind: moved(kind) for kind in ("allocated", "received", "opened", "discarded")},
            days,
            max(left, 0) if is_known else None,
        )

    def recent(days) -> int:
        return sum(1 <= (TODAY - day).days <= 14 for day in days)

    for unit_id, vaccine, allocated, received, opened, discarded, given, wastage, usable, daily, cover, due, out in found:
        row = world.codes[unit_id]
        mine = [one_store(code, v) for code, v in stores if v == vaccine and row_of(code, unit) == row]
        assert [allocated, received, opened, discarded] == [
            added(moved[k] for moved, _, _ in mine) for k in ("allocated", "received", "opened", "discarded")
        ]
        assert given == sum(len(days) for _, days, _ in mine)
        lost = [moved["opened"] - len(days) for moved, days, _ in mine if moved["opened"] is not None]
        assert wastage == (pytest.approx(sum(lost) / opened) if opened and sum(lost) >= 0 else None)
        assert usable == added(left for _, _, left in mine)
        assert daily == pytest.approx(sum(recent(days) for _, days, _ in mine) / 14)
        use = sum(recent(days) for _, days, left in mine if left is not None) / 14
        assert cover == (pytest.approx(usable / use) if use else None)
        assert out == (TODAY + timedelta(days=int(usable / use + 1e-9)) if use else None)
        assert due == sum(
            c.doses == 1 and c.second_due_on is not None and TODAY <= c.second_due_on < TODAY + timedelta(days=28) and c.reached[1][1] == vaccine
            and row_of_store(world.codes[c.residence], vaccine) == row for c in moment.courses)  # fmt: skip
    for vaccine, *sums in whole:
        parts = [(a, r, o, d, g, u, due) for _, v, a, r, o, d, g, _, u, _, _, due, _ in found if v == vaccine]
        assert sums == [added(column) for column in zip(*parts, strict=True)]


def added(numbers) -> int | None:
    """As SQL adds: what is not known is left out; of nothing nothing is known."""
    some = [n for n in numbers if n is not None]
    return sum(some) if some else None
