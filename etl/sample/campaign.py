"""The campaign: who is given which dose on which day. Pure: people and a seed in, doses out.

Each district has a curve of its own per cohort (health workers, front line, adults, teenagers): how much of the
cohort had its first dose by each day. Within a cohort people stand in a queue by priority group and age, and the
curve says how far the queue has moved. Later doses follow by the vaccine's interval, with delays and drop-outs.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.sample.people import ADULT, FRONT_LINE, HEALTH, TEENAGER, People
from etl.sample.places import province
from etl.sample.rhythm import day_number, weather, weekday, weekday_factor
from etl.sample.vaccines import AB, AZ, PF, PRIMARY_DOSES, first_vaccine, wait_days

BEGINS_ON = day_number(date(2021, 3, 8))
TEENAGERS_FROM = day_number(date(2021, 10, 25))
_REFERENCE_DAY = day_number(date(2021, 11, 5))
NEVER = 1 << 30
PRIMARY, ADDITIONAL, BOOSTER = range(3)


@dataclass(frozen=True)
class Speed:
    """How a district does: shares of adults and teenagers with a first dose on 2021-11-05, days ahead of the others,
    and the share of second doses that come late."""

    adults: float
    teenagers: float
    days_ahead: int
    late: float


SPEEDS = {
    "747": Speed(0.79, 0.36, 1, 0.20),
    "748": Speed(0.86, 0.52, 8, 0.10),
    "750": Speed(0.66, 0.22, -5, 0.28),
    "751": Speed(0.53, 0.08, -12, 0.42),
    "752": Speed(0.71, 0.28, -3, 0.26),
    "753": Speed(0.76, 0.40, -1, 0.22),
    "754": Speed(0.89, 0.47, 12, 0.10),
    "755": Speed(0.972, 0.80, 60, 0.05),
}

# Work per day of each cohort, as it was planned: (day, relative number of first doses).
_PLANS = {
    HEALTH: (
        ("2021-03-08", 2.4),
        ("2021-03-25", 1.6),
        ("2021-04-20", 1.2),
        ("2021-05-10", 0.25),
        ("2021-08-15", 0.1),
        ("2021-11-05", 0.02),
    ),
    FRONT_LINE: (
        ("2021-04-19", 0.3),
        ("2021-05-10", 1.0),
        ("2021-06-15", 1.2),
        ("2021-07-15", 0.5),
        ("2021-09-01", 0.15),
        ("2021-11-05", 0.02),
    ),
    ADULT: (
        ("2021-06-18", 0.04),
        ("2021-07-05", 0.10),
        ("2021-07-25", 0.28),
        ("2021-08-20", 0.46),
        ("2021-09-10", 0.70),
        ("2021-10-01", 1.02),
        ("2021-10-20", 1.1),
        ("2021-11-05", 0.90),
        ("2021-12-05", 0.25),
        ("2021-12-31", 0.05),
    ),
    TEENAGER: (("2021-10-25", 0.6), ("2021-11-01", 1.0), ("2021-11-20", 0.9), ("2021-12-10", 0.1)),
}
_REACHED = {HEALTH: 0.975, FRONT_LINE: 0.955}


@dataclass(frozen=True)
class Doses:
    """One entry per dose in each array; days are day numbers."""

    person: np.ndarray
    day: np.ndarray
    number: np.ndarray
    vaccine: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def plan(people: People, seed: int, today: int, size: int) -> Doses:
    """About `size` doses until the end of `today`; fewer if the campaign had not come that far."""
    trial = _plan(people, np.random.default_rng([seed, 2]), today, 1.0, share=0.06)
    factor = 0.06 * size / max(len(trial), 1)
    return _plan(people, np.random.default_rng([seed, 3]), today, max(factor, 1.0), share=min(factor, 1.0))


def queue_score(people: People, draw: np.random.Generator) -> np.ndarray:
    """Place in the queue of one's cohort, low first: essential work and the elderly before the others."""
    by_group = np.full(17, 0.55)
    by_group[[1, 2, 3, 4]] = 0.1
    by_group[[5, 6, 7, 12]] = 0.15
    by_group[[8, 13]] = 0.25
    by_group[[9, 10, 14]] = 0.32
    by_group[[11, 15]] = 0.52
    score = by_group[people.group] + draw.normal(0, 0.2, len(people)) - 0.06 * (people.band == 4)
    hesitant = draw.random(len(people)) < np.where(people.band == 5, 0.14, 0.04)
    return np.where(hesitant, score + 0.7, score)


def _plan(people: People, draw: np.random.Generator, today: int, factor: float, share: float) -> Doses:
    first_on = _first_days(people, draw, today, factor)
    takes_part = draw.random(len(people)) < share
    person = np.flatnonzero((first_on <= today) & takes_part).astype(np.int32)
    day = first_on[person]
    vaccine = first_vaccine(day, draw.random(len(person)))
    vaccine[people.band[person] == 2] = PF
    doses = [Doses(person, day, np.ones(len(person), np.int8), vaccine, np.full(len(person), PRIMARY, np.int8))]
    given = doses[0]
    for number in (2, 3):
        given = _next_primary(people, given, number, draw, today)
        doses.append(given)
    doses.append(_first_boosters(people, doses, draw, today))
    return Doses(*(np.concatenate([getattr(part, name) for part in doses]) for name in Doses.__dataclass_fields__))


