"""The small multiples: each compared unit's stages over time, all on the same axes."""

from dataclasses import replace
from datetime import date

from dashboard.block import Block
from dashboard.components import panel
from dashboard.figures import growth
from dashboard.figures.axes import nothing
from dashboard.filters import MOST_BESIDE, STAGES
from dashboard.parts.compare import Side, shares, sides
from dashboard.view import View

CHARTS = tuple(Block(f"compare-{number}", is_of_reach=True) for number in range(MOST_BESIDE))

_WIDE = 3  # charts in a row that have room for more than two days on their axis


def chart(number: int, view: View, colours):
    """Of the compared unit of that number; empty where there are fewer."""
    compared = sides(view)
    if number >= len(compared):
        return "", "", nothing(view.language, colours), "", ([], [])
    side, is_share = compared[number], shares(compared)
    lines = _lines(view, side, is_share)
    drawn = [line for other in compared for line in _lines(view, other, is_share)]
    highest = max((value for line in drawn for value in line.values), default=0)
    first = min((line.since(growth.LEAST * highest) for line in drawn), default=view.today)
    target = side.now.target_share if is_share else None
    top = max(highest, target or 0, 1.0 if is_share else 1)
    incomplete_from = view.data.incomplete_from(replace(view.filters, unit=side.code))
    axes = growth.Axes(min(first, side.then), view.today, top, is_share, len(compared) > _WIDE, incomplete_from)
    unit = view.say("compare.unit_share" if is_share else "compare.unit_people")
    chosen = panel.key(view.say(f"stage.{view.filters.stage}"), "accent")
    return (
        side.name,
        [panel.unit(unit), chosen],
        growth.growth(view.language, colours, lines, axes, side.then, target),
        _sentence(view, side, incomplete_from),
        growth.twin(view.language, lines, axes),
    )


def _lines(view: View, side: Side, is_share: bool) -> list[growth.Line]:
    """A stage that hardly anybody has reached is no line, but for the one that the page speaks of."""
    made = []
    for name, stage in STAGES.items():
        rows = side.of_stage(stage)
        points = [(row.day, row.coverage if is_share else row.people) for row in rows]
        if any(value is None for _day, value in points):
            points = []
        is_chosen = stage == side.stage
        if points and (is_chosen or points[-1][1] >= growth.LEAST or not is_share):
            say = view.say
            made.append(growth.Line(say(f"stage.{name}"), say(f"compare.short.{name}"), tuple(points), is_chosen))
    return made


def _sentence(view: View, side: Side, incomplete_from: date | None) -> str:
    said = [_stands(view, side)]
    if incomplete_from:
        said.append(view.say("compare.chart_incomplete", day=view.language.short_day(incomplete_from)))
    return " ".join(said)


def _stands(view: View, side: Side) -> str:
    language, say = view.language, view.say
    if side.gained is None:
        return say("compare.chart_people", people=side.now.people, before=side.before.people, day=side.then)
    said = say(
        "compare.chart_said",
        coverage=language.percent(side.now.coverage),
        points=language.write("points", side.gained),
        day=side.then,
    )
    if side.missing:
        return f"{said} {say('compare.chart_missing', people=side.missing)}"
    return said if side.missing is None else f"{said} {say('compare.chart_reached')}"
