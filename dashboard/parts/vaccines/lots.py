"""The lots in use, the lots that disagree about their vaccine, and where one lot went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel
from dashboard.components.datatable import datatable
from dashboard.components.link import link
from dashboard.components.table import toggle, twin
from dashboard.i18n import Language
from dashboard.parts.vaccines.stores import vaccine_names
from dashboard.tables import Column, Row, Table
from dashboard.view import View

KNOWN = Block("vaccines-lot-known", is_of_a_part=True)
LOT = Block("vaccines-lot", takes=(), has_denominator=False)
DISPUTED = Block("vaccines-disputed", has_denominator=False)
LOTS = Block("vaccines-lots", has_denominator=False, folds=True)

LISTED = 30  # the lots used last; the file has them all
_OFFERED = 400  # numbers that the field offers while one types


# --- the field


def search(language: Language) -> html.Form:
    """A lot's number, typed or chosen (assets/lots.js puts it into the address)."""
    say = language.say
    box = dcc.Input(id=f"{LOT.id}-number", type="search", list=KNOWN.id, autoComplete="off", maxLength=40)
    field = html.Label([html.Span(say("lot.field")), box])
    return html.Form([field, html.Button(say("lot.find"), type="submit")], className="lot-search", role="search")


def known(view: View) -> list:
    numbers = dict.fromkeys(row.lot_number for row in _latest(view.data.lots(view.filters)) if row.lot_number)
    return [html.Option(number) for number in list(numbers)[:_OFFERED]]


# --- one lot


@dataclass(frozen=True)
class Gone:
    """What one lot did at one site, as one vaccine and under one spelling."""

    site_id: int
    place_unit_id: int
    vaccine_id: int
    spelling: str
    doses: int
    days: tuple[date, ...]


def gone(rows: Iterable) -> list[Gone]:
    """LotPlace rows by site, the most doses first."""
    found: dict[tuple[int, int, int, str], list] = {}
    for row in rows:
        found.setdefault((row.site_id, row.place_unit_id, row.vaccine_id, row.lot_number), []).append(row)
    made = [Gone(*key, sum(row.doses for row in mine), _days(mine)) for key, mine in found.items()]
    return sorted(made, key=lambda one: (-one.doses, one.site_id, one.vaccine_id, one.spelling))


def lot(view: View) -> html.Div | html.Section | None:
    say, number = view.say, view.filters.lot
    if not number:
        return html.P(say("lot.hint"), className="sentence")
    rows = view.data.lot(number, view.filters)
    if not rows:
        return html.Div([html.P(say("lot.not_found", lot=number)), *_near(view, number)], className="state", role="status")
    table, days = _by_site(view, rows), _by_day(view, rows)
    content = [
        html.P(table.sentence, className="sentence"),
        *_disagreement(view, rows),
        datatable(view.language, table, view.filters),
        toggle(view.language, f"{LOT.id}-days", twin(view.language, days), "lot.by_day"),
    ]
    take = blocks.take_away(view, LOT)
    return panel.panel(table.title, table.unit, content, LOT.panel_id, "table-panel", take=take)


def recall(view: View) -> Table | None:
    """For taking away: one row per site, day and vaccine of the lot."""
    if not view.filters.lot:
        return None
    rows = view.data.lot(view.filters.lot, view.filters)
    if not rows:
        return None
    say, names, sites = view.say, vaccine_names(view), _sites(view)
    columns = [
        Column("site", say("lot.site"), "text"),
        Column("code", say("lot.site_code"), "text"),
        Column("area", say("lot.area"), "text"),
        Column("district", say("lot.district"), "text"),
        Column("on", say("lot.day"), "day"),
        Column("as", say("lot.vaccine"), "text"),
        Column("spelled", say("lot.spelled"), "text"),
        Column("doses", say("lot.doses"), unit=say("doses.word")),
    ]
    counted: dict[tuple, int] = {}
    for row in rows:
        key = (row.site_id, row.place_unit_id, row.day, row.vaccine_id, row.lot_number)
        counted[key] = counted.get(key, 0) + row.doses
    body = [
        Row(
            {
                "site": sites[site_id].name,
                "code": sites[site_id].code,
                "area": view.name(place),
                "district": _district(view, place),
                "on": day,
                "as": names[vaccine_id],
                "spelled": spelling,
                "doses": doses,
            }
        )
        for (site_id, place, day, vaccine_id, spelling), doses in counted.items()
    ]
    total = Row({"site": say("ranking.total"), "doses": sum(counted.values())}, kind="total")
    return Table(say("lot.title", lot=view.filters.lot), say("lot.unit"), columns, body, [total], _said(view, rows))