def _first_days(people: People, draw: np.random.Generator, today: int, factor: float) -> np.ndarray:
    """Day of the first dose, NEVER for those still waiting."""
    first_on = np.full(len(people), NEVER, dtype=np.int64)
    order = np.lexsort((queue_score(people, draw), people.cohort, people.district))
    district, cohort = people.district[order], people.cohort[order]
    changes = np.flatnonzero((np.diff(district) != 0) | (np.diff(cohort) != 0)) + 1
    skies = weather(BEGINS_ON, today, len(province().districts))
    for members in np.split(order, changes):
        where, who = people.district[members[0]], people.cohort[members[0]]
        if who in _PLANS:
            curve = _curve(where, who, today, skies[where], factor)
            queue = (np.arange(len(members)) + draw.random(len(members))) / len(members)
            days = BEGINS_ON + np.searchsorted(curve, queue)
            first_on[members] = np.where(days <= today, days, NEVER)
    return first_on


def _curve(district: int, cohort: int, today: int, sky: np.ndarray, factor: float) -> np.ndarray:
    """Share of the cohort with a first dose at the end of each day from BEGINS_ON to today."""
    speed = SPEEDS[province().districts[district]]
    days = np.arange(BEGINS_ON, max(today, _REFERENCE_DAY) + 1)
    days_of_plan, heights = zip(*_PLANS[cohort], strict=True)
    knots = np.array([day_number(date.fromisoformat(day)) for day in days_of_plan])
    if cohort == ADULT:
        knots = knots - speed.days_ahead
    work = np.interp(days, knots, heights, left=0.0) * weekday_factor(days)
    work[: len(sky)] *= sky[: len(work)]
    if cohort == TEENAGER:
        work[days < TEENAGERS_FROM] = 0
    done = np.cumsum(work) / work[days <= _REFERENCE_DAY].sum()
    reached = _REACHED.get(cohort) or min((speed.adults if cohort == ADULT else speed.teenagers) * factor, 0.985)
    # After the reference day the rest comes ever more slowly, towards all but a few.
    late = np.maximum(done - 1, 0) * reached
    share = np.where(done <= 1, reached * done, 0.99 - (0.99 - reached) * np.exp(-late / (0.99 - reached)))
    return share[: today - BEGINS_ON + 1]


def _next_primary(people: People, given: Doses, number: int, draw: np.random.Generator, today: int) -> Doses:
    """The dose after each of `given`, where the series asks for one and the person came by today."""
    due = np.flatnonzero(PRIMARY_DOSES[given.vaccine] >= number)
    person, vaccine, before = given.person[due], given.vaccine[due], given.day[due]
    count = len(due)
    late = np.array([SPEEDS[code].late for code in province().districts])[people.district[person]]
    delay = np.where(draw.random(count) < late, 4 + draw.exponential(18, count), draw.geometric(0.3, count) - 1)
    day = before + wait_days(vaccine, before, draw) + delay.astype(np.int64)
    day = np.where(draw.random(count) < 0.002, before + 12, day)  # too early: given, but not valid
    mixed = (vaccine == AZ) & (day - before >= 56) & (draw.random(count) < 0.14) & (day >= day_number(date(2021, 8, 10)))
    odd = draw.random(count) < 0.0006  # a mix that no rule allows
    vaccine = np.where(mixed, PF, np.where(odd & (vaccine != AB), (vaccine + 3) % 4, vaccine)).astype(np.int8)
    rests = draw.random(count) < np.array([0, 0, 0, 0, 0, 0.28, 0.72])[weekday(day)]
    day = day + rests * draw.integers(1, 5, count)
    skies = weather(BEGINS_ON, today + 1, len(province().districts))
    wet = skies[people.district[person], np.clip(day - BEGINS_ON, 0, today + 1 - BEGINS_ON)] < 0.6
    day = day + (wet & (draw.random(count) < 0.6))
    comes = (draw.random(count) > 0.03) & (day <= today)
    keep = np.flatnonzero(comes)
    return Doses(
        person[keep],
        day[keep],
        np.full(len(keep), number, np.int8),
        vaccine[keep],
        np.full(len(keep), PRIMARY, np.int8),
    )


def _first_boosters(people: People, doses: list[Doses], draw: np.random.Generator, today: int) -> Doses:
    """First boosters have just begun: health workers half a year after their second dose."""
    second = doses[1]
    due = np.flatnonzero(
        (people.cohort[second.person] == HEALTH)
        & (PRIMARY_DOSES[second.vaccine] == 2)
        & (second.day >= BEGINS_ON + 56)  # not those whose second dose came too early to count
    )
    day = second.day[due] + 180 + draw.geometric(0.3, len(due))
    keep = due[(day <= today) & (weekday(day) < 6) & (draw.random(len(due)) < 0.8)]
    day = day[np.isin(due, keep)]
    vaccine = np.where(draw.random(len(keep)) < 0.85, PF, AZ).astype(np.int8)
    return Doses(second.person[keep], day, np.full(len(keep), 3, np.int8), vaccine, np.full(len(keep), BOOSTER, np.int8))
