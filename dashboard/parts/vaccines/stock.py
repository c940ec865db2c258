"""The tables of stock: what to move or order, who runs out when, and the account (indicators 21 and 22)."""

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.parts.vaccines import supply
from dashboard.parts.vaccines.stores import Stores, stores, total
from dashboard.tables import Column, Row, Table
from dashboard.view import View

ACTIONS = Block("vaccines-actions", takes=("vaccines",), has_denominator=False)
OUTLOOK = Block("vaccines-outlook", takes=("vaccines",), has_denominator=False, folds=True)
STOCK = Block("vaccines-stock", takes=("vaccines",), has_denominator=False, folds=True)

_SUMS = ("allocated", "received", "opened", "given", "usable", "due_soon")


def actions(view: View) -> Table | None:
    """Every store that runs out within a week, with what would carry it over a fortnight."""
    found = stores(view)
    wanted = found.needs
    if not wanted:
        return None
    say, unit = view.say, view.say("supply.unit")
    columns = [
        Column("for", say("supply.store"), "text"),
        Column("of", say("supply.vaccine"), "text"),
        Column("out", say("supply.runs_out"), "day"),
        Column("left", say("supply.usable"), unit=unit),
        Column("move", say("supply.move"), unit=unit),
        Column("giver", say("supply.giver"), "text"),
        Column("order", say("supply.order"), unit=unit),
        Column("owner", say("supply.owner"), "text"),
    ]
    # between stores of districts the Department moves, between those of communes the district's health centre
    who = "below" if found.view.unit.level and found.units != [found.view.unit.unit_id] else "root"
    owners = {need: f"{who}_{'order' if need.ordered else 'move'}" for need in wanted}
    rows = [
        Row(
            {
                "for": found.name(need.unit_id),
                "of": found.vaccines[need.vaccine_id],
                "out": need.runs_out_on,
                "left": need.usable,
                "move": need.moved,
                "giver": found.name(need.giver) if need.giver is not None else None,
                "order": need.ordered,
                "owner": say(f"supply.owner_{owners[need]}"),
            },
            href=found.href(need.unit_id),
            warned=frozenset({"out"}),
        )
        for need in wanted
    ]
    sums = {
        "for": say("ranking.total"),
        "left": sum(need.usable for need in wanted),
        "move": sum(need.moved for need in wanted),
        "order": sum(need.ordered for need in wanted),
    }
    how = "both" if sums["move"] and sums["order"] else "move" if sums["move"] else "order"
    said = say(
        f"supply.actions_{how}", soon=supply.SOON_DAYS, hold=supply.HOLD_DAYS, moved=sums["move"], ordered=sums["order"]
    )
    made = Table(say("supply.actions"), say("supply.actions_unit"), columns, rows, [Row(sums, kind="total")], said)
    return made.without_zeros(("move", "giver", "order"))


def outlook(view: View) -> Table | None:
    """Store x vaccine: the day on which it runs out."""
    found = stores(view)
    if not found.rows:
        return None
    say = view.say
    used = {row.vaccine_id for row in found.whole if row.usable or row.daily_use}
    listed = [vaccine_id for vaccine_id in found.vaccines if vaccine_id in used]
    columns = [
        Column("store", say("supply.store"), "text"),
        *(Column(f"v{vaccine_id}", found.vaccines[vaccine_id], "day") for vaccine_id in listed),
    ]
    held = {(row.unit_id, row.vaccine_id): row for row in found.parts}

    def cells(at) -> tuple[dict, frozenset]:
        """Without a stock the figure is absent; what nobody uses does not run out, and its cell is empty."""
        known = {f"v{v}": at(v).runs_out_on if at(v) else None for v in listed if not (at(v) and at(v).runs_out_on is None)}
        return known, frozenset(f"v{v}" for v in listed if at(v) and supply.runs_out_soon(at(v)))

    rows = []
    for unit_id in found.units:
        values, warned = cells(lambda vaccine_id, unit_id=unit_id: held.get((unit_id, vaccine_id)))
        rows.append(Row({"store": found.name(unit_id)} | values, href=found.href(unit_id), warned=warned))
    whole = {row.vaccine_id: row for row in found.whole}
    foot = []
    if len(rows) > 1:
        values, warned = cells(whole.get)
        foot.append(Row({"store": say("supply.if_shared")} | values, kind="whole", warned=warned))
    soon = sum(supply.runs_out_soon(row) for row in found.parts)
    said = say("supply.outlook_said" if soon else "supply.outlook_calm", n=soon, days=supply.SOON_DAYS)
    return Table(say("supply.outlook"), say("supply.outlook_unit"), columns, rows, foot, said)


def account(view: View) -> Table | None:
    """Allocated, received, opened, given, in stock, wastage and cover of every store and vaccine."""
    found = stores(view)
    if not found.rows:
        return None
    say, unit, days = view.say, view.say("supply.unit"), view.say("supply.days")
    columns = [
        Column("keeper", say("supply.store"), "text"),
        Column("vaccine", say("supply.vaccine"), "text"),
        Column("allocated", say("supply.allocated"), unit=unit),
        Column("received", say("supply.received"), unit=unit),
        Column("opened", say("supply.opened"), unit=unit),
        Column("given", say("supply.given"), unit=say("doses.word")),
        Column("wastage", say("supply.wastage"), "share"),
        Column("usable", say("supply.usable"), unit=unit),
        Column("daily", say("supply.daily"), "rate", say("supply.a_day")),
        Column("cover", say("supply.cover"), "rate", days),
        Column("ends", say("supply.runs_out"), "day"),
        Column("due", say("supply.due_soon"), unit=unit),
        Column("alert", say("supply.alert"), "warning"),
    ]
    order = {unit_id: number for number, unit_id in enumerate(found.units)}
    urgent = sorted(found.parts, key=lambda row: (row.cover_days is None, row.cover_days, order[row.unit_id]))
    rows = [_account_row(found, row, found.name(row.unit_id), found.href(row.unit_id)) for row in urgent]
    foot = []
    if len(found.units) > 1:
        foot = [_account_row(found, row, say("ranking.whole"), None, "whole") for row in found.whole]
    sums = {name: total(found.parts, name) for name in _SUMS}
    foot.append(Row({"keeper": say("ranking.total"), "due": sums.pop("due_soon")} | sums, kind="total"))
    return Table(say("supply.account"), say("supply.account_unit"), columns, rows, foot, say("supply.account_said"))


def _account_row(found: Stores, row, name: str, href: str | None, kind: str = "") -> Row:
    say, is_soon, short = found.view.say, supply.runs_out_soon(row), supply.short_of_second_doses(row)
    alert = None
    if not kind:
        alert = say("supply.alert_soon") if is_soon else say("supply.alert_short", n=short) if short else None
    return Row(
        {
            "keeper": name,
            "vaccine": found.vaccines[row.vaccine_id],
            "allocated": row.allocated,
            "received": row.received,
            "opened": row.opened,
            "given": row.given,
            "wastage": row.wastage,
            "usable": row.usable,
            "daily": row.daily_use,
            "cover": row.cover_days,
            "ends": row.runs_out_on,
            "due": row.due_soon,
            "alert": alert,
        },
        href=href,
        kind=kind,
        warned=frozenset({"cover", "ends"} if is_soon else ()),
    )


def stock(view: View) -> html.Section | html.Div:
    """The account; in its place that there is no stock data."""
    if table := account(view):
        return blocks.table_panel(view, STOCK, table)
    return html.Div(html.P(view.say("supply.no_table")), className="state no-stock")
