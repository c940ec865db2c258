"""A small province for the tests of what is on screen: the answers of `Data`, with no warehouse.

Three districts: one has reached the target, one is behind, one has no population (no data).
"""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

from dashboard.data import (
    AgeBand,
    DosesDay,
    HourDoses,
    Reconciliation,
    Rows,
    Site,
    Source,
    Standing,
    TrendDay,
    Unit,
    UnitDoses,
    Unknown,
    Vaccine,
    VaccineDoses,
    Version,
    WarehouseUnreachable,
    World,
)
from dashboard.data.answers import Completeness
from dashboard.data.findings import Change, CoverageChange, EnteredDoses, PlaceChange

TODAY = date(2021, 11, 5)
DUE = date(2021, 12, 31)
ROOT, VUNG_TAU, CHAU_DUC, CON_DAO, WARD_1 = 1, 2, 3, 4, 5
UNITS = [
    (ROOT, "77", "Tỉnh Mẫu", "Sample Province", 0, None),
    (VUNG_TAU, "747", "Thành phố Vũng Tàu", "Vung Tau City", 1, ROOT),
    (CHAU_DUC, "750", "Huyện Châu Đức", "Chau Duc District", 1, ROOT),
    (CON_DAO, "755", "Huyện Côn Đảo", "Con Dao District", 1, ROOT),
    (WARD_1, "26506", "Phường 1", "Ward 1", 2, VUNG_TAU),
    (0, "unknown", "Chưa xác định địa bàn", "Area unknown", 1, None),
    (-1, "outside", "Ngoài địa bàn", "Non-resident", 1, None),
]


def make(row_type, **given):
    """A row of which only some columns matter; the others are None."""
    return row_type(**{field.name: given.get(field.name) for field in fields(row_type)})


def standing(unit_id, people, population=None, stage=2, target=0.95, **more):
    """A Standing with the figures that follow from people, population and target."""
    given = {"unit_id": unit_id, "stage": stage, "people": people, "people_today": 10, "people_yesterday": 20,
             "is_self": False, "pace": 8.0} | more  # fmt: skip
    if population:
        gap = max(0, round(target * population) - people)
        given |= {"population": population, "population_source": "Tổng điều tra", "population_on": date(2019, 4, 1),
                  "coverage": people / population, "coverage_change": 10 / population}  # fmt: skip
        given |= {"target_share": target, "target_due_on": DUE, "gap": gap, "pace_needed": gap / 56}
        given["pressure"] = given["pace"] and given["pace_needed"] / given["pace"]
    return make(Standing, **(given | more))


