"""A folder as a source: what is noticed, what is read, and what a file that cannot be read says."""

import gzip
import json
import os
import re
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.settings import FilesSource
from etl.sources import SourceError
from etl.sources.files import DeliveryError
from etl.sources.kinds import open_source

ZONE = "Asia/Ho_Chi_Minh"
FIELDS = {
    "record_id": "Mã mũi",
    "person_id": {"column": "CCCD", "format": "%012d"},
    "full_name": "Họ tên",
    "birth_date": {"column": "Ngày sinh", "format": "%d/%m/%Y"},
    "site_code": "Điểm",
    "vaccine_code": "Vắc xin",
    "dose_number": "Mũi",
    "injected_at": {"column": "Ngày tiêm", "format": "%d/%m/%Y %H:%M"},
    "updated_at": {"file": "modified"},
}
COLUMNS = ["Mã mũi", "CCCD", "Họ tên", "Ngày sinh", "Điểm", "Vắc xin", "Mũi", "Ngày tiêm"]
LONG_AGO = 1_636_070_400.25  # 2021-11-05 00:00:00.25 UTC


def row(n: int) -> list[str]:
    return [str(n), f"0770{n:08}", "Nguyễn Thị Lan", "01/02/1985", f"S{n % 3}", "AZ", "1", "05/11/2021 08:30"]


def folder(tmp_path, pattern="*", **more):
    given = {"kind": "files", "folder": str(tmp_path), "pattern": pattern, "fields": FIELDS} | more
    return open_source("lists", FilesSource.model_validate_json(json.dumps(given)), ZONE, b"k" * 32)


def put(path, content: bytes, age: float | None = None):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    settle(path, age)
    return path


def settle(path, age: float | None = None) -> None:
    moment = LONG_AGO if age is None else time.time() - age
    os.utime(path, (moment, moment))


def as_csv(rows, delimiter=",", header=COLUMNS) -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in line) + "\r\n" for line in [header, *rows])


def as_xlsx(path, rows, above=(), title="Sheet", header=COLUMNS) -> None:
    book = openpyxl.Workbook()
    book.active.title = title
    for line in [*above, header, *rows]:
        book.active.append(line)
    book.save(path)
    settle(path)


def known(delivery, state="done", done=0):
    """A row of warehouse.delivery."""
    return SimpleNamespace(**vars(delivery) | {"state": state, "records_done": done})


def read(source, delivery=None, limit=1000) -> list[dict]:
    if delivery is None:
        (delivery,) = source.deliveries()
    found, more = [], True
    while more:
        page = source.read_delivery(delivery, len(found), limit)
        assert page.unit == delivery.path
        found += page.records.to_pylist()
        more = page.more
    return found


# -- what is read


def expected(n: int) -> dict:
    return {
        "record_id": str(n), "birth_date": date(1985, 2, 1), "site_code": f"S{n % 3}", "dose_number": 1,
        "injected_at": datetime(2021, 11, 5, 1, 30, tzinfo=UTC), "identity_status": "unknown", "unreadable": None,
        "updated_at": datetime(2021, 11, 5, 0, 0, 0, 250_000, tzinfo=UTC),
    }  # fmt: skip


def write_csv(path, rows):
    put(path, as_csv(rows).encode())


def write_gz(path, rows):
    put(path, gzip.compress(as_csv(rows).encode()))


def write_parquet(path, rows):
    columns = zip(*rows, strict=True)
    pq.write_table(
        pa.table({name: list(cells) for name, cells in zip(COLUMNS, columns, strict=True)}), path, row_group_size=7
    )
    settle(path)


WRITERS = {"a.csv": write_csv, "a.csv.gz": write_gz, "a.xlsx": as_xlsx, "A.PARQUET": write_parquet}


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_records(tmp_path, name, limit):
    WRITERS[name](tmp_path / name, [row(n) for n in range(20)])
    found = read(folder(tmp_path), limit=limit)
    assert [{k: v for k, v in record.items() if k in expected(0)} for record in found] == [expected(n) for n in range(20)]


