"""The table twin of a chart: the same numbers, for reading, for screen readers, for taking away."""

from collections.abc import Sequence

from dash import html

from dashboard.i18n import Language


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> html.Table:
    """The first column names the row; the others are numbers already written down."""
    head = html.Tr([html.Th(name, scope="col") for name in columns])
    body = [html.Tr([html.Th(row[0], scope="row"), *(html.Td(cell) for cell in row[1:])]) for row in rows]
    parts = [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)]
    return html.Table(parts, className="twin")


def toggle(language: Language, id: str, content=None) -> html.Details:
    """Where a table twin unfolds; the browser keeps it open while its numbers change."""
    frame = html.Div(content, id=id, className="twin-frame", tabIndex=0)
    return html.Details(
        [html.Summary(language.say("table.show")), frame],
        className="table-toggle",
    )
