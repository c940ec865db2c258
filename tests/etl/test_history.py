"""Any history, in any cutting, order and replay, with a crash at any step, ends in the same figures.

HISTORIES=1000 draws so many on each PostgreSQL, and --hypothesis-profile=explore others each time.
"""

import os
import random
from collections import Counter
from datetime import date

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import pipeline, reference
from etl.pipeline import RECONCILE, Outcome, Pipeline
from etl.recount import recount
from etl.statements import IDENTITY
from sql import connect
from sql.measures import MEASURES
from sql.told import EVERYTHING
from tests.etl import oracle
from tests.etl.world import TODAY, ZONE, Given, record

pytestmark = [pytest.mark.both, pytest.mark.slow]

HISTORIES = int(os.environ.get("HISTORIES", "20"))
_START = date(2021, 3, 1)
_FACTS = "injection, record, person, quarantine, batch, ledger_people, ledger_doses, ledger_entries, balance_people, " \
    "balance_people_unit_filters, balance_people_unit_day, balance_people_unit, balance_doses_unit_day, balance_doses_unit_filters, " \
    "balance_doses_pair_month, balance_doses_pair_day, ledger_entry_days, ledger_lots, balance_entries_site_day, balance_doses_site_hour, balance_entry_days, " \
    "balance_lots, balance_doses_world_day_filters, balance_people_world_day_filters, site_heard, posted_day"  # fmt: skip


class Crashing(Pipeline):
    """Loses its connection, as by kill -9, before the statement that `after` counts down to."""

    after: int | None = None
    url = ""

    def run(self, statements, facts, *names):
        for name in names:
            if self.after is not None:
                self.after -= 1
                if self.after < 0:
                    self.after = None
                    with connect.raw_at(self.url, "owner") as killer:
                        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [self.db.info.backend_pid])
            super().run(statements, facts, name)


