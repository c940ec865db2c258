"""A warehouse of the small world, for questions to schema mart."""

import pytest

from tests.etl.world import Given


@pytest.fixture
def world(warehouse):
    held = Given(warehouse.url)
    yield held
    held.close()
