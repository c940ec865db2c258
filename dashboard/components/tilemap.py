"""The schematic map: one tile per unit, darker the nearer its goal, hatched without data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard.components.link import link


@dataclass(frozen=True)
class Place:
    """One tile: where it lies, what it says, how far it is (a share; None: no data), where it leads."""

    name: str
    figure: str
    share: float | None
    column: int
    row: int
    href: str
    label: str
    is_lowest: bool = False


@dataclass(frozen=True)
class Scale:
    """Shades run from `low` (pale) to just below `goal`; what reached it has a colour of its own."""

    low: float
    goal: float

    def shade(self, share: float) -> float:
        """0 (pale) to 1 (dark)."""
        return min(1.0, max(0.0, (share - self.low) / (self.goal - self.low)))


def scale(shares: Sequence[float | None], goal: float | None) -> Scale:
    """From the full ten per cent below the lowest to the goal: all of them stay apart."""
    known = [share for share in shares if share is not None]
    goal = goal or max([*known, 0.1])
    lowest = math.floor(min([*known, goal]) * 10) / 10
    return Scale(min(lowest, goal - 0.1), goal)


def tilemap(places: Sequence[Place], shades: Scale, label: str) -> html.Nav:
    """Tiles are links, in reading order: keyboard and screen reader walk them like the ranking."""
    ordered = sorted(places, key=lambda place: (place.row, place.column))
    columns = max((place.column for place in places), default=1)
    return html.Nav(
        [_tile(place, shades) for place in ordered],
        className=f"tilemap{' many' if len(places) > 12 else ''}",
        style={"gridTemplateColumns": f"repeat({columns}, minmax(0, 1fr))"},
        **{"aria-label": label},
    )


def legend(ends: tuple[str, str] | None, lowest: str, no_data: str) -> html.Div:
    """What the shades mean, in words already written down; `ends` of the scale, None where nothing is shaded."""

    def swatch(name: str) -> html.Span:
        return html.Span(className=f"swatch {name}", **{"aria-hidden": "true"})

    parts = [html.Span([swatch("none"), no_data], className="key")]
    if ends:
        ramp = html.Span(className="ramp", **{"aria-hidden": "true"})
        scale_key = html.Span([ends[0], ramp, swatch("reached"), ends[1]], className="key")
        parts = [scale_key, html.Span([swatch("lowest"), lowest], className="key"), *parts]
    return html.Div(parts, className="keys")


def _tile(place: Place, shades: Scale) -> html.A:
    kinds = ["map-tile"]
    style: dict[str, int | str] = {"gridColumn": place.column, "gridRow": place.row}
    if place.share is None:
        kinds.append("none")
    else:
        style["--shade"] = f"{shades.shade(place.share) * 100:.0f}%"
        kinds += ["reached"] if place.share >= shades.goal else []
    if place.is_lowest:
        kinds.append("lowest")
    content = [html.Span(place.name, className="place"), html.Span(place.figure, className="live figure")]
    return link(content, place.href, " ".join(kinds), style=style, title=place.label)
