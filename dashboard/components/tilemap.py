"""The schematic map: one tile a unit, shaded by its distance to the target, hatched without data."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard.components.link import link

# Points short of the target at which the shade changes. Dark is good: in grey print too.
_NEAR, _FAR = 0.03, 0.10
STEPS = ("far", "near", "close", "reached")


@dataclass(frozen=True)
class Place:
    """One tile: where it lies, what it says, where it leads."""

    name: str
    figure: str
    tone: str
    column: int
    row: int
    href: str
    label: str


def tone(value: float | None, target: float | None) -> str:
    """The shade of a share against its target; `none` without a figure, `plain` without a target."""
    if value is None:
        return "none"
    if target is None:
        return "plain"
    short = target - value
    if short <= 0:
        return "reached"
    return "close" if short < _NEAR else "near" if short <= _FAR else "far"


def plan_tone(share: float | None) -> str:
    """The shade of doses against the day's plan."""
    if share is None:
        return "none"
    return "reached" if share >= 1 else "close" if share >= 0.8 else "near" if share >= 0.5 else "far"


def tilemap(places: Sequence[Place], label: str) -> html.Nav:
    """Tiles are links, in reading order: keyboard and screen reader walk them like the ranking."""
    ordered = sorted(places, key=lambda place: (place.row, place.column))
    columns = max((place.column for place in places), default=1)
    tiles = [
        link(
            [html.Span(place.name, className="place"), html.Span(place.figure, className="live figure")],
            place.href,
            f"map-tile {place.tone}",
            style={"gridColumn": place.column, "gridRow": place.row},
            title=place.label,
        )
        for place in ordered
    ]
    return html.Nav(
        tiles,
        className=f"tilemap{' many' if len(places) > 12 else ''}",
        style={"gridTemplateColumns": f"repeat({columns}, minmax(0, 1fr))"},
        **{"aria-label": label},
    )
