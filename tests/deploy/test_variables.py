"""Each part's environment holds what it reads, and no other's secret."""

import pytest

from deploy.variables import variables_of

SETTINGS = {
    "sources": {"platform": {"url": "${PLATFORM_URL}"}, "lists": {"folder": "${INBOX}/lists"}},
    "reference": {"units": {"url": "${UNITS_URL}"}},
    "dashboard": {"map": {"geojson": "${MAPS}/districts.geojson"}},
}
GIVEN = ("HOME", "PLATFORM_URL", "INBOX", "UNITS_URL", "MAPS", "PERSON_ID_KEY", "CACHE_URL", "DATABASE_URL")
LOGINS = ("DATABASE_URL_ETL", "DATABASE_URL_DASHBOARD")


@pytest.mark.parametrize(
    ("part", "with_logins", "found"),
    [
        ("etl", True, {"HOME", "PLATFORM_URL", "INBOX", "UNITS_URL", "MAPS", "PERSON_ID_KEY", "DATABASE_URL_ETL"}),
        ("etl", False, {"HOME", "PLATFORM_URL", "INBOX", "UNITS_URL", "MAPS", "PERSON_ID_KEY", "DATABASE_URL"}),
        ("dashboard", True, {"HOME", "MAPS", "CACHE_URL", "DATABASE_URL_DASHBOARD"}),
        ("dashboard", False, {"HOME", "MAPS", "CACHE_URL", "DATABASE_URL"}),
        ("sample", True, {"HOME", "PLATFORM_URL"}),
    ],
)
def test_a_part_finds_what_it_reads_and_nothing_of_the_others(part, with_logins, found):
    environment = dict.fromkeys([*GIVEN, *(LOGINS if with_logins else ())], "x")
    assert variables_of(part, environment, SETTINGS).keys() == found
    empty = dict.fromkeys(GIVEN, "x") | dict.fromkeys(LOGINS, "")
    if not with_logins:
        assert variables_of(part, empty, SETTINGS).keys() - LOGINS == found


def test_a_variable_that_a_parts_own_settings_name_is_never_taken_from_it():
    named = SETTINGS | {"reference": {"units": {"url": "${DATABASE_URL}", "query": "SELECT"}}}
    environment = dict.fromkeys([*GIVEN, *LOGINS], "x")
    assert "DATABASE_URL" in variables_of("etl", environment, named)
    assert "DATABASE_URL" not in variables_of("dashboard", environment, named)
