"""The sites of a unit: the sentence, the tiles, the list with whose move it is, the day against its plan."""

from collections import Counter, defaultdict
from datetime import date

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel
from dashboard.components.link import link
from dashboard.components.measure import measure
from dashboard.figures import plan_hours
from dashboard.parts import defined
from dashboard.parts.sites import directive
from dashboard.parts.sites.faults import LIMITS, Fault, faults, worst_first
from dashboard.parts.sites.looks import ASKED, Look, asked, asked_days, days_in_words, looks, share, total, untold
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

LEAD = Block("sites-lead", is_first=True)
TILES = Block("sites-tiles")
LIST = Block("sites-list", has_denominator=False)
HOURS = Block("sites-hours", takes=(), has_denominator=False)
QUEUE = Block("sites-queue", takes=(), has_denominator=False)
IDENTITY = Block("sites-identity", has_denominator=False)
LAG = Block("sites-lag", has_denominator=False)

# How many sites the sentence names.
_NAMED = 3
_COLUMN_OF = {
    "silent": "fault",
    "unentered": "fault",
    "late": "same_day",
    "identity": "identity",
    "certificates": "certificates",
    "app": "app",
    "stock": "cover",
}


def judged(view: View) -> list[tuple[Look, list[Fault]]]:
    """Every site with its faults, those first to whom one must speak first."""
    found = [(look, faults(look, view.hour)) for look in looks(view)]
    return sorted(found, key=lambda pair: (*worst_first(*pair), pair[0].site.code))


def lead(view: View) -> list:
    say, found = view.say, judged(view)
    if not found:
        return [html.P(say("sites.lead_none", unit=view.name(view.unit.unit_id)), className="lead")]
    parts = _of_the_directive(view, found)
    urgent = [pair for pair in found if pair[1]][:_NAMED]
    if urgent:
        parts.append(say("sites.begin"))
    first = html.Ol([html.Li(_order(view, look, given)) for look, given in urgent], className="orders") if urgent else None
    return [html.P(silence(view, found), className="lead"), html.P(" ".join(parts), className="lead-more"), first]


def _of_the_directive(view: View, found) -> list[str]:
    """How many sites fall behind in each thing that is told; and what is not."""
    say, every = view.say, [look for look, _ in found]
    kinds = Counter(fault.kind for _, given in found for fault in given)
    told = [kind for kind in ASKED if not asked(kind, every).is_untold]
    parts = []
    if any(kinds[kind] for kind in told):
        counts = ", ".join(say(f"sites.lead_{kind}", n=kinds[kind]) for kind in told)
        parts.append(say("sites.lead_faults", days=days_in_words(view), counts=counts))
    elif told:
        asked_for = ", ".join(say(f"sites.asked.{kind}") for kind in told)
        parts.append(say("sites.lead_no_fault", days=days_in_words(view), asked=asked_for))
    if missing := untold(view, every):
        parts.append(say("sites.not_told", asked=", ".join(missing)))
    return parts


def _order(view: View, look: Look, given: list[Fault]) -> list:
    """Whom to call, why, and whose move it is."""
    site = link(look.site.name, view.to("/site/<site>", code=look.site.code), "what")
    owner = html.Span(view.say("sites.owner", owner=owners(view, given)), className="owner")
    return [site, f" – {said(view, look, given)}", owner]


def silence(view: View, found) -> str:
    """Who is silent now (indicator 13), or why that cannot be said."""
    say, watches = view.say, [look.watch for look, _ in found if look.watch]
    if not view.filters.is_live:
        return say("sites.lead_past", used=sum(look.is_in_use for look, _ in found), n=len(found))
    if all(watch.is_open is None for watch in watches):
        return say("sites.lead_no_sessions", used=sum(look.is_in_use for look, _ in found), n=len(found))
    opened = sum(bool(watch.is_open) for watch in watches)
    silent = sum(bool(watch.is_silent) for watch in watches)
    unit = view.name(view.unit.unit_id)
    if not opened:
        return say("sites.lead_closed", unit=unit, used=sum(look.is_in_use for look, _ in found))
    key = "sites.lead_silent" if silent else "sites.lead_heard"
    return say(key, unit=unit, silent=silent, open=opened, minutes=view.silent_after_minutes)


