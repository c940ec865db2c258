"""The page of any unit, province to commune: where it stands, what to order today, who holds it back."""

from dash import html

from dashboard import blocks
from dashboard.choices import WHO
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import people
from dashboard.parts.district import changes, communes, flows, groups, lead, second_dose, sites

PATH, NAME, USES = "/district/<unit>", "district", frozenset({"stage", *WHO})
PLACE = 20


def layout(language: Language) -> list:
    league = [panel.block(communes.RANKING, "tall"), panel.block(communes.MAP, "tall")]
    left = [
        panel.block(groups.AGES, "low"),
        panel.block(changes.CHANGES, "low"),
        panel.block(sites.SITES, "tall"),
    ]
    right = [panel.block(groups.GROUPS, "tall"), panel.block(flows.FLOW, "tall")]
    return [
        html.H1(language.say("district.title"), className="visually-hidden"),
        panel.block(lead.LEAD, "lines"),
        panel.block(lead.ORDERS, "lines"),
        panel.block(lead.TILES, "low"),
        html.Div(league, className="row league"),
        panel.chart(language, second_dose.DUE),
        panel.block(second_dose.SECOND, "tall"),
        html.Div([html.Div(left, className="column"), html.Div(right, className="column")], className="row halves"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, lead.LEAD, lead.lead)
    blocks.fill(app, reader, lead.ORDERS, lead.orders)
    blocks.fill(app, reader, lead.TILES, lead.tiles)
    blocks.fill_table(app, reader, communes.RANKING, communes.table)
    blocks.fill(app, reader, communes.MAP, people.place_map)
    blocks.fill_chart(app, reader, second_dose.DUE, second_dose.due_chart)
    blocks.fill_table(app, reader, second_dose.SECOND, second_dose.table)
    blocks.fill_table(app, reader, groups.AGES, groups.ages)
    blocks.fill_table(app, reader, groups.GROUPS, groups.groups)
    blocks.fill_table(app, reader, sites.SITES, sites.table)
    blocks.fill(app, reader, flows.FLOW, flows.flow)
    blocks.offers(reader, flows.FLOW, flows.table)
    blocks.fill(app, reader, changes.CHANGES, changes.changes)
    blocks.offers(reader, changes.CHANGES, changes.table)
