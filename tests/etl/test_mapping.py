"""Columns → canonical records. The slow twins here are plain Python over plain dicts."""

import json
import struct
import unicodedata
import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl import mapping, unreadable
from etl.settings import FIELDS as FIELDS_OF_ALL
from etl.settings import REQUIRED_FIELDS, FilesSource
from sql import connect
from sql.told import BITS, told

KEY = b"k" * 32
ZONE = "Asia/Ho_Chi_Minh"
LOCAL = timezone(timedelta(hours=7))
FIELDS = {
    "record_id": "id",
    "person_id": "cccd",
    "full_name": "ten",
    "birth_date": {"column": "ngay_sinh", "format": "%d/%m/%Y"},
    "sex": {"column": "gioi", "values": {"Nam": "male", "Nữ": "female"}},
    "residence_code": "xa",
    "site_code": "diem",
    "vaccine_code": "vac_xin",
    "lot_number": "lo",
    "dose_number": "mui",
    "injected_at": {"column": "tiem", "format": "%d/%m/%Y %H:%M"},
    "recorded_at": "nhap",
    "updated_at": "sua",
}
TELLING = FIELDS | {"identity_status": {"column": "xac_thuc", "values": {"Đúng": "correct"}}}
ROW = {
    "id": "1", "cccd": "077085001234", "ten": "Nguyễn Thị Lan", "ngay_sinh": "01/02/1985", "gioi": "Nữ",
    "xa": "26506", "diem": "S1", "vac_xin": "AstraZeneca", "lo": "L1", "mui": "1", "tiem": "05/11/2021 08:30",
    "nhap": "2021-11-05 09:00:00", "sua": "2021-11-05T02:00:00.123456Z",
}  # fmt: skip


def source(fields=FIELDS, **more) -> FilesSource:
    given_ = {"kind": "files", "folder": "inbox", "pattern": "*", "fields": fields} | more
    return FilesSource.model_validate_json(json.dumps(given_))


def mapper(fields=FIELDS, **more) -> mapping.Mapper:
    return mapping.compile_source(source(fields, **more), ZONE, KEY, "lists")


def records(sent, fields=FIELDS, **more) -> list[dict]:
    ready = mapper(fields, **more)
    columns = {name: [row.get(name) for row in sent] for name in ready.columns}
    return as_dicts(ready(pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})))


def as_dicts(table: pa.Table) -> list[dict]:
    assert table.schema == mapping.SCHEMA
    table.validate(full=True)
    found = table.to_pylist()
    for record in found:
        record["unreadable"] = record["unreadable"] and json.loads(record["unreadable"])
    return found


def one(changes=None, fields=FIELDS, **more) -> dict:
    (record,) = records([ROW | (changes or {})], fields, **more)
    return record


def test_a_row_becomes_a_canonical_record():
    record = one()
    assert record == {
        "record_id": "1",
        "person_key": record["person_key"],
        "birth_date": date(1985, 2, 1),
        "birth_year": 1985,
        "sex": "female",
        "residence_code": "26506",
        "site_code": "S1",
        "vaccine_code": "AstraZeneca",
        "lot_number": "L1",
        "dose_number": 1,
        "dose_kind": None,
        "priority_group": None,
        "injected_at": datetime(2021, 11, 5, 8, 30, tzinfo=LOCAL),
        "recorded_at": datetime(2021, 11, 5, 9, 0, tzinfo=LOCAL),
        "updated_at": datetime(2021, 11, 5, 2, 0, 0, 123456, tzinfo=UTC),
        "status": "completed",
        "identity_status": "unknown",
        "identity_checked_at": None,
        "certificate_printed_at": None,
        "app_confirmed_at": None,
        "told": sum(
            BITS[name] for name in ("person", "recorded_at", "birth", "sex", "residence_code", "lot_number", "dose_number")
        ),
        "age_from": None,
        "age_to": None,
        "unreadable": None,
    }
    assert tuple(record) == mapping.COLUMNS


