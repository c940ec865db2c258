"""Workbooks as people and other programs make them: sheets, days, formulas, and what no honest program writes."""

import json
import re
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from etl.sources.files import DeliveryError
from tests.etl.test_sources_files import COLUMNS, FIELDS, folder, read, row, settle


def ids(records) -> list[str]:
    return [record["record_id"] for record in records]


def book(path, sheets: dict, hidden=(), charts=()) -> None:
    """Sheets by name, each a list of lines."""
    made = xlsxwriter.Workbook(path, {"strings_to_formulas": True})
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for name, lines in sheets.items():
        sheet = made.add_worksheet(name)
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                else:
                    sheet.write(at, column, cell)
        if name in hidden:
            sheet.hide() if len(hidden) == 1 else sheet.very_hidden()
    for name in charts:
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": [next(iter(sheets)), 0, 0, 1, 0]})
        made.add_chartsheet(name).set_chart(chart)
    made.close()
    settle(path)


def rewritten(path, change) -> None:
    """The same workbook with its parts changed: change(name, content) → content."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, change(name, content))
    settle(path)


# Sheets


def test_every_visible_sheet_with_the_header_is_read(tmp_path):
    swapped = [*reversed(COLUMNS)]
    book(tmp_path / "a.xlsx", {
        "Bìa": [["DANH SÁCH TIÊM"], ["Tháng 11"]], "Xã 1": [COLUMNS, row(1), row(2)], "Xã 2": [["Xã 2"], swapped, [*reversed(row(3))]],
        "Trống": [], "Chỉ đầu": [COLUMNS],
    }, charts=["Biểu đồ"])  # fmt: skip
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    page = source.read_delivery(delivery, 0, 100)
    assert ids(page.records.to_pylist()) == ["1", "2", "3"]
    assert page.note == 'not read, for the header is not there: sheet "Bìa"'


@pytest.mark.parametrize("hidden", [["Ẩn"], ["Ẩn", "Rất ẩn"]])
def test_a_hidden_sheet_is_read_only_when_it_is_asked_for_and_named_when_not(tmp_path, hidden):
    book(tmp_path / "a.xlsx", {"Xã 1": [COLUMNS, row(1)]} | {name: [COLUMNS, row(2)] for name in hidden}, hidden)
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    page = source.read_delivery(delivery, 0, 100)
    assert ids(page.records.to_pylist()) == ["1"]
    assert all(f'sheet "{name}"' in page.note for name in hidden) and "hidden" in page.note
    assert ids(read(folder(tmp_path, sheet="Ẩn"))) == ["2"]


@pytest.mark.parametrize(
    ("sheets", "hidden", "charts", "said"),
    [
        ({"Bìa": [["x"]], "Ẩn": [COLUMNS, row(1)]}, ["Ẩn"], [], 'only hidden sheets have the header: sheet "Ẩn"; show them, or name one'),
        ({"A": [COLUMNS, row(1)], "B": [COLUMNS[:-1], row(2)[:-1]]}, [], [],
         'column "Ngày tiêm" is not in sheet "B"; it has: Mã mũi, .*; sheet "A" has it: either all are read or none'),
        ({"A": [COLUMNS[:-1], row(1)[:-1]], "B": [["x"]]}, [], [], 'column "Ngày tiêm" is not in sheet "A"; it has: .*; nor in sheet "B"$'),
        ({"A": []}, [], [], "the sheet is empty"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_sheets(tmp_path, sheets, hidden, charts, said):
    book(tmp_path / "a.xlsx", sheets, hidden, charts)
    with pytest.raises(DeliveryError, match=rf"^sources\.lists: a\.xlsx: {said}"):
        read(folder(tmp_path))


def test_a_workbook_of_charts_alone_is_named(tmp_path):
    made = openpyxl.Workbook()
    made.create_chartsheet("Biểu đồ").add_chart(openpyxl.chart.LineChart())
    del made["Sheet"]
    made.save(tmp_path / "a.xlsx")
    settle(tmp_path / "a.xlsx")
    with pytest.raises(DeliveryError, match=r"a\.xlsx: has no sheet with cells; it has: Biểu đồ$"):
        read(folder(tmp_path))


# Days


def typed(day: int, n: int = 0):
    """What an American spreadsheet makes of a day of October, typed as 05/10/2021."""
    return date(2021, day, 10) if day <= 12 else f"{day}/10/2021"


def days(path, cells) -> None:
    book(path, {"Xã 1": [COLUMNS, *([*row(n)[:-1], cell] for n, cell in enumerate(cells))]})


FIELDS_OF_DAYS = FIELDS | {"injected_at": {"column": "Ngày tiêm", "format": "%d/%m/%Y"}}


@pytest.mark.parametrize("cells", [
    [typed(day) for day in (3, 5, 25, 7, 28, 30)],
    [typed(day) for day in (3, 25)],
    [typed(day) for day in (3, 5, 9, 25)] + ["07/10/2021"] * 0,
    ["25/10/2021 08:30", date(2021, 5, 10)],
    ["10/25/2021", date(2021, 5, 10)],
])  # fmt: skip
def test_a_column_whose_days_are_dates_up_to_the_12th_and_texts_behind_it_is_named(tmp_path, cells):
    days(tmp_path / "a.xlsx", cells)
    with pytest.raises(DeliveryError, match=r'a\.xlsx: column "Ngày tiêm" of sheet "Xã 1" mixes real dates'):
        read(folder(tmp_path, fields=FIELDS_OF_DAYS))


@pytest.mark.parametrize("cells", [
    [date(2021, 10, 5), date(2021, 10, 25), "25/10/2021", "05/10/2021"],
    [date(2021, 10, 5), date(2021, 10, 6), "07/10/2021"],
    [date(2021, 10, day) for day in (1, 5, 12)],
    [date(2021, 10, 15), "25/10/2021"],
])  # fmt: skip
def test_dates_and_texts_side_by_side_are_read_where_they_tell_the_same_days(tmp_path, cells):
    days(tmp_path / "a.xlsx", cells)
    found = read(folder(tmp_path, fields=FIELDS_OF_DAYS))
    assert [r["unreadable"] for r in found] == [None] * len(cells)
    assert {r["injected_at"].astimezone(UTC).month for r in found} == {10, 9} or {r["injected_at"].month for r in found} <= {
        9,
        10,
    }


def test_nothing_of_a_long_list_is_given_before_its_days_are_known(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.sources.workbooks.CELLS", 1000)
    cells = [typed(1 + n % 12) for n in range(800)] + [typed(13 + n % 15) for n in range(300)]
    days(tmp_path / "a.xlsx", cells)
    source = folder(tmp_path, fields=FIELDS_OF_DAYS)
    (delivery,) = source.deliveries()
    with pytest.raises(DeliveryError, match="mixes real dates"):
        source.read_delivery(delivery, 0, 10)


def test_a_year_that_was_typed_short_is_named(tmp_path):
    lines = [row(1), row(2), row(3)]
    lines[0][3], lines[1][-1], lines[2][3] = "01/02/0085", "05/11/0021 08:30", "01/02/1899"
    book(tmp_path / "a.xlsx", {"Xã 1": [COLUMNS, *lines]})
    found = read(folder(tmp_path))
    assert [r["unreadable"] and [*json.loads(r["unreadable"])] for r in found] == [["birth_date"], ["injected_at"], None]


# Formulas


def test_a_formula_without_a_value_is_named_in_any_field(tmp_path):
    made = openpyxl.Workbook()
    made.active.append([*COLUMNS, "Số lô", "Tình trạng"])
    made.active.append([*row(1), "=A1&B1", "completed"])
    made.active.append([*row(2)[:3], "=TODAY()", *row(2)[4:], "L1", "=B2"])
    made.active.append([row(3)[0], "=B2", *row(3)[2:], None, None])
    made.save(tmp_path / "a.xlsx")
    settle(tmp_path / "a.xlsx")
    found = read(
        folder(tmp_path, fields=FIELDS | {"lot_number": "Số lô", "status": {"column": "Tình trạng", "default": "completed"}})
    )
    assert [r["unreadable"] for r in found] == [
        '{"lot_number": "=·1&·1"}', '{"birth_date": "=TODAY()", "status": "=B2"}', '{"person_id": "(withheld)"}',
    ]  # fmt: skip


def test_a_formula_with_a_value_is_its_value(tmp_path):
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    sheet.write_row(1, 0, row(1))
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 4, '="S"&1', None, "S1")
    made.close()
    settle(tmp_path / "a.xlsx")
    (found,) = read(folder(tmp_path))
    assert (found["record_id"], found["site_code"], found["unreadable"]) == ("2", "S1", None)


# Other programs


def test_the_strict_form_is_read(tmp_path):
    book(tmp_path / "a.xlsx", {"Xã 1": [COLUMNS, row(1)]})
    plain, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"

    def change(_name, content: bytes) -> bytes:
        content = re.sub(plain + rb"(spreadsheetml|drawingml|officeDocument)/2006/", strict + rb"\1/", content)
        return content.replace(b"<workbookPr ", b'<workbookPr conformance="strict" ')

    rewritten(tmp_path / "a.xlsx", change)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as made:
        assert strict in made.read("xl/workbook.xml")
    assert ids(read(folder(tmp_path))) == ["1"]


def test_cells_without_places_and_names_with_prefixes_are_read(tmp_path):
    book(tmp_path / "a.xlsx", {"Xã 1": [COLUMNS, row(1)]})

    def change(name, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return content
        content = re.sub(rb' r="[A-Z]*\d+"', b"", content)
        content = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content)
        return content.replace(b"xmlns=", b"xmlns:x=")

    rewritten(tmp_path / "a.xlsx", change)
    assert ids(read(folder(tmp_path))) == ["1"]


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path):
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    sheet.write_row(1, 0, row(1)[:-1])
    sheet.write_datetime(1, 7, datetime(2021, 11, 5, 8, 30), made.add_format({"num_format": "[$-42A]dd/mm/yyyy hh:mm;@"}))
    made.close()
    settle(tmp_path / "a.xlsx")
    (found,) = read(folder(tmp_path))
    assert found["injected_at"] == datetime(2021, 11, 5, 1, 30, tzinfo=UTC)


# Bombs: what 100 kB may do to who reads them


def bomb(path, part: str, piece: bytes, before: bytes, times: int) -> None:
    """A good workbook with `piece` so many times behind `before` in one of its parts."""
    book(path, {"Xã 1": [COLUMNS, row(1)]})
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    assert before in parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name, content in parts.items():
            if name != part:
                new.writestr(name, content)
                continue
            head, mark, tail = content.partition(before)
            with new.open(name, "w") as out:
                out.write(head + mark)
                for _ in range(100):
                    out.write(piece * (times // 100))
                out.write(tail)
    settle(path)


@pytest.mark.parametrize(
    ("part", "piece", "before", "times", "said"),
    [
        ("xl/sharedStrings.xml", b"<si><t>" + b"a" * 5000 + b"</t></si>", b"</si>", 10_000, "needs more than 64 MiB of memory"),
        ("xl/worksheets/sheet1.xml", b'<row r="9"><c r="XFD9"><v>1</v></c></row>', b"<sheetData>", 20_000, "needs more than 64 MiB of memory"),
        ("xl/worksheets/sheet1.xml", b"<c/>", b'<row r="1" spans="1:8">', 8_000_000, "takes more than 1 s of computing"),
        ("xl/styles.xml", b'<xf numFmtId="0"/>', b'<cellXfs count="1">', 4_000_000, "(takes|needs) more than"),
    ],
)  # fmt: skip
def test_a_bomb_is_refused_with_the_limit_that_it_came_to(tmp_path, monkeypatch, part, piece, before, times, said):
    monkeypatch.setattr("etl.sources.workbooks._MEMORY", 64 << 20)
    monkeypatch.setattr("etl.sources.workbooks._SECONDS", 1)
    bomb(tmp_path / "a.xlsx", part, piece, before, times)
    assert (tmp_path / "a.xlsx").stat().st_size < 1 << 20
    with pytest.raises(DeliveryError, match=rf"^sources\.lists: a\.xlsx: {said}"):
        read(folder(tmp_path))


def test_a_document_type_is_refused(tmp_path):
    book(tmp_path / "a.xlsx", {"Xã 1": [COLUMNS, row(1)]})
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    rewritten(tmp_path / "a.xlsx", lambda _name, content: content.replace(b"<worksheet", entity, 1))
    with pytest.raises(DeliveryError, match=r"a\.xlsx: holds a document type"):
        read(folder(tmp_path))


def test_a_workbook_with_a_password_is_named(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    settle(tmp_path / "a.xlsx")
    with pytest.raises(DeliveryError, match=r"a\.xlsx: is an \.xls of old, or protected by a password"):
        read(folder(tmp_path))


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_parquet_file_that_unpacks_to_more_than_there_is_room_for_harms_nobody(tmp_path, monkeypatch, is_typed):
    monkeypatch.setattr("etl.sources.formats._PARQUET_MEMORY", 500 << 20)
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["y" * 100_000]))
    table = pa.table({name: pa.array([name] * 10_000) for name in COLUMNS[1:]} | {COLUMNS[0]: long})
    pq.write_table(table, tmp_path / "a.parquet", store_schema=is_typed)
    settle(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    if is_typed:  # it stays one text and 10,000 times its number
        assert len(read(folder(tmp_path), limit=10_000)) == 10_000
        return
    with pytest.raises(DeliveryError, match=r"a\.parquet: needs more than 500 MiB of memory to be read"):
        read(folder(tmp_path))
