"""Why a figure changed between two batches: its parts by cause, by day, by place, and how late entries come in."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.components.link import link
from dashboard.data.changes import CoverageChange
from dashboard.filters import STAGES
from dashboard.parts.people import self_of
from dashboard.parts.since import Span, span
from dashboard.tables import Column
from dashboard.view import View

CAUSES = ("new", "late", "corrected", "voided", "vanished", "duplicate", "reclassified")
# What no entry of the ledger says: other ages are counted, because the populations in force know others.
DENOMINATOR = "denominator"


@dataclass(frozen=True)
class Split:
    """before + the amounts = after. `causes`: every cause, in the order of CAUSES; `coverage`: None for doses."""

    before: int
    after: int
    causes: dict[str, int]
    coverage: CoverageChange | None

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def unexplained(self) -> int:
        """What the ledger does not say. Zero, as long as the same ages are counted."""
        return self.change - sum(self.causes.values())

    @property
    def parts(self) -> dict[str, int]:
        """Those that are not zero, with what a changed denominator did to who is counted."""
        found = {cause: amount for cause, amount in self.causes.items() if amount}
        return found | {DENOMINATOR: self.unexplained} if self.unexplained else found


def figure(view: View) -> str:
    """What is counted: people who reached a stage, by residence; doses by place of injection."""
    return "doses" if view.filters.by_place else view.filters.stage


def word(view: View, n: int = 0) -> str:
    """What is counted, as it stands after the number `n`."""
    one, many = ("doses.one", "doses.word") if view.filters.by_place else ("people.one", "people.word")
    return view.say(one if abs(n) == 1 else many)


def what(view: View) -> str:
    """`người tiêm đủ liều cơ bản`, `mũi tiêm tại địa bàn`."""
    if view.filters.by_place:
        return view.say("changes.what_doses")
    return view.say("changes.what_people", stage=view.say(f"with.{view.filters.stage}"))


def split(view: View) -> tuple[Span, Split]:
    between = span(view)
    rows = view.data.changes(between.now.filters, between.after_batch, figure(view))
    before, after = (_counted(side) for side in (between.then, between.now))
    coverage = None
    if not view.filters.by_place:
        found = view.data.coverage_change(between.now.filters, between.after_batch)
        coverage = next(row for row in found if row.stage == STAGES[view.filters.stage])
    return between, Split(before, after, by_cause(rows), coverage)


def _counted(view: View) -> int:
    if view.filters.by_place:
        return self_of(view.data.doses_by_unit(view.filters)).doses
    stage = STAGES[view.filters.stage]
    return self_of(row for row in view.data.standing(view.filters) if row.stage == stage).people


def by_cause(rows: Iterable) -> dict[str, int]:
    found = dict.fromkeys(CAUSES, 0)
    for row in rows:
        found[row.cause] += row.amount
    return found


def columns(view: View) -> list[Column]:
    """One a cause, and their sum."""
    unit = word(view)
    made = [Column(cause, view.say(f"cause.{cause}"), unit=unit) for cause in CAUSES]
    return [*made, Column("change", view.say("changes.difference"), unit=unit)]


def amounts(rows: Iterable) -> dict[str, int]:
    """The cells of `columns`."""
    found = by_cause(rows)
    return found | {"change": sum(found.values())}


def definition(view: View, id: str):
    """The way to what a number means."""
    return link(view.say("definition.show"), f"{view.to('/definitions')}#{id}", "key define")
