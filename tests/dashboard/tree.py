"""Reading a tree of Dash components: its elements and every text that a person can see or hear."""

from collections.abc import Iterator

from dash.development.base_component import Component

# What is not children, and yet read by people.
SPOKEN = ("title", "placeholder", "aria-label", "alt", "label")


def elements(tree) -> Iterator[Component]:
    """Every component, the outermost first."""
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from elements(part)
    elif isinstance(tree, Component):
        yield tree
        yield from elements(getattr(tree, "children", None))


def texts(tree) -> Iterator[str]:
    """Every visible or spoken text, in order."""
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from texts(part)
    elif isinstance(tree, Component):
        yield from _spoken(tree)
        yield from texts(getattr(tree, "children", None))
    elif tree is not None and tree != "":
        yield str(tree)


def said(tree) -> str:
    """All of it in one line."""
    return " ".join(texts(tree)).replace("\u00a0", " ")


def _spoken(component: Component) -> Iterator[str]:
    props = component.to_plotly_json()["props"]
    for name in SPOKEN:
        if isinstance(props.get(name), str):
            yield props[name]
    for option in props.get("options", None) or ():
        yield str(option["label"])
    yield from (props.get("labels") or {}).values()


def of_class(tree, name: str) -> list[Component]:
    return [part for part in elements(tree) if name in (getattr(part, "className", None) or "").split()]
