"""A database without a warehouse, of another version, or closed to who reads: every door says so, none with a traceback."""

import pytest

from sql import connect
from tests.dashboard import rows
from tests.dashboard.served import serving


@pytest.fixture(params=["empty", "older", "half made"])
def unmigrated(request, template, database):
    """Empty, of a version before the reader's questions of today, or left between its tables and its first row."""
    if request.param == "half made":
        return request.getfixturevalue("warehouse").url
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


def test_a_right_that_is_missing_is_said_without_a_traceback(warehouse, tmp_path):
    rows.reference(warehouse.url)
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("REVOKE EXECUTE ON FUNCTION mart.sources FROM dashboard_reader, PUBLIC")
    with serving(warehouse.url, tmp_path / "data") as served:
        answer = served.get("/readyz")
        assert (answer.status, answer.json()["reasons"]) == (
            503, ["warehouse: a right is missing (permission denied for function sources); ./run, as its owner, grants it"])  # fmt: skip
        assert served.get("/").status == 200
        assert "Traceback" not in served.words()
