"""The second dose: who falls due on which day, who is overdue, who dropped out, and the RED category."""

from datetime import timedelta

from dashboard.block import Block
from dashboard.components import panel
from dashboard.data.second_dose import Overdue
from dashboard.figures import due
from dashboard.figures.axes import nothing
from dashboard.parts import people, told
from dashboard.parts.defined import definition
from dashboard.parts.district import rows_of
from dashboard.tables import Column, Row, Table
from dashboard.view import View

DUE = Block("district-due", has_denominator=False, is_of_reach=True)
SECOND = Block("district-second", is_of_reach=True)

_DAYS = 28
_WAITING = ("overdue", "passed", "lateshare", "due")
_COUNTED = ("firsts", "seconds", "passed", "overdue", "due")


def due_chart(view: View, colours):
    names = view.vaccines
    days = [view.today + timedelta(days=number) for number in range(_DAYS)]
    found = due.plan(view.data.due_by_day(view.filters), days, names, view.say("district.other_vaccines"))
    keys = [panel.key(name, f"mix-{number}") for number, name in enumerate(found.names, 1)]
    head = view.say("due.title"), [panel.unit(view.say("due.unit")), *keys]
    columns, rows = due.twin(view.language, found)
    if view.is_untold("person"):  # nobody can know, and no zero stands for it
        return *head, nothing(view.language, colours, "told.second_unknown"), view.say("told.no_second"), (columns, [])
    return *head, due.due(view.language, colours, found), due.sentence(view.language, found), (columns, rows)


def table(asked: View) -> Table:
    view = people.above_leaf(asked, asked.data.overdue)
    say = view.say
    given = {(row.unit_id, row.is_self): row for row in view.data.dropout(view.filters, view.red_coverage)}
    waiting = {(row.unit_id, row.is_self): row for row in view.data.overdue(view.filters)}
    # Where nobody has ever waited for a second dose, and yet doses were given.
    waiting = {key: Overdue(*key, overdue=0, passed=0, share=None, due_soon=0) for key in given} | waiting
    people_unit, doses_unit = say("people.word"), say("doses.word")
    columns = [
        Column("place", say("ranking.name"), "text"),
        Column("overdue", say("district.overdue"), unit=people_unit),
        Column("passed", say("district.passed"), unit=people_unit),
        Column("lateshare", say("district.overdue_share"), "share"),
        Column("due", say("district.due_soon"), unit=people_unit),
        Column("firsts", say("district.first_doses"), unit=doses_unit),
        Column("seconds", say("district.second_doses"), unit=doses_unit),
        Column("dropout", say("district.dropout"), "share"),
        Column("first", say("stage.first"), "share"),
        Column("red", say("district.red")),
    ]

    def row_of(row, name, href, is_asked, kind="") -> Row:
        other = given.get((row.unit_id, row.is_self))
        values = {"place": name, "overdue": row.overdue, "passed": row.passed, "lateshare": row.share, "due": row.due_soon}
        if view.is_untold("person"):  # nobody can know
            values |= dict.fromkeys(_WAITING)
        values |= {"firsts": other.first_doses if other else 0, "seconds": other.second_doses if other else 0}
        values["dropout"] = other and other.dropout
        if kind != "nowhere" and (row.is_self or row.unit_id != view.unit.unit_id):
            values |= {"first": other and other.coverage, "red": other and other.red_category}
        warned = {"dropout"} if other and other.is_negative else set()
        return Row(values, href, kind, is_asked, frozenset(warned))

    ordered = sorted(waiting.values(), key=lambda row: -row.overdue)
    body, foot = rows_of(view, asked, ordered, row_of, "place", _COUNTED)
    keys = [definition(view, "overdue", "district.define_overdue"), definition(view, "red", "district.define_red")]
    return Table(
        say("district.second", unit=view.name(view.unit.unit_id)),
        say("district.second_unit"),
        columns,
        body,
        foot,
        told.joined(_sentence(view, asked.unit.unit_id, given), told.lacking(view, *given.values())),
        keys,
    )


def _sentence(view: View, unit_id: int, given: dict) -> str:
    """About the unit of the page, which is one of the rows when it has no smaller ones."""
    say, language = view.say, view.language
    own = given.get((unit_id, unit_id == view.unit.unit_id))
    untold = [say("told.no_second")] if view.is_untold("person") else []
    if own is not None and own.first_doses is None:
        return " ".join([*untold, f"{say('told.no_number')}."])
    if own is None or own.dropout is None:
        return " ".join(untold) or say("district.no_second")
    key = "district.dropout_negative" if own.is_negative else "district.dropout_said"
    parts = [say(key, share=language.percent(abs(own.dropout)), first=own.first_doses, second=own.second_doses)]
    if own.red_category:
        goal = language.goal(view.red_coverage)
        parts.append(say(f"district.red_{own.red_category}", coverage=language.percent(own.coverage), goal=goal))
    return " ".join(untold + parts)
