"""Units beside each other: which are compared, since which day, and how each stood over time.

Then is the end of an earlier day by what is known now: a warehouse that was filled yesterday knows nothing that was
known last week, and yet when everybody was injected (docs/rules.md).
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.components import progress
from dashboard.data import CoverageDay, Standing
from dashboard.filters import STAGES
from dashboard.parts import people
from dashboard.view import View

USUAL = "week"
# `since` of a page that counts moments: an hour before is a day before here.
BACK = {"hour": 1, "day": 1, "week": 7, "month": 30}
_LAST = 2  # of the units that are suggested: the best, and so many of the furthest behind


@dataclass(frozen=True)
class Side:
    """One of the compared units."""

    unit_id: int
    code: str
    name: str
    stage: int
    then: date
    now: Standing
    days: tuple[CoverageDay, ...]  # of every stage

    def of_stage(self, stage: int) -> list[CoverageDay]:
        return [row for row in self.days if row.stage == stage]

    def on(self, day: date, stage: int | None = None) -> CoverageDay:
        """Who had reached the stage at the end of a day."""
        rows = self.of_stage(stage or self.stage)
        at = bisect_right(rows, day, key=lambda row: row.day)
        if at:
            return rows[at - 1]
        return CoverageDay(self.unit_id, stage or self.stage, day, 0, 0.0 if self.now.population else None)

    @property
    def before(self) -> CoverageDay:
        return self.on(self.then)

    @property
    def gained(self) -> float | None:
        """In shares, since `then`."""
        if self.now.coverage is None or self.before.coverage is None:
            return None
        return self.now.coverage - self.before.coverage

    @property
    def missing(self) -> int | None:
        return None if self.now.target_share is None or self.now.coverage is None else progress.missing(self.now)


def then(view: View) -> date:
    """The day that now is compared with: the one on which `since` lies, and before the page's own."""
    asked = view.filters.since or USUAL
    if asked in BACK:
        return view.today - timedelta(days=BACK[asked])
    if asked.isdigit():
        day = view.local(view.data.batch(int(asked)).committed_at).date()
    else:
        day = datetime.fromisoformat(asked).date()
    return min(day, view.today - timedelta(days=1))


def sides(view: View) -> list[Side]:
    """The compared units, in the reader's order; where he chose none, those that are suggested."""
    ids = {code: view.data.unit_id(code, view.filters.as_of) for code in codes(view)}
    days, stage = view.data.coverage_by_day(view.filters, ids.values()), STAGES[view.filters.stage]
    made = []
    for code, unit_id in ids.items():
        (now,) = (row for row in of_unit(view, unit_id, view.data.standing) if row.stage == stage)
        own = tuple(row for row in days if row.unit_id == unit_id)
        made.append(Side(unit_id, code, within(view, view.units[unit_id]), stage, then(view), now, own))
    return made


def of_unit(view: View, unit_id: int, ask: Callable) -> list:
    """A unit's own rows of an answer: out of that about the ranking, which is asked anyway, where it is there."""
    about = parent(view)
    own = about.unit.unit_id
    found = [row for row in ask(about.filters) if row.unit_id == unit_id and (row.is_self or unit_id != own)]
    return found or [row for row in ask(view.about(unit_id).filters) if row.is_self]


def codes(view: View) -> tuple[str, ...]:
    return view.filters.beside or suggested(view)


def suggested(view: View) -> tuple[str, ...]:
    """The best, the furthest behind, and the unit of the page where it has no smaller ones."""
    ordered = ranked(view)
    own = [] if parent(view) is view else [view.unit.code]
    ends = [*ordered[:1], *ordered[1:][-_LAST:]] if ordered else [view.unit.code]
    return tuple(dict.fromkeys([*own, *ends]))


def ranked(view: View) -> list[str]:
    """Codes of the units below, the best first; without a coverage by people."""
    found = parent(view)
    rows = people.children_of(found, people.standings(found))
    ordered = sorted(rows, key=lambda row: (row.coverage is None, -(row.coverage or 0), -row.people))
    return [view.units[row.unit_id].code for row in ordered]


def parent(view: View) -> View:
    """About the unit whose smaller ones are ranked."""
    return people.above_leaf(view, view.data.standing)


def within(view: View, unit) -> str:
    """A unit's name, with the unit above it where that is neither the ranking's nor the root: names repeat."""
    name = view.language.name(unit)
    above = view.units.get(unit.parent_id)
    if above is None or above.unit_id in (parent(view).unit.unit_id, view.world.root_unit_id):
        return name
    return view.say("district.within", unit=name, above=view.language.name(above))


def shares(compared: list[Side]) -> bool:
    """Whether they are compared by coverage; where none has a population, by people."""
    return any(side.now.coverage is not None for side in compared)
