"""How many fall due for the second dose on each coming day, by the vaccine of the first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.figures.axes import days_axis, nothing, steps
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Vaccines with a shade of their own: four shades are as many as stay apart.
_NAMED = 3


@dataclass(frozen=True)
class Plan:
    """`counts`: people by vaccine (as `names`) and day (as `days`)."""

    days: Sequence[date]
    names: Sequence[str]
    counts: Sequence[Sequence[int]]

    @property
    def totals(self) -> list[int]:
        return [sum(column) for column in zip(*self.counts, strict=True)] if self.counts else [0] * len(self.days)


def plan(rows: Iterable, days: Sequence[date], vaccines: dict[int, str], others: str) -> Plan:
    """From DueDays: the three vaccines with most people, and the others in one."""
    found: dict[int, dict[date, int]] = {}
    for row in rows:
        if row.day in days:
            by_day = found.setdefault(row.vaccine_id, {})
            by_day[row.day] = by_day.get(row.day, 0) + row.people
    most = sorted(found, key=lambda vaccine_id: (-sum(found[vaccine_id].values()), vaccine_id))
    named, rest = (most, []) if len(most) <= _NAMED + 1 else (most[:_NAMED], most[_NAMED:])
    names = [vaccines.get(vaccine_id, str(vaccine_id)) for vaccine_id in named] + ([others] if rest else [])
    counts = [[found[vaccine_id].get(day, 0) for day in days] for vaccine_id in named]
    if rest:
        counts.append([sum(found[vaccine_id].get(day, 0) for vaccine_id in rest) for day in days])
    return Plan(days, names, counts)


def due(language: Language, colours: Palette, found: Plan) -> dict:
    if not any(found.totals):
        return nothing(language, colours, "due.nobody")
    word = language.say("people.word")
    dates = [day.isoformat() for day in found.days]
    traces = [
        {
            "type": "bar",
            "x": dates,
            "y": list(counts),
            "name": name,
            "marker": {"color": colours.mix[number], "line": {"color": colours.surface, "width": 0.5}},
            "hovertemplate": f"%{{y:,.0f}} {word}",
        }
        for number, (name, counts) in enumerate(zip(found.names, found.counts, strict=True))
    ]
    totals = found.totals
    top = max(totals) * 1.14
    most = totals.index(max(totals))
    label = {
        "x": dates[most], "y": totals[most], "yanchor": "bottom", "showarrow": False,
        "text": f"<b>{language.count(totals[most])}</b>", "font": {"color": colours.ink, "size": 12},
    }  # fmt: skip
    return figure(
        colours,
        language,
        traces,
        barmode="stack",
        bargap=0.25,
        margin={"l": 46, "r": 8, "t": 8, "b": 26, "autoexpand": False},
        xaxis=days_axis(
            language,
            dtick=7 * 86400000,
            tick0=dates[0],
        ),
        yaxis={"showgrid": True, "tickformat": ",.0f", "range": [0, top]} | steps(top),
        annotations=[label],
    )


def sentence(language: Language, found: Plan) -> str:
    totals = found.totals
    if not any(totals):
        return language.say("due.none")
    most = totals.index(max(totals))
    return language.say(
        "due.sentence", people=sum(totals), week=sum(totals[:7]), day=language.short_day(found.days[most]), most=totals[most]
    )


def twin(language: Language, found: Plan) -> tuple[list, list]:
    say, word = language.say, language.say("people.word")
    columns = [
        Column("day", say("trend.day"), "day"),
        *(Column(f"vaccine{number}", name, unit=word) for number, name in enumerate(found.names, 1)),
        Column("people", say("ranking.total"), unit=word),
    ]
    totals = found.totals
    rows = [[day, *(counts[number] for counts in found.counts), totals[number]] for number, day in enumerate(found.days)]
    return columns, rows
