"""The filters: switches for basis and stage, choices for the rest. The address is what they set."""

from collections.abc import Sequence
from datetime import date, datetime

from dash import dcc, html

from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.filters import BASES, PRIORITY_GROUPS, STAGES, Filters
from dashboard.i18n import Language

_DAY = "%d/%m/%Y"  # as it is typed, in both languages


def filterbar(language: Language) -> html.Details:
    """Folded on a phone, open elsewhere (assets/shell.js opens it)."""
    return html.Details(
        [
            html.Summary(language.say("filter.title")),
            html.Div(
                [*drawn("switches", class_name="switches"), html.Div(id="choices", className="choices")],
                className="filter-row",
            ),
        ],
        id="filterbar",
        className="filterbar",
    )


def switches(language: Language, filters: Filters) -> list:
    say = language.say
    basis = [(say(f"basis.{basis}"), filters.href(basis=basis), basis == filters.basis) for basis in BASES]
    stage = [(say(f"stage.{stage}"), filters.href(stage=stage), stage == filters.stage) for stage in STAGES]
    made = [_switch(say("filter.basis"), basis)]
    if not filters.by_place:  # doses have no stage
        made.append(_switch(say("filter.stage"), stage))
    return made


def choices(
    language: Language,
    filters: Filters,
    ages: Sequence[tuple[int, str]],
    vaccines: Sequence[tuple[str, str]],
) -> list:
    say, now = language.say, values(language, filters)
    groups = [(number, say(f"group.{number}")) for number in PRIORITY_GROUPS]
    summary = dict(zip(SUMMARIES, summaries(language, filters), strict=True))
    days = [
        html.Label(
            [
                html.Span(say(f"filter.{name}")),
                dcc.Input(
                    id=f"filter-date_{name}",
                    value=now[f"date_{name}"],
                    placeholder=say("filter.day"),
                    debounce=True,
                    type="text",
                    inputMode="numeric",
                    className="day",
                ),
            ],
            className="day-choice",
        )
        for name in ("from", "to")
    ]
    made = [dcc.Store(id="chosen"), _choice(say("filter.days"), "days", summary["days"], days)]
    for name, options in (("ages", ages), ("groups", groups), ("vaccines", vaccines)):
        boxes = dcc.Checklist(
            id=f"filter-{name}",
            options=[{"label": text, "value": option} for option, text in options],
            value=now[name],
            className="boxes",
        )
        made.append(_choice(say(f"filter.{name}"), name, summary[name], boxes))
    return made


def values(language: Language, filters: Filters) -> dict:
    """What the controls show."""
    return {
        "date_from": _typed(filters.date_from),
        "date_to": _typed(filters.date_to),
        "ages": list(filters.ages),
        "groups": list(filters.groups),
        "vaccines": list(filters.vaccines),
    }


SUMMARIES = ("days", "ages", "groups", "vaccines")


def summaries(language: Language, filters: Filters) -> list[str]:
    """What the closed choices say, in the order of SUMMARIES."""
    say = language.say
    first, last = filters.date_from, filters.date_to
    days = say("filter.any")
    if first or last:
        days = f"{language.day(first) if first else '…'}–{language.day(last) if last else '…'}"
    nothing = {"ages": "filter.any_age", "groups": "filter.any", "vaccines": "filter.any"}
    return [days] + [
        say("filter.chosen", n=len(chosen)) if (chosen := getattr(filters, name)) else say(nothing[name])
        for name in nothing
    ]


def understood(values: dict) -> dict:
    """The filters that the controls ask for; a day that cannot be read asks for nothing."""
    return {
        "date_from": read_day(values["date_from"]),
        "date_to": read_day(values["date_to"]),
        **{name: tuple(sorted(values[name] or ())) for name in ("ages", "groups", "vaccines")},
    }


def read_day(text: str | None) -> date | None:
    """`5/11/2021` as a date; None for what is no day."""
    try:
        return datetime.strptime((text or "").strip(), _DAY).date()
    except ValueError:
        return None


def _typed(day: date | None) -> str:
    return f"{day:{_DAY}}" if day else ""


def _switch(label: str, options: Sequence[tuple[str, str, bool]]) -> html.Nav:
    links = [
        link(text, href, **({"aria-current": "true"} if is_chosen else {})) for text, href, is_chosen in options
    ]
    return html.Nav(links, className="switch", **{"aria-label": label})


def _choice(label: str, name: str, summary: str, content) -> html.Details:
    head = [html.Span(label), html.B(summary, id=f"filter-{name}-summary")]
    return html.Details([html.Summary(head), html.Div(content, className="pop")], className="choice")
