"""What the directive asks of each dose, of one site or of many: identity, certificates and app, entry."""

from collections.abc import Sequence

from dashboard.components.measure import measure
from dashboard.parts import defined
from dashboard.parts.sites.faults import OWNERS, states
from dashboard.parts.sites.looks import Look, days_in_words, share
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

STATES = ("correct_before", "correct_after", "not_sent", "no_id", "bad_format", "pending", "wrong", "not_applicable")
LAGS = ("same_day", "day_1", "day_2", "day_3", "days_4_7", "days_8_14", "later", "unknown")
ASKED = 1.0  # the directive: of every dose


def total(looks: Sequence[Look], name: str) -> int:
    return sum(getattr(look.figures, name) for look in looks)


def tiles(view: View, looks: Sequence[Look], lag, as_of: str) -> list:
    """Entry, identity, certificates; `lag` is an EntryLag or a site's figures: the median and P90 of days."""
    say, percent, doses = view.say, view.language.percent, total(looks, "doses")
    days = days_in_words(view)
    timed = doses - total(looks, "entered_unknown")
    same_day, soon = share(total(looks, "entered_same_day"), timed), share(total(looks, "entered_within_72h"), timed)
    before = share(total(looks, "identity_correct_before"), doses)
    printed, app = share(total(looks, "certificates_printed"), doses), share(total(looks, "app_confirmed"), doses)
    lines = [say("sites.within_72h", share=percent(soon))]
    if lag.lag_median is not None:
        lines.append(say("sites.lag", median=lag.lag_median, p90=lag.lag_p90))
    return [
        _tile(view, "same_day", same_day, "entry-lag", as_of, [days, *lines]),
        _tile(
            view, "identity", before, "identity-before", as_of,
            [days, say("sites.not_before", n=_waiting(looks), doses=doses)],
        ),
        _tile(
            view, "certificates", printed, "certificates", as_of,
            [days, say("sites.not_printed", n=doses - total(looks, "certificates_printed")),
             say("sites.app_share", share=percent(app))],
        ),
    ]  # fmt: skip


def _tile(view: View, name: str, reached: float | None, definition: str, as_of: str, lines: list):
    say, percent = view.say, view.language.percent
    if reached is None:
        lines = [lines[0], say("sites.no_doses")]
    label = say("tile.bullet", value=percent(reached), target=view.language.goal(ASKED))
    return measure(
        view.language,
        say(f"sites.tile.{name}"),
        percent(reached) if reached is not None else say("no_data"),
        say("sites.of_doses") if reached is not None else "",
        (reached, ASKED, label, "ours"),
        lines,
        as_of,
        defined.address(view, definition),
    )


def _waiting(looks: Sequence[Look]) -> int:
    """Doses of which somebody has to do something: not those of foreigners, who are not checked."""
    return sum(doses for look in looks for state, doses in states(look).items() if state in OWNERS)


def identity(view: View, looks: Sequence[Look]) -> Table:
    """The funnel (indicator 15): each dose in one state, so that the rows add up to the doses."""
    say, counted = view.say, dict.fromkeys(STATES, 0)
    for look in looks:
        for state, doses in states(look).items():
            counted[state] += doses
    doses = sum(counted.values())
    columns = [
        Column("status", say("sites.state"), "text"),
        Column("status_share", say("sites.share"), "bar"),
        Column("status_doses", say("sites.doses")),
        Column("status_owner", say("sites.next"), "text"),
    ]
    rows = [
        Row(
            {
                "status": say(f"sites.state.{state}"),
                "status_share": Bar(share(count, doses)),
                "status_doses": count,
                "status_owner": say(f"sites.owner.{OWNERS[state]}") if state in OWNERS else "",
            }
        )
        for state, count in counted.items()
    ]
    foot = [Row({"status": say("ranking.total"), "status_doses": doses}, kind="total")]
    said = ""
    waiting = {state: count for state, count in counted.items() if state in OWNERS and count}
    if waiting:
        most = max(waiting, key=lambda state: waiting[state])
        said = say(
            "sites.identity_said",
            n=sum(waiting.values()),
            doses=doses,
            most=say(f"sites.state.{most}").lower(),
            count=waiting[most],
            owner=say(f"sites.owner.{OWNERS[most]}"),
        )
    unit = f"{say('sites.unit_doses')}, {days_in_words(view)}"
    keys = [defined.definition(view, "identity-funnel")]
    return Table(say("sites.identity_title"), unit, columns, rows, foot, said, keys)


def entry(view: View, looks: Sequence[Look]) -> Table:
    """How long after the injection doses were entered (indicator 11); the rows add up to the doses."""
    say, doses = view.say, total(looks, "doses")
    counted = {lag: total(looks, f"entered_{lag}") for lag in LAGS}
    columns = [
        Column("entered", say("sites.entered"), "text"),
        Column("entered_share", say("sites.share"), "bar"),
        Column("entered_doses", say("sites.doses")),
    ]
    rows = [
        Row(
            {
                "entered": say(f"sites.entered.{lag}"),
                "entered_share": Bar(share(count, doses)),
                "entered_doses": count,
            }
        )
        for lag, count in counted.items()
        if count or lag in LAGS[:2]
    ]
    foot = [Row({"entered": say("ranking.total"), "entered_doses": doses}, kind="total")]
    late = doses - counted["same_day"] - counted["unknown"]
    said = say("sites.entry_said", late=late, doses=doses) if doses else ""
    unit = f"{say('sites.unit_doses')}, {days_in_words(view)}"
    return Table(say("sites.entry_title"), unit, columns, rows, foot, said, [defined.definition(view, "entry-lag")])
