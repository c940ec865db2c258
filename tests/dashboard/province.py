"""A small province for the tests of what is on screen: the answers of `Data`, with no warehouse.

Three districts: one has reached the target, one is behind, one has no population (no data).
"""

from dataclasses import fields, replace
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
from dashboard.data.findings import DueDay, Lot, LotDay, LotPlace, Stock, VaccineDay

TODAY = date(2021, 11, 5)
DUE = date(2021, 12, 31)
AZ = 2
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
        pfizer = make(Vaccine, vaccine_id=1, code="PF", name="Comirnaty (Pfizer-BioNTech)")
        return self._rows([pfizer, make(Vaccine, vaccine_id=AZ, code="AZ", name="AstraZeneca")])

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

    # --- vaccines: AstraZeneca runs out in Châu Đức, Vũng Tàu has plenty; Côn Đảo has no stock data

    def stock(self, filters):
        if filters.unit == "755":
            return self._rows([])
        rows = [
            stock(VUNG_TAU, AZ, received=2000, given=560, usable=1400, daily=20.0, due=100),
            stock(CHAU_DUC, AZ, received=500, given=480 + self.extra, usable=20, daily=10.0, due=50),
            stock(CHAU_DUC, 1, received=900, given=300, usable=None, daily=0.0, due=5),
        ]
        asked = self.unit_id(filters.unit)
        if asked == WARD_1:
            return self._rows([])
        if asked != ROOT:
            rows = [replace(row, unit_id=asked) for row in rows if row.unit_id == asked]
        whole = []
        for vaccine_id in (AZ, 1):
            mine = [row for row in rows if row.vaccine_id == vaccine_id]
            if mine:
                known = [row.usable for row in mine if row.usable is not None]
                whole.append(
                    stock(
                        asked, vaccine_id, received=sum(row.received for row in mine),
                        given=sum(row.given for row in mine), usable=sum(known) if known else None,
                        daily=sum(row.daily_use for row in mine), due=sum(row.due_soon for row in mine), is_self=True,
                    )
                )  # fmt: skip
        return self._rows([*whole, *rows])

    def due_by_day(self, filters, days=28):
        return self._rows([DueDay(TODAY + timedelta(days=ahead), 1, 5) for ahead in range(0, days, 7)])

    def vaccine_days(self, filters):
        days = [TODAY - timedelta(days=ago) for ago in range(90)]
        return self._rows([VaccineDay(vaccine, 1 + day.day % 2, day, 10) for day in days for vaccine in (1, AZ)])

    def lot_days(self, filters):
        return self._rows([LotDay(lot, TODAY - timedelta(days=ago), 4) for ago in range(9) for lot in ("L1", "L2", "")])

    def lots(self, filters):
        days = TODAY - timedelta(days=20), TODAY
        return self._rows(
            [Lot("", 1, 7, 1, *days, False), Lot("L1", 1, 50, 1, *days, True), Lot("l1", AZ, 2, 1, *days, True),
             Lot("L2", 1, 30, 1, *days, False)]
        )  # fmt: skip

    def lot(self, number, filters):
        if number.upper() != "L1":
            return self._rows([])
        days = TODAY - timedelta(days=20), TODAY
        return self._rows(
            [LotPlace("L1", 1, 1, WARD_1, days[0], 1, 20), LotPlace("L1", 1, 1, WARD_1, days[1], 2, 30),
             LotPlace("l1", AZ, 1, WARD_1, days[1], 1, 2)]
        )  # fmt: skip


def stock(unit_id, vaccine_id, received, given, usable, daily, due, is_self=False):
    """A Stock with what follows from these."""
    covered = usable / daily if daily and usable is not None else None
    return make(
        Stock, unit_id=unit_id, vaccine_id=vaccine_id, is_self=is_self, allocated=received, received=received,
        opened=round(given * 1.05), given=given, wastage=1 - given / round(given * 1.05), usable=usable,
        daily_use=daily, cover_days=covered, due_soon=due,
        runs_out_on=None if covered is None else TODAY + timedelta(days=int(covered)),
    )  # fmt: skip
