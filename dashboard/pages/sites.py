"""Every vaccination site of a unit: who does not enter, does not verify, does not print, and who acts next."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.sites import all_sites, directive
from dashboard.parts.sites.looks import looks

PATH, NAME, USES = "/sites", "sites", frozenset({"days"})
PLACE = 40


def layout(language: Language) -> list:
    left = [panel.chart(language, all_sites.HOURS), panel.block(all_sites.QUEUE, "low")]
    right = [panel.block(all_sites.IDENTITY, "tall"), panel.block(all_sites.LAG, "low")]
    return [
        html.H1(language.say("sites.title"), className="visually-hidden"),
        panel.block(all_sites.LEAD, "lines"),
        panel.block(all_sites.TILES, "low"),
        panel.block(all_sites.LIST, "tall"),
        html.Div([html.Div(left, className="stack"), html.Div(right, className="stack")], className="row uneven"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, all_sites.LEAD, all_sites.lead)
    blocks.fill(app, reader, all_sites.TILES, all_sites.tiles)
    blocks.fill_table(app, reader, all_sites.LIST, all_sites.table)
    blocks.fill_chart(app, reader, all_sites.HOURS, all_sites.hours)
    blocks.fill_table(app, reader, all_sites.IDENTITY, _of_all(directive.identity))
    blocks.fill_table(app, reader, all_sites.LAG, _of_all(directive.entry))
    blocks.fill(app, reader, all_sites.QUEUE, all_sites.queue_panel)
    blocks.offers(reader, all_sites.QUEUE, all_sites.queue)


def _of_all(make):
    return lambda view: make(view, looks(view))
