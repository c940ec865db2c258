"""How a part of a page is filled and refreshed: one callback a block, one place for what can go wrong.

A block is asked again when the address or the version (the last batch) changes. The store `address`
lies in the page's own frame and follows the browser's address only while that is of the same page:
blocks of a page that is being left are not asked about the next one. A block's answer is drawn
in place (components/drawn.py): the page around it, its scroll and its open tables stay.
"""

from collections.abc import Callable

from dash import ClientsideFunction, Input, Output

from dashboard import theme
from dashboard.components import states
from dashboard.components.table import table
from dashboard.data import WarehouseUnreachable
from dashboard.figures.trend import nothing
from dashboard.view import Reader, View

ADDRESS = Input("address", "data")
VERSION = Input("version", "data")
THEME = Input("theme", "data")


def draws(app, id: str) -> Output:
    """The output of a callback whose answer, {end of id: children}, is drawn at `id`."""
    tree = f"{id}-tree"
    app.clientside_callback(ClientsideFunction("page", "draw"), Input(tree, "data"))
    return Output(tree, "data")


def fill(app, reader: Reader, id: str, draw: Callable[[View], object], is_first: bool = False) -> None:
    """`draw` gives the children of `id`. The first block of a page says why there are no figures."""

    @app.callback(draws(app, id), ADDRESS, VERSION)
    def show(address, _version):
        try:
            view = reader.read(address)
            if view.missing:  # the frame says so
                return {"": None}
            if view.world.received:
                return {"": draw(view)}
            language, why = view.language, states.waiting
        except WarehouseUnreachable:
            language, why = reader.language(address), states.failed
        return {"": why(language) if is_first else states.nothing_yet(language)}


def fill_quietly(app, reader: Reader, id: str, draw: Callable[[View], object]) -> None:
    """As `fill` for the frame: it depends on the address alone, and stays empty without a warehouse."""

    @app.callback(draws(app, id), ADDRESS)
    def show(address):
        try:
            return {"": draw(reader.read(address))}
        except WarehouseUnreachable:
            return {"": None}


def fill_chart(app, reader: Reader, id: str, draw: Callable) -> None:
    """`draw(view, colours)` gives title, unit, figure, sentence, and the twin's columns and rows."""

    @app.callback(Output(id, "figure"), draws(app, id), ADDRESS, VERSION, THEME)
    def show(address, _version, chosen):
        colours = theme.palette(chosen)
        try:
            view = reader.read(address)
            if view.missing or not view.world.received:
                return nothing(view.language, colours, "asof.never"), _words("", "", "")
            title, unit, figure, sentence, twin = draw(view, colours)
        except WarehouseUnreachable:
            return nothing(reader.language(address), colours, "asof.never"), _words("", "", "")
        return figure, _words(title, unit, sentence, table(*twin, title))


def _words(title, unit, sentence, twin=None) -> dict:
    return {"-title": title, "-unit": unit, "-sentence": sentence, "-table": twin}
