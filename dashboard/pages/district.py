"""The page of any unit, province to commune: where it stands, what to order today, who holds it back."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import people
from dashboard.parts.district import changes, communes, flows, groups, lead, second, sites

PATH, NAME, USES = "/district/<unit>", "district", frozenset({"stage", "ages", "groups"})
SHOWS = frozenset({
    "coverage-first", "coverage-complete", "booster", "pace", "pace-needed", "projection", "overdue", "dropout", "red",
    "bases", "site-use", "over-100", "restatement", "counter",
})  # fmt: skip


def layout(language: Language) -> list:
    league = [panel.block("district-ranking", "tall"), panel.block("district-map", "tall")]
    left = [
        panel.block("district-ages", "low"),
        panel.block("district-changes", "low"),
        panel.block("district-sites", "tall"),
    ]
    right = [panel.block("district-groups", "tall"), panel.block("district-flow", "tall")]
    return [
        html.H1(language.say("district.title"), className="visually-hidden"),
        panel.block("district-lead", "lines"),
        panel.block("district-orders", "lines"),
        panel.block("district-tiles", "low"),
        html.Div(league, className="row league"),
        panel.chart(language, "district-due"),
        panel.block("district-second", "tall"),
        html.Div([html.Div(left, className="column"), html.Div(right, className="column")], className="row halves"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "district-lead", lead.lead, is_first=True)
    blocks.fill(app, reader, "district-orders", lead.orders)
    blocks.fill(app, reader, "district-tiles", lead.tiles)
    blocks.fill_table(app, reader, "district-ranking", communes.table)
    blocks.fill(app, reader, "district-map", people.place_map)
    blocks.fill_chart(app, reader, "district-due", second.due_chart, has_denominator=False)
    blocks.fill_table(app, reader, "district-second", second.table)
    blocks.fill_table(app, reader, "district-ages", groups.ages)
    blocks.fill_table(app, reader, "district-groups", groups.groups)
    blocks.fill_table(app, reader, "district-sites", sites.table, has_denominator=False)
    blocks.fill(app, reader, "district-flow", flows.flow)
    blocks.offers(reader, "district-flow", flows.table, has_denominator=False)
    blocks.fill(app, reader, "district-changes", changes.changes)
    blocks.offers(reader, "district-changes", changes.table)
