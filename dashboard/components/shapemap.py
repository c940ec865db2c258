"""The map of real boundaries: as the tile map, each unit in its own shape."""

from collections.abc import Mapping, Sequence

from dash import html

from dashboard.boundaries import Drawing
from dashboard.components import svg
from dashboard.components.tilemap import Place, Scale

# A name is written where the shape is at least this wide, of the drawing's width of 1000.
_WIDE, _NARROW = 180, 80


def shapemap(places: Mapping[str, Place], drawing: Drawing, shades: Scale, label: str) -> html.Nav:
    """`places` by the code of their shape. Each is a link, in the order of the list."""
    hatch = svg.Pattern(
        svg.Path(d="M0 0V14", className="hatch"),
        id="map-hatch", width="14", height="14", patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip
    shapes = [_shape(place, drawing, code, shades) for code, place in places.items()]
    box = f"0 0 {drawing.width} {drawing.height}"
    drawn = svg.Svg([svg.Defs(hatch), *shapes, *_lowest_again(places, drawing)], viewBox=box, className="shapes")
    return html.Nav(drawn, className="shapemap", **{"aria-label": label})


def _shape(place: Place, drawing: Drawing, code: str, shades: Scale) -> svg.Link:
    shape, kinds, style = drawing.shapes[code], ["shape"], {}
    if place.share is None:
        kinds.append("none")
    else:
        style["--shade"] = f"{shades.shade(place.share) * 100:.0f}%"
        kinds += ["reached"] if place.share >= shades.goal else []
    content = [svg.Title(place.label), svg.Path(d=shape.path)]
    at = {"x": str(shape.x)}
    if shape.width >= _WIDE:
        content.append(svg.Text(place.name, y=str(shape.y - 8), className="place", **at))
    if shape.width >= _NARROW:
        figure = "–" if place.share is None else place.figure
        content.append(svg.Text(figure, y=str(shape.y + 24), className="figure live", **at))
    return svg.Link(content, href=place.href, className=f"stay {' '.join(kinds)}", style=style)


def _lowest_again(places: Mapping[str, Place], drawing: Drawing) -> Sequence[svg.Path]:
    """The mark of the lowest lies above its neighbours' edges."""
    return [
        svg.Path(d=drawing.shapes[code].path, className="lowest-edge", **{"aria-hidden": "true"})
        for code, place in places.items()
        if place.is_lowest
    ]
