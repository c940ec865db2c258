"""A database without a warehouse, or of another version: every door says so, and none with a traceback."""

import pytest

from sql import connect
from tests.dashboard.served import serving


@pytest.fixture(params=["empty", "older"])
def unmigrated(request, template, database):
    """Empty, or of a version before the reader's questions of today."""
    if request.param == "older":
        with connect.raw_at(database, "owner", autocommit=True) as db:
            db.execute("CREATE SCHEMA mart; GRANT USAGE ON SCHEMA mart TO dashboard_reader")
    return database


def test_a_database_that_was_not_migrated_is_said_without_a_traceback(unmigrated, tmp_path):
    with serving(unmigrated, tmp_path / "data") as served:
        answer = served.get("/readyz")
        assert (answer.status, answer.json()["reasons"]) == (
            503, ["warehouse: not migrated to this version; ./run migrate (or the start of ./run) does it"])  # fmt: skip
        assert served.get("/").status == 200
        assert served.get("/api/v1/coverage").status == 503
        assert "vaccination_warehouse_up 0.0" in served.get("/metrics").text
        assert "Traceback" not in served.words()
