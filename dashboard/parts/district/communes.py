"""The units below, the furthest from its target first; a unit without smaller ones among its neighbours."""

from dashboard.block import Block
from dashboard.components import panel, progress
from dashboard.parts import people, told
from dashboard.parts.defined import definition
from dashboard.parts.district import furthest, rows_of
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

RANKING = Block("district-ranking", is_of_reach=True)
MAP = Block("district-map", is_of_reach=True)


def table(asked: View) -> Table | None:
    view = people.above_leaf(asked, asked.data.standing)
    rows, say = people.standings(view), view.say
    children = people.children_of(view, rows)
    if not children:
        return None
    late = {(row.unit_id, row.is_self): row.overdue for row in view.data.overdue(view.filters)}
    people_unit, pace_unit = say("ranking.people_unit"), say("ranking.pace_unit")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("cov", say("ranking.coverage"), "bar"),
        Column("people", say("ranking.people"), unit=people_unit),
        Column("gap", say("ranking.gap"), unit=people_unit),
        Column("needed", say("district.needed"), "rate", pace_unit),
        Column("pace", say("district.pace"), "rate", pace_unit),
        Column("from", say("district.earliest"), "day"),
        Column("to", say("district.latest"), "day"),
        Column("late", say("district.overdue"), unit=people_unit),
    ]

    def row_of(row, name, href, is_asked, kind="") -> Row:
        state = progress.status(row, view.today)
        overdue = None if view.is_untold("person") else late.get((row.unit_id, row.is_self), 0)
        values = {"name": name, "people": row.people, "late": overdue}
        if row.population:
            values |= {
                "cov": Bar(row.coverage, row.target_share),
                "gap": None if row.target_share is None else progress.missing(row),
                "needed": row.pace_needed,
                "pace": row.pace,
                "from": row.projected_from,
                "to": row.projected_to,
            }
        elif kind != "nowhere" and row.unit_id != view.unit.unit_id:
            values |= {"cov": None, "gap": None, "needed": None, "pace": row.pace, "from": None, "to": None}
        warned = frozenset({"pace"}) if state in (progress.BEHIND, progress.OVERDUE) else frozenset()
        return Row(values, href, kind, is_asked, warned)

    body, foot = rows_of(view, asked, _from_the_last(rows), row_of, "name", ("people", "late"))
    own = people.self_of(rows)
    keys = [definition(view, "pace-needed")]
    if own.target_share is not None:
        keys.insert(0, panel.key(say("ranking.target_mark", target=view.language.goal(own.target_share)), "mark-key"))
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('ranking.unit')}"
    said = told.joined(_sentence(view, asked, children), told.lacking(view, own), told.unpeopled(view, children, own))
    return Table(people.level_title(view), unit, columns, body, foot, said, keys)


def _from_the_last(rows: list) -> list:
    """The furthest from its target first; what has no coverage comes last."""

    def order(row):
        return (row.coverage is None, (row.coverage or 0) - (row.target_share or 0))

    return sorted(rows, key=order)


def _sentence(view: View, asked: View, children: list) -> str:
    own = next((row for row in children if row.unit_id == asked.unit.unit_id and row.rank is not None), None)
    if own is None:
        return _last(view, children)
    ranked = sum(1 for row in children if row.rank is not None)
    place = view.say("district.place", unit=view.name(own.unit_id), rank=own.rank, all=ranked)
    return f"{place} {_last(view, children)}"


def _last(view: View, children: list) -> str:
    say, language = view.say, view.language
    last = furthest(children)
    if last is None:
        return say("district.all_reached") if any(row.coverage is not None for row in children) else ""
    values = {
        "unit": view.name(last.unit_id),
        "coverage": language.percent(last.coverage),
        "people": progress.missing(last),
    }
    if last.pace_needed is None:
        return say("district.last_no_pace", **values)
    values |= {"needed": progress.a_day(language, last.pace_needed), "pace": progress.a_day(language, last.pace or 0)}
    return say("district.last", **values)
