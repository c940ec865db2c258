"""What runs out first and what to do about it: the sentence and the tiles."""

from collections.abc import Sequence

from dash import html

from dashboard.block import Block
from dashboard.components.measure import measure
from dashboard.parts.vaccines import supply
from dashboard.parts.vaccines.stores import Stores, stores, total
from dashboard.view import View

LEAD = Block("vaccines-lead", is_first=True)
TILES = Block("vaccines-tiles")


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
    if found.needs:
        first = found.needs[0]
        how = "both" if first.moved and first.ordered else "move" if first.moved else "order"
        giver = found.within(first.giver) if first.giver is not None else ""
        return view.say(
            f"supply.lead_{how}",
            vaccine=found.vaccines[first.vaccine_id],
            unit=found.within(first.unit_id),
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
        store=found.within(first.unit_id),
        day=first.runs_out_on,
        days=supply.SOON_DAYS,
    )


def _more(found: Stores):
    view = found.view
    others = found.needs[1:]
    if others:
        listed = [
            view.say("supply.other", vaccine=found.vaccines[need.vaccine_id], unit=found.within(need.unit_id))
            for need in others[:3]
        ]
        left = len(others) - len(listed)
        more = view.say("supply.others_left", n=left) if left else ""
        yield view.say("supply.others", n=len(others), days=supply.SOON_DAYS, listed=", ".join(listed), more=more)
    due = sum(row.due_soon for row in found.whole)
    yield view.say("supply.in_all", unit=view.name(view.unit.unit_id), usable=total(found.whole, "usable") or 0, due=due)
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
    say, usable = found.view.say, total(found.whole, "usable")
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
    return _tile(found, "due", found.view.language.count(due), None, lines, as_of, "overdue", flag, under="people.word")


def _wastage_tile(found: Stores, as_of: str):
    language, say = found.view.language, found.view.say
    known = [row for row in found.whole if row.wastage is not None]
    opened = total(known, "opened")
    if not opened:
        return _tile(found, "wastage", "", None, [say("supply.tile.not_opened")], as_of, "wastage", is_known=False)
    lost = sum(row.wastage * row.opened for row in known)  # of the stores that report what they open
    share = lost / opened
    lines = [say("supply.tile.opened", opened=opened, given=opened - round(lost))]
    if len(known) > 1:
        most = max(known, key=lambda row: row.wastage)
        lines.append(say("supply.tile.worst", vaccine=found.vaccines[most.vaccine_id], share=language.percent(most.wastage)))
    return _tile(found, "wastage", language.percent(share), None, lines, as_of, "wastage", under="supply.tile.of_opened")


def _received_tile(found: Stores, as_of: str):
    language, say = found.view.language, found.view.say
    received, allocated = total(found.whole, "received"), total(found.whole, "allocated")
    bar, lines = None, []
    if allocated and received is not None:
        share = received / allocated
        bar = (share, 1.0, language.percent(share), "ours")
        lines = [say("supply.tile.allocated", share=language.percent(share), allocated=allocated)]
    lines.append(say("supply.tile.given", given=total(found.whole, "given") or 0))
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
