"""What a block says when it has no figures. (While it loads, its place is grey: 40-panels.css.)"""

from dash import html

from dashboard.i18n import Language


def waiting(language: Language) -> html.Div:
    """No record was ever received."""
    return html.Div(html.P(language.say("state.waiting")), className="state waiting", role="status")


def failed(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.failed")), className="state failed", role="alert")


def nothing_yet(language: Language) -> html.Div:
    """In the other blocks of a page on which one says why: once is enough."""
    return html.Div(html.P(language.say("asof.never")), className="state quiet")
