"""What is wrong at a site, the worst first, and whose move it is.

The directive asks for 100 % of everything. A list that marks every site below 100 % would tell nobody
whom to call: a site is marked where it falls so far behind that its own way of working must be the cause.
"""

from dataclasses import dataclass

from dashboard.parts.sites.looks import ASKED, Look, asked, share

LIMITS = {"late": 0.9, "identity": 0.5, "certificates": 0.8, "app": 0.5}
COVER_DAYS = 3  # fewer leave no time to bring more
# A share of fewer doses than this says nothing about a site.
_ENOUGH = 10
# Whose move it is for each state of identity (domain: who acts next); what was checked too late is the site's.
OWNERS = {
    "not_sent": "site",
    "no_id": "station",
    "bad_format": "station",
    "pending": "police",
    "wrong": "project06",
    "correct_after": "site",
}
KINDS = ("silent", "unentered", "late", "identity", "certificates", "app", "stock")


@dataclass(frozen=True)
class Fault:
    kind: str  # of KINDS
    owner: str  # site, station, police, project06, centre
    share: float | None = None  # of the doses, those that have the fault: what is not done, not what is


def faults(look: Look, hour: int) -> list[Fault]:
    """`hour`: of the day that the page is of; 24 when that day is over."""
    figures, found = look.figures, []
    if look.watch and look.watch.is_silent:
        found.append(Fault("silent", "site"))
    elif not figures.doses_today and look.sessions and all(hour >= session.until_hour for session in look.sessions):
        found.append(Fault("unentered", "site"))
    found += _of_the_directive(look)
    if look.cover_days is not None and look.cover_days < COVER_DAYS:
        found.append(Fault("stock", "centre"))
    return found


def _of_the_directive(look: Look) -> list[Fault]:
    """Of the doses of which it is known: nobody is to blame for what his source does not tell."""
    found = []
    for kind in ASKED:
        of_kind = asked(kind, [look])
        if of_kind.known >= _ENOUGH and of_kind.share < LIMITS[kind]:
            owner = _owner_of_identity(look) if kind == "identity" else "site"
            found.append(Fault(kind, owner, share(of_kind.known - of_kind.done, of_kind.known)))
    return found


def _owner_of_identity(look: Look) -> str:
    """Who has most of what is open before him."""
    waiting: dict[str, int] = {}
    for state, doses in states(look).items():
        if state in OWNERS:
            waiting[OWNERS[state]] = waiting.get(OWNERS[state], 0) + doses
    return max(waiting, key=lambda owner: waiting[owner]) if any(waiting.values()) else "site"


def states(look: Look) -> dict[str, int]:
    """The identity funnel of a site: each dose in exactly one state."""
    row = look.identity
    if row is None:
        return {}
    return {
        "correct_before": row.correct_before,
        "correct_after": row.correct - row.correct_before,
        "not_sent": row.not_sent,
        "no_id": row.no_id,
        "bad_format": row.bad_format,
        "pending": row.pending,
        "wrong": row.wrong,
        "not_applicable": row.not_applicable,
        "unknown": row.unknown,
    }


def worst_first(look: Look, found: list[Fault]) -> tuple:
    """For sorting: by the worst fault, then by how many there are, then by the doses that they touch."""
    worst = KINDS.index(found[0].kind) if found else len(KINDS)
    group = min(worst, 2) if found else len(KINDS)  # silent, not entered, and all that is of the directive
    return group, -len(found), -look.figures.doses
