"""The stores of a unit and their stock: what every block about stock begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dashboard import labels
from dashboard.parts.vaccines import supply
from dashboard.view import View


@dataclass(frozen=True)
class Stores:
    """The stores of the asked unit; where it has none, of the nearest unit above that has."""

    view: View  # about that unit
    asked: View

    @cached_property
    def rows(self) -> list:
        return list(self.view.data.stock(self.view.filters))

    @cached_property
    def parts(self) -> list:
        return [row for row in self.rows if not row.is_self]

    @cached_property
    def whole(self) -> list:
        return [row for row in self.rows if row.is_self]

    @cached_property
    def vaccines(self) -> dict[int, str]:
        """Names of those that were ever in a store, those of which most was given first."""
        names = vaccine_names(self.view)
        return {row.vaccine_id: names[row.vaccine_id] for row in sorted(self.whole, key=lambda row: -row.given)}

    @cached_property
    def units(self) -> list[int]:
        """In the order of their names; what the unit keeps itself last."""
        known = {row.unit_id for row in self.parts}
        units = self.view.units
        own = self.view.unit.unit_id
        return sorted(known, key=lambda one: (one == own, units[one].sort_key or units[one].code))

    @cached_property
    def needs(self) -> list[supply.Need]:
        """What runs out soon. A unit with nothing but its own store is helped by those beside it."""
        own = self.view.unit.unit_id
        if self.units != [own] or self.view.is_root:
            return supply.needs(self.rows)
        above = self.view.about_parent()
        return [need for need in supply.needs(above.data.stock(above.filters)) if need.unit_id == own]

    @property
    def is_of_another(self) -> bool:
        return self.view.unit.unit_id != self.asked.unit.unit_id

    def name(self, unit_id: int) -> str:
        if unit_id == self.view.unit.unit_id:
            return self.view.say("supply.own_store", unit=self.view.name(unit_id))
        return self.view.name(unit_id)

    def within(self, unit_id: int) -> str:
        """The name inside a sentence."""
        is_own = unit_id == self.view.unit.unit_id
        return self.view.say("supply.in_own_store", unit=self.view.name(unit_id)) if is_own else self.view.name(unit_id)

    def href(self, unit_id: int) -> str | None:
        if unit_id == self.view.unit.unit_id:
            return None
        return self.view.filters.href(unit=self.view.units[unit_id].code)


def stores(asked: View) -> Stores:
    found = Stores(asked, asked)
    while not found.rows and not found.view.is_root:
        above = found.view.about_parent()
        if above.unit.unit_id == found.view.unit.unit_id:
            break
        found = Stores(above, asked)
    return found


def vaccine_names(view: View) -> dict[int, str]:
    """The brand without its maker, where that is plain."""
    return dict(zip(view.vaccines, labels.apart(list(view.vaccines.values()), labels.brand), strict=True))


def most_used(view: View) -> list[int]:
    """The vaccines, that of which most doses were given first."""
    used: dict[int, int] = {}
    for row in view.data.vaccine_days(view.filters):
        used[row.vaccine_id] = used.get(row.vaccine_id, 0) + row.doses
    return sorted(used, key=lambda vaccine_id: -used[vaccine_id])


def total(rows: Sequence, name: str) -> int | None:
    """None where no row has a figure."""
    known = [getattr(row, name) for row in rows if getattr(row, name) is not None]
    return sum(known) if known else None
