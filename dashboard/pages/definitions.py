"""Every indicator: what it counts, how, over what, from which fields, what it cannot say; and the words on screen."""

from dash import html

from dashboard import blocks, pages
from dashboard.components import search
from dashboard.components.drawn import drawn
from dashboard.data import WarehouseUnreachable
from dashboard.i18n import Language
from dashboard.parts import definitions as parts

PATH, NAME = "/definitions", "definitions"
PLACE = 100
USES: frozenset[str] = frozenset()


def layout(language: Language) -> list:
    return [
        html.H1(language.say("definitions.title"), className="definitions-title"),
        search.box("definitions-search", language.say("definitions.search"), language.say("definitions.none")),
        html.Div(drawn(parts.LIST.id, class_name="definitions"), className="block"),
    ]


def register_callbacks(app, reader) -> None:
    # Of words, not of figures: it hangs on no batch, and stands also while the warehouse is away.
    @app.callback(blocks.draws(app, parts.LIST.id), blocks.ADDRESS)
    def show(address):
        try:
            view = reader.read(address)
            return {"": parts.page(view.language, pages.PAGES, view.to)}
        except WarehouseUnreachable:
            return {"": parts.page(reader.language(address), pages.PAGES, lambda path: path)}
