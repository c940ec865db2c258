"""What a committee asks, by hand: who is overdue, dropout, parts, sites, changes, lots, denominators, stock, units of old."""

from collections import namedtuple
from datetime import date, timedelta

import pytest

from sql.told import BITS, EVERYTHING
from tests.etl.world import NOW, Given, at, drawn, record
from tests.sql.asked import CAMPAIGN, COMPLETE, FIRST, TODAY, standing, units


@pytest.fixture
def world(warehouse):
    held = Given(warehouse.url)
    yield held
    held.close()


def rows(held: Given, question: str, unit: str | None = "P", *values) -> list:
    """The named rows of a function of schema mart; `unit` takes the place of its first argument."""
    values = [units(held)[0][unit], *values] if unit else values
    cursor = held.db.execute(question, values)
    row = namedtuple("Row", [column.name for column in cursor.description])
    return [row(*found) for found in cursor]


def by_unit(held: Given, found: list) -> dict:
    codes = units(held)[1]
    return {f"[{codes[r.unit_id]}]" if r.is_self else codes[r.unit_id]: r for r in found}


def codes_of(held: Given, table: str) -> dict:
    return dict(held.ask(f"SELECT {table}_id, code FROM warehouse.{table}"))


# Who should have the second dose

WAITING = """
    record_id | person | residence_code | vaccine_code | dose_number | injected_at
    ----------+--------+----------------+--------------+-------------+------------
    1         | a      | C1             | PF           | 1           | 2021-11-01
    2         | b      | C1             | PF           | 1           | 2021-10-01
    3         | c      | C2             | AZ           | 1           | 2021-06-01
    4         | c      | C2             | AZ           | 2           | 2021-07-27
    5         | d      | C2             | JS           | 1           | 2021-09-01
    6         | e      | C3             | AB           | 1           | 2021-10-27
    7         | f      |                | PF           | 1           | 2021-10-12
"""
OVERDUE = "SELECT * FROM mart.overdue(%s, NULL, NULL, %s::smallint[], %s, %s)"


def test_overdue_is_who_has_one_dose_and_whose_interval_has_passed(world):
    """28 days for Comirnaty, 84 for AstraZeneca, 14 for Abdala; on the last day itself nobody is overdue yet."""
    world.load(drawn(WAITING))
    found = {code: r[2:] for code, r in by_unit(world, rows(world, OVERDUE, "P", None, TODAY, None)).items()}
    assert found == {
        "[P]": (1, 2, 0.5, 2), "D1": (1, 2, 0.5, 1), "D2": (0, 0, None, 1), "D3": (0, 0, None, 0),
        "?": (1, 1, 1.0, 0), "-": (0, 0, None, 0), "!": (0, 0, None, 0)}  # fmt: skip
    tomorrow = by_unit(world, rows(world, OVERDUE, "D2", None, "2021-11-11", None))["[D2]"]
    assert (tomorrow.overdue, tomorrow.passed, tomorrow.due_soon) == (1, 1, 0)
    pfizer = world.ask("SELECT vaccine_id FROM warehouse.vaccine WHERE code = 'PF'")[0][0]
    assert by_unit(world, rows(world, OVERDUE, "P", [pfizer], TODAY, None))["[P]"][2:] == (1, 1, 1.0, 1)


def test_a_second_dose_ends_it_and_as_of_the_batch_before_it_does_not(world):
    before = world.load(drawn(WAITING)).batch_id
    world.load([record(record_id="8", person="b", vaccine_code="PF", dose_number=2, injected_at="2021-11-09")])
    now, then = (by_unit(world, rows(world, OVERDUE, "P", None, TODAY, batch))["[P]"] for batch in (None, before))
    assert (now.overdue, now.passed) == (0, 2)
    assert (then.overdue, then.passed) == (1, 2)


