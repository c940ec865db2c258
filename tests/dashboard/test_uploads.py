"""The door by which pages hand in: only from a page of ours, within limits, looked at before it is confirmed."""

import io
from dataclasses import replace

import flask
import openpyxl
import pytest
from psycopg.types.json import Jsonb

from dashboard import app as application
from dashboard import uploads
from dashboard.data import Data
from dashboard.data.cache import Cache, shared
from dashboard.data.warehouse import Warehouse
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.pages import NAMES, USES
from dashboard.parts import uploads as parts
from dashboard.view import Reader, View
from sql import connect, settings
from tests.dashboard import rows
from tests.dashboard.test_uploads_reading import HEADS, LINE, csv, workbook
from tests.dashboard.tree import said as written

HERE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def engine(warehouse):
    rows.reference(warehouse.url)
    found = connect.engine_at(warehouse.url, "dashboard_reader")
    yield found
    found.dispose()


@pytest.fixture
def data(engine, tmp_path):
    return Data(Warehouse(engine), Cache(shared(tmp_path / "cache", None)))


@pytest.fixture
def client(data, tmp_path):
    return application.make(settings.read(data=tmp_path), data).server.test_client()


def hand_in(client, content: bytes, name="tep.csv", relation="targets", by="Nguyễn Văn A", headers=HERE, lang="vi"):
    given = {"file": (io.BytesIO(content), name)} if content is not None else {}
    return client.post(f"/uploads/{relation}?lang={lang}", data={"by": by, **given}, headers=headers)


def decide(client, number: int, decision: str, headers=HERE, by="Trần Thị B"):
    return client.post(f"/uploads/{number}/{decision}", data={"by": by}, headers=headers)


def test_a_file_is_kept_as_given_and_shown_on_a_page_of_its_own(client, data, warehouse):
    answer = hand_in(client, csv(HEADS, LINE))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/upload/1?lang=vi")
    (kept,) = data.uploads()
    assert (kept.state, kept.lines, kept.file_name, kept.uploaded_by, kept.is_self_declared) == (
        "proposed",
        1,
        "tep.csv",
        "Nguyễn Văn A",
        True,
    )
    (change,) = data.upload_changes(1)
    assert (change.line, change.change, change.share, change.age_band) == (2, "new", 0.95, 3)
    assert data.upload_checks(1) == ()
    with connect.raw_at(warehouse.url, "owner") as db:
        assert db.execute("SELECT given->1 FROM warehouse.upload").fetchone() == (["2", *LINE.split(";")],)


def test_a_workbook_with_a_formula_is_kept_with_its_fault_and_cannot_be_confirmed(client, data):
    hand_in(
        client,
        workbook(HEADS.split(";"), ["747", "first", None, None, "=1-0.05", "2021-12-31", "KH", "2021-11-01"]),
        "tep.xlsx",
    )
    (kept,) = data.uploads()
    assert (kept.state, kept.faults) == ("faulty", [{"code": "formula", "line": 2, "column": "share", "found": "=1-0.05"}])
    assert decide(client, 1, "confirm").status_code == 409


def test_a_file_whose_unit_is_not_known_cannot_be_confirmed(client, data):
    hand_in(client, csv(HEADS, LINE.replace("747", "999")))
    assert data.uploads()[0].state == "proposed"
    answer = decide(client, 1, "confirm")
    assert (answer.status_code, answer.text) == (409, "Tệp có lỗi nên không xác nhận được.")
    assert data.uploads()[0].state == "proposed"


def test_a_file_is_confirmed_once(client, data):
    hand_in(client, csv(HEADS, LINE))
    assert decide(client, 1, "confirm").headers["Location"] == "/upload/1"
    (kept,) = data.uploads()
    assert (kept.state, kept.decided_by) == ("confirmed", "Trần Thị B")
    assert decide(client, 1, "confirm").status_code == 409
    for number in (99, 99999999999999999999):
        assert (decide(client, number, "confirm").status_code, len(data.uploads())) == (404, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {}, {"Referer": "http://localhost/targets"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:81"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost.evil.example"},
    ],
    ids=str,
)  # fmt: skip
def test_a_form_that_is_on_a_page_of_somebody_else_is_refused(client, data, headers):
    assert hand_in(client, csv(HEADS, LINE), headers=headers).status_code == 403
    hand_in(client, csv(HEADS, LINE))
    assert decide(client, 1, "confirm", headers=headers).status_code == 403
    assert [upload.state for upload in data.uploads()] == ["proposed"]


