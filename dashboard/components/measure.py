"""A tile of a share of doses or of sites against what is asked of it, with a way to its definition."""

from collections.abc import Sequence

from dash import html

from dashboard.components import marks
from dashboard.components.link import link
from dashboard.i18n import Language


def measure(
    language: Language,
    title: str,
    number: str,
    under: str,
    bar: tuple[float | None, float | None, str, str] | None,
    lines: Sequence[str],
    as_of: str,
    definition: str,
    flag: str = "",
) -> html.Article:
    """`bar`: share, goal, its words, tone. `definition`: address of the entry that says how it is counted."""
    say = language.say
    foot = html.Div(
        [
            link(say("definition.show"), definition),
            html.Span(
                [html.Span(say("asof.stale"), className="stale-word"), say("tile.as_of", time=as_of)],
                className="tile-as-of",
            ),
        ],
        className="foot",
    )
    body = [
        html.H2(title),
        html.P([marks.live(number), html.Span(under, className="of") if under else None], className="number"),
        marks.bullet(*bar) if bar else None,
        *[html.P(line) for line in lines if line],
        html.P(flag, className="flag") if flag else None,
        foot,
    ]
    return html.Article([part for part in body if part is not None], className="tile")
