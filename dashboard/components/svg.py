"""Elements of a drawing. Dash has none: these travel as its own do, and assets/draw.js builds them."""

from dash.development.base_component import Component

_NAMES = ["children", "id", "className", "d", "viewBox", "href", "x", "y", "width", "height", "role", "style"]
_NAMES += ["patternUnits", "patternTransform", "title"]


class _Element(Component):
    _children_props: list[str] = []  # noqa: RUF012 - as Dash asks
    _base_nodes = ["children"]  # noqa: RUF012
    _namespace = "svg"
    _prop_names = available_properties = _NAMES
    _valid_wildcard_attributes = available_wildcard_properties = ["data-", "aria-"]  # noqa: RUF012

    def __init__(self, children=None, **attributes):
        super().__init__(children=children, **attributes)


class Svg(_Element):
    _type = "svg"


class Link(_Element):
    _type = "a"


class Path(_Element):
    _type = "path"


class Text(_Element):
    _type = "text"


class Title(_Element):
    _type = "title"


class Defs(_Element):
    _type = "defs"


class Pattern(_Element):
    _type = "pattern"
