"""Stock, by hand: wastage, cover and the day it runs out, of units and of sites with a stock of their own."""

from datetime import date, timedelta

import pytest

from tests.etl.world import Given, record
from tests.sql.asked import TODAY, by_unit, codes_of, rows, units


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