def test_how_many_fall_due_on_each_day_by_vaccine(world):
    world.load(drawn(WAITING))
    vaccine = codes_of(world, "vaccine")
    due = "SELECT * FROM mart.due_by_day(%s, NULL, NULL, NULL, %s, %s, %s, %s)"
    found = rows(world, due, "P", TODAY, "2021-12-07", TODAY, None)
    assert [(r.day, vaccine[r.vaccine_id], r.people) for r in found] == [
        (date(2021, 11, 10), "AB", 1),
        (date(2021, 11, 29), "PF", 1),
    ]
    assert rows(world, due, "P", TODAY, "2021-11-28", TODAY, None)[0].people == 1
    assert rows(world, due, "P", TODAY, "2021-12-07", TODAY, 0) == []


DROPOUT = "SELECT * FROM mart.dropout(%s, NULL, NULL, NULL, %s, %s, %s, NULL, %s)"


def test_dropout_and_the_red_category(world):
    """Janssen asks for no second dose. 4 of 150 people of District One have a dose: 2.7 %, so c0 = 2 % makes it 1."""
    world.load(drawn(CAMPAIGN))
    found = {
        c: (r.first_doses, r.second_doses, r.dropout, r.red_category)
        for c, r in by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.9)).items()
    }
    assert found == {"[P]": (6, 6, 0, 3), "D1": (3, 3, 0, 3), "D2": (2, 2, 0, 3), "D3": (1, 1, 0, 3),
                     "?": (0, 0, None, None), "-": (0, 0, None, None), "!": (0, 0, None, None)}  # fmt: skip
    assert by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.02))["D1"].red_category == 1


def test_dropout_of_some_days_may_be_negative_or_not_known(world):
    """From 27 July on District One has one first dose (Kim) and two second ones (Bình, Kim)."""
    world.load(drawn(CAMPAIGN))
    found = by_unit(world, rows(world, DROPOUT, "P", "2021-07-27", None, TODAY, 0.02))
    assert found["D1"][2:6] == (1, 2, -1, True)
    assert (found["D1"].red_category, found["D2"][2:6]) == (2, (0, 2, None, None))
    world.load([record(record_id="x", person="x", vaccine_code="PF", injected_at="2021-11-01", residence_code="D3")])
    assert by_unit(world, rows(world, DROPOUT, "P", None, None, TODAY, 0.9))["D3"][2:] == (
        2,
        1,
        0.5,
        False,
        pytest.approx(2 / 5),
        4,
        None,
    )


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


# Sites

SITES = """
    record_id | person | site_code | injected_at      | recorded_at      | identity_status | identity_checked_at | certificate_printed_at | app_confirmed_at | lot_number
    ----------+--------+-----------+------------------+------------------+-----------------+---------------------+------------------------+------------------+-----------
    1         | a      | S1        | 2021-11-10 08:00 | 2021-11-10 08:05 | correct         | 2021-11-10 07:50    | 2021-11-10             | 2021-11-10       | L1
    2         | b      | S1        | 2021-11-10 09:00 | 2021-11-10 09:05 | correct         | 2021-11-10 09:50    | 2021-11-10             |                  | L1
    3         | c      | S1        | 2021-11-09 09:00 | 2021-11-10 09:05 | wrong           |                     |                        |                  | L2
    4         | d      | S1        | 2021-11-05 09:00 | 2021-11-10 10:05 | pending         |                     |                        |                  |
    5         | e      | S2        | 2021-11-09 09:00 | 2021-11-09 09:30 | pending         |                     |                        |                  | L1
    6         | f      | S2        | 2021-11-09 10:00 |                  | pending         |                     |                        |                  | L1
"""


def plan(held: Given, *sessions: tuple) -> None:
    for code, day, from_hour, to_hour, doses in sessions:
        held.db.execute(
            "INSERT INTO warehouse.session (site_id, day, from_hour, to_hour, planned_doses) SELECT site_id, %s, %s, %s, %s FROM warehouse.site WHERE code = %s",
            [day, from_hour, to_hour, doses, code])  # fmt: skip