# Everything, no person, neither certificate nor app, nothing of what may be left out.
_TOLD = (EVERYTHING, EVERYTHING, EVERYTHING - 1, EVERYTHING - 24, 0)
NUMBERS = st.sampled_from([f"r{n}" for n in range(1, 8)])
VERSIONS = st.builds(
    lambda day, hour, delay, stamp, told, identity_status, person, dose_number, **given: record(
        told=told, dose_number=dose_number if told & 4096 else 0,  # as the mapping gives it
        identity_status=identity_status if told & 2 else "unknown",
        person=person if told & 1 else f"record:{given['record_id']}",
        injected_at=f"{oracle.later(_START, day)} {hour:02}:30", updated_at=f"2022-03-{stamp:02} 09:00",
        recorded_at=None if delay is None else f"{oracle.later(_START, day + delay)} {hour:02}:45",
        identity_checked_at=f"{oracle.later(_START, day)} 12:00", **given),
    day=st.sampled_from([-40, 0, 0, 7, 21, 30, 56, 57, 84, 150, 200, 300, 330, 600]), hour=st.sampled_from([0, 9, 16, 23]),
    delay=st.sampled_from([None, 0, 0, 1, 2, 3, 5, 9, 40]), stamp=st.integers(1, 9),
    record_id=NUMBERS, person=st.sampled_from(["An", "Bình", "Chi"]),
    birth_year=st.sampled_from([None, 1950, 1980, 1980, 2005, 2012]), sex=st.sampled_from(["female", "male", "unknown"]),
    residence_code=st.sampled_from(["C1", "C2", "C3", "D3", *oracle.SPELT]), site_code=st.sampled_from(["S1", "S2", "S3", "S4", "S?"]),
    vaccine_code=st.sampled_from(["AZ", "PF", "PF", "AB", "JS", "XX", "vx", "vx", "vx"]), dose_number=st.sampled_from([None, 0, 1, 2, 3]),
    dose_kind=st.sampled_from([None, "primary", "additional", "booster"]),
    status=st.sampled_from(["completed"] * 4 + ["entered-in-error", "not-done"]),
    identity_status=st.sampled_from(["correct", "wrong", "pending", "no_id"]), priority_group=st.sampled_from([None, 1, 9]),
    certificate_printed_at=st.sampled_from([None, "2022-01-01"]), app_confirmed_at=st.sampled_from([None, "2022-01-01"]),
    lot_number=st.sampled_from([None, "L1", "L1", "l2"]), told=st.sampled_from(_TOLD),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(shared_warehouse):
    Crashing.url = shared_warehouse.url
    held, usual = Given(shared_warehouse.url, Crashing), pipeline.LARGE
    yield held, shared_warehouse
    pipeline.LARGE = usual
    held.close()


def start_over(held: Given, shared_warehouse) -> None:
    with shared_warehouse.owner.begin() as db:
        db.exec_driver_sql("TRUNCATE " + ", ".join(f"warehouse.{name.strip()}" for name in _FACTS.split(",")) + " CASCADE")
        db.exec_driver_sql("UPDATE warehouse.leader SET last_batch_id = 0, folded_through = 0")
        db.exec_driver_sql(
            "UPDATE warehouse.source SET received = 0, loaded = 0, unchanged = 0, quarantined = 0, corrected = 0, vanished = 0"
        )
        db.exec_driver_sql("UPDATE warehouse.source SET name = 'platform'")
    held.name = "platform"
    if held.db.closed:
        held.connect()


# What the histories drew, of each kind: a property of what is never drawn says nothing.
DRAWN = Counter()


def held_figures(held: Given) -> dict[str, Counter]:
    """The ledger's sums, with codes in place of ids."""
    unit, site, vaccine = (dict(held.ask(q)) for q in (
        "SELECT unit_id, code FROM warehouse.unit", "SELECT site_id, code FROM warehouse.site",
        "SELECT vaccine_id, code FROM warehouse.vaccine"))  # fmt: skip
    people = {
        (s, g, vaccine[v], a, unit[u], d): n for s, g, v, a, u, d, n in held.ask(
            "SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, sum(people) FROM warehouse.ledger_people "
            "GROUP BY 1, 2, 3, 4, 5, 6")}  # fmt: skip
    doses = {
        (d, site[s], unit[p], unit[r], vaccine[v], dose, a, g): n for d, s, p, r, v, dose, a, g, n in held.ask(
            "SELECT day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group, "
            "sum(doses) FROM warehouse.ledger_doses GROUP BY 1, 2, 3, 4, 5, 6, 7, 8")}  # fmt: skip
    entries = {}
    sums = ", ".join(f"sum({name})" for name in MEASURES)
    for d, s, p, hour, *amounts in held.ask(
        f"SELECT day, site_id, place_unit_id, hour, {sums} FROM warehouse.ledger_entries GROUP BY 1, 2, 3, 4"
    ):
        entries |= {(d, site[s], unit[p], hour, name): n for name, n in zip(MEASURES, amounts, strict=True)}
    entered = {
        (d, site[s], unit[p], on): n for d, s, p, on, n in held.ask(
            "SELECT day, site_id, place_unit_id, entered_on, sum(doses) FROM warehouse.ledger_entry_days GROUP BY 1, 2, 3, 4")}  # fmt: skip
    lots = {
        (d, site[s], unit[p], vaccine[v], dose, lot): n for d, s, p, v, dose, lot, n in held.ask(
            "SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, sum(doses) FROM warehouse.ledger_lots "
            "GROUP BY 1, 2, 3, 4, 5, 6")}  # fmt: skip
    families = {"people": people, "doses": doses, "entries": entries, "entry_days": entered, "lots": lots}
    return {name: Counter({cell: int(n) for cell, n in sums.items() if n}) for name, sums in families.items()}


def as_of(held: Given, batch: int | None) -> list[tuple]:
    """What pages would show as of a batch."""
    root = held.ask("SELECT root_unit_id FROM warehouse.world")[0][0]
    answers = []
    for question in (
        "SELECT unit_id, is_self, stage, people, people_today FROM mart.standing(%s, NULL, NULL, NULL, NULL, NULL, '2021-03-08', %s)",
        "SELECT * FROM mart.trend(%s, NULL, ARRAY[1, 9]::smallint[], NULL, NULL, NULL, %s)",
        "SELECT * FROM mart.doses_trend(%s, 'place', NULL, NULL, NULL, NULL, NULL, %s)",
        "SELECT * FROM mart.doses_by_vaccine(%s, 'residence', ARRAY[3]::smallint[], NULL, NULL, NULL, NULL, %s)",
        "SELECT * FROM mart.reconciliation(%s, NULL, NULL, %s)",
        "SELECT * FROM mart.doses_by_hour(%s, '2021-03-08', %s)",
        "SELECT * FROM mart.quality(%s, NULL, NULL, %s)",
    ):
        answers += sorted(held.ask(question, root, batch), key=repr)
    return answers


# What the spelling "vx" may be corrected to: vaccines of one least age, for the rules are not asked again.
MEANINGS = ("AZ", "AB", "JS")


def respell(held: Given, meaning: str) -> None:
    """The alias corrected, as the ETL takes it up."""
    with held.db.transaction():
        aliases = [{"alias": "vx", "vaccine_code": meaning}]
        _changed, persons = reference.load(
            held.db, held.settings, TODAY, 0, lambda given: given | {"vaccine_aliases": aliases}
        )
        if persons:
            DRAWN["respelt"] += 1
            held.pipeline.reclassify(persons)


def another(data, meaning: str) -> str:
    return data.draw(st.sampled_from([m for m in MEANINGS if m != meaning]))


def respelt(version: dict, meaning: str) -> dict:
    """A version as the spelling means it in the end."""
    return version | {"vaccine_code": meaning} if version["vaccine_code"] == "vx" else version


def forget_and_bring_back(held: Given) -> None:
    """The whole source, as its verbs do it: nothing is left of it meanwhile, and all of it comes back as it was."""
    DRAWN["forgotten"] += 1
    counted = [record for (record,) in held.ask("SELECT record_id FROM warehouse.injection WHERE status = 'completed'")]
    held.pipeline.withdraw(held.source_id, counted)
    assert held_figures(held) == {name: Counter() for name in oracle.figures([])}
    held.pipeline.bring_back(held.source_id, counted)


def rename(held: Given) -> None:
    """The source has another name in the settings from now on."""
    DRAWN["renamed"] += 1
    held.name = {"platform": "register", "register": "platform"}[held.name]
    held.db.execute(IDENTITY["rename"], {"source_id": held.source_id, "to": held.name, "now": held.clock.now()})


def take_out(held: Given, numbers: list[str]) -> Outcome:
    """What vanished at its source, also where the connection is lost meanwhile."""
    try:
        return held.pipeline.withdraw(held.source_id, numbers)
    except psycopg.OperationalError:
        held.db.close()
        held.connect()
        return held.pipeline.withdraw(held.source_id, numbers)


@settings(
    max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), history=st.lists(VERSIONS, min_size=1, max_size=14))