@pytest.mark.parametrize(
    ("column", "text", "field"),
    [
        ("ngay_sinh", "31/02/1985", "birth_date"),
        ("ngay_sinh", "01/02/85", "birth_date"),
        ("gioi", "Nam giới", "sex"),
        ("mui", "hai", "dose_number"),
        ("mui", "1.5", "dose_number"),
        ("mui", "99999", "dose_number"),
        ("tiem", "05/13/2021 08:30", "injected_at"),
        ("tiem", "44505.354166667", "injected_at"),  # a day as spreadsheets count them: its number is shown
        ("tiem", "05/11/2021", "injected_at"),
        ("nhap", "hom qua", "recorded_at"),
        ("sua", "infinity", "updated_at"),
    ],
)
def test_what_cannot_be_read_is_null_and_named(column, text, field):
    record = one({column: text})
    assert record[field] is None
    assert list(record["unreadable"]) == [field]
    if column != "nhap":
        assert record["unreadable"][field] == text


def test_nothing_is_not_unreadable():
    record = one({"ngay_sinh": " ", "gioi": "", "mui": None, "nhap": None, "lo": "  "})
    assert record["unreadable"] is None
    assert (record["birth_date"], record["sex"], record["dose_number"], record["lot_number"]) == (
        None,
        "unknown",
        None,
        None,
    )


def test_a_year_alone_is_a_birth_year():
    record = one({"ngay_sinh": "1950"})
    assert (record["birth_date"], record["birth_year"], record["unreadable"]) == (None, 1950, None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2021-11-05", datetime(2021, 11, 5, tzinfo=LOCAL)),
        ("2021-11-05 23:59", datetime(2021, 11, 5, 23, 59, tzinfo=LOCAL)),
        ("2021-11-05T08:30:00Z", datetime(2021, 11, 5, 8, 30, tzinfo=UTC)),
        ("2021-11-05 08:30:00.123456789+07", datetime(2021, 11, 5, 8, 30, 0, 123456, tzinfo=LOCAL)),
        ("2021-11-05T08:30:00-0330", datetime(2021, 11, 5, 12, 0, tzinfo=UTC)),
    ],
)
def test_iso_is_always_understood(text, read):
    assert one({"nhap": text})["recorded_at"] == read
    # also where the source says another format
    assert one({"tiem": text})["injected_at"] == read


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("%d-%b-%Y %I:%M %p", "05-nov-2021 1:30 PM"),
        ("%H:%M %d.%m.%y", "13:30 5.11.21"),
        ("%Y%m%d %H%M%S.%f", "20211105 133000.5"),
        ("%d/%m/%Y %T %z", "05/11/2021 06:30:00 +0000"),
    ],
)
def test_formats_of_all_kinds(written, text):
    read = one({"tiem": text}, FIELDS | {"injected_at": {"column": "tiem", "format": written}})["injected_at"]
    assert read.replace(microsecond=0) == datetime(2021, 11, 5, 13, 30, tzinfo=LOCAL)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%d %b %Y %I:%M %p"]),
)
def test_times_are_read_as_python_reads_them(when, written):
    text = when.strftime(written)
    fields = FIELDS | {"injected_at": {"column": "tiem", "format": written}}
    assert one({"tiem": text}, fields, time_zone="UTC")["injected_at"] == datetime.strptime(text, written).replace(
        tzinfo=UTC
    )


@given(st.text("0123456789/ ", max_size=10))
@example("31/04/2021")
@example("29/02/2020")
@example("29/02/2021")
@example("1/1/1")
@example("00/01/2021")
def test_days_are_days_of_the_calendar_or_unreadable(text):
    try:
        expected = datetime.strptime(text.strip(), "%d/%m/%Y").date()
    except ValueError:
        expected = None
    record = one({"ngay_sinh": text})
    # Python's strptime takes the year 2 for 0002; a year has four digits here
    assert record["birth_date"] == expected or len(text.strip().rpartition("/")[2]) != 4 or expected.year < 2


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2021-03-28 02:30", datetime(2021, 3, 28, 1, 0, tzinfo=UTC)),  # skipped: the moment of the change
        ("2021-10-31 02:30", datetime(2021, 10, 31, 0, 30, tzinfo=UTC)),  # there twice: the first
    ],
)
def test_a_clock_change_stops_nothing(text, read):
    record = one({"nhap": text}, time_zone="Europe/Rome")
    assert (record["recorded_at"], record["unreadable"]) == (read, None)