def test_the_figures_of_each_site(world):
    world.load(drawn(SITES))
    site = codes_of(world, "site")
    figures = "SELECT * FROM mart.site_figures(%s, %s, %s, %s, NULL)"

    def found(unit="P", first=None, last=None) -> dict:
        return {site[r.site_id]: r for r in rows(world, figures, unit, first, last, TODAY)}

    one = found()["S1"]
    assert (one.doses_today, one.doses_yesterday, one.plan_today, one.has_session) == (2, 1, 100, None)
    assert (one.doses, one.identity_correct_before, one.certificates_printed, one.app_confirmed) == (2, 1, 2, 1)
    assert (one.late_today, one.lag_median, one.lag_p90) == (2, 0, 0)
    assert set(found()) == {"S1", "S2", "S3", "S4"}
    assert set(found("D1")) == {"S1", "S2"}
    week = found(first="2021-11-04", last=TODAY)
    # S1's lags are 0, 0, 1 and 5 days: half of them within 0, nine tenths within 5.
    assert (week["S1"].doses, week["S1"].lag_median, week["S1"].lag_p90, week["S1"].entered_days_4_7) == (4, 0, 5, 1)
    assert (week["S2"].doses, week["S2"].entered_unknown, week["S2"].lag_median, week["S2"].late_today) == (2, 1, 0, 0)
    assert (week["S3"].doses, week["S3"].lag_median, week["S3"].plan_today) == (0, None, None)
    plan(world, ("S1", TODAY, 7, 11, 60), ("S1", TODAY, 13, 17, 20), ("S2", "2021-11-11", 7, 11, 9))
    assert [(found()[code].has_session, found()[code].plan_today) for code in ("S1", "S2")] == [(True, 80), (False, None)]


def test_what_a_source_does_not_tell_is_counted_apart(world):
    """Of three doses at S1 one source tells all, one neither certificates nor app, one nothing at all."""
    given = {"site_code": "S1", "injected_at": "2021-11-10 08:00", "certificate_printed_at": None, "app_confirmed_at": None}
    papers = BITS["certificate_printed_at"] | BITS["app_confirmed_at"]
    before = world.load([record(record_id="1", person="a", **given)]).batch_id
    world.load([
        record(record_id="2", person="b", **given | {"told": EVERYTHING - papers}),
        record(record_id="3", person="c", **given | {"told": 0, "identity_status": "unknown", "recorded_at": None}),
    ])  # fmt: skip

    def found(batch=None) -> tuple:
        names = "doses, identity_unknown, certificates_unknown, app_unknown, entered_unknown"
        (of_unit,) = rows(world, f"SELECT {names} FROM mart.quality(%s, NULL, NULL, %s)", "P", batch)
        of_sites = rows(world, f"SELECT {names} FROM mart.site_figures(%s, %s, %s, %s, %s)", "P", TODAY, TODAY, TODAY, batch)
        assert of_unit == max(of_sites)
        return tuple(of_unit)

    assert (found(), found(before)) == ((3, 1, 2, 2, 1), (1, 0, 0, 0, 0))
    days = rows(world, "SELECT doses, entered_same_day, entered_unknown FROM mart.site_days(%s, %s, %s, NULL)", None,
                world.ask("SELECT site_id FROM warehouse.site WHERE code = 'S1'")[0][0], TODAY, TODAY)  # fmt: skip
    assert [tuple(day) for day in days] == [(3, 2, 1)]


def test_who_has_no_name_waits_for_no_second_dose(world):
    """He may have had it: records of a source that names no persons are each a person of their own."""
    nameless = [
        record(record_id=str(n), person=f"p{n}", injected_at="2021-10-01", told=EVERYTHING - BITS["person"]) for n in (1, 2)
    ]
    world.load([*nameless, record(record_id="3", person="c", injected_at="2021-10-01")])
    own = by_unit(world, rows(world, OVERDUE, "P", None, TODAY, None))["[P]"]
    assert (own.overdue, own.passed) == (1, 1)


