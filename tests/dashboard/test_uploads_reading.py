"""Files that people hand in: read as they are written, refused by line and column, never calculated."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from dashboard.texts import TEXTS
from dashboard.uploads import reading, understand
from dashboard.uploads.cells import MAX_BYTES, MAX_ROWS
from sql.reference import HANDED_IN, TABLES, Text

HEADS = "Mã địa bàn;Giai đoạn;Nhóm tuổi;Nhóm ưu tiên;Chỉ tiêu (%);Hạn;Nguồn (văn bản);Hiệu lực từ"
LINE = "747;Đủ liều cơ bản;12-17;;95;31/12/2021;Kế hoạch 12;01/11/2021"
ROW = {"line": 2, "unit_code": "747", "stage": "complete", "age_band": "12-17", "priority_group": None, "share": 0.95,
       "due_on": "2021-12-31", "source": "Kế hoạch 12", "valid_from": "2021-11-01"}  # fmt: skip
PEOPLE = "Tên nguồn đối tượng đích;Nguồn (văn bản);Ngày số liệu;Hiệu lực từ;Mã địa bàn;Nhóm tuổi;Nhóm ưu tiên;Số người"


def csv(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("utf-8-sig")


def workbook(*rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def read(content: bytes, name="tep.csv", relation="targets"):
    return understand(content, name, relation)


def faults(found) -> list[tuple]:
    return [(fault.line, fault.column, fault.code, fault.found) for fault in found.faults]


def test_a_file_as_people_write_it_is_understood():
    found = read(csv(HEADS, LINE))
    assert (found.rows, found.faults) == ([ROW], [])
    assert found.given == [["1", *HEADS.split(";")], ["2", *LINE.split(";")]]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_be_called_in_either_language_in_any_order(mark):
    heads = ["source", "Target (%)", "STAGE", "hieu luc tu", "Due", "area code"]
    cells = ["Kế hoạch 12", "95%", "primary series complete", "2021-11-01", "2021-12-31", "747"]
    found = read(csv(mark.join(heads), mark.join(cells)))
    assert (found.rows, found.faults) == ([ROW | {"age_band": None}], [])


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("95", 0.95),
        ("95%", 0.95),
        ("95 %", 0.95),
        ("0,95", 0.95),
        ("0.95", 0.95),
        ("92,5", 0.925),
        ("100", 1.0),
        ("1", 1.0),
        ("4%", 0.04),
    ],
)
def test_a_share_may_be_written_in_each_usual_way(written, share):
    assert read(csv(HEADS, LINE.replace(";95;", f";{written};"))).rows[0]["share"] == share


@pytest.mark.parametrize(
    "written", ["0", "101", "120%", "1,5", "-5", "0,9,5", "chín mươi", "1e2", "nan", "95,5,5%", "²", "100,004%", "1.00004"]
)
def test_a_share_that_is_none_or_could_be_two_is_a_fault(written):
    assert faults(read(csv(HEADS, LINE.replace(";95;", f";{written};")))) == [(2, "share", "share", written)]


@pytest.mark.parametrize(
    ("written", "people"), [("1234", 1234), ("1.234", 1234), ("1,234", 1234), ("1 234 567", 1234567), ("0", 0)]
)
def test_people_may_be_grouped_by_thousands(written, people):
    found = read(csv(PEOPLE, f"Công an;CV 1;01/01/2021;01/01/2021;747;;;{written}"), relation="populations")
    assert (found.rows[0]["persons"], found.faults) == (people, [])


@pytest.mark.parametrize("written", ["12,5", "1.23", "-3", "1e3", "1234567890", "=1+1"])
def test_what_is_no_whole_number_of_people_is_a_fault(written):
    found = read(csv(PEOPLE, f"Công an;CV 1;01/01/2021;01/01/2021;747;;;{written}"), relation="populations")
    assert faults(found) == [(2, "persons", "persons", written)]


def test_every_fault_is_named_with_its_line_and_column():
    found = read(csv(HEADS, "747;Đủ;12-17;x;95;31/02/2021;;01/11/2021", LINE, "747;first;;;95;12/31/2021;KH;1999-01-01"))
    assert faults(found) == [
        (2, "stage", "stage", "Đủ"), (2, "priority_group", "group", "x"), (2, "due_on", "day", "31/02/2021"), (2, "source", "absent", ""),
        (4, "due_on", "day", "12/31/2021"), (4, "valid_from", "day", "1999-01-01"),
    ]  # fmt: skip
    assert [row["line"] for row in found.rows] == [3]


def test_a_missing_column_is_named_and_no_line_is_read():
    found = read(csv(HEADS.replace(";Hạn", "").replace("Chỉ tiêu (%)", "Cột lạ"), LINE))
    assert faults(found) == [(1, "share", "column", ""), (1, "due_on", "column", "")]
    assert found.rows == []


def test_a_column_that_is_there_twice_is_a_fault():
    assert faults(read(csv(f"{HEADS};Due", f"{LINE};01/01/2022"))) == [(1, "due_on", "head_twice", "Due")]


def test_a_line_said_twice_counts_once_and_a_contradiction_names_both_lines():
    assert [row["line"] for row in read(csv(HEADS, LINE, LINE)).rows] == [2]
    assert faults(read(csv(HEADS, LINE, LINE, LINE.replace(";95;", ";90;")))) == [(4, "", "twice", "2")]


def test_a_version_of_populations_has_one_source_and_date():
    lines = (
        "A;CV 1;01/01/2021;01/01/2021;747;;;5",
        "A;CV 2;01/01/2021;01/01/2021;748;;;5",
        "B;CV 2;01/01/2021;01/01/2021;748;;;5",
    )
    assert faults(read(csv(PEOPLE, *lines), relation="populations")) == [(3, "version", "header", "A")]


def test_what_the_tables_may_not_hold_is_a_fault_and_not_cut():
    line = LINE.replace("Kế hoạch 12", "K" * 301)
    assert faults(read(csv(HEADS, line))) == [(2, "source", "long", "K" * 60)]
    assert read(csv(HEADS, line.replace("K" * 301, "K" * 300))).rows[0]["source"] == "K" * 300
    assert all(str(Text().most) in said for said in TEXTS["fault.long"])


@pytest.mark.parametrize("relation", HANDED_IN)
def test_each_column_of_a_table_can_be_written_and_is_told_about(relation):
    for name in TABLES[relation].handed_in:
        assert name in reading._WRITTEN
        assert {f"upload.column.{name}", f"upload.about.{name}"} <= TEXTS.keys()
    assert {f"fault.{code}" for _read, code in reading._WRITTEN.values()} <= TEXTS.keys()


@pytest.mark.parametrize(("relation", "line"), [
    ("targets", LINE),
    ("populations", "Công an;CV 1;01/01/2021;1/1/2021;747;;3;1.234"),
    ("populations", "Công an;CV 1;2021-01-01;01-01-2021;747;12 – 17;;0"),
])  # fmt: skip
def test_what_is_understood_of_a_file_is_what_the_etl_takes_up(relation, line):
    heads = HEADS if relation == "targets" else PEOPLE
    for row in read(csv(heads, line), relation=relation).rows:
        for name, column in TABLES[relation].handed_in.items():
            if row[name] is not None:
                assert column.kind.read(str(row[name])) == row[name]


def test_people_are_of_an_age_or_of_a_group():
    found = read(csv(PEOPLE, "A;CV 1;01/01/2021;01/01/2021;747;12-17;3;5"), relation="populations")
    assert faults(found) == [(2, "priority_group", "both", "")]


# Workbooks


def test_a_workbook_is_read_by_its_values():
    heads = HEADS.split(";")
    cells = [747, "Đủ liều cơ bản", "12-17", None, 0.95, datetime(2021, 12, 31), "Kế hoạch 12", date(2021, 11, 1)]
    assert read(workbook(heads, cells), "tep.xlsx").rows == [ROW]
    found = read(workbook([], heads, [], cells), "tep.xlsx")
    assert [row["line"] for row in found.rows] == [4]  # as the spreadsheet numbers it


def test_a_formula_is_not_calculated_but_named():
    cells = ["747", "first", None, None, "=1-0.05", "=TODAY()", '=HYPERLINK("http://x","KH")', "2021-11-01"]
    assert faults(read(workbook(HEADS.split(";"), cells), "tep.xlsx")) == [
        (2, "share", "formula", "=1-0.05"), (2, "due_on", "formula", "=TODAY()"), (2, "source", "formula", '=HYPERLINK("http://x","KH")'),
    ]  # fmt: skip


def test_ages_that_the_spreadsheet_made_a_day_of_are_named():
    cells = ["747", "first", datetime(2021, 11, 5), None, 95, "2021-12-31", "KH", "2021-11-01"]
    assert faults(read(workbook(HEADS.split(";"), cells), "tep.xlsx")) == [(2, "age_band", "age_date", "2021-11-05")]


# What no honest spreadsheet writes


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def infected(part: str, old: bytes, new: bytes) -> bytes:
    """A good workbook with one thing in it changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(HEADS.split(";"), LINE.split(";")))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            content = good.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new, 1)
            bad.writestr(name, content)
    return out.getvalue()


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (HEADS.encode("cp1258", "replace"), "tep.csv", "encoding"),
        (HEADS.encode("utf-16"), "tep.csv", "encoding"),
        (b"a;b\0;c\n1;2;3", "tep.csv", "encoding"),
        (b"%PDF-1.7", "tep.pdf", "kind"),
        (b"\xd0\xcf\x11\xe0 old Excel", "tep.xls", "kind"),
        (b"", "tep.csv", "empty"),
        (b";;;\n\n ; \n", "tep.csv", "empty"),
        (HEADS.encode(), "tep.csv", "empty"),
        (b"PK\x03\x04 cut off", "tep.xlsx", "unreadable"),
        (packed(nothing=b"<x/>"), "tep.xlsx", "unreadable"),
        (infected("xl/worksheets/sheet1.xml", b"<worksheet", ENTITY), "tep.xlsx", "unreadable"),
        (("a;b\n" * (MAX_ROWS + 2)).encode(), "tep.csv", "rows"),
        (b'a;"' + b"x" * 200_000, "tep.csv", "unreadable"),
    ],
    ids=["not utf-8", "utf-16", "nul", "pdf", "xls", "empty", "blank", "heads alone", "cut", "no workbook", "entities", "long", "field"],
)  # fmt: skip
def test_what_cannot_be_read_is_said(content, name, code):
    found = read(content, name)
    assert (faults(found), found.rows) == ([(0, "", code, "")], [])