def test_typed_columns_skip_parsing():
    moment = datetime(2021, 11, 5, 1, 30, tzinfo=UTC)
    columns = {name: pa.array([cell]) for name, cell in ROW.items()} | {
        "id": pa.array([17], pa.int64()),
        "ngay_sinh": pa.array([date(1985, 2, 1)]),
        "mui": pa.array([1.0]),
        "tiem": pa.array([moment], pa.timestamp("us", "UTC")),
        "nhap": pa.array([datetime(2021, 11, 5, 8, 30)], pa.timestamp("ns")),
        "sua": pa.array([date(2021, 11, 5)]),
        "cccd": pa.array([77085001234], pa.int64()),
    }
    columns["xac_thuc"] = pa.array([None], pa.string())
    (record,) = as_dicts(mapper(TELLING)(pa.table(columns)))
    assert (record["record_id"], record["dose_number"], record["birth_date"]) == ("17", 1, date(1985, 2, 1))
    assert record["injected_at"] == record["recorded_at"] == moment
    assert record["updated_at"] == datetime(2021, 11, 5, tzinfo=LOCAL)
    assert record["identity_status"] == "bad_format"  # a number has lost its zero, and nobody said to give it back


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_typed_times_outside_of_history_are_unreadable(unit):
    second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    ticks = pa.array([2**62, 1_636_070_400 * second, None], pa.int64()).view(pa.timestamp(unit))
    columns = {name: pa.array([cell] * 3) for name, cell in ROW.items()} | {"nhap": ticks}
    far, near, none = as_dicts(mapper()(pa.table(columns)))
    if unit != "ns":
        assert far["recorded_at"] is None and list(far["unreadable"]) == ["recorded_at"]
    assert near["recorded_at"] == datetime(2021, 11, 5, tzinfo=LOCAL)
    assert none["recorded_at"] is None and none["unreadable"] is None


def test_values_are_translated_whatever_their_case_and_composition():
    assert one({"gioi": " NU\u031b\u0303 "})["sex"] == "female"
    assert one({"gioi": "male"})["sex"] == "male"


def test_a_default_stands_for_what_is_absent_and_of_few_values_for_all_others():
    fields = FIELDS | {
        "sex": {"column": "gioi", "values": {"Nam": "male"}, "default": "other"},
        "priority_group": {"column": "nhom", "default": 16},
    }
    assert one({"gioi": "?"}, fields)["sex"] == one({"gioi": None}, fields)["sex"] == "other"
    assert one({}, fields)["priority_group"] == 16
    assert one({"nhom": "x"}, fields)["unreadable"] == {"priority_group": "x"}


def test_a_status_that_is_mapped_must_be_there():
    assert one({}, FIELDS | {"status": "trang_thai"})["unreadable"] == {"status": ""}


def test_constants_joined_columns_and_the_time_of_the_file():
    fields = FIELDS | {
        "dose_kind": {"value": "primary"},
        "injected_at": {"join": ["ngay", "gio"], "format": "%d/%m/%Y %H:%M"},
        "updated_at": {"file": "modified"},
    }
    ready = mapper(fields)
    row = ROW | {"ngay": "05/11/2021", "gio": "08:30"}
    modified = datetime(2021, 11, 6, tzinfo=UTC)
    (record,) = as_dicts(ready(pa.table({name: [row[name]] for name in ready.columns}), modified))
    assert (record["dose_kind"], record["updated_at"]) == ("primary", modified)
    assert record["injected_at"] == datetime(2021, 11, 5, 8, 30, tzinfo=LOCAL)


TWO_DOSES = {
    "fields": {name: spec for name, spec in FIELDS.items() if name not in ("vaccine_code", "injected_at", "dose_number")}
    | {"record_id": {"hash": ["cccd", "ten"]}},
    "rows": [
        {
            "dose_number": {"value": n},
            "vaccine_code": f"vx{n}",
            "injected_at": {"column": f"ngay{n}", "format": "%d/%m/%Y"},
        }
        for n in (1, 2)
    ],
}


