"""One site: the sentence, the tiles, its day and its sessions, what it used, what is in stock."""

from collections import defaultdict
from datetime import date, timedelta

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel
from dashboard.components.link import link
from dashboard.components.measure import measure
from dashboard.data.stock import SiteStock, Stock
from dashboard.figures import plan_hours
from dashboard.parts import defined
from dashboard.parts.sites import directive
from dashboard.parts.sites.all_sites import owners, said
from dashboard.parts.sites.faults import COVER_DAYS, faults
from dashboard.parts.sites.looks import ASKED, Look, asked, asked_days, days_in_words, looks, share, untold
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

LEAD = Block("site-lead", is_first=True)
TILES = Block("site-tiles")
HOURS = Block("site-hours", takes=(), has_denominator=False)
DAYS = Block("site-days", has_denominator=False)
LOTS = Block("site-lots", has_denominator=False)
STOCK = Block("site-stock", takes=(), has_denominator=False)
IDENTITY = Block("site-identity", has_denominator=False)
LAG = Block("site-lag", has_denominator=False)

# Sessions shown: a week back, to see what of them is still not entered, and a week ahead.
_BACK, _AHEAD = timedelta(days=7), timedelta(days=7)
_DISTRICT = 1  # the level whose store serves the site


def site_of(view: View):
    return next(site for site in view.data.sites() if site.code == view.filters.code)


def at_home(view: View) -> View:
    """The same question about the site's own unit: its answers hold this site and few others."""
    return view.about(site_of(view).unit_id)


def look(view: View) -> Look:
    site_id = site_of(view).site_id
    return next(found for found in looks(at_home(view)) if found.site.site_id == site_id)


def lead(view: View) -> list:
    say, found = view.say, look(view)
    figures, given = found.figures, faults(found, view.hour)
    values = {"site": found.site.name, "doses": figures.doses_today, "yesterday": figures.doses_yesterday}
    if figures.plan_today:
        reached = view.language.percent(figures.doses_today / figures.plan_today, 0)
        text = say("site.lead_plan", plan=figures.plan_today, share=reached, **values)
    else:
        text = say("site.lead", **values)
    more = [_heard(view, found)]
    if given:
        more.append(say("site.wrong", fault=said(view, found, given), owner=owners(view, given)))
    elif not figures.doses:  # over nothing there is nothing to praise
        more.append(say("site.nothing_given", days=days_in_words(view)))
    elif told := [say(f"sites.asked.{kind}") for kind in ASKED if not asked(kind, [found]).is_untold]:
        more.append(say("site.nothing_wrong", days=days_in_words(view), asked=", ".join(told)))
    if missing := untold(view, [found]):
        more.append(say("sites.not_told", asked=", ".join(missing)))
    return [_where(view, found), html.P(text, className="lead"), html.P(" ".join(more), className="lead-more")]


def _where(view: View, found: Look) -> html.P:
    """Kind of site, and the units that it lies in, as a way up."""
    path = view.about(found.site.unit_id).path
    steps = [link(view.name(unit.unit_id), view.to("/sites", unit=unit.code, code=None)) for unit in path]
    kind = view.say(f"site.kind.{found.site.kind}")
    parts = [part for step in steps for part in (" › ", step)][1:]
    return html.P([*parts, f" · {kind} · {found.site.code}"], className="site-where")


def _heard(view: View, found: Look) -> str:
    if not found.watch:
        return view.say("site.past")
    heard = view.local(found.watch.heard_at)
    if heard is None:
        return view.say("site.never_heard")
    if found.watch.is_silent:
        return view.say("site.silent", time=view.language.moment(heard), minutes=view.silent_after_minutes)
    return view.say("site.heard", time=view.language.moment(heard))


def tiles(view: View) -> html.Div:
    found = look(view)
    as_of = view.as_of(view.data.site_figures(asked_days(at_home(view))))
    others = directive.tiles(view, [found], found.figures, as_of)
    return html.Div([_today(view, found, as_of), *others], className="tiles")


