"""How sites enter doses: where, when, what is checked, printed and confirmed, and which slips happen.

Pure: doses in, entries out. Times are microseconds since 1970 UTC; NONE where it has not happened.
"""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from etl.sample.campaign import Doses
from etl.sample.people import BAD_ID, CITIZEN_ID, NO_ID, OLD_ID, PASSPORT, People
from etl.sample.places import province
from etl.sample.rhythm import DAY_SECONDS, UTC_OFFSET_SECONDS, day_number, time_of_day
from etl.sample.vaccines import spelling

NONE = np.iinfo(np.int64).min
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, DAY_SECONDS * 1_000_000

NOT_SENT, WITHOUT_ID, MALFORMED, PENDING, CORRECT, WRONG, FOREIGNER = range(7)
COMPLETED, MISTAKE, POSTPONED = range(3)
(FINE, UNKNOWN_VACCINE, UNKNOWN_SITE, IN_THE_FUTURE, BEFORE_BIRTH, BAD_NUMBER, UNREADABLE_BIRTH, BEFORE_APPROVAL,
 UNDER_AGE, NO_RESIDENCE, DISTRICT_ONLY, NO_PAPERS_SHOWN, WRONG_DIGIT) = range(13)
_SLIPS_PER_MILLION = {
    UNKNOWN_VACCINE: 350, UNKNOWN_SITE: 250, IN_THE_FUTURE: 150, BEFORE_BIRTH: 100, BAD_NUMBER: 250,
    UNREADABLE_BIRTH: 300, BEFORE_APPROVAL: 120, UNDER_AGE: 150, NO_RESIDENCE: 6000, DISTRICT_ONLY: 2000,
    NO_PAPERS_SHOWN: 8000, WRONG_DIGIT: 3500,
}
TWICE, MISTAKES, SENT_HOME = 0.004, 0.004, 0.003
# Checking before the injection, printing and the app came step by step: (day, share).
_CHECKED_BEFORE = (("2021-03-08", 0.05), ("2021-08-15", 0.10), ("2021-10-01", 0.55), ("2021-11-05", 0.82), ("2021-12-15", 0.95))
_PRINTED = (("2021-03-08", 0.35), ("2021-08-01", 0.60), ("2021-10-01", 0.90), ("2021-11-05", 0.965))
_IN_APP = (("2021-03-08", 0.12), ("2021-08-01", 0.30), ("2021-10-01", 0.50), ("2021-11-05", 0.64))


@dataclass
class Entries:
    """One entry per record in each array."""

    person: np.ndarray
    number: np.ndarray
    kind: np.ndarray
    vaccine: np.ndarray
    spelling: np.ndarray
    site: np.ndarray
    injected: np.ndarray
    entered: np.ndarray
    identity: np.ndarray
    checked: np.ndarray
    printed: np.ndarray
    in_app: np.ndarray
    status: np.ndarray
    slip: np.ndarray
    updated: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: np.ndarray) -> "Entries":
        return Entries(*(getattr(self, field.name)[which] for field in fields(self)))


def joined(parts: list[Entries]) -> Entries:
    """The entries of all parts, one after the other."""
    return Entries(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Entries)))


def site_care(seed: int) -> np.ndarray:
    """How carefully each site enters, checks and prints: 1 as it should be, a few far below."""
    draw = np.random.default_rng([seed, 4])
    care = np.clip(draw.normal(0.96, 0.05, len(province().sites)), 0.6, 1.0)
    care[draw.choice(len(care), 7, replace=False)] = draw.uniform(0.25, 0.6, 7)
    return care