def test_one_row_gives_a_record_for_each_entry_that_says_something():
    rows = [
        ROW | {"vx1": "AZ", "ngay1": "01/08/2021", "vx2": "PF", "ngay2": "01/10/2021"},
        ROW | {"cccd": "077085009999", "vx1": "PF", "ngay1": "02/08/2021", "vx2": " ", "ngay2": None},
        ROW | {"cccd": "077085008888", "vx2": "PF"},
    ]
    found = records(rows, **TWO_DOSES)
    assert [(r["dose_number"], r["vaccine_code"]) for r in found] == [(1, "AZ"), (1, "PF"), (2, "PF"), (2, "PF")]
    assert len({r["record_id"] for r in found}) == 4
    assert found[0]["person_key"] == found[2]["person_key"]
    assert records(rows, **TWO_DOSES) == found


def test_a_column_as_record_number_is_told_apart_by_entry():
    fields = TWO_DOSES["fields"] | {"record_id": "id"}
    row = ROW | {"vx1": "AZ", "ngay1": "01/08/2021", "vx2": "PF", "ngay2": "01/10/2021"}
    assert [r["record_id"] for r in records([row], fields, rows=TWO_DOSES["rows"])] == ["1-1", "1-2"]


# -- persons


def person(**changes) -> bytes | None:
    return one(changes)["person_key"]


def test_an_id_is_the_person_whatever_else_is_written():
    assert person() == person(ten="Lan", ngay_sinh="1990", gioi="Nam") == person(cccd="'077085 001 234")
    assert person() != person(cccd="077085001235")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("077085001234", "pending"),
        ("273123456", "pending"),
        ("b1234567", "pending"),
        (None, "no_id"),
        ("  ", "no_id"),
        ("12345", "bad_format"),
    ],
)
def test_an_id_is_sent_only_in_a_known_format(text, status):
    assert one({"cccd": text}, TELLING)["identity_status"] == status


@pytest.mark.parametrize("text", ["077085001234", None, "12345"])
def test_of_a_source_that_does_not_tell_of_identity_nothing_is_said(text):
    """A missing number would be the only thing known, and 0 % of the doses of which something is known be checked."""
    assert one({"cccd": text}, FIELDS | {"identity_checked_at": "luc"})["identity_status"] == "unknown"


def test_each_entry_of_rows_tells_what_it_maps():
    rows = [{"certificate_printed_at": "in1"}, {"app_confirmed_at": "app2", "lot_number": {"value": "L"}}]
    fields = FIELDS | {"record_id": "id"}
    first, second = (record["told"] for record in records([ROW], fields, rows=rows))
    assert first ^ second == BITS["certificate_printed_at"] | BITS["app_confirmed_at"]
    assert source(fields, rows=rows).told == first | second


def test_every_field_that_may_be_left_out_has_a_bit_of_its_own():
    assert sorted(BITS.values()) == [1 << n for n in range(len(BITS))]
    optional = set(FIELDS_OF_ALL) - set(REQUIRED_FIELDS)
    assert all(told([name]) for name in optional - {"full_name"})
    assert not told(["full_name", "sex"]) & BITS["person"] and told(["full_name", "sex", "birth_year"]) & BITS["person"]


def test_the_status_of_the_source_goes_before_ours():
    fields = TELLING
    assert one({"xac_thuc": "đúng"}, fields)["identity_status"] == "correct"
    assert one({"xac_thuc": None, "cccd": None}, fields)["identity_status"] == "no_id"
    assert one({"xac_thuc": "?"}, fields)["unreadable"] == {"identity_status": "?"}


def test_without_an_id_name_birth_and_sex_make_the_person():
    known = person(cccd=None)
    assert known == person(cccd="12", ten="NGUYỄN THỊ  LAN", id="2")
    others = [
        person(cccd=None, **c) for c in ({"ten": "Nguyễn Thị Mai"}, {"ngay_sinh": "1985"}, {"gioi": "Nam"}, {"xa": "26509"})
    ]
    assert len({known, *others}) == 5


@pytest.mark.parametrize("missing", ["ten", "ngay_sinh", "gioi"])
def test_with_less_a_record_is_a_person_of_its_own(missing):
    assert person(cccd=None, **{missing: None}) != person(cccd=None, id="2", **{missing: None})


