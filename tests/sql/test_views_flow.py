"""Where residents are injected and where visitors come from, by hand; the parts add up to the reconciliation."""

import pytest

from tests.etl.world import drawn
from tests.sql.asked import ask, units
from tests.sql.test_views_doses import FLOWS


@pytest.mark.parametrize(
    ("unit", "leaving", "coming"),
    [
        ("P", {}, {"-": 1, "?": 2}),
        ("D1", {"D2": 1}, {"D2": 1, "-": 1, "?": 1}),
        ("D2", {"D1": 1}, {"D1": 1}),
        ("C1", {"C2": 1}, {"C2": 1, "C3": 1, "?": 1}),
        ("C3", {"C1": 1, "D2": 1}, {}),  # the hospital S3 is the district's, which has no commune
    ],
)
def test_where_residents_go_and_where_visitors_come_from(world, unit, leaving, coming):
    world.load(drawn(FLOWS))
    codes = units(world)[1]
    found = ask(world, "SELECT is_leaving, unit_id, doses FROM mart.flow(%s, NULL, NULL, NULL)", unit)
    assert {codes[other]: doses for away, other, doses in found if away} == leaving
    assert {codes[other]: doses for away, other, doses in found if not away} == coming
    ((_, elsewhere, visitors, unknown, not_recognised, _),) = ask(
        world, "SELECT * FROM mart.reconciliation(%s, NULL, NULL, NULL)", unit
    )
    assert (sum(leaving.values()), sum(coming.values())) == (elsewhere, visitors + unknown + not_recognised)


def test_a_flow_as_of_a_batch_is_what_it_was(world):
    world.load(drawn(FLOWS))
    assert ask(world, "SELECT * FROM mart.flow(%s, NULL, NULL, 0)", "D1") == []
    assert ask(world, "SELECT * FROM mart.flow(%s, '2021-11-06', NULL, NULL)", "D1") == []
