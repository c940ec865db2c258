"""Every vaccination site of a unit: who does not enter, does not verify, does not print, and who acts next."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.sites import all_sites, directive

PATH, NAME, USES = "/sites", "sites", frozenset({"days"})
SHOWS = frozenset({
    "site-use", "entry-lag", "identity-funnel", "identity-before", "certificates", "doses-today", "cover-days", "counter",
})  # fmt: skip


def layout(language: Language) -> list:
    left = [panel.chart(language, "sites-hours"), panel.block("sites-queue", "low")]
    right = [panel.block("sites-identity", "tall"), panel.block("sites-lag", "low")]
    return [
        html.H1(language.say("sites.title"), className="visually-hidden"),
        panel.block("sites-lead", "lines"),
        panel.block("sites-tiles", "low"),
        panel.block("sites-list", "tall"),
        html.Div([html.Div(left, className="stack"), html.Div(right, className="stack")], className="row uneven"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "sites-lead", all_sites.lead, is_first=True)
    blocks.fill(app, reader, "sites-tiles", all_sites.tiles)
    blocks.fill_table(app, reader, "sites-list", all_sites.table, has_denominator=False)
    blocks.fill_chart(app, reader, "sites-hours", all_sites.hours, has_denominator=False)
    for name, make in (("identity", directive.identity), ("lag", directive.entry)):
        blocks.fill_table(app, reader, f"sites-{name}", _of_all(make), has_denominator=False)
    blocks.fill(app, reader, "sites-queue", all_sites.queue_panel)
    blocks.offers(reader, "sites-queue", all_sites.queue, has_denominator=False)


def _of_all(make):
    return lambda view: make(view, all_sites.looks(view))