def test_without_a_record_number_there_is_no_such_person():
    assert person(cccd=None, ten=None, id=None) is None


def test_a_number_that_lost_its_zeros_gets_them_back_where_the_settings_say_so():
    fields = TELLING | {"person_id": {"column": "cccd", "format": "%012d"}}
    padded = one({"cccd": "77085001234"}, fields)
    assert (padded["person_key"], padded["identity_status"]) == (person(), "pending")
    assert one({"cccd": "273123456"}, fields)["person_key"] == person(cccd="273123456")  # a whole CMND


@pytest.mark.parametrize("number", ["12345678", "12345678.0", "012345678", "'012345678", "000012345678"])
def test_eight_digits_were_a_cmnd(number):
    fields = FIELDS | {"person_id": {"column": "cccd", "format": "%012d"}}
    assert one({"cccd": number}, fields)["person_key"] == person(cccd="012345678")


@pytest.mark.parametrize("number", [12345678, 12345678.0])
def test_a_cell_of_numbers_and_a_text_are_one_person(number):
    fields = FIELDS | {"person_id": {"column": "cccd", "format": "%012d"}}
    ready = mapper(fields)
    (record,) = as_dicts(ready(pa.table({name: [number if name == "cccd" else ROW[name]] for name in ready.columns})))
    assert record["person_key"] == person(cccd="012345678")


def test_no_id_is_made_up_of_zeros():
    """More zeros than a number can lose would make a CCCD that begins with 000."""
    fields = FIELDS | {"person_id": {"column": "cccd", "format": "%012d"}, "identity_status": "xac_thuc"}
    assert [one({"cccd": n}, fields)["identity_status"] for n in ("1234567", "1", "1077085001", "11077085001")] == [
        "bad_format", "bad_format", "pending", "pending"]  # fmt: skip
    assert one({"cccd": "1077085001"}, fields)["person_key"] == person(cccd="001077085001")


@pytest.mark.parametrize("given, found", [
    ({"tuoi": "34", "nhom": "12-17"}, (34, 34)), ({"tuoi": None, "nhom": "12 – 17 tuổi"}, (12, 17)), ({"tuoi": "?", "nhom": "65+"}, (65, 150)),
    ({"tuoi": None, "nhom": "trẻ em"}, (None, None))])  # fmt: skip
def test_an_age_or_a_group_of_ages_stands_for_a_birth(given, found):
    fields = {name: spec for name, spec in FIELDS.items() if name != "birth_date"} | {"age": "tuoi", "age_group": "nhom"}
    record = one(given, fields)
    assert (record["age_from"], record["age_to"], record["birth_year"], record["unreadable"]) == (*found, None, None)
    ready = mapper(fields)
    again = as_dicts(ready.reread([record | {"person_key": str(uuid.UUID(bytes=record["person_key"]))}]))[0]
    assert (again["age_from"], again["age_to"], again["unreadable"]) == (*found, None)


def test_another_key_makes_other_persons():
    other = mapping.compile_source(source(), ZONE, b"x" * 32, "lists")
    table = pa.table({name: [ROW[name]] for name in other.columns})
    assert other(table)["person_key"][0].as_py() != person()


# -- privacy

CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.text("0123456789/-: ", max_size=20),
    st.sampled_from(["\0", "a\0b", "05/11/2021 08:30", "2021-11-05", "Nam", "1", "٣", "²", "infinity", "-1", "1e5", "NaN"]),
    st.text(min_size=201, max_size=300),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROW, CELLS)), max_size=4))
def test_any_text_in_any_column_is_either_read_or_named(rows):
    for row, record in zip(rows, records(rows), strict=True):
        named = record["unreadable"] or {}
        assert named.get("person_id") in (None, unreadable.WITHHELD) and "full_name" not in named
        for field, column in (
            ("dose_number", "mui"),
            ("injected_at", "tiem"),
            ("updated_at", "sua"),
            ("recorded_at", "nhap"),
        ):
            is_given = row[column] is not None and row[column].replace("\0", "").strip() != ""
            assert (record[field] is not None) or (field in named) == is_given or "\0" in (row[column] or "")
        assert "\0" not in json.dumps(record, default=str)


