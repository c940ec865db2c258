"""The compared units in a table; a single one by its stages, now and then."""

from dashboard.block import Block
from dashboard.components import progress
from dashboard.filters import STAGES, UNIT_PATH
from dashboard.parts.compare import Side, of_unit, sides, then
from dashboard.parts.defined import definition
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

SIDES = Block("compare-sides", is_of_reach=True)


def table(view: View) -> Table:
    compared = sides(view)
    return _stages(view, compared[0]) if len(compared) == 1 else _units(view, compared)


def _units(view: View, compared: list[Side]) -> Table:
    say, day = view.say, then(view)
    people_unit, pace_unit = say("ranking.people_unit"), say("ranking.pace_unit")
    columns = [
        Column("side", say("ranking.name"), "text"),
        Column("cov", say("ranking.coverage"), "bar"),
        Column("then", say("compare.on_day", day=day), "share"),
        Column("won", say("compare.gained"), "points", say("compare.points")),
        Column("done", say("ranking.people"), unit=people_unit),
        Column("gap", say("ranking.gap"), unit=people_unit),
        Column("pace", say("district.pace"), "rate", pace_unit),
        Column("needed", say("district.needed"), "rate", pace_unit),
        Column("doses", say("compare.doses"), unit=say("doses.word")),
    ]
    rows = [_row(view, side) for side in compared]
    unit = f"{say(f'stage.{view.filters.stage}')}. {say('compare.sides_unit')}"
    keys = [definition(view, "coverage-complete"), definition(view, "pace-needed", "compare.about_pace")]
    return Table(say("compare.sides"), unit, columns, rows, keys=keys)


def _row(view: View, side: Side) -> Row:
    now, state = side.now, progress.status(side.now, view.today)
    values = {
        "side": side.name,
        "cov": Bar(now.coverage, now.target_share),
        "then": side.before.coverage,
        "won": side.gained,
        "done": now.people,
        "gap": side.missing,
        "pace": now.pace,
        "needed": now.pace_needed,
        "doses": of_unit(view, side.unit_id, view.data.doses_by_unit)[0].doses,
    }
    warned = frozenset({"pace"}) if state in (progress.BEHIND, progress.OVERDUE) else frozenset()
    return Row(values, view.to(UNIT_PATH, unit=side.code), warned=warned)


def _stages(view: View, side: Side) -> Table:
    say, people_unit = view.say, view.say("ranking.people_unit")
    columns = [
        Column("side", say("compare.stage"), "text"),
        Column("cov", say("compare.now"), "bar"),
        Column("then", say("compare.on_day", day=side.then), "share"),
        Column("won", say("compare.gained"), "points", say("compare.points")),
        Column("done", say("compare.people_now"), unit=people_unit),
        Column("done_then", say("compare.people_then", day=side.then), unit=people_unit),
        Column("more", say("compare.more"), unit=people_unit),
    ]
    rows = []
    standing = {row.stage: row for row in of_unit(view, side.unit_id, view.data.standing)}
    for name, stage in STAGES.items():
        now, before = standing[stage], side.on(side.then, stage)
        won = None if now.coverage is None or before.coverage is None else now.coverage - before.coverage
        values = {
            "side": say(f"stage.{name}"),
            "cov": Bar(now.coverage, now.target_share),
            "then": before.coverage,
            "won": won,
        }
        values |= {"done": now.people, "done_then": before.people, "more": now.people - before.people}
        rows.append(Row(values, is_asked=stage == side.stage))
    title = say("compare.then_and_now", unit=side.name, day=side.then)
    return Table(title, say("compare.stages_unit"), columns, rows, keys=[definition(view, "coverage-complete")])
