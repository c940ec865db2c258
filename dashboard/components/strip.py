"""Residence ⇄ place of injection: one bar whose parts add up to the total."""

from dash import html

from dashboard.components import marks
from dashboard.i18n import Language
from dashboard.tables import Column, Table

# What counts by residence comes first, what counts by place of injection follows and overlaps it.
PARTS = ("elsewhere", "at_home", "non_residents", "unknown", "not_recognised")


def strip(language: Language, row) -> html.Div:
    """`row` is a Reconciliation, in doses."""
    say = language.say
    counts = _counts(row)
    bar = html.Div(
        [html.Span(className=f"part {name}", style={"flexGrow": counts[name]}) for name in PARTS if counts[name]],
        className="strip-bar",
        role="img",
        **{"aria-label": ", ".join(f"{say(f'recon.{name}')}: {language.count(counts[name])}" for name in PARTS)},
    )
    parts = [
        html.Li(
            [
                html.Span(className=f"swatch {name}", **{"aria-hidden": "true"}),
                html.Span(say(f"recon.{name}"), className="what"),
                html.Span(
                    [marks.live(language.count(counts[name])), f" ({_share(language, counts[name], row.total)})"],
                    className="number",
                ),
            ]
        )
        for name in PARTS
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
    return language.say(
        "recon.sentence",
        residence=row.at_home + row.elsewhere,
        place=row.injected_here,
    )


def twin(language: Language, row) -> Table:
    say = language.say
    counts = _counts(row) | {"total": row.total}
    rows = [(say(f"recon.{name}"), count, count / row.total if row.total else None) for name, count in counts.items()]
    columns = [
        Column("kind", say("recon.kind"), "text"),
        Column("doses", say("recon.unit")),
        Column("share", say("recon.share"), "share"),
    ]
    return Table.of(say("recon.title"), say("recon.unit"), columns, rows)


def _counts(row) -> dict[str, int]:
    return {
        "elsewhere": row.elsewhere,
        "at_home": row.at_home,
        "non_residents": row.non_residents,
        "unknown": row.unknown_residence,
        "not_recognised": row.not_recognised,
    }


def _share(language: Language, count: int, total: int) -> str:
    return language.percent(count / total if total else None)
