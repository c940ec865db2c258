"""By place of injection: doses and plans, never a coverage. The sentence, the ranking and the map."""

from dash import html

from dashboard import blocks, narrowing
from dashboard.components import panel, ranking, tilemap
from dashboard.parts import people
from dashboard.parts.defined import definition
from dashboard.tables import Column, Row, Table, total
from dashboard.view import View


def lead(view: View) -> list:
    own = people.self_of(view.data.doses_by_unit(view.filters))
    said = {"unit": view.name(own.unit_id), "today": own.doses_today}
    if own.plan_today:
        share = view.language.percent(own.doses_today / own.plan_today, 0)
        text = view.say("lead.place", share=share, plan=own.plan_today, **said)
    else:
        text = view.say("lead.place_some" if view.filters.is_of_some else "lead.place_no_plan", **said)
    some = narrowing.before(view, view.filters.but(date_from=None, date_to=None))  # the sentence is of today
    return [html.P(some + text, className="lead"), html.P(view.say("lead.place_note"), className="lead-more")]


def league(asked: View) -> html.Section | None:
    view = people.above_leaf(asked, asked.data.doses_by_unit)
    rows = view.data.doses_by_unit(view.filters)
    listed = [row for row in rows if not row.is_self]
    children = people.children_of(view, rows)
    if not children:
        return None
    title = people.level_title(view)
    lines = people.lines_of(view, asked, listed, "ranking.here_place")
    body = ranking.doses_ranking(view.language, listed, people.self_of(rows), lines, title)
    keys = [panel.key(view.say("ranking.plan_mark"), "mark-key"), definition(view, "doses-total")]
    busiest = max(children, key=lambda row: row.doses_today)
    said = ""
    if busiest.doses_today:
        said = view.say("ranking.sentence_place", unit=view.name(busiest.unit_id), today=busiest.doses_today)
    content = [html.P(said, className="sentence"), people.table_frame(body)]
    take = blocks.take_away(asked, people.RANKING)
    return panel.panel(title, view.say("ranking.unit_place"), content, people.RANKING.panel_id, "ranking-panel", keys, take)


def league_table(asked: View) -> Table | None:
    """The ranking's rows for taking away."""
    view = people.above_leaf(asked, asked.data.doses_by_unit)
    say, rows = view.say, view.data.doses_by_unit(view.filters)
    if not people.children_of(view, rows):
        return None
    own, listed = people.self_of(rows), [row for row in rows if not row.is_self]
    placed, nowhere = ranking.parted(row for row in listed if row.unit_id > 0 or row.doses)
    unit = say("doses.word")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("code", say("ranking.code"), "text"),
        Column("today", say("ranking.doses_today"), unit=unit),
        Column("plan", say("ranking.plan"), unit=unit),
        Column("yesterday", say("ranking.doses_yesterday"), unit=unit),
        Column("doses", say("ranking.doses"), unit=unit),
    ]
    lines = people.lines_of(view, asked, listed, "ranking.here_place")
    most = sorted(placed, key=lambda row: (row.unit_id == own.unit_id, -row.doses_today, -row.doses))
    foot = [_taken(view, own, say("ranking.whole"), "whole")]
    foot += [_taken(view, row, lines[row.unit_id].name, "nowhere") for row in nowhere]
    if nowhere:
        foot.append(total(foot, "name", say("ranking.total"), ("today", "yesterday", "doses")))
    body = [_taken(view, row, lines[row.unit_id].name) for row in most]
    return Table(people.level_title(view), say("ranking.unit_place"), columns, body, foot)


def _taken(view: View, row, name: str, kind: str = "") -> Row:
    return Row(
        {
            "name": name,
            "code": view.units[row.unit_id].code if row.unit_id > 0 else None,
            "today": row.doses_today,
            "plan": row.plan_today,
            "yesterday": row.doses_yesterday,
            "doses": row.doses,
        },
        kind=kind,
    )


def place_map(asked: View) -> html.Section | None:
    view = people.above_leaf(asked, asked.data.doses_by_unit)
    children = people.children_of(view, view.data.doses_by_unit(view.filters))
    if not children:
        return None
    if not any(row.plan_today for row in children):
        return _total_map(view, children)
    percent = view.language.percent
    shares = {row.unit_id: row.doses_today / row.plan_today if row.plan_today else None for row in children}
    figures = {unit_id: percent(share, 0) for unit_id, share in shares.items()}
    shades = tilemap.scale(list(shares.values()), 1.0)
    ends = percent(shades.low, 0), f"{percent(1.0, 0)} {view.say('map.plan')}"
    return people.map_panel(view, shares, figures, shades, ends, view.say("map.unit_place"), "")


def _total_map(view: View, children) -> html.Section:
    """Where nobody planned anything: all doses so far, against the unit that has most."""
    count, most = view.language.count, max(row.doses for row in children) or 1
    shares = {row.unit_id: row.doses / most for row in children}
    figures = {row.unit_id: count(row.doses) for row in children}
    ends = count(0), f"{count(most)} {view.say('map.doses')}"
    return people.map_panel(view, shares, figures, tilemap.Scale(0, 1), ends, view.say("map.unit_doses"), "")