def _today(view: View, found: Look, as_of: str):
    say, figures = view.say, found.figures
    bar, lines = None, [say("tile.no_plan")]
    if figures.plan_today:
        reached = figures.doses_today / figures.plan_today
        text = say("tile.plan_share", share=view.language.percent(reached, 0), plan=figures.plan_today)
        bar, lines = (reached, 1.0, text, "ours"), [text]
    if figures.has_session is not None:
        lines.append(_sessions(view, found))
    lines.append(say("tile.yesterday_same", n=figures.doses_yesterday))
    if not asked("late", [found]).is_untold:
        lines.append(say("sites.late_today", n=figures.late_today))
    return measure(
        view.language, say("tile.doses_today"), view.language.count(figures.doses_today), say("doses.word"),
        bar, lines, as_of, defined.address(view, "doses-today"),
    )  # fmt: skip


def _sessions(view: View, found: Look) -> str:
    if not found.sessions:
        return view.say("site.no_session")
    return view.say("site.session", hours=", ".join(map(_open, found.sessions)))


def _open(session) -> str:
    return f"{session.from_hour}–{session.until_hour}h"


def hours(view: View, colours):
    site_id, home = site_of(view).site_id, at_home(view).filters
    return plan_hours.chart(
        view.language,
        colours,
        [row for row in view.data.site_hours(home) if row.site_id == site_id],
        [row for row in view.data.site_plan_hours(home) if row.site_id == site_id],
        view.hour,
    )


def days(view: View) -> Table:
    """Sessions and entry by day: the last week, and what is planned for the next."""
    say, today = view.say, view.today
    site, home = site_of(view), at_home(view).filters
    first, last = today - _BACK, today + _AHEAD
    given = {row.day: row for row in view.data.site_days(site.code, home.but(date_from=first, date_to=last))}
    sessions = defaultdict(list)
    late: dict[date, int] = defaultdict(int)
    for row in view.data.site_sessions(home, first, last):
        if row.site_id == site.site_id:
            sessions[row.day].append(row)
    for entry in view.data.late_entries(home):
        if entry.site_id == site.site_id:
            late[entry.day] += entry.doses
    doses = say("doses.word")
    columns = [
        Column("day", say("trend.day"), "day"),
        Column("open", say("site.open"), "text"),
        Column("planned", say("ranking.plan"), unit=doses),
        Column("given", say("sites.given"), unit=doses),
        Column("of_plan", say("ranking.plan_share"), "share"),
        Column("day_same", say("sites.same_day"), "share"),
        Column("day_late", say("sites.late"), unit=doses),
    ]
    rows = [_day(day, given.get(day), sessions[day], late[day], today) for day in sorted({*given, *sessions}, reverse=True)]
    return Table(say("site.days_title"), say("site.days_unit"), columns, rows, (), _days_said(view, given, today))


def _day(day, row, sessions, late: int, today) -> Row:
    values = {"day": day, "open": ", ".join(map(_open, sessions)) or None, "planned": row.planned_doses if row else None}
    if day <= today:
        doses, planned = (row.doses, row.planned_doses) if row else (0, None)
        values |= {
            "given": doses,
            "of_plan": share(doses, planned) if planned else None,
            "day_same": share(row.entered_same_day, doses - row.entered_unknown) if row else None,
            "day_late": late if day < today and not (row and doses == row.entered_unknown > 0) else None,
        }
    return Row(values, is_asked=day == today)


def _days_said(view: View, given: dict, today) -> str:
    past = [row for day, row in given.items() if day < today and row.planned_doses is not None]
    if not past:
        return view.say("site.days_no_plan")
    planned, doses = sum(row.planned_doses for row in past), sum(row.doses for row in past)
    reached = view.language.percent(share(doses, planned), 0)
    return view.say("site.days_said", n=len(past), doses=doses, plan=planned, share=reached)


