"""A small province for the tests of what is on screen: the answers of `Data`, with no warehouse.

Three districts: one has reached the target, one is behind, one has no population (no data).
"""

import copy
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

from dashboard.data import (
    AgeBand,
    Arrival,
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
    Upload,
    UploadChange,
    UploadCheck,
    Vaccine,
    VaccineDoses,
    Version,
    WarehouseUnreachable,
    World,
)
from dashboard.data.changes import Change, CoverageChange, PlaceChange
from dashboard.data.compare import CoverageDay, RankMovement, Recast, TakenOver
from dashboard.data.doses import Flow
from dashboard.data.entries import Completeness, EnteredDoses, EntryLag, LateEntry
from dashboard.data.people import PartStanding
from dashboard.data.second_dose import Dropout, DueDay, Overdue
from dashboard.data.sites import LotUse, PlanHour, SiteDay, SiteFigures, SiteHour, SiteIdentity, SiteSession, SiteWatch
from dashboard.data.sources import Told
from dashboard.data.stock import Stock
from dashboard.data.targets import Denominator, DenominatorCheck, NotRecognised, OverCauses, Target
from dashboard.data.vaccines import Lot, LotDay, LotPlace, UnruledPair, VaccineDay
from sql.measures import MEASURES
from tests.dashboard.questions import ASKED, answer

TODAY = date(2021, 11, 5)
DUE = date(2021, 12, 31)
BEGAN, CHANGED = datetime(2021, 10, 1, 2, tzinfo=UTC), datetime(2021, 11, 1, 2, tzinfo=UTC)
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
    return make(Standing, counted=people, **(given | more))


