"""What moves at each batch: the doses of today, those of the last minute, the last batches; and the clock."""

from dash import html

from dashboard.block import Block
from dashboard.components.marks import live
from dashboard.i18n import Language
from dashboard.parts.people import self_of
from dashboard.view import View

TICKER = Block("wall-ticker")

# As many as fit beside the two numbers at the size of six metres.
_SHOWN = 5
_MINUTE = 60


def ticker(view: View) -> list:
    say, language = view.say, view.language
    own = self_of(view.data.doses_by_unit(view.filters))
    batches = view.data.arrivals(view.filters)
    newest = batches[0].committed_at if batches else None
    minute = sum(row.doses for row in batches if (newest - row.committed_at).total_seconds() < _MINUTE)
    shown = [row for row in batches if row.doses][:_SHOWN]
    # The browser counts the minute on, so that it runs out when nothing comes (assets/wall.js).
    counted = " ".join(f"{view.real_ms(row.committed_at)}:{row.doses}" for row in batches if row.doses)
    return [
        html.P(
            [
                html.Span(say("wall.today", basis=say(f"basis.{view.filters.basis}").lower()), className="what"),
                html.Span([live(language.count(own.doses_today)), " ", say("doses.word")], className="figure"),
            ],
            className="wall-today",
        ),
        html.P(
            [
                html.Span(say("wall.minute"), className="what"),
                html.Span(
                    _signed(language, minute),
                    id="wall-minute",
                    className="live figure",
                    **{"data-ms": "", "data-arrivals": counted},
                ),
                html.Span([" ", say("doses.word")], className="figure"),
            ],
            className="wall-minute",
        ),
        html.Ol(
            [
                html.Li(
                    [live(_signed(language, row.doses), "figure"), html.Span(language.clock(view.local(row.committed_at)))]
                )
                for row in shown
            ],
            className="wall-batches",
            **{"aria-label": say("wall.batches")},
        ),
    ]


def clock(view: View) -> list:
    """The day and, counted by the browser, the time in the warehouse's world."""
    moment = view.local(view.now)
    day = view.language.day(moment.date())
    counted = {"data-zone": view.world.time_zone, "data-shift": str(view.world.shift_days)}
    return [html.Span(day, className="day"), html.Time(view.language.clock(moment), className="time", **counted)]


def _signed(language: Language, doses: int) -> str:
    return ("+" if doses > 0 else "") + language.count(doses)
