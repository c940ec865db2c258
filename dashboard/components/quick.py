"""The elements of long tables, made without Dash's check of every property: it takes longer than all else about a cell."""

from dash.development.base_component import Component


def quick(kind: type[Component], children=None, **properties) -> Component:
    """As `kind(children, **properties)`; the names of the properties are not checked."""
    made = object.__new__(kind)
    given = {"children": children, **properties}
    vars(made).update(given, _prop_names=tuple(given), _valid_wildcard_attributes=())
    return made
