"""All that is known of each site of a unit, put together from questions whose answers the blocks share."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from dashboard.data.findings import SiteFigures, SiteIdentity, SiteSession, SiteWatch
from dashboard.filters import Filters
from dashboard.view import View

# Without days chosen, shares are of a week: at half past seven in the morning today has no doses yet.
DAYS = 7


@dataclass(frozen=True)
class Look:
    """One site. `watch` is None as of an earlier moment: who was silent then is not kept."""

    site: object  # dashboard.data.Site
    figures: SiteFigures
    identity: SiteIdentity | None  # None: no dose in the days
    watch: SiteWatch | None
    sessions: tuple[SiteSession, ...]  # today's
    cover_days: float | None  # of the vaccine that runs out first; None: no stock data

    @property
    def is_in_use(self) -> bool:
        return self.figures.doses_today > 0


def asked_days(view: View) -> Filters:
    """The question with days: those chosen, else the last week."""
    filters = view.filters
    if filters.date_from or filters.date_to:
        return filters
    return filters.but(date_from=view.today - timedelta(days=DAYS - 1), date_to=view.today)


def days_in_words(view: View) -> str:
    """Which days the shares are of."""
    filters = asked_days(view)
    if filters is not view.filters:
        return view.say("sites.week", n=DAYS)
    first = filters.date_from or filters.date_to
    last = filters.date_to or max(view.today, first)
    return view.language.span(first, last, last.year)


def looks(view: View) -> list[Look]:
    """Every site of the view's unit that is open today or has figures, in the order of their codes."""
    filters, today = view.filters, view.today
    sites = {site.site_id: site for site in view.data.sites()}
    identities = {row.site_id: row for row in view.data.site_identity(asked_days(view))}
    watches = {}
    if filters.is_live:
        watches = {row.site_id: row for row in view.data.site_watch(filters, view.silent_after_minutes)}
    sessions = defaultdict(list)
    for row in view.data.site_sessions(filters, today, today):
        sessions[row.site_id].append(row)
    covers = defaultdict(list)
    for row in view.data.site_stock(filters):
        if row.cover_days is not None:
            covers[row.site_id].append(row.cover_days)
    return [
        Look(
            sites[row.site_id],
            row,
            identities.get(row.site_id),
            watches.get(row.site_id),
            tuple(sessions[row.site_id]),
            min(covers[row.site_id], default=None),
        )
        for row in view.data.site_figures(asked_days(view))
    ]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
