"""The user's own boundaries: read strictly, drawn as they lie, tiles where one is missing."""

import json
from dataclasses import replace

import pytest

from dashboard import boundaries
from dashboard.boundaries import Boundaries
from dashboard.components.tilemap import Scale
from dashboard.parts import people
from dashboard.parts.placemap import Spot, place_map
from dashboard.view import Reader
from sql import settings
from sql.strict import SettingsError
from tests.dashboard.province import Province
from tests.dashboard.tree import elements, of_class, said


def square(west: float, south: float, side: float = 0.1) -> list:
    east, north = west + side, south + side
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]


def feature(code, geometry) -> dict:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def collection(*features) -> dict:
    return {"type": "FeatureCollection", "features": list(features)}


MAP = collection(
    feature("747", {"type": "Polygon", "coordinates": [square(107.0, 10.3), square(107.03, 10.33, 0.02)]}),
    feature("750", {"type": "MultiPolygon", "coordinates": [[square(107.1, 10.3)], [square(107.25, 10.4, 0.01)]]}),
    feature(755, {"type": "Polygon", "coordinates": [square(107.1, 10.4)]}),
)


@pytest.fixture
def written(tmp_path):
    def write(content, key="code") -> Boundaries:
        file = tmp_path / "map.geojson"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return boundaries.read(file, key, "config.yaml")

    return write


def test_each_unit_is_drawn_where_it_lies(written):
    drawing = written(MAP).drawing(["747", "750", "755"])
    west, east, north = (drawing.shapes[code] for code in ("747", "750", "755"))
    assert west.x < east.x and north.y < east.y  # north is up
    assert abs(east.x - north.x) <= 1 and abs(west.width - east.width) <= 1  # the larger of two islands is the middle
    assert drawing.width == 1000 and west.path.count("Z") == 2  # the hole is a line of its own


def test_a_drawing_is_made_once_and_as_large_as_it_fits(written):
    found = written(MAP)
    assert found.drawing(["747", "750"]) is found.drawing(["750", "747"])
    alone = found.drawing(["747"])
    assert (alone.shapes["747"].width, alone.width) == (1000, 1000)


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("{", "is not JSON"),
        ({"type": "Feature"}, "must be a GeoJSON FeatureCollection"),
        (collection(), "no feature of"),
        (collection(feature("747", {"type": "Point", "coordinates": [1, 2]})), "found Point"),
        (collection(feature("747", {"type": "Polygon", "coordinates": [square(700000, 1150000)]})), "longitude first"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_by_its_key(written, content, complaint):
    with pytest.raises(SettingsError, match=rf"^config.yaml: dashboard.map.*{complaint}"):
        written(content)


def test_a_map_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match="No such file"):
        boundaries.read(tmp_path / "none.geojson", "code", "config.yaml")


def test_the_settings_name_the_map(tmp_path, written):
    written(MAP)
    file = tmp_path / "config.yaml"
    text = (settings.PROJECT / "config.yaml").read_text(encoding="utf-8")
    text = text.replace("etl/reference", str(settings.PROJECT / "etl/reference"))
    file.write_text(text + "  map: {geojson: map.geojson}\n", encoding="utf-8")
    assert boundaries.of(settings.read(file)).has(["747", "755"])
    assert boundaries.of(settings.read()) == boundaries.NO_BOUNDARIES
    file.write_text(text + "  map: {geojson: map.geojson, colour: red}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="dashboard.map.colour"):
        settings.read(file)


def overview(found: Boundaries):
    return replace(Reader(Province(), "vi"), boundaries=found).read("/")


def test_the_overview_draws_the_shapes_as_links(written):
    drawn = people.place_map(overview(written(MAP)))
    links = of_class(drawn, "shape")
    assert {link.href for link in links} == {"/?unit=747", "/?unit=750", "/?unit=755"}
    assert len(of_class(drawn, "none")) == 2  # a unit without a population, and the key to it
    assert "Thành phố Vũng Tàu: 98,0%" in said(drawn) and not of_class(drawn, "map-tile")
    assert {type(part).__name__ for part in elements(links[0])} >= {"Link", "Title", "Path", "Text"}


def test_where_a_shape_is_missing_all_are_tiles(written):
    drawn = people.place_map(overview(written(collection(MAP["features"][0]))))
    assert len(of_class(drawn, "map-tile")) == 3 and not of_class(drawn, "shape")


def test_units_that_nobody_placed_flow_in_rows():
    spots = [Spot(str(number), f"Phường {number}", "10%", 0.1, "/") for number in range(7)]
    tiles = of_class(place_map(overview(boundaries.NO_BOUNDARIES), "747", spots, Scale(0, 1)), "map-tile")
    assert [(tile.style["gridColumn"], tile.style["gridRow"]) for tile in tiles] == [
        (1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (1, 3),
    ]  # fmt: skip
