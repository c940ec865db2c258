"""How sites enter doses: where, when, what is checked, printed and confirmed, and which slips happen.

Pure: doses in, entries out. Times are microseconds since 1970 UTC; NONE where it has not happened.
"""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from etl.sample.attendance import choose_sites
from etl.sample.campaign import Doses
from etl.sample.people import BAD_ID, CITIZEN_ID, NO_ID, OLD_ID, PASSPORT, People
from etl.sample.places import province
from etl.sample.rhythm import UTC_OFFSET_SECONDS, day_number
from etl.sample.timing import DAY, HOUR, MINUTE, SECOND, after, entry_times
from etl.sample.vaccines import spelling

NONE = np.iinfo(np.int64).min

NOT_SENT, WITHOUT_ID, MALFORMED, PENDING, CORRECT, WRONG, FOREIGNER = range(7)
COMPLETED, MISTAKE, POSTPONED = range(3)
(
    FINE,
    UNKNOWN_VACCINE,
    UNKNOWN_SITE,
    IN_THE_FUTURE,
    BEFORE_BIRTH,
    BAD_NUMBER,
    UNREADABLE_BIRTH,
    BEFORE_APPROVAL,
    UNDER_AGE,
    NO_RESIDENCE,
    DISTRICT_ONLY,
    NO_PAPERS_SHOWN,
    WRONG_DIGIT,
) = range(13)
_SLIPS_PER_MILLION = {
    UNKNOWN_VACCINE: 350,
    UNKNOWN_SITE: 250,
    IN_THE_FUTURE: 150,
    BEFORE_BIRTH: 100,
    BAD_NUMBER: 250,
    UNREADABLE_BIRTH: 300,
    BEFORE_APPROVAL: 120,
    UNDER_AGE: 150,
    NO_RESIDENCE: 6000,
    DISTRICT_ONLY: 2000,
    NO_PAPERS_SHOWN: 8000,
    WRONG_DIGIT: 3500,
}
TWICE, MISTAKES, SENT_HOME = 0.004, 0.004, 0.003
# Checking before the injection, printing and the app came step by step: (day, share).
_CHECKED_BEFORE = (
    ("2021-03-08", 0.05),
    ("2021-08-15", 0.10),
    ("2021-10-01", 0.55),
    ("2021-11-05", 0.82),
    ("2021-12-15", 0.95),
)
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

    def take(self, which: np.ndarray | slice) -> "Entries":
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
        person=doses.person,
        number=doses.number.copy(),
        kind=doses.kind,
        vaccine=doses.vaccine,
        spelling=spelling(doses.vaccine, draw.random(count)),
        site=sites,
        injected=injected,
        entered=entered,
        identity=np.full(count, PENDING, np.int8),
        checked=np.full(count, NONE),
        printed=np.full(count, NONE),
        in_app=np.full(count, NONE),
        status=np.full(count, COMPLETED, np.int8),
        slip=slip,
        updated=entered.copy(),
    )
    _check_identity(people, entries, care[sites], draw)
    careful = care[sites]
    prints = draw.random(count) < _share(_PRINTED, doses.day) * np.minimum(careful * 1.04, 1)
    entries.printed = np.where(prints, after(entered, draw, at_once=0.88, late=0.04), NONE)
    confirms = prints & (
        draw.random(count) < _share(_IN_APP, doses.day) * np.where(people.band[doses.person] == 5, 0.4, 1.08)
    )
    entries.in_app = np.where(confirms, after(entered, draw, at_once=0.82, late=0.07), NONE)
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


def _check_identity(people: People, entries: Entries, careful, draw) -> None:
    """The answer of the population database: before the injection where a site works as it should, else days later."""
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
        [
            paper == PASSPORT,
            (paper == NO_ID) | (entries.slip == NO_PAPERS_SHOWN),
            paper == BAD_ID,
            unsent,
            never,
            is_wrong,
        ],
        [FOREIGNER, WITHOUT_ID, MALFORMED, NOT_SENT, PENDING, WRONG],
        CORRECT,
    ).astype(np.int8)


def _slips(count: int, draw: np.random.Generator) -> np.ndarray:
    edges = np.cumsum(list(_SLIPS_PER_MILLION.values())) / 1e6
    hit = np.searchsorted(edges, draw.random(count), side="right")
    return np.append(np.array(list(_SLIPS_PER_MILLION)), FINE)[hit].astype(np.int8)


def _share(steps, days):
    at = [day_number(date.fromisoformat(day)) for day, _ in steps]
    return np.interp(days, at, [share for _, share in steps])
