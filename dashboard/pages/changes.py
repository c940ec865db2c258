"""Why did it change: the difference between two batches by cause, day, unit and site; and how entries come in late."""

from dash import html

from dashboard import blocks
from dashboard.choices import WHO
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts.changes import charts, lead, places

PATH, NAME, USES = "/changes", "changes", frozenset({"basis", "stage", *WHO, "since"})
PLACE = 90


def layout(language: Language) -> list:
    late = [panel.chart(language, block, "tall-chart") for block in (charts.TRIANGLE, charts.COMPLETE)]
    return [
        html.H1(language.say("changes.title"), className="visually-hidden"),
        panel.block(lead.LEAD, "lines"),
        panel.block(lead.TILES, "low"),
        panel.chart(language, charts.BRIDGE),
        html.Div([panel.block(places.UNITS, "tall"), panel.block(places.DAYS, "tall")], className="row stacked"),
        panel.block(places.SITES, "tall"),
        html.Div(late, className="row halves"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, lead.LEAD, lead.lead)
    blocks.fill(app, reader, lead.TILES, lead.tiles)
    blocks.fill_chart(app, reader, charts.BRIDGE, charts.bridge_chart)
    blocks.fill_table(app, reader, places.UNITS, places.by_unit)
    blocks.fill_table(app, reader, places.DAYS, places.by_day)
    blocks.fill_table(app, reader, places.SITES, places.by_site)
    blocks.fill_chart(app, reader, charts.TRIANGLE, charts.triangle_chart)
    blocks.fill_chart(app, reader, charts.COMPLETE, charts.completeness_chart)
