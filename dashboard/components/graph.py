"""The only way to put a chart on a page (a test looks for ways round it)."""

from dash import dcc, html

# plotly.js 4 offers to upload the figure to a cloud unless it is told not to.
CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}
# Until the first figure: no axes, so that nothing flashes.
_BLANK = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}


def graph(id: str, labelled_by: str, described_by: str, size: str = "medium") -> html.Div:
    """A chart whose text alternative is its title and its sentence; the table twin holds the numbers.

    `size` names a height in assets/40-panels.css, so that nothing moves when the figure arrives.
    """
    chart = dcc.Graph(id=id, figure=_BLANK, config=CONFIG, className="graph", responsive=True)
    labels = {"aria-labelledby": labelled_by, "aria-describedby": described_by}
    return html.Div(chart, className=f"graph-frame {size}", role="img", **labels)
