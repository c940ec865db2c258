"""Recomputes all figures from the injections, person by person: the independent check behind `verify`.

It shares no statement with the load: a plain loop over each person's injections in order. The balances must equal it
exactly.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

import psycopg

import sql
from etl.placing import Places, read_places, read_spellings
from sql.measures import MEASURES
from sql.rows import by_name
from sql.told import BITS

VERIFY = sql.load("queries/verify.sql")

FAMILIES = ("people", "doses", "entries", "entry_days", "lots")

# Pseudo-stages, as in warehouse.stage: waiting for the second dose, and due for it.
PENDING, DUE = 5, 6

# The day of entry if the source does not give it, as in warehouse.ledger_entry_days.
NOT_SAID = date(9999, 12, 31)

# Cells held in memory before their sums are flushed to the database.
_CELLS = 150_000


@dataclass(frozen=True)
class Rules:
    """The dated rules, as plain values. Days are inclusive at both ends."""

    primary_doses: Mapping[int, list[tuple[date, date, int]]]  # vaccine → from, to, doses that complete its series
    dose_rules: Mapping[tuple[int, int], list[tuple[date, date, int, int]]]  # from, to, least days, longest recommended
    booster_rules: Mapping[int, list[tuple[date, date, int]]]
    grace_days: int = 0

    def asked(self, vaccine: int, day: date) -> int:
        """How many doses complete a series that began with this vaccine, on this day."""
        return next(doses for first, last, doses in self.primary_doses[vaccine] if first <= day <= last)

    def dose_rule(self, vaccine: int, previous: int, day: date) -> tuple[date, date, int, int] | None:
        return next((r for r in self.dose_rules.get((vaccine, previous), ()) if r[0] <= day <= r[1]), None)

    def booster_days(self, booster: int, day: date) -> int | None:
        return next((r[2] for r in self.booster_rules.get(booster, ()) if r[0] <= day <= r[1]), None)


@dataclass
class Course:
    """The vaccination series of one person."""

    duplicates: set = field(default_factory=set)  # (source_id, record_id)
    valid: set = field(default_factory=set)
    unruled: dict = field(default_factory=dict)  # (source_id, record_id) → previous vaccine, if no rule exists for the pair
    reached: dict[int, tuple[date, int]] = field(default_factory=dict)  # stage → day, vaccine
    residence: int = 0
    age_band: int = 0
    priority_group: int = 0
    doses: int = 0
    second_due_on: date | None = None
    is_identity_shared: bool = False


def plain_course(injections: Iterable, rules: Rules) -> Course:
    """Compute the series of one person from rows of warehouse.injection, or objects with the same attributes."""
    course = Course()
    given: list = []
    for i in sorted(
        (i for i in injections if i.status == "completed"), key=attrgetter("injected_at", "source_id", "record_id")
    ):
        if given and given[-1].injected_on == i.injected_on:
            course.duplicates.add((i.source_id, i.record_id))
        else:
            given.append(i)
    course.doses = len(given)
    in_order = 0
    for n, i in enumerate(given):
        key = (i.source_id, i.record_id)
        asked = rules.asked(given[0].vaccine_id, i.injected_on)
        keeps_order = n == 0 or _keeps_interval(rules, given[n - 1], i)
        in_order += keeps_order
        if keeps_order and 2 not in course.reached:
            course.valid.add(key)
        if n == 0:
            course.reached[1] = (i.injected_on, i.vaccine_id)
        if keeps_order and in_order >= asked and 2 not in course.reached:
            course.reached[2] = (i.injected_on, i.vaccine_id)
        elif 2 in course.reached:
            if i.dose_kind != "additional":
                _boost(course, rules, i, key)
        elif n and rules.dose_rule(i.vaccine_id, given[n - 1].vaccine_id, i.injected_on) is None:
            course.unruled[key] = given[n - 1].vaccine_id
        # unknown (0) or not recognised (-2) gives way to any other residence
        if i.residence_unit_id not in (0, -2) or course.residence == 0:
            course.residence = i.residence_unit_id
        course.age_band = course.age_band or i.age_band
        course.priority_group = i.priority_group or course.priority_group
    if given:
        first = given[0]
        rule = rules.dose_rule(first.vaccine_id, first.vaccine_id, first.injected_on)
        if not any(_tells(i, "person") for i in given):
            course.reached = _by_number(rules, given)
        elif rules.asked(first.vaccine_id, first.injected_on) > 1 and rule:
            course.second_due_on = first.injected_on + timedelta(days=rule[3])
        years = {i.birth_year for i in given if i.birth_year is not None}
        sexes = {i.sex for i in given if i.sex != "unknown"}
        course.is_identity_shared = len(years) > 1 or len(sexes) > 1
    return course


def _by_number(rules: Rules, given: list) -> dict[int, tuple[date, int]]:
    """The stage of a record that names no person, by its dose number."""
    first = given[0]
    number = max((i.dose_number for i in given if i.dose_kind != "additional"), default=None)
    asked = rules.asked(first.vaccine_id, first.injected_on)
    stages = {1: 1, 2: asked, 3: asked + 1, 4: asked + 2}
    return {stage: (first.injected_on, first.vaccine_id) for stage, needed in stages.items() if number == needed}


def _keeps_interval(rules: Rules, previous, i) -> bool:
    rule = rules.dose_rule(i.vaccine_id, previous.vaccine_id, i.injected_on)
    return rule is not None and (i.injected_on - previous.injected_on).days >= rule[2] - rules.grace_days


def _boost(course: Course, rules: Rules, i, key) -> None:
    since = course.reached[3 if 3 in course.reached else 2][0]
    least = rules.booster_days(2 if 3 in course.reached else 1, i.injected_on)
    if least is None or (i.injected_on - since).days < least - rules.grace_days:
        return
    course.valid.add(key)
    if 3 not in course.reached:
        course.reached[3] = (i.injected_on, i.vaccine_id)
    elif 4 not in course.reached:
        course.reached[4] = (i.injected_on, i.vaccine_id)


def measures(i, is_duplicate: bool, zone: ZoneInfo) -> list[int]:
    """What one completed injection adds to each of MEASURES."""
    if is_duplicate:
        return [int(name == "duplicates") for name in MEASURES]
    days = None if i.is_recorded_at_inferred else (i.recorded_at.astimezone(zone).date() - i.injected_on).days
    is_in_72h = days is not None and i.recorded_at - i.injected_at <= timedelta(hours=72)
    true = {
        "doses", f"identity_{i.identity_status}", _lag_class(days),
        "identity_correct_before" if i.identity_status == "correct" and i.identity_checked_at
            and i.identity_checked_at <= i.injected_at else None,
        "certificates_printed" if i.certificate_printed_at else None,
        "app_confirmed" if i.app_confirmed_at else None,
        "entered_within_72h" if is_in_72h else None,
        None if _tells(i, "certificate_printed_at") else "certificates_unknown",
        None if _tells(i, "app_confirmed_at") else "app_unknown",
    }  # fmt: skip
    return [int(name in true) for name in MEASURES]


def _tells(i, field: str) -> bool:
    """Whether the source of an injection gives a field; assumed for records from before this was kept."""
    return i.told is None or bool(i.told & BITS[field])


def _lag_class(days: int | None) -> str:
    if days is None:
        return "entered_unknown"
    classes = ((0, "entered_same_day"), (1, "entered_day_1"), (2, "entered_day_2"), (3, "entered_day_3"),
               (7, "entered_days_4_7"), (14, "entered_days_8_14"))  # fmt: skip
    return next((name for limit, name in classes if days <= limit), "entered_later")


def cells(injections: list, course: Course, zone: ZoneInfo) -> Iterator[tuple[str, tuple, list[int]]]:
    """What one person adds: (family, cell, amounts). The families are those of the ledgers."""
    for stage, (day, vaccine) in course.reached.items():
        yield "people", (stage, course.priority_group, vaccine, course.age_band, course.residence, day), [1]
    if course.second_due_on:
        _, vaccine = course.reached[1]
        for stage in (PENDING, DUE) if course.doses == 1 else (DUE,):
            yield "people", (stage, course.priority_group, vaccine, course.age_band, course.residence,
                             course.second_due_on), [1]  # fmt: skip
    for i in injections:
        if i.status != "completed":
            continue
        is_duplicate = (i.source_id, i.record_id) in course.duplicates
        hour = i.injected_at.astimezone(zone).hour
        yield "entries", (i.injected_on, i.site_id, i.place_unit_id, hour), measures(i, is_duplicate, zone)
        if not is_duplicate:
            yield "doses", (i.injected_on, i.site_id, i.place_unit_id, i.residence_unit_id, i.vaccine_id, i.dose_number,
                            i.age_band, i.priority_group), [1]  # fmt: skip
            entered_on = NOT_SAID if i.is_recorded_at_inferred else i.recorded_at.astimezone(zone).date()
            yield "entry_days", (i.injected_on, i.site_id, i.place_unit_id, entered_on), [1]
            yield "lots", (i.injected_on, i.site_id, i.place_unit_id, i.vaccine_id, i.dose_number, i.lot_number or ""), [1]


def read_rules(db: psycopg.Connection, grace_days: int) -> Rules:
    """The rules as the warehouse holds them."""
    doses: dict[tuple[int, int], list] = {}
    for vaccine, previous, *rule in db.execute(VERIFY["dose_rules"]):
        doses.setdefault((vaccine, previous), []).append(tuple(rule))
    boosters: dict[int, list] = {}
    series: dict[int, list] = {}
    for vaccine, *asked in db.execute(VERIFY["primary_series"]):
        series.setdefault(vaccine, []).append(tuple(asked))
    for booster, *rule in db.execute(VERIFY["booster_rules"]):
        boosters.setdefault(booster, []).append(tuple(rule))
    return Rules(series, doses, boosters, grace_days)


def recount(
    db: psycopg.Connection, time_zone: str, grace_days: int, progress: Callable[[int], None] = lambda n: None
) -> dict[str, list[dict]]:
    """Recompute everything in one snapshot; returns the differences by what was compared (all empty if all is right).

    `progress` is called with the number of further injections. Memory is bounded; 979,000 injections took 108 s.
    """
    zone = ZoneInfo(time_zone)
    with db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name in (*FAMILIES, "heard", "injections", "placings", "spellings", "persons"):
            db.execute(VERIFY[f"create_recount_{name}"])
        rules = read_rules(db, grace_days)
        tally = _Tally(db, read_places(db, zone))
        with db.cursor("injections", row_factory=by_name) as cursor:
            cursor.itersize = 20_000
            cursor.execute(VERIFY["injections"])
            for person, rows in groupby(cursor, key=attrgetter("person_key")):
                injections = list(rows)
                course = plain_course(injections, rules)
                tally.add_person(person, injections, course, zone)
                progress(len(injections))
        tally.flush()
        with db.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return {name[8:]: cursor.execute(statement).fetchall()
                    for name, statement in VERIFY.items() if name.startswith("compare_")}  # fmt: skip


class _Tally:
    """Sums by cell, flushed to temporary tables when they grow large."""

    def __init__(self, db: psycopg.Connection, places: Places):
        self.db, self.places, self.spellings = db, places, read_spellings(db)
        self.sums: dict[str, dict[tuple, list[int]]] = {family: {} for family in FAMILIES}
        self.heard: dict[int, datetime] = {}
        self.started: dict[int, datetime] = dict(db.execute(VERIFY["batches"]).fetchall())
        self.strays: dict[str, list[tuple]] = {"injections": [], "placings": [], "spellings": [], "persons": []}
        self.size = 0

    def add_person(self, person, injections: list, course: Course, zone: ZoneInfo) -> None:
        for family, cell, amounts in cells(injections, course, zone):
            held = self.sums[family].get(cell)
            if held is None:
                self.sums[family][cell] = list(amounts)
                self.size += 1
            else:
                held[:] = map(sum, zip(held, amounts, strict=True))
        for i in injections:
            key = (i.source_id, i.record_id)
            if i.site_id is not None:
                heard = min(i.recorded_at, self.started[i.batch_id])
                self.heard[i.site_id] = max(heard, self.heard.get(i.site_id, heard))
            if (i.is_duplicate, i.is_valid, i.unruled_after) != (
                key in course.duplicates, key in course.valid, course.unruled.get(key)):  # fmt: skip
                self.strays["injections"].append(key)
            if i.status == "completed" and not self.places.is_placed(i):
                self.strays["placings"].append(key)
            if i.status == "completed" and not self.spellings.matches(i):
                self.strays["spellings"].append(key)
        if course.doses:
            stages = [course.reached.get(stage, (None, None)) for stage in (1, 2, 3, 4)]
            self.strays["persons"].append((
                person, course.residence, course.age_band, course.priority_group, course.doses, course.second_due_on,
                course.is_identity_shared, *(value for stage in stages for value in stage),
            ))  # fmt: skip
            self.size += 1
        if self.size >= _CELLS:
            self.flush()

    def flush(self) -> None:
        for family, sums in self.sums.items():
            self._copy(family, (cell + tuple(amounts) for cell, amounts in sums.items()))
            sums.clear()
        self._copy("heard", self.heard.items())
        self.heard.clear()
        for name, rows in self.strays.items():
            self._copy(name, rows)
            rows.clear()
        self.size = 0

    def _copy(self, name: str, rows: Iterable[tuple]) -> None:
        with self.db.cursor() as cursor, cursor.copy(f"COPY recount_{name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