def make(people: People, doses: Doses, injected, care: np.ndarray, draw: np.random.Generator, entered=None) -> Entries:
    """The records that sites make of doses given at `injected`; entered at `entered`, or when such sites enter."""
    count = len(doses)
    sites = choose_sites(people, doses.person, draw)
    if entered is None:
        entered = entry_times(injected, care[sites], draw)
    slip = _slips(count, draw)
    entries = Entries(
        person=doses.person, number=doses.number.copy(), kind=doses.kind, vaccine=doses.vaccine,
        spelling=spelling(doses.vaccine, draw.random(count)), site=sites, injected=injected, entered=entered,
        identity=np.full(count, PENDING, np.int8), checked=np.full(count, NONE), printed=np.full(count, NONE),
        in_app=np.full(count, NONE), status=np.full(count, COMPLETED, np.int8), slip=slip, updated=entered.copy(),
    )
    _check_identity(people, entries, care[sites], draw)
    careful = care[sites]
    prints = draw.random(count) < _share(_PRINTED, doses.day) * np.minimum(careful * 1.04, 1)
    entries.printed = np.where(prints, _after(entered, draw, at_once=0.88, late=0.04), NONE)
    confirms = prints & (draw.random(count) < _share(_IN_APP, doses.day) * np.where(people.band[doses.person] == 5, 0.4, 1.08))
    entries.in_app = np.where(confirms, _after(entered, draw, at_once=0.82, late=0.07), NONE)
    corrects = draw.random(count) < 0.012
    corrected = np.where(corrects, entered + (draw.exponential(2.0, count) * DAY).astype(np.int64), NONE)
    entries.updated = np.maximum(corrected, latest(entries))
    return entries


def latest(entries: Entries) -> np.ndarray:
    """The last of entry, check, print and app: what the Platform calls the last change."""
    return np.maximum.reduce([entries.entered, entries.checked, entries.printed, entries.in_app])


def as_of(entries: Entries, now: int) -> Entries:
    """What the Platform knew at `now`: records entered by then, without what happened later."""
    known = entries.take(np.flatnonzero(entries.entered <= now))
    undo = known.checked > now
    known.identity = np.where(undo, PENDING, known.identity).astype(np.int8)
    known.checked = np.where(undo, NONE, known.checked)
    known.printed = np.where(known.printed > now, NONE, known.printed)
    known.in_app = np.where(known.in_app > now, NONE, known.in_app)
    voided_later = (known.updated > now) & (known.status == MISTAKE)
    known.status = np.where(voided_later, COMPLETED, known.status).astype(np.int8)
    known.updated = np.where(known.updated > now, latest(known), known.updated)
    return known


def extras(made: Entries, draw: np.random.Generator) -> list[Entries]:
    """Records beside the doses: the same dose entered twice, mistakes voided later, people sent home that day."""
    twice, mistakes, postponed = (
        made.take(np.flatnonzero(draw.random(len(made)) < share)) for share in (TWICE, MISTAKES, SENT_HOME)
    )
    twice.entered = twice.entered + (draw.gamma(1.5, 14.0, len(twice)) * HOUR).astype(np.int64)
    twice.injected = twice.injected - draw.integers(0, 25, len(twice)) * MINUTE
    twice.printed, twice.in_app = np.full((2, len(twice)), NONE)
    twice.updated = latest(twice)
    mistakes.entered = np.maximum(mistakes.entered - draw.integers(1, 6, len(mistakes)) * MINUTE, mistakes.injected)
    mistakes.number = mistakes.number + (draw.random(len(mistakes)) < 0.5).astype(np.int8)
    mistakes.status = np.full(len(mistakes), MISTAKE, np.int8)
    mistakes.updated = np.maximum(
        latest(mistakes), mistakes.entered + (draw.exponential(1.0, len(mistakes)) * DAY).astype(np.int64)
    )
    postponed.injected = postponed.injected - draw.integers(2, 12, len(postponed)) * DAY
    postponed.entered = postponed.injected + draw.integers(2, 30, len(postponed)) * MINUTE
    postponed.status = np.full(len(postponed), POSTPONED, np.int8)
    postponed.checked, postponed.printed, postponed.in_app = np.full((3, len(postponed)), NONE)
    postponed.identity = np.where(postponed.identity <= PENDING, postponed.identity, NOT_SENT).astype(np.int8)
    postponed.updated = postponed.entered.copy()
    return [twice, mistakes, postponed]


def session_times(doses: Doses, draw: np.random.Generator) -> np.ndarray:
    """A time of day in a session for each dose."""
    seconds = doses.day * DAY_SECONDS + time_of_day(draw.random(len(doses))) - UTC_OFFSET_SECONDS
    return seconds * SECOND + draw.integers(0, SECOND, len(doses))


