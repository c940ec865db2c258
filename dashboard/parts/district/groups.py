"""One unit by age band and by priority group: what each stage has reached against its target."""

from dashboard.block import Block
from dashboard.choices import WHO
from dashboard.components import panel, progress
from dashboard.filters import STAGES
from dashboard.parts import told
from dashboard.parts.defined import definition
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

# Their rows are all the ages and all the groups, whichever are chosen.
AGES = Block("district-ages", takes=(), is_of_reach=True)
GROUPS = Block("district-groups", takes=(), is_of_reach=True)

_SHOWN = ("first", "complete", "booster1")


def ages(view: View) -> Table:
    bands = {band.age_band: band for band in view.data.age_bands()}
    names = {number: band.label if number else view.say("age.unknown") for number, band in bands.items()}
    aside = {number for number, band in bands.items() if not number or band.is_eligible is False}
    return _table(view, "age", names, aside, frozenset(view.filters.ages))


def groups(view: View) -> Table:
    names = {number: view.say(f"group.{number}") for number in range(1, 17)} | {0: view.say("district.group_unknown")}
    return _table(view, "group", names, frozenset(), frozenset(view.filters.groups))


def _table(view: View, part: str, names: dict, aside, chosen) -> Table:
    """`aside`: parts that the unit's own figure does not count; they stand below it."""
    say, stages = view.say, _stages(view.filters.stage)
    # the whole, of which these are parts: not narrowed by them
    everybody = view.filters.but(**dict.fromkeys(WHO, ()))
    found: dict[int, dict] = {}
    for row in view.data.standing_by_part(everybody):
        if row.part == part:
            found.setdefault(row.number, {})[row.stage] = row
    whole = {row.stage: row for row in view.data.standing(everybody) if row.is_self}
    asked = STAGES[view.filters.stage]
    word = say("people.word")
    columns = [
        Column(part, say(f"district.by_{part}"), "text"),
        *(Column(f"{part}{STAGES[stage]}", say(f"stage.{stage}"), "bar") for stage in stages),
        Column(f"{part}people", say("ranking.people"), unit=word),
        Column(f"{part}gap", say("ranking.gap"), unit=word),
    ]

    def row_of(name, rows: dict, kind="", is_asked=False) -> Row:
        values = {part: name, f"{part}people": rows[asked].people}
        for stage in stages:
            row = rows[STAGES[stage]]
            values[f"{part}{STAGES[stage]}"] = Bar(row.coverage, row.target_share)
        values[f"{part}gap"] = rows[asked].gap
        return Row(values, kind=kind, is_asked=is_asked)

    def named(number) -> str:
        return names.get(number, str(number))

    inside = [number for number in sorted(found, key=lambda number: (number == 0, number)) if number not in aside]
    body = [row_of(named(number), found[number], is_asked=number in chosen) for number in inside]
    foot = [row_of(say("ranking.whole"), whole, "whole")]
    below = [number for number in sorted(found) if number in aside and found[number][asked].people]
    for number in below:
        row = found[number][asked]
        values = {part: named(number), f"{part}people": row.people}
        foot.append(Row(values, kind="nowhere", is_asked=number in chosen))
    if below:
        total = whole[asked].people + sum(found[number][asked].people for number in below)
        foot.append(Row({part: say("ranking.total"), f"{part}people": total}, kind="total"))
    target = whole[asked].target_share
    keys = [definition(view, _INDICATORS[view.filters.stage])]
    if target is not None:
        keys.insert(0, panel.key(say("ranking.target_mark", target=view.language.goal(target)), "mark-key"))
    unit = f"{say(f'stage.{view.filters.stage}')}: {say('district.part_unit')}"
    shown = (rows[STAGES[stage]] for rows in [whole, *found.values()] for stage in stages)
    said = told.joined(_sentence(view, named, found, inside, asked), told.lacking(view, *shown))
    return Table(say(f"district.{part}_title"), unit, columns, body, foot, said, keys)


_INDICATORS = {
    "first": "coverage-first",
    "complete": "coverage-complete",
    "booster1": "booster",
    "booster2": "booster",
}


def _stages(asked: str) -> tuple[str, ...]:
    """Three; the second booster takes the first one's place when it is asked for."""
    return (*_SHOWN[:2], "booster2") if asked == "booster2" else _SHOWN


def _sentence(view: View, named, found: dict, inside: list, asked: int) -> str:
    """Where most people are missing."""
    short = [number for number in inside if progress.missing(found[number][asked])]
    if short:
        most = max(short, key=lambda number: found[number][asked].gap)
        row = found[most][asked]
        return view.say(
            "district.part_short", part=named(most), people=row.gap, coverage=view.language.percent(row.coverage)
        )
    known = [number for number in inside if found[number][asked].coverage is not None]
    if known and found[known[0]][asked].target_share is not None:
        return view.say("district.part_reached")
    return ""
