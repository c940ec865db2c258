"""/api/v1/coverage: figures that say as of when they are, of whom, against what; and strict questions."""

import csv
import io
from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest

from dashboard.api.question import PARAMETERS
from sql import connect
from tests.dashboard import rows
from tests.dashboard.served import serving
from tests.dashboard.shape import faults
from tests.processes import becomes

DAY = date(2021, 11, 1)


@pytest.fixture(scope="module")
def served(shared_warehouse, tmp_path_factory):
    database = shared_warehouse.url
    rows.reference(database)
    rows.source(database)
    rows.batch(database, people=[(DAY, 4, 1, 70), (DAY, 3, 1, 20), (DAY, 0, 1, 5), (DAY, 4, 2, 50)])
    rows.batch(
        database,
        people=[(DAY + timedelta(1), 2, 1, 3), (DAY + timedelta(1), 4, 1, 7)],
        doses=[(DAY, 4, 4, 60), (DAY, 4, 3, 9), (DAY, 3, 3, 11)],
    )
    with serving(database, tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture(scope="module")
def description(served):
    return served.get("/api/v1/openapi.json").json()


def coverage(served, query=""):
    answer = served.get(f"/api/v1/coverage?{query}")
    assert answer.status == 200, answer.text
    return answer.json()


def people(found) -> dict:
    return {(row["kind"], row["unit"], row["stage"]): row["people"] for row in found["rows"]}


def test_the_whole_with_everything_that_a_reader_needs(served):
    found = coverage(served, "stage=first")
    assert found["rows"] == [
        {
            "kind": "unit",
            "level": "province",
            "unit": "77",
            "name": "Tỉnh Mẫu",
            "name_en": "Sample Province",
            "stage": "first",
            "people": 100,
            "counted": 100,
            "population": 1000,
            "population_source": "Tổng điều tra 2019",
            "population_on": "2019-04-01",
            "coverage": 0.1,
            "target": None,
            "target_due_on": None,
            "gap": None,
            "lacking": [],
        }
    ]
    assert found["counts_records_of"] == []
    assert found["as_of"]["batch"] == 2
    assert datetime.fromisoformat(found["as_of"]["committed_at"]).year < 2026
    assert found["denominators"] == [{"source": "Tổng điều tra 2019", "dated_on": "2019-04-01"}]
    assert found["definitions"].keys() == {"first"}
    assert found["is_sample"] is True


def test_districts_and_what_lies_nowhere_have_their_rows(served):
    assert people(coverage(served, "level=district&stage=first")) == {
        ("unit", "747", "first"): 80,
        ("unit", "755", "first"): 20,
        ("unknown", None, "first"): 5,
        ("outside", None, "first"): 0,
        ("not_recognised", None, "first"): 0,
    }


def test_below_a_district_the_rest_has_its_row_and_all_add_up(served):
    found = people(coverage(served, "level=commune&unit=747&stage=first"))
    assert found == {("unit", "26506", "first"): 77, ("rest", "747", "first"): 3}
    assert sum(found.values()) == people(coverage(served, "unit=747&stage=first"))["unit", "747", "first"]


def test_a_district_without_communes_stands_among_the_communes(served):
    found = people(coverage(served, "level=commune&stage=first"))
    assert found["unit", "755", "first"] == 20
    assert sum(found.values()) == 105


def test_targets_and_gaps_are_of_the_stage(served):
    row = coverage(served, "stage=complete")["rows"][0]
    assert (row["people"], row["target"], row["gap"]) == (50, 0.95, 900)


def test_all_stages_when_none_is_asked(served):
    assert [row["stage"] for row in coverage(served)["rows"]] == ["first", "complete", "booster1", "booster2"]


def test_by_place_doses_without_coverage(served):
    found = coverage(served, "basis=place&level=district")
    assert {row["unit"]: row["doses"] for row in found["rows"] if row["kind"] == "unit"} == {"747": 69, "755": 11}
    assert all("coverage" not in row and "population" not in row for row in found["rows"])
    assert found["denominators"] == []
    assert found["definitions"].keys() == {"doses"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=2021-11-02", 10),
        ("to=2021-11-01", 90),
        ("from=2021-11-01&to=2021-11-02", 100),
        ("group=16&vaccine=PF&age=4", 100),
        ("group=&vaccine=&age=", 100),
        ("age=3", 0),
        ("as_of=1", 90),
    ],
)
def test_filters(served, query, expected):
    assert coverage(served, f"stage=first&{query}")["rows"][0]["people"] == expected


