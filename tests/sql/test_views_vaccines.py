"""Lots, by hand: what was given of them, and where they went."""

from tests.etl.world import drawn, record
from tests.sql.asked import codes_of, rows
from tests.sql.test_views_sites import SITES


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
