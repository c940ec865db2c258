"""Where a unit and its children stand: the sentence, the ranking and the tile map."""

from dash import html

from dashboard import blocks, definitions, narrowing
from dashboard.block import Block
from dashboard.components import panel, progress, ranking, tilemap
from dashboard.filters import STAGES, UNIT_PATH
from dashboard.parts import placemap, told
from dashboard.parts.defined import definition
from dashboard.tables import Column, Row, Table, total
from dashboard.view import View

LEAD = Block("lead", is_first=True, is_of_reach=True)
RANKING = Block("ranking", is_of_reach=True)
MAP = Block("map", is_of_reach=True)


def lead(view: View) -> list:
    rows, today = standings(view), view.today
    own, names = self_of(rows), {row.unit_id: view.name(row.unit_id) for row in rows}
    more = [
        progress.pace(view.language, own, today),
        progress.who(view.language, names, children_of(view, rows), today),
        told.lacking(view, own),
    ]
    said = progress.lead(view.language, view.name(own.unit_id), view.filters.stage, own)
    return [
        html.P(narrowing.before(view, view.filters) + said, className="lead"),
        html.P(" ".join(part for part in more if part), className="lead-more"),
    ]


def league(asked: View) -> html.Section | None:
    view = above_leaf(asked, asked.data.standing)
    say, rows = view.say, standings(view)
    own, listed = self_of(rows), [row for row in rows if not row.is_self]
    children = children_of(view, rows)
    if not children:
        return None
    title = level_title(view)
    body = ranking.ranking(view.language, listed, own, lines_of(view, asked, listed), view.today, title)
    target = view.language.goal(own.target_share)
    has_mark = own.target_share is not None and own.coverage is not None
    keys = [panel.key(say("ranking.target_mark", target=target), "mark-key")] if has_mark else []
    keys.append(definition(view, definitions.OF_STAGE[view.filters.stage]))
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('ranking.unit')}"
    said = told.joined(_standing_sentence(view, children), told.unpeopled(view, children))
    content = [html.P(said, className="sentence"), table_frame(body)]
    take = blocks.take_away(asked, RANKING)
    # Cards have no heads with units.
    of_cards = html.Span(f"; {say('ranking.people_unit')}, {say('ranking.pace_unit')}", className="on-cards")
    return panel.panel(
        title, html.Span([unit, of_cards], className="unit"), content, RANKING.panel_id, "ranking-panel", keys, take
    )


def league_table(asked: View) -> Table | None:
    """The ranking's rows, with each of its figures in a column of its own."""
    view = above_leaf(asked, asked.data.standing)
    say, rows = view.say, standings(view)
    if not children_of(view, rows):
        return None
    own, listed = self_of(rows), [row for row in rows if not row.is_self]
    placed, nowhere = ranking.parted(listed)
    people = say("ranking.people_unit")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("code", say("ranking.code"), "text"),
        Column("rank", say("ranking.rank")),
        Column("people", say("ranking.people"), unit=people),
        Column("population", say("ranking.population"), unit=say("population.word")),
        Column("coverage", say("ranking.coverage"), "share"),
        Column("target", say("ranking.target"), "share"),
        Column("due", say("ranking.due"), "day"),
        Column("change", say("ranking.change"), "points"),
        Column("gap", say("ranking.gap"), unit=people),
        Column("pace", say("ranking.pace_now"), "rate", say("ranking.pace_unit")),
        Column("needed", say("ranking.pace_needed"), "rate", say("ranking.pace_unit")),
        Column("earliest", say("ranking.projected_from"), "day"),
        Column("latest", say("ranking.projected_to"), "day"),
    ]
    ordered = sorted(placed, key=lambda row: row.rank if row.rank is not None else float("inf"))
    foot = [_taken(view, own, say("ranking.whole"), "whole")]
    foot += [_taken(view, row, view.name(row.unit_id), "nowhere") for row in nowhere]
    if nowhere:
        foot.append(total(foot, "name", say("ranking.total"), ("people",)))
    here = say("ranking.here")
    names = {row.unit_id: here if row.unit_id == view.unit.unit_id else view.name(row.unit_id) for row in placed}
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('ranking.unit')}"
    said = told.joined(told.lacking(view, own), told.unpeopled(view, children_of(view, rows), own))
    return Table(level_title(view), unit, columns, [_taken(view, row, names[row.unit_id]) for row in ordered], foot, said)


def _taken(view: View, row, name: str, kind: str = "") -> Row:
    return Row(
        {
            "name": name,
            "code": view.units[row.unit_id].code if row.unit_id > 0 else None,
            "rank": row.rank if not kind else None,
            "people": row.people,
            "population": row.population,
            "coverage": row.coverage,
            "target": row.target_share,
            "due": row.target_due_on,
            "change": row.coverage_change,
            "gap": row.gap,
            "pace": row.pace,
            "needed": row.pace_needed,
            "earliest": row.projected_from,
            "latest": row.projected_to,
        },
        kind=kind,
    )


