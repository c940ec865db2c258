"""Doses of today by hour, on top of yesterday's; and what charts of a day's hours have in common."""

from collections.abc import Iterable, Sequence

from dashboard.figures.axes import nothing, steps
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

HOURS = range(24)


def by_hour(rows: Iterable, name: str = "doses") -> list:
    """What is counted in the hours 0-23, of all rows together; an hour without a row has none."""
    found = [0] * len(HOURS)
    for row in rows:
        found[row.hour] += getattr(row, name)
    return found


def shown(*counted: Sequence[float]) -> list[int]:
    """The hours of a working day, and any others that have something; none where nothing was counted."""
    busy = [hour for hour in HOURS if any(counts[hour] for counts in counted)]
    return list(range(min(7, *busy), max(17, *busy) + 1)) if busy else []


def bars(
    language: Language, colours: Palette, name: str, counts: Sequence[int], at: list[int], now: int, width: float
) -> dict:
    """A bar per hour; that of the hour that runs (`now`) is pale."""
    return {
        "type": "bar",
        "x": at,
        "y": [counts[hour] for hour in at],
        "marker": {"color": [colours.accent_soft if hour == now else colours.accent for hour in at]},
        "width": width,
        "name": name,
        "hovertemplate": f"%{{y:,.0f}} {language.say('doses.word')}",
    }


def of_hours(
    language: Language, colours: Palette, traces: list[dict], at: list[int], top: float, yaxis: dict, **more
) -> dict:
    """A chart over the hours `at`, whose highest value is `top`."""
    even = [hour for hour in at if hour % 2 == 0]
    ends = [at[0] - 0.6, at[-1] + 0.6]
    return figure(
        colours,
        language,
        traces,
        margin={"l": 42, "r": 8, "t": 12, "b": 26, "autoexpand": False},
        xaxis={"tickmode": "array", "tickvals": even, "ticktext": [f"{hour}h" for hour in even], "range": ends},
        yaxis={"showgrid": True, "tickformat": ",.0f"} | yaxis | steps(top),
        **more,
    )


def hours(language: Language, colours: Palette, today: list[int], yesterday: list[int], now: int) -> dict:
    """`now`: the hour that is not over yet."""
    at = shown(today, yesterday)
    if not at:
        return nothing(language, colours)
    before = {
        "type": "bar",
        "x": at,
        "y": [yesterday[hour] for hour in at],
        "marker": {"color": colours.faint, "line": {"color": colours.context, "width": 0.8}},
        "width": 0.9,
        "name": language.say("hours.yesterday"),
        "hovertemplate": f"%{{y:,.0f}} {language.say('doses.word')}",
    }
    traces = [before, bars(language, colours, language.say("hours.today"), today, at, now, 0.55)]
    top = max(*today, *yesterday)
    return of_hours(language, colours, traces, at, top, barmode="overlay", yaxis={"rangemode": "tozero"})


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
