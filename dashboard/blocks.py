"""How a part of a page is filled and refreshed: one callback a block, one place for what can go wrong.

A block is asked again when the address or the version (the last batch) changes. The store `address`
lies in the page's own frame and follows the browser's address only while that is of the same page:
blocks of a page that is being left are not asked about the next one. A block's answer is drawn
in place (components/drawn.py): the page around it, its scroll and its open tables stay.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dash import ClientsideFunction, Input, Output, html

from dashboard import narrowing, theme
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
_MOST_ROWS = 60  # of a chart's table on the screen: two months of days


@dataclass(frozen=True)
class Taken:
    """How the table of a block is made; whether its figures have a denominator to be named, and are shown of a part."""

    make: Callable[[View], Table | None]
    has_denominator: bool
    is_of_a_part: bool = False


def draws(app, id: str) -> Output:
    """The output of a callback whose answer, {end of id: children}, is drawn at `id`."""
    tree = f"{id}-tree"
    app.clientside_callback(ClientsideFunction("page", "draw"), Input(tree, "data"))
    return Output(tree, "data")


def fill(
    app, reader: Reader, id: str, draw: Callable[[View], object], is_first: bool = False, of_a_part: bool = False
) -> None:
    """`draw` gives the children of `id`. The first block of a page says why there are no figures, or no verdicts.

    `of_a_part`: drawn in the first load of a source, too, because it passes no verdict.
    """
    # What is said in place of figures moves without a batch.
    inputs = (ADDRESS, VERSION, PULSE) if is_first else (ADDRESS, VERSION)

    @app.callback(draws(app, id), *inputs)
    def show(address, version, _pulse=None):
        try:
            view = reader.read(address, version)
            if view.missing:  # the frame says so
                return {"": None}
            if _is_shown(view, of_a_part):
                return {"": draw(view)}
            if is_first:
                return {"": standstill.said(view)}
            return {"": states.quiet(view.language, "loading.quiet" if view.has_figures else "asof.never")}
        except WarehouseUnreachable:
            language = reader.language(address)
        return {"": states.failed(language) if is_first else states.quiet(language, "asof.never")}


def _is_shown(view: View, of_a_part: bool) -> bool:
    return view.has_figures and (of_a_part or not view.is_first_load)


def fill_quietly(app, reader: Reader, id: str, draw: Callable[[View], object]) -> None:
    """As `fill` for the frame: it depends on the address alone, and stays empty without a warehouse."""

    @app.callback(draws(app, id), ADDRESS)
    def show(address):
        try:
            return {"": draw(reader.read(address))}
        except WarehouseUnreachable:
            return {"": None}


def fill_chart(app, reader: Reader, id: str, draw: Callable, has_denominator: bool = True, of_a_part: bool = False) -> None:
    """`draw(view, colours)` gives title, unit, figure, sentence, and the twin's columns and rows.

    `has_denominator`: whether its numbers stand against a population, which is then named in what is taken away.
    `of_a_part`: as of `fill`.
    """

    def made(view: View) -> Table:
        title, unit, _figure, _sentence, twin = draw(view, theme.LIGHT)
        return Table.of(title, panel.words(unit), *twin)

    reader.tables[id] = Taken(made, has_denominator, of_a_part)

    @app.callback(draws(app, id), ADDRESS, VERSION, THEME)
    def show(address, version, chosen):
        colours = theme.palette(chosen)
        try:
            view = reader.read(address, version)
            if view.missing or not _is_shown(view, of_a_part):
                why = "loading.quiet" if view.has_figures else "asof.never"
                return _chart(nothing(view.language, colours, why))
            title, unit, figure, sentence, twin = draw(view, colours)
        except WarehouseUnreachable:
            return _chart(nothing(reader.language(address), colours, "asof.never"))
        table = table_twin(view.language, Table.of(title, "", *twin), _MOST_ROWS)
        unit = noted(view, id, unit)
        return _chart(figure, title, unit, sentence, table, take_away(view, id, True, has_denominator))


def fill_table(
    app, reader: Reader, id: str, make: Callable[[View], Table | None], is_first: bool = False, has_denominator: bool = True,
    folds: bool = False, of_a_part: bool = False,
) -> None:  # fmt: skip
    """`make(view)` gives the table of the block `id`, or None: drawn as a panel, and offered as a file.

    `folds`: on a phone its rows are folded away under its sentence.
    """
    offers(reader, id, make, has_denominator, of_a_part)

    def draw(view: View):
        table = make(view)
        return table and table_panel(view, id, table, has_denominator, folds)

    fill(app, reader, id, draw, is_first, of_a_part)


def offers(
    reader: Reader, id: str, make: Callable[[View], Table | None], has_denominator: bool = True, of_a_part: bool = False
) -> None:
    """For a block that draws its rows in its own way: the table that `take_away(view, id)` leads to."""
    reader.tables[id] = Taken(make, has_denominator, of_a_part)


def take_away(view: View, id: str, has_chart: bool = False, has_denominator: bool = True):
    """The menu of a panel (`panel.panel(…, take=…)`): pictures of a chart, files of the table `id`."""
    about = credit(view, id, has_denominator)
    fixed = view.filters.but(as_of=about.batch)
    return takeaway.menu(view.language, id, fixed.address, about.name, about.text, has_chart)


def table_panel(view: View, id: str, table: Table, has_denominator: bool = True, folds: bool = False):
    """A Table in its panel: title, unit, sentence, rows, menu. Inside a page's own block, use it as it is.

    Where a sentence says why there is no row, it says so alone.
    """
    said = [html.P(table.sentence, className="sentence")] if table.sentence else []
    if said and not table.rows and not table.foot:
        return panel.panel(table.title, table.unit, said, f"{id}-panel", "table-panel")
    measured = noted(view, id, table.unit)
    body = datatable(view.language, table, view.filters)
    if folds:
        body = panel.folded(view.say("table.unfold", n=len(table.rows)), body)
    take = take_away(view, id, has_denominator=has_denominator)
    return panel.panel(table.title, measured, [*said, body], f"{id}-panel", "table-panel", table.keys, take)


def noted(view: View, id: str, under):
    """The unit of a block, and which of the filters above it do not narrow it."""
    note = narrowing.left_out(view, id)
    if not note:
        return under
    note = panel.unit(f"({note})")
    return [panel.unit(under), " ", note] if isinstance(under, str) else [*under, note]


def _chart(figure: dict, title="", unit="", sentence="", twin=None, take=None) -> dict:
    """The figure is drawn with its words (assets/draw.js), so that both are of one batch."""
    words = {"-title": title, "-unit": unit, "-sentence": sentence, "-table": twin, "-take": take}
    return {"figure": figure} | words
