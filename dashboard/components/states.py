"""What a block shows when it has no figures: designed, of the block's size, and said in words."""

from dash import html

from dashboard.i18n import Language


def loading(language: Language, size: str) -> html.Div:
    text = html.Span(language.say("state.loading"), className="visually-hidden")
    return html.Div(text, className=f"state loading {size}", role="status")


def empty(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.empty")), className="state empty")


def waiting(language: Language) -> html.Div:
    """No batch was ever committed."""
    return html.Div(html.P(language.say("state.waiting")), className="state waiting", role="status")


def failed(language: Language) -> html.Div:
    return html.Div(html.P(language.say("state.failed")), className="state failed", role="alert")
