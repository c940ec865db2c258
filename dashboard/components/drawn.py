"""Places that a callback draws into (assets/draw.js): only what differs is changed, in place.

Dash gets no children for them, and the answer goes through a store. Made of html components alone.
"""

from dash import dcc, html


def drawn(id: str, tag=html.Div, class_name: str = "", **attributes) -> list:
    """An element `id` and the store from which it is drawn. Grey until it is drawn first."""
    return [tag(id=id, className=f"drawn {class_name}".strip(), **attributes), store(id)]


def store(id: str) -> dcc.Store:
    return dcc.Store(id=f"{id}-tree")
