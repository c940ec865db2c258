"""What the links to files answer: each table of each page, and addresses that ask for none."""

import pytest
from dash import Dash

from dashboard import app as application
from dashboard import shell
from sql import settings
from tests.dashboard.province import Province
from tests.dashboard.test_accessibility import CODES

EMPTY = {"upload-faults"}  # the upload of the small province has none


@pytest.fixture
def client(tmp_path):
    return application.make(settings.read(data=tmp_path), Province()).server.test_client()


@pytest.fixture
def reader(tmp_path):
    return shell.register_callbacks(Dash("tables"), settings.read(data=tmp_path), Province())


def address(path: str) -> str:
    for name, code in CODES.items():
        path = path.replace(name, code)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_table_of_every_page_is_taken_away(client, reader, ending):
    answers = {
        block: client.get(f"/export/{block}.{ending}{address(home)}?lot=L1").status_code
        for block, home in reader.homes.items()
    }
    assert set(answers) == {block for block in reader.tables if not block.startswith("wall-")}  # a wall has no hands
    assert set(answers.values()) == {200, 404}
    assert {block for block, status in answers.items() if status == 404} == EMPTY


@pytest.mark.parametrize(
    "path",
    [
        "site-days.csv/", "site-days.csv/changes", "site-lots.csv/sites", "upload-faults.csv/targets", "upload-changes.csv/",
        "ranking.csv/nope", "ranking.csv/sites", "ranking.pdf/", "nothing.csv/", "site-days.csv/site/S999",
    ],
)  # fmt: skip
def test_a_block_of_another_page_is_none(client, path):
    answer = client.get(f"/export/{path}")
    assert (answer.status_code, answer.text) == (404, "Không có bảng này.")


@pytest.mark.parametrize(
    "query, left_out", [("as_of=99999", "as_of=99999"), ("vaccine=XX", "vaccine=XX"), ("from=0021-11-01", "from=0021-11-01")]
)
def test_a_file_of_something_else_than_was_asked_is_not_given(client, query, left_out):
    answer = client.get(f"/export/ranking.csv/?{query}")
    assert (answer.status_code, answer.text) == (400, f"Bỏ qua phần không hiểu được trong địa chỉ: {left_out}.")


def test_an_address_of_the_api_that_leads_nowhere_says_where_it_is_told(client):
    answer = client.get("/api/v1/nope")
    assert answer.status_code == 404 and "/api/v1/openapi.json" in answer.json["error"]


def test_a_file_has_every_day_that_the_chart_draws(client):
    """30 days in the small province; a limit of the table on the screen once held for the file, too."""
    answer = client.get("/export/trend.csv/?from=2021-08-01")
    assert sum(line.startswith("2021-") for line in answer.text.splitlines()) == 30
