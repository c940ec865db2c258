"""Who has reached each stage so far, day by day: one small chart per unit, all on the same axes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.figures.axes import apart, days_axis, nothing, steps
from dashboard.figures.series import DAY
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

LEAST = 0.005  # of what is highest: below it a line lies on the axis
_LABELS_WIDTH = 72
# Labels of two rows nearer than this share of the height would overlap.
_ROOM = 0.17


@dataclass(frozen=True)
class Line:
    """One stage: on which days how many (or which share) had reached it; between them nobody did."""

    name: str
    short: str
    points: tuple[tuple[date, float | int], ...]
    is_chosen: bool

    @property
    def values(self) -> list:
        return [value for _day, value in self.points]

    def since(self, least: float) -> date:
        """The first day with so many: months of hardly any would press the rest together."""
        return next((day for day, value in self.points if value >= least), self.points[-1][0])

    def on(self, day: date) -> float | int:
        at = bisect_right(self.points, day, key=lambda point: point[0])
        return self.points[at - 1][1] if at else 0


@dataclass(frozen=True)
class Axes:
    """The same for all that are compared."""

    first: date
    last: date
    top: float
    is_share: bool
    is_narrow: bool = False  # no room for more days than the first and the last, nor for words beside the lines
    incomplete_from: date | None = None  # of this chart: the ends of its lines will still rise


def growth(
    language: Language, colours: Palette, lines: Sequence[Line], axes: Axes, then: date, target: float | None
) -> dict:
    """`then`: the day that now is compared with; `target`: of the chosen stage."""
    if not lines:
        return nothing(language, colours)
    top, ends = axes.top * 1.04, [axes.first.isoformat(), axes.last.isoformat()]
    word = "" if axes.is_share else f" {language.say('people.word')}"
    written = "%{y:,.1%}" if axes.is_share else "%{y:,.0f}"
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [day.isoformat() for day in _days(line, axes)],
            "y": [line.on(day) for day in _days(line, axes)],
            "line": {"color": _colour(colours, line), "width": 2.6 if line.is_chosen else 1.6},
            "name": line.name,
            "hovertemplate": f"{written}{word}",
        }
        # the chosen one lies above the others
        for line in sorted(lines, key=lambda line: line.is_chosen)
    ]
    shapes = [
        _rule(colours.context, "2px,3px", xref="x", x0=then.isoformat(), x1=then.isoformat(), yref="paper", y0=0, y1=1)
    ]
    if axes.incomplete_from:
        shapes.append(_pale(colours, axes))
    notes = [_note(language.short_day(then), colours.muted, xref="x", x=then.isoformat(), y=1, xanchor="center")]
    for line in lines:
        if line.is_chosen:
            traces.append(_point(colours, then, line.on(then)))
            if not axes.is_narrow:
                notes.append(_stood(language, colours, line, axes, then, top))
    if target is not None:
        shapes.append(_rule(colours.ink, "4px,3px", xref="paper", x0=0, x1=1, yref="y", y0=target, y1=target))
        text = language.say("compare.target", target=language.goal(target))
        notes.append(_note(text, colours.ink, xref="paper", x=0, yref="y", y=target, xanchor="left", xshift=3))
    scale = {"tickformat": ",.0%"} | _quarters(axes.top) if axes.is_share else {"tickformat": ",.0f"} | steps(top)
    return figure(
        colours,
        language,
        traces,
        margin={"l": 46, "r": _LABELS_WIDTH, "t": 22, "b": 30, "autoexpand": False},
        xaxis=days_axis(
            language,
            tickangle=0,
            # away from the 0 % beside it
            ticks="outside",
            ticklen=5,
            tickcolor="rgba(0,0,0,0)",
            range=ends,
        )
        | ({"tickmode": "array", "tickvals": ends} if axes.is_narrow else {"nticks": 5}),
        yaxis={"showgrid": True, "range": [0, top]} | scale,
        shapes=shapes,
        annotations=[*notes, *_ends(language, colours, lines, axes, top)],
    )


def twin(language: Language, lines: Sequence[Line], axes: Axes) -> tuple[list, list]:
    """Columns and rows, the newest day first."""
    kind, unit = ("share", "") if axes.is_share else ("count", language.say("people.word"))
    columns = [Column(f"line{number}", line.name, kind, unit) for number, line in enumerate(lines)]
    days = [axes.last - DAY * ago for ago in range((axes.last - axes.first).days + 1)]
    rows = [[day, *(line.on(day) for line in lines)] for day in days]
    return [Column("day", language.say("trend.day"), "day"), *columns], rows


def _quarters(top: float) -> dict:
    """Ticks at quarters while they are few: a small population can be covered a hundred times over."""
    return {"dtick": 0.25} if top <= 1.3 else {"dtick": 0.5} if top <= 3 else {"nticks": 4}


def _days(line: Line, axes: Axes) -> list[date]:
    """From the first to the last of the axes: a line that stands still goes on."""
    return [axes.first, *(day for day, _value in line.points if axes.first < day < axes.last), axes.last]


def _ends(language: Language, colours: Palette, lines: Sequence[Line], axes: Axes, top: float) -> list[dict]:
    """Each line says at its end what it is, moved apart where two would overlap."""
    upwards = sorted(lines, key=lambda line: line.on(axes.last))
    places = apart([line.on(axes.last) / top for line in upwards], _ROOM)
    write = _write(language, axes)
    made = []
    for place, line in zip(places, upwards, strict=True):
        text = f"<b>{write(line.on(axes.last))}</b><br>{line.short}"
        colour = colours.accent if line.is_chosen else colours.muted
        made.append(
            _note(
                text,
                colour,
                xref="paper",
                x=1,
                yref="paper",
                y=place,
                xanchor="left",
                xshift=6,
                yanchor="middle",
                align="left",
            )
        )
    return made


def _write(language: Language, axes: Axes):
    return language.percent if axes.is_share else language.count


def _stood(language: Language, colours: Palette, line: Line, axes: Axes, then: date, top: float) -> dict:
    """How much that was: right below the rising line, where there is room, else left above it."""
    value = line.on(then)
    has_room = (axes.last - then).days > 0.3 * (axes.last - axes.first).days
    place = {"xref": "x", "x": then.isoformat(), "yref": "y", "y": value, "xanchor": "right", "xshift": -4}
    if has_room:
        place |= {"y": max(value, _ROOM * top), "xanchor": "left", "xshift": 5, "yanchor": "top"}
    return _note(_write(language, axes)(value), colours.accent, bgcolor=colours.surface, **place)


def _point(colours: Palette, day: date, value: float) -> dict:
    """Where the chosen stage stood then."""
    marker = {"size": 7, "color": colours.surface, "line": {"color": colours.accent, "width": 2}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [day.isoformat()],
        "y": [value],
        "marker": marker,
        "hoverinfo": "skip",
        "showlegend": False,  # nor in the picture that is taken away, whose legend is the lines'
    }


def _colour(colours: Palette, line: Line) -> str:
    return colours.accent if line.is_chosen else colours.context


def _pale(colours: Palette, axes: Axes) -> dict:
    """The ground behind the days whose entries are not all in."""
    first = max(axes.incomplete_from - DAY, axes.first)  # a point is the end of its day
    return {"type": "rect", "xref": "x", "x0": first.isoformat(), "x1": axes.last.isoformat(), "yref": "paper", "y0": 0,
            "y1": 1, "fillcolor": colours.faint, "line": {"width": 0}, "layer": "below"}  # fmt: skip


def _rule(colour: str, dash: str, **place) -> dict:
    return {"type": "line", "line": {"color": colour, "width": 1.3, "dash": dash}, "layer": "below"} | place


def _note(text: str, colour: str, **place) -> dict:
    usual = {"yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"color": colour, "size": 12}}
    return usual | {"text": text} | place
