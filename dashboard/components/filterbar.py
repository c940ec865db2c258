"""The filters: switches for basis and stage, choices for the rest. The address is what they set."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dash import dcc, html

from dashboard.choices import CHOICES
from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.filters import BASES, EVERYTHING, STAGES, Filters, day
from dashboard.i18n import Language

_DAY = "%d/%m/%Y"  # as it is typed, in both languages


def filterbar(language: Language) -> html.Section:
    """Folded on a phone, open elsewhere (assets/shell.js opens it)."""
    row = [*drawn("switches", class_name="choices"), html.Div(id="days"), *drawn("choices", class_name="choices")]
    folded = html.Details(
        [html.Summary(language.say("filter.title")), html.Div(row, className="filter-row")],
        id="filterbar",
        className="filterbar",
    )
    return html.Section(folded, **{"aria-label": language.say("filter.title")})


def switches(language: Language, filters: Filters, uses: Collection[str] = EVERYTHING) -> list:
    """`uses`: what the page uses; the rest is not offered."""
    say = language.say
    basis = [(say(f"basis.{basis}"), filters.href(basis=basis), basis == filters.basis) for basis in BASES]
    stage = [(say(f"stage.{stage}"), filters.href(stage=stage), stage == filters.stage) for stage in STAGES]
    made = [_switch(say("filter.basis"), basis)] if "basis" in uses else []
    if "stage" in uses and not filters.by_place:  # doses have no stage
        made.append(_switch(say("filter.stage"), stage))
    return made


def choices(language: Language, filters: Filters, labels: Mapping[str, Mapping]) -> list:
    """Each option is a link to the same question with that option in or out. `labels`: of the values of each Choice offered,
    by its name."""
    say = language.say
    made = []
    for choice in CHOICES:
        if (name := choice.name) not in labels:
            continue
        chosen = getattr(filters, name)
        summary = say("filter.chosen", n=len(chosen)) if chosen else say(choice.unchosen)
        links = [_option(filters, name, value, text, value in chosen) for value, text in labels[name].items()]
        nothing_chosen: dict[str, Any] = {name: ()}
        clear = [link(say("filter.clear"), filters.href(**nothing_chosen), "clear")] if chosen else []
        made.append(_choice(say(f"filter.{name}"), name, summary, [*links, *clear]))
    return made


def days(language: Language, filters: Filters) -> list:
    """The first and the last day, typed."""
    say, now = language.say, typed_days(filters)
    inputs = [
        html.Label(
            [
                html.Span(say(f"filter.{name}")),
                dcc.Input(
                    id=f"filter-{name}",
                    value=value,
                    placeholder=say("filter.day"),
                    debounce=True,
                    type="text",
                    inputMode="numeric",
                    className="day",
                ),
            ],
            className="day-choice",
        )
        for name, value in zip(("from", "to"), now, strict=True)
    ]
    choice = _choice(say("filter.days"), "days", days_summary(language, filters), inputs)
    # Beside the choice, not in it: who leaves the box by a click elsewhere closes it.
    return [dcc.Store(id="chosen"), choice, html.P(id="filter-days-said", className="said", role="alert")]


def typed_days(filters: Filters) -> tuple[str, str]:
    first, last = (f"{day:{_DAY}}" if day else "" for day in (filters.date_from, filters.date_to))
    return first, last


# Pages whose figures are of the last week where no days are chosen.
_OF_A_WEEK = {"/sites", "/site/<site>"}


def days_summary(language: Language, filters: Filters) -> str:
    first, last = filters.date_from, filters.date_to
    if not first and not last:
        return language.say("filter.week" if filters.path in _OF_A_WEEK else "filter.any")
    return f"{language.day(first) if first else '…'}–{language.day(last) if last else '…'}"


def read_day(text: str | None) -> date | None:
    """`5/11/2021` or `2021-11-05` as a date; None for nothing. Raises ValueError with what is no day."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        return day(text if "-" in text else datetime.strptime(text, _DAY).date().isoformat())
    except ValueError:
        raise ValueError(text) from None


def _switch(label: str, options: Sequence[tuple[str, str, bool]]) -> html.Nav:
    links = [link(text, href, **({"aria-current": "true"} if is_chosen else {})) for text, href, is_chosen in options]
    return html.Nav(links, className="switch", **{"aria-label": label})


def _option(filters: Filters, name: str, value, text: str, is_chosen: bool) -> html.A:
    chosen = set(getattr(filters, name)) ^ {value}
    change: dict[str, Any] = {name: tuple(sorted(chosen))}
    href = filters.href(**change)
    return link(text, href, "option", role="checkbox", **{"aria-checked": "true" if is_chosen else "false"})


def _choice(label: str, name: str, summary: str, content: Sequence) -> html.Details:
    head = [html.Span(label), html.B(summary, id=f"filter-{name}-summary")]
    return html.Details([html.Summary(head), html.Div(content, className="pop")], className="choice")
