"""The header: which dashboard, which unit, as of when, language, light or dark."""

from collections.abc import Callable

from dash import dcc, html

from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.filters import LANGUAGES, Filters
from dashboard.i18n import Language
from dashboard.tables import unaccented


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
            html.Details(
                [
                    html.Summary([*drawn("as-of", html.Span, "as-of")], title=say("asof.choose")),
                    html.Div(drawn("as-of-choices"), className="pop"),
                ],
                className="choice as-of-choice",
                id="as-of-choice",
            ),
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


def search(
    language: Language,
    filters: Filters,
    units: list[tuple[str, str]],
    id: str = "unit-search",
    words: str = "unit.search",
    to: Callable[[str], str] | None = None,
) -> list:
    """What fills the place `id`, of the class `unit-search`.

    `units` are (code, name); found with and without accents, and by code (assets/search.js). `words`: the text in
    the box; `to`: where a code leads, if not to the same page about it.
    """
    say = language.say
    to = to or (lambda code: filters.href(unit=code))
    box = html.Label(
        [
            html.Span(say(words), className="visually-hidden"),
            dcc.Input(id=f"{id}-input", type="search", placeholder=say(words), autoComplete="off"),
        ]
    )
    found = [
        link(
            name,
            to(code),
            id=f"{id}-{code}",
            role="option",
            tabIndex=-1,
            **{"data-search": f"{unaccented(name)} {code}", "aria-selected": "false"},
        )
        for code, name in units
    ]
    listed = {"className": "unit-search-list", "aria-label": say("unit.path")}
    shown = html.Div(found, id=f"{id}-list", role="listbox", hidden=True, **listed)
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
