"""What changed: people who reached each stage lately, and what moved in the figures since yesterday and last week."""

from datetime import timedelta

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel
from dashboard.components.datatable import datatable
from dashboard.components.table import twin
from dashboard.filters import STAGES
from dashboard.parts.defined import definition
from dashboard.parts.people import self_of
from dashboard.tables import Column, Row, Table
from dashboard.view import View

CHANGES = Block("district-changes", is_of_reach=True)

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
CAUSES = ("new", "late", "corrected", "voided", "vanished", "duplicate", "reclassified")


def changes(view: View) -> html.Section:
    say = view.say
    counted = table(view)
    moved = moves(view)
    content = [
        html.P(counted.sentence, className="sentence"),
        datatable(view.language, counted, view.filters),
        html.H3(moved.title, className="under"),
        html.P(moved.sentence, className="sentence"),
        *([html.Div(twin(view.language, moved), className="twin-frame", tabIndex=0)] if moved.rows else []),
    ]
    take = blocks.take_away(view, CHANGES)
    keys = [definition(view, "restatement")]
    return panel.panel(say("district.changes"), counted.unit, content, CHANGES.panel_id, "table-panel", keys, take)


def table(view: View) -> Table:
    """By the day on which people reached a stage."""
    say, today = view.say, view.today
    by_day: dict = {}
    for row in view.data.trend(view.filters):
        by_day[row.stage, row.day] = by_day.get((row.stage, row.day), 0) + row.people

    def between(stage, first, last) -> int:
        return sum(by_day.get((stage, today - timedelta(days=ago)), 0) for ago in range(last, first + 1))

    word = say("people.word")
    columns = [
        Column("stage", say("filter.stage"), "text"),
        Column("now", say("district.now"), unit=word),
        Column("nowshare", say("ranking.coverage"), "share"),
        Column("daynew", say("district.today"), unit=word),
        Column("yesterdaynew", say("district.yesterday"), unit=word),
        Column("weeknew", say("district.week"), unit=word),
        Column("weekbefore", say("district.week_before"), unit=word),
        Column("weekpoints", say("district.week_points"), "points"),
    ]
    rows = []
    standing = view.data.standing(view.filters)
    for stage, number in STAGES.items():
        own = self_of(row for row in standing if row.stage == number)
        week = between(number, 6, 0)
        rows.append(
            Row(
                {
                    "stage": say(f"stage.{stage}"),
                    "now": own.people,
                    "nowshare": own.coverage,
                    "daynew": between(number, 0, 0),
                    "yesterdaynew": between(number, 1, 1),
                    "weeknew": week,
                    "weekbefore": between(number, 13, 7),
                    "weekpoints": _week_points(view, own, week),
                },
                view.filters.href(stage=stage),
                is_asked=stage == view.filters.stage,
            )
        )
    asked = next(row.values for row in rows if row.is_asked)
    said = say(
        "district.changed",
        stage=say(f"with.{view.filters.stage}"),
        today=asked["daynew"],
        week=asked["weeknew"],
        before=asked["weekbefore"],
    )
    return Table(say("district.changes"), say("district.changes_unit"), columns, rows, sentence=said)


def _week_points(view: View, own, week: int) -> float | None:
    """What the week's people added to coverage; where that is not of all of them, of those it is of."""
    if not own.population:
        return None
    if not own.lacking:
        return week / own.population
    days = [row for row in view.data.coverage_by_day(view.filters, [own.unit_id]) if row.stage == own.stage]
    now, before = (
        max((row.coverage for row in days if row.day <= day), default=0.0) for day in (view.today, view.today - _WEEK)
    )
    return now - before


def moves(view: View) -> Table:
    """What batches added and took since a day and a week ago, by cause: late entries and corrections of old days too."""
    say = view.say
    stage = view.filters.stage
    title = say("district.moves", stage=say(f"stage.{stage}").lower())
    end = (view.frozen_at or view.now).replace(minute=0, second=0, microsecond=0)
    spans = {}
    for key, back in (("day", _DAY), ("week", _WEEK)):
        batch = view.data.batch_at(end - back)
        if batch is not None:
            amounts: dict = {}
            for row in view.data.changes(view.filters, batch, stage):
                amounts[row.cause] = amounts.get(row.cause, 0) + row.amount
            spans[key] = amounts
    columns = [
        Column("cause", say("district.cause"), "text"),
        *(Column(key, say(f"district.since_{key}"), unit=say("people.word")) for key in spans),
    ]
    if not spans:
        return Table(title, "", columns, [], sentence=say("district.no_earlier_batch"))
    rows = [
        Row({"cause": say(f"district.cause_{cause}")} | {key: amounts.get(cause, 0) for key, amounts in spans.items()})
        for cause in CAUSES
        if any(amounts.get(cause) for amounts in spans.values())
    ]
    total = Row(
        {"cause": say("ranking.total")} | {key: sum(amounts.values()) for key, amounts in spans.items()}, kind="total"
    )
    said = say(f"district.moved_{'week' if 'week' in spans else 'day'}", n=total.values[list(spans)[-1]])
    return Table(title, say("people.word"), columns, rows, [total], said)
