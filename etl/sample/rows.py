"""Entries as the Platform stores them: text as typed, in the columns of platform.injections."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sample import entries as entry
from etl.sample import timing
from etl.sample.entries import NONE, Entries
from etl.sample.people import BAD_ID, CITIZEN_ID, NO_ID, OLD_ID, PASSPORT, People
from etl.sample.places import OUTSIDE_CODES, province
from etl.sample.rhythm import EPOCH
from etl.sample.vaccines import ALL_SPELLINGS, UNKNOWN_SPELLINGS

COLUMNS = (
    "ma_mui_tiem", "ma_doi_tuong", "so_giay_to", "ho_ten", "so_dien_thoai", "ngay_sinh", "nam_sinh", "gioi_tinh",
    "ma_xa", "ma_diem_tiem", "ten_vac_xin", "so_lo", "mui_so", "loai_mui", "nhom_uu_tien", "thoi_gian_tiem",
    "thoi_gian_nhap", "ket_qua_xac_thuc", "xac_thuc_luc", "in_giay_luc", "xac_nhan_app_luc", "trang_thai",
    "cap_nhat_luc",
)  # fmt: skip
KINDS = ("Cơ bản", "Bổ sung", "Nhắc lại")
STATUSES = ("Đã tiêm", "Nhập sai", "Hoãn tiêm")
IDENTITIES = (
    "Chưa gửi", "Không có giấy tờ", "Sai định dạng", "Chưa xác thực", "Đúng", "Sai thông tin", "Không áp dụng",
)  # fmt: skip

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Minh", "Ngọc", "Thanh", "Hữu", "Xuân", "Kim", "Đức", "Quốc", "Mai", "Hồng")
_GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Hùng", "Khánh", "Lan", "Linh", "Long",
    "Mai", "Nam", "Nga", "Phúc", "Quân", "Sơn", "Tâm", "Thảo", "Thịnh", "Trang", "Tuấn", "Uyên", "Việt", "Yến", "Ý",
)  # fmt: skip
_NAMES = pa.array([f"Minh Họa {family} {middle} {given}" for family in _FAMILY for middle in _MIDDLE for given in _GIVEN])
_FIRST_BIRTH, _LAST_BIRTH = -20_000, 20_000  # days since 1970 that can be written
_UNREADABLE = ("31/02/1985", "00/00/1962", "??/??/1970", "12-1990", "30/2/2001")
_PRIME = 999_999_937


def table(people: People, entries: Entries, record_numbers: np.ndarray) -> pa.Table:
    """The rows of entries, in order; `record_numbers` become the record ids."""
    person, slip = entries.person, entries.slip
    born, shows_day = _birthdays(people, entries)
    injected = _injected(entries)
    number = np.where(slip == entry.BAD_NUMBER, np.array([0, 12])[person % 2], entries.number)
    values = {
        "ma_mui_tiem": _joined("MT", record_numbers, 10),
        "ma_doi_tuong": pa.array(person.astype(np.int32)),
        "so_giay_to": _papers(people, entries),
        "ho_ten": _NAMES.take(pa.array(people.name[person] % len(_NAMES))),
        "so_dien_thoai": _joined("000", person.astype(np.int64) * 7919 % 10_000_000, 7),
        "ngay_sinh": _birth_text(born, shows_day, slip, person),
        "nam_sinh": pa.array(_year(born).astype(np.int16), mask=slip == entry.UNREADABLE_BIRTH),
        "gioi_tinh": pa.array(["Nữ", "Nam"]).take(pa.array(people.is_male[person].astype(np.int8))),
        "ma_xa": _residence(people, entries),
        "ma_diem_tiem": _site_codes().take(
            pa.array(np.where(slip == entry.UNKNOWN_SITE, len(province().sites), entries.site))
        ),
        "ten_vac_xin": _spellings(entries),
        "so_lo": _lots(entries),
        "mui_so": pa.array(number.astype(np.int16)),
        "loai_mui": pa.array(KINDS).take(pa.array(entries.kind)),
        "nhom_uu_tien": pa.array(people.group[person].astype(np.int16)),
        "thoi_gian_tiem": _times(injected),
        "thoi_gian_nhap": _times(entries.entered),
        "ket_qua_xac_thuc": pa.array(IDENTITIES).take(pa.array(entries.identity)),
        "xac_thuc_luc": _times(entries.checked),
        "in_giay_luc": _times(entries.printed),
        "xac_nhan_app_luc": _times(entries.in_app),
        "trang_thai": pa.array(STATUSES).take(pa.array(entries.status)),
        "cap_nhat_luc": _times(entries.updated),
    }
    return pa.table({name: values[name] for name in COLUMNS})


def _joined(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers.astype(np.int64)), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _times(microseconds: np.ndarray) -> pa.Array:
    return pa.array(microseconds, mask=microseconds == NONE).cast(pa.timestamp("us", "UTC"))


def _papers(people: People, entries: Entries) -> pa.Array:
    """IDs in unissued ranges: citizen numbers of province 000, old numbers from 99…, passports X0…"""
    owner = people.id_of[entries.person].astype(np.int64)
    kind = people.id_kind[entries.person]
    kind = np.where(entries.slip == entry.NO_PAPERS_SHOWN, NO_ID, kind)
    slipped = (entries.slip == entry.WRONG_DIGIT) * (1 + entries.site.astype(np.int64))
    citizen = _joined("000", (owner * 387_420_489 + 12_345 + slipped * 1000) % _PRIME, 9)
    old = _joined("99", (owner * 48_271 + slipped * 1000) % 9_999_991, 7)
    passport = _joined("X0", (owner * 69_621 + slipped * 1000) % 9_999_991, 7)
    broken = pc.binary_join_element_wise(pc.utf8_slice_codeunits(citizen, 0, 10), "O", "")
    nothing = pa.nulls(len(kind), pa.string())
    shown = {CITIZEN_ID: citizen, OLD_ID: old, PASSPORT: passport, NO_ID: nothing, BAD_ID: broken}
    return pc.choose(pa.array(kind.astype(np.int64)), *(shown[code] for code in range(5)))


def _birthdays(people: People, entries: Entries) -> tuple[np.ndarray, np.ndarray]:
    """Days of birth as entered, and whether more than the year is known."""
    born = people.born[entries.person].astype(np.int64)
    injected_on = entries.injected // timing.DAY
    born = np.where(entries.slip == entry.BEFORE_BIRTH, injected_on + 40, born)
    born = np.where(entries.slip == entry.UNDER_AGE, injected_on - 365 * 4, born)
    whole = np.isin(entries.slip, [entry.BEFORE_BIRTH, entry.UNDER_AGE])
    return born, whole | ~people.is_year_only[entries.person]


def _birth_text(born, shows_day, slip, person) -> pa.Array:
    text = _birth_texts().take(pa.array(born - _FIRST_BIRTH))
    unreadable = pa.array(_UNREADABLE).take(pa.array(person % len(_UNREADABLE)))
    text = pc.if_else(pa.array(slip == entry.UNREADABLE_BIRTH), unreadable, text)
    return pc.if_else(pa.array(shows_day | (slip == entry.UNREADABLE_BIRTH)), text, pa.scalar(None, pa.string()))


_KEPT: dict[str, pa.Array] = {}


def _birth_texts() -> pa.Array:
    if "births" not in _KEPT:
        days = (EPOCH + timedelta(day) for day in range(_FIRST_BIRTH, _LAST_BIRTH))
        _KEPT["births"] = pa.array([day.strftime("%d/%m/%Y") for day in days])
    return _KEPT["births"]


def _site_codes() -> pa.Array:
    return pa.array([site.code for site in province().sites] + ["TYT-99999"])


def _year(born: np.ndarray) -> np.ndarray:
    return born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def _residence(people: People, entries: Entries) -> pa.Array:
    """The commune; of visitors a commune of another province; sometimes only the district, or nothing."""
    place = province()
    codes = pa.array([*place.units, *place.districts, *OUTSIDE_CODES, None])
    at = people.unit[entries.person].astype(np.int64)
    at = np.where(entries.slip == entry.DISTRICT_ONLY, len(place.units) + people.district[entries.person], at)
    outside = people.outside[entries.person].astype(np.int64)
    at = np.where(outside >= 0, len(place.units) + len(place.districts) + outside, at)
    return codes.take(pa.array(np.where(entries.slip == entry.NO_RESIDENCE, len(codes) - 1, at)))


def _spellings(entries: Entries) -> pa.Array:
    words = pa.array([*ALL_SPELLINGS, *UNKNOWN_SPELLINGS])
    unknown = len(ALL_SPELLINGS) + entries.person % len(UNKNOWN_SPELLINGS)
    return words.take(pa.array(np.where(entries.slip == entry.UNKNOWN_VACCINE, unknown, entries.spelling)))


def _lots(entries: Entries) -> pa.Array:
    """One lot a vaccine and week and half of the sites; one in a hundred records has none."""
    week = np.clip(entries.injected // (7 * timing.DAY) - 2660, 0, 999)
    lots = _joined("MH", entries.vaccine.astype(np.int64) * 10_000 + week * 2 + entries.site % 2, 6)
    return pc.if_else(pa.array((entries.person % 101) != 0), lots, pa.scalar(None, pa.string()))


def _injected(entries: Entries) -> np.ndarray:
    moved = np.select(
        [entries.slip == entry.IN_THE_FUTURE, entries.slip == entry.BEFORE_APPROVAL],
        [365 * timing.DAY, -365 * timing.DAY],
        0,
    )
    return entries.injected + moved
