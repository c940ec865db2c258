"""The targets' page and the page of one file: what they say, row by row, and in the browser."""

from datetime import date, timedelta

import pytest

from dashboard.data import Rows, Upload, UploadCheck, Version
from dashboard.data.targets import OverCauses, Target
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import denominators, targets, uploads
from dashboard.view import View
from tests.dashboard.house import PHONE, WIDE, until
from tests.dashboard.province import CHAU_DUC, TODAY, VUNG_TAU, Province, make, standing
from tests.dashboard.tree import said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]


def view(data=None, language=VI, path="/targets", **filters) -> View:
    return View(data or Province(), Filters(path=path, **filters), (), language)


def file(number: int, data=None, language=VI) -> View:
    return view(data, language, "/upload/<upload>", code=str(number))


def column(table, key: str) -> list:
    return [row.values.get(key) for row in table.rows]


def test_the_sentence_tells_the_target_its_population_and_what_disagrees():
    text = said(targets.lead(view()))
    assert text.startswith(
        "Tỉnh Mẫu: chỉ tiêu 95% tiêm đủ liều cơ bản trước 31/12/2021; hiện đạt 80,0%, còn thiếu 1.500 người. Tính trên 10.000 người, theo Tổng điều tra, ngày 01/04/2019."
    )
    assert "Có 1 chỗ các nguồn đối tượng đích không khớp nhau" in text
    assert "chưa có chỉ tiêu" in said(targets.lead(view(unit="755")))


def test_targets_in_force_are_listed_from_every_area_down():
    table = targets.in_force(view())
    assert column(table, "name") == ["Mọi địa bàn", "Huyện Châu Đức"]
    assert column(table, "ages") == ["Mọi độ tuổi", "12-17"]
    assert column(table, "share") == [0.95, 0.9]
    assert column(table, "holds") == ["Đang áp dụng"] * 2
    assert table.rows[1].href == "/targets?unit=750"


@pytest.mark.parametrize(
    ("days", "more", "state"),
    [(1, {}, "Chưa đến ngày"), (0, {}, "Đang áp dụng"), (0, {"is_sample": True}, "Dữ liệu minh họa, không dùng")],
)
def test_a_target_that_does_not_hold_yet_or_is_made_up_says_so(days, more, state):
    class Ahead(Province):
        def targets(self, filters):
            given = {
                "stage": 2,
                "share": 0.9,
                "is_in_force": True,
                "is_sample": False,
                "valid_from": TODAY + timedelta(days=days),
            } | more
            return self._rows([make(Target, **given)])

        def world(self):
            found = super().world()
            return type(found)(**{name: getattr(found, name) for name in found.__slots__} | {"is_sample": False})

    assert column(targets.in_force(view(Ahead())), "holds") == [state]


def test_an_older_target_of_the_same_is_replaced_once_the_later_holds():
    class Twice(Province):
        def targets(self, filters):
            days = (date(2021, 1, 1), date(2021, 11, 1), date(2022, 1, 1))
            return self._rows(
                [make(Target, stage=2, share=0.9, is_in_force=True, is_sample=False, valid_from=day) for day in days]
            )

    assert column(targets.in_force(view(Twice())), "holds") == ["Đã có chỉ tiêu mới hơn", "Đang áp dụng", "Chưa đến ngày"]


def test_the_history_names_who_brought_each_change_about():
    table = targets.history(view())
    assert list(zip(column(table, "what"), column(table, "share"), column(table, "who"), strict=True)) == [
        ("Bắt đầu", 0.9, "Trần Thị B (tên tự khai), tệp số 2"), ("Kết thúc", 0.8, "Trần Thị B (tên tự khai), tệp số 2"),
        ("Bắt đầu", 0.95, "Tệp cấu hình"), ("Bắt đầu", 0.8, "Tệp cấu hình"),
    ]  # fmt: skip
    assert [row.href for row in table.rows] == ["/upload/2"] * 2 + [None] * 2


def test_coverage_under_each_denominator_is_not_capped():
    table = denominators.versions(view())
    assert column(table, "name") == ["Tổng điều tra", "Công an"]
    assert [round(bar.share, 3) for bar in column(table, "coverage")] == [0.8, 1.067]
    assert [row.warned for row in table.rows] == [frozenset(), {"coverage"}]
    assert table.sentence == "Tùy nguồn, tỷ lệ từ 80,0% (Tổng điều tra) đến 106,7% (Công an)."
    assert column(table, "holds") == ["Đang dùng", "Không dùng"]