@pytest.mark.parametrize("name", WRITERS)
def test_a_loading_that_was_cut_off_goes_on(tmp_path, name):
    WRITERS[name](tmp_path / name, [row(n) for n in range(20)])
    (first,) = folder(tmp_path).deliveries()
    page = folder(tmp_path).read_delivery(first, 0, 8)
    assert page.received == 8 and page.more
    another = folder(tmp_path)
    (again,) = another.deliveries([known(first, "loading", 8)])
    assert again.records_done == 8
    rest = another.read_delivery(again, 8, 100)
    assert rest.records["record_id"].to_pylist() == [str(n) for n in range(8, 20)] and not rest.more


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_csv_of_any_delimiter_and_encoding(tmp_path, delimiter, encoding):
    put(tmp_path / "a.csv", as_csv([row(1)], delimiter).encode(encoding))
    (record,) = read(folder(tmp_path, encoding=encoding))
    assert (record["record_id"], record["unreadable"]) == ("1", None)


def test_csv_with_lines_in_cells_and_in_its_header(tmp_path):
    header = ["Mã\nmũi", *COLUMNS[1:]]
    line = row(1)
    line[4] = "S\n1"
    put(tmp_path / "a.csv", as_csv([line], header=header).encode())
    (record,) = read(folder(tmp_path))
    assert (record["record_id"], record["site_code"]) == ("1", "S\n1")


def test_a_header_in_other_letters_of_the_same_look(tmp_path):
    import unicodedata

    header = [unicodedata.normalize("NFD", name) for name in COLUMNS]
    put(tmp_path / "a.csv", as_csv([row(1)], header=header).encode())
    assert len(read(folder(tmp_path))) == 1


def test_a_file_with_a_header_alone_has_no_records(tmp_path):
    put(tmp_path / "a.csv", as_csv([]).encode())
    assert read(folder(tmp_path)) == []


# -- spreadsheets


def test_cells_of_a_spreadsheet_keep_their_meaning(tmp_path):
    as_xlsx(
        tmp_path / "a.xlsx",
        [
            [7, 77085001234, "Lan", date(1985, 2, 1), "S1", "AZ", 1, datetime(2021, 11, 5, 8, 30)],
            [8.0, 273123456, "Mai", 1950, "S1", "AZ", 2.0, datetime(2021, 11, 5, 8, 29, 59, 999_900)],
            [9, "077085001234", "Lan", "1/2/1985", "S1", "AZ", "1", "05/11/2021 08:30"],
        ],
    )
    first, second, third = read(folder(tmp_path))
    moment = datetime(2021, 11, 5, 1, 30, tzinfo=UTC)
    assert [r["injected_at"] for r in (first, second, third)] == [moment] * 3
    assert [r["unreadable"] for r in (first, second, third)] == [None] * 3
    assert (first["record_id"], second["record_id"], second["dose_number"], second["birth_year"]) == ("7", "8", 2, 1950)
    # the number lost its zero, and `format: "%012d"` gives it back
    assert first["person_key"] == third["person_key"] and first["identity_status"] == "unknown"
    assert second["identity_status"] == "unknown"


def test_titles_above_the_header_and_empty_rows_below_are_no_records(tmp_path):
    as_xlsx(tmp_path / "a.xlsx", [row(1), [None] * 8, row(2), [None]], above=[["DANH SÁCH TIÊM"], [], ["Tháng 11"]])
    assert [record["record_id"] for record in read(folder(tmp_path))] == ["1", "2"]


def test_the_sheet_may_be_named(tmp_path):
    as_xlsx(tmp_path / "a.xlsx", [row(1)], title="Mũi 1")
    assert len(read(folder(tmp_path, sheet="Mũi 1"))) == 1
    with pytest.raises(DeliveryError, match=r'sources\.lists: a\.xlsx: sheet "Mũi 2" is not in it; it has: Mũi 1'):
        read(folder(tmp_path, sheet="Mũi 2"))


def test_two_columns_of_one_name_are_told_apart(tmp_path):
    as_xlsx(tmp_path / "a.xlsx", [[*row(1), "S9"]], header=[*COLUMNS, "Điểm"])
    (record,) = read(folder(tmp_path, fields=FIELDS | {"site_code": "Điểm (2)"}))
    assert record["site_code"] == "S9"