def test_as_of_a_time_is_the_last_batch_by_then(served, shared_warehouse):
    first = coverage(served, "as_of=1")["as_of"]["committed_at"]
    second = coverage(served, "as_of=2")["as_of"]["committed_at"]
    assert first < second
    found = coverage(served, f"stage=first&as_of={quote(first)}")
    assert (found["as_of"]["batch"], found["rows"][0]["people"]) == (1, 90)
    local = datetime.fromisoformat(second).astimezone(datetime.fromisoformat("2021-01-01T00:00+07:00").tzinfo)
    assert coverage(served, f"as_of={local.isoformat()}")["as_of"]["batch"] == 2  # the plus left as it is
    assert coverage(served, f"as_of={local.replace(tzinfo=None).isoformat()}")["as_of"]["batch"] == 2


def test_csv_says_in_every_row_what_json_says_once(served):
    for answer in (
        served.get("/api/v1/coverage?level=district&stage=first&format=csv"),
        served.get("/api/v1/coverage?level=district&stage=first", Accept="text/csv"),
    ):
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        found = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["unit"], row["people"]) for row in found][:2] == [("755", "20"), ("747", "80")]
        assert {row["as_of_batch"] for row in found} == {"2"}
        assert {row["population_source"] for row in found} == {"Tổng điều tra 2019", ""}
        assert all(row["definition"].startswith("Distinct persons") and row["as_of"] for row in found)


def test_csv_without_rows_still_has_its_header(served):
    answer = served.get("/api/v1/coverage?unit=26506&level=commune&basis=place&format=csv&to=2000-01-01")
    assert answer.text.splitlines()[0].startswith("kind,level,unit,name,name_en,doses,definition,as_of_batch,as_of")


def test_the_word_in_the_address_is_stronger_than_the_header(served):
    answer = served.get("/api/v1/coverage?format=json", Accept="text/csv")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("query", "parameter", "found", "allowed"),
    [
        ("level=village", "level", "village", ["province", "district", "commune"]),
        ("unit=747&level=province", "level", "province", ["district", "commune"]),
        ("unit=1", "unit", "1", ["77", "755", "747", "26506"]),
        ("stage=all", "stage", "all", ["first", "complete", "booster1", "booster2"]),
        ("basis=home", "basis", "home", ["residence", "place"]),
        ("basis=place&stage=first", "stage", "first", "nothing with basis=place: doses have no stage"),
        ("vaccine=PF,XX", "vaccine", "PF,XX", ["PF"]),
        ("group=99", "group", "99", ["16"]),
        ("from=yesterday", "from", "yesterday", "a day as 2021-11-05, of the years 2000 to 2099"),
        ("from=2021-11-05&to=2021-11-01", "to", "2021-11-01", "a day from 2021-11-05 on"),
        ("as_of=99", "as_of", "99", "the number of a batch, 1 to 2"),
        ("format=xml", "format", "xml", ["json", "csv"]),
    ],
)
def test_a_bad_parameter_is_named_with_what_was_found_and_what_is_allowed(
    served, description, query, parameter, found, allowed
):
    answer = served.get(f"/api/v1/coverage?{query}")
    assert answer.status == 400
    assert answer.json()["parameters"] == [{"parameter": parameter, "found": found, "allowed": allowed}]
    assert shape_of(description, "400", answer.json()) == []


@pytest.mark.parametrize(
    "query",
    [
        "as_of=soon",
        "as_of=2001-01-01T00:00:00Z",
        "as_of=-1",
        "as_of=9" + "9" * 20,
        "as_of=" + "9" * 5000,
        "as_of=0001-01-01",
        "as_of=0001-01-01T00:00:00%2B14:00",
        "as_of=9999-12-31T23:59:59-14:00",
    ],
)
def test_as_of_before_all_or_not_a_time_is_refused(served, query):
    answer = served.get(f"/api/v1/coverage?{query}")
    assert answer.status == 400
    assert answer.json()["parameters"][0]["allowed"].startswith("the number of a batch")


def test_every_fault_is_named_at_once_and_a_misspelt_name_is_one(served):
    answer = served.get("/api/v1/coverage?levle=district&stage=x&from=1")
    assert [fault["parameter"] for fault in answer.json()["parameters"]] == ["levle", "from", "stage"]
    assert "level" in answer.json()["parameters"][0]["allowed"]


def shape_of(description, status, body) -> list[str]:
    """Where an answer is not as the description says."""
    response = description["paths"]["/coverage"]["get"]["responses"][status]
    return faults(body, response["content"]["application/json"]["schema"], description)