def said(view: View, look: Look, given: list[Fault], short: bool = False) -> str:
    """`im lặng từ 10:42; chưa in giấy 74% số mũi`: behind the name of a fault stands the share of that fault."""
    words = []
    for fault in given:
        if fault.kind == "silent":
            words.append(_silent_since(view, look))
        elif fault.share is not None and not short:
            words.append(view.say(f"sites.fault.{fault.kind}_share", share=view.language.percent(fault.share, 0)))
        else:
            words.append(view.say(f"sites.fault.{fault.kind}"))
    text = "; ".join(words)
    return text[:1].upper() + text[1:] if short else text


def _silent_since(view: View, look: Look) -> str:
    heard = view.local(look.watch.heard_at)
    if heard is None or heard.date() < view.today:
        return view.say("sites.fault.silent_today")
    return view.say("sites.fault.silent", time=f"{heard:%H:%M}")


def owners(view: View, given: list[Fault]) -> str:
    """Each once, in the order of the faults."""
    return ", ".join(dict.fromkeys(view.say(f"sites.owner.{fault.owner}") for fault in given))


def tiles(view: View) -> html.Div:
    found, lag = looks(view), view.data.entry_lag(asked_days(view))
    as_of = view.as_of(view.data.site_figures(asked_days(view)))
    return html.Div([_use(view, found, as_of), *directive.tiles(view, found, lag, as_of)], className="tiles")


def _use(view: View, found: list[Look], as_of: str):
    """Indicator 13: sites with a record today of those with a session today."""
    say = view.say
    planned = [look for look in found if look.figures.has_session]
    counted = planned or found
    used = sum(look.is_in_use for look in counted)
    lines = []
    if planned:
        lines.append(say("sites.use_unplanned", n=sum(look.is_in_use for look in found) - used))
    else:
        lines.append(say("sites.use_unknown", n=len(found)))
    if (late := _late_today(view, found)) is not None:
        lines.append(say("sites.late_today", n=late))
    silent = sum(bool(look.watch and look.watch.is_silent) for look in found)
    reached = share(used, len(counted))
    label = say("tile.bullet", value=view.language.percent(reached, 0), target=view.language.goal(1.0))
    return measure(
        view.language,
        say("sites.tile.use"),
        view.language.count(used),
        say("sites.tile.use_of", n=len(planned)) if planned else say("sites.word"),
        (reached, 1.0, label, "ours") if planned else None,
        lines,
        as_of,
        defined.address(view, "site-use"),
        say("sites.silent_now", n=silent) if silent else "",
    )


def table(view: View) -> Table | None:
    found = judged(view)
    if not found:
        return None
    say, doses = view.say, view.say("doses.word")
    has_watch = any(look.watch for look, _ in found)  # not as of an earlier moment, as a file is
    has_cover = any(look.cover_days is not None for look, _ in found)
    columns = [
        Column("name", say("sites.site"), "text"),
        Column("area", say("ranking.name"), "text"),
        Column("fault", say("sites.fault"), "warning"),
        Column("owner", say("sites.next"), "text"),
        Column("today", say("ranking.doses_today"), unit=doses),
        Column("plan", say("ranking.plan"), unit=doses),
        *([Column("heard", say("sites.heard"), "moment")] if has_watch else []),
        Column("same_day", say("sites.same_day"), "share"),
        Column("identity", say("sites.identity"), "share"),
        Column("certificates", say("sites.certificates"), "share"),
        Column("app", say("sites.app"), "share"),
        Column("late", say("sites.late"), unit=doses),
        *([Column("cover", say("sites.cover"), "rate", say("sites.days"))] if has_cover else []),
    ]
    every = [look for look, _ in found]
    whole = _shares(every)
    plans = [look.figures.plan_today for look in every if look.figures.plan_today is not None]
    whole |= {
        "name": say("sites.all", n=len(every)),
        "today": total(every, "doses_today"),
        "plan": sum(plans) if plans else None,
        "late": _late_today(view, every),
    }
    wrong = sum(bool(given) for _, given in found)
    sentence = say("sites.list_said", wrong=wrong, n=len(found), days=days_in_words(view))
    told = [kind for kind in ASKED if not asked(kind, every).is_untold]
    if told:
        limits = (say(f"sites.limit.{kind}", share=view.language.goal(LIMITS[kind])) for kind in told)
        sentence += " " + say("sites.limits", limits=", ".join(limits))
    if missing := untold(view, every):
        sentence += " " + say("sites.not_told", asked=", ".join(missing))
    sentence += "" if has_cover else f" {say('sites.no_stock')}"
    unit = say("sites.list_unit", days=days_in_words(view))
    rows = [_row(view, look, given) for look, given in found]
    title = say("sites.list_title", unit=view.name(view.unit.unit_id))
    keys = [defined.definition(view, "site-use")]
    return Table(title, unit, columns, rows, [Row(whole, kind="whole")], sentence, keys)


