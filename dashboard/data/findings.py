"""What the warehouse answers to a committee, one frozen row type per question; words and units as in answers.py.

In tables of units the asked unit is `is_self`, the sum of its parts and of what lies in none of them (which has the asked
unit's id without being `is_self`); 0 and -1 stand beside the root.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """One row per unit: who should have the second dose (indicator 6). Persons, by residence."""

    unit_id: int
    is_self: bool
    overdue: int  # one dose, and the longest recommended interval has passed
    passed: int  # everybody whose interval has passed, with a second dose or without
    share: float | None  # overdue / passed
    due_soon: int  # one dose, and the interval ends on one of the 28 days from today on


@dataclass(frozen=True, slots=True)
class DueDay:
    """One row per day and vaccine of the first dose: persons who wait and whose interval ends that day."""

    day: date
    vaccine_id: int
    people: int


@dataclass(frozen=True, slots=True)
class Dropout:
    """One row per unit: first and second doses of the days asked for (indicator 5), and the RED category (7)."""

    unit_id: int
    is_self: bool
    first_doses: int | None  # as recorded, by residence, of vaccines that ask for more than one; None: not told by number
    second_doses: int | None
    dropout: float | None  # may be negative: say so
    is_negative: bool | None
    coverage: float | None  # at least one dose, over all days
    red_category: int | None  # 1-4
    lacking: list[int] | None = None  # as in Standing


@dataclass(frozen=True, slots=True)
class PartStanding:
    """One row per part of one unit's people and stage: an age band (part "age") or a priority group (part "group").

    `number` is the band's or the group's; 0 = unknown. As Standing, asked for that part alone.
    """

    part: str
    number: int
    stage: int
    people: int
    population: int | None
    population_source: str | None
    population_on: date | None
    coverage: float | None
    target_share: float | None
    target_due_on: date | None
    gap: int | None
    counted: int | None = None  # as in Standing
    lacking: list[int] | None = None


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """One row per site of the unit. From `doses` on: of the days asked for, else of today, in doses."""

    site_id: int
    unit_id: int
    has_session: bool | None  # today; None: no table of sessions reaches today
    plan_today: int | None  # of its session; its usual one where no table of sessions reaches today
    doses_today: int
    doses_yesterday: int
    doses: int
    duplicates: int
    identity_correct_before: int
    certificates_printed: int
    app_confirmed: int
    entered_within_72h: int
    entered_same_day: int
    entered_day_1: int
    entered_day_2: int
    entered_day_3: int
    entered_days_4_7: int
    entered_days_8_14: int
    entered_later: int
    entered_unknown: int
    identity_unknown: int  # like the two after it: doses of which their source does not tell it, in no share
    certificates_unknown: int
    app_unknown: int
    lag_median: int | None  # days from injection to entry; None: nothing says when
    lag_p90: int | None
    late_today: int  # doses of earlier days, entered today


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One row per site and day of injection, of what was entered on one later day."""

    site_id: int
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class SiteWatch:
    """One row per site, of this moment (indicator 13). The booleans are None where no session is known for today."""

    site_id: int
    heard_at: datetime | None  # entry of the latest record that arrived
    is_planned: bool | None
    is_open: bool | None
    is_silent: bool | None  # open, and nothing recorded for `silent_after_minutes` since it opened


