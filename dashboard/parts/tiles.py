"""The row of tiles: three stages and today's doses, or doses alone when counted by place."""

from dash import html

from dashboard.components.progress import a_day
from dashboard.components.tile import LastDays, coverage_tile, doses_tile
from dashboard.figures import series
from dashboard.filters import STAGES
from dashboard.parts.people import self_of
from dashboard.view import View

_DAYS = 21


def tiles(view: View) -> html.Div:
    drawn = by_place(view) if view.filters.by_place else by_residence(view)
    return html.Div(drawn, className="tiles")


def by_residence(view: View) -> list:
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
            )
        )
    return [*drawn, _today(view)]


def by_place(view: View) -> list:
    say, language = view.say, view.language
    rows = view.data.doses_by_unit(view.filters)
    own = self_of(rows)
    daily = _daily(view, [(row.day, row.doses) for row in view.data.doses_trend(view.filters)])
    means = [mean for mean in daily.means if mean is not None]
    before = [say("doses.a_day", n=round(means[-1]))] if means else []
    return [
        _today(view),
        doses_tile(language, say("tile.doses_yesterday"), own.doses_yesterday, [], view.as_of(rows)),
        doses_tile(language, say("tile.doses_week"), round(means[-1]) if means else 0, before, view.as_of(rows)),
        doses_tile(language, say("tile.doses_total"), own.doses, [say("basis.place")], view.as_of(rows)),
    ]


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
        lines.append(say("tile.no_plan"))
    lines.append(say("tile.yesterday_same", n=own.doses_yesterday))
    counted = [(row.day, row.doses) for row in view.data.doses_trend(view.filters)]
    title = say("tile.doses_today")
    return doses_tile(
        language, title, own.doses_today, lines, view.as_of(rows), _last_days(view, counted), plan
    )


def _three(asked: str) -> list[str]:
    """The first three stages; the second booster takes the first one's place when it is asked for."""
    return ["first", "complete", "booster2" if asked == "booster2" else "booster1"]


def _daily(view: View, counted) -> series.Daily:
    return series.daily(counted, view.today, incomplete_from=view.data.incomplete_from(view.filters))


def _last_days(view: View, counted) -> LastDays:
    last = _daily(view, counted).last(_DAYS)
    return LastDays(last.counts, len(last.counts) - last.settled)
