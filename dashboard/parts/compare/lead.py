"""The sentence: who leads, who passed whom, how far they are apart, and who has become faster since then."""

from datetime import date
from itertools import combinations

from dash import html

from dashboard.block import Block
from dashboard.components import progress
from dashboard.parts import told
from dashboard.parts.compare import Side, sides
from dashboard.view import View

LEAD = Block("compare-lead", is_first=True, is_of_reach=True)

# A lead that was gained before one of the two had reached so much is no overtaking.
_WORTH = 0.01
_LEAD = 0.001  # and one that cannot be seen is none


def lead(view: View) -> list:
    compared = sides(view)
    known = sorted((side for side in compared if side.now.coverage is not None), key=lambda side: -side.now.coverage)
    if len(compared) == 1:
        said, more = _alone(view, compared[0]), [_to_do(view, compared[0])]
    elif len(known) > 1:
        said, passed = _ends(view, known[0], known[-1]), _passed(view, known)
        if passed and len(known) == 2:  # of two, that one passed the other says it all
            said, passed = passed, ""
        more = [passed, _spread(view, known), _gains(view, known), _to_do(view, known[-1])]
    else:
        said, more = _people(view, compared), []
    rows = [side.now for side in compared]
    more += [told.lacking(view, *rows), told.unpeopled(view, rows)]
    return [html.P(said, className="lead"), html.P(" ".join(text for text in more if text), className="lead-more")]


def overtaken(upper: Side, lower: Side) -> date | None:
    """The day from which `upper` has been above `lower`; None where it always was, or from when both were near nothing."""
    days = sorted({row.day for side in (upper, lower) for row in side.of_stage(side.stage)})
    since = None
    for day in reversed(days):
        mine, other = upper.on(day).coverage, lower.on(day).coverage
        if mine <= other:
            return since
        if other < _WORTH:
            return None
        since = day
    return None


def _alone(view: View, side: Side) -> str:
    values = {"unit": side.name, "stage": view.say(f"with.{view.filters.stage}"), "day": side.then}
    if side.gained is None:
        return view.say("compare.alone_people", people=side.now.people, before=side.before.people, **values)
    language = view.language
    values |= {"coverage": language.percent(side.now.coverage), "before": language.percent(side.before.coverage)}
    return view.say("compare.alone_said", points=_points(view, side.gained), **values)


def _passed(view: View, known: list[Side]) -> str:
    """The latest overtaking; empty where there was none."""
    pairs = [pair for pair in combinations(known, 2) if pair[0].now.coverage - pair[1].now.coverage >= _LEAD]
    crossed = [(day, upper, lower) for upper, lower in pairs if (day := overtaken(upper, lower))]
    if not crossed:
        return ""
    day, upper, lower = max(crossed, key=lambda found: found[0])
    apart = _points(view, upper.now.coverage - lower.now.coverage)
    return view.say("compare.passed", upper=upper.name, lower=lower.name, day=day, points=apart)


def _ends(view: View, best: Side, worst: Side) -> str:
    high, low = (view.language.percent(side.now.coverage) for side in (best, worst))
    apart = _points(view, best.now.coverage - worst.now.coverage)
    stage = view.say(f"stage.{view.filters.stage}").lower()
    return view.say("compare.ends_said", best=best.name, high=high, worst=worst.name, low=low, points=apart, stage=stage)


def _spread(view: View, known: list[Side]) -> str:
    """Whether the best and the last have come nearer since then."""
    now = known[0].now.coverage - known[-1].now.coverage
    before = abs(known[0].before.coverage - known[-1].before.coverage)
    key = "compare.apart" if now > before else "compare.nearer"
    if round(now - before, 3) == 0:
        key = "compare.no_nearer"
    return view.say(key, best=known[0].name, worst=known[-1].name, day=known[0].then, points=_points(view, now - before))


def _gains(view: View, known: list[Side]) -> str:
    most, least = (pick(known, key=lambda side: side.gained) for pick in (max, min))
    if round(most.gained, 3) == round(least.gained, 3):
        return ""
    gains = {"high": view.language.write("points", most.gained), "low": view.language.write("points", least.gained)}
    return view.say("compare.gains", most=most.name, least=least.name, **gains)


def _to_do(view: View, side: Side) -> str:
    """What the unit has to do a day, which is what can be ordered."""
    row = side.now
    if not side.missing or row.pace_needed is None:
        return ""
    values = {"needed": progress.a_day(view.language, row.pace_needed), "pace": progress.a_day(view.language, row.pace or 0)}
    return view.say("compare.to_do", unit=side.name, people=side.missing, **values)


def _people(view: View, compared: list[Side]) -> str:
    """Without a population the numbers of people, which are no order of merit."""
    most, least = (pick(compared, key=lambda side: side.now.people) for pick in (max, min))
    stage = view.say(f"with.{view.filters.stage}")
    values = {"most": most.name, "high": most.now.people, "least": least.name, "low": least.now.people}
    return view.say("compare.people_said", stage=stage, **values)


def _points(view: View, difference: float) -> str:
    return view.say("points", n=view.language.points(difference))
