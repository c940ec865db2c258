"""The one clock, passed down from the entry points.

The sample lives in the autumn of 2021: its clock is the real time of day, shifted by whole days.
Freshness (how old is what is shown) is always measured in real seconds, so both sides of a
difference must come from the same kind of clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Between machines whose clocks are set; what lies further ahead was written by a clock that is not.
CLOCKS_DIFFER = timedelta(seconds=10)


@dataclass(frozen=True)
class Clock:
    """Real time plus a whole number of days (0 for real sources, negative for the sample)."""

    shift_days: int = 0

    def now(self) -> datetime:
        """The moment in this world, in UTC."""
        return datetime.now(UTC) + timedelta(days=self.shift_days)

    def today(self, time_zone: str) -> date:
        """The calendar day in `time_zone` (an IANA name)."""
        return self.now().astimezone(ZoneInfo(time_zone)).date()


def shift_to(day: date, time_zone: str) -> int:
    """The shift in days with which today in `time_zone` is `day`."""
    return (day - Clock().today(time_zone)).days
