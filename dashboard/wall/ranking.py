"""The ranking as a wall shows it: few columns, one line per unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard.components.marks import live


@dataclass(frozen=True)
class Line:
    """One row, all written down already. `cells` stand under the heads after the first."""

    name: str
    rank: str
    bar: object
    cells: Sequence[str]
    word: str = ""
    state: str = ""
    kind: str = ""


def ranking(title: str, unit: str, heads: Sequence[str], body: Sequence[Line], foot: Sequence[Line]) -> list:
    names = [html.Th("", className="rank"), html.Th(heads[0], scope="col", className="name"), html.Th("", className="bar")]
    head = html.Tr([*names, *(html.Th(head, scope="col") for head in heads[1:]), html.Th("", className="word")])
    table = html.Table(
        [
            html.Caption(title, className="visually-hidden"),
            html.Thead(head),
            html.Tbody([_row(line) for line in body]),
            html.Tfoot([_row(line) for line in foot]),
        ],
        className="wall-ranking",
    )
    return [html.Header([html.H2(title), html.P(unit)], className="wall-title"), table]


def _row(line: Line) -> html.Tr:
    cells = [html.Td(live(text) if text else "") for text in line.cells]
    named = [html.Td(line.rank, className="rank"), html.Th(line.name, scope="row", className="name")]
    word = html.Td(html.Span(line.word, className=f"chip {line.state}") if line.word else "", className="word")
    return html.Tr([*named, html.Td(line.bar, className="bar"), *cells, word], className=f"{line.kind} {line.state}".strip())