def test_any_history_in_any_order_ends_in_the_same_figures(world, data, history):
    held, shared_warehouse = world
    start_over(held, shared_warehouse)
    # Versions of one record at one moment differ by nothing a source promises: only the newest counts.
    history = list({(v["record_id"], v["updated_at"]): v for v in history}.values())
    if data.draw(st.integers(0, 9)) == 0:
        history[0] = history[0] | {"lot_number": "L\0"}  # no rule names it, and the database takes none
    order = data.draw(st.permutations(history))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
    batches = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True) if a < b]
    batches += data.draw(st.lists(st.sampled_from(batches), max_size=2))  # replays
    crash = data.draw(st.none() | st.integers(0, 60))
    forgotten = data.draw(st.none() | st.integers(0, len(batches)))
    struck = data.draw(st.dictionaries(st.integers(0, len(batches) - 1), st.sets(NUMBERS, min_size=1), max_size=3))
    renamed = data.draw(st.none() | st.integers(0, len(batches)))
    seen, steps = {}, []
    respell(held, meaning := "AZ")
    for n, batch in enumerate(batches):
        if data.draw(st.booleans()):
            respell(held, meaning := another(data, meaning))
        if n == forgotten:
            forget_and_bring_back(held)
        if n == renamed:
            rename(held)
        if crash is not None and n == len(batches) // 2:
            held.pipeline.after = crash
        # In rows or in columns, folded at once or with a later batch: all go through one history, and each may meet what
        # another left.
        pipeline.LARGE = data.draw(st.sampled_from([0, 1_000]))
        fold = n == len(batches) - 1 or data.draw(st.booleans())
        # read as it is now, as a comparison does: back-dated rows, and those that changed under an older clock
        kind = data.draw(st.sampled_from(["records"] * 3 + [RECONCILE]))
        try:
            outcome = held.load(batch, fold, kind)
        except psycopg.OperationalError:
            DRAWN["crash"] += 1
            held.db.close()
            held.connect()
            outcome = held.load(batch, fold, kind)
        assert outcome.received == outcome.loaded + outcome.unchanged + outcome.quarantined
        assert outcome.received == len(batch) or kind == RECONCILE
        DRAWN[kind] += 1
        DRAWN["by a rule"] += sum(not oracle.is_whole(version) for version in batch)
        DRAWN["by the database"] += sum("\0" in (version["lot_number"] or "") for version in batch)
        steps.append(tuple(batch) if kind == RECONCILE else batch)
        if fold and outcome.batch_id:
            seen[outcome.batch_id] = as_of(held, None)
        if n in struck:
            gone = take_out(held, sorted(struck[n]))
            DRAWN["vanished"] += gone.vanished
            steps.append(struck[n])
            seen[gone.batch_id] = as_of(held, None)
        held.pipeline.after = None

    if data.draw(st.booleans()):
        respell(held, meaning := another(data, meaning))
    steps = [step if isinstance(step, set) else type(step)(respelt(version, meaning) for version in step) for step in steps]
    held.pipeline.fold_the_rest()  # a comparison that finds nothing is no batch, and folds none
    assert held_figures(held) == oracle.figures(oracle.standing(steps))
    differences = recount(held.db, ZONE, 0)
    assert {name: rows for name, rows in differences.items() if rows} == {}
    for batch_id, shown in seen.items():
        assert as_of(held, batch_id) == shown


def test_each_kind_of_step_was_drawn():
    """In the histories above."""
    if not DRAWN:
        pytest.skip("run without the histories")
    kinds = ("records", RECONCILE, "crash", "vanished", "by a rule", "by the database", "respelt", "renamed", "forgotten")
    assert {kind for kind in kinds if not DRAWN[kind]} == set()


def test_the_oracle_would_notice(world):
    """A property that cannot fail proves nothing: with one posting spoilt, both comparisons see it."""
    held, shared_warehouse = world
    start_over(held, shared_warehouse)
    history = [
        record(record_id=f"r{n}", person=f"p{n}", injected_at=f"2021-11-{n:02}", updated_at=f"2021-12-{n:02}")
        for n in range(1, 9)
    ]
    random.Random(1).shuffle(history)
    held.load(history)
    assert held_figures(held) == oracle.figures(history)
    with shared_warehouse.owner.begin() as db:
        db.exec_driver_sql("UPDATE warehouse.ledger_people SET people = 2 WHERE posting = 1")
    assert held_figures(held) != oracle.figures(history)
    assert recount(held.db, ZONE, 0)["ledger_people"]
