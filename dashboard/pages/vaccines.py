"""Vaccines: which runs out where and when, what was given, and where a lot went."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.components.drawn import drawn
from dashboard.i18n import Language
from dashboard.parts.vaccines import due, given, lots, pairs, standing, stock

PATH, NAME, USES = "/vaccines", "vaccines", frozenset({"days", "vaccines", "lot"})
SHOWS = frozenset({"wastage", "cover-days", "doses-total"})


def layout(language: Language) -> list:
    coming = [panel.chart(language, "vaccines-coming"), panel.block("vaccines-due", "tall")]
    pair = [panel.chart(language, id, folds=True) for id in ("vaccines-by-dose", "vaccines-by-lot")]
    return [
        html.H1(language.say("menu.vaccines"), className="visually-hidden"),
        panel.block("vaccines-lead", "lines"),
        panel.block("vaccines-tiles", "low"),
        panel.block("vaccines-actions", "low"),
        panel.block("vaccines-outlook", "low"),
        html.Div(coming, className="row halves"),
        panel.block("vaccines-stock", "tall"),
        panel.chart(language, "vaccines-by-kind", "large"),
        html.Div(pair, className="row halves"),
        panel.block("vaccines-pairs", "lines"),
        _look_up(language),
        panel.block("vaccines-disputed", "lines"),
        panel.block("vaccines-lots", "tall"),
    ]


def _look_up(language: Language) -> html.Section:
    known = drawn("vaccines-lot-known", html.Datalist)
    body = [lots.search(language), *known, panel.block("vaccines-lot", "lines")]
    return panel.panel(language.say("lot.look_up"), language.say("lot.look_up_unit"), body, "vaccines-look-up", "look-up")


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "vaccines-lead", standing.lead, is_first=True)
    blocks.fill(app, reader, "vaccines-tiles", standing.tiles)
    blocks.fill_table(app, reader, "vaccines-actions", stock.actions, has_denominator=False)
    blocks.fill_table(app, reader, "vaccines-outlook", stock.outlook, has_denominator=False, folds=True)
    blocks.fill_chart(app, reader, "vaccines-coming", due.due_chart, has_denominator=False)
    blocks.fill_table(app, reader, "vaccines-due", due.due_table, has_denominator=False, folds=True)
    blocks.fill(app, reader, "vaccines-stock", lambda view: _account(view) or stock.unknown(view))
    blocks.offers(reader, "vaccines-stock", stock.account, has_denominator=False)
    blocks.fill_chart(app, reader, "vaccines-by-kind", given.by_vaccine, has_denominator=False, of_a_part=True)
    blocks.fill_chart(app, reader, "vaccines-by-dose", given.by_dose, has_denominator=False, of_a_part=True)
    blocks.fill_chart(app, reader, "vaccines-by-lot", given.by_lot, has_denominator=False, of_a_part=True)
    blocks.fill_table(app, reader, "vaccines-pairs", pairs.unruled, has_denominator=False, folds=True)
    blocks.fill(app, reader, "vaccines-lot-known", lots.known, of_a_part=True)
    blocks.fill(app, reader, "vaccines-lot", lots.lot)
    blocks.offers(reader, "vaccines-lot", lots.recall, has_denominator=False)
    blocks.fill_table(app, reader, "vaccines-disputed", lots.disputed, has_denominator=False)
    blocks.fill(app, reader, "vaccines-lots", lots.lots)
    blocks.offers(reader, "vaccines-lots", lots.every_lot, has_denominator=False)


def _account(view):
    table = stock.account(view)
    return table and blocks.table_panel(view, "vaccines-stock", table, False, folds=True)
