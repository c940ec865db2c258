"""Second doses that fall due in the coming four weeks, against what is in stock."""

from datetime import timedelta

from dashboard.block import Block
from dashboard.figures import stacked
from dashboard.figures.axes import nothing
from dashboard.parts.vaccines import supply
from dashboard.parts.vaccines.stores import most_used, stores, total, vaccine_names
from dashboard.tables import Column, Row, Table
from dashboard.view import View

COMING = Block("vaccines-coming", takes=("vaccines",), has_denominator=False, is_of_reach=True)
DUE = Block("vaccines-due", takes=("vaccines",), has_denominator=False, folds=True, is_of_reach=True)

_WEEKS = 4


def due_chart(view: View, colours):
    say, language, today = view.say, view.language, view.today
    rows = view.data.due_by_day(view.filters)
    names, last = vaccine_names(view), today + timedelta(7 * _WEEKS - 1)
    counted = [(row.vaccine_id, row.day, row.people) for row in rows]
    order = most_used(view)
    # a vaccine has the shade that it has in the chart of what was given
    weeks = stacked.blocks(counted, names, today, last, 7, say("stacked.other_vaccines"), order[: stacked.NAMED])
    word = say("people.word")
    columns, listed = stacked.twin(language, weeks, word, newest_first=False)
    if view.is_untold("person"):  # nobody can know, and no zero stands for it
        unknown = nothing(language, colours, "told.second_unknown")
        return say("supply.due"), say("supply.due_unit"), unknown, say("told.no_second"), (columns, [])
    totals, said = weeks.totals, ""
    if any(totals):
        most = max(range(len(totals)), key=lambda number: totals[number])
        by_kind: dict[int, int] = {}
        for vaccine_id, _, people in counted:
            by_kind[vaccine_id] = by_kind.get(vaccine_id, 0) + people
        first = max(by_kind, key=by_kind.__getitem__)
        said = say(
            "supply.due_said", people=sum(totals), day=language.short_day(weeks.periods[most]), most=totals[most],
            vaccine=names[first], share=language.percent(by_kind[first] / sum(totals), 0),
        )  # fmt: skip
    return (
        say("supply.due"),
        say("supply.due_unit"),
        stacked.columns(language, colours, weeks, word, "supply.due_none"),
        said,
        (columns, listed),
    )


def due_table(view: View) -> Table | None:
    """Store by store: second doses of four weeks against the stock of the same vaccines."""
    found = stores(view)
    if not found.rows:
        return None
    say, unit, is_untold = view.say, view.say("supply.unit"), view.is_untold("person")
    columns = [
        Column("place", say("supply.store"), "text"),
        Column("needed", say("supply.due_soon"), unit=unit),
        Column("held", say("supply.usable"), unit=unit),
        Column("lacking", say("supply.lacking"), unit=unit),
        Column("which", say("supply.lacking_of"), "text"),
    ]
    rows = []
    for unit_id in found.units:
        mine = [row for row in found.parts if row.unit_id == unit_id]
        lacking = {row.vaccine_id: supply.short_of_second_doses(row) for row in mine}
        short = sorted((v for v in lacking if lacking[v]), key=lambda v: -lacking[v])
        count = view.language.count
        rows.append(
            Row(
                {
                    "place": found.name(unit_id),
                    "needed": None if is_untold else sum(row.due_soon for row in mine),
                    "held": total(mine, "usable"),
                    "lacking": None if is_untold else sum(lacking.values()),
                    "which": ", ".join(f"{found.vaccines[v]} ({count(lacking[v])})" for v in short) or None,
                },
                href=found.href(unit_id),
                warned=frozenset({"lacking"} if short else ()),
            )
        )
    rows.sort(key=lambda row: -(row.values["lacking"] or 0))
    sums = {"place": say("ranking.total"), "held": total(found.parts, "usable")}
    if is_untold:
        said = say("told.no_second")
    else:
        sums |= {"needed": sum(row.due_soon for row in found.parts), "lacking": sum(row.values["lacking"] for row in rows)}
        stocks = sum(1 for row in rows if row.values["lacking"])
        said = say("supply.lacking_none")
        if stocks:
            said = say("supply.lacking_said", n=stocks, all=len(rows), doses=sums["lacking"])
    return Table(
        say("supply.due_table"), say("supply.due_table_unit"), columns, rows, [Row(sums, kind="total")], said,
    )  # fmt: skip