def test_the_line_by_which_excel_is_told_the_delimiter_is_no_header(tmp_path):
    text = as_csv([row(1), row(2)[:-1], row(3)]).replace(",", ";")
    put(tmp_path / "a.csv", f"\ufeffsep=;\r\n{text}".encode())
    found = read(folder(tmp_path))
    assert [record["record_id"] for record in found if not record["unreadable"]] == ["1", "3"]
    assert [record["record_id"] for record in found if record["unreadable"]] == ["a.csv#4"]


def test_lines_that_are_none_cost_no_more_than_others(tmp_path):
    put(tmp_path / "a.csv", as_csv([row(1), *[row(2)[:-1]] * 20_000, row(3)]).encode())
    started = time.monotonic()
    found = read(folder(tmp_path), limit=50_000)
    assert len(found) == 20_002 and sum(record["unreadable"] is None for record in found) == 2
    assert time.monotonic() - started < 10  # each of them by itself: 40 s


def test_a_cell_as_long_as_a_book_holds_up_nothing(tmp_path):
    long = "một dòng\n" * 100_000
    put(tmp_path / "a.csv", as_csv([row(1), [*row(2)[:2], long, *row(2)[3:]], row(3)]).encode())
    assert [record["record_id"] for record in read(folder(tmp_path))] == ["1", "2", "3"]


# -- what is noticed


def test_a_file_is_delivered_once_and_again_when_it_changes(tmp_path):
    path = put(tmp_path / "a.csv", as_csv([row(1)]).encode())
    source = folder(tmp_path)
    (first,) = source.deliveries()
    assert (first.path, first.size_bytes) == ("a.csv", path.stat().st_size)
    assert source.deliveries([known(first)]) == []
    put(path, as_csv([row(1), row(2)]).encode(), age=60)
    (second,) = source.deliveries([known(first)])
    assert second.sha256 != first.sha256 and len(read(source, second)) == 2


def test_a_file_that_failed_is_tried_once_more_when_the_settings_are_mended(tmp_path):
    """A Folder lives as long as its settings and its process."""
    path = put(tmp_path / "a.csv", as_csv([row(1)]).encode())
    wrong = folder(tmp_path, fields=FIELDS | {"lot_number": "Số lô"})
    (delivery,) = wrong.deliveries()
    with pytest.raises(DeliveryError, match='column "Số lô" is not in the file'):
        read(wrong, delivery)
    failed = [known(delivery, "failed")]
    assert wrong.deliveries(failed) == [] == wrong.deliveries(failed)

    mended = folder(tmp_path)
    (again,) = mended.deliveries(failed)
    assert len(read(mended, again)) == 1
    assert mended.deliveries([known(again)]) == []

    settle(path, 60)  # somebody asks for it by touching it
    (touched,) = wrong.deliveries(failed)
    assert touched.sha256 == delivery.sha256


def test_a_file_that_failed_half_way_begins_anew(tmp_path):
    put(tmp_path / "a.csv", as_csv([row(1)]).encode())
    (delivery,) = folder(tmp_path).deliveries()
    assert [d.records_done for d in folder(tmp_path).deliveries([known(delivery, "failed", 7)])] == [0]


def test_a_file_that_was_only_touched_is_not_new(tmp_path):
    path = put(tmp_path / "a.csv", b"x")
    source = folder(tmp_path)
    (first,) = source.deliveries()
    settle(path, 60)
    assert source.deliveries([known(first)]) == [] == folder(tmp_path).deliveries([known(first)])


def test_content_that_comes_back_is_new_again(tmp_path):
    path = put(tmp_path / "a.csv", b"one")
    source = folder(tmp_path)
    (first,) = source.deliveries()
    put(path, b"two", age=600)
    (second,) = source.deliveries([known(first)])
    put(path, b"one", age=60)
    (third,) = source.deliveries([known(first), known(second)])
    assert third.sha256 == first.sha256


def test_a_file_being_written_waits(tmp_path):
    path = put(tmp_path / "a.csv", b"x", age=0.5)
    source = folder(tmp_path)
    assert source.deliveries() == []
    settle(path, 2.5)
    assert len(source.deliveries()) == 1


def test_a_clock_that_is_ahead_delays_a_file_by_one_look(tmp_path):
    put(tmp_path / "a.csv", b"x", age=-3600)
    source = folder(tmp_path)
    assert source.deliveries() == []
    assert len(source.deliveries()) == 1