def entry_times(injected: np.ndarray, careful: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Most records are entered within the session, some in the evening, on the next day, or up to ten days later."""
    count = len(injected)
    local = injected + UTC_OFFSET_SECONDS * SECOND
    midnight = local // DAY * DAY
    luck = draw.random(count)
    at_once = 0.90 * careful
    evening = at_once + 0.55 * (1 - at_once)
    next_day = evening + 0.6 * (1 - evening)
    later_days = 1 + np.minimum(draw.exponential(2.6, count).astype(np.int64), 9)
    at_desk = (7.5 * HOUR + draw.random(count) * 9.5 * HOUR).astype(np.int64)
    entered = np.select(
        [luck < at_once, luck < evening, luck < next_day],
        [
            local + (draw.gamma(2.0, 6.0, count) * MINUTE).astype(np.int64),
            np.maximum(local, midnight + 17 * HOUR) + (draw.exponential(1.3, count) * HOUR).astype(np.int64).clip(0, 5 * HOUR),
            midnight + DAY + at_desk,
        ],
        midnight + (1 + later_days) * DAY + at_desk,
    )
    # A third of what comes late is uploaded in bulk, with one time for all of it.
    bulk = (luck > evening) & (draw.random(count) < 0.33)
    entered = np.where(bulk, entered // MINUTE * MINUTE, entered)
    return np.maximum(entered - UTC_OFFSET_SECONDS * SECOND, injected + 30 * SECOND)


def choose_sites(people: People, person: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Where each person goes: mostly the own commune's station; companies, hospitals, mobile teams, another district."""
    place = province()
    unit, district = people.unit[person].astype(np.int64), people.district[person].astype(np.int64)
    away = draw.random(len(person)) < np.where(people.group[person] == 13, 0.08, 0.03)
    pull = np.array([0.33, 0.17, 0.07, 0.06, 0.07, 0.04, 0.26, 0.0])
    elsewhere = draw.choice(len(pull), len(person), p=pull)
    away &= district != 7
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


def _check_identity(people: People, entries: Entries, careful, draw) -> None:
    """The answer of the population database: before the injection where the site works as it should, else days later."""
    count = len(entries)
    day = (entries.injected + UTC_OFFSET_SECONDS * SECOND) // DAY
    paper = people.id_kind[entries.person]
    luck = draw.random(count)
    is_wrong = (draw.random(count) < 0.055) | (entries.slip == WRONG_DIGIT)
    before = luck < _share(_CHECKED_BEFORE, day) * careful
    unsent, never = ~before & (luck > 0.985), ~before & (luck > 0.94)
    checked = np.where(
        before,
        entries.injected - (draw.gamma(1.2, 9.0, count) * HOUR).astype(np.int64) - 4 * MINUTE,
        entries.entered + (draw.exponential(3.0, count) * DAY).astype(np.int64) + HOUR,
    )
    answered = np.isin(paper, [CITIZEN_ID, OLD_ID]) & (entries.slip != NO_PAPERS_SHOWN)
    has_answer = answered & ~never
    entries.checked = np.where(has_answer, checked, NONE)
    entries.identity = np.select(
        [paper == PASSPORT, (paper == NO_ID) | (entries.slip == NO_PAPERS_SHOWN), paper == BAD_ID, unsent, never, is_wrong],
        [FOREIGNER, WITHOUT_ID, MALFORMED, NOT_SENT, PENDING, WRONG], CORRECT,
    ).astype(np.int8)


def _slips(count: int, draw: np.random.Generator) -> np.ndarray:
    edges = np.cumsum(list(_SLIPS_PER_MILLION.values())) / 1e6
    hit = np.searchsorted(edges, draw.random(count), side="right")
    return np.append(np.array(list(_SLIPS_PER_MILLION)), FINE)[hit].astype(np.int8)


def _after(entered, draw, at_once, late):
    """With the entry for a share of `at_once`, for a share of `late` days later, for the others within minutes."""
    luck = draw.random(len(entered))
    minutes = (draw.gamma(2.0, 4.0, len(entered)) * MINUTE).astype(np.int64) + 20 * SECOND
    days = (draw.exponential(1.8, len(entered)) * DAY).astype(np.int64) + HOUR
    return entered + np.select([luck < at_once, luck < at_once + late], [0, days], minutes)


def _share(steps, days):
    at = [day_number(date.fromisoformat(day)) for day, _ in steps]
    return np.interp(days, at, [share for _, share in steps])
