"""Units beside each other, now against an earlier day; the ranking since then; figures by the units of another day."""

from functools import partial

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.filters import MOST_BESIDE
from dashboard.i18n import Language
from dashboard.parts.compare import charts, choice, lead, movement, side_by_side

PATH, NAME, USES = "/compare", "compare", frozenset({"stage", "ages", "groups", "since", "beside", "borders"})
SHOWS = frozenset({"coverage-first", "coverage-complete", "booster", "pace", "pace-needed", "doses-total"})


def layout(language: Language) -> list:
    multiples = [panel.chart(language, f"compare-{number}", "multiple") for number in range(MOST_BESIDE)]
    return [
        html.H1(language.say("compare.title"), className="visually-hidden"),
        panel.block("compare-lead", "lines"),
        panel.block("compare-choice", "lines"),
        html.Div(multiples, className="multiples"),
        panel.block("compare-sides", "low"),
        panel.block("compare-ranking", "tall"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "compare-lead", lead.lead, is_first=True)
    blocks.fill(app, reader, "compare-choice", choice.choice)
    for number in range(MOST_BESIDE):
        blocks.fill_chart(app, reader, f"compare-{number}", partial(charts.chart, number))
    blocks.fill_table(app, reader, "compare-sides", side_by_side.table)
    blocks.fill(app, reader, "compare-ranking", movement.ranking)
    blocks.offers(reader, "compare-ranking", movement.table)
