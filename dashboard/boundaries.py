"""The user's own boundaries (config.yaml: dashboard.map): a GeoJSON read once, drawn as SVG paths.

Equirectangular around the middle of what is shown: right enough for a province, and plain arithmetic.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.settings import Settings
from sql.strict import SettingsError

_WIDTH = 1000  # of a drawing, in its own units; a point is kept to one of them

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """A path, the middle of its largest part, and how wide that is."""

    path: str
    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    shapes: Mapping[str, Shape]


@dataclass(frozen=True)
class Boundaries:
    """`rings`: code → closed lines of (longitude, latitude); holes are among them (fill-rule evenodd)."""

    rings: Mapping[str, list[Ring]] = field(default_factory=dict)
    _drawn: dict = field(default_factory=dict, compare=False)

    def has(self, codes: Iterable[str]) -> bool:
        """Whether every one of them has a shape."""
        codes = list(codes)
        return bool(codes) and all(code in self.rings for code in codes)

    def drawing(self, codes: Iterable[str]) -> Drawing:
        """These units alone, as large as they fit."""
        key = tuple(sorted(codes))
        if key not in self._drawn:
            self._drawn[key] = _draw({code: self.rings[code] for code in key})
        return self._drawn[key]


NO_BOUNDARIES = Boundaries()


def of(settings: Settings) -> Boundaries:
    """Those that the settings name; raises SettingsError where they cannot be used."""
    drawn = settings.dashboard.map
    return read(drawn.geojson, drawn.key, "config.yaml") if drawn else NO_BOUNDARIES


def read(file: Path, key: str, name: str) -> Boundaries:
    """`key` is the property that holds the unit's code; `name` of the settings file, for complaints."""
    place = f"{name}: dashboard.map"
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as unreadable:
        raise SettingsError(f"{place}.geojson: {unreadable.strerror} (found {file})") from None
    except ValueError:
        raise SettingsError(f"{place}.geojson: is not JSON (found {file})") from None
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise SettingsError(f"{place}.geojson: must be a GeoJSON FeatureCollection (found {file})")
    rings: dict[str, list[Ring]] = {}
    for feature in found.get("features") or ():
        code = (feature.get("properties") or {}).get(key)
        if code is not None:
            rings.setdefault(str(code), []).extend(_rings(feature.get("geometry"), place))
    if not rings:
        raise SettingsError(f"{place}.key: no feature of {file} has the property {key}")
    return Boundaries(rings)


def _rings(geometry: dict | None, place: str) -> list[Ring]:
    kind = (geometry or {}).get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise SettingsError(f"{place}.geojson: a unit must be a Polygon or a MultiPolygon (found {kind})")
    polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    rings = [[(point[0], point[1]) for point in ring] for polygon in polygons for ring in polygon]
    for longitude, latitude in (point for ring in rings for point in ring):
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            said = "must be in degrees, longitude first (WGS 84)"
            raise SettingsError(f"{place}.geojson: {said} (found {longitude}, {latitude})")
    return rings


def _draw(shown: Mapping[str, list[Ring]]) -> Drawing:
    points = [point for rings in shown.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrower = math.cos(math.radians((south + north) / 2))
    scale = _WIDTH / max((east - west) * narrower, (north - south) * 0.6, 1e-9)

    def placed(ring: Ring) -> list[tuple[int, int]]:
        found = [(round((x - west) * narrower * scale), round((north - y) * scale)) for x, y in ring]
        return [point for number, point in enumerate(found) if number == 0 or point != found[number - 1]]

    shapes = {code: _shape([placed(ring) for ring in rings]) for code, rings in shown.items()}
    width, height = round((east - west) * narrower * scale), round((north - south) * scale)
    return Drawing(max(width, 1), max(height, 1), shapes)


def _shape(rings: list[list[tuple[int, int]]]) -> Shape:
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    across = [x for x, _ in largest]
    x, y = _middle(largest)
    return Shape(path, x, y, max(across) - min(across))


def _area(ring: list[tuple[int, int]]) -> float:
    return sum(x * v - u * y for (x, y), (u, v) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _middle(ring: list[tuple[int, int]]) -> tuple[int, int]:
    """The centre of gravity; of a line, the middle of its points."""
    area = _area(ring)
    if not area:
        return round(sum(x for x, _ in ring) / len(ring)), round(sum(y for _, y in ring) / len(ring))
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    x = sum((x + u) * (x * v - u * y) for (x, y), (u, v) in pairs) / (6 * area)
    y = sum((y + v) * (x * v - u * y) for (x, y), (u, v) in pairs) / (6 * area)
    return round(x), round(y)
