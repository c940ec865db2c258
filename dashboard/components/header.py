"""The header: which dashboard, which unit, as of when, language, light or dark."""

from datetime import datetime
from unicodedata import combining, normalize

from dash import dcc, html

from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.filters import LANGUAGES, Filters
from dashboard.i18n import Language


def header(language: Language, name) -> html.Header:
    """`name` is the settings' {vi, en}."""
    say = language.say
    return html.Header(
        [
            html.Div(
                [
                    html.Span(className="brand-mark", **{"aria-hidden": "true"}),
                    html.Span(say("app.title"), className="brand-name"),
                ],
                className="brand",
            ),
            html.Div(
                [
                    *drawn("place", html.Nav, **{"aria-label": say("unit.path")}),
                    *drawn("unit-search", class_name="unit-search", role="search"),
                ],
                className="place-nav",
            ),
            *drawn("as-of", class_name="as-of"),
            *drawn("languages", html.Nav, "languages", **{"aria-label": say("language.switch")}),
            html.Button(
                html.Span(className="theme-mark", **{"aria-hidden": "true"}),
                id="theme-toggle",
                className="theme-toggle",
                title=say("theme.switch"),
                **{"aria-label": say("theme.switch")},
            ),
        ],
        className="top",
    )


def as_of(language: Language, moment: datetime | None, real_ms: int | None, trouble: str) -> list:
    """`moment` is local; `real_ms` the same in real milliseconds, from which the browser counts.

    `trouble`: the name of a source that stands still, empty when none does.
    """
    say = language.say
    words = {
        f"data-{unit}-{number}": say(f"asof.{key}", n=number)
        for unit, key in (("s", "ago"), ("m", "ago_minutes"), ("h", "ago_hours"))
        for number in (1, 2)
    }
    counted = {"data-ms": "" if real_ms is None else str(real_ms), "data-never": say("asof.never"), **words}
    return [
        html.Span(className="dot", **{"aria-hidden": "true"}),
        html.Span(say("asof.live"), className="as-of-label"),
        html.Time(language.clock(moment), className="clock"),
        html.Span(className="ago", id="as-of-ago", **counted),
        html.Span(say("asof.stale"), className="when-stale"),
        html.Span(say("asof.broken"), className="when-broken"),
        html.Span(trouble, className="trouble", **{"data-trouble": trouble}) if trouble else None,
    ]


def place(view) -> html.Ol:
    """The path of units down to this one."""
    language, steps = view.language, []
    for unit in view.path:
        name = language.name(unit)
        if unit is view.path[-1]:
            steps.append(html.Li(html.Span(name, **{"aria-current": "page"})))
        else:
            # the root needs no naming, except in a path
            code = None if unit is view.path[0] and not view.filters.is_of_unit else unit.code
            steps.append(html.Li(link(name, view.filters.href(unit=code))))
    return html.Ol(steps, className="path")


def search(language: Language, filters: Filters, units: list[tuple[str, str]], id: str = "unit-search") -> list:
    """What fills the place `id`, of the class `unit-search`. `units` are (code, name); found with and without accents, and by code (assets/search.js)."""
    say = language.say
    box = html.Label(
        [
            html.Span(say("unit.search"), className="visually-hidden"),
            dcc.Input(id=f"{id}-input", className="unit-search-input", type="search", placeholder=say("unit.search"), autoComplete="off"),
        ]
    )
    found = [
        link(
            name,
            filters.href(unit=code),
            id=f"{id}-{code}",
            role="option",
            tabIndex=-1,
            **{"data-search": f"{unaccented(name)} {code}", "aria-selected": "false"},
        )
        for code, name in units
    ]
    shown = html.Div(found, id=f"{id}-list", className="unit-search-list", role="listbox", hidden=True, **{"aria-label": say("unit.path")})
    none = html.P(say("unit.none_found"), className="none-found", hidden=True)
    return [box, shown, none]


def languages(language: Language, filters: Filters) -> list:
    return [
        link(
            code.upper(),
            filters.href(lang=code),
            lang=code,
            title=language.say(f"language.{code}"),
            **({"aria-current": "true"} if code == language.code else {}),
        )
        for code in LANGUAGES
    ]


def unaccented(text: str) -> str:
    """`Châu Đức` → `chau duc`: what people type."""
    plain = normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not combining(letter))