def _by_site(view: View, rows: Sequence) -> Table:
    say, names, sites = view.say, vaccine_names(view), _sites(view)
    found = gone(rows)
    has_many = len({(one.vaccine_id, one.spelling) for one in found}) > 1
    columns = [
        Column("site", say("lot.site"), "text"),
        Column("area", say("lot.area"), "text"),
        *([Column("as", say("lot.vaccine"), "text"), Column("spelled", say("lot.spelled"), "text")] if has_many else []),
        Column("doses", say("lot.doses"), unit=say("doses.word")),
        Column("days", say("lot.days"), unit=say("lot.days_unit")),
        Column("since", say("lot.first"), "day"),
        Column("until", say("lot.last"), "day"),
    ]
    body = [
        Row(
            {
                "site": sites[one.site_id].name,
                "area": _area(view, one.place_unit_id),
                "as": names[one.vaccine_id],
                "spelled": one.spelling,
                "doses": one.doses,
                "days": len(one.days),
                "since": one.days[0],
                "until": one.days[-1],
            },
            href=view.to("/site/<site>", code=sites[one.site_id].code),
        )
        for one in found
    ]
    days = _days(rows)
    total = {
        "site": say("ranking.total"),
        "doses": sum(one.doses for one in found),
        "days": len(days),
        "since": days[0],
        "until": days[-1],
    }
    title = say("lot.title", lot=found[0].spelling)
    return Table(title, say("lot.unit"), columns, body, [Row(total, kind="total")], _said(view, rows))


def _by_day(view: View, rows: Sequence) -> Table:
    say = view.say
    columns = [
        Column("day", say("lot.day"), "day"),
        Column("doses", say("lot.doses"), unit=say("doses.word")),
        Column("sites", say("lot.sites")),
    ]
    body = []
    for day in _days(rows):
        mine = [row for row in rows if row.day == day]
        body.append([day, sum(row.doses for row in mine), len({row.site_id for row in mine})])
    return Table.of(say("lot.by_day"), say("doses.word"), columns, body)


def _said(view: View, rows: Sequence) -> str:
    names, days = vaccine_names(view), _days(rows)
    return view.say(
        "lot.said",
        vaccines=", ".join(names[vaccine_id] for vaccine_id in _by_vaccine(rows)),
        doses=sum(row.doses for row in rows),
        sites=len({row.site_id for row in rows}),
        districts=len({_district(view, row.place_unit_id) for row in rows}),
        level=view.level(1).lower(),
        span=view.language.span(days[0], days[-1], view.today.year),
    )


def _disagreement(view: View, rows: Sequence) -> list:
    names = vaccine_names(view)
    by_vaccine = _by_vaccine(rows)
    if len(by_vaccine) < 2:
        return []
    parts = [view.say("lot.part", vaccine=names[one], doses=doses) for one, doses in by_vaccine.items()]
    said = view.say("lot.disagrees", n=len(by_vaccine), parts=", ".join(parts))
    return [html.P(said, className="flag")]


def _by_vaccine(rows: Sequence) -> dict[int, int]:
    """Doses by vaccine, the most first."""
    counted: dict[int, int] = {}
    for row in rows:
        counted[row.vaccine_id] = counted.get(row.vaccine_id, 0) + row.doses
    return dict(sorted(counted.items(), key=lambda item: -item[1]))


def _near(view: View, number: str) -> list:
    """Numbers that begin alike, or hold what was typed."""
    wanted = number.upper()
    whole = view.filters.but(unit=None, vaccines=(), date_from=None, date_to=None)
    everywhere = {row.lot_number for row in view.data.lots(whole) if row.lot_number}
    near = sorted(one for one in everywhere if wanted in one.upper() or one.upper().startswith(wanted[:6]))[:8]
    if not near:
        return []
    links = [link(one, view.filters.href(lot=one)) for one in near]
    return [html.P([view.say("lot.near"), " ", *[part for one in links for part in (one, " ")]])]


# --- all lots


def lots(view: View) -> html.Section | None:
    rows = view.data.lots(view.filters)
    return blocks.table_panel(view, LOTS, _table(view, rows, LISTED)) if rows else None


def every_lot(view: View) -> Table | None:
    """For taking away: all of them."""
    rows = view.data.lots(view.filters)
    return _table(view, rows, len(rows)) if rows else None


