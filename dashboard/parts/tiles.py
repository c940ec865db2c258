"""The row of tiles: three stages and today's doses, or doses alone when counted by place."""

from dataclasses import replace
from datetime import date

from dash import html

from dashboard import definitions
from dashboard.block import Block
from dashboard.components.tile import LastDays, coverage_tile, doses_tile, part_tile
from dashboard.figures import series
from dashboard.filters import STAGES
from dashboard.parts.people import self_of
from dashboard.view import View

TILES = Block("tiles", is_of_a_part=True)

_DAYS = 21


def tiles(view: View) -> html.Div:
    if view.is_first_load:
        return html.Div(of_a_part(view), className="tiles")
    drawn = by_place(view) if view.filters.by_place else by_residence(view)
    return html.Div(drawn, className="tiles")


def of_a_part(view: View) -> list:
    """Counts alone: of a part there is no share, and of today nothing may be in yet."""
    doses = view.data.doses_by_unit(view.filters)
    drawn = [part_tile(view.language, "tile.doses_total", self_of(doses).doses, "doses.word", view.as_of(doses))]
    if view.filters.by_place:
        return drawn
    rows = view.data.standing(view.filters)
    reached = {row.stage: row.people for row in rows if row.is_self}
    stages = [(stage, reached[STAGES[stage]]) for stage in _three(view.filters.stage)]
    people = [part_tile(view.language, f"stage.{stage}", n, "people.word", view.as_of(rows)) for stage, n in stages]
    return [*people, *drawn]


def by_residence(view: View) -> list:
    return [*stages(view), _today(view)]


def stages(view: View) -> list:
    """Three stages of the unit against their targets."""
    rows = view.data.standing(view.filters)
    reached = view.data.trend(view.filters)
    drawn = []
    for stage in _three(view.filters.stage):
        number = STAGES[stage]
        counted = [(row.day, row.people) for row in reached if row.stage == number]
        drawn.append(
            coverage_tile(
                view.language,
                stage,
                self_of(row for row in rows if row.stage == number),
                _last_days(view, counted),
                view.as_of(rows),
                view.filters.href(stage=stage),
                stage == view.filters.stage,
                view.today,
                view.to(definitions.PATH),
                view.say("told.records_short") if view.is_untold("person") else "",
            )
        )
    return drawn


def by_place(view: View) -> list:
    say, language = view.say, view.language
    rows = view.data.doses_by_unit(view.filters)
    own, as_of = self_of(rows), view.as_of(rows)
    every = _every_day(view)
    daily = _daily(every, [(row.day, row.doses) for row in view.data.doses_trend(every.filters)])
    share = view.data.reconciliation(view.filters).visitors_share
    visitors = say("tile.visitors_unknown") if share is None else say("tile.visitors", share=language.percent(share))
    return [
        _today(view),
        _yesterday(view, own.doses_yesterday, daily, as_of),
        _week(view, daily, as_of),
        _doses_tile(view, "total", own.doses, [visitors] if own.doses else [], as_of),
    ]


def _yesterday(view: View, doses: int, daily: series.Daily, as_of: str):
    """Against the same day a week ago: a Sunday is not compared with a Monday."""
    lines = []
    if len(daily.counts) > 1 + series.WEEK:
        lines.append(view.say("tile.week_ago", n=daily.counts[-2 - series.WEEK]))
    late = max(0, len(daily.counts) - 1 - daily.settled)
    if late:
        lines.append(view.say("tile.not_all_in"))
    shown = LastDays(daily.counts[-_DAYS - 1 : -1], late, "yesterday")
    return _doses_tile(view, "yesterday", doses, lines, as_of, shown)


def _week(view: View, daily: series.Daily, as_of: str):
    means = [mean for mean in daily.means if mean is not None]
    now = round(means[-1]) if means else None
    before = means[-1 - series.WEEK] if len(means) > series.WEEK else None
    lines = [view.say("tile.week_before", n=round(before))] if before is not None else []
    shown = LastDays(tuple(round(mean) for mean in means[-_DAYS:]), 0, "week")
    return _doses_tile(view, "week", now, lines, as_of, shown)


def _today(view: View):
    say, language = view.say, view.language
    rows = view.data.doses_by_unit(view.filters)
    own = self_of(rows)
    plan = own.plan_today if view.filters.by_place else None
    lines = [say(f"basis.{view.filters.basis}")]
    if plan:
        share = language.percent(own.doses_today / plan, 0)
        lines.append(say("tile.plan_share", share=share, plan=plan))
    elif view.filters.by_place:
        lines.append(say("tile.plan_of_all" if view.filters.is_of_some else "tile.no_plan"))
    lines.append(say("tile.yesterday_same", n=own.doses_yesterday))
    every = _every_day(view)
    counted = [(row.day, row.doses) for row in view.data.doses_trend(every.filters)]
    last_days = _last_days(every, counted)
    return _doses_tile(view, "today", own.doses_today, lines, view.as_of(rows), last_days, plan)


def _doses_tile(view: View, *given):
    return doses_tile(view.language, *given, page_of_definitions=view.to(definitions.PATH))


def _three(asked: str) -> list[str]:
    """The first three stages; the second booster takes the first one's place when it is asked for."""
    return ["first", "complete", "booster2" if asked == "booster2" else "booster1"]


def _daily(view: View, counted) -> series.Daily:
    return series.daily(counted, view.today, incomplete_from=view.data.incomplete_from(view.filters))


def _every_day(view: View) -> View:
    """Today, yesterday and the last week are what they are, whichever days are chosen."""
    return replace(view, filters=view.filters.but(date_from=None, date_to=None))


def _last_days(view: View, counted) -> LastDays:
    """Always the same days, so that the tiles can be read one below the other; of those chosen, where some are."""
    until = min(view.filters.date_to or view.today, view.today)
    since = max(until - series.DAY * (_DAYS - 1), view.filters.date_from or date.min)
    last = series.daily(counted, until, since, view.data.incomplete_from(view.filters))
    name = "today" if until == view.today else "range"
    return LastDays(last.counts, len(last.counts) - last.settled, name)
