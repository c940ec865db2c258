"""Doses of a day by hour against the plan of its sessions."""

from collections.abc import Iterable

from dashboard.figures.axes import nothing, steps
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

HOURS = range(24)


def chart(language: Language, colours: Palette, given: Iterable, planned: Iterable, now: int) -> tuple:
    """A page's chart of SiteHours against PlanHours; `now`: the hour that runs, 24 for a day that is over."""
    doses, plan = by_hour(given, "doses"), by_hour(planned, "planned_doses")
    return (
        language.say("sites.hours_title"),
        language.say("sites.hours_unit"),
        bars(language, colours, doses, plan, now),
        sentence(language, doses, plan, now),
        twin(language, doses, plan),
    )


def by_hour(rows: Iterable, name: str) -> list:
    """Of the hours 0-23, all sites together; an hour without a row has none."""
    found = [0] * len(HOURS)
    for row in rows:
        found[row.hour] += getattr(row, name)
    return found


def bars(language: Language, colours: Palette, doses: list[int], plan: list[float], now: int) -> dict:
    """The hour that runs is pale; the plan is a line of steps that says what it is."""
    busy = [hour for hour in HOURS if doses[hour] or plan[hour]]
    if not busy:
        return nothing(language, colours, "sites.hours_none")
    first, last = min(7, *busy), max(17, *busy)
    shown = list(range(first, last + 1))
    word = language.say("doses.word")
    traces = [
        {
            "type": "bar",
            "x": shown,
            "y": [doses[hour] for hour in shown],
            "marker": {"color": [colours.accent_soft if hour == now else colours.accent for hour in shown]},
            "width": 0.72,
            "name": language.say("sites.given"),
            "hovertemplate": f"%{{y:,.0f}} {word}",
        }
    ]
    top = max(*doses, *plan) * 1.14
    labels = []
    if any(plan):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [hour + side for hour in shown for side in (-0.5, 0.5)],
                "y": [plan[hour] or None for hour in shown for _ in range(2)],
                "line": {"color": colours.ink, "width": 1.5, "dash": "4px,3px"},
                "hoverinfo": "skip",
                "name": language.say("sites.planned"),
            }
        )
        end = max(hour for hour in HOURS if plan[hour])
        labels.append(
            {
                "x": end + 0.5, "xanchor": "right", "y": plan[end], "yanchor": "bottom", "showarrow": False,
                "text": language.say("sites.plan_an_hour"), "font": {"color": colours.ink, "size": 12},
                "bgcolor": colours.surface,
            }
        )  # fmt: skip
    return figure(
        colours,
        language,
        traces,
        margin={"l": 42, "r": 8, "t": 12, "b": 26, "autoexpand": False},
        xaxis={
            "tickmode": "array",
            "tickvals": [hour for hour in shown if hour % 2 == 0],
            "ticktext": [f"{hour}h" for hour in shown if hour % 2 == 0],
            "range": [first - 0.6, last + 0.6],
        },
        yaxis={"showgrid": True, "tickformat": ",.0f", "range": [0, top]} | steps(top),
        annotations=labels,
    )


def sentence(language: Language, doses: list[int], plan: list[float], now: int) -> str:
    """Only whole hours are held against the plan: that of the hour that runs is not due yet."""
    if not any(doses) and not any(plan):
        return ""
    if not any(plan):
        return language.say("sites.hours_no_plan", doses=sum(doses))
    due, so_far = sum(plan[:now]), sum(doses[:now])
    if not due:
        return language.say("sites.hours_before", doses=sum(doses), plan=round(sum(plan)))
    key = "sites.hours_said" if now < len(HOURS) else "sites.hours_said_day"
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
        [f"{hour}–{hour + 1}h", doses[hour], plan[hour] if has_plan else None] for hour in HOURS if doses[hour] or plan[hour]
    ]
    return columns, rows
