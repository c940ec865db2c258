"""How a part of a page is filled and refreshed: one callback per block, one place for error handling.

A block is asked again when the address or the version (the last batch) changes. The store `address`
lies in the page's own frame and follows the browser's address only while that is of the same page:
blocks of a page that is being left are not asked about the next one. A block's answer is drawn
in place (components/drawn.py): the page around it, its scroll and its open tables stay.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dash import ClientsideFunction, Input, Output, html

from dashboard import narrowing, theme
from dashboard.block import Block
from dashboard.components import panel, states, takeaway
from dashboard.components.datatable import datatable
from dashboard.components.table import twin as table_twin
from dashboard.credit import credit
from dashboard.data import WarehouseUnreachable
from dashboard.figures.axes import nothing
from dashboard.parts import standstill
from dashboard.tables import Table
from dashboard.view import Reader, View

ADDRESS = Input("address", "data")
VERSION = Input("version", "data")
THEME = Input("theme", "data")
PULSE = Input("pulse", "data")
_UNTOLD = "told.no_reach"  # the frame says why (parts/told.py)
_MOST_ROWS = 60  # of a chart's table on the screen: two months of days


@dataclass(frozen=True)
class Taken:
    """A block whose table can be taken away, and how that is made."""

    block: Block
    make: Callable[[View], Table | None]


def draws(app, id: str) -> Output:
    """The output of a callback whose answer, {end of id: children}, is drawn at `id`."""
    tree = f"{id}-tree"
    app.clientside_callback(ClientsideFunction("page", "draw"), Input(tree, "data"))
    return Output(tree, "data")


def fill(app, reader: Reader, block: Block, draw: Callable[[View], object]) -> None:
    """`draw` gives the children of the block."""
    # What is said in place of figures moves without a batch.
    inputs = (ADDRESS, VERSION, PULSE) if block.is_first else (ADDRESS, VERSION)

    @app.callback(draws(app, block.id), *inputs)
    def show(address, version, _pulse=None):
        try:
            view = reader.read(address, version)
            if view.missing:  # the frame says so
                return {"": None}
            if not (why := _why_not(view, block)):
                return {"": draw(view)}
            is_said_here = block.is_first and why != _UNTOLD
            return {"": standstill.said(view) if is_said_here else states.quiet(view.language, why)}
        except WarehouseUnreachable:
            language = reader.language(address)
        return {"": states.failed(language) if block.is_first else states.quiet(language, "asof.never")}


def _why_not(view: View, block: Block) -> str | None:
    """The text of why a block shows no figures; None where it shows them."""
    if not view.has_figures:
        return "asof.never"
    if view.is_first_load and not block.is_of_a_part:
        return "loading.quiet"
    return _UNTOLD if block.is_of_reach and view.is_reach_untold else None


def fill_quietly(app, reader: Reader, id: str, draw: Callable[[View], object]) -> None:
    """As `fill` for the frame: it depends on the address alone, and stays empty without a warehouse."""

    @app.callback(draws(app, id), ADDRESS)
    def show(address):
        try:
            return {"": draw(reader.read(address))}
        except WarehouseUnreachable:
            return {"": None}


def fill_chart(app, reader: Reader, block: Block, draw: Callable) -> None:
    """`draw(view, colours)` gives title, unit, figure, sentence, and the twin's columns and rows."""

    def made(view: View) -> Table:
        title, unit, _figure, _sentence, twin = draw(view, theme.LIGHT)
        return Table.of(title, panel.words(unit), *twin)

    offers(reader, block, made)

    @app.callback(draws(app, block.id), ADDRESS, VERSION, THEME)
    def show(address, version, chosen):
        colours = theme.palette(chosen)
        try:
            view = reader.read(address, version)
            if why := "asof.never" if view.missing else _why_not(view, block):
                return _chart(nothing(view.language, colours, why))
            title, unit, figure, sentence, twin = draw(view, colours)
        except WarehouseUnreachable:
            return _chart(nothing(reader.language(address), colours, "asof.never"))
        table = table_twin(view.language, Table.of(title, "", *twin), _MOST_ROWS)
        unit = noted(view, block, unit)
        return _chart(figure, title, unit, sentence, table, take_away(view, block, has_chart=True))


def fill_table(app, reader: Reader, block: Block, make: Callable[[View], Table | None]) -> None:
    """`make(view)` gives the table of the block, or None: drawn as a panel, and offered as a file."""
    offers(reader, block, make)

    def draw(view: View):
        table = make(view)
        return table and table_panel(view, block, table)

    fill(app, reader, block, draw)


def offers(reader: Reader, block: Block, make: Callable[[View], Table | None]) -> None:
    """For a block that draws its rows in its own way: the table that `take_away(view, block)` leads to."""
    reader.tables[block.id] = Taken(block, make)


def take_away(view: View, block: Block, has_chart: bool = False):
    """The menu of a panel (`panel.panel(…, take=…)`): pictures of a chart, files of the block's table."""
    about = credit(view, block)
    fixed = view.filters.but(as_of=about.batch)
    return takeaway.menu(view.language, block.id, fixed.address, about.name, about.text, has_chart)


def table_panel(view: View, block: Block, table: Table):
    """A Table in its panel: title, unit, sentence, rows, menu. Inside a page's own block, use it as it is.

    Where a sentence says why there is no row, it says so alone.
    """
    said = [html.P(table.sentence, className="sentence")] if table.sentence else []
    if said and not table.rows and not table.foot:
        return panel.panel(table.title, table.unit, said, block.panel_id, "table-panel")
    measured = noted(view, block, table.unit)
    body = datatable(view.language, table, view.filters)
    if block.folds:
        body = panel.folded(view.say("table.unfold", n=len(table.rows)), body)
    take = take_away(view, block)
    return panel.panel(table.title, measured, [*said, body], block.panel_id, "table-panel", table.keys, take)


def noted(view: View, block: Block, under):
    """The unit of a block, and which of the filters above it do not narrow it."""
    note = narrowing.left_out(view, block)
    if not note:
        return under
    note = panel.unit(f"({note})")
    return [panel.unit(under), " ", note] if isinstance(under, str) else [*under, note]


def _chart(figure: dict, title="", unit="", sentence="", twin=None, take=None) -> dict:
    """The figure is drawn with its words (assets/draw.js), so that both are of one batch."""
    words = {"-title": title, "-unit": unit, "-sentence": sentence, "-table": twin, "-take": take}
    return {"figure": figure} | words
