"""Records of a made-up campaign in bulk: any number of them, the same ones each time, and changes to them.

82 communes and an island, 114 sites, eight vaccines, 160 days, one to three doses a person. Written in the columns of
the sample Platform's table, so that the whole road is measured: IDs to be hashed, codes and spellings to be translated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sample.places import OUTSIDE_CODES, province
from etl.sample.rows import COLUMNS, IDENTITIES, KINDS, STATUSES

DAYS = 160
LAST_DAY = date(2021, 11, 4)  # the day before the first day of the sample's clock
DOSES_A_PERSON = 1.85  # 1.9 on the average; some persons are left over

_SECOND, _DAY = 1_000_000, 86_400_000_000  # in microseconds
_FROM_UTC = 7 * 3600 * _SECOND
_EPOCH = date(1970, 1, 1)
# As people type them, with how often they are the first dose, the days to the next, and from which day of the 160.
_VACCINES = (
    ("AZD1222", 0.38, 60, 0), ("Pfizer", 0.20, 24, 15), ("Moderna", 0.12, 30, 31), ("Vero Cell", 0.20, 24, 6),
    ("Sputnik V", 0.02, 24, 0), ("Abdala", 0.03, 15, 112), ("Hayat-Vax", 0.03, 24, 105), ("Janssen", 0.02, 90, 48),
)  # fmt: skip
# Shares of what is wrong with records, so that quarantine, duplicates and voids are part of the cost.
_UNKNOWN_VACCINE, _VOIDED, _SAME_DAY, _NO_ID, _FROM_OUTSIDE = 0.003, 0.004, 0.002, 0.02, 0.03


@dataclass(frozen=True)
class Changes:
    """One batch of work at the source: rows to insert, records to correct and to void."""

    rows: pa.Table
    corrected: list[str]
    voided: list[str]


class Campaign:
    """About `count` injections; persons and doses as arrays, rows of text only when asked for."""

    def __init__(self, count: int, seed: int = 1):
        self.draw = draw = np.random.default_rng(seed)
        self._make_persons(round(count / DOSES_A_PERSON) + 1)
        person = np.repeat(np.arange(len(self.doses), dtype=np.int32), self.doses)[:count]
        dose = (np.arange(len(person)) - np.searchsorted(person, person) + 1).astype(np.int8)
        wait = _of_vaccine(2)[self.vaccine[person]] + draw.integers(0, 10, len(person))
        day = self.first_day[person] + (dose - 1) * wait
        # What would lie in the future is given on one of the last days instead, too early: such records exist too.
        day = np.where(day < DAYS, day, DAYS - 1 - draw.integers(0, 14, len(person)))
        day = np.where(draw.random(len(person)) < _SAME_DAY, self.first_day[person], day)
        injected = _moment(day, draw)
        entered = _entered(injected, draw)
        order = np.argsort(entered, kind="stable")
        self.person, self.dose = person[order], dose[order]
        self.injected, self.entered = injected[order], entered[order]
        self.count = len(order)

    def _make_persons(self, persons: int) -> None:
        draw = self.draw
        units = len(province().units)
        weight = draw.gamma(2.0, 1.0, units)
        self.unit = draw.choice(units, persons, p=weight / weight.sum()).astype(np.int8)
        self.doses = draw.choice([1, 2, 3], persons, p=[0.25, 0.60, 0.15]).astype(np.int8)
        # The campaign swells: few in the first weeks, most in the last two months.
        self.first_day = (DAYS * draw.beta(2.6, 1.5, persons)).astype(np.int16)
        vaccine = draw.choice(len(_VACCINES), persons, p=[share for _, share, _, _ in _VACCINES])
        self.vaccine = np.where(_of_vaccine(3)[vaccine] <= self.first_day, vaccine, 0).astype(np.int8)
        self.age = np.clip(draw.normal(42, 17, persons), 18, 99).astype(np.int8)
        by_age = np.where(self.age >= 65, 6, np.where(self.age < 25, 12, 13))
        self.group = np.where(draw.random(persons) < 0.7, by_age, draw.integers(1, 17, persons)).astype(np.int8)

    def tables(self, size: int = 200_000) -> Iterator[pa.Table]:
        """The rows, in the order of their last change; numbered from 1."""
        for start in range(0, self.count, size):
            part = slice(start, min(start + size, self.count))
            status = np.where(self.draw.random(part.stop - part.start) < _VOIDED, 1, 0)
            yield self._rows(
                self.person[part], self.dose[part], np.arange(part.start + 1, part.stop + 1), self.injected[part],
                self.entered[part], status,
            )  # fmt: skip

    def changes(self, count: int, now: datetime) -> Changes:
        """A batch of `count` at `now`: 35 % new persons, 35 % next doses, 25 % corrections, 5 % voids (at least one new)."""
        draw = self.draw
        kinds = draw.random(count)
        next_doses = int((kinds < 0.35).sum())
        corrections, voids = int(((kinds >= 0.70) & (kinds < 0.95)).sum()), int((kinds >= 0.95).sum())
        held = draw.permutation(np.unique(draw.integers(1, self.count + 1, 2 * (corrections + voids) + 2)))
        held = held[: corrections + voids]
        known = np.unique(draw.integers(0, len(self.doses), next_doses)).astype(np.int32)
        new = count - len(known) - corrections - voids
        person = np.concatenate([known, self._more_persons(new)])
        self.doses[known] += 1
        moment = round(now.timestamp() * _SECOND)
        injected = moment - draw.integers(60, 7200, len(person)) * _SECOND
        numbers = np.arange(self.count + 1, self.count + 1 + len(person))
        self.count += len(person)
        rows = self._rows(
            person, self.doses[person], numbers, injected, np.full(len(person), moment), np.zeros(len(person), np.int64)
        )
        names = [f"MT{number:010d}" for number in held]
        return Changes(rows, names[:corrections], names[corrections:])

    def go_on(self, persons: int, records: int) -> None:
        """Take over what an earlier run added to this campaign, so that new people and records are new."""
        self._more_persons(persons - len(self.doses))
        self.count = records

    def _more_persons(self, count: int) -> np.ndarray:
        first = len(self.doses)
        twins = self.draw.integers(0, first, count)
        for name in ("unit", "vaccine", "age", "group", "first_day"):
            held = getattr(self, name)
            setattr(self, name, np.concatenate([held, held[twins]]))
        self.doses = np.concatenate([self.doses, np.ones(count, np.int8)])
        return np.arange(first, first + count, dtype=np.int32)

    def _rows(self, person, dose, numbers, injected, entered, status) -> pa.Table:
        draw, count = self.draw, len(person)
        number = person.astype(np.int64)
        place = province()
        codes = pa.array([*place.units, *OUTSIDE_CODES])
        outside = len(place.units) + number % len(OUTSIDE_CODES)
        spellings = pa.array([*(name for name, *_ in _VACCINES), "vắc xin lạ"])
        vaccine = np.where(draw.random(count) < _UNKNOWN_VACCINE, len(_VACCINES), self.vaccine[person])
        papers = _padded("000", (number * 387_420_489 + 12_345) % 999_999_937, 9)
        is_checked = draw.random(count) < 0.8
        has_id = number % 1000 >= _NO_ID * 1000
        identity = np.where(has_id, np.where(is_checked, 4, 3), 1)
        later = entered + draw.integers(60, 86_400, count) * _SECOND
        values = {
            "ma_mui_tiem": _padded("MT", numbers, 10),
            "ma_doi_tuong": pa.array(person),
            "so_giay_to": pc.if_else(pa.array(has_id), papers, pa.scalar(None, pa.string())),
            "ho_ten": _padded("Người Minh Họa ", number, 8),
            "so_dien_thoai": _padded("000", number * 7919 % 10_000_000, 7),
            "ngay_sinh": _births(number, self.age[person]),
            "nam_sinh": pa.array((2021 - self.age[person].astype(np.int16)).astype(np.int16)),
            "gioi_tinh": pa.array(["Nữ", "Nam"]).take(pa.array(number % 2)),
            "ma_xa": codes.take(pa.array(np.where(number % 1000 < _FROM_OUTSIDE * 1000, outside, self.unit[person]))),
            "ma_diem_tiem": self._sites(person),
            "ten_vac_xin": spellings.take(pa.array(vaccine)),
            "so_lo": _padded("MH", injected // (7 * _DAY) * 10 + vaccine, 6),
            "mui_so": pa.array(dose.astype(np.int16)),
            "loai_mui": pa.array(KINDS).take(pa.array((dose > 2).astype(np.int8))),
            "nhom_uu_tien": pa.array(self.group[person].astype(np.int16)),
            "thoi_gian_tiem": _times(injected),
            "thoi_gian_nhap": _times(entered),
            "ket_qua_xac_thuc": pa.array(IDENTITIES).take(pa.array(identity)),
            "xac_thuc_luc": _times(entered, identity == 4),
            "in_giay_luc": _times(later, number % 10 < 6),
            "xac_nhan_app_luc": _times(later, number % 10 < 3),
            "trang_thai": pa.array(STATUSES).take(pa.array(status)),
            "cap_nhat_luc": _times(entered),
        }
        return pa.table({name: values[name] for name in COLUMNS})

    def _sites(self, person: np.ndarray) -> pa.Array:
        """Six of ten at the commune's own station, most others elsewhere in the district, few in another one."""
        draw, place = self.draw, province()
        unit = self.unit[person]
        first, count = _SITES_OF_DISTRICT
        district = place.unit_district[unit]
        near = _BY_DISTRICT[first[district] + (draw.random(len(person)) * count[district]).astype(np.int64)]
        anywhere = draw.integers(0, len(place.sites), len(person))
        way = draw.random(len(person))
        at = np.where(way < 0.6, place.stations[unit], np.where(way < 0.95, near, anywhere))
        return pa.array([site.code for site in place.sites]).take(pa.array(at))


