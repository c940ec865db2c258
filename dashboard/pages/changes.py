"""Why did it change: the difference between two batches by cause, day, unit and site; and how entries come in late."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.changes import charts, lead, places

PATH, NAME, USES = "/changes", "changes", frozenset({"basis", "stage", "ages", "groups", "since"})
SHOWS = frozenset({"restatement", "completeness", "coverage-first", "coverage-complete", "booster"})


def layout(language: Language) -> list:
    late = [panel.chart(language, id, "tall-chart", folds=True) for id in ("changes-triangle", "changes-complete")]
    return [
        html.H1(language.say("changes.title"), className="visually-hidden"),
        panel.block("changes-lead", "lines"),
        panel.block("changes-tiles", "low"),
        panel.chart(language, "changes-bridge"),
        html.Div([panel.block("changes-units", "tall"), panel.block("changes-days", "tall")], className="row stacked"),
        panel.block("changes-sites", "tall"),
        html.Div(late, className="row halves"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "changes-lead", lead.lead, is_first=True)
    blocks.fill(app, reader, "changes-tiles", lead.tiles)
    blocks.fill_chart(app, reader, "changes-bridge", charts.bridge_chart, has_denominator=False)
    blocks.fill_table(app, reader, "changes-units", places.by_unit, has_denominator=False)
    blocks.fill_table(app, reader, "changes-days", places.by_day, has_denominator=False, folds=True)
    blocks.fill_table(app, reader, "changes-sites", places.by_site, has_denominator=False, folds=True)
    blocks.fill_chart(app, reader, "changes-triangle", charts.triangle_chart, has_denominator=False)
    blocks.fill_chart(app, reader, "changes-complete", charts.completeness_chart, has_denominator=False)
