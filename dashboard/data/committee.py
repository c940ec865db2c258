"""The questions of a committee's pages; `Data` answers them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dashboard.data import findings, yardsticks
from dashboard.data.answers import Completeness, Rows, Version
from dashboard.data.asking import Asking
from sql.clock import Clock

if TYPE_CHECKING:
    from dashboard.filters import Filters

# The units of the merger: docs/decisions.md.
RECAST_ON = date(2025, 7, 1)


class Committee(Asking):
    """Each method takes the page's filters; what of them a question does not name has no meaning for it."""

    # --- who should have the second dose (unit, ages, groups, vaccines, as-of)

    def overdue(self, filters: "Filters", level: int | None = None) -> Rows[findings.Overdue]:
        """Of the unit and its children, or (`level`) the units of that level below it. No days: it is of today."""
        return self._ask("overdue", findings.Overdue, self._people(filters) | self._rows(filters, level))

    def due_by_day(self, filters: "Filters", days: int = 28) -> Rows[findings.DueDay]:
        """Of the days from today on. No row for a day without anybody."""
        today = self.today(filters.as_of)
        span = {"from": today, "to": today + timedelta(days=days - 1), "today": today}
        return self._ask("due_by_day", findings.DueDay, self._people(filters) | span)

    def dropout(self, filters: "Filters", red_coverage: float = 0.9, level: int | None = None) -> Rows[findings.Dropout]:
        """Of the filters' days; `red_coverage` is the settings' dashboard.red_coverage."""
        arguments = self._people(filters) | self._rows(filters, level) | {"red_coverage": red_coverage}
        return self._ask("dropout", findings.Dropout, arguments)

    def standing_by_part(self, filters: "Filters") -> Rows[findings.PartStanding]:
        """The unit by age band and by priority group, over all days; of the filters also the vaccines."""
        arguments = self._people(filters) | {"today": self.today(filters.as_of)}
        return self._ask("standing_by_part", findings.PartStanding, arguments)

    # --- sites (unit, days, as-of)

    def site_figures(self, filters: "Filters") -> Rows[findings.SiteFigures]:
        return self._ask("site_figures", findings.SiteFigures, self._days(filters) | self._rows(filters, None))

    def site_hours(self, filters: "Filters", day: date | None = None) -> Rows[findings.SiteHour]:
        """Of one day (today)."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_hours", findings.SiteHour, arguments)

    def late_entries(self, filters: "Filters", entered_on: date | None = None) -> Rows[findings.LateEntry]:
        """What was entered on one day (today) for earlier days."""
        day = entered_on or self.today(filters.as_of)
        arguments = {"unit": self._unit(filters), "entered_on": day} | self._as_of(filters)
        return self._ask("late_entries", findings.LateEntry, arguments)

    def site_watch(self, filters: "Filters", silent_after_minutes: int = 60) -> Rows[findings.SiteWatch]:
        """Who is silent now, whatever the as-of. Never cached: a site falls silent without a batch."""
        now = Clock(self.world().shift_days).now()
        arguments = {"unit": self._unit(filters), "minutes": silent_after_minutes, "now": now}
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows("site_watch", findings.SiteWatch, arguments)

    def site_days(self, code: str, filters: "Filters") -> Rows[findings.SiteDay]:
        """One site by day. Raises Unknown for a code that is no site's."""
        return self._ask("site_days", findings.SiteDay, self._site(code, filters))

    def site_used(self, code: str, filters: "Filters") -> Rows[findings.LotUse]:
        """Vaccine x dose x lot of one site. Raises Unknown for a code that is no site's."""
        return self._ask("site_used", findings.LotUse, self._site(code, filters))

    def site_identity(self, filters: "Filters") -> Rows[findings.SiteIdentity]:
        return self._ask("site_identity", findings.SiteIdentity, self._days(filters))

    def site_sessions(self, filters: "Filters", first: date, last: date) -> Rows[findings.SiteSession]:
        arguments = {"unit": self._unit(filters), "from": first, "to": last} | self._as_of(filters)
        return self._ask("site_sessions", findings.SiteSession, arguments)

    def site_plan_hours(self, filters: "Filters", day: date | None = None) -> Rows[findings.PlanHour]:
        """Of one day (today)."""
        arguments = {"unit": self._unit(filters), "day": day or self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_plan_hours", findings.PlanHour, arguments)

    def entry_lag(self, filters: "Filters") -> findings.EntryLag:
        return self._ask("entry_lag", findings.EntryLag, self._days(filters))[0]

    def site_stock(self, filters: "Filters") -> Rows[findings.SiteStock]:
        """Of sites that keep a stock of their own; empty: no stock data."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_stock", findings.SiteStock, arguments)

    # --- why it changed

    def changes(self, filters: "Filters", from_batch: int, figure: str = "doses") -> Rows[findings.Change]:
        """From `from_batch` to the filters' as-of (None: now). `figure`: doses (by the filters' basis), or first,
        complete, booster1, booster2 (by residence). Raises Unknown for a batch to come."""
        arguments = self._doses(filters) | {"today": self.today(filters.as_of), "figure": figure}
        arguments |= {"from_batch": self.batch(from_batch).batch_id, "to_batch": arguments.pop("as_of")}
        return self._ask("changes", findings.Change, arguments)

    def changed_places(self, filters: "Filters", from_batch: int, figure: str = "doses") -> Rows[findings.PlaceChange]:
        """As `changes` over all days, by the units right below the unit."""
        arguments = self._doses(filters) | {"today": self.today(filters.as_of), "figure": figure}
        arguments |= {"from_batch": self.batch(from_batch).batch_id, "to_batch": arguments.pop("as_of")}
        del arguments["from"], arguments["to"]
        return self._ask("changed_places", findings.PlaceChange, arguments)

    def first_load(self) -> Version | None:
        """The batch with which the first load was in; None when there is none yet."""
        found = self._ask("first_load", Version, {})
        return found[0] if found else None

    def coverage_change(self, filters: "Filters", from_batch: int) -> Rows[findings.CoverageChange]:
        """Over all days, of the filters' ages and groups, from `from_batch` to the filters' as-of (None: now)."""
        arguments = self._people(filters) | {"from_batch": from_batch, "from_day": self.today(from_batch)}
        arguments |= {"to_batch": arguments.pop("as_of"), "to_day": self.today(filters.as_of)}
        return self._ask("coverage_change", findings.CoverageChange, arguments)

    def triangle(self, filters: "Filters") -> Rows[findings.EnteredDoses]:
        """Of the unit and days of injection."""
        return self._ask("triangle", findings.EnteredDoses, self._days(filters))

    def completeness_by_day(self, filters: "Filters") -> Rows[Completeness]:
        """For each number of days 0-14, of the last 28 closed days."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("completeness_by_day", Completeness, arguments)

    # --- vaccines, lots, stock (unit, vaccines, days, as-of)

    def vaccine_days(self, filters: "Filters") -> Rows[findings.VaccineDay]:
        return self._ask("vaccine_days", findings.VaccineDay, self._people(filters))

    def lot_days(self, filters: "Filters") -> Rows[findings.LotDay]:
        return self._ask("lot_days", findings.LotDay, self._people(filters))

    def lots(self, filters: "Filters") -> Rows[findings.Lot]:
        return self._ask("lots", findings.Lot, self._people(filters))

    def lot(self, lot_number: str, filters: "Filters") -> Rows[findings.LotPlace]:
        """Where a lot went, in the whole world; nothing when nobody recorded it."""
        return self._ask("lot", findings.LotPlace, {"lot": lot_number.strip().upper()} | self._as_of(filters))

    def stock(self, filters: "Filters", level: int | None = None) -> Rows[findings.Stock]:
        """Of the unit and its children, or (`level`) the units of that level below it; empty: no stock data."""
        return self._ask("stock", findings.Stock, self._people(filters) | self._rows(filters, level))

    # --- targets and denominators (unit, as-of)

    def targets(self, filters: "Filters") -> Rows[yardsticks.Target]:
        """Those of the unit, of the units above and below it, and of every unit, with those that no longer hold."""
        return self._ask("targets", yardsticks.Target, {"unit": self._unit(filters)} | self._as_of(filters))

    def denominators(self, filters: "Filters") -> Rows[yardsticks.Denominator]:
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("denominators", yardsticks.Denominator, arguments)

    def over_causes(self, filters: "Filters") -> yardsticks.OverCauses:
        return self._ask("over_causes", yardsticks.OverCauses, self._days(filters))[0]

    def not_recognised(self) -> Rows[yardsticks.NotRecognised]:
        """The residences that are not recognised, the most frequent first."""
        return self._ask("not_recognised", yardsticks.NotRecognised, {})

    def unruled_pairs(self) -> Rows[yardsticks.UnruledPair]:
        """Pairs of vaccines whose later dose does not count for want of a rule, those of most people first."""
        return self._ask("unruled_pairs", yardsticks.UnruledPair, {})

    def denominator_checks(self, filters: "Filters") -> Rows[yardsticks.DenominatorCheck]:
        """About the unit and the units right below it."""
        arguments = {"unit": self._unit(filters)} | self._as_of(filters)
        return self._ask("denominator_checks", yardsticks.DenominatorCheck, arguments)

    # --- then and now

    def rank_movement(
        self, filters: "Filters", stage: int, until: date, level: int | None = None
    ) -> Rows[findings.RankMovement]:
        """Now (or as of the filters' batch) and at the end of `until`, by what is known now (or as of that batch)."""
        arguments = self._people(filters) | self._rows(filters, level) | {"stage": stage, "until": until}
        return self._ask("rank_movement", findings.RankMovement, arguments)

    def coverage_by_day(self, filters: "Filters", units: Iterable[int]) -> Rows[findings.CoverageDay]:
        """Of some units, by their ids, over all days; of the filters not the unit."""
        arguments = self._people(filters) | {"units": sorted(set(units)), "today": self.today(filters.as_of)}
        del arguments["unit"]
        return self._ask("coverage_by_day", findings.CoverageDay, arguments)

    def recast(self, filters: "Filters", day: date = RECAST_ON) -> Rows[findings.Recast]:
        """The unit's people over all days, by the units of `day`."""
        arguments = self._people(filters) | {"today": self.today(filters.as_of), "day": day}
        return self._ask("recast", findings.Recast, arguments)

    def taken_over(self, filters: "Filters", day: date = RECAST_ON) -> Rows[findings.TakenOver]:
        """Of what the units of `day` are made."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of), "day": day}
        return self._ask("taken_over", findings.TakenOver, arguments)

    # --- residents elsewhere, and people from elsewhere (unit, days, as-of)

    def flow(self, filters: "Filters") -> Rows[findings.Flow]:
        """Where residents are injected elsewhere, and where those come from whom the unit injects; most first."""
        return self._ask("flow", findings.Flow, self._days(filters))

    def _site(self, code: str, filters: "Filters") -> dict:
        arguments = self._days(filters) | {"site": self.site_id(code)}
        del arguments["unit"]
        return arguments
