"""Old figures by the units of another day: codes were used again for other places, so nothing is matched by its code."""

from dashboard.components import panel
from dashboard.filters import STAGES
from dashboard.parts import told
from dashboard.parts.compare import parent
from dashboard.parts.defined import definition
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View


def table(asked: View) -> Table:
    """The rows add up to the unit's own figures, which its ranking shows too."""
    view = parent(asked)
    say, day = view.say, view.filters.borders
    rows = view.data.recast(view.filters, day)
    standings = view.data.standing(view.filters)
    own = {row.stage: row for row in standings if row.is_self}
    chosen = STAGES[view.filters.stage]
    made_of: dict[int, list[int]] = {}
    for row in view.data.taken_over(view.filters, day):
        made_of.setdefault(row.successor_id, []).append(row.unit_id)
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("made", say("recast.made"), "text"),
        Column("share", say("ranking.coverage"), "bar"),
        Column("population", say("recast.population"), unit=say("population.word")),
        *(Column(name, say(f"stage.{name}"), unit=say("ranking.people_unit")) for name in STAGES),
    ]
    by_unit = {
        unit_id: {row.stage: row for row in rows if row.unit_id == unit_id} for unit_id in {row.unit_id for row in rows}
    }
    ordered = sorted(by_unit.items(), key=lambda item: _order(item[1][chosen]))
    body = [_row(view, stages, _name(view, stages[chosen]), made_of.get(unit_id, []), own) for unit_id, stages in ordered]
    foot = [Row(_figures(view, own) | {"name": say("ranking.whole")}, kind="whole")]
    nowhere = [row for row in standings if row.unit_id <= 0]
    for unit_id in sorted({row.unit_id for row in nowhere}, reverse=True):
        counts = {name: _people(nowhere, stage, unit_id) for name, stage in STAGES.items()}
        foot.append(Row({"name": view.name(unit_id)} | counts, kind="nowhere"))
    if nowhere:
        counts = {name: own[stage].people + _people(nowhere, stage) for name, stage in STAGES.items()}
        foot.append(Row({"name": say("ranking.total")} | counts, kind="total"))
    title = say("recast.heading", day=day, unit=view.name(view.unit.unit_id))
    keys = [definition(view, "coverage-complete")]
    if own[chosen].target_share is not None and own[chosen].coverage is not None:
        keys.insert(
            0, panel.key(say("ranking.target_mark", target=view.language.goal(own[chosen].target_share)), "mark-key")
        )
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('recast.unit')}"
    said = told.joined(_sentence(view, rows, own[chosen], len(made_of)), told.lacking(view, own[chosen], *rows))
    return Table(title, unit, columns, body, foot, said, keys)


def _order(row) -> tuple:
    """The highest coverage first; people of whom only a larger unit is known come last."""
    return row.units == 0, row.coverage is None, -(row.coverage or 0), -row.people


def _name(view: View, row) -> str:
    return view.name(row.unit_id) if row.units else view.say("ranking.here")


def _row(view: View, stages: dict, name: str, made_of: list[int], own: dict) -> Row:
    names = ", ".join(view.name(unit_id) for unit_id in made_of)
    return Row(_figures(view, stages, own) | {"name": name, "made": names})


def _figures(view: View, stages: dict, own: dict | None = None) -> dict:
    """`own`: of the whole unit, whose target is that of its parts."""
    chosen = STAGES[view.filters.stage]
    row = stages[chosen]
    counts = {name: stages[stage].people for name, stage in STAGES.items()}
    target = (own or stages)[chosen].target_share
    is_placed = own is None or row.units
    return counts | ({"share": Bar(row.coverage, target), "population": row.population} if is_placed else {})


def _people(rows: list, stage: int, unit_id: int | None = None) -> int:
    return sum(row.people for row in rows if row.stage == stage and unit_id in (None, row.unit_id))


def _sentence(view: View, rows, own, units: int) -> str:
    """That the sums are the same, checked against the figure by the old units."""
    recast = _people(rows, own.stage)
    values = {"stage": view.say(f"with.{view.filters.stage}"), "units": units, "people": recast}
    if recast == own.people:
        return view.say("recast.same", **values)
    return view.say("recast.differs", old=own.people, **values)
