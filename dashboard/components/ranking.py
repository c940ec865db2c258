"""The ranking of a unit's children against the target; its rows add up to its total.

Below the ranked rows stand the unit itself, what cannot be placed in it, and the total of all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dash import html

from dashboard.components import marks, progress
from dashboard.components.link import link
from dashboard.i18n import NO_FIGURE, Language


@dataclass(frozen=True)
class Line:
    """What a row is called, where it leads (None: nowhere), whether it is the unit of the page."""

    name: str
    href: str | None = None
    is_asked: bool = False

    @property
    def head(self) -> html.Th:
        text = link(self.name, self.href) if self.href else self.name
        return html.Th(text, scope="row", className="name")


def ranking(
    language: Language,
    rows: Sequence,
    whole,
    lines: dict[int, Line],
    today: date,
    caption: str,
) -> html.Table:
    """`rows` and `whole` (the unit itself) are Standings of one stage; `lines` by unit_id."""
    say = language.say
    heads = [
        ("rank", "ranking.rank", ""),
        ("name", "ranking.name", ""),
        ("bar", "ranking.coverage", ""),
        ("change", "ranking.change", ""),
        ("people", "ranking.people", "ranking.people_unit"),
        ("gap", "ranking.gap", "ranking.people_unit"),
        ("pace", "ranking.pace", "ranking.pace_unit"),
        ("projected", "ranking.projected", ""),
    ]
    head = html.Tr([_head(say, *parts) for parts in heads])
    placed, nowhere = parted(rows)
    body = [
        _row(language, row, lines[row.unit_id], today)
        for row in sorted(placed, key=lambda row: row.rank if row.rank is not None else float("inf"))
    ]
    foot = [_row(language, whole, Line(say("ranking.whole")), today, "whole")] if body else []
    foot += [_row(language, row, lines[row.unit_id], today, "nowhere") for row in nowhere]
    if nowhere:
        people = whole.people + sum(row.people for row in nowhere)
        foot.append(_total(language, 5, [("people", people)], 3))
    parts = [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)]
    return html.Table([*parts, html.Tfoot(foot)], className="ranking")


def parted(rows: Iterable) -> tuple[list, list]:
    """The rows that lie in the unit, and those that lie nowhere (residence unknown, outside)."""
    rows = list(rows)
    return [row for row in rows if row.unit_id > 0], [row for row in rows if row.unit_id <= 0]


def doses_ranking(
    language: Language,
    rows: Sequence,
    whole,
    lines: dict[int, Line],
    caption: str,
) -> html.Table:
    """By place of injection (UnitDoses): doses against the day's plan, no coverage anywhere."""
    say = language.say
    heads = [
        ("rank", "ranking.rank", ""),
        ("name", "ranking.name", ""),
        ("bar", "ranking.plan_share", ""),
        ("today", "ranking.doses_today", "doses.word"),
        ("plan", "ranking.plan", "doses.word"),
        ("yesterday", "ranking.doses_yesterday", "doses.word"),
        ("doses", "ranking.doses", "doses.word"),
    ]
    head = html.Tr([_head(say, *parts) for parts in heads])
    placed, nowhere = parted(row for row in rows if row.unit_id > 0 or row.doses)
    # what lies at no smaller unit is listed with the others and is none of them: last, without a rank
    most = sorted(placed, key=lambda row: (row.unit_id == whole.unit_id, -row.doses_today, -row.doses))
    body = [
        _doses_row(language, row, None if row.unit_id == whole.unit_id else rank, lines[row.unit_id])
        for rank, row in enumerate(most, 1)
    ]
    foot = [_doses_row(language, whole, None, Line(say("ranking.whole")), "whole")] if body else []
    foot += [_doses_row(language, row, None, lines[row.unit_id], "nowhere") for row in nowhere]
    if nowhere:
        every = [whole, *nowhere]
        counts = [
            ("doses_today", sum(row.doses_today for row in every)),
            ("plan", None),
            ("doses_yesterday", sum(row.doses_yesterday for row in every)),
            ("doses", sum(row.doses for row in every)),
        ]
        foot.append(_total(language, 4, counts, 0))
    parts = [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)]
    return html.Table([*parts, html.Tfoot(foot)], className="ranking doses")