class Province:
    """What pages ask of `Data`. `extra` doses and people arrive with each `tick()`."""

    def __init__(self):
        self.batch_number, self.extra = 7, 0
        self.now = self  # what is not as of a batch: the sources
        self.is_gone = self.is_empty = False
        self.is_silent = False
        self.silent, self.silent_some = (), ()
        self.source_state = "running"
        self.is_loading = False  # its source is in its first load
        self.more_sources = []
        self.polled_ago = timedelta(seconds=1)
        self.refused = None  # why the reference tables are
        self.silent_for = 0.5  # seconds since the ETL gave a sign of life

    def tick(self):
        self.batch_number += 1
        self.extra += 1

    def at(self, batch):
        """What it was at that batch."""
        if batch is None or batch >= self.batch_number:
            return self
        held = copy.copy(self)
        held.extra -= self.batch_number - batch
        held.batch_number = batch
        return held

    def __getattr__(self, name):
        """A question that nothing here answers: by the types of its rows, so that a page may ask it before a test is about it."""
        if name not in ASKED:
            raise AttributeError(name)
        return lambda *_given, **_named: answer(name, self._rows([]).version)

    def forget_version(self):
        """Every answer here is new."""

    def _rows(self, rows):
        if self.is_gone:
            raise WarehouseUnreachable("gone")
        return Rows(rows, Version(self.batch_number, datetime.now(UTC)))

    def world(self, as_of=None):
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
            loaded=0 if self.is_empty else 900 + self.extra,
            unchanged=60,
            quarantined=40,
            is_first_load=self.is_loading or any(row.is_first_load for row in self.more_sources),
        )
        return self._rows([found])[0]

    def units(self):
        names = ("unit_id", "code", "name", "name_en", "level", "parent_id")
        known = [] if self.is_empty else UNITS
        return self._rows([make(Unit, sort_key=row[1], **dict(zip(names, row, strict=True))) for row in known])

    def vaccines(self):
        pfizer = make(Vaccine, vaccine_id=1, code="PF", name="Comirnaty (Pfizer-BioNTech)")
        return self._rows([pfizer, make(Vaccine, vaccine_id=AZ, code="AZ", name="AstraZeneca")])

    def age_bands(self):
        unknown = make(AgeBand, age_band=0, label="?")
        return self._rows([unknown, make(AgeBand, age_band=1, label="12-17"), make(AgeBand, age_band=2, label="18+")])

    def refusal(self):
        return self.refused

    def silent_seconds(self):
        return self.silent_for

    def sources(self):
        asked = None if self.polled_ago is None else datetime.now(UTC) - self.polled_ago
        return self.now._rows(
            [
                make(
                    Source, source="platform", kind="database", state=self.source_state, reason=None,
                    last_polled_at=asked, last_change_at=asked, received=1000, loaded=900, unchanged=60,
                    quarantined=40, open_quarantine=40, is_configured=True, is_first_load=self.is_loading,
                    expected=4000, per_second=5.0,
                ),
                *self.more_sources,
            ]
        )  # fmt: skip

    def priority_groups(self):
        return (1, 16)

    def told(self):
        """`silent`: fields that no source gives; `silent_some`: those that `lists` does not, while `platform` does."""
        rows = [Told(field, 0, ["platform"]) for field in self.silent]
        return self._rows([*rows, *(Told(field, 1, ["lists"]) for field in self.silent_some)])

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

    def seen_on(self, as_of=None):
        return TODAY

    def unit_id(self, code, as_of=None):
        if code is None:
            return self.world().root_unit_id
        return next(row[0] for row in UNITS if row[1] == code)

    def standing(self, filters, level=None):
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

    def doses_by_unit(self, filters, level=None):
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
                                unknown_residence=10, not_recognised=0, total=2700)])[0]  # fmt: skip

    def incomplete_from(self, filters):
        return TODAY - timedelta(days=1)

    # --- the page of a unit

    def overdue(self, filters, level=None):
        asked = self.unit_id(filters.unit)
        late = {ROOT: 60, VUNG_TAU: 50, CHAU_DUC: 10, CON_DAO: 0, WARD_1: 20}
        rows = [Overdue(row[0], False, late[row[0]], 100, late[row[0]] / 100, 30) for row in UNITS if row[5] == asked]
        rows += [Overdue(0, False, 3, 4, 0.75, 1)] if asked == ROOT else []
        return self._rows([Overdue(asked, True, late[asked] + self.extra, 400, late[asked] / 400, 60), *rows])

    def due_by_day(self, filters, days=28):
        return self._rows(
            [DueDay(TODAY, 1, 12), DueDay(TODAY + timedelta(days=3), 1, 30), DueDay(TODAY + timedelta(days=9), 1, 18)]
        )

    def dropout(self, filters, red_coverage=0.9, level=None):
        asked = self.unit_id(filters.unit)
        rows = [Dropout(row[0], False, 1000, 950, 0.05, False, 0.95, 1) for row in UNITS if row[5] == asked]
        rows += [Dropout(0, False, 30, 33, -0.1, True, None, None)] if asked == ROOT else []
        return self._rows([Dropout(asked, True, 3000, 1800, 0.4, False, 0.8, 4), *rows])

    def standing_by_part(self, filters):
        asked = next(row for row in self.standing(filters) if row.is_self and row.stage == 2)
        rows = []
        for part, number, people, population in (
            ("age", 1, 100, 400), ("age", 2, asked.people - 100, 9600), ("age", 0, 7, None),
            ("group", 1, 200, 200), ("group", 16, asked.people - 200, 9800),
        ):  # fmt: skip
            for stage in (1, 2, 3, 4):
                gap = population and max(0, round(0.95 * population) - people)
                rows.append(make(PartStanding, part=part, number=number, stage=stage, people=people, population=population,
                                 coverage=population and people / population, target_share=population and 0.95, gap=gap))  # fmt: skip
        return self._rows(rows)

    def flow(self, filters):
        other = CHAU_DUC if self.unit_id(filters.unit) == VUNG_TAU else VUNG_TAU
        return self._rows([Flow(False, -1, 90), Flow(False, 0, 10), Flow(True, other, 100)])

    # --- sites: one that enters, verifies and prints, of which nobody keeps a stock

    def site_figures(self, filters):
        counts = dict.fromkeys(MEASURES, 0) | {
            "doses": 200,
            "duplicates": 1,
            "entered_within_72h": 198,
            "entered_same_day": 190,
        }
        counts |= {"entered_day_1": 6, "entered_day_2": 2, "entered_days_4_7": 2}
        counts |= {"identity_correct_before": 130, "certificates_printed": 190, "app_confirmed": 120}
        counts |= {"doses_today": 30 + self.extra, "doses_yesterday": 50, "late_today": 4}
        counts |= {"lag_median": 0, "lag_p90": 0, "plan_today": 60}
        return self._rows([make(SiteFigures, site_id=1, unit_id=WARD_1, has_session=True, **counts)])

    def site_watch(self, filters, silent_after_minutes=60):
        heard = datetime(2021, 11, 5, 3, 42, tzinfo=UTC)
        return self._rows([SiteWatch(1, heard, True, True, self.is_silent)])

    def site_identity(self, filters):
        return self._rows([SiteIdentity(1, 130, 2, 15, 1, 25, 140, 10, 7, 0)])

    def site_sessions(self, filters, first, last):
        days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)]
        return self._rows([SiteSession(1, day, 7, 17, 60) for day in days if first <= day <= last])

    def site_plan_hours(self, filters, day=None):
        return self._rows([PlanHour(1, hour, 6.0) for hour in range(7, 17)])

    def site_hours(self, filters, day=None):
        return self._rows([SiteHour(1, 8, 20), SiteHour(1, 9, 10 + self.extra)])

    def late_entries(self, filters, entered_on=None):
        return self._rows([LateEntry(1, TODAY - timedelta(days=1), 3), LateEntry(1, TODAY - timedelta(days=4), 1)])

    def entry_lag(self, filters):
        return self._rows([EntryLag(200, 0, 0)])[0]

    def site_stock(self, filters):
        return self._rows([])

    def site_days(self, code, filters):
        before = SiteDay(TODAY - timedelta(days=1), 50, 0, 45, 0, True, 60)
        return self._rows([before, SiteDay(TODAY, 30 + self.extra, 0, 30, 0, True, 60)])

    def site_used(self, code, filters):
        return self._rows([LotUse(1, 1, "L1", 150), LotUse(1, 2, "L1", 40), LotUse(1, 2, "", 10)])

    # --- targets and what is handed in

    def targets(self, filters):
        usual = {"stage": 2, "source": "Kế hoạch 12", "valid_from": date(2021, 1, 1), "is_sample": False, "from_batch": 1,
                 "began_at": BEGAN, "is_in_force": True, "due_on": DUE}  # fmt: skip
        return self._rows(
            [
                make(Target, share=0.95, **usual),
                make(
                    Target,
                    **usual | {"unit_id": CHAU_DUC, "share": 0.9, "from_batch": 5, "began_at": CHANGED, "age_band": 1},
                ),
                make(
                    Target,
                    **usual | {"unit_id": CHAU_DUC, "share": 0.8, "age_band": 1, "ended_at": CHANGED, "is_in_force": False},
                ),
            ]
        )

    def denominators(self, filters):
        usual = {
            "people": 8000,
            "is_in_force": True,
            "is_sample": False,
            "valid_from": date(2019, 4, 1),
            "dated_on": date(2019, 4, 1),
        }
        rows = []
        for stage in (1, 2, 3, 4):
            rows.append(make(Denominator, version_id=1, name="Tổng điều tra", source="Tổng cục Thống kê", stage=stage, is_used=True,
                             population=10000, everybody=12000, coverage=0.8, **usual))  # fmt: skip
            rows.append(make(Denominator, version_id=2, name="Công an", source="Công an tỉnh", stage=stage, is_used=False,
                             population=7500, everybody=9000, coverage=8000 / 7500, **usual))  # fmt: skip
        return self._rows(rows)

    def over_causes(self, filters):
        return OverCauses(
            unknown_residence=10, not_recognised=6, non_residents=90, elsewhere=100, duplicates=4, shared_ids=3
        )

    def not_recognised(self):
        return self._rows([NotRecognised("Xã Ấp Bắc", 4, None), NotRecognised("26506", 2, WARD_1)])

    def unruled_pairs(self):
        return self._rows([UnruledPair(AZ, 1, 12, 11)])

    def denominator_checks(self, filters):
        return self._rows([DenominatorCheck("sources", CHAU_DUC, "Tổng điều tra", "Công an", 5000, 3750, -1 / 3)])

    def uploads(self):
        usual = {"relation": "targets", "file_name": "chi-tieu.xlsx", "sha256": "0" * 64, "uploaded_by": "Nguyễn Văn A",
                 "is_self_declared": True, "uploaded_at": BEGAN, "faults": []}  # fmt: skip
        fault = {"code": "share", "line": 4, "column": "share", "found": "120"}
        return self._rows(
            [
                make(Upload, **usual | {"upload_id": 3, "state": "faulty", "lines": 0, "faults": [fault], "file_name": "sai.csv"}),
                make(Upload, **usual | {"upload_id": 2, "state": "applied", "lines": 1, "batch_id": 5, "began_at": CHANGED,
                                        "decided_by": "Trần Thị B", "decided_at": CHANGED, "sha256": "1" * 64}),
                make(Upload, **usual | {"upload_id": 1, "state": "proposed", "lines": 2}),
            ]
        )  # fmt: skip

    def upload_changes(self, number):
        usual = {"stage": 2, "source": "Kế hoạch 20", "valid_from": date(2021, 11, 1), "due_on": DUE}
        before = {"share_before": 0.8, "due_on_before": DUE, "source_before": "Kế hoạch 12"}
        rows = [
            make(UploadChange, line=2, unit_id=CHAU_DUC, change="changed", share=0.9, **usual, **before),
            make(UploadChange, line=3, change="new", share=0.95, **usual),
        ]
        return self._rows([] if number == 3 else rows)

    def upload_checks(self, number):
        return self._rows(
            [] if number == 3 else [make(UploadCheck, check="past", is_fault=False, line=3, found="2021-10-31")]
        )

    # --- the wall

    def arrivals(self, filters):
        moment = datetime.now(UTC)
        ago = [(0, 3 + self.extra), (20, -1), (90, 5), (100, 0)]
        return self._rows(
            [Arrival(self.batch_number - n, moment - timedelta(seconds=s), doses) for n, (s, doses) in enumerate(ago)]
        )

    # --- why it changed: as of every batch there are as many people, so the causes make 0

    def first_load(self):
        return Version(1, datetime.now(UTC))

    def changes(self, filters, after_batch, figure="doses"):
        site = 1 if figure == "doses" else None
        before = TODAY - timedelta(days=40)
        rows = [(TODAY, "new", 9), (TODAY - timedelta(days=3), "late", 3), (before, "corrected", -12)]
        return self._rows([Change(day, cause, site, amount) for day, cause, amount in rows])

    def changed_places(self, filters, after_batch, figure="doses"):
        asked = self.unit_id(filters.unit)
        below = [row[0] for row in UNITS if row[5] == asked]
        rows = [PlaceChange(asked, "corrected", -12), PlaceChange(asked, "new", 9), PlaceChange(asked, "late", 3)]
        if below:
            rows = [PlaceChange(below[0], "new", 9), PlaceChange(below[-1], "late", 3), PlaceChange(asked, "corrected", -12)]
        return self._rows(rows)

    def coverage_change(self, filters, after_batch):
        return self._rows([CoverageChange(n, 8000, 8000, 10000, 10000, 0.8, 0.8, 0.0, 0.0) for n in (1, 2, 3, 4)])

    def triangle(self, filters):
        day = TODAY - timedelta(days=5)
        entered = [(day, day, 40), (day, TODAY, 10), (day, None, 2), (TODAY, TODAY, 30)]
        return self._rows([EnteredDoses(*row) for row in entered])

    def completeness_by_day(self, filters):
        return self._rows([Completeness(n, min(1.0, 0.7 + 0.1 * n)) for n in range(15)])

    # --- vaccines: AstraZeneca runs out in Châu Đức, Vũng Tàu has plenty; Côn Đảo has no stock data

    def stock(self, filters, level=None):
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

    def lot(self, lot_number, filters):
        if lot_number.upper() != "L1":
            return self._rows([])
        days = TODAY - timedelta(days=20), TODAY
        return self._rows(
            [LotPlace("L1", 1, 1, WARD_1, days[0], 1, 20), LotPlace("L1", 1, 1, WARD_1, days[1], 2, 30),
             LotPlace("l1", AZ, 1, WARD_1, days[1], 1, 2)]
        )  # fmt: skip

    # --- side by side: ten days ago Vũng Tàu passed Châu Đức, which had been ahead

    def coverage_by_day(self, filters, units):
        population = {ROOT: 10000, VUNG_TAU: 5000, CHAU_DUC: 5000, WARD_1: 2000}
        rows = []
        for unit_id in units:
            for stage in (1, 2):
                so_far = 0
                for ago, people in REACHED[unit_id]:
                    so_far += people
                    share = so_far / population[unit_id] if unit_id in population else None
                    rows.append(CoverageDay(unit_id, stage, TODAY - timedelta(days=ago), so_far, share))
        return self._rows(rows)

    def rank_movement(self, filters, stage, then, level=None):
        before = {ROOT: 3100, VUNG_TAU: 1000, CHAU_DUC: 2000, CON_DAO: 100, WARD_1: 400}
        rows = []
        for row in self.standing(filters):
            if row.stage != stage:
                continue
            then = before.get(row.unit_id, row.people)
            share = row.population and then / row.population
            old = row.rank and {VUNG_TAU: 2, CHAU_DUC: 1, WARD_1: 1}[row.unit_id]
            given = {
                name: getattr(row, name) for name in ("unit_id", "is_self", "people", "population", "target_share", "rank")
            }
            given |= {"people_before": then, "coverage": row.coverage, "coverage_before": share, "rank_before": old}
            given |= {"coverage_change": share and row.coverage - share, "moved": old and old - row.rank}
            rows.append(RankMovement(**given))
        return self._rows(rows)

    def recast(self, filters, day=None):
        rows = [row for row in self.standing(filters) if not row.is_self and row.unit_id > 0]
        return self._rows([Recast(row.unit_id, row.stage, row.people, row.population, row.coverage, 1) for row in rows])

    def taken_over(self, filters, day=None):
        ids = {row.unit_id for row in self.recast(filters)}
        return self._rows([TakenOver(unit_id, unit_id) for unit_id in sorted(ids)])


# Of each unit: how many people reached a stage how many days ago.
REACHED = {
    ROOT: [(20, 3000), (10, 4000), (5, 100), (1, 900)],
    VUNG_TAU: [(20, 1000), (10, 3900)],
    CHAU_DUC: [(25, 2000), (1, 1000)],
    CON_DAO: [(5, 100)],
    WARD_1: [(20, 400), (3, 800)],
}


def stock(unit_id, vaccine_id, received, given, usable, daily, due, is_self=False):
    """A Stock with what follows from these."""
    covered = usable / daily if daily and usable is not None else None
    return make(
        Stock, unit_id=unit_id, vaccine_id=vaccine_id, is_self=is_self, allocated=received, received=received,
        opened=round(given * 1.05), given=given, wastage=1 - given / round(given * 1.05), usable=usable,
        daily_use=daily, cover_days=covered, due_soon=due,
        runs_out_on=None if covered is None else TODAY + timedelta(days=int(covered)),
    )  # fmt: skip
