"""What is filled in and sent. Drawn by assets/draw.js alone: what is typed stays when a batch commits."""

from dash import html
from dash.development.base_component import Component


class Input(Component):
    """`<input>`: dash.html has none, and dcc's are for callbacks, not for forms."""

    _namespace, _type = "dash_html_components", "Input"
    _children_props = ()
    _prop_names = ("id", "type", "name", "required", "accept", "maxLength", "autoComplete", "className")
    _valid_wildcard_attributes = ("aria-", "data-")
    available_properties, available_wildcard_properties = _prop_names, _valid_wildcard_attributes

    def __init__(self, **given):
        super().__init__(**given)


def field(label: str, given: Input, hint: str = "") -> html.Label:
    said = html.Span(hint, className="hint") if hint else None
    return html.Label([html.Span(label, className="field-label"), given, said], className="field")


def file_field(label: str, given: Input, button: str, nothing: str, hint: str) -> html.Label:
    """Its words are ours: what a browser writes beside a file is in the browser's language (assets/forms.js)."""
    chosen = html.Span(nothing, className="file-name", **{"data-ms": ""})  # the browser's from then on (draw.js)
    seen = [html.Span(button, className="file-button"), chosen]
    shown = html.Span(seen, className="file-choice", **{"aria-hidden": "true"})
    said = html.Span(hint, className="hint")
    return html.Label([html.Span(label, className="field-label"), given, shown, said], className="field file-field")


def form(action: str, content: list, has_file: bool = False) -> html.Form:
    kind = {"encType": "multipart/form-data"} if has_file else {}
    return html.Form(content, action=action, method="post", className="hand-in", **kind)


def name(label: str, hint: str) -> html.Label:
    """Who: typed, until somebody logs in."""
    return field(label, Input(type="text", name="by", required=True, maxLength="100", autoComplete="name"), hint)