def _total(language: Language, before: int, counts: Sequence[tuple[str, int | None]], after: int) -> html.Tr:
    """Everything, also what lies nowhere: counts only, there is no population of it."""
    name = html.Th(language.say("ranking.total"), scope="row", className="name")
    cells = [
        # `doses_today` stands in the column `today`
        html.Td("" if count is None else marks.live(language.count(count)), className=key.split("_")[-1])
        for key, count in counts
    ]
    _head_on_phones(language.say, cells, [key for key, _ in counts])
    blank = [html.Td(className="blank") for _ in range(before - 2)]
    return html.Tr(
        [html.Td(className="rank"), name, *blank, *cells, *(html.Td(className="blank") for _ in range(after))],
        className="total",
    )


def _head(say, name: str, key: str, unit: str) -> html.Th:
    text = [say(key), html.Span(say(unit), className="unit")] if unit else say(key)
    # the bar and its number stand under one head
    return html.Th(text, scope="col", className=name, colSpan=2 if name == "bar" else None)


def _row(language: Language, row, line: Line, today: date, kind: str = "") -> html.Tr:
    say = language.say
    state = progress.status(row, today)
    has_goal = row.target_share is not None and row.coverage is not None
    percent = language.percent(row.coverage)
    label = say("tile.bullet", value=percent, target=language.goal(row.target_share)) if has_goal else percent
    points = NO_FIGURE if row.coverage_change is None else f"+{language.points(row.coverage_change)}"
    gap = language.count(progress.missing(row)) if has_goal else NO_FIGURE
    cells = [
        html.Td(str(row.rank) if row.rank else "", className="rank"),
        line.head,
        html.Td(marks.bullet(row.coverage, row.target_share, label) if row.population else None, className="bar"),
        html.Td(marks.live(percent) if row.population else NO_FIGURE, className="share"),
        html.Td([marks.arrow(row.people_today), marks.live(points)] if row.population else "", className="change"),
        html.Td(marks.live(language.count(row.people)), className="people"),
        html.Td(marks.live(gap), className=f"gap {state}"),
        html.Td(_pace(language, row, state), className=f"pace {state}"),
        html.Td(_projected(language, row, state, today), className="projected"),
    ]
    _head_on_phones(say, cells[5:], ("people", "gap", "pace", "projected"))
    return _tr(cells, f"{kind} {state}".strip(), line)


def _tr(cells: Sequence, class_name: str, line: Line) -> html.Tr:
    mark = {"aria-current": "true"} if line.is_asked else {}
    return html.Tr(cells, className=class_name, **mark)


def _head_on_phones(say, cells: Sequence, names: Sequence[str]) -> None:
    """There each row becomes a card, whose numbers carry their column's name (CSS shows it)."""
    for cell, name in zip(cells, names, strict=True):
        setattr(cell, "data-head", say(f"ranking.{name}"))


def _pace(language: Language, row, state: str):
    if state in (progress.UNKNOWN, progress.REACHED) or row.pace is None or row.pace_needed is None:
        return NO_FIGURE if row.pace is None else marks.live(language.rate(row.pace))
    text = f"{language.rate(row.pace)} / {language.rate(row.pace_needed)}"
    if state != progress.BEHIND:
        return marks.live(text)
    word = html.Span(language.say("pace.behind"), className="visually-hidden")
    return [html.Span(className="down", **{"aria-hidden": "true"}), marks.live(text, "slow"), word]


def _projected(language: Language, row, state: str, today: date) -> str:
    if state == progress.REACHED:
        return language.say("ranking.reached")
    if state == progress.UNKNOWN:
        return NO_FIGURE
    if row.projected_from is None:
        return language.say("ranking.never")
    if row.projected_to is None:
        earliest = language.span(row.projected_from, row.projected_from, today.year)
        return language.say("ranking.earliest", span=earliest)
    return language.span(row.projected_from, row.projected_to, today.year)


def _doses_row(language: Language, row, rank: int | None, line: Line, kind: str = "") -> html.Tr:
    share = row.doses_today / row.plan_today if row.plan_today else None
    percent = language.percent(share, 0)
    cells = [
        html.Td(str(rank) if rank else "", className="rank"),
        line.head,
        html.Td(marks.bullet(share, 1.0, percent) if share is not None else None, className="bar"),
        html.Td(marks.live(percent), className="share"),
        html.Td(marks.live(language.count(row.doses_today)), className="today"),
        html.Td(language.count(row.plan_today), className="plan"),
        html.Td(language.count(row.doses_yesterday), className="yesterday"),
        html.Td(marks.live(language.count(row.doses)), className="doses"),
    ]
    _head_on_phones(language.say, cells[4:], ("doses_today", "plan", "doses_yesterday", "doses"))
    return _tr(cells, kind, line)
