"""The wall's pages: each says one thing, from what the other pages ask already."""

from collections.abc import Sequence
from dataclasses import replace

from dash import html

from dashboard import narrowing
from dashboard.block import Block
from dashboard.components import marks, progress
from dashboard.i18n import NO_FIGURE
from dashboard.parts import charts, doses, people, tiles, told
from dashboard.view import View
from dashboard.wall.enlarge import enlarged
from dashboard.wall.ranking import Line, ranking

# 12 points beside a desk are 29 on the wall.
_LARGER = 2.4
# More rows than these would be too low to be read; the others are one row.
_ROWS = 11


def standing(view: View) -> list:
    """Where we stand, and whether it is fast enough: the sentence and the tiles. Who is behind, the ranking says."""
    return [html.Div(_lead(view), className="wall-lead"), tiles.tiles(view)]


def _lead(view: View) -> list:
    if view.filters.by_place:
        return doses.lead(view)
    own = people.self_of(people.standings(view))
    said = progress.lead(view.language, view.name(own.unit_id), view.filters.stage, own)
    said = narrowing.before(view, view.filters) + said
    more = told.joined(progress.pace(view.language, own, view.today), told.lacking(view, own))
    return [html.P(said, className="lead"), html.P(more, className="lead-more")]


def league(asked: View) -> list | None:
    """Who holds us back: the units from the furthest ahead to the furthest behind."""
    return _by_place(asked) if asked.filters.by_place else _by_residence(asked)


def place_map(view: View):
    return _by_basis(view).place_map(view)


def now(view: View) -> list:
    """The doses of today at the sites, against yesterday's and the plan."""
    view = replace(view, filters=narrowing.taken(view, NOW).but(basis="place"))
    say, own = view.say, people.self_of(view.data.doses_by_unit(view.filters))
    lines = [say("tile.yesterday_same", n=own.doses_yesterday)]
    if own.plan_today:
        share = view.language.percent(own.doses_today / own.plan_today, 0)
        lines.insert(0, say("tile.plan_share", share=share, plan=own.plan_today))
    number = [marks.live(view.language.count(own.doses_today)), html.Span(say("doses.word"), className="of")]
    title = html.H2(say("wall.today", basis=say("basis.place").lower()))
    return [html.P(number, className="number"), html.Div([title, *(html.P(line) for line in lines)])]


def trend(view: View, colours):
    return _large(charts.trend_chart(view, colours))


def hours(view: View, colours):
    return _large(charts.hours_chart(_at_the_sites(view), colours))


NOW = Block("wall-now", takes=(), basis="place", has_denominator=False)
# The settings' names of the pages (dashboard/settings.py) → their blocks, and what draws them.
DRAWN = {
    "standing": (Block("wall-standing", is_first=True, is_of_reach=True), standing),
    "ranking": (Block("wall-ranking", is_of_reach=True), league),
    "map": (Block("wall-map", is_of_reach=True), place_map),
}
CHARTS = {
    "trend": (replace(charts.TREND, id="wall-trend"), trend),
    "today": (replace(charts.HOURS, id="wall-today"), hours),
}


def _large(drawn: tuple) -> tuple:
    title, unit, figure, sentence, twin = drawn
    return title, unit, enlarged(figure, _LARGER), sentence, twin


def _by_basis(view: View):
    return doses if view.filters.by_place else people


def _at_the_sites(view: View) -> View:
    """By the hour doses are known by place of injection alone; the number beside must be of the same doses."""
    return replace(view, filters=view.filters.but(basis="place"))