def test_a_units_plan_is_that_of_its_sites_sessions(world):
    """S1, S2 and S4 usually give 100, 50 and 20 a day. On the 10th S1 plans 80, on the 11th nobody, on the 12th S2 does not say."""

    def planned(day: str) -> dict:
        found = rows(
            world,
            "SELECT unit_id, is_self, plan_today FROM mart.doses_by_unit(%s, 'place', NULL, NULL, NULL, NULL, NULL, %s, NULL)",
            "P",
            day,
        )
        sites = rows(world, "SELECT plan_today FROM mart.site_figures(%s, NULL, NULL, %s, NULL)", "P", day)
        plans = {unit: row.plan_today for unit, row in by_unit(world, found).items() if row.plan_today is not None}
        assert sum(row.plan_today or 0 for row in sites) == plans.get("[P]", 0)
        return plans

    assert planned("2021-11-10") == {"D1": 150, "D3": 20, "[P]": 170}
    plan(world, ("S1", "2021-11-10", 7, 11, 60), ("S1", "2021-11-10", 13, 17, 20), ("S2", "2021-11-12", 7, 11, None))
    assert planned("2021-11-10") == {"D1": 80, "[P]": 80}
    assert planned("2021-11-11") == {}
    assert planned("2021-11-12") == {"D1": 50, "[P]": 50}
    assert planned("2021-11-13") == {"D1": 150, "D3": 20, "[P]": 170}  # the table does not reach so far


def test_the_queue_of_late_entries_and_a_sites_hours(world):
    world.load(drawn(SITES))
    site = codes_of(world, "site")
    late = rows(world, "SELECT * FROM mart.late_entries(%s, %s, NULL) ORDER BY day", "P", TODAY)
    assert [(site[r.site_id], r.day, r.doses) for r in late] == [("S1", date(2021, 11, 5), 1), ("S1", date(2021, 11, 9), 1)]
    hours = rows(world, "SELECT * FROM mart.site_hours(%s, %s, NULL) ORDER BY site_id, hour", "P", TODAY)
    assert [(site[r.site_id], r.hour, r.doses) for r in hours] == [("S1", 8, 1), ("S1", 9, 1)]


def test_one_site_by_day_and_by_what_it_used(world):
    world.load(drawn(SITES))
    plan(world, ("S1", "2021-11-10", 7, 11, 60), ("S1", "2021-11-11", 7, 11, None))
    (site,) = world.ask("SELECT site_id FROM warehouse.site WHERE code = 'S1'")[0]
    days = rows(world, "SELECT * FROM mart.site_days(%s, %s, %s, NULL) ORDER BY day", None, site, "2021-11-09", "2021-11-11")
    assert [tuple(r) for r in days] == [
        (date(2021, 11, 9), 1, 0, 0, 0, False, None), (date(2021, 11, 10), 2, 0, 2, 0, True, 60),
        (date(2021, 11, 11), 0, 0, 0, 0, True, None)]  # fmt: skip
    used = rows(world, "SELECT * FROM mart.site_used(%s, NULL, NULL, NULL) ORDER BY lot_number", None, site)
    assert [tuple(r)[1:] for r in used] == [(1, "", 1), (1, "L1", 2), (1, "L2", 1)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # is_planned, is_open, is_silent
        ("2021-11-10 06:59", (True, False, False)),  # not open yet
        ("2021-11-10 08:00", (True, True, False)),  # open for an hour, not longer
        ("2021-11-10 08:01", (True, True, True)),  # the last record is of the day before
        ("2021-11-10 11:00", (True, False, False)),  # closed
    ],
)
def test_a_site_is_silent_when_it_is_open_and_nothing_was_recorded_for_an_hour(world, now, expected):
    world.load([record(record_id="r", recorded_at="2021-11-09 10:00", injected_at="2021-11-09 10:00")])
    plan(world, ("S1", TODAY, 7, 11, 60))
    watch = "SELECT * FROM mart.site_watch(%s, 60, %s)"
    found = {r.site_id: r for r in rows(world, watch, "C1", at(now))}
    (one,) = found.values()
    assert (one.is_planned, one.is_open, one.is_silent) == expected
    assert one.heard_at == at("2021-11-09 10:00")
    (other,) = rows(world, watch, "D3", at(now))
    assert (other.is_planned, other.is_open, other.is_silent) == (False, False, False)


def test_a_record_breaks_the_silence_and_without_sessions_nobody_knows(world):
    world.load([record(record_id="r", recorded_at="2021-11-10 09:30", injected_at="2021-11-10 09:20")])
    watch = "SELECT is_planned, is_open, is_silent FROM mart.site_watch(%s, 60, %s)"
    assert rows(world, watch, "C1", at("2021-11-10 10:00")) == [(None, None, None)]
    plan(world, ("S1", TODAY, 7, 11, 60))
    assert rows(world, watch, "C1", at("2021-11-10 10:00")) == [(True, True, False)]
    assert rows(world, watch, "C1", at("2021-11-10 10:31")) == [(True, True, True)]


