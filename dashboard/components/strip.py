"""Residence ⇄ place of injection: one bar whose parts add up to the total."""

from dash import html

from dashboard.components import marks
from dashboard.i18n import Language
from dashboard.tables import Column, Table

# What counts by residence comes first, what counts by place of injection follows and overlaps it.
PARTS = ("elsewhere", "at_home", "non_residents", "unknown", "not_recognised")
_OF_KNOWN = PARTS[:3]


def strip(language: Language, row) -> html.Div:
    """`row` is a Reconciliation, in doses."""
    say = language.say
    counts = {name: count for name, count in _counts(row).items() if count is not None}
    bar = html.Div(
        [html.Span(className=f"part {name}", style={"flexGrow": count}) for name, count in counts.items() if count],
        className="strip-bar",
        role="img",
        **{"aria-label": ", ".join(f"{say(f'recon.{name}')}: {language.count(count)}" for name, count in counts.items())},
    )
    parts = [
        html.Li(
            [
                html.Span(className=f"swatch {name}", **{"aria-hidden": "true"}),
                html.Span(say(f"recon.{name}"), className="what"),
                html.Span(
                    [marks.live(language.count(count)), f" ({_share(language, count, row.total)})"],
                    className="number",
                ),
            ]
        )
        for name, count in counts.items()
    ]
    total = html.Li(
        [
            html.Span(say("recon.total"), className="what"),
            html.Span(marks.live(language.count(row.total)), className="number"),
        ],
        className="total",
    )
    return html.Div([bar, html.Ul([*parts, total], className="strip-parts")], className="strip")


def sentence(language: Language, row) -> str:
    if not row.is_residence_known:
        return language.say("recon.sentence_unknown", place=row.injected_here)
    return language.say(
        "recon.sentence",
        residence=row.at_home + row.elsewhere,
        place=row.injected_here,
    )


def twin(language: Language, row) -> Table:
    say = language.say
    counts = _counts(row) | {"total": row.total}
    rows = [
        (say(f"recon.{name}"), count, count / row.total if row.total and count is not None else None)
        for name, count in counts.items()
    ]
    columns = [
        Column("kind", say("recon.kind"), "text"),
        Column("doses", say("recon.unit")),
        Column("share", say("recon.share"), "share"),
    ]
    return Table.of(say("recon.title"), say("recon.unit"), columns, rows)


def _counts(row) -> dict[str, int | None]:
    """None: nobody knows, because of no dose it is known where the person lives."""
    counts = {
        "elsewhere": row.elsewhere,
        "at_home": row.at_home,
        "non_residents": row.non_residents,
        "unknown": row.unknown_residence,
        "not_recognised": row.not_recognised,
    }
    return counts if row.is_residence_known else counts | dict.fromkeys(_OF_KNOWN)


def _share(language: Language, count: int, total: int) -> str:
    return language.percent(count / total if total else None)
