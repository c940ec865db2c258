"""Counts a day, their 7-day mean and the pace that is needed."""

from datetime import timedelta

from dashboard.components.progress import a_day
from dashboard.figures.axes import days_axis, nothing, steps
from dashboard.figures.series import WEEK, Daily
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Labels stand right of the last day; narrower than this they are cut on a phone.
_LABELS_WIDTH = 92
# Two labels nearer than this share of the height would overlap.
_TOO_NEAR = 0.09


def trend(language: Language, colours: Palette, shown: Daily, means: list, needed: float | None, what: str) -> dict:
    """`means` belong to the days of `shown` (worked out from more days than are shown).

    `what`: people or doses, for the hover.
    """
    if not shown.counts:
        return nothing(language, colours)
    days, settled = shown.days, shown.settled
    dates = [day.isoformat() for day in days]
    word = language.say(f"{what}.word")
    traces = [
        {
            "type": "bar",
            "x": dates,
            "y": list(shown.counts),
            "marker": {
                "color": [colours.accent_soft if n < settled else colours.faint for n in range(len(days))],
                "line": {
                    "color": [colours.accent_soft if n < settled else colours.context for n in range(len(days))],
                    "width": [0 if n < settled else 0.8 for n in range(len(days))],
                },
                "pattern": {
                    "shape": ["" if n < settled else "/" for n in range(len(days))],
                    "fgcolor": colours.context,
                    "size": 5,
                    "solidity": 0.15,
                },
            },
            "name": language.say("trend.daily"),
            "hovertemplate": f"%{{y:,.0f}} {word}",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": dates,
            "y": means,
            "line": {"color": colours.accent, "width": 2.5},
            "name": language.say("trend.mean"),
            "hovertemplate": f"%{{y:,.0f}} {word}",
        },
    ]
    top = max([*shown.counts, *(mean for mean in means if mean), needed or 0]) * 1.08 or 1
    labels, shapes = _labels(language, colours, shown, means, needed, top)
    return figure(
        colours,
        language,
        traces,
        margin={"l": 46, "r": _LABELS_WIDTH, "t": 18, "b": 26, "autoexpand": False},
        xaxis=days_axis(
            language,
            nticks=8,
            # a bar stands half a day to each side of its midnight
            range=[f"{days[0] - timedelta(1)}T10:00", f"{days[-1]}T14:00"],
        ),
        yaxis={"showgrid": True, "tickformat": ",.0f", "range": [0, top]} | steps(top),
        annotations=labels,
        shapes=shapes,
    )


def _labels(language, colours, shown: Daily, means, needed, top):
    """Each line says at its end what it is; the pale days say what they are."""
    annotations, shapes = [], []
    ends = []
    last = next((mean for mean in reversed(means) if mean is not None), None)
    if last is not None:
        text = f"<b>{language.rate(last)}</b><br>{language.say('trend.mean')}"
        ends.append([last, text, colours.accent])
    if needed:
        text = language.say("trend.needed", needed=f"<br><b>{language.rate(needed)}</b>")
        ends.append([needed, text, colours.ink])
        shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y",
                "y0": needed,
                "y1": needed,
                "line": {"color": colours.ink, "width": 1.5, "dash": "4px,3px"},
            }
        )
    shift = 0
    if len(ends) == 2 and abs(ends[0][0] - ends[1][0]) / top < 2.2 * _TOO_NEAR:
        shift = 20
    ends.sort(key=lambda end: end[0])
    for number, (value, text, colour) in enumerate(ends):
        annotations.append(
            {
                "xref": "paper",
                "x": 1,
                "xanchor": "left",
                "xshift": 6,
                "yref": "y",
                "y": value,
                "yanchor": "middle",
                "yshift": shift * (1 if number else -1),
                "showarrow": False,
                "align": "left",
                "text": text,
                "font": {"color": colour, "size": 12},
            }
        )
    if shown.settled < len(shown.counts):
        annotations.append(
            {
                "xref": "x",
                "x": shown.days[-1].isoformat(),
                "xanchor": "right",
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "showarrow": False,
                "text": language.say("trend.incomplete"),
                "font": {"color": colours.muted, "size": 12},
            }
        )
    return annotations, shapes


def sentence(language: Language, shown: Daily, means: list, what: str) -> str:
    """The pace of the last 7 complete days against the 7 before, and from when days are incomplete."""
    at = shown.settled - 1
    if at < 0 or means[at] is None:
        return ""
    now, before = means[at], means[at - WEEK] if at >= WEEK else None
    pace = a_day(language, now, what)
    if not before:
        said = language.say("trend.sentence_new", pace=pace)
    elif round(abs(now - before) / before, 3) < 0.005:
        said = language.say("trend.sentence_flat", pace=pace)
    else:
        change = language.percent(abs(now - before) / before, 0)
        said = language.say(f"trend.sentence_{'up' if now > before else 'down'}", pace=pace, change=change)
    if shown.settled < len(shown.counts):
        said += " " + language.say("trend.warning", day=language.short_day(shown.days[shown.settled]))
    return said


def twin(language: Language, shown: Daily, means: list, what: str) -> tuple[list, list]:
    """Columns and rows, the newest day first."""
    say = language.say
    columns = [
        Column("day", say("trend.day"), "day"),
        Column(what, say(f"{what}.word")),
        Column("mean", say("trend.mean"), "rate"),
        Column("complete", say("trend.complete"), "text"),
    ]
    rows = [
        [
            day,
            count,
            mean,
            say("trend.is_complete" if number < shown.settled else "trend.is_incomplete"),
        ]
        for number, (day, count, mean) in enumerate(zip(shown.days, shown.counts, means, strict=True))
    ]
    return columns, rows[::-1]