# Why it changed


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
    world.db.execute("UPDATE warehouse.population SET to_batch = %s WHERE unit_id = %s", [second, units(world)[0]["P"]])
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
    assert (row.people_from, row.people_to, row.population_from, row.population_to) == (2, 3, 195, 100)
    assert row.by_records == pytest.approx(1 / 195)
    assert row.by_denominator == pytest.approx(3 / 100 - 3 / 195)
    assert row.by_records + row.by_denominator == pytest.approx(row.coverage_to - row.coverage_from)


def test_the_late_entry_triangle_and_completeness_by_day(world):
    world.load(drawn(SITES))
    found = rows(world, "SELECT * FROM mart.triangle(%s, NULL, NULL, NULL) ORDER BY 1, 2", "P")
    assert [(r.day.day, r.entered_on and r.entered_on.day, r.doses) for r in found] == [
        (5, 10, 1),
        (9, 9, 1),
        (9, 10, 1),
        (9, None, 1),
        (10, 10, 2),
    ]
    closed = rows(world, "SELECT * FROM mart.completeness_by_day(%s, %s, NULL) ORDER BY 1", "P", "2021-12-01")
    shares = [r.share for r in closed]
    assert shares == [pytest.approx(share) for share in [3 / 5] + [4 / 5] * 4 + [1] * 10]
    assert rows(world, "SELECT * FROM mart.completeness_by_day(%s, %s, NULL)", "P", "2022-03-01") == []


# Vaccines and lots


def test_where_a_lot_went_and_lots_of_two_vaccines(world):
    world.load(
        [
            *drawn(SITES),
            record(record_id="az", person="z", site_code="S3", vaccine_code="AZ", lot_number="l1", injected_at="2021-11-08"),
        ]
    )
    vaccine, site = codes_of(world, "vaccine"), codes_of(world, "site")
    lots = rows(world, "SELECT * FROM mart.lots(%s, NULL, NULL, NULL, NULL) ORDER BY 1, 2", "P")
    found = {(r.lot_number, vaccine[r.vaccine_id]): (r.doses, r.sites, r.is_disputed) for r in lots}
    assert found == {
        ("", "PF"): (1, 1, False),
        ("L1", "PF"): (4, 2, True),
        ("L2", "PF"): (1, 1, False),
        ("l1", "AZ"): (1, 1, True),
    }
    went = rows(world, "SELECT * FROM mart.lot(%s, NULL) ORDER BY day, site_id", None, " L1 ")
    assert [(r.lot_number, vaccine[r.vaccine_id], site[r.site_id], r.day.day, r.doses) for r in went] == [
        ("l1", "AZ", "S3", 8, 1), ("L1", "PF", "S2", 9, 2), ("L1", "PF", "S1", 10, 2)]  # fmt: skip
    days = rows(world, "SELECT * FROM mart.vaccine_days(%s, NULL, '2021-11-09', NULL, NULL) ORDER BY day", "D1")
    assert [(vaccine[r.vaccine_id], r.dose_number, r.day.day, r.doses) for r in days] == [("PF", 1, 9, 3), ("PF", 1, 10, 2)]


# Targets and denominators


def test_targets_in_force_and_those_that_were(world):
    held = rows(world, "SELECT * FROM mart.targets(%s, NULL) ORDER BY stage, unit_id NULLS FIRST", "P")
    assert [(units(world)[1].get(r.unit_id), r.stage, r.share, r.is_in_force) for r in held] == [
        (None, 1, 0.9, True), ("D3", 1, 0.5, True), (None, 2, 0.8, True)]  # fmt: skip
    assert len(rows(world, "SELECT * FROM mart.targets(%s, NULL)", "D2")) == 2
    world.load([record()])
    world.db.execute("UPDATE warehouse.target SET to_batch = 1 WHERE unit_id IS NOT NULL")
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


