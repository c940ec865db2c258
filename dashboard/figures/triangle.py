"""The late-entry triangle: of each day's doses, how many were entered how many days after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.figures.axes import nothing
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Days until entry: each alone in the first days, then together. (first, last); the last one has no end.
STEPS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 7), (8, None))


@dataclass(frozen=True)
class Triangle:
    """`counts`: doses by day (newest first) and step; None where that time is still to come. `unsaid`: no day of entry."""

    days: Sequence[date]
    counts: Sequence[Sequence[int | None]]
    unsaid: Sequence[int]

    @property
    def totals(self) -> list[int]:
        return [sum(n or 0 for n in counts) + unsaid for counts, unsaid in zip(self.counts, self.unsaid, strict=True)]


def triangle(rows: Iterable, today: date, days: int) -> Triangle:
    """From EnteredDoses of the `days` up to today. What was entered before its day counts as of the same day."""
    shown = [today - timedelta(days=ago) for ago in range(days)]
    counts = [[0 if first <= ago else None for first, _ in STEPS] for ago in range(days)]
    unsaid = [0] * days
    for row in rows:
        ago = (today - row.day).days
        if not 0 <= ago < days:
            continue
        if row.entered_on is None:
            unsaid[ago] += row.doses
            continue
        after = max(0, (row.entered_on - row.day).days)
        step = next(n for n, (first, last) in enumerate(STEPS) if last is None or after <= last)
        counts[ago][step] = (counts[ago][step] or 0) + row.doses
    return Triangle(shown, counts, unsaid)


def names(language: Language) -> list[str]:
    """`cùng ngày`, `1 ngày`, `4–7 ngày`, `từ 8 ngày`."""
    made = []
    for first, last in STEPS:
        if last is None:
            made.append(language.say("triangle.from", n=first))
        elif first == last:
            made.append(language.say("triangle.days", n=first) if first else language.say("triangle.same"))
        else:
            made.append(language.say("triangle.span", first=first, last=last))
    return made


def heat(language: Language, colours: Palette, found: Triangle) -> dict:
    if not any(found.totals):
        return nothing(language, colours)
    shares = [
        [None if n is None or not total else n / total for n in counts]
        for counts, total in zip(found.counts, found.totals, strict=True)
    ]
    texts = [["" if n is None else language.count(n) for n in counts] for counts in found.counts]
    steps, days = names(language), [language.short_day(day) for day in found.days]
    rows, places = list(range(len(days))), list(range(len(steps)))
    word = language.say("doses.word")
    hovers = [
        [f"{day}, {step}: {text or language.say('triangle.to_come')}" for step, text in zip(steps, row, strict=True)]
        for day, row in zip(days, texts, strict=True)
    ]
    trace = {
        "type": "heatmap",
        "x": places,
        "y": rows,
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "customdata": hovers,
        # pale enough throughout that one ink can be read on it
        "colorscale": [[0, colours.surface], [1, colours.accent_soft]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": f"%{{customdata}} {word}<extra></extra>",
    }
    labels = [
        {
            "x": place, "y": row, "text": text, "showarrow": False,
            "font": {"color": colours.ink if place else colours.muted, "size": 12},
        }
        for row, line in zip(rows, texts, strict=True)
        for place, text in zip(places, line, strict=True)
        if text
    ]  # fmt: skip
    return figure(
        colours,
        language,
        [trace],
        hovermode="closest",
        margin={"l": 50, "r": 4, "t": 40, "b": 4, "autoexpand": False},
        xaxis={
            "side": "top",
            "tickmode": "array",
            "tickvals": places,
            # in two lines, level: on a phone six of them stand side by side
            "ticktext": ["<br>".join(step.rsplit(" ", 1)) for step in steps],
            "tickangle": 0,
            "range": [-0.5, len(steps) - 0.5],
        },
        yaxis={
            "showgrid": False,
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": days,
            "tickfont": {"color": colours.ink, "size": 12},
            "range": [len(days) - 0.5, -0.5],
        },
        annotations=labels,
    )


def sentence(language: Language, found: Triangle) -> str:
    """Of what is in so far: how much came on the day itself, and the day with most late entries."""
    entered = sum(found.totals) - sum(found.unsaid)
    if entered <= 0:
        return ""
    late = [sum(n or 0 for n in counts[1:]) for counts in found.counts]
    same = language.percent(1 - sum(late) / entered)
    if not any(late):
        return language.say("triangle.all_same", share=same)
    most = max(range(len(late)), key=lambda n: late[n])
    return language.say("triangle.sentence", share=same, late=sum(late), day=found.days[most], most=late[most])


def twin(language: Language, found: Triangle) -> tuple[list, list]:
    say, unit = language.say, language.say("doses.word")
    has_unsaid = any(found.unsaid)
    columns = [Column("day", say("triangle.day"), "day")]
    columns += [Column(f"after{first}", name, unit=unit) for (first, _), name in zip(STEPS, names(language), strict=True)]
    if has_unsaid:
        columns.append(Column("unsaid", say("triangle.unsaid"), unit=unit))
    columns.append(Column("doses", say("ranking.total"), unit=unit))
    rows = []
    for day, counts, unsaid, total in zip(found.days, found.counts, found.unsaid, found.totals, strict=True):
        rows.append([day, *counts, *([unsaid] if has_unsaid else []), total])
    return columns, rows