def lots(view: View) -> Table | None:
    """Vaccine and lot used in the days; the rows add up to the doses."""
    say = view.say
    used: dict[tuple, int] = defaultdict(int)
    filters = asked_days(at_home(view))
    names = view.vaccines
    for row in view.data.site_used(site_of(view).code, filters):
        used[(names[row.vaccine_id], row.lot_number)] += row.doses
    whole = sum(used.values())
    columns = [
        Column("vaccine", say("vaccines.vaccine"), "text"),
        Column("lot", say("site.lot"), "text"),
        Column("lot_share", say("sites.share"), "bar"),
        Column("lot_doses", say("sites.doses")),
    ]
    rows = [
        Row(
            {
                "vaccine": name,
                "lot": lot or say("told.untold" if view.is_untold("lot_number") else "site.no_lot"),
                "lot_share": Bar(share(doses, whole)),
                "lot_doses": doses,
            },
        )
        for (name, lot), doses in sorted(used.items(), key=lambda item: -item[1])
    ]
    foot = [Row({"vaccine": say("ranking.total"), "lot_doses": whole}, kind="total")]
    unit = f"{say('sites.unit_doses')}, {days_in_words(view)}"
    return Table(say("site.lots_title"), unit, columns, rows, foot if rows else (), _lots_said(view, used))


def _lots_said(view: View, used: dict) -> str:
    say = view.say
    if not used:
        return say("sites.no_doses")
    if view.is_untold("lot_number"):
        return say("told.no_lots")
    said = say("site.lots_said", n=sum(used.values()), lots=len({lot for _, lot in used if lot}))
    without = sum(doses for (_, lot), doses in used.items() if not lot)
    return f"{said} {say('site.lots_without', n=without)}" if without else said


def stock(view: View):
    found = stock_table(view)
    if found:
        return blocks.table_panel(view, STOCK, found)
    nothing = html.Div(html.P(view.say("site.stock_none")), className="state no-figures")
    return panel.panel(view.say("site.stock_title"), view.say("sites.unit_doses"), [nothing], STOCK.panel_id)


def stock_table(view: View) -> Table | None:
    """Of the site's own store, else of that of its district; None where neither is known."""
    say, home = view.say, at_home(view)
    site_id = site_of(view).site_id
    rows: list[SiteStock] | list[Stock] = [row for row in view.data.site_stock(home.filters) if row.site_id == site_id]
    title, text = say("site.stock_title"), ""
    if not rows:
        district = next((unit for unit in home.path if unit.level == _DISTRICT), home.unit)
        # asked for the district itself, its own store would not be held against the doses in its communes
        above = view.about(district.unit_id).about_parent().filters
        rows = [row for row in view.data.stock(above) if row.unit_id == district.unit_id and not row.is_self]
        title = say("site.stock_of", unit=view.name(district.unit_id))
        text = say("site.stock_district")
    if not rows:
        return None
    names = view.vaccines
    columns = [
        Column("stock_vaccine", say("vaccines.vaccine"), "text"),
        Column("received", say("site.received"), unit=say("doses.word")),
        Column("usable", say("site.usable"), unit=say("doses.word")),
        Column("wastage", say("site.wastage"), "share"),
        Column("daily", say("site.daily_use"), "rate", say("site.a_day")),
        Column("cover", say("sites.cover"), "rate", say("sites.days")),
    ]
    rows = sorted(rows, key=lambda row: (row.cover_days is None, row.cover_days))
    least = next((row for row in rows if row.cover_days is not None), None)
    if least:
        covered = view.language.rate(least.cover_days)
        text = f"{say('site.stock_said', vaccine=names[least.vaccine_id], days=covered)} {text}".strip()
    made = [
        Row(
            {
                "stock_vaccine": names[row.vaccine_id],
                "received": row.received,
                "usable": row.usable,
                "wastage": row.wastage,
                "daily": row.daily_use,
                "cover": row.cover_days,
            },
            warned=frozenset({"cover"}) if row.cover_days is not None and row.cover_days < COVER_DAYS else frozenset(),
        )
        for row in rows
    ]
    keys = [
        defined.definition(view, "cover-days", "site.define_cover"),
        defined.definition(view, "wastage", "site.define_wastage"),
    ]
    return Table(title, say("sites.unit_doses"), columns, made, (), text, keys)
