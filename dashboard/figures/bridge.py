"""From a figure before to the same figure after: one floating bar per cause, each beginning where the one above ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from dashboard.figures.axes import nothing
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Left of the bars stand their names: the longest of the causes' fits.
_NAMES_WIDTH = 118
_NAMES_LETTERS = 16  # that fit into it
# Right of them their amounts: in pixels, for a share of the axis would be too little on a phone.
_AMOUNTS_WIDTH = 92


@dataclass(frozen=True)
class Step:
    """From `start` by `amount`; a whole (before, after) has no amount and stands at `start`."""

    name: str
    start: int
    amount: int | None = None

    @property
    def end(self) -> int:
        return self.start + (self.amount or 0)


def steps(language: Language, before: int, parts: Mapping[str, int], after: int, since: str, until: str) -> list[Step]:
    """Empty where nothing changed."""
    if not parts:
        return []
    made, at = [Step(since, before)], before
    for cause, amount in parts.items():
        made.append(Step(language.say(f"cause.{cause}"), at, amount))
        at += amount
    return [*made, Step(until, after)]


def bridge(language: Language, colours: Palette, found: Sequence[Step], word: str) -> dict:
    """The axis does not begin at 0, where the change would be lost: so the wholes are points, and only changes bars."""
    if not found:
        return nothing(language, colours, "changes.nothing")
    rows = list(range(len(found)))[::-1]  # plotly counts upwards
    values = [step.start for step in found] + [step.end for step in found]
    low, high = min(values), max(values)
    bars = [(row, step) for row, step in zip(rows, found, strict=True) if step.amount is not None]
    wholes = [(row, step) for row, step in zip(rows, found, strict=True) if step.amount is None]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [row for row, _ in bars],
            "base": [step.start for _, step in bars],
            "x": [step.amount for _, step in bars],
            "width": 0.62,
            "customdata": [[step.name, _signed(language, step.amount)] for _, step in bars],
            "marker": {"color": [colours.accent if step.amount > 0 else colours.warning for _, step in bars]},
            "hovertemplate": f"%{{customdata[0]}}: %{{customdata[1]}} {word}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "cliponaxis": False,
            "y": [row for row, _ in wholes],
            "x": [step.start for _, step in wholes],
            "customdata": [[step.name, language.count(step.start)] for _, step in wholes],
            "marker": {"color": colours.ink, "size": 11, "symbol": "diamond"},
            "hovertemplate": f"%{{customdata[0]}}: %{{customdata[1]}} {word}<extra></extra>",
        },
    ]
    labels = [
        {
            "x": max(step.start, step.end), "y": row, "xanchor": "left", "xshift": 9, "showarrow": False,
            "text": f"<b>{language.count(step.start) if step.amount is None else _signed(language, step.amount)}</b>",
            "font": {"color": colours.ink, "size": 13},
        }
        for row, step in zip(rows, found, strict=True)
    ]  # fmt: skip
    joints = [
        {
            "type": "line", "x0": step.end, "x1": step.end, "y0": row + 0.31, "y1": row - 1 - 0.31,
            "line": {"color": colours.context, "width": 1, "dash": "2px,2px"},
        }
        for row, step in list(zip(rows, found, strict=True))[:-1]
    ]  # fmt: skip
    return figure(
        colours,
        language,
        traces,
        hovermode="closest",
        margin={"l": _NAMES_WIDTH, "r": _AMOUNTS_WIDTH, "t": 4, "b": 4, "autoexpand": False},
        xaxis={"visible": False, "range": [low - (high - low) * 0.04 - 0.5, high + (high - low) * 0.01 + 0.5]},
        yaxis={
            "showgrid": False,
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": [_label(step) for step in found],
            "tickfont": {"color": colours.ink, "size": 13},
            "ticklabelstandoff": 6,
            "range": [min(-0.6, len(rows) - 6.4), len(rows) - 0.4],
        },
        annotations=labels,
        shapes=joints,
    )


def twin(language: Language, found: Sequence[Step], word: str) -> tuple[list, list]:
    say = language.say
    columns = [
        Column("step", say("changes.step"), "text"),
        Column("amount", say("changes.difference"), unit=word),
        Column("end", say("changes.sum"), unit=word),
    ]
    return columns, [[step.name, step.amount, step.end] for step in found]


def _label(step: Step) -> str:
    """A moment in two lines, day and time; a cause in as many as its words need."""
    return step.name.replace(" ", "<br>", 1) if step.amount is None else "<br>".join(wrap(step.name, _NAMES_LETTERS))


def _signed(language: Language, n: int) -> str:
    return f"+{language.count(n)}" if n > 0 else language.count(n)
