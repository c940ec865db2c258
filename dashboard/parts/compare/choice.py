"""Which units are compared, and since which day: chips to take away, a box that adds, links for what is asked most."""

from dash import html

from dashboard.block import Block
from dashboard.components import header
from dashboard.components.link import link
from dashboard.filters import MOST_BESIDE
from dashboard.parts.compare import BACK, USUAL, codes, parent, ranked, then, within
from dashboard.parts.since import typed
from dashboard.view import View

CHOICE = Block("compare-choice")


def choice(view: View) -> html.Div:
    chosen = codes(view)
    return html.Div([_units(view, chosen), _quick(view, chosen), _since(view)], className=f"compared n{len(chosen)}")


def _units(view: View, chosen: tuple[str, ...]) -> html.Div:
    say = view.say
    chips = [_chip(view, code, chosen) for code in chosen]
    if len(chosen) < MOST_BESIDE:
        others = [unit for unit in view.in_force if unit.code not in chosen]
        options = [(unit.code, within(view, unit)) for unit in others]
        found = header.search(
            view.language, view.filters, options, "compare-search", "compare.add", lambda code: _with(view, (*chosen, code))
        )
        add = html.Div(found, id="compare-search", className="unit-search", role="search")
    else:
        add = html.Span(say("compare.full", most=MOST_BESIDE), className="full")
    label = {"aria-label": say("compare.units")}
    return html.Div(
        [html.Span(say("compare.units"), className="since-title"), html.Ul(chips, className="chips", **label), add]
    )


def _chip(view: View, code: str, chosen: tuple[str, ...]) -> html.Li:
    """The last one has no cross: without any, others would be suggested in its place."""
    name = within(view, view.units[view.data.unit_id(code, view.filters.as_of)])
    if len(chosen) == 1:
        return html.Li(name)
    rest = tuple(other for other in chosen if other != code)
    take = view.say("compare.take", unit=name)
    cross = link(html.Span("×", **{"aria-hidden": "true"}), _with(view, rest), "cross", title=take, **{"aria-label": take})
    return html.Li([name, cross])


def _quick(view: View, chosen: tuple[str, ...]) -> html.Nav | None:
    say, ordered = view.say, ranked(view)
    several = min(MOST_BESIDE, len(ordered))
    if several < 2:
        return None
    own = parent(view).unit.code
    offers = [(say("compare.ends"), ()), (say("compare.first", n=several), tuple(ordered[:several]))]
    if len(ordered) > several:
        offers.append((say("compare.last", n=several), tuple(ordered[-several:])))
    offers.append((say("compare.alone", unit=view.language.name(parent(view).unit)), (own,)))
    links = [
        link(text, _with(view, wanted), **({"aria-current": "true"} if wanted == view.filters.beside else {}))
        for text, wanted in offers
    ]
    label = {"aria-label": say("compare.quick")}
    return html.Div(
        [html.Span(say("compare.quick"), className="since-title"), html.Nav(links, className="switch", **label)],
        className="since quick",
    )


def _since(view: View) -> html.Div:
    say, filters = view.say, view.filters
    asked = filters.since or USUAL
    near = [(say(f"compare.{name}"), name, name == asked) for name in BACK if name != "hour"]
    links = [
        link(text, filters.href(since=None if name == USUAL else name), **({"aria-current": "true"} if is_chosen else {}))
        for text, name, is_chosen in near
    ]
    is_near = any(is_chosen for _text, _name, is_chosen in near)
    chosen = html.B("" if is_near else view.language.day(then(view)))
    others = html.Details(
        [
            html.Summary([html.Span(say("compare.other")), chosen]),
            html.Div(typed(view, "date", say("compare.day_typed")), className="pop"),
        ],
        className="choice",
    )
    switch = html.Nav(links, className="switch", **{"aria-label": say("compare.since")})
    return html.Div([html.Span(say("compare.since"), className="since-title"), switch, others], className="since")


def _with(view: View, units: tuple[str, ...]) -> str:
    return view.filters.href(beside=units)