def disputed(view: View) -> Table | None:
    """One lot, more than one vaccine: a slip of the pen at a site, or a false label."""
    say, names = view.say, vaccine_names(view)
    rows = [row for row in view.data.lots(view.filters) if row.is_disputed]
    if not rows:
        return None
    columns = [
        Column("disputed", say("lot.number"), "text"),
        Column("under", say("lot.vaccine"), "text"),
        Column("count", say("lot.doses"), unit=say("doses.word")),
        Column("places", say("lot.sites")),
        Column("begun", say("lot.first"), "day"),
        Column("ended", say("lot.last"), "day"),
        Column("check", say("lot.check"), "warning"),
    ]
    of_lot: dict[str, int] = {}
    for row in rows:
        of_lot[row.lot_number.upper()] = max(of_lot.get(row.lot_number.upper(), 0), row.doses)
    ordered = sorted(rows, key=lambda row: (-of_lot[row.lot_number.upper()], row.lot_number.upper(), -row.doses))
    body = [
        Row(
            {
                "disputed": row.lot_number,
                "under": names[row.vaccine_id],
                "count": row.doses,
                "places": row.sites,
                "begun": row.first_on,
                "ended": row.last_on,
                # the many are right more often than the few
                "check": say("lot.check_few") if row.doses < of_lot[row.lot_number.upper()] else None,
            },
            href=view.filters.href(lot=row.lot_number),
        )
        for row in ordered
    ]
    few = sum(row.doses for row in rows if row.doses < of_lot[row.lot_number.upper()])
    said = say("lot.disputed_said", n=len(of_lot), doses=few)
    total = {"disputed": say("ranking.total"), "count": sum(row.doses for row in rows)}
    return Table(say("lot.disputed"), say("lot.unit"), columns, body, [Row(total, kind="total")], said)


def _table(view: View, rows: Sequence, most: int) -> Table:
    say, names = view.say, vaccine_names(view)
    ordered = _latest(row for row in rows if row.lot_number)
    shown, others = ordered[:most], ordered[most:]
    none = [row for row in rows if not row.lot_number]
    columns = [
        Column("lot", say("lot.number"), "text"),
        Column("of", say("lot.vaccine"), "text"),
        Column("used", say("lot.doses"), unit=say("doses.word")),
        Column("sites", say("lot.sites")),
        Column("begin", say("lot.first"), "day"),
        Column("end", say("lot.last"), "day"),
    ]
    body = [
        Row(
            {
                "lot": row.lot_number,
                "of": names[row.vaccine_id],
                "used": row.doses,
                "sites": row.sites,
                "begin": row.first_on,
                "end": row.last_on,
            },
            href=view.filters.href(lot=row.lot_number),
            is_asked=(view.filters.lot or "").upper() == row.lot_number.upper(),
        )
        for row in shown
    ]
    foot = []
    if others:
        foot.append(_sum_row(say("lot.others", n=len(others)), others))
    if none:
        foot.append(_sum_row(say("lot.untold" if view.is_untold("lot_number") else "lot.unrecorded"), none))
    foot.append(_sum_row(say("ranking.total"), rows, "total"))
    doses, unrecorded = sum(row.doses for row in rows), sum(row.doses for row in none)
    numbers = {row.lot_number.upper() for row in ordered}
    if view.is_untold("lot_number"):
        said = say("told.no_lots")
    else:
        said = say("lot.all_said", n=len(numbers), doses=doses, share=view.language.percent(unrecorded / doses))
        said += " " + say("lot.agree") if not any(row.is_disputed for row in rows) else ""
    return Table(say("lot.all"), say("lot.all_unit", n=min(most, len(ordered))), columns, body, foot, said)


def _sum_row(name: str, rows: Sequence, kind: str = "nowhere") -> Row:
    begin, end = min(row.first_on for row in rows), max(row.last_on for row in rows)
    return Row({"lot": name, "used": sum(row.doses for row in rows), "begin": begin, "end": end}, kind=kind)


def _latest(rows: Iterable) -> list:
    """The lots used last first; of these the largest."""
    return sorted(rows, key=lambda row: (-row.last_on.toordinal(), -row.doses, row.lot_number))


def _days(rows: Iterable) -> tuple[date, ...]:
    return tuple(sorted({row.day for row in rows}))


def _sites(view: View) -> dict:
    return {site.site_id: site for site in view.data.sites()}


def _district(view: View, unit_id: int) -> str:
    """The unit right below the root in which a place lies."""
    unit = view.units[unit_id]
    while unit.parent_id is not None and unit.parent_id != view.world.root_unit_id and unit.parent_id in view.units:
        unit = view.units[unit.parent_id]
    return view.name(unit.unit_id)


def _area(view: View, unit_id: int) -> str:
    own, district = view.name(unit_id), _district(view, unit_id)
    return own if own == district else f"{own}, {district}"
