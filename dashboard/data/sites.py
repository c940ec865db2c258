"""What each site gave, entered and printed, and who is silent. By place of injection."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows
from sql.clock import Clock
from sql.measures import Entries

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class SiteFigures(Entries):
    """One row per site of the unit. The entries: of the days asked for, else of today, in doses; those that are unknown are doses
    of which their source does not tell it, in no share."""

    site_id: int
    unit_id: int
    has_session: bool | None  # today; None: no table of sessions reaches today
    plan_today: int | None  # of its session; its usual one where no table of sessions reaches today
    doses_today: int
    doses_yesterday: int
    lag_median: int | None  # days from injection to entry; None: nothing says when
    lag_p90: int | None
    late_today: int  # doses of earlier days, entered today


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
    """One row per planned session: open from `from_hour` until `until_hour`."""

    site_id: int
    day: date
    from_hour: int
    until_hour: int
    planned_doses: int | None


@dataclass(frozen=True, slots=True)
class PlanHour:
    """One row per site and hour of one day: the plan, spread evenly over the hours of its session."""

    site_id: int
    hour: int
    planned_doses: float


class SitesQuestions(Arguments):
    """Of the filters: unit, days, as-of."""

    def site_figures(self, filters: "Filters") -> Rows[SiteFigures]:
        return self._ask("site_figures", SiteFigures, self._days(filters) | self._rows(filters, None))

    def site_watch(self, filters: "Filters", silent_after_minutes: int = 60) -> Rows[SiteWatch]:
        """Who is silent now, whatever the as-of. Never cached: a site falls silent without a batch."""
        now = Clock(self.world().shift_days).now()
        arguments = {"unit": self._unit(filters), "minutes": silent_after_minutes, "now": now}
        return self._fresh("site_watch", SiteWatch, arguments)

    def site_hours(self, filters: "Filters", day: date | None = None) -> Rows[SiteHour]:
        """Of one day (today)."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_hours", SiteHour, arguments)

    def site_days(self, code: str, filters: "Filters") -> Rows[SiteDay]:
        """One site by day. Raises Unknown for a code that is no site's."""
        return self._ask("site_days", SiteDay, self._site(code, filters))

    def site_used(self, code: str, filters: "Filters") -> Rows[LotUse]:
        """Vaccine x dose x lot of one site. Raises Unknown for a code that is no site's."""
        return self._ask("site_used", LotUse, self._site(code, filters))

    def site_identity(self, filters: "Filters") -> Rows[SiteIdentity]:
        return self._ask("site_identity", SiteIdentity, self._days(filters))

    def site_sessions(self, filters: "Filters", first: date, last: date) -> Rows[SiteSession]:
        arguments = {"unit": self._unit(filters), "from": first, "to": last} | self._as_of(filters)
        return self._ask("site_sessions", SiteSession, arguments)

    def site_plan_hours(self, filters: "Filters", day: date | None = None) -> Rows[PlanHour]:
        """Of one day (today)."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_plan_hours", PlanHour, arguments)