def test_a_file_of_the_far_future_is_refused_where_its_time_becomes_that_of_its_records(tmp_path):
    path = put(tmp_path / "a.csv", as_csv([row(1)]).encode(), age=-100 * 365 * 86400)
    source = folder(tmp_path)
    source.deliveries()
    (delivery,) = source.deliveries()
    with pytest.raises(DeliveryError, match=r"sources\.lists: a\.csv: its time of change, 2\d{3}-.* is in the future"):
        read(source, delivery)
    settle(path, 60)
    (mended,) = source.deliveries([known(delivery, "failed")])
    assert len(read(source, mended)) == 1
    settle(path, -100 * 365 * 86400)
    timed = folder(tmp_path, fields=FIELDS | {"updated_at": "Ngày tiêm"})
    timed.deliveries()
    assert len(read(timed)) == 1  # there it says nothing


def test_only_what_fits_the_pattern_and_is_finished(tmp_path):
    for name in ("a.csv", "b.xlsx", ".hidden.csv", "~$b.xlsx", "c.csv.part"):
        put(tmp_path / name, b"x")
    put(tmp_path / "deep" / "e.csv", b"x", age=600)
    put(tmp_path / "deep" / "deeper" / "f.csv", b"x", age=700)
    (tmp_path / "link").symlink_to("deep")
    fitting = {
        "*.csv": ["a.csv"], "a.csv": ["a.csv"], "[ab].*": ["a.csv", "b.xlsx"], "none.csv": [], "*": ["a.csv", "b.xlsx"],
        "**/*": ["a.csv", "b.xlsx", "deep/deeper/f.csv", "deep/e.csv"], "**/f.csv": ["deep/deeper/f.csv"],
        "*/*.csv": ["deep/e.csv", "link/e.csv"], "deep/*.csv": ["deep/e.csv"], "*/e.csv": ["deep/e.csv", "link/e.csv"],
        "**/deeper/*": ["deep/deeper/f.csv"], "**/**/*.csv": ["a.csv", "deep/deeper/f.csv", "deep/e.csv"], "./*.csv": ["a.csv"],
    }  # fmt: skip
    for pattern, paths in fitting.items():
        assert sorted(d.path for d in folder(tmp_path, pattern).deliveries()) == paths
        assert (
            sorted(
                p.relative_to(tmp_path).as_posix() for p in tmp_path.glob(pattern) if p.is_file() and p.name[0] not in ".~c"
            )
            == paths
        )


def test_a_file_that_the_pattern_names_and_nobody_can_look_at_is_a_fault_and_not_taken_away(tmp_path):
    (tmp_path / "now").symlink_to("now")
    (delivery,) = folder(tmp_path, "now/list.csv").deliveries()
    assert (delivery.path, delivery.fault) == ("now/list.csv", "Too many levels of symbolic links")


@pytest.mark.parametrize("pattern", ["/etc/*.csv", "a**/b.csv", "."])
def test_a_pattern_that_cannot_work_is_named(tmp_path, pattern):
    with pytest.raises(SourceError, match=rf"sources\.lists\.pattern: .* \(found {re.escape(pattern)}\)"):
        folder(tmp_path, pattern).deliveries()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"sources\.lists\.folder: .*inbox is not a folder"):
        folder(tmp_path / "inbox").deliveries()


# -- what cannot be read

