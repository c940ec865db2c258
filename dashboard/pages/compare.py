"""Units beside each other, now against an earlier day; the ranking since then; figures by the units of another day."""

from functools import partial

from dash import html

from dashboard import blocks
from dashboard.choices import WHO
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.compare import charts, choice, lead, movement, side_by_side

PATH, NAME, USES = "/compare", "compare", frozenset({"stage", *WHO, "since", "beside", "borders"})
PLACE = 30


def layout(language: Language) -> list:
    multiples = [panel.chart(language, block, "multiple") for block in charts.CHARTS]
    return [
        html.H1(language.say("compare.title"), className="visually-hidden"),
        panel.block(lead.LEAD, "lines"),
        panel.block(choice.CHOICE, "lines"),
        html.Div(multiples, className="multiples"),
        panel.block(side_by_side.SIDES, "low"),
        panel.block(movement.RANKING, "tall"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, lead.LEAD, lead.lead)
    blocks.fill(app, reader, choice.CHOICE, choice.choice)
    for number, block in enumerate(charts.CHARTS):
        blocks.fill_chart(app, reader, block, partial(charts.chart, number))
    blocks.fill_table(app, reader, side_by_side.SIDES, side_by_side.table)
    blocks.fill(app, reader, movement.RANKING, movement.ranking)
    blocks.offers(reader, movement.RANKING, movement.table)
