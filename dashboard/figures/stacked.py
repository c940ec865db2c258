"""Doses over time in columns of parts: at most four named, the others as one, each named at its last column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard import labels
from dashboard.figures.axes import apart, days_axis, nothing, steps
from dashboard.figures.series import DAY, WEEK
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

NAMED = 4  # shades that stay apart; the fifth part is "others"
# Names stand right of the last column; narrower than this they are cut on a phone.
_NAMES_WIDTH = 112
# Names nearer than this share of the height would overlap.
_ROOM = 0.085


@dataclass(frozen=True)
class Part:
    """One part and its doses in each period."""

    name: str
    doses: tuple[int, ...]
    is_rest: bool = False


@dataclass(frozen=True)
class Stack:
    """Periods of `length` days from `first` on; of the last, `missing_days` are still to come."""

    first: date
    length: int
    parts: tuple[Part, ...]
    missing_days: int = 0

    @property
    def periods(self) -> list[date]:
        count = len(self.parts[0].doses) if self.parts else 0
        return [self.first + timedelta(self.length * number) for number in range(count)]

    @property
    def totals(self) -> list[int]:
        return [sum(column) for column in zip(*(part.doses for part in self.parts), strict=True)]


def stack(
    counted: Iterable[tuple[object, date, int]],
    names: dict,
    first: date,
    last: date,
    length: int,
    rest: str,
    order: Sequence | None = None,
) -> Stack:
    """`counted`: (key, day, doses); days outside of first–last do not count.

    A week (`length` 7) begins on a Monday. `order`: the keys to be named, the first below; without it
    those with most doses. A key without a name goes to the rest.
    """
    start = first - DAY * first.weekday() if length == WEEK else first
    return _cut(counted, names, start, first, last, length, rest, order)


def blocks(
    counted: Iterable, names: dict, first: date, last: date, length: int, rest: str, order: Sequence | None = None
) -> Stack:
    """As `stack`, in spans of `length` days that begin with `first` itself."""
    return _cut(counted, names, first, first, last, length, rest, order)


def _cut(counted, names: dict, start: date, first: date, last: date, length: int, rest: str, order) -> Stack:
    count = (last - start).days // length + 1
    found: dict[object, list[int]] = {}
    for key, day, doses in counted:
        if first <= day <= last:
            found.setdefault(key, [0] * count)[(day - start).days // length] += doses
    by_size = sorted(found, key=lambda key: -sum(found[key])) if order is None else order
    named = [key for key in by_size if key in found and key in names][:NAMED]
    parts = [Part(names[key], tuple(found[key])) for key in named]
    others = [found[key] for key in found if key not in named]
    if others:
        parts.append(Part(rest, tuple(map(sum, zip(*others, strict=True))), is_rest=True))
    end = start + timedelta(length * count - 1)
    return Stack(start, length, tuple(parts), (end - last).days)


def columns(language: Language, colours: Palette, shown: Stack, word: str, empty: str = "state.empty") -> dict:
    """`word`: what is counted, for the hover; `empty`: the text where nothing is."""
    if not shown.parts or not any(shown.totals):
        return nothing(language, colours, empty)
    dates = [day.isoformat() for day in shown.periods]
    totals = shown.totals
    # hatched, not pale: a paler shade would be another part's
    hatch = [""] * (len(dates) - 1) + ["/" if shown.missing_days else ""]
    traces = [
        {
            "type": "bar",
            "x": dates,
            "y": list(part.doses),
            "marker": {
                "color": _colour(colours, number, part),
                "pattern": {"shape": hatch, "fillmode": "overlay", "fgcolor": colours.surface, "size": 6, "solidity": 0.18},
                "line": {"color": colours.surface, "width": 0.6},
            },
            "name": part.name,
            "hovertemplate": f"%{{y:,.0f}} {word}",
        }
        for number, part in enumerate(shown.parts)
    ]
    top = max(totals) * 1.08 or 1
    half = shown.length * 12 - 2  # hours from the middle of a column to its edge
    return figure(
        colours,
        language,
        traces,
        barmode="stack",
        bargap=0.18,
        margin={"l": 46, "r": _NAMES_WIDTH, "t": 20, "b": 26, "autoexpand": False},
        xaxis=days_axis(
            language,
            nticks=8,
            range=[_hours(shown.periods[0], -half), _hours(shown.periods[-1], half)],
        )
        | ({"tickmode": "array", "tickvals": dates} if len(dates) <= NAMED else {}),
        yaxis={"showgrid": True, "tickformat": ",.0f", "range": [0, top]} | steps(top),
        annotations=[*_names(colours, shown, top), *_unfinished(language, colours, shown)],
    )


def twin(language: Language, shown: Stack, word: str, newest_first: bool = True) -> tuple[list, list]:
    """The parts of a period add up to its total."""
    say = language.say
    heads = [
        Column("from", say("stacked.week" if shown.length == WEEK else "stacked.day"), "day"),
        *(Column(f"part{number}", part.name, unit=word) for number, part in enumerate(shown.parts)),
        Column("total", say("stacked.total"), unit=word),
    ]
    rows = [
        [day, *(part.doses[number] for part in shown.parts), total]
        for number, (day, total) in enumerate(zip(shown.periods, shown.totals, strict=True))
    ]
    return heads, rows[::-1] if newest_first else rows


def _names(colours: Palette, shown: Stack, top: float) -> list[dict]:
    """Each part's name beside its place in the last column, moved apart where two would overlap."""
    places, below = [], 0
    for part in shown.parts:
        places.append((below + part.doses[-1] / 2) / top)
        below += part.doses[-1]
    places = apart(places, _ROOM)
    written = labels.fitting([part.name for part in shown.parts])
    return [
        {
            "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yref": "paper", "y": place,
            "yanchor": "middle", "showarrow": False, "align": "left",
            "text": f'<span style="color:{_colour(colours, number, part)}">■</span> {written[number]}',
            "font": {"color": colours.ink, "size": 12},
        }
        for number, (place, part) in enumerate(zip(places, shown.parts, strict=True))
    ]  # fmt: skip


def _unfinished(language: Language, colours: Palette, shown: Stack) -> list[dict]:
    if not shown.missing_days:
        return []
    text = language.say("stacked.unfinished")
    return [
        {
            "xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "bottom",
            "showarrow": False, "text": text, "font": {"color": colours.muted, "size": 12},
        }
    ]  # fmt: skip


def _colour(colours: Palette, number: int, part: Part) -> str:
    return colours.context if part.is_rest else colours.mix[number]


def _hours(day: date, hours: int) -> str:
    """A moment that lies `hours` from a day's midnight, as plotly reads it."""
    days, hour = divmod(hours, 24)
    return f"{day + DAY * days}T{hour:02}:00"