@pytest.mark.parametrize(
    "query",
    ["", "level=district", "level=commune&unit=747", "basis=place", "basis=place&level=commune", "as_of=1&age=4",
     "from=2021-11-01&to=2021-11-02&group=16&vaccine=PF"],
)  # fmt: skip
def test_answers_are_as_the_description_says(served, description, query):
    assert shape_of(description, "200", coverage(served, query)) == []


def test_the_description_names_every_parameter_and_value(served, description):
    operation = description["paths"]["/coverage"]["get"]
    described = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert tuple(described) == PARAMETERS
    assert all(parameter["description"] for parameter in described.values())
    for name in ("level", "basis", "format"):
        for value in described[name]["schema"]["enum"]:
            assert served.get(f"/api/v1/coverage?{name}={value}").status == 200
    for name in ("stage", "age", "group", "vaccine"):
        values = ",".join(map(str, described[name]["schema"]["items"]["enum"]))
        assert served.get(f"/api/v1/coverage?{name}={values}").status == 200


def test_the_checker_can_refuse(description):
    """A twin that accepted everything would prove nothing."""
    good = {"error": "x", "parameters": []}
    assert shape_of(description, "400", good) == []
    for bad in ({"error": "x"}, good | {"more": 1}, good | {"error": 5}, good | {"parameters": [{}]}):
        assert shape_of(description, "400", bad) != []


def test_a_name_that_is_a_formula_is_harmless_in_csv_and_as_it_is_in_json(served, shared_warehouse):
    with connect.raw_at(shared_warehouse.url, "owner", autocommit=True) as db:
        (before,) = db.execute("SELECT name FROM warehouse.unit WHERE code = '77'").fetchone()
        name = '=HYPERLINK("http://evil.example";"x")'
        db.execute("UPDATE warehouse.unit SET name = %s WHERE code = '77'", [name])
    rows.batch(shared_warehouse.url)  # another version of the figures
    try:
        assert becomes(lambda: name in served.get("/api/v1/coverage?stage=first&format=csv").text.replace('""', '"'))
        (row,) = csv.DictReader(io.StringIO(served.get("/api/v1/coverage?stage=first&format=csv").text))
        assert row["name"] == "'" + name
        assert float(row["people"]) == 100 and not row["gap"].startswith("'")
        assert coverage(served, "stage=first")["rows"][0]["name"] == name
    finally:
        with connect.raw_at(shared_warehouse.url, "owner", autocommit=True) as db:
            db.execute("UPDATE warehouse.unit SET name = %s WHERE code = '77'", [before])
        rows.batch(shared_warehouse.url)


def test_of_nothing_there_is_no_figure_and_of_a_part_no_verdict(warehouse, tmp_path, description):
    rows.reference(warehouse.url)
    rows.source(warehouse.url, received=0, loaded=0)
    with serving(warehouse.url, tmp_path) as found:
        nothing = coverage(found, "stage=complete")
        assert nothing["no_figures"] == "no record was loaded yet"
        assert {row[name] for row in nothing["rows"] for name in ("people", "counted", "coverage", "gap")} == {None}
        assert {row["doses"] for row in coverage(found, "basis=place")["rows"]} == {None}
        _hears_of(found, rows.batch(warehouse.url))
        assert "warehouse: no record was loaded yet" in found.get("/readyz").json()["reasons"]
        assert coverage(found, "stage=complete")["no_figures"] == "no record was loaded yet"

        rows.source(warehouse.url, received=5, loaded=5, expected=9, first_loaded_batch=None)
        first = rows.batch(warehouse.url, people=[(DAY, 4, 2, 50)])
        _hears_of(found, first)
        part = coverage(found, "stage=complete")
        assert (part["is_first_load"], part["no_figures"]) == (True, None)
        assert [(row["people"], row["gap"]) for row in part["rows"]] == [(50, None)]
        assert "source platform: first load, 5 records so far of 9" in found.get("/readyz").json()["reasons"]
        (line, *_) = csv.DictReader(io.StringIO(found.get("/api/v1/coverage?format=csv").text))
        assert line["is_first_load"] == "True"

        second = rows.batch(warehouse.url)
        rows.source(warehouse.url, received=5, loaded=5, first_loaded_batch=second)
        _hears_of(found, rows.batch(warehouse.url))
        whole = coverage(found, "stage=complete")
        assert (whole["is_first_load"], [row["gap"] for row in whole["rows"]]) == (False, [900])
        assert found.get("/readyz").status == 200
        for answer in (nothing, part, whole):
            assert faults(answer, description["components"]["schemas"]["Coverage"], description) == []


def _hears_of(served, batch: int) -> None:
    assert becomes(lambda: served.get("/readyz").json()["batch"] == batch, 10)