# Stock


def move(held: Given, unit: str, kind: str, day: str, doses: int, vaccine="PF") -> None:
    held.db.execute(
        "INSERT INTO warehouse.stock_movement (unit_id, vaccine_id, lot_number, kind, day, doses, document) "
        "SELECT %s, vaccine_id, '', %s, %s, %s, '' FROM warehouse.vaccine WHERE code = %s", [units(held)[0][unit], kind, day, doses, vaccine])  # fmt: skip


STOCK = "SELECT * FROM mart.stock(%s, NULL, %s, NULL)"


def test_stock_wastage_cover_and_the_day_it_runs_out(world):
    """28 doses in 14 days are 2 a day. 100 received, 30 opened for 28: 70 are left, for 35 days; 2 of 30 were lost."""
    world.load(
        [
            record(record_id=f"r{n}", person=f"p{n}", injected_at=str(date(2021, 11, 9) - timedelta(days=n % 14)))
            for n in range(28)
        ]
    )
    assert rows(world, STOCK, "P", TODAY) == []
    move(world, "D1", "allocated", "2021-10-01", 120)
    move(world, "D1", "received", "2021-10-02", 100)
    move(world, "D1", "opened", "2021-11-09", 30)
    move(world, "D1", "received", "2021-11-11", 500)  # tomorrow: not here yet
    found = by_unit(world, rows(world, STOCK, "P", TODAY))
    one = found["D1"]
    assert (one.allocated, one.received, one.opened, one.discarded, one.given) == (120, 100, 30, None, 28)
    assert one.wastage == pytest.approx(2 / 30)
    assert (one.usable, one.daily_use, one.cover_days, one.runs_out_on) == (70, 2, 35, date(2021, 12, 15))
    assert one.due_soon == 28  # all wait; the first falls due on 24 November
    assert found["[P]"][2:] == one[2:]
    assert set(found) == {"D1", "[P]"}


def test_a_stock_take_is_what_is_there(world):
    """5 are found on the 8th in the evening; what is given on the 9th comes out of these."""
    world.load([record(record_id=f"r{n}", person=f"p{n}", injected_at="2021-11-09") for n in range(2)])
    move(world, "D1", "received", "2021-10-02", 100)
    move(world, "C1", "counted", "2021-11-08", 5)
    move(world, "C1", "discarded", "2021-11-09", 1)
    one = by_unit(world, rows(world, STOCK, "D1", TODAY))["C1"]
    assert (one.usable, one.opened, one.wastage) == (2, None, None)


def test_a_districts_own_store_serves_its_communes(world):
    """14 doses in a commune of D1 in 14 days come out of the 42 that D1 received: 28 are left, for 28 days."""
    world.load(
        [
            record(record_id=f"r{n}", person=f"p{n}", injected_at=str(date(2021, 11, 9) - timedelta(days=n)))
            for n in range(14)
        ]
    )
    move(world, "D1", "received", "2021-10-02", 42)
    own, whole = rows(world, STOCK, "D1", TODAY)
    assert (own.given, own.usable, own.daily_use, own.cover_days, own.due_soon) == (14, 28, 1, 28, 14)
    assert whole[2:] == own[2:]
    move(world, "C1", "received", "2021-10-02", 20)  # and where the commune has its own, out of that
    found = by_unit(world, rows(world, STOCK, "D1", TODAY))
    assert {unit: (row.given, row.usable) for unit, row in found.items()} == {"C1": (14, 6), "D1": (0, 42), "[D1]": (14, 48)}


def test_a_store_that_took_stock_says_nothing_of_another(world):
    """C1 found 5 on the 8th, of which it gave 2; the 100 that D1 received stand, on the province's page as on D1's."""
    world.load([record(record_id=f"r{n}", person=f"p{n}", injected_at="2021-11-09") for n in range(2)])
    move(world, "D1", "received", "2021-10-02", 100)
    move(world, "C1", "counted", "2021-11-08", 5)
    assert by_unit(world, rows(world, STOCK, "D1", TODAY))["[D1]"].usable == 103
    assert (
        by_unit(world, rows(world, STOCK, "P", TODAY))["D1"][2:]
        == by_unit(world, rows(world, STOCK, "D1", TODAY))["[D1]"][2:]
    )


