"""The overview of any unit: where it stands, whether it is fast enough, who holds it back."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.filters import EVERYTHING
from dashboard.i18n import Language
from dashboard.parts import charts, doses, people, tiles

PATH, NAME, USES = "/", "overview", EVERYTHING
PLACE = 10


def layout(language: Language) -> list:
    """Places of the right size, empty: each is filled by its own callback."""
    league = [panel.block(people.RANKING, "tall"), panel.block(people.MAP, "tall")]
    pair = [panel.chart(language, charts.HOURS), panel.chart(language, charts.VACCINES)]
    return [
        html.H1(language.say("overview.title"), className="visually-hidden"),
        panel.block(people.LEAD, "lines"),
        panel.block(tiles.TILES, "low"),
        html.Div(league, className="row league"),
        panel.chart(language, charts.TREND, "large"),
        html.Div(pair, className="row halves"),
        panel.block(charts.RECONCILIATION, "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, people.LEAD, lambda view: _by_basis(view).lead(view))
    blocks.fill(app, reader, tiles.TILES, tiles.tiles)
    blocks.fill(app, reader, people.RANKING, lambda view: _by_basis(view).league(view))
    blocks.offers(reader, people.RANKING, lambda view: _by_basis(view).league_table(view))
    blocks.fill(app, reader, people.MAP, lambda view: _by_basis(view).place_map(view))
    blocks.fill_chart(app, reader, charts.TREND, charts.trend_chart)
    blocks.fill_chart(app, reader, charts.HOURS, charts.hours_chart)
    blocks.fill_chart(app, reader, charts.VACCINES, charts.vaccines_chart)
    blocks.fill(app, reader, charts.RECONCILIATION, charts.reconciliation)
    blocks.offers(reader, charts.RECONCILIATION, charts.reconciliation_table)


def _by_basis(view):
    return doses if view.filters.by_place else people