def place_map(asked: View) -> html.Section | None:
    view = above_leaf(asked, asked.data.standing)
    say, language, rows = view.say, view.language, standings(view)
    children = children_of(view, rows)
    if not children:
        return None
    unit = say("map.unit", stage=say(f"stage.{view.filters.stage}"))
    known = [row for row in children if row.coverage is not None]
    said = ""
    if len(known) > 1:
        worst, best = (pick(known, key=lambda row: row.coverage) for pick in (min, max))
        said = say(
            "map.sentence",
            worst=view.name(worst.unit_id),
            low=language.percent(worst.coverage),
            best=view.name(best.unit_id),
            high=language.percent(best.coverage),
            points=say("points", n=language.points(best.coverage - worst.coverage)),
        )
    shares = {row.unit_id: row.coverage for row in children}
    shades = tilemap.scale(list(shares.values()), self_of(rows).target_share)
    word = say("map.goal" if self_of(rows).target_share else "map.highest")
    ends = language.percent(shades.low, 0), f"{language.goal(shades.goal)} {word}"
    figures = {unit_id: language.percent(share) for unit_id, share in shares.items()}
    return map_panel(view, shares, figures, shades, ends, unit, said)


def map_panel(
    view: View, shares: dict, figures: dict, shades: tilemap.Scale, ends: tuple[str, str], unit: str, said: str
) -> html.Section:
    """`shares`: unit_id → share or None; `figures`: what its tile says; `ends`: of the scale, in words."""
    units = sorted((view.units[unit_id] for unit_id in shares), key=lambda unit: unit.sort_key or unit.code)
    known = [share for share in shares.values() if share is not None]
    spots = [
        placemap.Spot(
            shown.code,
            view.language.name(shown),
            figures[shown.unit_id],
            shares[shown.unit_id],
            href(view, shown.unit_id),
            shares[shown.unit_id] is not None and shares[shown.unit_id] == min(known) < max(known),
        )
        for shown in units
    ]
    return placemap.map_panel(view, view.unit.code, spots, shades, ends, unit, said)


def above_leaf(view: View, ask) -> View:
    """A unit without smaller ones is shown among its neighbours. `ask`: the question that tells."""
    return view if children_of(view, ask(view.filters)) else view.about_parent()


def standings(view: View) -> list:
    """The Standings of the stage that the page speaks of."""
    stage = STAGES[view.filters.stage]
    return [row for row in view.data.standing(view.filters) if row.stage == stage]


def self_of(rows):
    return next(row for row in rows if row.is_self)


def children_of(view: View, rows) -> list:
    """Without the unit itself, and without what lies nowhere."""
    return [row for row in rows if not row.is_self and row.unit_id > 0 and row.unit_id != view.unit.unit_id]


def lines_of(view: View, asked: View, rows, here: str = "ranking.here") -> dict[int, ranking.Line]:
    """What the rows of a ranking are called and where they lead; `here`: what lies at no smaller unit."""
    return {
        row.unit_id: ranking.Line(view.name(row.unit_id), href(view, row.unit_id), row.unit_id == asked.unit.unit_id)
        if row.unit_id != view.unit.unit_id
        else ranking.Line(view.say(here))
        for row in rows
    }


def href(view: View, unit_id: int) -> str | None:
    """A unit's own page; by place of injection, which that page does not know, this page about it.

    None for what is no unit of its own.
    """
    if unit_id <= 0 or unit_id == view.unit.unit_id:
        return None
    code = view.units[unit_id].code
    return view.filters.href(unit=code) if view.filters.by_place else view.filters.href(UNIT_PATH, unit=code)


def level_title(view: View) -> str:
    level = view.level(view.unit.level + 1).lower()
    return view.say("ranking.title", level=level, unit=view.name(view.unit.unit_id))


def table_frame(body) -> html.Div:
    return html.Div(body, className="table-frame", tabIndex=0)


def _standing_sentence(view: View, children: list) -> str:
    states = [progress.status(row, view.today) for row in children]
    if any(state != progress.UNKNOWN for state in states):
        late = states.count(progress.BEHIND) + states.count(progress.OVERDUE)
        reached = states.count(progress.REACHED)
        return view.say("ranking.sentence", reached=reached, all=len(children), behind=late)
    known = [row for row in children if row.coverage is not None]
    if len(known) < 2:
        return ""
    worst, best = (pick(known, key=lambda row: row.coverage) for pick in (min, max))
    return view.say(
        "ranking.sentence_no_target",
        best=view.name(best.unit_id),
        high=view.language.percent(best.coverage),
        worst=view.name(worst.unit_id),
        low=view.language.percent(worst.coverage),
    )
