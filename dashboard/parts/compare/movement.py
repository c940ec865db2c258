"""The ranking of the units below since an earlier day, or their people by the units of another day."""

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel
from dashboard.components.link import link
from dashboard.data.compare import RECAST_ON
from dashboard.filters import STAGES
from dashboard.parts import people, told
from dashboard.parts.compare import parent, recast, then
from dashboard.parts.defined import definition
from dashboard.parts.district import rows_of
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

RANKING = Block("compare-ranking", is_of_reach=True)


def ranking(view: View) -> list:
    found = table(view)
    return [_borders(view), blocks.table_panel(view, RANKING, found) if found else None]


def table(view: View) -> Table | None:
    return recast.table(view) if view.filters.borders else since(view)


def since(asked: View) -> Table | None:
    """None for a world of one unit."""
    view, day = parent(asked), then(asked)
    say, language = view.say, view.language
    rows = view.data.rank_movement(view.filters, STAGES[view.filters.stage], day)
    children = people.children_of(view, rows)
    if not children:
        return None
    people_unit = say("ranking.people_unit")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("rank", say("ranking.rank")),
        Column("moved", say("compare.moved"), "movement", say("compare.places")),
        Column("share", say("compare.now"), "bar"),
        Column("before", say("compare.on_day", day=day), "share"),
        Column("gain", say("compare.gained"), "points", say("compare.points")),
        Column("people", say("ranking.people"), unit=people_unit),
        Column("added", say("compare.more"), unit=people_unit),
    ]

    def row_of(row, name, href, is_asked, kind="") -> Row:
        values = {"name": name, "people": row.people, "added": row.people - row.people_before}
        if row.population:
            values |= {
                "share": Bar(row.coverage, row.target_share),
                "before": row.coverage_before,
                "gain": row.coverage_change,
            }
        elif not kind and row.unit_id != view.unit.unit_id:
            values |= {"share": None, "before": None, "gain": None}
        if not kind and row.rank is not None:
            values |= {"rank": row.rank, "moved": row.moved}
        return Row(values, href, kind, is_asked)

    ordered = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.unit_id == view.unit.unit_id, -row.people))
    body, foot = rows_of(view, asked, ordered, row_of, "name", ("people", "added"))
    own = people.self_of(rows)
    keys = [definition(view, "coverage-complete")]
    if own.target_share is not None and own.coverage is not None:
        keys.insert(0, panel.key(say("ranking.target_mark", target=language.goal(own.target_share)), "mark-key"))
    title = say("compare.ranking", level=view.level(view.unit.level + 1).lower(), unit=view.name(view.unit.unit_id), day=day)
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('compare.ranking_unit', day=day)}"
    said = told.joined(_sentence(view, children, day), told.lacking(view, own), told.unpeopled(view, children, own))
    return Table(title, unit, columns, body, foot, said, keys)


def _sentence(view: View, children: list, day) -> str:
    known = [row for row in children if row.coverage_change is not None]
    if len(known) < 2:
        return ""
    say, language = view.say, view.language
    climbed = max(known, key=lambda row: row.moved or 0)
    moved = say("compare.nobody_moved", day=day)
    if climbed.moved:
        moved = say("compare.climbed", unit=view.name(climbed.unit_id), places=climbed.moved, rank=climbed.rank, day=day)
    most, least = (pick(known, key=lambda row: row.coverage_change) for pick in (max, min))
    gains = {"high": language.write("points", most.coverage_change), "low": language.write("points", least.coverage_change)}
    return f"{moved} {say('compare.gains', most=view.name(most.unit_id), least=view.name(least.unit_id), **gains)}"


def _borders(view: View) -> html.Div | None:
    """Which units the figures stand by; nothing where those of the day have no others to come."""
    say, filters = view.say, view.filters
    has_others = any(unit.valid_from == RECAST_ON for unit in view.units.values())
    if filters.borders is None and not (has_others and view.data.seen_on(filters.as_of) < RECAST_ON):
        return None
    other = filters.borders or RECAST_ON
    options = [(say("recast.own"), None), (say("recast.of_day", day=other), other)]
    links = [
        link(text, filters.href(borders=day, sort=None), **({"aria-current": "true"} if day == filters.borders else {}))
        for text, day in options
    ]
    switch = html.Nav(links, className="switch", **{"aria-label": say("recast.title")})
    return html.Div([html.Span(say("recast.title"), className="since-title"), switch], className="since borders")
