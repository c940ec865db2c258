"""Doses over time by vaccine, by dose number and by lot, by place of injection."""

from datetime import date, timedelta

from dashboard.block import Block
from dashboard.components import panel
from dashboard.figures import stacked
from dashboard.figures.series import DAY, WEEK
from dashboard.parts.vaccines.stores import most_used, vaccine_names
from dashboard.view import View

BY_KIND = Block("vaccines-by-kind", has_denominator=False, is_of_a_part=True)
BY_DOSE = Block("vaccines-by-dose", has_denominator=False, is_of_a_part=True, folds=True)
BY_LOT = Block("vaccines-by-lot", has_denominator=False, is_of_a_part=True, folds=True)

# Up to here a column a day can be told apart at the desk and on a phone; beyond it a column is a week.
_DAYS_APART = 60
_LOT_DAYS = 28
# After so many days without a dose a campaign is over, and its own last days are shown.
_SILENCE = 28


def by_vaccine(view: View, colours):
    rows = view.data.vaccine_days(view.filters)
    counted = [(row.vaccine_id, row.day, row.doses) for row in rows]
    return _chart(view, colours, "vaccine", counted, vaccine_names(view), "stacked.other_vaccines", most_used(view))


def by_dose(view: View, colours):
    rows = view.data.vaccine_days(view.filters)
    counted = [(min(row.dose_number, 4), row.day, row.doses) for row in rows]
    names = {number: view.say("vaccines.dose", n=number) for number in (1, 2, 3)}
    names[4] = view.say("vaccines.later", n=4)
    return _chart(view, colours, "dose", counted, names, "told.no_number", order=(1, 2, 3, 4))


def by_lot(view: View, colours):
    """Four weeks by day; the lots with most doses in the last seven days are named."""
    until = _until(view, [row.day for row in view.data.vaccine_days(view.filters)])
    since = max(until - DAY * (_LOT_DAYS - 1), view.filters.date_from or date.min)
    rows = view.data.lot_days(view.filters.but(date_from=since, date_to=until))
    counted = [(row.lot_number, row.day, row.doses) for row in rows]
    used: dict[str, int] = {}
    for number, day, doses in counted:
        if day > until - timedelta(WEEK):
            used[number] = used.get(number, 0) + doses
    order = sorted((number for number in used if number), key=lambda number: -used[number])
    names = {number: number for number in order[: stacked.NAMED]}
    if not view.is_untold("lot_number"):
        return _chart(view, colours, "lot", counted, names, "stacked.other_lots", order, (since, until))
    title, unit, figure, _, twin = _chart(view, colours, "lot", counted, names, "told.untold", order, (since, until))
    return title, unit, figure, view.say("told.no_lots"), twin


def _chart(view: View, colours, what: str, counted, names, rest: str, order=None, span=None):
    say, language, word = view.say, view.language, view.say("doses.word")
    first, last = span or _span(view, counted)
    length = WEEK if (last - first).days >= _DAYS_APART else 1
    shown = stacked.stack(counted, names, first, last, length, say(rest), order)
    title = say(f"stacked.title_{what}")
    unit = say("stacked.unit_week" if length == WEEK else "stacked.unit_day")
    return (
        title,
        [panel.unit(unit)],
        stacked.columns(language, colours, shown, word),
        _sentence(view, counted, names, last),
        stacked.twin(language, shown, word),
    )


def _sentence(view: View, counted, names: dict, last: date) -> str:
    """Of the seven days up to the last one shown."""
    of_week: dict = {}
    for key, day, doses in counted:
        if last - timedelta(WEEK) < day <= last:
            of_week[key] = of_week.get(key, 0) + doses
    doses = sum(of_week.values())
    named = [key for key in of_week if key in names]
    if not doses or not named:
        return ""
    most = max(named, key=of_week.__getitem__)
    share = view.language.percent(of_week[most] / doses, 0)
    return view.say("stacked.sentence", day=view.language.short_day(last), doses=doses, name=names[most], share=share)


def _span(view: View, counted) -> tuple[date, date]:
    days = [day for _, day, _ in counted]
    last = _until(view, days)
    first = min(days, default=last)
    return max(view.filters.date_from or first, first), last


def _until(view: View, days) -> date:
    """The last day shown: today, or the last that has figures when that is long ago."""
    end = min(view.filters.date_to or view.today, view.today)
    last = max((day for day in days if day <= end), default=end)
    return last if (end - last).days > _SILENCE else end
