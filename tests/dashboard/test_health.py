"""Why a source's figures cannot be relied on, in one line each."""

from datetime import UTC, datetime

import pytest

from dashboard.data import Source
from dashboard.health import why_stale
from tests.dashboard.province import make

NOW = datetime(2021, 11, 5, tzinfo=UTC)
EQUAL = {"source_rows": 9, "held_rows": 9, "merged": 0, "without_time": 0, "ahead": 0}


@pytest.mark.parametrize(
    ("compared", "reason"),
    [
        ({}, None),
        (EQUAL, None),
        (EQUAL | {"held_rows": 11}, "source platform: source 9, loaded 11"),
        (EQUAL | {"without_time": 4, "ahead": 1}, "source platform: 4 rows without a time of change, 1 rows of the future"),
        (EQUAL | {"source_rows": 10, "merged": 1}, "source platform: source 10, loaded 9, 1 rows with the number of another"),
    ],
)
def test_a_source_that_was_compared_and_is_not_equal_is_a_reason(compared, reason):
    source = make(Source, source="platform", state="running", last_polled_at=NOW, **compared)
    assert why_stale(source, NOW, 60) == reason