def _by_residence(asked: View) -> list | None:
    view = people.above_leaf(asked, asked.data.standing)
    say, language, rows = view.say, view.language, people.standings(view)
    own, listed = people.self_of(rows), [row for row in rows if not row.is_self]
    children = people.children_of(view, rows)
    if not children:
        return None

    def line(row, name: str, rank: str = "", kind: str = "") -> Line:
        state = progress.status(row, view.today)
        has_goal = row.target_share is not None and row.coverage is not None
        percent = language.percent(row.coverage) if row.population else NO_FIGURE
        bar = marks.bullet(row.coverage, row.target_share, percent) if row.population else None
        missing = language.count(progress.missing(row)) if has_goal else NO_FIGURE
        pace = NO_FIGURE
        if row.pace is not None and row.pace_needed is not None and state != progress.REACHED:
            pace = f"{language.rate(row.pace)} / {language.rate(row.pace_needed)}"
        word = say(f"pace.{state}") if state != progress.UNKNOWN else ""
        return Line(name, rank, bar, [percent, language.count(row.people), missing, pace], word, state, kind)

    ordered = sorted(children, key=lambda row: (row.rank is None, row.rank or 0))
    shown, others = _furthest_behind(ordered)
    body = [line(row, view.name(row.unit_id), str(row.rank or "")) for row in shown]
    if others:
        counts = (sum(row.people for row in others), sum(progress.missing(row) for row in others))
        cells = [NO_FIGURE, *(language.count(count) for count in counts), NO_FIGURE]
        body.insert(0, Line(say("wall.others", n=len(others)), "", None, cells))
    foot = [line(own, say("ranking.whole"), kind="whole")]
    nowhere = [row for row in listed if row not in children and row.people]
    foot += [_counted(language, _lies_at(view, row), row.people, 1) for row in nowhere]
    beside = [row for row in nowhere if row.unit_id != view.unit.unit_id]
    if beside:
        foot.append(_counted(language, say("ranking.total"), own.people + sum(row.people for row in beside), 1, "total"))
    heads = [say("ranking.coverage"), say("ranking.people"), say("ranking.gap"), say("ranking.pace")]
    unit = f"{say(f'stage.{view.filters.stage}')} · {say('wall.ranking_unit')}"
    return ranking(people.level_title(view), unit, [say("ranking.name"), *heads], body, foot)


def _by_place(asked: View) -> list | None:
    view = people.above_leaf(asked, asked.data.doses_by_unit)
    say, language, rows = view.say, view.language, view.data.doses_by_unit(view.filters)
    own, children = people.self_of(rows), people.children_of(view, rows)
    if not children:
        return None

    def line(row, name: str, rank: str = "", kind: str = "") -> Line:
        share = row.doses_today / row.plan_today if row.plan_today else None
        percent = language.percent(share, 0)
        bar = marks.bullet(share, 1.0, percent) if share is not None else None
        counted = [percent, language.count(row.doses_today), language.count(row.plan_today), language.count(row.doses)]
        return Line(name, rank, bar, counted, kind=kind)

    ordered = sorted(children, key=lambda row: -row.doses_today)
    shown, others = _furthest_behind(ordered)
    ranks = {row.unit_id: str(number) for number, row in enumerate(ordered, 1)}
    body = [line(row, view.name(row.unit_id), ranks[row.unit_id]) for row in shown]
    if others:
        today, all_of_them = (
            language.count(sum(getattr(row, counted) for row in others)) for counted in ("doses_today", "doses")
        )
        body.insert(0, Line(say("wall.others", n=len(others)), "", None, [NO_FIGURE, today, NO_FIGURE, all_of_them]))
    nowhere = [row for row in rows if not row.is_self and row not in children and row.doses]
    foot = [line(own, say("ranking.whole"), kind="whole")]
    foot += [line(row, _lies_at(view, row, "ranking.here_place"), kind="nowhere") for row in nowhere]
    heads = [say("ranking.plan_share"), say("ranking.doses_today"), say("ranking.plan"), say("ranking.doses")]
    return ranking(people.level_title(view), say("ranking.unit_place"), [say("ranking.name"), *heads], body, foot)


def _furthest_behind(ordered: Sequence) -> tuple[list, list]:
    """The rows that fit, and those ahead of them."""
    if len(ordered) <= _ROWS:
        return list(ordered), []
    return list(ordered[1 - _ROWS :]), list(ordered[: 1 - _ROWS])


def _counted(language, name: str, people_there: int, column: int, kind: str = "nowhere") -> Line:
    cells = [""] * 4
    cells[column] = language.count(people_there)
    return Line(name, "", None, cells, kind=kind)


def _lies_at(view: View, row, here: str = "ranking.here") -> str:
    """What lies at the unit itself lies at none of its parts."""
    return view.say(here) if row.unit_id == view.unit.unit_id else view.name(row.unit_id)
