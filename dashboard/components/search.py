"""A box that leaves, of what stands below it, what has the words typed (assets/definitions.js)."""

from dash import dcc, html


def box(id: str, words: str, none_found: str) -> html.Div:
    """What is searched carries `data-search`; what has none of these left is hidden with them (class `searched`)."""
    typed = dcc.Input(id=id, type="search", placeholder=words, autoComplete="off")
    label = html.Label([html.Span(words, className="visually-hidden"), typed])
    return html.Div(
        [label, html.P(none_found, id=f"{id}-none", hidden=True, role="status")], className="word-search", role="search"
    )