def several(*sheets, hidden=()) -> bytes:
    """A workbook with a sheet for each of (name, lines)."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    del book["Sheet"]
    for name, lines in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for line in lines:
            sheet.append(line)
    book.save(out)
    return out.getvalue()


HEAD, TARGET = HEADS.split(";"), ["747", "first", None, None, 95, "2021-12-31", "KH", "2021-11-01"]
OTHER = ["748", *TARGET[1:]]


def test_the_sheet_with_the_table_is_read_wherever_it_stands_and_a_hidden_one_never():
    units = ("Địa bàn", [["Mã địa bàn", "Hiệu lực từ"], ["747", "2021-11-01"]])
    found = read(several(units, ("Chỉ tiêu", [HEAD, TARGET]), ("Cũ", [HEAD, OTHER]), hidden=["Cũ"]), "tep.xlsx")
    assert ([row["unit_code"] for row in found.rows], found.faults) == (["747"], [])
    found = read(several(("Cũ", [HEAD, OTHER]), ("Chỉ tiêu", [HEAD, TARGET]), hidden=["Cũ"]), "tep.xlsx")
    assert [row["unit_code"] for row in found.rows] == ["747"]


def test_several_sheets_with_the_table_or_a_hidden_one_alone_are_refused_by_name():
    found = read(several(("A", [HEAD, TARGET]), ("B", [HEAD, OTHER])), "tep.xlsx")
    assert (faults(found), found.rows) == ([(0, "", "sheets", "A, B")], [])
    found = read(several(("Ẩn", [HEAD, TARGET]), ("Bìa", [["Kế hoạch"]]), hidden=["Ẩn"]), "tep.xlsx")
    assert (faults(found), found.rows) == ([(0, "", "hidden", "Ẩn")], [])


def swollen(part: str, behind: bytes, piece: bytes, times: int) -> bytes:
    """A good workbook with a piece so many times in one of its parts."""
    return infected(part, behind, behind + piece * times)


@pytest.mark.parametrize(
    ("part", "behind", "piece", "times", "code"),
    [
        (
            "xl/worksheets/sheet1.xml",
            b"<sheetData>",
            b'<row><c t="inlineStr"><is><t>' + b"a" * 5000 + b"</t></is></c></row>",
            20_000,
            "memory",
        ),
        ("xl/styles.xml", b'<cellXfs count="1">', b'<xf numFmtId="0"/>', 5_000_000, "time"),
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<row><c/></row>", 4_000_000, "time"),
    ],
)
def test_a_bomb_is_refused_with_the_limit_that_it_came_to(monkeypatch, part, behind, piece, times, code):
    monkeypatch.setattr("dashboard.uploads.cells._MAX_MEMORY", 96 << 20)
    monkeypatch.setattr("dashboard.uploads.cells._MAX_SECONDS", 10 if code == "memory" else 1)
    bomb = swollen(part, behind, piece, times)
    assert len(bomb) < MAX_BYTES
    assert faults(read(bomb, "tep.xlsx")) == [(0, "", code, "")]


def test_a_sheet_that_lies_about_its_size_is_read_to_its_end():
    lying = infected("xl/worksheets/sheet1.xml", b'<dimension ref="A1:H2"', b'<dimension ref="A1:A1"')
    assert read(lying, "tep.xlsx").rows == [ROW]


def test_control_characters_and_lines_do_not_come_along():
    found = read(
        workbook(HEADS.split(";"), ["747", "first", None, None, 95, "2021-12-31", "KH\n\u202e  12", "2021-11-01"]), "t.xlsx"
    )
    assert found.rows[0]["source"] == "KH 12"


def test_no_more_faults_are_told_than_somebody_reads():
    found = read(
        csv(HEADS, *[f"747;first;;{n};95;x;KH;2021-11-01" for n in range(1, 99)], *["747;first;;;95;y;KH;2021-11-01"] * 200)
    )
    assert len(found.faults) == 298
    assert len(found.said()) == 200
