"""What a block says when it has no figures. (While it loads, its place is grey: 40-panels.css.)"""

from dash import html

from dashboard.i18n import Language


def empty(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.empty")), className="state empty")


def waiting(language: Language) -> html.Div:
    """No batch was ever committed."""
    return html.Div(html.P(language.say("state.waiting")), className="state waiting", role="status")


def failed(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.failed")), className="state failed", role="alert")
