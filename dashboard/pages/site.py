"""One vaccination site: today against its plan, its sessions, what it used, and what the directive asks of it."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.sites import directive, one_site

PATH, NAME, USES, UNDER = "/site/<site>", "site", frozenset({"days"}), "sites"
PLACE = 50


def layout(language: Language) -> list:
    left = [panel.chart(language, one_site.HOURS), panel.block(one_site.IDENTITY, "tall"), panel.block(one_site.LAG, "low")]
    right = [panel.block(one_site.DAYS, "tall"), panel.block(one_site.STOCK, "low")]
    return [
        html.H1(language.say("site.title"), className="visually-hidden"),
        panel.block(one_site.LEAD, "lines"),
        panel.block(one_site.TILES, "low"),
        html.Div([html.Div(left, className="stack"), html.Div(right, className="stack")], className="row uneven"),
        panel.block(one_site.LOTS, "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, one_site.LEAD, one_site.lead)
    blocks.fill(app, reader, one_site.TILES, one_site.tiles)
    blocks.fill_chart(app, reader, one_site.HOURS, one_site.hours)
    blocks.fill_table(app, reader, one_site.DAYS, one_site.days)
    blocks.fill_table(app, reader, one_site.IDENTITY, _of_one(directive.identity))
    blocks.fill_table(app, reader, one_site.LAG, _of_one(directive.entry))
    blocks.fill_table(app, reader, one_site.LOTS, one_site.lots)
    blocks.fill(app, reader, one_site.STOCK, one_site.stock)
    blocks.offers(reader, one_site.STOCK, one_site.stock_table)


def _of_one(make):
    return lambda view: make(view, [one_site.look(view)])