def test_areas_over_a_hundred_are_listed_with_how_many_too_many():
    class Over(Province):
        def standing(self, filters, level=None):
            rows = [standing(VUNG_TAU, 5500, 5000), standing(CHAU_DUC, 5000, 5000), standing(1, 10500, 10000, is_self=True)]
            return self._rows(rows)

    table = denominators.over(view(Over()))
    assert column(table, "name") == ["Thành phố Vũng Tàu", "Tỉnh Mẫu"]
    assert column(table, "above") == [500, 500]
    assert table.sentence.startswith("2 địa bàn trên 100%; cao nhất Thành phố Vũng Tàu: 110,0%.")
    assert denominators.over(view()).sentence == "Không địa bàn nào trên 100%."


def test_likely_causes_come_with_counts_and_an_owner():
    table = denominators.causes(view())
    assert column(table, "doses") == [10, 6, 90, 100, 4, None, None]
    assert column(table, "persons") == [None] * 5 + [3, None]
    assert column(table, "owner")[:2] == ["Trạm Y tế", "Điểm tiêm"]
    assert table.sentence.startswith("Nhiều nhất: người ở đây tiêm nơi khác, 100 mũi.")

    class People(Province):
        def over_causes(self, filters):
            return OverCauses(*[0] * 5, shared_ids=3)

    said_of_people = "Không có mũi nào cần rà soát; 3 người có giấy tờ mang hai năm sinh hoặc hai giới tính."
    assert denominators.causes(view(People())).sentence == said_of_people


def test_residences_that_are_no_code_are_listed_as_they_are_spelt():
    table = denominators.not_recognised(view())
    assert [(row.values["spelling"], row.values["doses"]) for row in table.rows] == [("Xã Ấp Bắc", 4), ("26506", 2)]
    assert table.rows[0].values["why"] == "Không phải mã của đơn vị hành chính nào"
    assert table.rows[1].values["why"].endswith("nhưng không phải vào ngày tiêm")
    assert table.sentence.startswith("6 mũi không biết thuộc địa bàn nào, nhiều nhất ghi “Xã Ấp Bắc”.")
    assert denominators.not_recognised(view(as_of=3)) is None and denominators.not_recognised(view(unit="747")) is None


def test_denominators_that_disagree_are_listed():
    table = denominators.checks(view())
    assert (column(table, "population"), column(table, "other_population")) == ([5000], [3750])
    assert round(column(table, "difference")[0], 3) == -0.333


@pytest.mark.browser
def test_on_a_phone_the_rows_are_folded_away_until_they_are_asked_for_and_stay_open(visit, house):
    page = visit("/targets", PHONE, wait=False)
    page.wait_for_selector("#targets-force[data-drawn]")
    rows = page.locator("#targets-force tbody tr")
    assert not rows.first.is_visible() and page.locator("#targets-force .sentence").is_visible()
    page.click("#targets-force summary:has-text('Xem bảng')")
    assert rows.first.is_visible()
    house.province.tick()
    until(page, f"window.dash_component_api.getLayout('version').props.data == {house.province.batch_number}")
    page.wait_for_timeout(500)
    assert rows.first.is_visible()
    page.set_viewport_size(WIDE)
    assert page.locator("#targets-history tbody tr").first.is_visible()
    assert not page.locator("#targets-history summary:has-text('Xem bảng')").is_visible()


@pytest.mark.browser
def test_a_chosen_file_is_named_in_the_pages_own_words_and_stays_named(visit, house):
    page = visit("/targets", wait=False)
    page.wait_for_selector("#targets-upload[data-drawn]")
    name = page.locator("form[action^='/uploads/targets'] .file-name")
    assert name.inner_text() == "Chưa chọn tệp"
    file = {"name": "chi-tieu.csv", "mimeType": "text/csv", "buffer": b"a"}
    page.set_input_files("form[action^='/uploads/targets'] input[type=file]", file)
    assert name.inner_text() == "chi-tieu.csv"
    house.province.tick()
    until(page, f"window.dash_component_api.getLayout('version').props.data == {house.province.batch_number}")
    page.wait_for_timeout(500)
    assert name.inner_text() == "chi-tieu.csv"


# One file


def test_a_proposed_file_tells_what_it_would_change_and_may_be_confirmed():
    shown = file(1)
    assert said(uploads.lead(shown)).startswith(
        "Tệp chỉ tiêu: 1 dòng mới, 1 dòng sửa. Tệp số 1, chi-tieu.xlsx, do Nguyễn Văn A (tên tự khai)"
    )
    assert "Chưa có gì thay đổi." in said(uploads.lead(shown))
    assert "Xác nhận áp dụng" in said(uploads.decision(shown))
    table = uploads.changes(shown)
    assert (column(table, "before"), column(table, "share")) == ([0.8, None], [0.9, 0.95])
    assert column(uploads.checks(shown), "why") == ["Hạn đã qua."]
    assert uploads.faults(shown) is None


