"""Then and now: the two batches that a page about changes stands between, and how the earlier one is chosen."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dash import dcc, html

from dashboard.components.link import link
from dashboard.filters import NEAR
from dashboard.view import View

USUAL = "day"
_BACK = dict(zip(NEAR, (timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30)), strict=True))


@dataclass(frozen=True)
class Span:
    """`then` and `now` are views of the same page, each as of its batch: all of a page is of the same two.

    `missed`: the local moment that was asked for, where the first load was not in yet; then its end stands for it.
    """

    then: View
    now: View
    missed: datetime | None = None

    @property
    def after_batch(self) -> int:
        return self.then.filters.as_of

    @property
    def to_batch(self) -> int:
        return self.now.filters.as_of

    @cached_property
    def from_at(self) -> datetime:
        return self.then.local(self.then.frozen_at)

    @cached_property
    def to_at(self) -> datetime:
        return self.now.local(self.now.frozen_at)

    def moments(self) -> dict[str, str]:
        """`since` and `until` in words; the day once where both are of one, seconds where both are of one minute."""
        language = self.now.language
        is_one_day = self.from_at.date() == self.to_at.date()
        if self.from_at.replace(second=0, microsecond=0) != self.to_at.replace(second=0, microsecond=0):
            since = f"{self.from_at:%H:%M}" if is_one_day else language.moment(self.from_at)
            return {"since": since, "until": language.moment(self.to_at)}
        return {
            "since": language.clock(self.from_at),
            "until": f"{language.clock(self.to_at)} {language.day(self.to_at.date())}",
        }


def span(view: View) -> Span:
    """From the moment that the address names (`since`) to the page's own. The same for every block of a version."""
    to_batch = view.filters.as_of or view.world.batch_id
    now = _as_of(view, to_batch)
    asked = view.filters.since or USUAL
    if asked.isdigit():
        return Span(_as_of(view, min(int(asked), to_batch)), now)
    if asked in _BACK:
        moment = now.frozen_at - _BACK[asked]
    else:
        moment = datetime.fromisoformat(asked).replace(tzinfo=ZoneInfo(view.world.time_zone))
    batch, first = view.data.batch_at(moment), view.data.first_load().batch_id
    if batch is None or batch < first:
        return Span(_as_of(view, min(first, to_batch)), now, view.local(moment))
    return Span(_as_of(view, min(batch, to_batch)), now)


def _as_of(view: View, batch: int) -> View:
    return replace(view, filters=view.filters.but(as_of=batch))


def control(view: View, between: Span) -> html.Div:
    """Links to what is asked for most, the closings, and any moment or batch."""
    say, filters = view.say, view.filters
    asked = filters.since or USUAL
    near = [(say(f"since.{name}"), filters.href(since=None if name == USUAL else name), name == asked) for name in NEAR]
    links = [link(text, href, **({"aria-current": "true"} if is_chosen else {})) for text, href, is_chosen in near]
    closed = [link(closing.name, filters.href(since=str(closing.batch_id))) for closing in view.data.closings()]
    named = [html.P(say("asof.closings"), className="head"), *closed] if closed else []
    moment = "" if asked in NEAR or asked.isdigit() else view.language.moment(between.from_at)
    chosen = say("since.batch", batch=int(asked)) if asked.isdigit() else moment
    others = html.Details(
        [
            html.Summary([html.Span(say("since.other")), html.B(chosen)]),
            html.Div(
                [
                    *named,
                    typed(view, "datetime-local", say("asof.moment")),
                    typed(view, "number", say("since.number", last=between.to_batch), min=1, max=between.to_batch),
                ],
                className="pop",
            ),
        ],
        className="choice",
    )
    switch = html.Nav(links, className="switch", **{"aria-label": say("since.title")})
    return html.Div([html.Span(say("since.title"), className="since-title"), switch, others], className="since")


def typed(view: View, kind: str, label: str, **limits) -> html.Form:
    """What is typed takes the place of `_` in the query (assets/since.js)."""
    query = view.filters.but(since="_").query()
    entry = dcc.Input(id=f"since-{kind}", type=kind, required=True, **limits)
    button = html.Button(view.say("asof.show"), type="submit")
    return html.Form([html.Label([html.Span(label), entry]), button], className="since-form", **{"data-query": query})


def missed(view: View, between: Span) -> str:
    """Why the earlier moment is not the one that was asked for."""
    if between.missed is None:
        return ""
    return view.say("since.missed", time=view.language.moment(between.missed), batch=between.after_batch)


def signed(language, n: int) -> str:
    """`+1.240`, `−10`, `0`."""
    return f"+{language.count(n)}" if n > 0 else language.count(n)
