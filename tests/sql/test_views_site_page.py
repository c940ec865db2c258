"""What a site's own page asks, by hand: the identity funnel, the plan by hour, the lag of a unit, a stock of its own."""

from datetime import date, timedelta

import pytest

from sql.told import BITS, EVERYTHING
from tests.etl.world import Given, drawn, record
from tests.sql.asked import TODAY
from tests.sql.test_views_committee import SITES, codes_of, move, plan, rows
from tests.sql.test_views_committee import world as world  # the fixture


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
    assert [(site[r.site_id], r.day.day, r.from_hour, r.to_hour, r.planned_doses) for r in sessions] == [
        ("S1", 10, 7, 11, 60), ("S1", 10, 10, 12, 20), ("S2", 10, 8, 9, None), ("S1", 11, 7, 8, 9)]  # fmt: skip
    assert rows(world, "SELECT * FROM mart.site_sessions(%s, %s, %s, NULL)", "D3", TODAY, TODAY) == []


def test_the_lag_of_a_unit_is_that_of_all_its_doses(world):
    """0, 0, 1 and 5 days at S1 and 0 at S2 (the sixth does not say): half within 0, nine tenths within 5."""
    lag = "SELECT * FROM mart.entry_lag(%s, %s, %s, NULL)"
    assert rows(world, lag, "P", None, TODAY) == [(0, None, None)]
    world.load(drawn(SITES))
    assert rows(world, lag, "P", None, TODAY) == [(5, 0, 5)]
    assert rows(world, lag, "P", "2021-11-09", TODAY) == [(4, 0, 1)]


def move_at(held: Given, site: str, kind: str, day: str, doses: int) -> None:
    held.db.execute(
        "INSERT INTO warehouse.stock_movement (unit_id, site_id, vaccine_id, lot_number, kind, day, doses, document) "
        "SELECT s.unit_id, s.site_id, v.vaccine_id, '', %s, %s, %s, '' FROM warehouse.site s, warehouse.vaccine v "
        "WHERE s.code = %s AND v.code = 'PF'", [kind, day, doses, site])  # fmt: skip


def test_a_site_with_a_stock_of_its_own(world):
    """35 doses in 14 days are 2.5 a day. 100 received, 40 opened for 35: 60 are left, for 24 days; 5 of 40 were lost."""
    world.load(
        [
            record(
                record_id=f"r{n}",
                person=f"p{n}",
                site_code="S1",
                injected_at=str(date(2021, 11, 9) - timedelta(days=n % 14)),
            )
            for n in range(35)
        ]
    )
    site, stock = codes_of(world, "site"), "SELECT * FROM mart.site_stock(%s, %s, NULL)"
    move(world, "D1", "received", "2021-10-02", 900)  # the district's is no site's
    assert rows(world, stock, "P", TODAY) == []
    move_at(world, "S1", "received", "2021-10-02", 100)
    move_at(world, "S1", "opened", "2021-11-09", 40)
    move_at(world, "S1", "received", "2021-11-11", 500)  # tomorrow: not here yet
    (one,) = rows(world, stock, "P", TODAY)
    assert (site[one.site_id], one.received, one.opened, one.discarded, one.given) == ("S1", 100, 40, None, 35)
    assert one.wastage == pytest.approx(5 / 40)
    assert (one.usable, one.daily_use, one.cover_days) == (60, 2.5, 24)
    move_at(world, "S2", "opened", "2021-11-09", 0)
    assert [r.wastage for r in rows(world, stock, "P", TODAY)] == [one.wastage, None]
    world.load([record(record_id="more", person="more", site_code="S2", injected_at="2021-11-09")])
    assert [r.wastage for r in rows(world, stock, "P", TODAY)] == [one.wastage, None]  # more given than opened
    move_at(world, "S1", "counted", "2021-11-09", 7)  # what is there, whatever the others say
    assert (rows(world, stock, "D1", TODAY)[0].usable, rows(world, stock, "D1", TODAY)[0].cover_days) == (7, 2.8)
    assert rows(world, stock, "D3", TODAY) == []
