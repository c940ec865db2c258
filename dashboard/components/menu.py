"""The main menu: the pages by name, the one that is open marked; and what is said where there is none."""

from collections.abc import Sequence

from dash import html

from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.i18n import Language


def menu(language: Language, current: str | None) -> html.Nav:
    """A row of names at the desk, folded under the name of the open page on a phone (assets/shell.js opens it)."""
    name = language.say(f"menu.{current}" if current else "menu.not_there")
    head = html.Summary([html.Span(className="bars", **{"aria-hidden": "true"}), name])
    folded = html.Details([head, *drawn("menu-entries", class_name="menu-row")], id="menu", className="menu-fold")
    return html.Nav(folded, className="menu", **{"aria-label": language.say("menu.title")})


def entries(language: Language, pages: Sequence[tuple[str, str]], current: str | None) -> list:
    """`pages` are (name, link with the filters kept)."""
    return [
        link(language.say(f"menu.{name}"), href, **({"aria-current": "page"} if name == current else {}))
        for name, href in pages
    ]


def no_such_place(language: Language, code: str, is_unit: bool, search: list | None, back) -> html.Div:
    """The path names what nobody knows: says so, and offers the search."""
    say = language.say
    said = say("missing.unit" if is_unit else "missing.other", code=code[:40])
    found = [html.P(say("missing.hint")), html.Div(search, className="unit-search", role="search")] if search else []
    return html.Div([html.H2(said), *found, html.P(back)], className="state no-such-place", role="status")
