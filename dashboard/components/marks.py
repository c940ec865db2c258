"""Small marks made of boxes, coloured by CSS: bullet bar, spark columns, change, live number."""

from collections.abc import Sequence

from dash import html

from dashboard.components.quick import quick

# A bar this much below its end still shows as a sliver: "little" must not look like "none".
_SLIVER = 1.5


def live(text: str, class_name: str = "") -> html.Span:
    """A figure that is highlighted for a moment when it changes (assets/live-figures.js)."""
    return quick(html.Span, text, className=f"live {class_name}".strip())


def bullet(value: float | None, target: float | None, label: str, tone: str = "ours") -> html.Div:
    """A bar to `value` with a mark at `target`, both shares of one whole; grows past 100 % if need be."""
    if value is None:
        return html.Div(className="bullet no-data", role="img", **{"aria-label": label})
    whole = max(1.0, value, target or 0)
    parts = [quick(html.Span, className=f"bar {tone}", style={"width": _percent(value / whole)})]
    if whole > 1:
        parts.append(quick(html.Span, className="hundred", style={"left": _percent(1 / whole)}))
    if target is not None:
        parts.append(quick(html.Span, className="mark", style={"left": _percent(target / whole)}))
    return quick(html.Div, parts, className="bullet", role="img", **{"aria-label": label})


def spark(values: Sequence[int], incomplete: int, label: str) -> html.Div:
    """One column a day; the last `incomplete` ones are pale."""
    top = max(values, default=0) or 1
    settled = len(values) - incomplete
    columns = [
        quick(
            html.Span,
            className="pale" if number >= settled else None,
            style={"height": _percent(max(value / top, _SLIVER / 100 if value else 0))},
        )
        for number, value in enumerate(values)
    ]
    return html.Div(columns, className="spark", role="img", **{"aria-label": label})


def arrow(difference: float | None) -> html.Span | None:
    """▲ or ▼, drawn, so that every font has it; the words beside it say the same."""
    if not difference:
        return None
    return quick(html.Span, className="up" if difference > 0 else "down", **{"aria-hidden": "true"})


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"
