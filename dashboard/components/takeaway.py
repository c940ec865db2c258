"""What a block offers to take away: a picture of its chart, its table as a file."""

from dash import html

from dashboard.i18n import Language

PICTURES, FILES = ("png", "svg"), ("xlsx", "csv")


def menu(language: Language, block: str, address: str, name: str, credit: str, has_chart: bool = False) -> html.Details:
    """`address` of the page with its as-of fixed: the file holds the figures that are on screen.

    Pictures are made in the browser (assets/takeaway.js), which needs their `name` and `credit`.
    """
    say = language.say
    pictures = [
        html.Button(say(f"take.{kind}"), type="button", **{"data-take": kind, "data-block": block}) for kind in PICTURES
    ]
    path, _, query = address.partition("?")
    files = [
        html.A(say(f"take.{kind}"), href=f"/export/{block}.{kind}{path}{'?' + query if query else ''}", download="")
        for kind in FILES
    ]
    offered = html.Div([*(pictures if has_chart else []), *files], className="pop")
    about = {"data-name": name, "data-credit": credit}
    return html.Details([html.Summary(say("take.title"), title=say("take.hint")), offered], className="choice take", **about)
