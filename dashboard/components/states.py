"""What a block says when it has no figures. (While it loads, its place is grey: 40-panels.css.)"""

from dash import html

from dashboard.i18n import Language


def failed(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.failed")), className="state failed", role="alert")


def quiet(language: Language, text: str) -> html.Div:
    """In the other blocks of a page on which one says why: once is enough."""
    return html.Div(html.P(language.say(text)), className="state quiet")
