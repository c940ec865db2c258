"""How a part of a page is filled and refreshed: one callback a block, one place for what can go wrong.

A block is asked again when the address or the version (the last batch) changes. Only its own
children change: the page around it, its scroll and its open tables stay.
"""

from collections.abc import Callable

from dash import Input, Output

from dashboard import theme
from dashboard.components import states
from dashboard.components.table import table
from dashboard.data import WarehouseUnreachable
from dashboard.figures.trend import nothing
from dashboard.view import Reader, View

SEARCH = Input("url", "search")
VERSION = Input("version", "data")
THEME = Input("theme", "data")


def fill(app, reader: Reader, id: str, draw: Callable[[View], object]) -> None:
    """`draw` gives the children of `id`."""

    @app.callback(Output(id, "children"), SEARCH, VERSION)
    def show(search, _version):
        try:
            view = reader.read(search)
            return draw(view) if view.world.batch_id else states.waiting(view.language)
        except WarehouseUnreachable:
            return states.failed(reader.language(search))


def fill_chart(app, reader: Reader, id: str, draw: Callable) -> None:
    """`draw(view, colours)` gives title, unit, figure, sentence, and the twin's columns and rows."""

    @app.callback(
        Output(f"{id}-title", "children"),
        Output(f"{id}-unit", "children"),
        Output(id, "figure"),
        Output(f"{id}-sentence", "children"),
        Output(f"{id}-table", "children"),
        SEARCH,
        VERSION,
        THEME,
    )
    def show(search, _version, chosen):
        colours = theme.palette(chosen)
        try:
            view = reader.read(search)
            if not view.world.batch_id:
                return "", "", nothing(view.language, colours, "no_data"), view.say("state.waiting"), None
            title, unit, figure, sentence, (columns, rows) = draw(view, colours)
        except WarehouseUnreachable:
            language = reader.language(search)
            return "", "", nothing(language, colours, "asof.broken"), language.say("state.failed"), None
        return title, unit, figure, sentence, table(columns, rows, title)


def fill_quietly(app, reader: Reader, id: str, draw: Callable[[View], object]) -> None:
    """As `fill` for parts of the frame: they depend on the address alone, and stay empty without a warehouse."""

    @app.callback(Output(id, "children"), SEARCH)
    def show(search):
        try:
            return draw(reader.read(search))
        except WarehouseUnreachable:
            return None