NAMES = (
    st.text("abcdefghiđêơư ", min_size=3, max_size=20).map(str.strip).filter(lambda name: len(name.replace(" ", "")) >= 3)
)
IDS = st.text("0123456789", min_size=9, max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    NAMES,
    IDS,
    st.sampled_from(["ngay_sinh", "gioi", "mui", "tiem", "nhap", "sua"]),
    st.sampled_from(["{}", "({})", " {} x", "{}/2021"]),
)
def test_a_name_or_id_that_slipped_into_another_column_is_not_kept(name, number, column, shape):
    for secret in (name, number):
        record = one({"ten": name, "cccd": number, column: shape.format(secret)})
        for text in (record["unreadable"] or {}).values():
            assert text == unreadable.WITHHELD or secret not in text


@pytest.mark.parametrize("column", ["id", "xa", "diem", "vac_xin", "lo"])
@pytest.mark.parametrize("secret", ["cccd", "ten"])
def test_a_code_that_is_the_persons_id_or_name_is_not_kept(column, secret):
    record, again = one({column: ROW[secret]}), one({column: ROW[secret]})
    assert record == again and record["person_key"] == person()
    assert list(record["unreadable"].values()) == [unreadable.WITHHELD]
    assert ROW[secret] not in str(record)
    assert record["record_id"] is not None  # the quarantine still tells it from others


_FIELD = {"id": "record_id", "xa": "residence_code", "diem": "site_code", "vac_xin": "vaccine_code", "lo": "lot_number"}
SLIPPED = [
    ("id", "077085001234-1"), ("id", "BRVT/077085001234"), ("id", "077-085.001 234"), ("id", "NGUYEN THI LAN 1985"),
    ("xa", "077 085 001 234"), ("diem", "77085001234"), ("vac_xin", "Nguyen Thi Lan, AstraZeneca"), ("lo", "nguyễn.thị.lan"),
    ("lo", "CCCD 077.085.001.234"), ("lo", "0903123456"), ("lo", "0903 123 456"), ("lo", "+84 903 123 456"), ("lo", "038 199 004 321"),
    ("lo", "273 123 456"), ("diem", "0903123456"), ("lo", "Ng.T.Lan 0903-123-456"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text"), SLIPPED)
def test_a_code_that_holds_an_id_a_phone_or_the_persons_name_is_not_kept(column, text):
    record = one({column: text})
    field = _FIELD[column]
    assert record["unreadable"] == {field: unreadable.WITHHELD}
    assert text not in str(record) and "Lan" not in str(record)
    assert (record[field] is not None) == (field == "record_id")


def test_record_numbers_that_hold_an_id_are_hashed_and_stay_apart():
    fields = TWO_DOSES["fields"] | {"record_id": "id"}
    row = ROW | {"vx1": "AZ", "ngay1": "01/08/2021", "vx2": "PF", "ngay2": "01/10/2021", "id": ROW["cccd"]}
    found = records([row, row | {"id": ROW["cccd"] + "/2"}], fields, rows=TWO_DOSES["rows"])
    assert len({r["record_id"] for r in found}) == 4
    assert ROW["cccd"] not in str(found) and all(r["unreadable"] == {"record_id": unreadable.WITHHELD} for r in found)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("id", "077085001235"), ("id", "1000000017"), ("id", "0903123456"), ("id", "7f3c2b1e-77ac-4dad-beef-acede0fade00"), ("diem", "26506"),
        ("xa", "26506"), ("lo", "FK0112"), ("lo", "202107020M"), ("lo", "2021082456"), ("lo", "202108123"), ("lo", "4120Z001"),
        ("lo", "ABX-5412.2"), ("diem", "Trạm y tế xã Lan Nguyễn Thị"), ("vac_xin", "COVID-19 Vaccine AstraZeneca"),
    ],
)  # fmt: skip
def test_ordinary_codes_are_kept(column, text):
    record = one({column: text})
    assert (record["unreadable"], record[_FIELD[column]]) == (None, text)