# The sites of a district stand side by side: from `first` on, `count` of them.
_BY_DISTRICT = np.argsort([site.district for site in province().sites], kind="stable")
_SITES_OF_DISTRICT = (lambda count: (np.cumsum(count) - count, count))(
    np.bincount([site.district for site in province().sites])
)


def _of_vaccine(column: int) -> np.ndarray:
    return np.array([vaccine[column] for vaccine in _VACCINES])


def _moment(day: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Between half past seven and five in the afternoon, in microseconds since 1970."""
    first = (LAST_DAY - _EPOCH).days - DAYS + 1
    return (first + day.astype(np.int64)) * _DAY + draw.integers(27_000, 61_200, len(day)) * _SECOND - _FROM_UTC


def _entered(injected: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Mostly within the hour, a fifth days later; nothing after the last day, where the clock of the runs begins."""
    quick = draw.exponential(1800, len(injected)).clip(0, 4 * 3600)
    slow = draw.exponential(1.5 * 86_400, len(injected)).clip(0, 12 * 86_400)
    seconds = np.where(draw.random(len(injected)) < 0.2, slow, quick).astype(np.int64)
    end = ((LAST_DAY - _EPOCH).days + 1) * _DAY - _FROM_UTC
    seconds = np.where(injected + seconds * _SECOND < end - _SECOND, seconds, quick.astype(np.int64))
    return injected + seconds * _SECOND + draw.integers(0, _SECOND, len(injected))


def _padded(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(np.asarray(numbers).astype(np.int64)), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _times(microseconds: np.ndarray, shown: np.ndarray | None = None) -> pa.Array:
    mask = None if shown is None else ~shown
    return pa.array(microseconds, mask=mask).cast(pa.timestamp("us", "UTC"))


def _births(number: np.ndarray, age: np.ndarray) -> pa.Array:
    days = [(date(2021, 1, 1) + timedelta(day)).strftime("%d/%m/") for day in range(365)]
    year = pc.cast(pa.array(2021 - age.astype(np.int64) - 1), pa.string())
    return pc.binary_join_element_wise(pa.array(days).take(pa.array(number % 365)), year, "")
