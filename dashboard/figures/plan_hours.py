"""Doses of a day by hour against the plan of its sessions."""

from collections.abc import Iterable

from dashboard.figures import hours
from dashboard.figures.axes import nothing
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette


def chart(language: Language, colours: Palette, given: Iterable, planned: Iterable, now: int) -> tuple:
    """A page's chart of SiteHours against PlanHours; `now`: the hour that runs, 24 for a day that is over."""
    doses, plan = hours.by_hour(given), hours.by_hour(planned, "planned_doses")
    return (
        language.say("sites.hours_title"),
        language.say("sites.hours_unit"),
        bars(language, colours, doses, plan, now),
        sentence(language, doses, plan, now),
        twin(language, doses, plan),
    )


def bars(language: Language, colours: Palette, doses: list[int], plan: list[float], now: int) -> dict:
    """The hour that runs is pale; the plan is a line of steps that says what it is."""
    at = hours.shown(doses, plan)
    if not at:
        return nothing(language, colours, "sites.hours_none")
    traces = [hours.bars(language, colours, language.say("sites.given"), doses, at, now, 0.72)]
    top = max(*doses, *plan) * 1.14
    labels = []
    if any(plan):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [hour + side for hour in at for side in (-0.5, 0.5)],
                "y": [plan[hour] or None for hour in at for _ in range(2)],
                "line": {"color": colours.ink, "width": 1.5, "dash": "4px,3px"},
                "hoverinfo": "skip",
                "name": language.say("sites.planned"),
            }
        )
        end = max(hour for hour in hours.HOURS if plan[hour])
        labels.append(
            {
                "x": end + 0.5, "xanchor": "right", "y": plan[end], "yanchor": "bottom", "showarrow": False,
                "text": language.say("sites.plan_an_hour"), "font": {"color": colours.ink, "size": 12},
                "bgcolor": colours.surface,
            }
        )  # fmt: skip
    return hours.of_hours(language, colours, traces, at, top, yaxis={"range": [0, top]}, annotations=labels)


def sentence(language: Language, doses: list[int], plan: list[float], now: int) -> str:
    """Only whole hours are held against the plan: that of the hour that runs is not due yet."""
    if not any(doses) and not any(plan):
        return ""
    if not any(plan):
        return language.say("sites.hours_no_plan", doses=sum(doses))
    due, so_far = sum(plan[:now]), sum(doses[:now])
    if not due:
        return language.say("sites.hours_before", doses=sum(doses), plan=round(sum(plan)))
    key = "sites.hours_said" if now < len(hours.HOURS) else "sites.hours_said_day"
    share = language.percent(so_far / due, 0)
    return language.say(key, hour=str(now), doses=so_far, due=round(due), share=share, plan=round(sum(plan)))


def twin(language: Language, doses: list[int], plan: list[float]) -> tuple[list, list]:
    say = language.say
    word = say("doses.word")
    columns = [
        Column("hour", say("hours.hour"), "text"),
        Column("given", say("sites.given"), unit=word),
        Column("planned", say("sites.planned"), "rate", word),
    ]
    has_plan = any(plan)
    rows = [
        [f"{hour}–{hour + 1}h", doses[hour], plan[hour] if has_plan else None]
        for hour in hours.HOURS
        if doses[hour] or plan[hour]
    ]
    return columns, rows
