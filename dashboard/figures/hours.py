"""Doses of today by hour, on top of yesterday's."""

from collections.abc import Iterable

from dashboard.figures.axes import nothing, steps
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

HOURS = range(24)


def by_hour(rows: Iterable) -> list[int]:
    """Doses of the hours 0-23; an hour without a row has none."""
    found = {row.hour: row.doses for row in rows}
    return [found.get(hour, 0) for hour in HOURS]


def hours(language: Language, colours: Palette, today: list[int], yesterday: list[int], now: int) -> dict:
    """`now`: the hour that is not over yet; its bar is pale."""
    if not any(today) and not any(yesterday):
        return nothing(language, colours)
    busy = [hour for hour in HOURS if today[hour] or yesterday[hour]]
    first, last = min(7, *busy), max(17, *busy)
    shown = list(range(first, last + 1))
    word = language.say("doses.word")
    traces = [
        {
            "type": "bar",
            "x": shown,
            "y": [yesterday[hour] for hour in shown],
            "marker": {"color": colours.faint, "line": {"color": colours.context, "width": 0.8}},
            "width": 0.9,
            "name": language.say("hours.yesterday"),
            "hovertemplate": f"%{{y:,.0f}} {word}",
        },
        {
            "type": "bar",
            "x": shown,
            "y": [today[hour] for hour in shown],
            "marker": {"color": [colours.accent_soft if hour == now else colours.accent for hour in shown]},
            "width": 0.55,
            "name": language.say("hours.today"),
            "hovertemplate": f"%{{y:,.0f}} {word}",
        },
    ]
    return figure(
        colours,
        language,
        traces,
        barmode="overlay",
        margin={"l": 42, "r": 8, "t": 12, "b": 26, "autoexpand": False},
        xaxis={
            "tickmode": "array",
            "tickvals": [hour for hour in shown if hour % 2 == 0],
            "ticktext": [f"{hour}h" for hour in shown if hour % 2 == 0],
            "range": [first - 0.6, last + 0.6],
        },
        yaxis={"showgrid": True, "tickformat": ",.0f", "rangemode": "tozero"} | steps(max(*today, *yesterday)),
    )


def sentence(language: Language, today: list[int], yesterday: list[int], now: int) -> str:
    """Yesterday is compared by whole hours: nobody knows how much of it had come by this minute."""
    if not any(today):
        return language.say("hours.sentence_none")
    busiest = str(max(HOURS, key=lambda hour: today[hour]))
    if not now:
        return language.say("hours.sentence_first", today=sum(today), hour=busiest)
    return language.say(
        "hours.sentence",
        today=sum(today),
        now=str(now),
        by_now=sum(today[:now]),
        yesterday=sum(yesterday[:now]),
        hour=busiest,
    )


def twin(language: Language, today: list[int], yesterday: list[int]) -> tuple[list, list]:
    say = language.say
    doses = say("doses.word")
    columns = [
        Column("hour", say("hours.hour"), "text"),
        Column("today", say("hours.today"), unit=doses),
        Column("yesterday", say("hours.yesterday"), unit=doses),
    ]
    rows = [[f"{hour}–{hour + 1}h", today[hour], yesterday[hour]] for hour in HOURS if today[hour] or yesterday[hour]]
    return columns, rows
