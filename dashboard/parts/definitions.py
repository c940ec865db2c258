"""The page of definitions: contents, entries by group, glossary."""

from collections.abc import Callable, Sequence

from dash import html

from dashboard.block import Block
from dashboard.components.link import link
from dashboard.components.panel import folded
from dashboard.definitions import GROUPS, INDICATORS, Indicator, shown_on, what
from dashboard.i18n import LANGUAGES, Language
from dashboard.tables import unaccented

LIST = Block("definitions-list")

# The order of the words on screen.
_WORDS = (
    "coverage", "target", "one_dose", "complete", "booster", "additional", "doses", "population", "versus", "progress",
    "pace", "needed", "projected", "ranking", "dropout", "overdue", "residence", "place", "outside", "unknown",
    "not_recognised", "site", "session", "vaccine", "lot", "allocated", "stock", "identity", "certificate", "same_day", "lag", "as_of", "refreshed",
    "frozen", "provisional", "restatement", "source", "manual", "discrepancy", "alert", "cleaning", "export", "report",
    "map", "no_data", "district", "commune", "committee", "authorities", "station", "police",
)  # fmt: skip


def page(language: Language, pages: Sequence, to: Callable[[str], str]) -> list:
    """`pages`: all of the dashboard's, which say what they show; `to`: a link to one of them."""
    say = language.say
    shown = sum(bool(shown_on(indicator, pages)) for indicator in INDICATORS)
    lead = say("definitions.lead", n=len(INDICATORS), shown=shown, not_shown=len(INDICATORS) - shown)
    grouped = [(group, [one for one in INDICATORS if one.group == group]) for group in GROUPS]
    return [
        html.P(lead, className="lead-more"),
        html.Nav(
            folded(
                say("definitions.contents"),
                [_listed(language, group, listed) for group, listed in grouped],
            ),
            className="contents",
            **{"aria-label": say("definitions.contents")},
        ),
        *(
            html.Section(
                [html.H2(say(f"indicator.group_{group}")), *(_entry(language, one, pages, to) for one in listed)],
                className="searched",
            )
            for group, listed in grouped
        ),
        _glossary(language),
    ]


def _listed(language: Language, group: str, listed: Sequence[Indicator]) -> html.Div:
    head = html.P(language.say(f"indicator.group_{group}"), className="head")
    return html.Div([head, html.Ul(_contents(language, listed))])


def _contents(language: Language, listed: Sequence[Indicator]) -> list:
    return [html.Li(html.A(language.say(f"indicator.{one.id}.name"), href=f"#{one.id}")) for one in listed]


def _entry(language: Language, one: Indicator, pages: Sequence, to: Callable[[str], str]) -> html.Article:
    say = language.say
    name = say(f"indicator.{one.id}.name")
    fields = [html.Code(field) for field in one.fields]
    found = shown_on(one, pages)
    where = _joined([link(say(f"menu.{page.NAME}"), to(page.PATH)) for page in found])
    rows = [
        ("formula", html.Span(say(f"indicator.{one.id}.formula"), className="formula")),
        ("under", say(f"indicator.under_{one.under}")),
        ("fields", _joined(fields) if fields else say("definitions.no_fields")),
        ("limits", say(f"indicator.{one.id}.limits")),
        ("shown", where or html.Span(say("definitions.not_shown"), className="chip")),
    ]
    anchor = html.A("#", href=f"#{one.id}", className="anchor", **{"aria-label": f"{say('definitions.link')}: {name}"})
    return html.Article(
        [
            html.H3([name, anchor]),
            html.P(what(language, one.id)),
            folded(
                say("definitions.unfold"),
                html.Dl([html.Div([html.Dt(say(f"definitions.{row}")), html.Dd(content)]) for row, content in rows]),
            ),
        ],
        id=one.id,
        className="definition-entry",
        tabIndex=-1,
        **{"data-search": _searched(language, one)},
    )


def _searched(language: Language, one: Indicator) -> str:
    """Found by the words of either language: a term is often known in one of them alone."""
    keys = [f"indicator.{one.id}.{part}" for part in ("name", "what")]
    words = [Language(code, language.texts).say(key, **_k(key)) for key in keys for code in LANGUAGES]
    return unaccented(" ".join([*words, one.id, *one.fields]))


def _k(key: str) -> dict:
    return {"k": "k"} if key == "indicator.booster.what" else {}


def _glossary(language: Language) -> html.Section:
    say = language.say
    other = Language("en" if language.is_vietnamese else "vi", language.texts)
    rows = [
        html.Tr(
            [
                html.Th(say(f"glossary.word_{word}"), scope="row"),
                html.Td(other.say(f"glossary.word_{word}"), lang=other.code),
            ],
            **{"data-search": unaccented(f"{say(f'glossary.word_{word}')} {other.say(f'glossary.word_{word}')}")},
        )
        for word in _WORDS
    ]
    head = html.Tr([html.Th(say("glossary.here"), scope="col"), html.Th(say("glossary.there"), scope="col")])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="glossary")
    return html.Section([html.H2(say("glossary.title")), table], className="searched", id="glossary")


def _joined(parts: list) -> list:
    """With commas between."""
    return [piece for part in parts for piece in (", ", part)][1:]
