"""The difference by day of injection, by unit and by site: tables whose rows add up to it."""

from datetime import timedelta

from dashboard.block import Block
from dashboard.parts.changes import CAUSES, amounts, columns, figure, word
from dashboard.parts.since import signed, span
from dashboard.tables import Column, Row, Table
from dashboard.view import View

UNITS = Block("changes-units", has_denominator=False, is_of_reach=True)
DAYS = Block("changes-days", has_denominator=False, folds=True, is_of_reach=True)
SITES = Block("changes-sites", has_denominator=False, folds=True)

# Days with a row of their own; those before stand in one: a first load touches every day of a campaign.
_DAYS = 31


def by_day(view: View) -> Table:
    say, between = view.say, span(view)
    rows = view.data.changes(between.now.filters, between.after_batch, figure(view))
    since = between.now.today - timedelta(days=_DAYS - 1)
    days = sorted({row.day for row in rows if row.day >= since}, reverse=True)
    shown = [Row({"day": day} | amounts(row for row in rows if row.day == day)) for day in days]
    earlier = [row for row in rows if row.day < since]
    total = Row({"day": say("ranking.total")} | amounts(rows), kind="total")
    foot = [Row({"day": say("changes.earlier", day=since)} | amounts(earlier), kind="nowhere")] if earlier else []
    said = ""
    if rows:
        old = sum(abs(row.amount) for row in rows if row.day < between.now.today)
        days_touched = len({row.day for row in rows})
        said = say("changes.by_day_said", days=days_touched, old=old, unit=word(view, old))
    title = say("changes.by_day" if view.filters.by_place else "changes.by_day_people")
    if not rows:
        return Table(title, _unit(view), [Column("day", say("trend.day"), "day")], [], sentence=say("changes.nothing"))
    made = [Column("day", say("trend.day"), "day"), *columns(view)]
    return Table(title, _unit(view), made, shown, [*foot, total], said).without_zeros(CAUSES)


def by_unit(view: View) -> Table | None:
    """None for a unit without smaller ones."""
    say, between = view.say, span(view)
    rows = view.data.changed_places(between.now.filters, between.after_batch, figure(view))
    own = view.unit.unit_id
    ids = sorted({row.unit_id for row in rows}, key=lambda unit_id: -sum(r.amount for r in rows if r.unit_id == unit_id))
    if not any(unit_id != own for unit_id in ids):
        return None
    shown = []
    for unit_id in ids:
        name = say("ranking.here") if unit_id == own else view.name(unit_id)
        href = None if unit_id == own else view.filters.href(unit=view.units[unit_id].code)
        shown.append(Row({"place": name} | amounts(row for row in rows if row.unit_id == unit_id), href))
    total = Row({"place": say("ranking.total")} | amounts(rows), kind="total")
    most = max(shown, key=lambda row: abs(row.values["change"])).values
    said = say("changes.most", name=most["place"], n=signed(view.language, most["change"]), unit=word(view, most["change"]))
    title = say("changes.by_unit", level=view.level(view.unit.level + 1).lower())
    made = [Column("place", say("ranking.name"), "text"), *columns(view)]
    return Table(title, _unit(view), made, shown, [total], said).without_zeros(CAUSES)


def by_site(view: View) -> Table:
    """In doses; of people too, for it is their doses that a site enters: those of the unit's residents."""
    say, between = view.say, span(view)
    rows = view.data.changes(between.now.filters, between.after_batch, "doses")
    sites = {site.site_id: site for site in view.data.sites()}
    unit = say("doses.word")
    shown = []
    for site_id in {row.site_id for row in rows}:
        site = sites[site_id]
        where = view.name(site.unit_id)
        given = amounts(row for row in rows if row.site_id == site_id)
        shown.append(Row({"site": site.name, "where": where} | given, view.to("/site/<site>", code=site.code)))
    shown.sort(key=lambda row: (-row.values["late"], -abs(row.values["change"]), row.values["site"]))
    total = Row({"site": say("ranking.total")} | amounts(rows), kind="total")
    late = [row.values for row in shown if row.values["late"] > 0]
    said = say("changes.sites_late", sites=len(late), doses=total.values["late"]) if late else ""
    named = [Column("site", say("changes.site"), "text"), Column("where", say("ranking.name"), "text")]
    made = [*named, *(Column(c.key, c.title, c.kind, unit) for c in columns(view))]
    key = "changes.by_site" if view.filters.by_place else "changes.by_site_residents"
    if not rows:
        return Table(say(key), say("changes.by_site_unit"), named, [], sentence=say("changes.nothing"))
    return Table(say(key), say("changes.by_site_unit"), made, shown, [total], said).without_zeros(CAUSES)


def _unit(view: View) -> str:
    return view.say("changes.unit", unit=word(view))