def test_a_faulty_file_names_line_and_column_and_may_only_be_discarded():
    shown = file(3)
    assert said(uploads.lead(shown)).startswith("Tệp có 1 lỗi nên chưa dùng được")
    (row,) = uploads.faults(shown).rows
    assert (row.values["line"], row.values["column"], row.values["found"]) == (4, "Chỉ tiêu (%)", "120")
    assert "Xác nhận áp dụng" not in said(uploads.decision(shown))
    assert uploads.changes(shown) is None


def test_a_file_whose_unit_is_not_known_may_not_be_confirmed():
    class Unknown(Province):
        def upload_checks(self, number):
            return self._rows([make(UploadCheck, check="unit", is_fault=True, line=2, found="999")])

    shown = file(1, Unknown())
    assert column(uploads.faults(shown), "found") == ["999"]
    assert "Xác nhận áp dụng" not in said(uploads.decision(shown))


def test_an_applied_file_may_be_withdrawn_but_not_in_the_past():
    assert "Rút lại tệp này" in said(uploads.decision(file(2)))
    past = view(path="/upload/<upload>", code="2", as_of=3)
    assert uploads.decision(past) is None


def test_every_warning_is_said_in_both_languages():
    class Warned(Province):
        def upload_checks(self, number):
            usual = {
                "is_fault": False,
                "line": 2,
                "unit_id": CHAU_DUC,
                "value": 170.0,
                "other": 150.0,
                "difference": 0.133,
                "version": "Công an",
            }
            return self._rows([make(UploadCheck, check=name, **usual) for name in ("sources", "children", "growth")])

    assert column(uploads.checks(file(1, Warned())), "why")[0] == "Lệch +13,3% so với nguồn Công an: 170 và 150 người."
    assert len(uploads.checks(file(1, Warned(), EN)).rows) == 3


def test_no_file_no_list():
    class Nothing(Province):
        def uploads(self):
            return Rows([], Version(1, None))

    assert uploads.listed(view(Nothing())) is None
    assert column(uploads.listed(view()), "holds") == ["Có lỗi", "Đang áp dụng", "Chờ xác nhận"]


# In the browser


@pytest.mark.browser
def test_what_is_typed_stays_when_a_batch_commits_and_the_form_goes_to_the_door(visit, house):
    page = visit("/targets", wait=False)
    page.wait_for_selector("#targets-upload .do")
    forms = page.locator("#targets-upload form")
    assert [forms.nth(n).get_attribute("action") for n in (0, 1)] == [
        "/uploads/targets?lang=vi",
        "/uploads/populations?lang=vi",
    ]
    assert forms.nth(0).get_attribute("enctype") == "multipart/form-data"
    name = page.locator("#targets-upload input[name=by]").first
    name.fill("Nguyễn Văn A")
    page.locator("#targets-upload input[type=file]").first.set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x"}
    )
    file = {"upload_id": 4, "state": "proposed", "lines": 1, "relation": "targets", "file_name": "moi.csv", "sha256": "2" * 64,
            "uploaded_by": "B", "is_self_declared": True, "faults": []}  # fmt: skip
    before = house.province.uploads()
    house.province.uploads = lambda: Rows([make(Upload, **file), *before], before.version)
    house.province.tick()
    page.wait_for_selector("#targets-uploads >> text=moi.csv")  # the page was drawn anew
    assert name.input_value() == "Nguyễn Văn A"
    assert page.evaluate("document.querySelector('#targets-upload input[type=file]').files.length") == 1


@pytest.mark.browser
def test_a_file_that_is_sent_from_the_page_arrives_with_its_name(visit, house):
    """With the browser's own Origin, under the page's own policy."""
    kept = []
    house.province.put_upload = lambda *given: kept.append(given) or 1
    page = visit("/targets", PHONE, wait=False)
    page.wait_for_selector("#targets-upload .do")
    page.locator("#targets-upload input[name=by]").first.fill("Nguyễn Văn A")
    content = "Mã địa bàn;Giai đoạn;Chỉ tiêu;Hạn;Nguồn;Hiệu lực từ\n747;first;95;31/12/2021;KH;01/01/2021".encode()
    page.locator("#targets-upload input[type=file]").first.set_input_files(
        {"name": "chỉ tiêu.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.locator("#targets-upload .do").first.click()
    page.wait_for_url("**/upload/1?lang=vi")
    page.wait_for_selector("#upload-changes .datatable")
    ((relation, name, _sha256, _size, _given, rows, faults, by, is_self_declared),) = kept
    assert (relation, name, by, is_self_declared, faults) == ("targets", "chỉ tiêu.csv", "Nguyễn Văn A", True, [])
    assert rows[0]["unit_code"] == "747"
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
def test_a_file_that_nobody_handed_in_is_not_found(visit):
    page = visit("/upload/99", wait=False)
    page.wait_for_selector(".no-such-place")
    assert "99" in page.locator(".no-such-place").inner_text()