def test_wastage_and_cover_are_of_the_stores_that_report(world):
    """C1 opened 16 for 14 given, and has 28 left of 44: 28 days. C2 gave as many and says neither."""
    for site in ("S1", "S2"):
        world.load([record(record_id=f"{site}{n}", person=f"{site}{n}", site_code=site,
                           injected_at=str(date(2021, 11, 9) - timedelta(days=n))) for n in range(14)])  # fmt: skip
    move(world, "C1", "received", "2021-10-02", 44)
    move(world, "C1", "opened", "2021-11-09", 16)
    move(world, "C2", "allocated", "2021-10-02", 50)
    found = by_unit(world, rows(world, STOCK, "D1", TODAY))
    assert (found["C1"].wastage, found["C1"].cover_days) == (0.125, 28)
    assert (found["C2"].wastage, found["C2"].usable, found["C2"].cover_days) == (None, None, None)
    whole = found["[D1]"]
    assert (whole.given, whole.daily_use, whole.wastage, whole.usable, whole.cover_days) == (28, 2, 0.125, 28, 28)
    assert whole.runs_out_on == date(2021, 12, 8)


def test_where_more_was_given_than_opened_wastage_is_unknown(world):
    """C1 began to report its vials when 14 doses were given: 10 opened for 14 is no saving of 40 %."""
    world.load(
        [
            record(record_id=f"r{n}", person=f"p{n}", injected_at=str(date(2021, 11, 9) - timedelta(days=n)))
            for n in range(14)
        ]
    )
    move(world, "C1", "opened", "2021-11-09", 10)
    found = by_unit(world, rows(world, STOCK, "D1", TODAY))
    assert [(found[unit].opened, found[unit].given, found[unit].wastage) for unit in ("C1", "[D1]")] == [
        (10, 14, None),
        (10, 14, None),
    ]


def test_a_site_with_a_store_of_its_own_is_not_served_by_its_units(world):
    world.load([record(record_id=f"r{n}", person=f"p{n}", injected_at="2021-11-09") for n in range(2)])
    move(world, "D1", "received", "2021-10-02", 100)
    world.db.execute("INSERT INTO warehouse.stock_movement (unit_id, site_id, vaccine_id, lot_number, kind, day, doses, document) SELECT s.unit_id, s.site_id, "
                     "v.vaccine_id, '', 'counted', '2021-11-08', 5, '' FROM warehouse.site s, warehouse.vaccine v WHERE s.code = 'S1' AND v.code = 'PF'")  # fmt: skip
    found = by_unit(world, rows(world, STOCK, "D1", TODAY))
    assert {unit: (row.given, row.usable) for unit, row in found.items()} == {"C1": (2, 3), "D1": (0, 100), "[D1]": (2, 103)}


# Then and now, and the units of another day


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


def test_a_group_counts_the_ages_that_are_counted_elsewhere(world):
    """A boy of 14 is in the rows of ages, but not in his group's when his band is not eligible."""
    world.load([record(record_id="r1", person="a", birth_year=2007), record(record_id="r2", person="b")])
    world.db.execute("UPDATE warehouse.age_band SET is_eligible = false WHERE age_band = 2")
    found = rows(world, "SELECT * FROM mart.standing_by_part(%s, NULL, %s, NULL) WHERE stage = 1", "P", TODAY)
    assert {(r.part, r.number): r.people for r in found if r.people} == {("age", 2): 1, ("age", 3): 1, ("group", 1): 1}


def test_a_day_is_closed_after_a_fortnight(world):
    world.load([record(injected_at="2021-11-16", recorded_at="2021-11-19 10:00")])
    question = "SELECT days_after, share FROM mart.completeness_by_day(%s, %s, NULL) ORDER BY 1"
    assert rows(world, question, "P", "2021-11-30") == []
    assert [r.share for r in rows(world, question, "P", "2021-12-01")] == [0] * 3 + [1] * 12
    assert len(rows(world, question, "P", "2021-12-28")) == 15
    assert rows(world, question, "P", "2021-12-29") == []
