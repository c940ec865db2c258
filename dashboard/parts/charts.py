"""The charts of a unit: trend, hours of today, vaccines; and the reconciliation strip.

A chart is (title, unit, figure, sentence, (columns, rows of its table twin)).
"""

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel, strip
from dashboard.components.table import toggle, twin
from dashboard.figures import hours, series, trend, vaccines
from dashboard.filters import STAGES
from dashboard.parts.defined import definition
from dashboard.parts.people import self_of, standings
from dashboard.tables import Table
from dashboard.view import View

TREND = Block("trend", is_of_reach=True)
HOURS = Block("hours", takes=(), basis="place", has_denominator=False)  # an hour is known of all doses of a site alone
VACCINES = Block("vaccines", has_denominator=False, is_of_a_part=True)
RECONCILIATION = Block("reconciliation", takes=("days",), basis="both", has_denominator=False, is_of_a_part=True)

# A season: long enough to see a trend, few enough columns for a phone.
_DAYS = 75
# After so many days without figures a campaign is over, and its own last days are shown.
_SILENCE = 28 * series.DAY


def trend_chart(view: View, colours):
    say, filters = view.say, view.filters
    needed = None
    if filters.by_place:
        counted = [(row.day, row.doses) for row in view.data.doses_trend(filters)]
        title, unit, what = say("trend.title_doses"), say("trend.unit_doses"), "doses"
    else:
        stage = STAGES[filters.stage]
        counted = [(row.day, row.people) for row in view.data.trend(filters) if row.stage == stage]
        title, what = say("trend.title"), "people"
        unit = say("trend.unit", stage=say(f"with.{filters.stage}"))
        needed = self_of(standings(view)).pace_needed
    until = _until(view, counted)
    whole = series.daily(counted, until, incomplete_from=view.data.incomplete_from(filters))
    shown = whole if filters.date_from else whole.last(_DAYS)
    means = whole.means[len(whole.counts) - len(shown.counts) :]
    said = trend.sentence(view.language, shown, means, what)
    if shown.counts and until < min(filters.date_to or view.today, view.today):
        said = f"{say('trend.ended', day=until)} {said}"
    return (
        title,
        [panel.unit(unit), definition(view, "doses-week" if filters.by_place else "pace")],
        trend.trend(view.language, colours, shown, means, needed, what),
        said,
        trend.twin(view.language, shown, means, what),
    )


def _until(view: View, counted):
    """The last day shown: today, or the last that has figures when that is long ago."""
    end = min(view.filters.date_to or view.today, view.today)
    last = max((day for day, _ in counted), default=end)
    return last if end - last > _SILENCE else end


def hours_chart(view: View, colours):
    language, today = view.language, view.today
    now = hours.by_hour(view.data.doses_by_hour(view.filters, today))
    before = hours.by_hour(view.data.doses_by_hour(view.filters, today - series.DAY))
    keys = [panel.key(view.say("hours.today"), "accent"), panel.key(view.say("hours.yesterday"), "faint")]
    return (
        view.say("hours.title"),
        [panel.unit(view.say("hours.unit")), *keys, definition(view, "doses-today")],
        hours.hours(language, colours, now, before, view.hour),
        hours.sentence(language, now, before, view.hour),
        hours.twin(language, now, before),
    )


def vaccines_chart(view: View, colours):
    language = view.language
    names = view.vaccines
    found = vaccines.mixes(view.data.doses_by_vaccine(view.filters), names)
    keys = [panel.key(name, f"mix-{place + 1}") for place, name in vaccines.part_names(language, found).items()]
    basis = view.say(f"basis.{view.filters.basis}").lower()
    unit = ", ".join([view.say("vaccines.unit"), basis])
    return (
        view.say("vaccines.title"),
        [panel.unit(unit), *keys, definition(view, "doses-total")],
        vaccines.vaccines(language, colours, found),
        vaccines.sentence(language, found),
        vaccines.twin(language, found),
    )


def reconciliation(view: View) -> html.Section:
    row, say = view.data.reconciliation(view.filters), view.say
    content = [
        html.P(strip.sentence(view.language, row), className="sentence"),
        strip.strip(view.language, row),
        toggle(view.language, "recon-table", twin(view.language, strip.twin(view.language, row))),
    ]
    take = blocks.take_away(view, RECONCILIATION)
    keys = [definition(view, "bases")]
    unit = blocks.noted(view, RECONCILIATION, say("recon.unit"))
    return panel.panel(say("recon.title"), unit, content, RECONCILIATION.panel_id, keys=keys, take=take)


def reconciliation_table(view: View) -> Table:
    return strip.twin(view.language, view.data.reconciliation(view.filters))
