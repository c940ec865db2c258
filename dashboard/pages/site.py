"""One vaccination site: today against its plan, its sessions, what it used, and what the directive asks of it."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.sites import directive, one_site

PATH, NAME, USES, UNDER = "/site/<site>", "site", frozenset({"days"}), "sites"
SHOWS = frozenset({
    "doses-today", "site-use", "entry-lag", "identity-funnel", "identity-before", "certificates", "wastage", "cover-days",
    "counter",
})  # fmt: skip


def layout(language: Language) -> list:
    left = [panel.chart(language, "site-hours"), panel.block("site-identity", "tall"), panel.block("site-lag", "low")]
    right = [panel.block("site-days", "tall"), panel.block("site-stock", "low")]
    return [
        html.H1(language.say("site.title"), className="visually-hidden"),
        panel.block("site-lead", "lines"),
        panel.block("site-tiles", "low"),
        html.Div([html.Div(left, className="stack"), html.Div(right, className="stack")], className="row uneven"),
        panel.block("site-lots", "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "site-lead", one_site.lead, is_first=True)
    blocks.fill(app, reader, "site-tiles", one_site.tiles)
    blocks.fill_chart(app, reader, "site-hours", one_site.hours, has_denominator=False)
    blocks.fill_table(app, reader, "site-days", one_site.days, has_denominator=False)
    for name, make in (("identity", directive.identity), ("lag", directive.entry)):
        blocks.fill_table(app, reader, f"site-{name}", _of_one(make), has_denominator=False)
    blocks.fill_table(app, reader, "site-lots", one_site.lots, has_denominator=False)
    blocks.fill(app, reader, "site-stock", one_site.stock)
    blocks.offers(reader, "site-stock", one_site.stock_table, has_denominator=False)


def _of_one(make):
    return lambda view: make(view, [one_site.look(view)])
