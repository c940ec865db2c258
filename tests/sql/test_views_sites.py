"""What each site gave, entered and printed, its plan, and who is silent, by hand."""

from datetime import date

import pytest

from sql.told import BITS, EVERYTHING
from tests.etl.world import Given, at, drawn, record
from tests.sql.asked import TODAY, by_unit, codes_of, rows

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
    for code, day, from_hour, until_hour, doses in sessions:
        held.db.execute(
            "INSERT INTO warehouse.session (site_id, day, from_hour, until_hour, planned_doses) SELECT site_id, %s, %s, %s, %s FROM warehouse.site WHERE code = %s",
            [day, from_hour, until_hour, doses, code])  # fmt: skip


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


def test_each_dose_of_a_site_is_in_one_state_of_identity(world):
    before = world.load(drawn(SITES)).batch_id
    world.load([record(record_id="7", person="g", site_code="S1", injected_at="2021-11-10 10:00", identity_status="no_id")])
    site = codes_of(world, "site")
    funnel = "SELECT * FROM mart.site_identity(%s, %s, %s, %s)"

    def found(unit="P", first=None, batch=None) -> dict:
        return {site[r.site_id]: tuple(r)[1:] for r in rows(world, funnel, unit, first, TODAY, batch)}

    # correct_before, not_sent, no_id, bad_format, pending, correct, wrong, not_applicable, unknown
    assert found() == {"S1": (1, 0, 1, 0, 1, 2, 1, 0, 0), "S2": (0, 0, 0, 0, 2, 0, 0, 0, 0)}
    assert found(batch=before)["S1"] == (1, 0, 0, 0, 1, 2, 1, 0, 0)
    assert found(first=TODAY) == {"S1": (1, 0, 1, 0, 0, 2, 0, 0, 0)}
    assert found("D3") == {}
    told = EVERYTHING - BITS["identity_status"]
    world.load(
        [record(record_id="8", person="h", site_code="S1", injected_at="2021-11-10", identity_status="unknown", told=told)]
    )
    assert found(first=TODAY) == {"S1": (1, 0, 1, 0, 0, 2, 0, 0, 1)}


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


def test_a_days_plan_is_spread_over_the_hours_of_its_sessions(world):
    plan(
        world, ("S1", TODAY, 7, 11, 60), ("S1", TODAY, 10, 12, 20), ("S2", TODAY, 8, 9, None), ("S1", "2021-11-11", 7, 8, 9)
    )
    site = codes_of(world, "site")
    hours = rows(world, "SELECT * FROM mart.site_plan_hours(%s, %s, NULL) ORDER BY hour", "P", TODAY)
    assert [(site[r.site_id], r.hour, r.planned_doses) for r in hours] == [
        ("S1", 7, 15), ("S1", 8, 15), ("S1", 9, 15), ("S1", 10, 25), ("S1", 11, 10)]  # fmt: skip
    sessions = rows(
        world,
        "SELECT * FROM mart.site_sessions(%s, %s, %s, NULL) ORDER BY day, site_id, from_hour",
        "D1",
        TODAY,
        "2021-11-11",
    )
    assert [(site[r.site_id], r.day.day, r.from_hour, r.until_hour, r.planned_doses) for r in sessions] == [
        ("S1", 10, 7, 11, 60), ("S1", 10, 10, 12, 20), ("S2", 10, 8, 9, None), ("S1", 11, 7, 8, 9)]  # fmt: skip
    assert rows(world, "SELECT * FROM mart.site_sessions(%s, %s, %s, NULL)", "D3", TODAY, TODAY) == []


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
