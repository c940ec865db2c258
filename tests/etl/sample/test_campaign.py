"""The backlog as a campaign: what a committee would look for in it."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from etl.sample import entries as entry
from etl.sample import rows
from etl.sample.backlog import backlog
from etl.sample.campaign import BOOSTER, PRIMARY
from etl.sample.people import ADULT, FRONT_LINE, HEALTH, TEENAGER, everybody
from etl.sample.places import province
from etl.sample.rhythm import UTC_OFFSET_SECONDS, day_number, weekday
from etl.sample.timing import DAY, SECOND
from etl.sample.vaccines import AB, AZ, JS, MO, PF, SHORTER_AZ_ON

SEED = 7
NOW = datetime(2021, 11, 5, 14, 0, tzinfo=UTC)  # nine in the evening: the day is nearly whole
SIZE = 1_000_000


@pytest.fixture(scope="module")
def people():
    return everybody(SEED)


@pytest.fixture(scope="module")
def known(people):
    return backlog(people, SEED, NOW, SIZE)


@pytest.fixture(scope="module")
def given(known):
    """What counts: completed, and typed in without a slip that would send it to quarantine."""
    is_fine = (known.slip == entry.FINE) | (known.slip >= entry.NO_RESIDENCE)
    return known.take(np.flatnonzero((known.status == entry.COMPLETED) & is_fine))


def local_day(times):
    return (times + UTC_OFFSET_SECONDS * SECOND) // DAY


def share_reached(people, persons, who):
    """Share of `who` (a mask of people) among distinct persons, by district."""
    reached = np.zeros(len(people), bool)
    reached[persons] = True
    return np.bincount(people.district[reached & who], minlength=8) / np.bincount(people.district[who], minlength=8)


def completes(known):
    last = np.where(known.vaccine == JS, 1, np.where(known.vaccine == AB, 3, 2))
    return (known.kind == PRIMARY) & (known.number == last)


def test_it_is_about_as_large_as_asked_for(known):
    assert len(known) == pytest.approx(SIZE, rel=0.03)


def test_the_same_seed_and_day_give_the_same_backlog(people, known):
    again = backlog(everybody(SEED), SEED, NOW, SIZE)
    assert all(np.array_equal(getattr(known, name), getattr(again, name)) for name in known.__dataclass_fields__)


def test_another_seed_gives_another(known):
    assert not np.array_equal(backlog(everybody(8), 8, NOW, 30_000).person[:1000], known.person[:1000])


def test_an_hour_earlier_the_same_day_looks_the_same_up_to_then(people, known):
    earlier = datetime(2021, 11, 5, 4, 0, tzinfo=UTC)
    less = backlog(people, SEED, earlier, SIZE)
    until = int(earlier.timestamp() * 1_000_000)
    kept = known.take(np.flatnonzero(known.entered <= until))
    assert len(less) == len(kept) < len(known)
    for name in ("person", "injected", "entered", "site"):
        ours, theirs = (np.sort(getattr(part, name)) for part in (less, kept))
        assert np.array_equal(ours, theirs)


def test_nothing_was_entered_or_changed_after_now(known):
    now = int(NOW.timestamp() * 1_000_000)
    for name in ("entered", "updated", "printed", "in_app", "checked"):
        assert getattr(known, name).max() <= now
    assert (known.updated >= known.entered).all()


def test_it_is_ordered_as_a_reader_will_ask_for_it(known):
    assert (np.diff(known.updated) >= 0).all()


def test_districts_stand_far_apart_and_con_dao_is_far_ahead(people, given):
    who = (people.band >= 2) & (people.outside < 0)
    first = share_reached(people, given.person, who)
    complete = share_reached(people, given.person[completes(given)], who)
    by_code = dict(zip(province().districts, zip(first, complete, strict=True), strict=True))
    assert by_code["755"][0] > 0.85 and by_code["755"][1] > 0.7
    assert max(by_code, key=lambda code: by_code[code][0]) == "755"
    assert min(by_code, key=lambda code: by_code[code][0]) == "751"
    assert by_code["754"][0] - by_code["751"][0] > 0.25
    assert (complete < first).all()
    everywhere = np.bincount(people.district[who]) / who.sum()
    assert 0.62 < first @ everywhere < 0.80
    assert 0.30 < complete @ everywhere < 0.50


def test_nobody_lives_twice_and_no_cell_has_more_people_than_its_denominator(people, given):
    first = given.person[(given.number == 1) & (people.outside[given.person] < 0)]
    assert len(np.unique(first)) <= ((people.band >= 2) & (people.outside < 0)).sum()


def test_health_workers_come_first_then_the_front_line_then_adults_then_teenagers(people, given):
    first = given.number == 1
    halfway = [
        np.median(local_day(given.injected[first & (people.cohort[given.person] == c)]))
        for c in (HEALTH, FRONT_LINE, ADULT, TEENAGER)
    ]
    assert halfway == sorted(halfway)
    teens = given.injected[people.cohort[given.person] == TEENAGER]
    assert local_day(teens).min() == day_number(date(2021, 10, 25))
    assert set(np.unique(given.vaccine[people.band[given.person] == 2])) == {PF}


def test_boosters_have_just_begun_and_are_for_health_workers(people, given):
    boosters = given.take(np.flatnonzero(given.kind == BOOSTER))
    assert 20 < len(boosters) < 3000
    assert (people.cohort[boosters.person] == HEALTH).all()
    assert local_day(boosters.injected).min() >= day_number(date(2021, 10, 15))


def test_second_doses_keep_the_interval_but_for_a_few(given):
    first = given.take(np.flatnonzero(given.number == 1))
    second = given.take(np.flatnonzero((given.number == 2) & (given.kind == PRIMARY)))
    day, vaccine = np.full(2_000_000, -1), np.full(2_000_000, -1)
    day[first.person], vaccine[first.person] = local_day(first.injected), first.vaccine
    had = np.flatnonzero(day[second.person] >= 0)
    second = second.take(had)
    later, before = local_day(second.injected), day[second.person]
    least = np.select(
        [vaccine[second.person] == code for code in (AZ, MO, AB)], [np.where(later < SHORTER_AZ_ON, 56, 28), 28, 14], 21
    )
    too_early = (later - before < least).mean()
    assert 0.0005 < too_early < 0.006


def test_sessions_are_by_day_and_sundays_are_quiet(given):
    hour = (given.injected + UTC_OFFSET_SECONDS * SECOND) % DAY // (3600 * SECOND)
    by_hour = np.bincount(hour, minlength=24)
    assert by_hour[7:17].sum() / by_hour.sum() > 0.95
    assert by_hour[9] > 3 * by_hour[12]
    by_weekday = np.bincount(weekday(local_day(given.injected)), minlength=7)
    assert by_weekday[6] < 0.5 * by_weekday[:5].mean()


def test_most_entries_are_made_the_same_day_with_a_tail_of_ten_days(known):
    lag = local_day(known.entered) - local_day(known.injected)
    old = known.injected < int(NOW.timestamp() * 1_000_000) - 15 * DAY
    done = known.status == entry.COMPLETED
    same_day, tail = (lag[old & done] == 0).mean(), lag[old & done].max()
    assert 0.85 < same_day < 0.97
    assert 8 <= tail <= 14


def test_each_kind_of_slip_happens_rarely_but_happens(known):
    shares = np.bincount(known.slip, minlength=13) / len(known)
    rule_breaks, others = shares[1 : entry.NO_RESIDENCE], shares[entry.NO_RESIDENCE :]
    assert (rule_breaks > 0.00005).all() and rule_breaks.sum() < 0.004
    assert (others > 0.001).all() and others.sum() < 0.03


def test_mistakes_duplicates_and_people_sent_home_are_there(known):
    shares = np.bincount(known.status, minlength=3) / len(known)
    assert 0.002 < shares[entry.MISTAKE] < 0.008 and 0.001 < shares[entry.POSTPONED] < 0.006
    done = known.take(np.flatnonzero(known.status == entry.COMPLETED))
    doses = done.person.astype(np.int64) * 10 + done.number
    assert 0.002 < 1 - len(np.unique(doses)) / len(doses) < 0.008


def test_identities_are_mostly_correct_and_every_answer_occurs(known):
    shares = np.bincount(known.identity, minlength=7) / len(known)
    assert shares[entry.CORRECT] > 0.75 and (shares > 0.002).all()


def test_every_id_and_name_is_obviously_invented(people, known):
    some = known.take(np.arange(0, len(known), 50))
    table = rows.table(people, some, np.arange(len(some)))
    ids = [text for text in table["so_giay_to"].to_pylist() if text]
    assert all(text.startswith(("000", "99", "X0")) for text in ids)
    assert all(name.startswith("Minh Họa ") for name in table["ho_ten"].to_pylist())
    assert all(number.startswith("000") for number in table["so_dien_thoai"].to_pylist())


def test_a_person_keeps_id_birthday_and_residence_from_dose_to_dose(people, known):
    fine = known.take(np.flatnonzero(known.slip == entry.FINE))
    twice = np.flatnonzero(np.bincount(fine.person) > 1)[:500]
    table = rows.table(
        people, fine.take(np.flatnonzero(np.isin(fine.person, twice))), np.arange(np.isin(fine.person, twice).sum())
    )
    seen: dict = {}
    for person, *who in zip(
        *(table[name].to_pylist() for name in ("ma_doi_tuong", "so_giay_to", "ngay_sinh", "ma_xa")), strict=True
    ):
        assert seen.setdefault(person, who) == who
    assert len(seen) == 500
