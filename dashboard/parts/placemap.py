"""A map of any units: the user's own boundaries where every unit has one, else tiles.

Tiles lie where tile_layouts has them drawn, else in rows by order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard import labels
from dashboard.components import panel, shapemap, tilemap
from dashboard.components.tile_layouts import places
from dashboard.i18n import NO_FIGURE
from dashboard.view import View


@dataclass(frozen=True)
class Spot:
    """One unit: `figure` is what it says, `share` (0-1) how dark it is; None: no data."""

    code: str
    name: str
    figure: str
    share: float | None
    href: str
    is_lowest: bool = False


def has_boundaries(view: View, spots: Sequence[Spot]) -> bool:
    return view.boundaries.has(spot.code for spot in spots)


def place_map(view: View, parent: str, spots: Sequence[Spot], shades: tilemap.Scale) -> html.Nav:
    """`parent`: code of the unit that they are parts of."""
    say, codes = view.say, [spot.code for spot in spots]
    laid = places(parent, codes)
    written = labels.apart([spot.name for spot in spots], lambda name, _: short_name(name))
    if len(set(written)) < len(written):  # names repeat, codes do not
        written = [f"{name} {code}" if written.count(name) > 1 else name for name, code in zip(written, codes, strict=True)]
    tiles = {
        spot.code: tilemap.Place(
            name,
            NO_FIGURE if spot.share is None else spot.figure,
            spot.share,
            *laid[spot.code],
            spot.href,
            f"{spot.name}: {_why_none(view) if spot.share is None else spot.figure}",
            spot.is_lowest,
        )
        for spot, name in zip(spots, written, strict=True)
    }
    if has_boundaries(view, spots):
        return shapemap.shapemap(tiles, view.boundaries.drawing(codes), shades, say("map.title_shapes"))
    return tilemap.tilemap(list(tiles.values()), shades, say("map.title"))


def map_panel(
    view: View,
    parent: str,
    spots: Sequence[Spot],
    shades: tilemap.Scale,
    ends: tuple[str, str],
    unit: str,
    said: str = "",
    id: str = "map-panel",
) -> html.Section:
    """The map with its sentence and its key. `ends`: of the scale, in words."""
    say = view.say
    is_drawn = has_boundaries(view, spots)
    is_known = any(spot.share is not None for spot in spots)
    content = [
        *([html.P(said, className="sentence")] if said else []),
        place_map(view, parent, spots, shades),
        tilemap.legend(ends if is_known else None, say("map.lowest"), _why_none(view)),
        *([] if is_drawn else [html.P(say("map.note"), className="note")]),
    ]
    return panel.panel(say("map.title_shapes" if is_drawn else "map.title"), unit, content, id, "map-panel")


def _why_none(view: View) -> str:
    """Why a unit has no share: what it would be a share of is not known."""
    return view.say("map.no_plan" if view.filters.by_place else "map.no_population")


_KINDS = ("Thành phố ", "Thị xã ", "Thị trấn ", "Huyện ", "Quận ", "Phường ", "Xã ", "Tỉnh ")
_ENGLISH_KINDS = (" City", " Town", " Township", " District", " Commune", " Ward", " Province")


def short_name(name: str) -> str:
    """Without the kind of unit, unless the rest is a number (`Phường 1`)."""
    for kind in _KINDS:
        rest = name.removeprefix(kind)
        if rest != name and not rest[0].isdigit():
            return rest
    for kind in _ENGLISH_KINDS:
        name = name.removesuffix(kind)
    return name
