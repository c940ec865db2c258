"""The overview of any unit: where it stands, whether it is fast enough, who holds it back."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.filters import EVERYTHING
from dashboard.i18n import Language
from dashboard.parts import charts, doses, people, tiles

PATH, NAME, USES = "/", "overview", EVERYTHING
SHOWS = frozenset({
    "coverage-first", "coverage-complete", "booster", "pace", "pace-needed", "projection", "bases", "doses-today",
    "doses-yesterday", "doses-week", "doses-total", "completeness", "over-100", "counter",
})  # fmt: skip


def layout(language: Language) -> list:
    """Places of the right size, empty: each is filled by its own callback."""
    league = [panel.block("ranking", "tall"), panel.block("map", "tall")]
    pair = [panel.chart(language, "hours"), panel.chart(language, "vaccines")]
    return [
        html.H1(language.say("overview.title"), className="visually-hidden"),
        panel.block("lead", "lines"),
        panel.block("tiles", "low"),
        html.Div(league, className="row league"),
        panel.chart(language, "trend", "large"),
        html.Div(pair, className="row halves"),
        panel.block("reconciliation", "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "lead", lambda view: _by_basis(view).lead(view), is_first=True)
    blocks.fill(app, reader, "tiles", tiles.tiles, of_a_part=True)
    blocks.fill(app, reader, "ranking", lambda view: _by_basis(view).league(view))
    blocks.offers(reader, "ranking", lambda view: _by_basis(view).league_table(view))
    blocks.fill(app, reader, "map", lambda view: _by_basis(view).place_map(view))
    blocks.fill_chart(app, reader, "trend", charts.trend_chart)
    blocks.fill_chart(app, reader, "hours", charts.hours_chart, has_denominator=False)
    blocks.fill_chart(app, reader, "vaccines", charts.vaccines_chart, has_denominator=False, of_a_part=True)
    blocks.fill(app, reader, "reconciliation", charts.reconciliation, of_a_part=True)
    blocks.offers(reader, "reconciliation", charts.reconciliation_table, has_denominator=False, of_a_part=True)


def _by_basis(view):
    return doses if view.filters.by_place else people
