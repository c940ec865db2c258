"""What a page asks with, as the warehouse takes it: ids of codes, a question's arguments of the filters."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from dashboard.choices import CHOICES, Choice
from dashboard.data.asking import Unknown
from dashboard.data.world import Unit, WorldQuestions

if TYPE_CHECKING:
    from dashboard.filters import Filters


class Arguments(WorldQuestions):
    """What the subjects' questions have in common. Each takes the page's filters; what of them it does not name has no meaning
    for it."""

    # --- codes to ids

    def seen_on(self, as_of: int | None = None) -> date:
        """The day whose units are meant: today (of the as-of); of a world that is no more, its last day."""
        root = self.world().root_unit_id
        ended = next((unit.valid_to for unit in self.units() if unit.unit_id == root), None)
        return min(self.today(as_of), ended or date.max)

    def unit_id(self, code: str | None, as_of: int | None = None) -> int:
        """The unit that has `code` on the day meant; None is the root.

        Codes were used again for other places. One that is no unit's on that day is its last bearer's before it, else whose
        it will be.
        """
        if code is None:
            return self.world().root_unit_id
        day = self.seen_on(as_of)

        def nearness(unit: Unit) -> tuple:
            began = unit.valid_from or date.min
            return unit.is_in_force(day), began <= day, began

        known = [unit for unit in self.units() if unit.code == code]
        if not known:
            raise Unknown("unit", code, [unit.code for unit in self.units()])
        return max(known, key=nearness).unit_id

    def site_id(self, code: str) -> int:
        """The site that has `code`. Raises Unknown."""
        codes = {site.code: site.site_id for site in self.sites()}
        if code not in codes:
            raise Unknown("site", code, list(codes))
        return codes[code]

    # --- filters to arguments

    def _unit(self, filters: "Filters") -> int:
        return self.unit_id(filters.unit, filters.as_of)

    def _site(self, code: str, filters: "Filters") -> dict:
        arguments = self._days(filters) | {"site": self.site_id(code)}
        del arguments["unit"]
        return arguments

    def _people(self, filters: "Filters") -> dict:
        return self._days(filters) | {one.name: _some(self._numbers(one, getattr(filters, one.name))) for one in CHOICES}

    def _numbers(self, choice: Choice, chosen: Iterable) -> Iterable[int]:
        """What the warehouse calls them. Raises Unknown."""
        if not chosen or not choice.numbers:
            return chosen
        numbers = choice.numbers(self)
        for value in chosen:
            if value not in numbers:
                raise Unknown(choice.key, value, list(numbers))
        return [numbers[value] for value in chosen]

    def _doses(self, filters: "Filters") -> dict:
        return self._people(filters) | {"basis": filters.basis}

    def _days(self, filters: "Filters") -> dict:
        unit = self._unit(filters)
        return {"unit": unit, "from": filters.date_from, "to": filters.date_to} | self._as_of(filters)

    def _as_of(self, filters: "Filters") -> dict:
        if filters.as_of is not None:
            self.batch(filters.as_of)  # a batch to come would be answered, and kept, as if it were now
        return {"as_of": filters.as_of}

    def _rows(self, filters: "Filters", level: int | None) -> dict:
        return {"today": self.today(filters.as_of), "level": level}


def _some(values) -> list | None:
    """No filter is NULL for the database; order and repetition make no other question."""
    return sorted(set(values)) or None
