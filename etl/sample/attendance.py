"""Chooses the site where each person goes for a dose."""

import numpy as np

from etl.sample.people import People
from etl.sample.places import province

# Of those who go to another district: Vũng Tàu, Bà Rịa, Châu Đức, Xuyên Mộc, Long Điền, Đất Đỏ, Phú Mỹ, Côn Đảo.
_PULL = (0.33, 0.17, 0.07, 0.06, 0.07, 0.04, 0.26, 0.0)


def choose_sites(people: People, person: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Where each person goes: mostly one's own health station, else work, hospital, mobile team, another district."""
    place = province()
    unit, district = people.unit[person].astype(np.int64), people.district[person].astype(np.int64)
    away = draw.random(len(person)) < np.where(people.group[person] == 13, 0.08, 0.03)
    elsewhere = draw.choice(len(_PULL), len(person), p=_PULL)
    away &= district != province().districts.index("755")  # an island
    district = np.where(away, elsewhere, district)
    luck, which = draw.random(len(person)), draw.random(len(person))
    site = np.where(away, _one_of(place.hospitals, district, which), place.stations[unit])
    at_work = (people.group[person] == 13) & (luck < 0.55)
    has_workplace = np.array([len(group) > 0 for group in place.workplaces])[district]
    site = np.where(~at_work & (luck > 0.84), _one_of(place.hospitals, district, which), site)
    site = np.where(~at_work & (luck > 0.70) & (luck <= 0.84), _one_of(place.mobile_teams, district, which), site)
    return np.where(at_work & has_workplace, _one_of(place.workplaces, district, which), site).astype(np.int16)


def _one_of(groups, district, uniform):
    sizes = np.array([len(group) for group in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    flat = np.concatenate(groups)
    at = starts[district] + np.minimum((uniform * sizes[district]).astype(np.int64), np.maximum(sizes[district] - 1, 0))
    return flat[np.minimum(at, len(flat) - 1)]
