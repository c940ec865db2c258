"""Live entry: a few records each second, fewer at night, in small commits with NOTIFY."""

from datetime import datetime, timedelta

import numpy as np
import psycopg

from etl.sample import entries as entry
from etl.sample import platform
from etl.sample.campaign import Doses
from etl.sample.entries import Entries
from etl.sample.follow_ups import FollowUps
from etl.sample.people import People
from etl.sample.register import Register
from etl.sample.rhythm import DAY_SECONDS, HOURLY, UTC_OFFSET_SECONDS, time_of_day, weekday_factor
from etl.sample.rows import table
from etl.sample.timing import DAY, MINUTE, SECOND

SLOWEST = 0.13  # injections a second: the page moves at night too
LONGEST_PAUSE = 9 * SECOND
# A delivery has just arrived: sites do half as much again as in the last two weeks, up to what they can do.
PUSH, MOST_PER_DAY = 1.5, 27_000
PEAK_HOURLY = HOURLY.max()
CATCH_UP = 1500  # records entered at once after a time without the sample
_PER_COMMIT = 250


class Sites:
    """Enters records for all sites of the province."""

    def __init__(self, people: People, seed: int, draw: np.random.Generator, rate: float | None):
        """`rate`: injections a second at the busiest hour; by default as the last two weeks went."""
        self.people, self.draw, self.rate = people, draw, rate
        self.care = entry.site_care(seed)
        self.register = Register(people, draw)
        self.follow_ups = FollowUps(draw)
        self._last_entry = 0
        self._latest: Entries | None = None

    def injections_per_second(self, now: int) -> float:
        """How fast sites enter at `now`, in microseconds since 1970."""
        day, second = _local(now)
        hour = second / 3600 - 0.5
        shape = np.interp(hour % 24, np.arange(25), np.append(HOURLY, HOURLY[0]))
        if self.rate is not None:
            return max(self.rate * shape / PEAK_HOURLY, SLOWEST)
        per_day = min(self.register.usual_doses(day) * PUSH, MOST_PER_DAY) * float(weekday_factor(day))
        return max(per_day * shape / 3600, SLOWEST)

    def work(self, db: psycopg.Connection, now: int, seconds: float) -> int:
        """What sites enter in the `seconds` up to `now`, in one transaction. How many records changed."""
        expected = self.injections_per_second(now) * seconds
        count = int(self.draw.poisson(expected))
        if not count and now - self._last_entry > LONGEST_PAUSE:
            count = 1
        changed = self.follow_ups.apply(db, now, expected)
        if count:
            changed += self.enter(db, count, now, now - int(seconds * SECOND))
        if changed:
            db.execute(platform.SQL["notify"])
        db.commit()
        return changed

    def enter(self, db: psycopg.Connection, count: int, now: int, since: int) -> int:
        """About `count` new records, entered between `since` and `now`; in the caller's transaction."""
        injected = np.sort(self._injection_times(count, now))
        days = (injected + UTC_OFFSET_SECONDS * SECOND) // DAY
        picked = [(self.register.pick(int((days == day).sum()), int(day)), injected[days == day]) for day in np.unique(days)]
        doses = _joined([doses for doses, _ in picked])
        if not len(doses):
            return 0
        injected = np.concatenate([times[: len(doses)] for doses, times in picked])
        entered = np.sort(self.draw.integers(max(since, now - MINUTE) + 1, now + 1, len(doses)))
        made = entry.make(self.people, doses, np.minimum(injected, entered - SECOND), self.care, self.draw, entered)
        made = self._entered_twice(made, now)
        numbers = [number for (number,) in db.execute(platform.SQL["next_numbers"], {"count": len(made)})]
        rows = table(self.people, entry.as_of(made, now), np.array(numbers))
        platform.copy_in(db, [rows])
        self.follow_ups.expect(made, rows["ma_mui_tiem"].to_pylist(), now)
        self._last_entry = now
        return len(made)

    def catch_up(self, db: psycopg.Connection, last_change: datetime | None, now: int) -> int:
        """After a pause, a moderate number of records for the time between; sites do not stand still."""
        away = now - (int(last_change.timestamp() * SECOND) if last_change else now)
        if away < 5 * MINUTE:
            return 0
        usual = self.register.usual_doses(_local(now)[0]) * away / DAY
        left = total = int(min(CATCH_UP, usual))
        while left > 0:
            self.enter(db, min(left, _PER_COMMIT), now, now - MINUTE)
            db.execute(platform.SQL["notify"])
            db.commit()
            left -= _PER_COMMIT
        return total

    def _injection_times(self, count: int, now: int) -> np.ndarray:
        """When the doses entered at `now` were given: minutes ago while sites are open, else in an earlier session."""
        day, second = _local(now)
        minutes_ago = now - (self.draw.gamma(2.0, 6.0, count) * MINUTE).astype(np.int64)
        days_ago = 1 + np.minimum(self.draw.exponential(1.6, count).astype(np.int64), 9)
        earlier = _utc(day - days_ago, time_of_day(self.draw.random(count)))
        today = _utc(np.full(count, day), (7.2 * 3600 + self.draw.random(count) * (min(second, 17 * 3600) - 7.2 * 3600)))
        luck = self.draw.random(count)
        if 7.4 * 3600 <= second < 17.5 * 3600:
            return np.where(luck < 0.9, np.maximum(minutes_ago, _utc(day, 7 * 3600)), earlier)
        if second >= 17.5 * 3600:
            return np.where(luck < 0.75, today, earlier)
        return earlier

    def _entered_twice(self, made: Entries, now: int) -> Entries:
        """Now and then a site enters again what was entered a little while ago."""
        again = self._latest
        self._latest = made.take(np.arange(min(len(made), 1)))
        if again is None or self.draw.random() > entry.TWICE * len(made):
            return made
        again.entered = np.full(len(again), now)
        again.injected = again.injected - 3 * MINUTE
        again.printed, again.in_app = np.full((2, len(again)), entry.NONE)
        again.updated = again.entered.copy()
        return entry.joined([made, again])


def at(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - datetime.fromtimestamp(0, moment.tzinfo)) // timedelta(microseconds=1)


def _local(now: int) -> tuple[int, int]:
    return divmod(now // SECOND + UTC_OFFSET_SECONDS, DAY_SECONDS)


def _utc(day, second):
    return ((np.asarray(day) * DAY_SECONDS + np.asarray(second) - UTC_OFFSET_SECONDS) * SECOND).astype(np.int64)


def _joined(parts: list[Doses]) -> Doses:
    return Doses(*(np.concatenate([getattr(part, name) for part in parts]) for name in Doses.__dataclass_fields__))