def test_a_short_name_or_an_id_of_no_format_withholds_only_what_equals_it():
    record = one({"ten": "Lê A", "cccd": "26", "vac_xin": "Pleasant", "id": "r26", "diem": "26506"})
    assert record["unreadable"] is None


@pytest.mark.parametrize("text", ["12 Lê Lợi, phường 1", "0903 123 456", "Trần Văn Tèo"])
def test_an_address_a_phone_or_a_stranger_in_a_date_is_not_kept(text):
    shown = one({"tiem": text})["unreadable"]["injected_at"]
    assert not any(word in shown for word in ("Lê", "Lợi", "phường", "123", "Trần", "Tèo"))


@pytest.mark.parametrize("raw", [b"S\xff1", b"S\x001"])
def test_broken_bytes_are_mended_and_named(raw):
    columns = {name: pa.array([cell]) for name, cell in ROW.items()}
    for kind in (pa.binary(), pa.large_binary()):
        (record,) = as_dicts(mapper()(pa.table(columns | {"diem": pa.array([raw], kind)})))
        assert record["site_code"] in ("S\ufffd1", "S1") and list(record["unreadable"]) == ["site_code"]
    # Parquet does not check what it calls text
    unchecked = pa.array([raw], pa.binary()).view(pa.string())
    (record,) = as_dicts(mapper()(pa.table(columns | {"diem": unchecked})))
    assert list(record["unreadable"]) == ["site_code"]


def test_too_long_a_text_is_cut_and_named():
    record = one({"lo": "x" * 5000})
    assert len(record["lot_number"]) == 200 and list(record["unreadable"]) == ["lot_number"]


def test_codes_are_one_text_whether_their_accents_are_composed_or_not():
    changes = {"diem": "Trạm y tế Phước Hải", "vac_xin": "Vắc xin Pfizer", "xa": "Xã Đất Đỏ", "lo": "Lô 7"}
    apart = {column: unicodedata.normalize("NFD", text) for column, text in changes.items()}
    assert apart != changes and one(apart) == one(changes)
    assert one(apart)["site_code"] == "Trạm y tế Phước Hải"


# -- settings that cannot work


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"injected_at": {"column": "x", "format": "%d/%Q"}}, "injected_at.format: %Q is not among"),
        ({"injected_at": {"column": "x", "format": "%H:%M"}}, "injected_at.format: has no %Y or %y"),
        ({"sex": {"column": "x", "values": {"Nam": "nam"}}}, "sex.values: 'nam' is no sex; it can be female, male"),
        ({"status": {"value": "done"}}, "status.value: 'done' is no status"),
        ({"dose_number": {"column": "x", "default": "một"}}, "dose_number.default: 'một' is no dose_number"),
        ({"sex": {"column": "x", "format": "%d"}}, "sex.format: is for dates and times"),
    ],
)
def test_settings_that_cannot_work_are_named(changes, said):
    with pytest.raises(ValueError, match="sources.lists.fields." + said.replace("%", "%")):
        mapper(FIELDS | changes)


def test_a_pattern_of_ids_that_cannot_be_used_is_named():
    with pytest.raises(ValueError, match=r"sources\.lists\.person_id_formats"):
        mapper(person_id_formats=[r"^(?=\d)\d+$"])


# -- reading again


def as_kept(record: dict) -> dict:
    """A canonical record as the quarantine keeps it: texts."""
    kept = {name: None if value is None else str(value) for name, value in record.items()}
    key = record["person_key"]
    return kept | {"unreadable": record["unreadable"], "person_key": key and str(uuid.UUID(bytes=key))}


def test_a_record_that_was_whole_is_read_again_as_it_was():
    record = one()
    assert as_dicts(mapper().reread([as_kept(record)])) == [record]


def test_mended_settings_read_what_could_not_be_read():
    before = FIELDS | {"injected_at": {"column": "tiem", "format": "%m/%d/%Y %H:%M"}, "sex": "gioi"}
    broken = one({"tiem": "25/11/2021 08:30", "gioi": "Nữ", "mui": "x"}, before)
    assert set(broken["unreadable"]) == {"injected_at", "sex", "dose_number"}
    (again,) = as_dicts(mapper().reread([as_kept(broken)]))
    assert again == one({"tiem": "25/11/2021 08:30", "mui": "x"})
    assert again["unreadable"] == {"dose_number": "x"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROW, CELLS)), max_size=3))