LONG = as_csv([row(n) for n in range(20_000)]).encode()
GZ = gzip.compress(LONG)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \r\n\r\n", "is empty"),
        ("a.csv", b"CCCD,x\n1,2\n", 'column "Mã mũi" is not in the file; it has: CCCD, x'),
        ("a.csv", as_csv([], header=row(1)).encode(), 'column "Mã mũi" is not in the file, nor any other'),
        ("a.csv", as_csv([row(1)]).encode("utf-16"), "is not in the encoding utf-8-sig .at its header."),
        ("a.csv", as_csv([[*row(1)[:2], "Lầy", *row(1)[3:]]]).encode().replace("ầ".encode(), b"\xe2\xcc"), "is not in the encoding utf-8-sig .at row 2."),
        ("a.csv.gz", GZ[: len(GZ) // 2], "ends in the midst: the .gz is cut off"),
        ("a.csv.gz", as_csv([row(1)]).encode(), "is not a .gz"),
        ("a.csv.gz", GZ + bytes(512), "is damaged, or something else follows the .gz"),
        ("a.csv", GZ, "is packed .gzip., not CSV"),
        ("a.csv", b"PK\x03\x04 and so on", "is a workbook .XLSX., not CSV"),
        ("a.csv", b"PAR1 and so on", "is Parquet, not CSV"),
        ("a.xlsx", as_csv([row(1)]).encode(), "is not an .xlsx"),
        ("a.xlsx", b"PK\x05\x06" + bytes(18), "is a .zip but not an .xlsx"),
        ("a.parquet", b"PAR1 not quite", "is not a Parquet file, or cut off"),
        ("a.pdf", b"%PDF", "is none of .csv, .csv.gz, .xlsx, .parquet"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, said):
    put(tmp_path / name, content)
    put(tmp_path / "z.csv", as_csv([row(1)]).encode(), age=60)
    source = folder(tmp_path)
    bad, good = source.deliveries()
    with pytest.raises(DeliveryError, match=rf"^sources\.lists: {name}: {said}") as refused:
        read(source, bad)
    assert "Lan" not in str(refused.value) and "0770" not in str(refused.value)
    assert len(read(source, good)) == 1


def lines(records) -> dict:
    """What is said of the lines of a file that are no records."""
    return {r["record_id"]: tuple(json.loads(r["unreadable"]).values()) for r in records if "#" in r["record_id"]}


def whole(records) -> list[str]:
    return [r["record_id"] for r in records if "#" not in r["record_id"]]


def test_a_line_with_too_few_or_too_many_fields_is_named_and_the_others_are_read(tmp_path):
    put(
        tmp_path / "a.csv",
        as_csv([row(1), row(2)[:3], [*row(3)[:2], "Lan\r\nMai", *row(3)[3:]], [], [*row(4), "", ""], row(5)]).encode(),
    )
    found = read(folder(tmp_path))
    assert whole(found) == ["1", "3", "5"]
    assert lines(found) == {
        "a.csv#3": ("ragged_line", "3 fields, the header has 8"), "a.csv#5": ("ragged_line", "10 fields, the header has 8"),
    }  # fmt: skip


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_lines_that_are_no_records_are_named_wherever_the_file_is_cut(tmp_path, monkeypatch, limit):
    monkeypatch.setattr("etl.sources.delimited.BLOCK", 2000)
    rows = [row(n)[: 3 if n % 7 == 0 else 8] for n in range(1, 100)]
    text = as_csv(rows).encode()
    put(tmp_path / "a.csv", text.replace(b"01/02/1985", b"01/02/19\x9d5", 1).replace(b'"77","0770', b'"77","\xff770'))
    found = read(folder(tmp_path), limit=limit)
    ragged = {f"a.csv#{n + 1}": ("ragged_line", "3 fields, the header has 8") for n in range(7, 100, 7)}
    assert lines(found) == ragged | {"a.csv#2": ("undecodable_line", "not in the encoding utf-8-sig")}
    assert whole(found) == [str(n) for n in range(2, 100) if n % 7]


def test_a_quote_that_is_never_closed_hides_no_line_behind_it(tmp_path):
    rows = [",".join(row(n)) for n in range(6)]
    rows[2] = rows[2].replace("Nguyễn", '"Nguyễn')  # too few fields
    put(tmp_path / "a.csv", "\n".join([",".join(COLUMNS), *rows]).encode())
    found = read(folder(tmp_path))
    assert whole(found) == ["0", "1", "3", "4", "5"]
    assert lines(found) == {"a.csv#4": ("ragged_line", "3 fields, the header has 8")}

    rows[2] = row(2)[0] + "," + ",".join(row(2)[1:-1]) + ',"' + row(2)[-1]  # as many as there should be
    put(tmp_path / "b.csv", "\n".join([",".join(COLUMNS), *rows]).encode(), age=60)
    found = read(folder(tmp_path, "b.csv"))
    assert whole(found) == ["0", "1", "2", "3", "4", "5"]
    assert "injected_at" in json.loads(found[2]["unreadable"])


def test_a_text_that_is_none_in_another_encoding_is_named(tmp_path):
    names = {
        "record_id": "id",
        "site_code": "site",
        "vaccine_code": "vaccine",
        "injected_at": "day",
        "updated_at": {"file": "modified"},
    }
    put(tmp_path / "a.csv", b"id,site,vaccine,day\n1,Ph\xfa,AZ,2021-10-05\n2,Ph\x9a,AZ,2021-10-05\n3,Ph\xfa,AZ,2021-10-05\n")
    found = read(folder(tmp_path, encoding="cp1258", fields=names))
    assert [r["site_code"] for r in found if r["site_code"]] == ["Phú", "Phú"]
    assert lines(found) == {"a.csv#3": ("undecodable_line", "not in the encoding cp1258")}


def test_a_list_that_is_packed_far_too_well_is_no_list(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.sources.delimited._LARGE", 10 << 20)
    put(tmp_path / "a.csv.gz", gzip.compress(as_csv([row(1)] * 200_000).encode()))
    with pytest.raises(DeliveryError, match=r"a\.csv\.gz: unpacks to more than 200 times its size"):
        read(folder(tmp_path), limit=50_000)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_machine(tmp_path, end):
    put(tmp_path / "a.csv", as_csv([row(1), row(2)[:2], row(3)]).replace("\r\n", end).encode())
    found = read(folder(tmp_path))
    assert (whole(found), list(lines(found))) == (["1", "3"], ["a.csv#3"])


def test_a_name_that_is_no_text_is_spelt_out(tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/danh s\xe1ch.csv")
    with open(odd, "wb") as file:
        file.write(as_csv([row(1)]).encode())
    os.utime(odd, (LONG_AGO, LONG_AGO))
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    assert delivery.path == r"danh s\xe1ch.csv"
    assert len(read(source, delivery)) == 1
    assert source.deliveries([known(delivery)]) == []


def test_whatever_a_reader_stumbles_over_is_a_fault_of_the_file(tmp_path, monkeypatch):
    put(tmp_path / "a.csv", as_csv([row(1)]).encode())

    def stumble(*_given):
        raise RuntimeError("077012345678")

    monkeypatch.setattr("etl.mapping.Mapper.__call__", stumble)
    with pytest.raises(
        DeliveryError, match=r"^sources\.lists: a\.csv: cannot be read \(RuntimeError, at etl/sources/files\.py:\d+\)$"
    ):
        read(folder(tmp_path))


def test_a_renamed_column_is_named_in_every_format(tmp_path):
    header = ["Số mũi" if name == "Mã mũi" else name for name in COLUMNS]
    as_xlsx(tmp_path / "a.xlsx", [row(1)], header=header, title="Danh sách")
    with pytest.raises(DeliveryError, match=r'a\.xlsx: column "Mã mũi" is not in sheet "Danh sách"; it has: Số mũi, CCCD'):
        read(folder(tmp_path))
    (tmp_path / "a.xlsx").unlink()
    pq.write_table(pa.table({"Số mũi": ["1"]}), tmp_path / "a.parquet")
    settle(tmp_path / "a.parquet")
    with pytest.raises(DeliveryError, match=r'a\.parquet: column "Mã mũi" is not in the file; it has: Số mũi'):
        read(folder(tmp_path))


def test_a_file_that_changes_while_it_is_read_comes_again(tmp_path):
    path = put(tmp_path / "a.csv", as_csv([row(n) for n in range(5)]).encode())
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    assert source.read_delivery(delivery, 0, 2).received == 2
    put(path, as_csv([row(n) for n in range(6)]).encode(), age=60)
    with pytest.raises(DeliveryError, match="changed while it was read"):
        source.read_delivery(delivery, 2, 2)
    path.unlink()
    with pytest.raises(DeliveryError, match=r"a\.csv: was taken away before"):
        source.read_delivery(delivery, 2, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_once(tmp_path):
    path = put(tmp_path / "a.csv", b"x")
    path.chmod(0)
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    with pytest.raises(DeliveryError, match="may not be read by this user"):
        read(source, delivery)
    assert source.deliveries([known(delivery, "failed")]) == []


def test_memory_is_bounded_by_the_page_not_by_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.sources.formats.ROWS", 100)
    write_parquet(tmp_path / "a.parquet", [row(n) for n in range(2000)])
    source = folder(tmp_path)
    (delivery,) = source.deliveries()
    assert source.read_delivery(delivery, 0, 150).received == 150
    assert source._reading.ready.num_rows == 50
