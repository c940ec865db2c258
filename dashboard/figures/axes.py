"""What the axes of several charts have in common, and the chart that has nothing to show."""

from dashboard.i18n import Language
from dashboard.theme import Palette, figure


def days_axis(language: Language, **more) -> dict:
    """An axis of calendar days, written as the language writes them."""
    is_vietnamese = language.is_vietnamese
    return {
        "type": "date",
        "tickformat": "%d/%m" if is_vietnamese else "%-d %b",
        "hoverformat": "%d/%m/%Y" if is_vietnamese else "%-d %b %Y",
    } | more


def steps(top: float) -> dict:
    """About four ticks, and never two that read the same: there are no halves of people."""
    return {"dtick": 1} if top < 4 else {"nticks": 4}


def nothing(language: Language, colours: Palette, key: str = "state.empty") -> dict:
    """An empty chart that says so."""
    text = {
        "text": language.say(key), "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5,
        "showarrow": False, "font": {"color": colours.muted, "size": 14},
    }  # fmt: skip
    hidden = {"visible": False}
    return figure(colours, language, [], xaxis=hidden, yaxis=hidden, annotations=[text])


def apart(places: list[float], room: float) -> list[float]:
    """Places from the lowest to the highest, moved so that none is nearer than `room` to the next, and none above 1."""
    moved = places.copy()
    for number in range(1, len(moved)):
        moved[number] = max(moved[number], moved[number - 1] + room)
    moved[-1] = min(moved[-1], 1.0)
    for number in reversed(range(len(moved) - 1)):
        moved[number] = min(moved[number], moved[number + 1] - room)
    return moved
