"""All that is known of each site of a unit, put together from questions whose answers the blocks share."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashboard.data import Site
from dashboard.data.sites import SiteFigures, SiteIdentity, SiteSession, SiteWatch
from dashboard.filters import Filters
from dashboard.view import View

# Without days chosen, shares are of a week: at half past seven in the morning today has no doses yet.
DAYS = 7


# What the directive asks of each dose: what was done, and the doses of which their source does not tell it.
ASKED = {
    "late": ("entered_same_day", "entered_unknown"),
    "identity": ("identity_correct_before", "identity_unknown"),
    "certificates": ("certificates_printed", "certificates_unknown"),
    "app": ("app_confirmed", "app_unknown"),
}


@dataclass(frozen=True)
class Asked:
    """Of some doses: how many are known to fulfil what is asked, of how many it is known at all."""

    done: int
    known: int
    unknown: int

    @property
    def share(self) -> float | None:
        """Of those of which it is known; None where nothing is."""
        return share(self.done, self.known)

    @property
    def is_untold(self) -> bool:
        """There are doses, and of none of them does a source tell it."""
        return not self.known and self.unknown > 0


@dataclass(frozen=True)
class Look:
    """One site. `watch` is None as of an earlier moment: who was silent then is not kept."""

    site: Site
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
    for stock in view.data.site_stock(filters):
        if stock.cover_days is not None:
            covers[stock.site_id].append(stock.cover_days)
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


def asked(kind: str, looks: Sequence[Look]) -> Asked:
    """One of ASKED, of one site or of many."""
    done, unknown = ASKED[kind]
    doses, not_told = total(looks, "doses"), total(looks, unknown)
    return Asked(total(looks, done), doses - not_told, not_told)


def untold(view: View, looks: Sequence[Look]) -> list[str]:
    """What no source tells of any of these doses, in words."""
    return [view.say(f"sites.asked.{kind}") for kind in ASKED if asked(kind, looks).is_untold]


def total(looks: Sequence[Look], name: str) -> int:
    return sum(getattr(look.figures, name) for look in looks)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
