"""Where a unit stands, and what to order today: the sentence, the orders with their owners, the tiles."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from dashboard import definitions, narrowing
from dashboard.block import Block
from dashboard.components import panel, progress
from dashboard.components.link import link
from dashboard.components.tile import overdue_tile
from dashboard.parts import tiles as overview
from dashboard.parts import told
from dashboard.parts.defined import definition
from dashboard.parts.district import full_name, furthest, href, smallest
from dashboard.parts.people import self_of, standings
from dashboard.view import View

LEAD = Block("district-lead", is_first=True, is_of_reach=True)
ORDERS = Block("district-orders", is_of_reach=True)
TILES = Block("district-tiles", is_of_reach=True)

_WEEK = 7
_NAMED = 2  # names to call


def lead(view: View) -> list:
    own = self_of(standings(view))
    said = progress.lead(view.language, view.name(own.unit_id), view.filters.stage, own)
    waiting = self_of(view.data.overdue(view.filters))
    more = [progress.pace(view.language, own, view.today)]
    if waiting.overdue:
        more.append(view.say("district.lead_overdue", people=waiting.overdue, share=view.language.percent(waiting.share)))
    more.append(told.lacking(view, own))
    more_said = " ".join(part for part in more if part)
    return [html.P(narrowing.before(view, view.filters) + said, className="lead"), html.P(more_said, className="lead-more")]


def orders(view: View) -> html.Section:
    """What to do today, the most urgent first, each with who does it."""
    made = [order for order in (_call(view), _prepare(view), _speed(view)) if order]
    if not made:
        content = html.P(
            view.say("told.no_second" if view.is_untold("person") else "district.nothing_to_do"), className="sentence"
        )
    else:
        content = html.Ol([html.Li(order) for order in made], className="orders")
    keys = [definition(view, "overdue")]
    return panel.panel(
        view.say("district.orders"), view.say("district.orders_unit"), [content], ORDERS.id, "orders-panel", keys
    )


def _call(view: View):
    """Those whose interval has passed."""
    say, rows = view.say, view.data.overdue(view.filters)
    own = self_of(rows)
    if not own.overdue:
        return None
    parts = [row for row in rows if not row.is_self and row.unit_id > 0 and row.unit_id != own.unit_id and row.overdue]
    most = sorted(parts, key=lambda row: -row.overdue)[:_NAMED]
    details = [say("district.call_share", share=view.language.percent(own.share), passed=own.passed)]
    if most:
        named = _named(view, [(row.unit_id, say("people", n=row.overdue)) for row in most])
        details += [" ", say("district.most"), " ", *named, "."]
    return _order(view, say("district.call", people=own.overdue), details, "district.owner_station")


def _prepare(view: View):
    """Those whose interval ends within a week."""
    say = view.say
    to = view.today + timedelta(days=_WEEK - 1)
    rows = [row for row in view.data.due_by_day(view.filters) if row.day <= to]
    people = sum(row.people for row in rows)
    if people <= 0:
        return None
    names = view.vaccines
    by_day, by_vaccine = _sums(rows, "day"), _sums(rows, "vaccine_id")
    day, vaccine = max(by_day, key=by_day.__getitem__), max(by_vaccine, key=by_vaccine.__getitem__)
    details = say(
        "district.prepare_most",
        day=view.language.short_day(day),
        people=by_day[day],
        vaccine=names.get(vaccine, str(vaccine)),
        n=by_vaccine[vaccine],
    )
    return _order(view, say("district.prepare", people=people), [details], "district.owner_sites")


def _speed(view: View):
    """The pace, and the smallest unit that is furthest behind."""
    say, language = view.say, view.language
    own = self_of(standings(view))
    state = progress.status(own, view.today)
    if state in (progress.BEHIND, progress.ON):
        speeds = {"needed": progress.a_day(language, own.pace_needed), "pace": progress.a_day(language, own.pace)}
        what = say(f"district.speed_{state}", **speeds)
    elif state == progress.OVERDUE:
        what = say("district.speed_overdue", people=progress.missing(own), due=own.target_due_on)
    else:
        what = None
    last = furthest(smallest(view))
    if last is None:
        return what and _order(view, what, [], "district.owner_committee")
    name = html.Span(link(full_name(view, last.unit_id), href(view, last.unit_id)), className="furthest")
    key = "district.furthest" if last.pace_needed is not None else "district.furthest_no_pace"
    values: dict[str, Any] = {"coverage": language.percent(last.coverage), "people": progress.missing(last)}
    if last.pace_needed is not None:
        values |= {"needed": progress.a_day(language, last.pace_needed), "pace": progress.a_day(language, last.pace or 0)}
    details = [say("district.furthest_is"), " ", name, say(key, **values)]
    return _order(view, what or say("district.speed_reached"), details, "district.owner_committee")


def _order(view: View, what: str, details: list, owner: str) -> list:
    return [
        html.Strong(what, className="what"),
        *([" ", html.Span(details, className="details")] if details else []),
        html.Span([html.Span(view.say("district.owner")), " ", view.say(owner)], className="owner"),
    ]


def _named(view: View, units: Sequence[tuple[int, str]]) -> list:
    """`Xã Kim Long (120 người) và Xã Suối Rao (90 người)`, each a link."""
    parts = [[link(full_name(view, unit_id), href(view, unit_id)), f" ({figure})"] for unit_id, figure in units]
    if len(parts) == 1:
        return parts[0]
    between = view.say("and", a="", b="").strip()
    return [*parts[0], f" {between} ", *parts[1]]


def _sums(rows, name: str) -> dict:
    found: dict = {}
    for row in rows:
        found[getattr(row, name)] = found.get(getattr(row, name), 0) + row.people
    return found


def tiles(view: View) -> html.Div:
    rows = view.data.overdue(view.filters)
    own = None if view.is_untold("person") else self_of(rows)
    last = overdue_tile(view.language, own, view.as_of(rows), view.to(definitions.PATH))
    return html.Div([*overview.stages(view), last], className="tiles")
