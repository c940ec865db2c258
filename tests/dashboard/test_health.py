"""Why a source's figures cannot be relied on, in one line each."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.api.answer import answer
from dashboard.api.question import read
from dashboard.data import Source
from dashboard.data.sources import Refusal
from dashboard.health import readiness, why_stale
from tests.dashboard.province import Province, make

NOW = datetime(2021, 11, 5, tzinfo=UTC)
EQUAL = {"source_rows": 9, "held_rows": 9, "merged": 0, "without_time": 0, "ahead": 0}


@pytest.mark.parametrize(
    ("compared", "reason"),
    [
        ({}, None),
        (EQUAL, None),
        (EQUAL | {"held_rows": 11}, "source platform: source 9, loaded 11"),
        (EQUAL | {"without_time": 4, "ahead": 1}, "source platform: 4 rows without a time of change, 1 row of the future"),
        (EQUAL | {"source_rows": 10, "merged": 1}, "source platform: source 10, loaded 9, 1 row with the number of another"),
    ],
)
def test_a_source_that_was_compared_and_is_not_equal_is_a_reason(compared, reason):
    source = make(Source, source="platform", state="running", last_polled_at=NOW, **compared)
    assert why_stale(source, NOW, 60) == reason


@pytest.mark.parametrize(("polled", "silent", "state", "age", "is_stale"), [
    (1, 0.5, "running", 1, False), (90, 0.5, "running", 90, True), (1, 60, "running", 1, True), (1, 0.5, "failed", 1, True),
    (-3600, 0.5, "running", -3600, True), (None, 0.5, "running", None, True),
])  # fmt: skip
def test_the_interface_says_how_old_its_figures_are(polled, silent, state, age, is_stale):
    data = Province()
    data.polled_ago = None if polled is None else timedelta(seconds=polled)
    data.silent_for, data.source_state = silent, state
    found = answer(read({}, "application/json", data), data, 60)["as_of"]
    assert found["age_seconds"] == (age if age is None else pytest.approx(age, abs=1))
    assert found["is_stale"] is is_stale
    earlier = answer(read({"as_of": ["1"]}, "application/json", data), data, 60)["as_of"]
    assert earlier["is_stale"] is False and earlier["known_until"] == earlier["committed_at"]


def test_a_refused_reference_table_is_a_reason_also_where_figures_are_shown():
    data = Province()
    assert readiness(data, 60)["ready"]
    data.refused = Refusal("sites.csv line 2: code is empty", None)
    assert readiness(data, 60)["reasons"] == ["reference data: sites.csv line 2: code is empty"]
