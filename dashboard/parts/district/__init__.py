"""The parts of a unit's page. What several of them need: the smallest units, names that do not repeat."""

from collections.abc import Collection

from dashboard.components import progress
from dashboard.data import Rows
from dashboard.filters import STAGES, UNIT_PATH
from dashboard.tables import Row, total
from dashboard.view import View


def smallest(view: View) -> list:
    """Standings of the chosen stage of the smallest units below; empty where there are none."""
    last = len(view.world.levels) - 1
    if view.unit.level >= last:
        return []
    # one level down these are the rows that the ranking asks for anyway
    level = {} if view.unit.level == last - 1 else {"level": last}
    rows: Rows = view.data.standing(view.filters, **level)
    stage = STAGES[view.filters.stage]
    return [row for row in rows if row.stage == stage and row.unit_id > 0 and row.unit_id != view.unit.unit_id]


def furthest(rows: list):
    """The unit furthest below its target, in points; None where all have reached it or nothing is known."""
    short = [row for row in rows if row.coverage is not None and row.target_share is not None and progress.missing(row)]
    return max(short, key=lambda row: (row.target_share - row.coverage, progress.missing(row)), default=None)


def full_name(view: View, unit_id: int) -> str:
    """With the unit above it where that is not the one of the page: names of communes repeat."""
    unit = view.units.get(unit_id)
    name = view.name(unit_id)
    if unit_id <= 0 or unit.parent_id in (None, view.unit.unit_id, view.world.root_unit_id):
        return name
    return view.say("district.within", unit=name, above=view.name(unit.parent_id))


def href(view: View, unit_id: int) -> str | None:
    """The page of a unit; None for what is none."""
    return view.to(UNIT_PATH, unit=view.units[unit_id].code) if unit_id > 0 else None


def rows_of(view: View, asked: View, rows, row_of, first: str, summed: Collection[str]) -> tuple[list[Row], list[Row]]:
    """The rows of a table about the units of `view`, and its foot: the unit itself; what lies nowhere, and then the total.

    `asked`: of the page, whose unit is marked. `row_of(row, name, href, is_asked, kind)` makes a Row.
    `first`: the column of names; `summed`: those of which the total is told.
    """
    own_id = view.unit.unit_id
    body, foot = [], []
    for row in rows:
        if row.is_self or row.unit_id <= 0:
            continue
        is_here = row.unit_id == own_id
        name = view.say("ranking.here") if is_here else view.name(row.unit_id)
        is_asked = not is_here and row.unit_id == asked.unit.unit_id
        body.append(row_of(row, name, None if is_here else href(view, row.unit_id), is_asked))
    own = next(row for row in rows if row.is_self)
    foot.append(row_of(own, view.say("ranking.whole"), None, False, "whole"))
    foot += [row_of(row, view.name(row.unit_id), None, False, "nowhere") for row in rows if row.unit_id <= 0]
    if len(foot) > 1:
        foot.append(total(foot, first, view.say("ranking.total"), summed))
    return body, foot
