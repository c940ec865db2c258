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


@dataclass(frozen=True)
class _Column:
    """`head` and `unit` are texts; without a head it stands under the one before it.

    `is_on_cards`: on a phone each row is a card, where the number carries its column's name (CSS shows it).
    """

    name: str
    head: str = ""
    unit: str = ""
    is_on_cards: bool = False


_COVERAGE = (
    _Column("rank", "ranking.rank"),
    _Column("name", "ranking.name"),
    _Column("bar", "ranking.coverage"),
    _Column("share"),
    _Column("change", "ranking.change", "ranking.change_unit", True),
    _Column("people", "ranking.people", "ranking.people_unit", True),
    _Column("gap", "ranking.gap", "ranking.people_unit", True),
    _Column("pace", "ranking.pace", "ranking.pace_unit", True),
    _Column("projected", "ranking.projected", "", True),
)
_DOSES = (
    _Column("rank", "ranking.rank"),
    _Column("name", "ranking.name"),
    _Column("bar", "ranking.plan_share"),
    _Column("share"),
    _Column("today", "ranking.doses_today", "doses.word", True),
    _Column("plan", "ranking.plan", "doses.word", True),
    _Column("yesterday", "ranking.doses_yesterday", "doses.word", True),
    _Column("doses", "ranking.doses", "doses.word", True),
)


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
    placed, nowhere = parted(rows)
    ordered = sorted(placed, key=lambda row: row.rank if row.rank is not None else float("inf"))
    body = [_row(language, row, lines[row.unit_id], today) for row in ordered]
    foot = [_row(language, whole, Line(say("ranking.whole")), today, "whole")] if body else []
    foot += [_row(language, row, lines[row.unit_id], today, "nowhere") for row in nowhere]
    foot += _total(language, _COVERAGE, [whole, *nowhere], {"people": "people"})
    return _table(say, _COVERAGE, body, foot, caption, "ranking")


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
    placed, nowhere = parted(row for row in rows if row.unit_id > 0 or row.doses)
    # what lies at no smaller unit is listed with the others and is none of them: last, without a rank
    most = sorted(placed, key=lambda row: (row.unit_id == whole.unit_id, -row.doses_today, -row.doses))
    body = [
        _doses_row(language, row, None if row.unit_id == whole.unit_id else rank, lines[row.unit_id])
        for rank, row in enumerate(most, 1)
    ]
    foot = [_doses_row(language, whole, None, Line(say("ranking.whole")), "whole")] if body else []
    foot += [_doses_row(language, row, None, lines[row.unit_id], "nowhere") for row in nowhere]
    counts = {"today": "doses_today", "yesterday": "doses_yesterday", "doses": "doses"}
    foot += _total(language, _DOSES, [whole, *nowhere], counts)
    return _table(say, _DOSES, body, foot, caption, "ranking doses")


def _table(say, columns: Sequence[_Column], body: list, foot: list, caption: str, class_name: str) -> html.Table:
    head = html.Tr([_head(say, column) for column in columns if column.head])
    parts = [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)]
    return html.Table([*parts, html.Tfoot(foot)], className=class_name)


def _head(say, column: _Column) -> html.Th:
    text = [say(column.head), html.Span(say(column.unit), className="unit")] if column.unit else say(column.head)
    # the bar and its number stand under one head
    return html.Th(text, scope="col", className=column.name, colSpan=2 if column.name == "bar" else None)


def _total(language: Language, columns: Sequence[_Column], rows: Sequence, counts: dict[str, str]) -> list[html.Tr]:
    """Everything, also what lies nowhere: counts only, there is no population of it. Empty where all lies in the unit.

    `counts`: column → what of the rows is summed in it.
    """
    if len(rows) == 1:
        return []
    sums = {name: sum(getattr(row, counted) for row in rows) for name, counted in counts.items()}
    cells = {name: marks.live(language.count(count)) for name, count in sums.items()}
    return [_tr(language.say, columns, cells, Line(language.say("ranking.total")), "total")]


def _row(language: Language, row, line: Line, today: date, kind: str = "") -> html.Tr:
    say = language.say
    state = progress.status(row, today)
    has_goal = row.target_share is not None and row.coverage is not None
    percent = language.percent(row.coverage)
    label = say("tile.bullet", value=percent, target=language.goal(row.target_share)) if has_goal else percent
    points = NO_FIGURE if row.coverage_change is None else f"+{language.points(row.coverage_change)}"
    gap = language.count(progress.missing(row)) if has_goal else NO_FIGURE
    cells = {
        "rank": str(row.rank) if row.rank else "",
        "bar": marks.bullet(row.coverage, row.target_share, label) if row.population else None,
        "share": marks.live(percent) if row.population else NO_FIGURE,
        "change": [marks.arrow(row.people_today), marks.live(points)] if row.population else "",
        "people": marks.live(language.count(row.people)),
        "gap": marks.live(gap),
        "pace": _pace(language, row, state),
        "projected": _projected(language, row, state, today),
    }
    return _tr(say, _COVERAGE, cells, line, kind, state)


def _tr(say, columns: Sequence[_Column], cells: dict, line: Line, kind: str = "", state: str = "") -> html.Tr:
    """A cell in every column, also where nothing stands in it: a column that is hidden takes all its cells along."""
    laid = [line.head if column.name == "name" else _cell(say, column, cells, state) for column in columns]
    mark = {"aria-current": "true"} if line.is_asked else {}
    return html.Tr(laid, className=f"{kind} {state}".strip(), **mark)


def _cell(say, column: _Column, cells: dict, state: str) -> html.Td:
    if column.name not in cells:
        return html.Td(className=f"{column.name} blank")
    said = {"data-head": say(column.head)} if column.is_on_cards else {}
    return html.Td(cells[column.name], className=f"{column.name} {state}".strip(), **said)


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
    cells = {
        "rank": str(rank) if rank else "",
        "bar": marks.bullet(share, 1.0, percent) if share is not None else None,
        "share": marks.live(percent),
        "today": marks.live(language.count(row.doses_today)),
        "plan": language.count(row.plan_today),
        "yesterday": language.count(row.doses_yesterday),
        "doses": marks.live(language.count(row.doses)),
    }
    return _tr(language.say, _DOSES, cells, line, kind)
