"""When doses are entered, by hand: completeness, the late-entry triangle, days from injection to entry."""

from datetime import date, timedelta

import pytest

from tests.etl.world import drawn, record
from tests.sql.asked import TODAY, ask, rows
from tests.sql.test_views_sites import SITES


def test_completeness_is_the_share_of_old_doses_that_was_entered_in_so_many_days(world):
    """20 doses of 1 November: 12 entered that day, 4 the next, 2 after three days, 1 after six, 1 after twenty."""
    delays = [0] * 12 + [1] * 4 + [3] * 2 + [6] + [20]
    world.load([
        record(record_id=f"r{n}", person=f"p{n}", injected_at="2021-11-01", recorded_at=f"{date(2021, 11, 1) + timedelta(days=delay)} 18:00")
        for n, delay in enumerate(delays)])  # fmt: skip
    world.load(
        [record(record_id="inferred", person="z", injected_at="2021-11-01", recorded_at=None)]
    )  # when it was entered is not known
    world.load([record(record_id="recent", person="y", injected_at="2021-11-25", recorded_at="2021-11-25 18:00")])
    question = "SELECT days_after, share FROM mart.completeness(%s, %s, NULL) ORDER BY days_after"
    expected = [(0, 0.6), (1, 0.8), (2, 0.8), (3, 0.9), (7, 0.95), (14, 0.95)]
    assert [(day, pytest.approx(share)) for day, share in expected] == ask(world, question, "P", "2021-12-01")
    incomplete = "SELECT mart.incomplete_from(%s, %s, NULL)"
    assert ask(world, incomplete, "P", "2021-12-01") == [(date(2021, 11, 25),)]  # at seven days 95 % are there
    assert ask(world, incomplete, "P", "2021-11-16") == [(date(2021, 11, 10),)]  # 15 days: the first closed one
    assert ask(world, incomplete, "P", "2021-11-15") == [(None,)]
    assert ask(world, incomplete, "P", "2021-12-13") == [(date(2021, 12, 7),)]  # 42 days: the last
    assert ask(world, incomplete, "P", "2021-12-14") == [(date(2021, 12, 15),)]  # now the 25th alone, entered at once


def test_a_place_where_much_comes_later_than_a_fortnight(world):
    world.load([record(injected_at="2021-11-01", recorded_at="2021-11-30 10:00")])
    assert ask(world, "SELECT mart.incomplete_from(%s, '2021-12-01', NULL)") == [(date(2021, 11, 17),)]


def test_completeness_as_of_a_batch_is_what_it_was_then(world):
    """One dose, entered at once: all is in. A second comes, nine days late: half was in at once."""
    world.load([record(injected_at="2021-11-01", recorded_at="2021-11-01 10:00")])
    (then,) = world.ask("SELECT max(batch_id) FROM warehouse.batch")[0]
    world.load([record(record_id="late", person="late", injected_at="2021-11-01", recorded_at="2021-11-10 10:00")])
    for as_of, share, day in ((None, 0.5, date(2021, 11, 18)), (then, 1.0, date(2021, 12, 2))):
        found = ask(world, "SELECT share FROM mart.completeness(%s, '2021-12-01', %s) WHERE days_after = 0", "P", as_of)
        assert found == [(share,)]
        assert ask(world, "SELECT mart.incomplete_from(%s, '2021-12-01', %s)", "P", as_of) == [(day,)]


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


def test_a_day_is_closed_after_a_fortnight(world):
    world.load([record(injected_at="2021-11-16", recorded_at="2021-11-19 10:00")])
    question = "SELECT days_after, share FROM mart.completeness_by_day(%s, %s, NULL) ORDER BY 1"
    assert rows(world, question, "P", "2021-11-30") == []
    assert [r.share for r in rows(world, question, "P", "2021-12-01")] == [0] * 3 + [1] * 12
    assert len(rows(world, question, "P", "2021-12-28")) == 15
    assert rows(world, question, "P", "2021-12-29") == []


def test_the_lag_of_a_unit_is_that_of_all_its_doses(world):
    """0, 0, 1 and 5 days at S1 and 0 at S2 (the sixth does not say): half within 0, nine tenths within 5."""
    lag = "SELECT * FROM mart.entry_lag(%s, %s, %s, NULL)"
    assert rows(world, lag, "P", None, TODAY) == [(0, None, None)]
    world.load(drawn(SITES))
    assert rows(world, lag, "P", None, TODAY) == [(5, 0, 5)]
    assert rows(world, lag, "P", "2021-11-09", TODAY) == [(4, 0, 1)]
