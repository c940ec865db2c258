"""The table twin of a chart: the same numbers, for reading, for screen readers, for taking away."""

from dataclasses import replace

from dash import html

from dashboard.components.quick import quick
from dashboard.i18n import Language
from dashboard.tables import Table


def twin(language: Language, table: Table, most: int | None = None) -> html.Table | list:
    """The first column names the row. Beyond `most` rows it says how many there are; the file has them all."""
    if most and len(table.rows) > most:
        cut = html.P(language.say("table.cut", n=most, all=len(table.rows)), className="note")
        return [twin(language, replace(table, rows=table.rows[:most])), cut]
    head = html.Tr([html.Th(column.title, scope="col") for column in table.columns])
    body = [_row(language, table.columns, row) for row in (*table.rows, *table.foot)]
    parts = [html.Caption(table.title, className="visually-hidden"), html.Thead(head), html.Tbody(body)]
    return html.Table(parts, className="twin")


def toggle(language: Language, id: str, content=None, summary: str = "table.show") -> html.Details:
    """Where a table twin unfolds; the browser keeps it open while its numbers change."""
    frame = html.Div(content, id=id, className="twin-frame", tabIndex=0)
    return html.Details(
        [html.Summary(language.say(summary)), frame],
        className="table-toggle",
    )


def _row(language: Language, columns, row) -> html.Tr:
    written = [language.write(column.kind, row.values.get(column.key)) for column in columns]
    return quick(html.Tr, [quick(html.Th, written[0], scope="row"), *(quick(html.Td, text) for text in written[1:])])
