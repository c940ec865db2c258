"""The sites of a unit today: those furthest below their plan first, in a short list."""

from dashboard.block import Block
from dashboard.parts.defined import definition
from dashboard.tables import Column, Row, Table
from dashboard.view import View

SITES = Block("district-sites", takes=(), basis="place", has_denominator=False)

_SHORT = 10


def table(view: View) -> Table:
    say = view.say
    sites = {site.site_id: site for site in view.data.sites()}
    rows = sorted(view.data.site_figures(view.filters), key=_order)
    word = say("doses.word")
    columns = [
        Column("site", say("district.site"), "text"),
        Column("today", say("ranking.doses_today"), unit=word),
        Column("plan", say("ranking.plan"), unit=word),
        Column("planshare", say("ranking.plan_share"), "share"),
        Column("yesterday", say("ranking.doses_yesterday"), unit=word),
        Column("late", say("district.late_today"), unit=word),
    ]

    def values(name, some) -> dict:
        plan = _sum(row.plan_today for row in some)
        today = sum(row.doses_today for row in some)
        # a share only where each of them has a plan: else the doses of some stand against the plan of others
        has_plan = plan and all(row.plan_today for row in some)
        return {
            "site": name,
            "today": today,
            "plan": plan,
            "planshare": today / plan if has_plan else None,
            "yesterday": sum(row.doses_yesterday for row in some),
            "late": None if view.is_untold("recorded_at") else sum(row.late_today for row in some),
        }

    every = [
        Row(values(sites[row.site_id].name, [row]) | {"row": row}, view.to("/site/<site>", code=sites[row.site_id].code))
        for row in rows
    ]
    # sorted before it is cut: the first of a column are the first of all sites
    ordered = Table("", "", columns, every).sorted(view.filters.sort).rows
    body, others = ordered[:_SHORT], [row.values["row"] for row in ordered[_SHORT:]]
    foot = [Row(values(say("district.other_sites", n=len(others)), others), view.to("/sites"), "nowhere")] if others else []
    if rows:
        foot.append(Row(values(say("ranking.total"), rows), kind="total"))
    return Table(
        say("district.sites", n=len(rows)),
        say("district.sites_unit"),
        columns,
        body,
        foot,
        _sentence(view, sites, rows),
        [definition(view, "site-use")],
    )


def _order(row):
    """By how far below the plan; those without one after them, the busiest first."""
    return (not row.plan_today, row.doses_today / row.plan_today if row.plan_today else 0, -row.doses_today, row.site_id)


def _sentence(view: View, sites: dict, rows: list) -> str:
    if not rows:
        return view.say("district.no_sites")
    silent = [row for row in rows if not row.doses_today and row.plan_today]
    busy = sum(1 for row in rows if row.doses_today)
    said = view.say("district.sites_said", busy=busy, all=len(rows))
    if not busy and _are_closed(view, {row.site_id for row in rows}):
        return f"{said} {view.say('district.sites_closed')}"
    if silent:
        said += " " + view.say("district.sites_silent", site=sites[silent[0].site_id].name, n=len(silent))
    return said


def _are_closed(view: View, asked: set[int]) -> bool:
    """Whether it is known that none of them has a session at this hour: nobody is to be called at night."""
    if not view.filters.is_live:
        return False
    watches = [row for row in view.data.site_watch(view.filters, view.silent_after_minutes) if row.site_id in asked]
    return bool(watches) and all(row.is_open is False for row in watches)


def _sum(values) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