def test_an_older_browser_says_the_origin_alone(client):
    assert hand_in(client, csv(HEADS, LINE), headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize("size", [2_000_001, 9_000_000])
def test_a_file_that_is_too_large_is_refused_and_not_kept(client, data, size):
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = (
        part.format("by", "").encode()
        + b"An\r\n"
        + part.format("file", '; filename="a.csv"').encode()
        + b"x" * size
        + b"\r\n--x--\r\n"
    )
    answer = client.post("/uploads/targets?lang=en", data=body, headers=HERE, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.text) == (413, "The file is larger than 2 MB.")
    assert data.uploads() == ()


def test_a_name_and_a_file_must_be_given(client, data):
    assert hand_in(client, csv(HEADS, LINE), by=" ").status_code == 400
    assert hand_in(client, None).status_code == 400
    assert hand_in(client, b"", name="").status_code == 400
    assert data.uploads() == ()


def test_names_of_files_and_people_carry_no_path_and_no_control_characters(client, data):
    hand_in(client, csv(HEADS, LINE), name="../../tệp\x07 mới.csv", by="Văn\r\nA\u202e" + "x" * 200)
    (kept,) = data.uploads()
    assert kept.file_name == "tệp mới.csv"
    assert kept.uploaded_by == "Văn A " + "x" * 94


def test_a_long_name_keeps_its_ending(client, data):
    hand_in(client, csv(HEADS, LINE), name="a" * 300 + ".csv")
    (kept,) = data.uploads()
    assert (kept.file_name, kept.state) == ("a" * 195 + "….csv", "proposed")


def test_the_template_filled_in_is_a_good_file(client, data):
    answer = client.get("/uploads/template/populations.xlsx?lang=vi")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="doi-tuong-dich.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    book.worksheets[0].append(["Công an 2021", "CV 1", "01/01/2021", "01/01/2021", "747", "18-49", None, "1.234"])
    assert [cell.value for cell in book.worksheets[2][2]][:2] == ["77", "Tỉnh Mẫu"]
    out = io.BytesIO()
    book.save(out)
    hand_in(client, out.getvalue(), "doi-tuong-dich.xlsx", "populations")
    (kept,) = data.uploads()
    assert (kept.state, kept.lines, kept.faults) == ("proposed", 1, [])
    (change,) = data.upload_changes(1)
    assert (change.persons, change.persons_before, change.version_before) == (1234, 800, "census")


def test_who_hands_in_is_a_seam_for_access_control(data, tmp_path):
    """Access control gives its own `who`."""
    server = flask.Flask(__name__)
    server.register_blueprint(uploads.blueprint(Reader(data, "vi", USES, NAMES), who=lambda asked: ("lan@soyte", False)))
    assert hand_in(server.test_client(), csv(HEADS, LINE), by="").status_code == 303
    assert [(upload.uploaded_by, upload.is_self_declared) for upload in data.uploads()] == [("lan@soyte", False)]


def test_why_a_file_was_refused_is_said_in_the_readers_language(client, data, warehouse):
    hand_in(client, csv(HEADS, LINE))
    fault = {"code": "no_unit_then", "place": "targets", "found": "D9 (2021-01-01)"}
    said = "targets: not a unit that is valid at valid_from: D9 (2021-01-01)"
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("UPDATE warehouse.upload SET state = 'refused', decided_by = 'B', decided_at = now(), batch_id = 1, reason = %s, fault = %s",
                   [said, Jsonb(fault)])  # fmt: skip
    asked = View(data.at(None), Filters(path="/upload/<upload>", code="1"), (), LANGUAGES["vi"])
    shown = written(parts.lead(asked))
    assert "D9 (2021-01-01)" in shown and "not a unit" not in shown
    assert said in written(parts.lead(replace(asked, language=LANGUAGES["en"])))
