"""A block of a page: title, unit, sentence, content."""

from dash import html

from dashboard.block import Block
from dashboard.components.drawn import drawn, store
from dashboard.components.graph import graph
from dashboard.components.table import toggle
from dashboard.i18n import Language


def panel(title, under, content: list, id: str, class_name: str = "", keys=(), take=None) -> html.Section:
    """`under`: the unit, as text or components; `keys`: what the colours mean, beside it.

    `take`: the menu of what can be taken away (components/takeaway.py).
    """
    measured = unit(under) if isinstance(under, str) else under
    head = html.Header([html.H2(title, id=f"{id}-title"), html.P([measured, *keys]), take])
    label = {"aria-labelledby": f"{id}-title"}
    return html.Section([head, *content], className=f"panel {class_name}".strip(), **label)


def unit(text: str) -> html.Span:
    """What the numbers of a block count."""
    return html.Span(text, className="unit")


def chart(language: Language, block: Block, size: str = "medium") -> html.Section:
    """A panel for a chart; drawn later, each in its element: the title, the unit, the sentence, the table."""
    id, sentence = block.id, f"{block.id}-sentence"
    drawing = [graph(id, f"{id}-title", sentence, size), toggle(language, f"{id}-table")]
    shown = [folded(language.say("chart.unfold"), drawing)] if block.folds else drawing
    body = [html.P(id=sentence, className="sentence"), *shown, store(id)]
    return panel(None, html.Span(id=f"{id}-unit"), body, id, "chart", take=html.Div(id=f"{id}-take", className="take-place"))


def folded(summary: str, content) -> html.Details:
    """What is folded away on a phone, where the sentence above it is the answer (assets/fold.js); elsewhere it is open."""
    return html.Details([html.Summary(summary), html.Div(content)], className="fold", open=True)


def block(block: Block, size: str) -> html.Div:
    """A place that a callback fills; keeps its height until then."""
    return html.Div(drawn(block.id, class_name=size), className="block")


def words(under) -> str:
    """The unit's own text, without the keys beside it."""
    if isinstance(under, str):
        return under
    return next((part.children for part in under if getattr(part, "className", "") == "unit"), "")


def key(text: str, tone: str) -> html.Span:
    """What a colour means."""
    return html.Span([html.Span(className=f"swatch {tone}", **{"aria-hidden": "true"}), text], className="key")
