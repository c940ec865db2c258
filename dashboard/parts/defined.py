"""A way from a panel to what its numbers mean."""

from dash import html

from dashboard import definitions
from dashboard.components.link import link
from dashboard.view import View


def address(view: View, indicator: str) -> str:
    """Where an indicator is explained; the reader's question is kept for the way back."""
    return definitions.href(indicator, view.to(definitions.PATH))


def definition(view: View, indicator: str, word: str = "definition.show") -> html.Span:
    """Stands beside the unit of a panel, as what its colours mean does."""
    return html.Span(link(view.say(word), address(view, indicator)), className="key define")
