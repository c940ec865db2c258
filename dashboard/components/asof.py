"""The as-of of the header: as of when the figures are, and the way to any earlier moment.

Moments are chosen in the browser (assets/asof.js), which tells the store `moment-wanted`; the shell
turns a moment into a batch, and the batch into the address.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import dcc, html

from dashboard.components.link import link
from dashboard.filters import day
from dashboard.i18n import Language

# What is asked for most: the name of its text → days back and the hour (None: the same time of day).
NEAR = {"yesterday": (1, 17), "day": (1, None), "week": (7, None), "month": (30, None)}


def as_of(
    language: Language,
    moment: datetime | None,
    real_ms: int | None,
    trouble: str,
    is_frozen: bool,
    now_ms: int | None = None,
    has_figures: bool = True,
) -> html.Span:
    """`moment` is local; `real_ms` the same in real milliseconds, from which the browser counts on from `now_ms`.

    `trouble`: the name of a source that stands still, empty when none does. Without figures the moment is only when the
    sources were last read.
    """
    say = language.say
    words = {
        f"data-{unit}-{number}": say(f"asof.{key}", n=number)
        for unit, key in (("s", "ago"), ("m", "ago_minutes"), ("h", "ago_hours"), ("d", "ago_days"))
        for number in (1, 2)
    }
    counted = {"data-ms": "" if real_ms is None else str(real_ms), "data-never": say("asof.unknown"), **words}
    counted |= {"data-now": "" if now_ms is None else str(now_ms), "data-ahead": say("asof.ahead")}
    shown = language.moment(moment) if is_frozen else language.clock(moment)
    parts = [
        html.Span(className="dot", **{"aria-hidden": "true"}),
        html.Span(say("asof.live" if has_figures else "asof.read"), className="as-of-label"),
        html.Time(shown, className="clock"),
        html.Span(className="ago", id="as-of-ago", **counted),
        html.Span(say("asof.stale"), className="when-stale"),
        html.Span(say("asof.broken"), className="when-broken"),
        html.Span(trouble, className="trouble", **{"data-trouble": trouble}) if trouble else None,
    ]
    return html.Span(parts, className="as-of-words")


def choices(language: Language, closings: Sequence[tuple[str, str]], back: str | None) -> list:
    """`closings` are (name, link) of figures that somebody closed; `back` leads to now."""
    say = language.say
    buttons = [html.Button(say(f"asof.{name}"), type="button", className="moment", **{"data-moment": name}) for name in NEAR]
    typed = html.Form(
        [
            html.Label([html.Span(say("asof.moment")), dcc.Input(id="as-of-moment", type="datetime-local")]),
            html.Button(say("asof.show"), type="submit"),
        ],
        id="as-of-form",
    )
    closed = [link(name, href) for name, href in closings]
    named = [html.P(say("asof.closings"), className="head"), *closed] if closed else []
    return [
        html.P(say("asof.choose"), className="head"),
        *buttons,
        *named,
        typed,
        html.P(id="as-of-said", className="said", role="status"),
        link(say("asof.back"), back, "back") if back else None,
    ]


def moment_wanted(wanted: str, now: datetime) -> datetime | None:
    """What was pressed or typed, as a local moment; None for what is no moment. `now` is local."""
    if wanted in NEAR:
        days, hour = NEAR[wanted]
        then = now - timedelta(days=days)
        return then if hour is None else then.replace(hour=hour, minute=0, second=0, microsecond=0)
    try:
        moment = datetime.fromisoformat(wanted).replace(tzinfo=now.tzinfo)
        day(moment.date().isoformat())
    except (ValueError, TypeError):
        return None
    return moment
