"""What the directive asks of each dose, of one site or of many: identity, certificates and app, entry."""

from collections.abc import Sequence

from dashboard.components.measure import measure
from dashboard.i18n import NO_FIGURE
from dashboard.parts import defined
from dashboard.parts.sites.faults import OWNERS, states
from dashboard.parts.sites.looks import Asked, Look, asked, days_in_words, share, total
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

UNKNOWN = "unknown"  # of this nobody tells: in the total, in no share
STATES = (
    "correct_before", "correct_after", "not_sent", "no_id", "bad_format", "pending", "wrong", "not_applicable", UNKNOWN,
)  # fmt: skip
LAGS = ("same_day", "day_1", "day_2", "day_3", "days_4_7", "days_8_14", "later", UNKNOWN)
GOAL = 1.0  # the directive: of every dose


def tiles(view: View, looks: Sequence[Look], lag, as_of: str) -> list:
    """Entry, identity, certificates; `lag` is an EntryLag or a site's figures: the median and P90 of days."""
    say, percent = view.say, view.language.percent
    same_day, before, printed, app = (asked(kind, looks) for kind in ("late", "identity", "certificates", "app"))
    soon = [say("sites.within_72h", share=percent(share(total(looks, "entered_within_72h"), same_day.known)))]
    if lag.lag_median is not None:
        soon.append(say("sites.lag", median=lag.lag_median, p90=lag.lag_p90))
    waiting = [say("sites.not_before", n=_waiting(looks), doses=before.known)]
    papers = [say("sites.not_printed", n=printed.known - printed.done)]
    seen = [say("sites.app_untold") if app.is_untold else say("sites.app_share", share=percent(app.share))]
    return [
        _tile(view, "same_day", same_day, "entry-lag", as_of, soon),
        _tile(view, "identity", before, "identity-before", as_of, waiting),
        _tile(view, "certificates", printed, "certificates", as_of, papers, seen),
    ]


def _tile(view: View, name: str, of_doses: Asked, definition: str, as_of: str, lines: list, always: Sequence[str] = ()):
    """`lines` stand where something is known, `always` wherever there are doses."""
    say, percent, reached = view.say, view.language.percent, of_doses.share
    if reached is not None:
        number, under = percent(reached), say("sites.of_known" if of_doses.unknown else "sites.of_doses")
        told = [say("sites.untold_of", n=of_doses.unknown)] if of_doses.unknown else []
        lines = [*lines, *always, *told]
    elif of_doses.is_untold:
        number, under, lines = NO_FIGURE, say("sites.untold"), [*always]
    else:
        number, under, lines = say("no_data"), "", [say("sites.no_doses")]
    label = say("tile.bullet", value=percent(reached), target=view.language.goal(GOAL))
    return measure(
        view.language,
        say(f"sites.tile.{name}"),
        number,
        under,
        None if of_doses.is_untold else (reached, GOAL, label, "ours"),
        [days_in_words(view), *lines],
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
    known = doses - counted[UNKNOWN]
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
                "status_share": Bar(None if state == UNKNOWN else share(count, known)),
                "status_doses": count,
                "status_owner": say(f"sites.owner.{OWNERS[state]}") if state in OWNERS else "",
            }
        )
        for state, count in counted.items()
        if (count if state == UNKNOWN else known or not doses)
    ]
    foot = [Row({"status": say("ranking.total"), "status_doses": doses}, kind="total")]
    said = ""
    waiting = {state: count for state, count in counted.items() if state in OWNERS and count}
    if waiting:
        most = max(waiting, key=lambda state: waiting[state])
        said = say(
            "sites.identity_said",
            n=sum(waiting.values()),
            doses=known,
            most=say(f"sites.state.{most}").lower(),
            count=waiting[most],
            owner=say(f"sites.owner.{OWNERS[most]}"),
        )
    if counted[UNKNOWN]:
        said = f"{said} {say('sites.identity_untold' if known else 'sites.identity_untold_all', n=counted[UNKNOWN])}".strip()
    unit = f"{say('sites.unit_doses')}, {days_in_words(view)}"
    keys = [defined.definition(view, "identity-funnel")]
    return Table(say("sites.identity_title"), unit, columns, rows, foot, said, keys)


def entry(view: View, looks: Sequence[Look]) -> Table:
    """How long after the injection doses were entered (indicator 11); the rows add up to the doses."""
    say, doses = view.say, total(looks, "doses")
    counted = {lag: total(looks, f"entered_{lag}") for lag in LAGS}
    known = doses - counted[UNKNOWN]
    columns = [
        Column("entered", say("sites.entered"), "text"),
        Column("entered_share", say("sites.share"), "bar"),
        Column("entered_doses", say("sites.doses")),
    ]
    rows = [
        Row(
            {
                "entered": say(f"sites.entered.{lag}"),
                "entered_share": Bar(None if lag == UNKNOWN else share(count, known)),
                "entered_doses": count,
            }
        )
        for lag, count in counted.items()
        if count or (lag in LAGS[:2] and (known or not doses))
    ]
    foot = [Row({"entered": say("ranking.total"), "entered_doses": doses}, kind="total")]
    said = say("sites.entry_said", late=known - counted["same_day"], doses=known) if known else ""
    if counted[UNKNOWN]:
        said = f"{said} {say('sites.entry_untold' if known else 'sites.entry_untold_all', n=counted[UNKNOWN])}".strip()
    unit = f"{say('sites.unit_doses')}, {days_in_words(view)}"
    return Table(say("sites.entry_title"), unit, columns, rows, foot, said, [defined.definition(view, "entry-lag")])