@dataclass(frozen=True, slots=True)
class SiteHour:
    """One row per site and hour 0-23 of one day with doses."""

    site_id: int
    hour: int
    doses: int


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One row per day of one site with doses or a session."""

    day: date
    doses: int
    duplicates: int
    entered_same_day: int
    entered_unknown: int
    has_session: bool
    planned_doses: int | None


@dataclass(frozen=True, slots=True)
class LotUse:
    """One row per vaccine, dose number and lot that one site used; lot "" = none recorded."""

    vaccine_id: int
    dose_number: int
    lot_number: str
    doses: int


@dataclass(frozen=True, slots=True)
class SiteIdentity:
    """One row per site with doses in the days asked for (indicators 15, 16); all but the first column add up to them."""

    site_id: int
    correct_before: int
    not_sent: int
    no_id: int
    bad_format: int
    pending: int
    correct: int
    wrong: int
    not_applicable: int
    unknown: int  # their source does not tell of identity


@dataclass(frozen=True, slots=True)
class SiteSession:
    """One row per planned session: open from `from_hour` to before `to_hour`."""

    site_id: int
    day: date
    from_hour: int
    to_hour: int
    planned_doses: int | None


@dataclass(frozen=True, slots=True)
class PlanHour:
    """One row per site and hour of one day: the plan, spread evenly over the hours of its session."""

    site_id: int
    hour: int
    planned_doses: float


@dataclass(frozen=True, slots=True)
class EntryLag:
    """One row, of a whole unit (indicator 11): days from injection to entry; None: nothing says when."""

    doses: int
    lag_median: int | None
    lag_p90: int | None


@dataclass(frozen=True, slots=True)
class SiteStock:
    """One row per site and vaccine with a movement of stock of its own, in doses. No row: no stock data."""

    site_id: int
    vaccine_id: int
    received: int | None
    opened: int | None
    discarded: int | None
    given: int
    wastage: float | None  # None: vials are not reported as opened
    usable: int | None
    daily_use: float  # mean of the 14 days before today
    cover_days: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One row per day, cause (new, late, corrected, voided, vanished, duplicate, reclassified) and, for doses, site.

    The amounts of all rows add up to the figure's difference between the two batches (indicator 26).
    """

    day: date  # of injection; for people the day on which the stage was reached
    cause: str
    site_id: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """One row per cause and unit right below the asked one, whose own id is what lies at none of these."""

    unit_id: int
    cause: str
    amount: int


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """One row per stage: by_records + by_denominator = coverage_to - coverage_from."""

    stage: int
    people_from: int
    people_to: int
    population_from: int | None
    population_to: int | None
    coverage_from: float | None
    coverage_to: float | None
    by_records: float | None
    by_denominator: float | None
    counted_from: int | None = None  # the people that coverage is of: without those of `lacking`
    counted_to: int | None = None
    lacking: list[int] | None = None  # units without a population then, or now, where others have one


@dataclass(frozen=True, slots=True)
class EnteredDoses:
    """One row per day of injection and day of entry (None: not said): the late-entry triangle."""

    day: date
    entered_on: date | None
    doses: int


@dataclass(frozen=True, slots=True)
class VaccineDay:
    """One row per vaccine, dose number and day, by place of injection."""

    vaccine_id: int
    dose_number: int
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class LotDay:
    """One row per lot as recorded ("" = none) and day, by place of injection."""

    lot_number: str
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class Lot:
    """One row per lot ("" = none recorded) and vaccine that a unit used."""

    lot_number: str
    vaccine_id: int
    doses: int
    sites: int
    first_on: date
    last_on: date
    is_disputed: bool  # recorded with another vaccine too


@dataclass(frozen=True, slots=True)
class LotPlace:
    """One row per spelling, vaccine, site, day and dose number of one lot, in the whole world."""

    lot_number: str
    vaccine_id: int
    site_id: int
    place_unit_id: int
    day: date
    dose_number: int
    doses: int


@dataclass(frozen=True, slots=True)
class Stock:
    """One row per unit and vaccine with a movement of stock, in doses (indicators 21, 22). No row: no stock data."""

    unit_id: int
    is_self: bool
    vaccine_id: int
    allocated: int | None
    received: int | None
    opened: int | None
    discarded: int | None
    given: int
    wastage: float | None  # None: vials are not reported as opened
    usable: int | None
    daily_use: float  # mean of the 14 days before today
    cover_days: float | None
    due_soon: int  # persons who live there and whose second dose of this vaccine falls due within 28 days
    runs_out_on: date | None


@dataclass(frozen=True, slots=True)
class RankMovement:
    """One row per unit of one stage: now, and at the end of an earlier day by what is known now."""

    unit_id: int
    is_self: bool
    people: int
    people_before: int
    population: int | None
    target_share: float | None
    coverage: float | None
    coverage_before: float | None
    coverage_change: float | None
    rank: int | None
    rank_before: int | None
    moved: int | None  # > 0: climbed
    lacking: list[int] | None = None  # as in Standing


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """One row per unit, stage and day on which anybody reached it: all who had by then."""

    unit_id: int
    stage: int
    day: date
    people: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Recast:
    """One row per unit of another day and stage; the rows add up to the asked unit's own people."""

    unit_id: int  # a unit of that day
    stage: int
    people: int
    population: int | None  # of the units of which it is made, but those of `lacking`
    coverage: float | None
    units: int  # how many of the smallest units of old are in it; 0: people of whom only a larger unit is known
    counted: int | None = None  # the people that coverage is of
    lacking: list[int] | None = None  # the units of old in it without a population, where others have one


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One row per smallest unit of the day meant: the unit of another day in which it lies."""

    unit_id: int
    successor_id: int


@dataclass(frozen=True, slots=True)
class Flow:
    """One row per direction and other unit, in doses (indicator 4); they add up to Reconciliation's parts.

    The other unit is of the asked unit's level where there is one; 0 = residence unknown, -1 = outside, -2 = not recognised.
    """

    is_leaving: bool  # residents injected there; else residents of there injected here
    unit_id: int
    doses: int
