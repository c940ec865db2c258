"""What happens to a record after it was entered: the population database answers, a certificate is printed,
the dose shows up in the app, a mistake is corrected or voided. Each is one change at the Platform, at its time."""

import heapq
from collections import defaultdict
from datetime import UTC, datetime

import numpy as np
import psycopg

from etl.sample import entries as entry
from etl.sample import timing
from etl.sample.entries import Entries
from etl.sample.places import province
from etl.sample.platform import SQL
from etl.sample.rows import IDENTITIES

# Changes to older records for each new one, for those whose own follow-ups an earlier run had in mind. With these
# and the expected ones a third of what changes was there before; a reader's brake may find half suspicious.
_TRICKLE = {"identity": 0.10, "certificate": 0.02, "app": 0.02, "correct": 0.008, "void": 0.004}
_AWAITING = {
    "identity": "awaiting_identity", "certificate": "awaiting_certificate", "app": "awaiting_app",
    "correct": "recent", "void": "recent",
}  # fmt: skip
_LOOK_AGAIN_MICROSECONDS = 60 * timing.SECOND
_AT_ONCE = 400  # records looked up in one go: 5 ms by the index on changes


class FollowUps:
    """Changes that are due later, by time."""

    def __init__(self, draw: np.random.Generator):
        self.draw = draw
        self._due: list[tuple[int, str, int, str]] = []  # (time, what, answer, record id)
        self._older: dict[str, list[str]] = {what: [] for what in _TRICKLE}
        self._looked: dict[str, int] = dict.fromkeys(_TRICKLE, 0)

    def __len__(self) -> int:
        return len(self._due)

    def expect(self, made: Entries, record_ids: list[str], now: int) -> None:
        """Remember what will happen after `now` (microseconds since 1970) to records just entered."""
        for what, times in (("identity", made.checked), ("certificate", made.printed), ("app", made.in_app)):
            for at in np.flatnonzero(times > now):
                heapq.heappush(self._due, (int(times[at]), what, int(made.identity[at]), record_ids[at]))
        for at in np.flatnonzero((made.updated > now) & (made.updated > entry.latest(made))):
            heapq.heappush(self._due, (int(made.updated[at]), "correct", 0, record_ids[at]))

    def apply(self, db: psycopg.Connection, now: int, entered: float) -> int:
        """Make the changes due by `now`, and some to older records; in the caller's transaction. How many."""
        todo: dict[tuple[str, int], list[str]] = defaultdict(list)
        while self._due and self._due[0][0] <= now:
            _, what, answer, record = heapq.heappop(self._due)
            todo[what, answer].append(record)
        for what, share in _TRICKLE.items():
            for record in self._some_older(db, what, now, self.draw.poisson(share * entered)):
                answer = entry.CORRECT if self.draw.random() < 0.88 else entry.WRONG
                todo[what, answer if what == "identity" else 0].append(record)
        return sum(self._change(db, what, answer, records, now) for (what, answer), records in todo.items())

    def _change(self, db, what: str, answer: int, records: list[str], now: int) -> int:
        known = {"now": _time(now), "records": records, "answer": IDENTITIES[answer]}
        if what != "correct":
            names = {
                "identity": "answer_identity",
                "certificate": "print_certificate",
                "app": "confirm_in_app",
                "void": "void",
            }
            return db.execute(SQL[names[what]], known).rowcount
        place = province()
        name = str(self.draw.choice(["correct_time", "correct_time", "correct_site", "correct_residence"]))
        known |= {
            "minutes": int(self.draw.integers(5, 90)),
            "site": place.sites[self.draw.integers(len(place.sites))].code,
            "unit": place.units[self.draw.integers(len(place.units))],
        }
        return db.execute(SQL[name], known).rowcount

    def _some_older(self, db, what: str, now: int, count: int) -> list[str]:
        if not count:
            return []
        if not self._older[what] and now - self._looked[what] > _LOOK_AGAIN_MICROSECONDS:
            self._looked[what] = now
            known = {"since": _time(now - 10 * timing.DAY), "count": _AT_ONCE, "salt": str(now)}
            found = [record for (record,) in db.execute(SQL[_AWAITING[what]], known)]
            self._older[what] = [found[at] for at in self.draw.permutation(len(found))]
        taken, self._older[what] = self._older[what][:count], self._older[what][count:]
        return taken


def _time(microseconds: int) -> datetime:
    return np.datetime64(microseconds, "us").item().replace(tzinfo=UTC)