def _row(view: View, look: Look, given: list[Fault]) -> Row:
    figures = look.figures
    values = {
        "name": look.site.name,
        "area": view.name(_below(view, figures.unit_id)),
        "fault": said(view, look, given, short=True) or None,
        "owner": owners(view, given),
        "today": figures.doses_today,
        "plan": figures.plan_today,
        "heard": view.local(look.watch.heard_at) if look.watch else None,
        "late": _late_today(view, [look]),
        "cover": look.cover_days,
    }
    values |= _shares([look])
    warned = frozenset(_COLUMN_OF[fault.kind] for fault in given if fault.kind in _COLUMN_OF)
    return Row(values, view.to("/site/<site>", code=look.site.code), warned=warned)


def _below(view: View, unit_id: int) -> int:
    """The part of the asked unit in which another unit lies."""
    while view.units[unit_id].parent_id not in (None, view.unit.unit_id) and unit_id != view.unit.unit_id:
        unit_id = view.units[unit_id].parent_id
    return unit_id


def _shares(looks: list[Look]) -> dict:
    return {_COLUMN_OF[kind]: asked(kind, looks).share for kind in ASKED}


def _late_today(view: View, looks: list[Look]) -> int | None:
    """Nobody can say where no source tells when a dose was entered."""
    is_untold = view.is_untold("recorded_at") or asked("late", looks).is_untold
    return None if is_untold else total(looks, "late_today")


def hours(view: View, colours):
    """Today by hour, of all the unit's sites together."""
    return plan_hours.chart(
        view.language,
        colours,
        view.data.site_hours(view.filters),
        view.data.site_plan_hours(view.filters),
        view.hour,
    )


def queue_panel(view: View) -> html.Section:
    """Without a dose in the queue its sentence says all."""
    found = queue(view)
    if found.rows:
        return blocks.table_panel(view, QUEUE, found)
    return panel.panel(found.title, found.unit, [html.P(found.sentence, className="sentence")], QUEUE.panel_id)


def queue(view: View) -> Table:
    """Doses of earlier days that were entered today, by the day on which they were given."""
    say, sites = view.say, defaultdict(set)
    doses: dict[date, int] = defaultdict(int)
    for row in view.data.late_entries(view.filters):
        doses[row.day] += row.doses
        sites[row.day].add(row.site_id)
    columns = [
        Column("given_on", say("sites.given_on"), "day"),
        Column("given_share", say("sites.share"), "bar"),
        Column("given_doses", say("sites.doses")),
        Column("given_sites", say("sites.sites")),
    ]
    whole = sum(doses.values())
    rows = [
        Row(
            {
                "given_on": day,
                "given_share": Bar(share(doses[day], whole)),
                "given_doses": doses[day],
                "given_sites": len(sites[day]),
            }
        )
        for day in sorted(doses, reverse=True)
    ]
    every = set().union(*sites.values())
    total = {"given_on": say("ranking.total"), "given_doses": whole, "given_sites": len(every)}
    foot = [Row(total, kind="total")] if rows else []
    none = say("told.no_entry" if view.is_untold("recorded_at") else "sites.queue_none")
    text = say("sites.queue_said", n=whole, sites=len(every), oldest=min(doses)) if rows else none
    keys = [defined.definition(view, "entry-lag")]
    return Table(say("sites.queue_title"), say("sites.queue_unit"), columns, rows, foot, text, keys)
