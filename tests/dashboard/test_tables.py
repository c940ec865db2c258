"""Tables as values: sorted, drawn and taken away from the same rows."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from dash import html

from dashboard.components.datatable import datatable
from dashboard.components.table import twin
from dashboard.credit import Credit, credit
from dashboard.exports import delimited, workbook
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import charts
from dashboard.tables import Bar, Column, Row, Table, total
from dashboard.view import Reader
from sql.formulas import harmless
from tests.dashboard.province import Province
from tests.dashboard.tree import elements, of_class, said

VI = LANGUAGES["vi"]
COLUMNS = [
    Column("name", "Điểm tiêm", "text"),
    Column("doses", "Đã tiêm", unit="mũi"),
    Column("coverage", "Tỷ lệ", "bar"),
    Column("moved", "Thứ hạng", "movement"),
    Column("last", "Mũi gần nhất", "moment"),
    Column("alert", "Cảnh báo", "warning"),
]
ROWS = [
    Row({"name": "Đất Đỏ", "doses": 12, "coverage": Bar(0.5, 0.95), "moved": -2, "alert": "im lặng"}, href="/site/1"),
    Row(
        {
            "name": "Bà Rịa",
            "doses": 1500,
            "coverage": Bar(0.25),
            "moved": 1,
            "last": datetime(2021, 11, 5, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        }
    ),
    Row({"name": "=1+1", "doses": None, "coverage": None, "moved": 0, "last": None, "alert": None}),
]
FOOT = [Row({"name": "Chưa xác định", "doses": 3}, kind="nowhere"), Row({"name": "Tổng", "doses": 1515}, kind="total")]
TABLE = Table("Điểm tiêm", "Mũi tiêm", COLUMNS, ROWS, FOOT)
CREDIT = Credit(("Tỉnh Mẫu", "Số liệu tính đến 07:30 05/11/2021, đợt 7", "Dữ liệu minh họa"), "sites_x_1", 7)


def test_a_twin_that_is_cut_says_so():
    rows = [Row({"name": f"{n}", "doses": n}) for n in range(70)]
    whole = Table("Mũi tiêm", "mũi", COLUMNS[:2], rows)
    shown = html.Div(twin(VI, whole, 60))
    assert sum(isinstance(part, html.Tr) for part in elements(shown)) == 61 and "Đang hiện 60 dòng đầu trong 70" in said(
        shown
    )
    assert "Đang hiện" not in said(html.Div(twin(VI, whole, 70)))


def names(table: Table) -> list[str]:
    return [row.values["name"] for row in table.rows]


@pytest.mark.parametrize(
    "by, order",
    [
        ("name", ["=1+1", "Bà Rịa", "Đất Đỏ"]),
        ("-name", ["Đất Đỏ", "Bà Rịa", "=1+1"]),
        ("doses", ["Đất Đỏ", "Bà Rịa", "=1+1"]),  # what has no figure is last either way
        ("-doses", ["Bà Rịa", "Đất Đỏ", "=1+1"]),
        ("-coverage", ["Đất Đỏ", "Bà Rịa", "=1+1"]),
        ("moved", ["Đất Đỏ", "=1+1", "Bà Rịa"]),
        ("of_another_table", ["Đất Đỏ", "Bà Rịa", "=1+1"]),
        (None, ["Đất Đỏ", "Bà Rịa", "=1+1"]),
    ],
)
def test_a_table_is_sorted_as_the_address_says(by, order):
    assert names(TABLE.sorted(by)) == order


def test_columns_of_nothing_are_left_out_where_the_page_says_so():
    rows = [Row({"name": "A", "doses": 0, "moved": None}), Row({"name": "B", "doses": 0, "moved": 2})]
    table = Table("", "", COLUMNS, rows, foot=[Row({"name": "Tổng", "last": 1}, kind="total")])
    left = [column.key for column in table.without_zeros(("doses", "coverage", "moved", "last")).columns]
    assert left == ["name", "moved", "last", "alert"]


def test_a_column_of_no_kind_is_refused():
    with pytest.raises(ValueError, match="persons is no kind of column"):
        Column("a", "A", "persons")


def test_rows_are_drawn_with_links_units_marks_and_their_foot():
    drawn = datatable(VI, TABLE, Filters(path="/sites"))
    text = said(drawn)
    for part in ("Đất Đỏ", "1.500", "50,0%", "giảm 2 bậc", "07:30 05/11/2021", "im lặng", "Tổng", "1.515"):
        assert part in text, part
    assert [link.href for link in of_class(drawn, "row-link")] == ["/site/1"]
    kinds = [getattr(row, "className", "") for row in elements(drawn) if type(row).__name__ == "Tr"]
    assert kinds[-2:] == ["nowhere", "total"]


def test_a_head_sorts_and_says_in_which_order_it_is():
    heads = {head.className: head for head in elements(datatable(VI, TABLE, Filters(path="/sites", sort="-doses")))
             if type(head).__name__ == "Th" and getattr(head, "scope", "") == "col"}  # fmt: skip
    link = of_class(heads["count doses"], "sort")[0]
    assert (getattr(heads["count doses"], "aria-sort"), link.href) == ("descending", "/sites?sort=doses")
    assert of_class(heads["text name"], "sort")[0].href == "/sites?sort=name"
    assert not hasattr(heads["text name"], "aria-sort")


# --- taken away


def opened(table: Table):
    return openpyxl.load_workbook(io.BytesIO(workbook.write(table, CREDIT, VI))).active


def test_a_workbook_says_what_it_is_and_its_numbers_are_numbers():
    rows = [list(row) for row in opened(TABLE).iter_rows(values_only=True)]
    assert [row[0] for row in rows[:6]] == ["Điểm tiêm", "Mũi tiêm", *CREDIT.lines, None]
    assert rows[6] == ["Điểm tiêm", "Đã tiêm (mũi)", "Tỷ lệ", "Thứ hạng", "Mũi gần nhất", "Cảnh báo"]
    assert rows[7] == ["Đất Đỏ", 12, 0.5, -2, None, "im lặng"]
    assert rows[8] == ["Bà Rịa", 1500, 0.25, 1, datetime(2021, 11, 5, 7, 30), None]
    assert rows[-1][:2] == ["Tổng", 1515]


def test_a_workbook_writes_shares_as_per_cent():
    assert opened(TABLE).cell(8, 3).number_format == "0.0%"


def test_a_csv_opens_in_excel_with_its_letters():
    body = delimited.write(Table.of("T", "U", [Column("day", "Ngày", "day")], [[date(2021, 11, 5)]]), CREDIT, VI)
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[-2:] == [["Ngày"], ["2021-11-05"]] and ["Dữ liệu minh họa"] in rows


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@sum", "\t=1", "\r=1"])
def test_no_text_is_a_formula_in_a_spreadsheet(text):
    table = Table.of(text, "U", [Column("a", text, "text")], [[text]])
    assert harmless(text) == "'" + text
    cells = [cell.value for row in opened(table).iter_rows() for cell in row if cell.value]
    assert not [cell for cell in cells if str(cell).startswith(text[0])] and opened(table).cell(1, 1).data_type == "s"
    lines = delimited.write(table, CREDIT, VI).decode("utf-8-sig")
    assert not [cell for row in csv.reader(io.StringIO(lines)) for cell in row if cell.startswith(text[0])]


def test_a_number_below_zero_stays_a_number():
    assert harmless(-2) == -2


def test_the_credit_says_unit_filters_as_of_source_and_denominator():
    view = Reader(Province(), "vi").read("/?unit=747&age=2&vaccine=PF&from=2021-10-01")
    made = credit(view, charts.TREND)
    assert made.lines[0] == "Thành phố Vũng Tàu; theo nơi ở; 01/10/2021–…; nhóm tuổi 18+; vắc xin PF"
    assert "đợt 7" in made.lines[1] and made.lines[2] == "Nguồn: platform"
    assert made.lines[3] == "Mẫu số: Tổng điều tra, ngày 01/04/2019." and made.lines[4] == "Dữ liệu minh họa"
    assert made.name.startswith("overview-trend_thanh-pho-vung-tau_20") and made.name.isascii()


def test_doses_are_credited_with_no_denominator():
    view = Reader(Province(), "vi").read("/")
    assert not [line for line in credit(view, charts.HOURS).lines if line.startswith("Mẫu số")]
    assert not [
        line for line in credit(Reader(Province(), "vi").read("/?basis=place"), charts.TREND).lines if "Mẫu số" in line
    ]


def test_a_total_is_told_of_what_every_row_tells():
    rows = [Row({"name": "A", "people": 3, "late": 1}), Row({"name": "B", "people": 4, "late": None})]
    assert total(rows, "name", "Tổng", ("people", "late")) == Row({"name": "Tổng", "people": 7, "late": None}, kind="total")
