"""An in-memory register of doses: three small numbers per person, read once from the Platform at the start."""

import numpy as np
import psycopg

from etl.sample.campaign import BOOSTER, NEVER, PRIMARY, SPEEDS, Doses, queue_score
from etl.sample.people import TEENAGER, TOO_YOUNG, People
from etl.sample.places import province
from etl.sample.platform import SQL
from etl.sample.rhythm import weekday
from etl.sample.vaccines import ALL_SPELLINGS, CODE_OF_SPELLING, PF, PRIMARY_DOSES, first_vaccine, wait_days

_PACKED = np.dtype([("person", ">i4"), ("day", ">i4"), ("number", ">i2"), ("spelling", ">i2")])
# Days from the primary series to the first booster, before and since 2021-12-01; from it to the second.
_BOOSTER_WAITS = (181, 92, 122)
_LOOK_AGAIN = 500  # doses until everybody is asked again whether they are due: 5 ms
_SHORTER_BOOSTER_ON = 18_962  # 2021-12-01


class Register:
    """Everybody's last dose, and from it who is due. Days are day numbers."""

    def __init__(self, people: People, draw: np.random.Generator):
        self.people = people
        self.draw = draw
        self.doses = np.zeros(len(people), np.int8)
        self.vaccine = np.full(len(people), -1, np.int8)
        self.last_on = np.full(len(people), -1, np.int32)
        self.next_on = np.full(len(people), NEVER, np.int32)
        self.by_day: dict[int, int] = {}
        self._due = self._queue = np.zeros(0, np.int64)
        self._looked_on, self._since_look = -1, 0
        late = np.array([SPEEDS[code].late for code in province().districts])
        # Who would come first, if not yet vaccinated: the queue of the campaign, quick districts and teenagers ahead.
        eager = np.exp(-2.2 * queue_score(people, draw)) / (0.1 + late[people.district])
        eager = np.where(people.cohort == TEENAGER, eager * 2.5, eager) * np.where(people.outside >= 0, 0.15, 1.0)
        self.eager = np.where(people.cohort == TOO_YOUNG, 0.0, eager).astype(np.float32)
        self.eager[draw.random(len(people)) < 0.035] = 0.0  # will not be persuaded

    def read(self, db: psycopg.Connection) -> None:
        """Take over what the Platform holds, packed by the database: a row at a time would take 5 s and 200 MB."""
        with db.cursor(binary=True) as cursor:
            for (packed,) in cursor.execute(SQL["given"], {"spellings": list(ALL_SPELLINGS)}):
                given = np.frombuffer(packed, _PACKED)
                vaccine = CODE_OF_SPELLING[given["spelling"] - 1]
                self._write(given["person"], given["number"].astype(np.int8), vaccine, given["day"].astype(np.int32))
        db.rollback()
        self._expect(np.flatnonzero(self.doses))

    def note(self, person, number, vaccine, day) -> None:
        """Remember doses given."""
        self._write(person, number, vaccine, day)
        self._expect(np.unique(person))

    def _write(self, person, number, vaccine, day) -> None:
        order = np.argsort(number, kind="stable")  # of several, the highest dose is written last
        person, number, vaccine, day = person[order], number[order], vaccine[order], day[order]
        self.doses[person] = number
        self.vaccine[person] = vaccine
        self.last_on[person] = day
        for value, count in zip(*np.unique(day, return_counts=True), strict=True):
            self.by_day[int(value)] = self.by_day.get(int(value), 0) + int(count)

    def _expect(self, who: np.ndarray) -> None:
        self.next_on[who] = self._next_on(who)

    def usual_doses(self, today: int) -> float:
        """Doses of an ordinary day, after the last two weeks."""
        last = [self.by_day.get(day, 0) for day in range(today - 14, today)]
        return float(sum(last)) / 14 * 1.15  # an ordinary day, not an average one with its Sundays

    def pick(self, count: int, given_on: int) -> Doses:
        """About `count` doses to give on that day: mostly those due, some for the first time."""
        if given_on > self._looked_on or self._since_look > _LOOK_AGAIN:
            self._due = np.flatnonzero(self.next_on <= given_on)
            self._looked_on, self._since_look = given_on, 0
        self._since_look += count
        share_due = min(0.66, len(self._due) / max(count, 1))
        wanted = int((self.draw.random(count) < share_due).sum())
        return self._as_doses(self._firsts(count - wanted), self._some_due(wanted, given_on), given_on)

    def _some_due(self, count: int, given_on: int) -> np.ndarray:
        if not len(self._due):
            return self._due
        some = np.unique(self._due[self.draw.integers(0, len(self._due), 3 * count + 10)])
        able = some[(self.next_on[some] <= given_on) & (self.last_on[some] < given_on)]
        return self.draw.permutation(able)[:count]

    def _firsts(self, count: int) -> np.ndarray:
        """The next in the queue of those without a dose; the queue is made for a thousand at a time."""
        if count > len(self._queue):
            waiting = self.eager * (self.doses == 0)
            waiting[self._queue] = 0
            self._queue = np.concatenate([self._queue, self._sample(waiting, max(1000, count))])
        taken, self._queue = self._queue[:count], self._queue[count:]
        return taken

    def _as_doses(self, first, later, given_on) -> Doses:
        days = np.full(len(first), given_on)
        new_vaccine = first_vaccine(days, self.draw.random(len(first)))
        new_vaccine[self.people.band[first] == 2] = PF
        is_booster = self.doses[later] >= PRIMARY_DOSES[self.vaccine[later]]
        same = self.vaccine[later]
        vaccine = np.where(is_booster, np.where(self.draw.random(len(later)) < 0.8, PF, same), same)
        person = np.concatenate([first, later]).astype(np.int32)
        doses = Doses(
            person=person,
            day=np.full(len(person), given_on, np.int64),
            number=np.concatenate([np.ones(len(first), np.int8), self.doses[later] + 1]).astype(np.int8),
            vaccine=np.concatenate([new_vaccine, vaccine]).astype(np.int8),
            kind=np.concatenate([np.full(len(first), PRIMARY), np.where(is_booster, BOOSTER, PRIMARY)]).astype(np.int8),
        )
        self.note(doses.person, doses.number, doses.vaccine, doses.day)
        return doses

    def _next_on(self, who: np.ndarray) -> np.ndarray:
        """First day on which each could come again, with the delay that people have."""
        last, doses, vaccine = self.last_on[who].astype(np.int64), self.doses[who], self.vaccine[who]
        needs = PRIMARY_DOSES[vaccine]
        delay = self.draw.geometric(0.25, len(who)) - 1
        primary = last + wait_days(vaccine, last, self.draw) + delay
        wait = np.where(
            last + _BOOSTER_WAITS[0] < _SHORTER_BOOSTER_ON,
            _BOOSTER_WAITS[0],
            np.maximum(_BOOSTER_WAITS[1], _SHORTER_BOOSTER_ON - last),
        )
        booster = last + np.where(doses > needs, _BOOSTER_WAITS[2], wait) + 2 * delay
        grown_up = self.people.band[who] >= 3
        next_on = np.where(doses < needs, primary, np.where(grown_up & (doses < needs + 2), booster, NEVER))
        next_on = next_on + (weekday(next_on) == 6)
        return np.where(self.draw.random(len(who)) < 0.03, NEVER, next_on)

    def _sample(self, weight: np.ndarray, count: int) -> np.ndarray:
        """`count` different persons, drawn by weight."""
        able = np.flatnonzero(weight > 0)
        count = min(count, len(able))
        if not count:
            return able[:0]
        keys = self.draw.standard_exponential(len(able), dtype=np.float32) / weight[able]
        return self.draw.permutation(able[np.argpartition(keys, count - 1)[:count]])
