"""The population of the sample: a person's number determines all attributes, at every start.

Numbers 0 … residents-1 live in the province (in the order of residents.csv), those after them are visitors.
Injections store numbers only; attributes are regenerated from them and the seed.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.sample.places import BANDS, OUTSIDE_CODES, province, residents
from etl.sample.rhythm import day_number

VISITORS = 36_000
CITIZEN_ID, OLD_ID, PASSPORT, NO_ID, BAD_ID = range(5)
HEALTH, FRONT_LINE, ADULT, TEENAGER, TOO_YOUNG = range(5)  # cohorts, in the order of the campaign

# Youngest and oldest birthday of each age band. Adults were adults when the campaign began, so that nobody is
# under age for a reason that the sample did not mean.
_BORN = {
    "0-4": ("2016-10-26", "2021-10-01"),
    "5-11": ("2009-10-26", "2016-10-25"),
    "12-17": ("2003-10-26", "2009-10-24"),
    "18-49": ("1971-11-06", "2003-02-28"),
    "50-64": ("1956-11-06", "1971-11-05"),
    "65+": ("1926-01-01", "1956-11-05"),
}


@dataclass(frozen=True)
class People:
    """One entry per person in each array."""

    unit: np.ndarray  # position in province().units; for visitors the host's
    district: np.ndarray
    band: np.ndarray
    group: np.ndarray
    cohort: np.ndarray
    born: np.ndarray  # day number
    is_year_only: np.ndarray  # the day of birth is not known
    is_male: np.ndarray
    id_kind: np.ndarray
    id_of: np.ndarray  # whose number is shown: some children come with a parent's ID
    name: np.ndarray
    outside: np.ndarray  # position in OUTSIDE_CODES, or -1 for residents

    def __len__(self) -> int:
        return len(self.unit)


def everybody(seed: int) -> People:
    """The whole population of the sample; the same for the same seed."""
    draw = np.random.default_rng([seed, 1])
    cells = np.array(residents(), dtype=np.int64)
    unit, band, group = (np.repeat(cells[:, column], cells[:, 3]) for column in range(3))
    place = province()
    hosts = draw.choice(len(place.units), VISITORS, p=_host_share(place))
    unit = np.concatenate([unit, hosts]).astype(np.int16)
    band = np.concatenate([band, draw.choice([3, 3, 3, 3, 4], VISITORS)]).astype(np.int8)
    group = np.concatenate([group, draw.choice([13, 13, 15, 16, 7, 10], VISITORS)]).astype(np.int8)
    count = len(unit)
    outside = np.full(count, -1, dtype=np.int8)
    outside[-VISITORS:] = draw.integers(0, len(OUTSIDE_CODES), VISITORS)
    from_day = np.array([_day(_BORN[label][0]) for label in BANDS])[band]
    to_day = np.array([_day(_BORN[label][1]) for label in BANDS])[band]
    skew = np.where(band == 5, draw.random(count) ** 0.45, draw.random(count))  # the very old are few
    born = (from_day + skew * (to_day - from_day)).astype(np.int32)
    id_kind, id_of = _papers(draw, band, unit, born)
    return People(
        unit=unit,
        district=place.unit_district[unit].astype(np.int8),
        band=band,
        group=group,
        cohort=_cohort(band, group),
        born=born,
        is_year_only=(draw.random(count) < np.where(band == 5, 0.06, 0.002)),
        is_male=draw.random(count) < 0.495,
        id_kind=id_kind,
        id_of=id_of,
        name=draw.integers(0, 1 << 30, count, dtype=np.int32),
        outside=outside,
    )


def _papers(draw, band, unit, born):
    """What each person shows at the site: kind of paper, and whose."""
    count = len(band)
    luck = draw.random(count)
    is_adult = band >= 3
    is_child = (band == 2) & (born > _day("2007-10-25"))  # no citizen card before 14
    kind = np.where(luck < np.where(band >= 4, 0.55, 0.80), CITIZEN_ID, OLD_ID)
    kind[~is_adult] = CITIZEN_ID
    luck = draw.random(count)
    without = np.where(is_child, 0.70, np.where(band == 2, 0.18, 0.012))
    kind[luck < without] = NO_ID
    kind[(luck >= without) & (luck < without + 0.009)] = BAD_ID
    industry = np.isin(province().unit_district[unit], [0, 6])  # Vũng Tàu and Phú Mỹ: foreign experts
    kind[(luck > np.where(industry, 0.994, 0.9993)) & is_adult] = PASSPORT
    id_of = np.arange(count, dtype=np.int32)
    borrowed = np.flatnonzero(is_child & (kind == NO_ID) & (draw.random(count) < 0.05))
    id_of[borrowed] = draw.choice(np.flatnonzero(is_adult), len(borrowed))
    kind[borrowed] = CITIZEN_ID
    return kind.astype(np.int8), id_of


def _cohort(band, group):
    cohort = np.full(len(band), ADULT, dtype=np.int8)
    cohort[(group == 1) & (band >= 3)] = HEALTH
    cohort[np.isin(group, [2, 3, 4]) & (band >= 3)] = FRONT_LINE
    cohort[band == 2] = TEENAGER
    cohort[band < 2] = TOO_YOUNG
    return cohort


def _host_share(place):
    """Visitors work in Vũng Tàu and Phú Mỹ more than elsewhere."""
    pull = {"747": 5.0, "748": 2.0, "754": 7.0, "755": 0.1}
    weight = np.array([pull.get(place.districts[number], 1.0) for number in place.unit_district])
    return weight / weight.sum()


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text))