class Province:
    """What pages ask of `Data`. `extra` doses and people arrive with each `tick()`."""

    def __init__(self):
        self.batch_number, self.extra = 7, 0
        self.is_gone = self.is_empty = False
        self.source_state = "running"
        self.polled_ago = timedelta(seconds=1)

    def tick(self):
        self.batch_number += 1
        self.extra += 1

    def forget_version(self):
        """Every answer here is new."""

    def _rows(self, rows):
        if self.is_gone:
            raise WarehouseUnreachable("gone")
        return Rows(rows, Version(self.batch_number, datetime.now(UTC)))

    def world(self):
        levels = [("Tỉnh", "Province"), ("Huyện", "District"), ("Xã", "Commune")]
        found = make(
            World,
            name={"vi": "Tỉnh Mẫu", "en": "Sample Province"},
            time_zone="Asia/Ho_Chi_Minh",
            root_unit_id=None if self.is_empty else ROOT,
            levels=[{"name": en, "vi": vi, "en": en} for vi, en in levels],
            is_sample=True,
            shift_days=0,
            batch_id=self.batch_number,
            committed_at=datetime.now(UTC),
            checked_at=datetime.now(UTC),
            received=0 if self.is_empty else 1000 + self.extra,
            loaded=900 + self.extra,
            unchanged=60,
            quarantined=40,
        )
        return self._rows([found])[0]

    def units(self):
        names = ("unit_id", "code", "name", "name_en", "level", "parent_id")
        return self._rows([make(Unit, sort_key=row[1], **dict(zip(names, row, strict=True))) for row in UNITS])

    def vaccines(self):
        return self._rows([make(Vaccine, vaccine_id=1, code="PF", name="Comirnaty (Pfizer-BioNTech)")])

    def age_bands(self):
        unknown = make(AgeBand, age_band=0, label="?")
        return self._rows([unknown, make(AgeBand, age_band=1, label="12-17"), make(AgeBand, age_band=2, label="18+")])

    def sources(self):
        asked = datetime.now(UTC) - self.polled_ago
        return self._rows(
            [
                make(
                    Source, source="platform", kind="database", state=self.source_state, reason=None,
                    last_polled_at=asked, last_change_at=asked, received=1000, loaded=900, unchanged=60,
                    quarantined=40, open_quarantine=40,
                )
            ]
        )  # fmt: skip

    def source_names(self):
        return tuple(row.source for row in self.sources())

    def sites(self):
        return self._rows([make(Site, site_id=1, code="S1", name="Trạm Y tế Phường 1", kind="station", unit_id=WARD_1)])

    def closings(self):
        return self._rows([])

    def batch_at(self, moment):
        """A batch an hour, the first of them a day ago."""
        hours = int((datetime.now(UTC) - moment).total_seconds() // 3600)
        return self.batch_number - hours if hours < self.batch_number else None

    def today(self, as_of=None):
        return TODAY

    def batch(self, number):
        if number > self.batch_number:
            raise Unknown("batch", number, [])
        return Version(number, datetime.now(UTC))

    def unit_id(self, code):
        return ROOT if code is None else next(row[0] for row in UNITS if row[1] == code)

    def standing(self, filters):
        asked = self.unit_id(filters.unit)
        rows = []
        for stage in (1, 2, 3, 4):
            whole = {ROOT: (8000 + self.extra, 10000), VUNG_TAU: (4900, 5000), CHAU_DUC: (3000, 5000)}
            whole |= {CON_DAO: (100, None), WARD_1: (1200, 2000)}
            for row in UNITS:
                if row[5] == asked:
                    rank = {VUNG_TAU: 1, CHAU_DUC: 2, WARD_1: 1}.get(row[0])
                    rows.append(standing(row[0], *whole[row[0]], stage=stage, rank=rank))
            if asked == ROOT:
                rows.append(standing(0, 30, stage=stage))
                rows.append(standing(-1, 20, stage=stage))
            rows.append(standing(asked, *whole[asked], stage=stage, is_self=True))
        return self._rows(rows)

    def trend(self, filters):
        days = [TODAY - timedelta(days=ago) for ago in range(30)]
        return self._rows([TrendDay(day, stage, 20 + day.day) for day in days for stage in (1, 2, 3)])

    def doses_trend(self, filters):
        return self._rows([DosesDay(TODAY - timedelta(days=ago), 50 + ago) for ago in range(30)])

    def doses_by_unit(self, filters):
        asked = self.unit_id(filters.unit)
        rows = [UnitDoses(row[0], False, 900, 40, 50, 80) for row in UNITS if row[5] == asked]
        if asked == ROOT:
            rows += [UnitDoses(0, False, 5, 1, 1, None), UnitDoses(-1, False, 0, 0, 0, None)]
        own = UnitDoses(asked, True, 2700, 120 + self.extra, 150, 240)
        return self._rows([*rows, own])

    def doses_by_hour(self, filters, day=None):
        return self._rows([HourDoses(8, 60), HourDoses(9, 60 + self.extra)])

    def doses_by_vaccine(self, filters):
        return self._rows([VaccineDoses(1, 1, 1500), VaccineDoses(1, 2, 1200), VaccineDoses(1, 5, 3)])

    def reconciliation(self, filters):
        return self._rows([make(Reconciliation, at_home=2500, elsewhere=100, non_residents=90,
                                unknown_residence=10, total=2700)])[0]  # fmt: skip

    def incomplete_from(self, filters):
        return TODAY - timedelta(days=1)

    # --- why it changed: as of every batch there are as many people, so the causes make 0

    def first_batch(self):
        return Version(1, datetime.now(UTC))

    def changes(self, filters, from_batch, figure="doses"):
        site = 1 if figure == "doses" else None
        before = TODAY - timedelta(days=40)
        rows = [(TODAY, "new", 9), (TODAY - timedelta(days=3), "late", 3), (before, "corrected", -12)]
        return self._rows([Change(day, cause, site, amount) for day, cause, amount in rows])

    def changed_places(self, filters, from_batch, figure="doses"):
        asked = self.unit_id(filters.unit)
        below = [row[0] for row in UNITS if row[5] == asked]
        rows = [PlaceChange(asked, "corrected", -12), PlaceChange(asked, "new", 9), PlaceChange(asked, "late", 3)]
        if below:
            rows = [PlaceChange(below[0], "new", 9), PlaceChange(below[-1], "late", 3), PlaceChange(asked, "corrected", -12)]
        return self._rows(rows)

    def coverage_change(self, filters, from_batch):
        return self._rows([CoverageChange(n, 8000, 8000, 10000, 10000, 0.8, 0.8, 0.0, 0.0) for n in (1, 2, 3, 4)])

    def triangle(self, filters):
        day = TODAY - timedelta(days=5)
        entered = [(day, day, 40), (day, TODAY, 10), (day, None, 2), (TODAY, TODAY, 30)]
        return self._rows([EnteredDoses(*row) for row in entered])

    def completeness_by_day(self, filters):
        return self._rows([Completeness(n, min(1.0, 0.7 + 0.1 * n)) for n in range(15)])
