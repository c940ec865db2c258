"""What was given of which vaccine and lot, and where a lot went. By place of injection."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class VaccineDay:
    """One row per vaccine, dose number and day, by place of injection."""

    vaccine_id: int
    dose_number: int
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class LotDay:
    """One row per lot as recorded ("" = none) and day, by place of injection."""

    lot_number: str
    day: date
    doses: int


@dataclass(frozen=True, slots=True)
class Lot:
    """One row per lot ("" = none recorded) and vaccine that a unit used."""

    lot_number: str
    vaccine_id: int
    doses: int
    sites: int
    first_on: date
    last_on: date
    is_disputed: bool  # recorded with another vaccine too


@dataclass(frozen=True, slots=True)
class LotPlace:
    """One row per spelling, vaccine, site, day and dose number of one lot, in the whole world."""

    lot_number: str
    vaccine_id: int
    site_id: int
    place_unit_id: int
    day: date
    dose_number: int
    doses: int


@dataclass(frozen=True, slots=True)
class UnruledPair:
    """One row per pair of vaccines that no rule is of: the later dose does not count; as of the last batch."""

    before_vaccine_id: int
    vaccine_id: int
    doses: int
    people: int


class VaccinesQuestions(Arguments):
    """Of the filters: unit, vaccines, days, as-of."""

    def vaccine_days(self, filters: "Filters") -> Rows[VaccineDay]:
        return self._ask("vaccine_days", VaccineDay, self._people(filters))

    def lot_days(self, filters: "Filters") -> Rows[LotDay]:
        return self._ask("lot_days", LotDay, self._people(filters))

    def lots(self, filters: "Filters") -> Rows[Lot]:
        return self._ask("lots", Lot, self._people(filters))

    def lot(self, lot_number: str, filters: "Filters") -> Rows[LotPlace]:
        """Where a lot went, in the whole world; nothing when nobody recorded it."""
        return self._ask("lot", LotPlace, {"lot": lot_number.strip().upper()} | self._as_of(filters))

    def unruled_pairs(self) -> Rows[UnruledPair]:
        """Pairs of vaccines whose later dose does not count for want of a rule, those of most people first."""
        return self._ask("unruled_pairs", UnruledPair, {})
