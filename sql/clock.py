"""The clock, passed down from the entry points.

The sample runs in the autumn of 2021: its clock is the real time of day, shifted by whole days. A
difference of two times is in real seconds only if both come from the same clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Tolerated between synchronized machines; a time further ahead was written by a wrong clock.
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
    """The shift in days that makes `day` today in `time_zone`."""
    return (day - Clock().today(time_zone)).days
