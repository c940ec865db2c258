"""What is in stock, which store runs out when, and what falls due against it: indicators 21 and 22."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from dash import html

from dashboard.components.link import link
from dashboard.components.measure import measure
from dashboard.figures import stacked
from dashboard.parts.vaccines import supply
from dashboard.tables import Column, Row, Table
from dashboard.view import View

_WEEKS = 4
_SUMS = ("allocated", "received", "opened", "given", "usable", "due_soon")


@dataclass(frozen=True)
class Stores:
    """The stores of the asked unit; where it has none, of the nearest unit above that has."""

    view: View  # about that unit
    asked: View

    @cached_property
    def rows(self) -> list:
        return list(self.view.data.stock(self.view.filters))

    @cached_property
    def parts(self) -> list:
        return [row for row in self.rows if not row.is_self]

    @cached_property
    def whole(self) -> list:
        return [row for row in self.rows if row.is_self]

    @cached_property
    def vaccines(self) -> dict[int, str]:
        """Names of those that were ever in a store, those of which most was given first."""
        names = vaccine_names(self.view)
        return {row.vaccine_id: names[row.vaccine_id] for row in sorted(self.whole, key=lambda row: -row.given)}

    @cached_property
    def units(self) -> list[int]:
        """In the order of their names; what the unit keeps itself last."""
        known = {row.unit_id for row in self.parts}
        units = self.view.units
        own = self.view.unit.unit_id
        return sorted(known, key=lambda one: (one == own, units[one].sort_key or units[one].code))

    @property
    def is_of_another(self) -> bool:
        return self.view.unit.unit_id != self.asked.unit.unit_id

    def name(self, unit_id: int) -> str:
        if unit_id == self.view.unit.unit_id:
            return self.view.say("supply.own_store", unit=self.view.name(unit_id))
        return self.view.name(unit_id)

    def href(self, unit_id: int) -> str | None:
        if unit_id == self.view.unit.unit_id:
            return None
        return self.view.filters.href(unit=self.view.units[unit_id].code)


def stores(asked: View) -> Stores:
    found = Stores(asked, asked)
    while not found.rows and not found.view.is_root:
        above = found.view.about_parent()
        if above.unit.unit_id == found.view.unit.unit_id:
            break
        found = Stores(above, asked)
    return found


def vaccine_names(view: View) -> dict[int, str]:
    """The brand without its maker, where that is plain."""
    full = {vaccine.vaccine_id: vaccine.name for vaccine in view.data.vaccines()}
    brands = {vaccine_id: name.split(" (")[0] for vaccine_id, name in full.items()}
    return {key: name if list(brands.values()).count(name) == 1 else full[key] for key, name in brands.items()}


# --- the sentence


def lead(view: View) -> list:
    found = stores(view)
    if not found.rows:
        return [
            html.P(view.say("supply.none", unit=view.name(view.unit.unit_id)), className="lead"),
            html.P(view.say("supply.none_more"), className="lead-more"),
        ]
    return [
        html.P(_headline(found), className="lead"),
        html.P(" ".join(part for part in _more(found) if part), className="lead-more"),
    ]


def _headline(found: Stores) -> str:
    view = found.view
    wanted = supply.needs(found.rows)
    if wanted:
        first = wanted[0]
        how = "both" if first.moved and first.ordered else "move" if first.moved else "order"
        giver = found.name(first.giver) if first.giver is not None else ""
        return view.say(
            f"supply.lead_{how}",
            vaccine=found.vaccines[first.vaccine_id],
            unit=found.name(first.unit_id),
            when=_when(view, first.runs_out_on),
            moved=first.moved,
            ordered=first.ordered,
            giver=giver,
        )
    known = [row for row in found.parts if row.runs_out_on]
    unit = view.name(view.unit.unit_id)
    if not known:
        return view.say("supply.lead_unused", unit=unit)
    first = min(known, key=lambda row: row.runs_out_on)
    return view.say(
        "supply.lead_calm",
        unit=unit,
        vaccine=found.vaccines[first.vaccine_id],
        store=found.name(first.unit_id),
        day=first.runs_out_on,
        days=supply.SOON_DAYS,
    )


def _more(found: Stores):
    view = found.view
    others = supply.needs(found.rows)[1:]
    if others:
        listed = [
            view.say("supply.other", vaccine=found.vaccines[need.vaccine_id], unit=found.name(need.unit_id))
            for need in others[:3]
        ]
        left = len(others) - len(listed)
        more = view.say("supply.others_left", n=left) if left else ""
        yield view.say("supply.others", n=len(others), days=supply.SOON_DAYS, listed=", ".join(listed), more=more)
    due = sum(row.due_soon for row in found.whole)
    yield view.say("supply.in_all", unit=view.name(view.unit.unit_id), usable=_sum(found.whole, "usable") or 0, due=due)
    if found.is_of_another:
        asked = view.name(found.asked.unit.unit_id)
        yield view.say("supply.of_another", asked=asked, unit=view.name(view.unit.unit_id))


def _when(view: View, day) -> str:
    days = (day - view.today).days
    return view.say("supply.today") if days <= 0 else view.say("supply.on", day=view.language.short_day(day), days=days)


# --- the tiles


def tiles(view: View) -> html.Div | None:
    found = stores(view)
    if not found.rows:
        return None
    as_of = view.as_of(view.data.stock(found.view.filters))
    made = [_usable_tile(found, as_of), _due_tile(found, as_of), _wastage_tile(found, as_of), _received_tile(found, as_of)]
    return html.Div(made, className="tiles")


def _usable_tile(found: Stores, as_of: str):
    say, usable = found.view.say, _sum(found.whole, "usable")
    soon = sum(supply.runs_out_soon(row) for row in found.parts)
    daily = sum(row.daily_use for row in found.whole)
    lines = [
        say("supply.tile.daily", rate=found.view.language.rate(daily)),
        "" if soon else say("supply.tile.none_soon", days=supply.SOON_DAYS),
    ]
    flag = say("supply.tile.soon", n=soon, days=supply.SOON_DAYS) if soon else ""
    return _tile(found, "usable", _count(found, usable), None, lines, as_of, "cover-days", flag, is_known=usable is not None)


def _due_tile(found: Stores, as_of: str):
    say = found.view.say
    due = sum(row.due_soon for row in found.whole)
    short = sum(supply.short_of_second_doses(row) for row in found.parts)
    stocks = sum(1 for row in found.parts if supply.short_of_second_doses(row))
    lines = [say("supply.tile.due_line"), "" if short else say("supply.tile.enough")]
    flag = say("supply.tile.short", doses=short, n=stocks) if short else ""
    return _tile(found, "due", found.view.language.count(due), None, lines, as_of, "cover-days", flag)


def _wastage_tile(found: Stores, as_of: str):
    language, say = found.view.language, found.view.say
    known = [row for row in found.whole if row.opened]
    opened, given = _sum(known, "opened"), _sum(known, "given")
    if not opened:
        return _tile(found, "wastage", "", None, [say("supply.tile.not_opened")], as_of, "wastage", is_known=False)
    share = (opened - given) / opened
    lines = [say("supply.tile.opened", opened=opened, given=given)]
    worst = [row for row in known if row.wastage is not None]
    if len(worst) > 1:
        most = max(worst, key=lambda row: row.wastage)
        lines.append(say("supply.tile.worst", vaccine=found.vaccines[most.vaccine_id], share=language.percent(most.wastage)))
    return _tile(found, "wastage", language.percent(share), None, lines, as_of, "wastage", under="supply.tile.of_opened")


def _received_tile(found: Stores, as_of: str):
    language, say = found.view.language, found.view.say
    received, allocated = _sum(found.whole, "received"), _sum(found.whole, "allocated")
    bar, lines = None, []
    if allocated and received is not None:
        share = received / allocated
        bar = (share, 1.0, language.percent(share), "ours")
        lines = [say("supply.tile.allocated", share=language.percent(share), allocated=allocated)]
    lines.append(say("supply.tile.given", given=_sum(found.whole, "given") or 0))
    return _tile(found, "received", _count(found, received), bar, lines, as_of, "cover-days", is_known=received is not None)


def _tile(
    found: Stores, name: str, number: str, bar, lines: Sequence[str], as_of: str, definition: str, flag: str = "",
    under: str = "supply.unit", is_known: bool = True,
):  # fmt: skip
    say = found.view.say
    entry = f"{found.asked.to('/definitions')}#{definition}"
    number, word = (number, say(under)) if is_known else (say("no_data"), "")
    return measure(found.view.language, say(f"supply.tile.{name}"), number, word, bar, lines, as_of, entry, flag)


def _count(found: Stores, number: int | None) -> str:
    return found.view.language.count(number)


# --- what to do today


def actions(view: View) -> Table | None:
    """Every store that runs out within a week, with what would carry it over a fortnight."""
    found = stores(view)
    wanted = supply.needs(found.rows)
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
    level = "root" if found.view.is_root else "below"
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
                "owner": say(f"supply.owner_{level}_{'order' if need.ordered else 'move'}"),
            },
            href=found.href(need.unit_id),
            warned=frozenset({"out"}),
        )
        for need in wanted
    ]
    total = {
        "for": say("ranking.total"),
        "left": sum(need.usable for need in wanted),
        "move": sum(need.moved for need in wanted),
        "order": sum(need.ordered for need in wanted),
    }
    said = say(
        "supply.actions_said", soon=supply.SOON_DAYS, hold=supply.HOLD_DAYS, moved=total["move"], ordered=total["order"]
    )
    return Table(say("supply.actions"), say("supply.actions_unit"), columns, rows, [Row(total, kind="total")], said)


# --- who runs out when


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


# --- second doses that fall due


def due_chart(view: View, colours):
    say, language, today = view.say, view.language, view.today
    rows = view.data.due_by_day(view.filters)
    names, last = vaccine_names(view), today + timedelta(7 * _WEEKS - 1)
    counted = [(row.vaccine_id, row.day, row.people) for row in rows]
    weeks = stacked.blocks(counted, names, today, last, 7, say("stacked.other_vaccines"))
    word = say("people.word")
    totals, said = weeks.totals, ""
    if any(totals):
        most = max(range(len(totals)), key=lambda number: totals[number])
        first = max(weeks.parts, key=lambda part: sum(part.doses))
        said = say(
            "supply.due_said", people=sum(totals), day=language.short_day(weeks.periods[most]), most=totals[most],
            vaccine=first.name, share=language.percent(sum(first.doses) / sum(totals), 0),
        )  # fmt: skip
    return (
        say("supply.due"),
        say("supply.due_unit"),
        stacked.columns(language, colours, weeks, word),
        said,
        stacked.twin(language, weeks, word, newest_first=False),
    )


def due_table(view: View) -> Table | None:
    """Store by store: second doses of four weeks against the stock of the same vaccines."""
    found = stores(view)
    if not found.rows:
        return None
    say, unit = view.say, view.say("supply.unit")
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
                    "needed": sum(row.due_soon for row in mine),
                    "held": _sum(mine, "usable"),
                    "lacking": sum(lacking.values()),
                    "which": ", ".join(f"{found.vaccines[v]} ({count(lacking[v])})" for v in short) or None,
                },
                href=found.href(unit_id),
                warned=frozenset({"lacking"} if short else ()),
            )
        )
    rows.sort(key=lambda row: -row.values["lacking"])
    total = {
        "place": say("ranking.total"),
        "needed": sum(row.due_soon for row in found.parts),
        "held": _sum(found.parts, "usable"),
        "lacking": sum(row.values["lacking"] for row in rows),
    }
    stocks = sum(1 for row in rows if row.values["lacking"])
    said = say("supply.lacking_said", n=stocks, all=len(rows), doses=total["lacking"])
    return Table(
        say("supply.due_table"), say("supply.due_table_unit"), columns, rows, [Row(total, kind="total")],
        said if stocks else say("supply.lacking_none"),
    )  # fmt: skip


# --- the account


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
    sums = {name: _sum(found.parts, name) for name in _SUMS}
    total = {"keeper": say("ranking.total"), "due": sums.pop("due_soon")} | sums
    foot.append(Row(total, kind="total"))
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


def unknown(view: View) -> html.Div | None:
    """In place of the tables of stock where there is no stock data."""
    found = stores(view)
    if found.rows:
        return None
    words = [html.P(view.say("supply.no_table")), html.P(link(view.say("definition.show"), _cover(view)))]
    return html.Div(words, className="state no-stock")


def _cover(view: View) -> str:
    return f"{view.to('/definitions')}#cover-days"


def _sum(rows: Sequence, name: str) -> int | None:
    """None where no row has a figure."""
    known = [getattr(row, name) for row in rows if getattr(row, name) is not None]
    return sum(known) if known else None
