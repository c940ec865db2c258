"""What came, what was used, how long it lasts. All in doses."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dashboard.data.arguments import Arguments
from dashboard.data.rows import Rows

if TYPE_CHECKING:
    from dashboard.filters import Filters


@dataclass(frozen=True, slots=True)
class Stock:
    """One row per unit and vaccine with a movement of stock, in doses (indicators 21, 22). No row: no stock data."""

    unit_id: int
    is_self: bool
    vaccine_id: int
    allocated: int | None
    received: int | None
    opened: int | None
    discarded: int | None
    given: int
    wastage: float | None  # None: vials are not reported as opened
    usable: int | None
    daily_use: float  # mean of the 14 days before today
    cover_days: float | None
    due_soon: int  # persons who live there and whose second dose of this vaccine falls due within 28 days
    runs_out_on: date | None


@dataclass(frozen=True, slots=True)
class SiteStock:
    """One row per site and vaccine with a movement of stock of its own, in doses. No row: no stock data."""

    site_id: int
    vaccine_id: int
    received: int | None
    opened: int | None
    discarded: int | None
    given: int
    wastage: float | None  # None: vials are not reported as opened
    usable: int | None
    daily_use: float  # mean of the 14 days before today
    cover_days: float | None


class StockQuestions(Arguments):
    """Of the filters: unit, vaccines, as-of."""

    def stock(self, filters: "Filters", level: int | None = None) -> Rows[Stock]:
        """Of the unit and its children, or (`level`) the units of that level below it; empty: no stock data."""
        return self._ask("stock", Stock, self._people(filters) | self._rows(filters, level))

    def site_stock(self, filters: "Filters") -> Rows[SiteStock]:
        """Of sites that keep a stock of their own; empty: no stock data."""
        arguments = {"unit": self._unit(filters), "today": self.today(filters.as_of)} | self._as_of(filters)
        return self._ask("site_stock", SiteStock, arguments)
