"""The charts: from before to after, when a day's doses were entered, how complete the last days are."""

from datetime import timedelta

from dashboard.block import Block
from dashboard.figures import bridge, completeness, triangle
from dashboard.parts.changes import split, what, word
from dashboard.parts.since import signed, span
from dashboard.view import View

BRIDGE = Block("changes-bridge", has_denominator=False, is_of_reach=True)
TRIANGLE = Block("changes-triangle", takes=(), basis="place", has_denominator=False, folds=True)
COMPLETE = Block("changes-complete", takes=(), basis="place", has_denominator=False, folds=True)

_DAYS = 15


def bridge_chart(view: View, colours):
    between, found = split(view)
    say, moments = view.say, between.moments()
    steps = bridge.steps(view.language, found.before, found.parts, found.after, moments["since"], moments["until"])
    said = ""
    if found.parts:
        cause, n = max(found.parts.items(), key=lambda pair: abs(pair[1]))
        name = say(f"cause.{cause}").lower()
        said = say("changes.bridge_said", cause=name, n=signed(view.language, n), unit=word(view, n))
    return (
        say("changes.bridge"),
        say("changes.bridge_unit", what=what(view)),
        bridge.bridge(view.language, colours, steps, word(view)),
        said,
        bridge.twin(view.language, steps, word(view)),
    )


def triangle_chart(view: View, colours):
    now = span(view).now
    since = now.today - timedelta(days=_DAYS - 1)
    rows = now.data.triangle(now.filters.but(date_from=since, date_to=now.today))
    found = triangle.triangle(rows, now.today, _DAYS)
    say = view.say
    return (
        say("triangle.title"),
        say("triangle.unit"),
        triangle.heat(view.language, colours, found),
        triangle.sentence(view.language, found),
        triangle.twin(view.language, found),
    )


def completeness_chart(view: View, colours):
    now = span(view).now
    since = now.today - timedelta(days=_DAYS - 1)
    doses: dict = {}
    for row in now.data.triangle(now.filters.but(date_from=since, date_to=now.today)):
        doses[row.day] = doses.get(row.day, 0) + row.doses
    days = completeness.recent(doses, now.data.completeness_by_day(now.filters), now.today, _DAYS)
    say = view.say
    return (
        say("complete.title"),
        say("complete.unit"),
        completeness.bars(view.language, colours, days),
        completeness.sentence(view.language, days),
        completeness.twin(view.language, days),
    )