def test_reading_again_with_the_same_settings_changes_no_value(rows):
    found = records(rows)
    again = as_dicts(mapper().reread([as_kept(record) for record in found]))
    for before, after in zip(found, again, strict=True):
        assert {k: v for k, v in before.items() if k != "unreadable"} == {
            k: v for k, v in after.items() if k != "unreadable"
        }


# -- the COPY stream


def unpacked(stream: bytes) -> list[list[bytes | None]]:
    """PostgreSQL's binary COPY format, read plainly."""
    assert stream[:11] == b"PGCOPY\n\xff\r\n\0"
    at, rows = 19, []
    while True:
        (fields,) = struct.unpack_from(">h", stream, at)
        at += 2
        if fields == -1:
            assert at == len(stream)
            return rows
        row = []
        for _ in range(fields):
            (length,) = struct.unpack_from(">i", stream, at)
            at += 4
            row.append(None if length < 0 else stream[at : at + length])
            at += max(length, 0)
        rows.append(row)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROW, CELLS)), max_size=4))
def test_the_stream_holds_what_the_table_holds(rows):
    ready = mapper()
    table = ready(pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ready.columns}))
    found = unpacked(b"".join(mapping.to_copy(table)))
    assert len(found) == len(rows)
    for row, record in zip(found, table.to_pylist(), strict=True):
        for name, data in zip(mapping.COLUMNS, row, strict=True):
            value = record[name]
            if value is None:
                assert data is None
            elif isinstance(value, str):
                assert data == (b"\x01" if name == "unreadable" else b"") + value.encode()
            elif isinstance(value, int):
                assert struct.unpack(">i" if name == "told" else ">h", data) == (value,)
            elif isinstance(value, bytes):
                assert data == value


def test_a_dictionary_goes_as_its_texts():
    chosen = pa.array(["female", None, "male", "female"]).dictionary_encode()
    whole = pa.array(["nữ", "nữ"]).dictionary_encode()
    assert unpacked(b"".join(mapping.to_copy(pa.table({"sex": chosen})))) == [[b"female"], [None], [b"male"], [b"female"]]
    assert unpacked(b"".join(mapping.to_copy(pa.table({"sex": whole})))) == [["nữ".encode()]] * 2


def test_postgresql_reads_the_stream(database):
    types = {"person_key": "uuid", "birth_date": "date", "unreadable": "jsonb"}
    types |= {
        f.name: {"int16": "smallint", "int32": "integer", "string": "text"}.get(str(f.type), "timestamptz")
        for f in mapping.SCHEMA
        if f.name not in types
    }
    rows = [
        ROW | {"diem": 'a"b\\c,\n\tđ', "ngay_sinh": "29/02/2020", "mui": "-3"},
        ROW | {"lo": "", "xa": None, "tiem": "x\\"},
        ROW | {"ngay_sinh": None, "sua": "1899-12-31 23:59:59.999999+00", "mui": None},
    ]  # fmt: skip
    ready = mapper()
    table = ready(pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ready.columns}))
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(f"CREATE TABLE landed ({', '.join(f'{name} {types[name]}' for name in mapping.COLUMNS)})")
        with db.cursor() as cursor:
            with cursor.copy(f"COPY landed FROM STDIN ({mapping.COPY_FORMAT})") as copy:
                for piece in mapping.to_copy(table.slice(1)):
                    copy.write(piece)
            with cursor.copy(f"COPY landed FROM STDIN ({mapping.COPY_FORMAT})") as copy:
                for piece in mapping.to_copy(table.slice(0, 1)):
                    copy.write(piece)
            found = cursor.execute("SELECT * FROM landed").fetchall()
    expected = as_dicts(table)
    expected = [*expected[1:], expected[0]]
    for record in expected:
        record["person_key"] = uuid.UUID(bytes=record["person_key"])
    assert [dict(zip(mapping.COLUMNS, row, strict=True)) for row in found] == expected
