"""What stands on the wall: place, as-of and clock, the pages in turn, what just arrived, and the alarm."""

from dash import dcc, html

from dashboard import blocks, pages
from dashboard.components import panel
from dashboard.components.drawn import drawn
from dashboard.i18n import Language
from dashboard.view import Reader
from dashboard.wall import screens, ticker


def frame(language: Language, path: str, wall) -> list:
    """The whole wall in one language, still without figures. `wall`: the settings' dashboard.wall."""
    say = language.say
    stage = html.Div(
        [
            html.Header(
                [
                    *drawn("wall-place", html.H1, "wall-place"),
                    *drawn("as-of", html.P, "as-of"),
                    *drawn("wall-clock", class_name="wall-clock"),
                ],
                className="wall-head",
            ),
            *drawn("notices", class_name="notices"),
            html.Div(id="failure-note", role="status"),
            html.Main(
                [_screen(language, name, is_shown=not number) for number, name in enumerate(wall.pages)], id="content"
            ),
            html.Section(drawn(ticker.TICKER.id, class_name="wall-ticker"), **{"aria-label": say("wall.ticker")}),
            _alarm(language),
            html.Div(
                [
                    html.Div(html.Span(), id="wall-turning", className="wall-turning", **{"aria-hidden": "true"}),
                    html.P(id="wall-turn", className="wall-turn"),
                    _keys(language),
                    *drawn("provenance", class_name="provenance"),
                ],
                className="wall-foot",
            ),
        ],
        id="wall",
        className="wall-stage",
        lang=language.code,
        **{"data-seconds": str(wall.seconds), "data-paused": say("wall.paused")},
    )
    return [
        dcc.Store(id="page", data={"section": pages.section(path), "lang": language.code, "wall": True}),
        dcc.Store(id="address"),
        stage,
        dcc.Store(id="moment-found"),
        dcc.Store(id="missed"),
    ]


def register_callbacks(app, reader: Reader) -> None:
    blocks.fill_quietly(app, reader, "wall-place", lambda view: view.name(view.unit.unit_id))
    blocks.fill_quietly(app, reader, "wall-clock", ticker.clock)
    blocks.fill(app, reader, ticker.TICKER, ticker.ticker)
    for block, draw in screens.DRAWN.values():
        blocks.fill(app, reader, block, draw)
    for block, chart in screens.CHARTS.values():
        blocks.fill_chart(app, reader, block, chart)
    blocks.fill(app, reader, screens.NOW, screens.now)


def _screen(language: Language, name: str, is_shown: bool) -> html.Section:
    if name in screens.CHARTS:
        content = [panel.chart(language, screens.CHARTS[name][0], "wall-chart")]
    else:
        content = drawn(screens.DRAWN[name][0].id, class_name="screen-body")
    if name == "today":
        content = [*drawn(screens.NOW.id, class_name="wall-now"), *content]
    shown = {"className": f"screen {name}{' shown' if is_shown else ''}", "id": f"screen-{name}"}
    return html.Section(content, **shown, **{"data-name": language.say(f"wall.page_{name}")})


def _alarm(language: Language) -> html.Div:
    """In words, over the full width; assets/freshness.js decides, assets/wall.js fills in since when."""
    say = language.say
    since = html.Span(className="wall-since", **{"data-words": say("wall.since", clock="{clock}", ago="{ago}")})
    words = [html.B(say(f"wall.{state}"), className=f"when-{state}") for state in ("stale", "broken")]
    return html.Div([*words, since], className="wall-alarm", role="alert")


def _keys(language: Language) -> html.Div:
    """What the keys do; the same by mouse. Seen while the mouse moves or the keyboard is on them."""
    say = language.say

    def key(name: str, **more) -> html.Button:
        return html.Button(say(f"wall.{name}"), type="button", **{"data-wall": name}, **more)

    dark = html.Button(say("theme.switch"), id="theme-toggle", type="button")
    return html.Div([key("before"), key("pause"), key("next"), dark, key("leave")], className="wall-keys")
