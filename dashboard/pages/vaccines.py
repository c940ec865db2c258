"""Vaccines: which runs out where and when, what was given, and where a lot went."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.components.drawn import drawn
from dashboard.i18n import Language
from dashboard.parts.vaccines import due, given, lots, pairs, standing, stock

PATH, NAME, USES = "/vaccines", "vaccines", frozenset({"days", "vaccines", "lot"})
PLACE = 60


def layout(language: Language) -> list:
    coming = [panel.chart(language, due.COMING), panel.block(due.DUE, "tall")]
    pair = [panel.chart(language, block) for block in (given.BY_DOSE, given.BY_LOT)]
    return [
        html.H1(language.say("menu.vaccines"), className="visually-hidden"),
        panel.block(standing.LEAD, "lines"),
        panel.block(standing.TILES, "low"),
        panel.block(stock.ACTIONS, "low"),
        panel.block(stock.OUTLOOK, "low"),
        html.Div(coming, className="row halves"),
        panel.block(stock.STOCK, "tall"),
        panel.chart(language, given.BY_KIND, "large"),
        html.Div(pair, className="row halves"),
        panel.block(pairs.PAIRS, "lines"),
        _look_up(language),
        panel.block(lots.DISPUTED, "lines"),
        panel.block(lots.LOTS, "tall"),
    ]


def _look_up(language: Language) -> html.Section:
    known = drawn(lots.KNOWN.id, html.Datalist)
    body = [lots.search(language), *known, panel.block(lots.LOT, "lines")]
    return panel.panel(language.say("lot.look_up"), language.say("lot.look_up_unit"), body, "vaccines-look-up", "look-up")


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, standing.LEAD, standing.lead)
    blocks.fill(app, reader, standing.TILES, standing.tiles)
    blocks.fill_table(app, reader, stock.ACTIONS, stock.actions)
    blocks.fill_table(app, reader, stock.OUTLOOK, stock.outlook)
    blocks.fill_chart(app, reader, due.COMING, due.due_chart)
    blocks.fill_table(app, reader, due.DUE, due.due_table)
    blocks.fill(app, reader, stock.STOCK, stock.stock)
    blocks.offers(reader, stock.STOCK, stock.account)
    blocks.fill_chart(app, reader, given.BY_KIND, given.by_vaccine)
    blocks.fill_chart(app, reader, given.BY_DOSE, given.by_dose)
    blocks.fill_chart(app, reader, given.BY_LOT, given.by_lot)
    blocks.fill_table(app, reader, pairs.PAIRS, pairs.unruled)
    blocks.fill(app, reader, lots.KNOWN, lots.known)
    blocks.fill(app, reader, lots.LOT, lots.lot)
    blocks.offers(reader, lots.LOT, lots.recall)
    blocks.fill_table(app, reader, lots.DISPUTED, lots.disputed)
    blocks.fill(app, reader, lots.LOTS, lots.lots)
    blocks.offers(reader, lots.LOTS, lots.every_lot)
