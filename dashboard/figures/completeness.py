"""How complete the last days are likely to be, by what closed days had in after as many days. Nothing is scaled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.figures.axes import nothing
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Indicator 12: a day with less of its final doses than this is marked incomplete.
COMPLETE = 0.95


@dataclass(frozen=True)
class Day:
    """`share` of its final doses that is in by now; None where no closed day tells."""

    day: date
    doses: int
    share: float | None

    @property
    def is_complete(self) -> bool | None:
        return None if self.share is None else self.share >= COMPLETE


def recent(doses: Mapping[date, int], shares: Iterable, today: date, days: int) -> list[Day]:
    """`shares` are Completeness. The oldest first."""
    by_age = {row.days_after: row.share for row in shares}
    shown = [today - timedelta(days=ago) for ago in range(days)][::-1]
    return [Day(day, doses.get(day, 0), by_age.get((today - day).days)) for day in shown]


def bars(language: Language, colours: Palette, days: Sequence[Day]) -> dict:
    if not any(day.doses for day in days):
        return nothing(language, colours)
    if all(day.share is None for day in days):
        return nothing(language, colours, "complete.unknown")
    pale = [day.is_complete is False for day in days]
    names = [language.short_day(day.day) for day in days]
    rows, word = list(range(len(days))), language.say("doses.word")
    trace = {
        "type": "bar",
        "x": rows,
        "y": [day.share for day in days],
        "customdata": [[language.day(d.day), language.percent(d.share, 0), language.count(d.doses)] for d in days],
        "marker": {
            "color": [colours.faint if is_pale else colours.accent_soft for is_pale in pale],
            "line": {"color": colours.context, "width": [0.8 if is_pale else 0 for is_pale in pale]},
            "pattern": {
                "shape": ["/" if is_pale else "" for is_pale in pale],
                "fgcolor": colours.context,
                "size": 5,
                "solidity": 0.15,
            },
        },
        "hovertemplate": f"%{{customdata[0]}}: %{{customdata[1]}}, %{{customdata[2]}} {word}<extra></extra>",
    }
    labels = [
        {
            # in its bar: above, the mark at 95 % would run through it
            "x": row, "y": day.share, "yanchor": "top", "yshift": -3, "showarrow": False,
            "text": f"<b>{language.percent(day.share)}</b>", "font": {"color": colours.ink, "size": 11},
        }
        for row, day, row_pale in zip(rows, days, pale, strict=True)
        if row_pale
    ]  # fmt: skip
    goal = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": COMPLETE, "y1": COMPLETE,
            "line": {"color": colours.ink, "width": 1.2, "dash": "4px,3px"}}  # fmt: skip
    return figure(
        colours,
        language,
        [trace],
        hovermode="closest",
        margin={"l": 42, "r": 4, "t": 8, "b": 26, "autoexpand": False},
        xaxis={"tickmode": "array", "tickvals": rows[::-1][::2], "ticktext": names[::-1][::2]},
        yaxis={"showgrid": True, "tickformat": ".0%", "range": [0, 1.14], "tickvals": [0, 0.5, 0.95]},
        annotations=labels,
        shapes=[goal],
    )


def sentence(language: Language, days: Sequence[Day]) -> str:
    known = [day for day in days if day.share is not None]
    if not known:
        return language.say("complete.unknown")
    short = [day for day in known if not day.is_complete]
    if not short:
        return language.say("complete.all", share=language.goal(COMPLETE))
    last = short[-1]
    if len(short) == 1:
        return language.say("complete.one", day=last.day, share=language.percent(last.share))
    return language.say(
        "complete.sentence", days=len(short), since=short[0].day, day=last.day, share=language.percent(last.share)
    )


def twin(language: Language, days: Sequence[Day]) -> tuple[list, list]:
    say = language.say
    columns = [
        Column("day", say("triangle.day"), "day"),
        Column("doses", say("complete.doses"), unit=say("doses.word")),
        Column("share", say("complete.share"), "share"),
        Column("complete", say("trend.complete"), "text"),
    ]
    words = {True: say("trend.is_complete"), False: say("trend.is_incomplete"), None: None}
    return columns, [[day.day, day.doses, day.share, words[day.is_complete]] for day in reversed(days)]
