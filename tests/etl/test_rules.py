"""The rules of load.sql: which records are kept out, under which names, and how they come back."""

import json
import threading
from datetime import date
from types import SimpleNamespace

import psycopg
import pyarrow as pa
import pytest

from etl import mapping, pipeline
from etl.intake import Intake
from etl.pipeline import Delivery
from etl.recount import recount
from etl.settings import FilesSource
from tests.etl.world import ZONE, Given, record

KEY = b"k" * 32

# What is wrong with it, and the rules that it breaks. NOW is noon of 2022-06-01 in Viet Nam.
BROKEN = [
    ({"record_id": None}, {"missing_record_id"}),
    ({"updated_at": None}, {"missing_updated_at"}),
    ({"updated_at": None, "unreadable": '{"updated_at": "hôm qua"}'}, {"unreadable_field"}),
    ({"status": None}, {"missing_status"}),
    ({"status": None, "unreadable": '{"status": "xong"}'}, {"unreadable_field"}),
    ({"unreadable": '{"recorded_at": "99/99/2021"}'}, {"unreadable_field"}),
    ({"vaccine_code": None}, {"missing_vaccine"}),
    ({"vaccine_code": "Zeneca-X"}, {"unknown_vaccine"}),
    ({"site_code": None}, {"missing_site"}),
    ({"site_code": "S9"}, {"unknown_site"}),
    ({"injected_at": None}, {"missing_injected_at"}),
    ({"injected_at": None, "unreadable": '{"injected_at": "31/02/2021"}'}, {"unreadable_field"}),
    ({"injected_at": "2022-06-02 00:01"}, {"future_date"}),
    ({"birth_year": 2022}, {"before_birth"}),
    ({"birth_year": None, "birth_date": date(2021, 11, 6)}, {"before_birth", "under_age"}),
    ({"injected_at": "2021-01-31"}, {"before_approval"}),
    ({"birth_year": 2010}, {"under_age"}),
    ({"birth_year": None, "birth_date": date(2009, 11, 6)}, {"under_age"}),
    ({"vaccine_code": "AZ", "birth_year": 2004}, {"under_age"}),
    ({"dose_number": None}, {"bad_dose_number"}),
    ({"dose_number": 0}, {"bad_dose_number"}),
    ({"dose_number": 10}, {"bad_dose_number"}),
    ({"dose_number": None, "unreadable": '{"dose_number": "hai"}'}, {"unreadable_field"}),
    ({"vaccine_code": "?", "site_code": None, "dose_number": 0, "injected_at": "2022-06-02"},
     {"unknown_vaccine", "missing_site", "bad_dose_number", "future_date"}),
    ({"record_id": None, "updated_at": None, "status": None, "vaccine_code": None, "site_code": None, "injected_at": None, "dose_number": None},
     {"missing_record_id", "missing_updated_at", "missing_status", "missing_vaccine", "missing_site", "missing_injected_at", "bad_dose_number"}),
    ({"injected_at": "2021-01-31", "birth_year": 2022}, {"before_approval", "before_birth"}),
    ({"injected_at": "2021-01-31", "birth_year": 2012}, {"before_approval", "under_age"}),
    ({"vaccine_code": None, "site_code": None, "injected_at": None, "status": None, "dose_number": None,
      "unreadable": '{"line": "ragged_line", "found": "3 fields, the header has 8"}'}, {"ragged_line"}),
]  # fmt: skip

WHOLE = [
    {"injected_at": "2022-06-01 12:00"},
    {"injected_at": "2022-06-01 12:09"},  # the clock of a site may be ahead
    {"injected_at": "2021-02-01"},
    {"birth_year": 2009},
    {"birth_year": None, "birth_date": date(2009, 11, 5)},
    {"birth_year": None},
    {"vaccine_code": " pfizer "},
    {"vaccine_code": "COMIRNATY"},
    {"dose_number": 9},
    {"residence_code": "nowhere"},
    {"residence_code": None, "sex": None, "priority_group": None, "recorded_at": None, "identity_status": None},
    {"status": "entered-in-error", "vaccine_code": None, "site_code": "S9", "injected_at": None, "dose_number": None},
    {"status": "not-done", "unreadable": '{"injected_at": "?"}', "injected_at": None},
]


@pytest.fixture(params=["in rows", "in columns"])
def way(request):
    """A small batch and a large one are worked out by statements of their own: the rules are the same."""
    usual, pipeline.LARGE = pipeline.LARGE, -1 if request.param == "in columns" else pipeline.LARGE
    yield
    pipeline.LARGE = usual


@pytest.fixture
def world(warehouse, way):
    held = Given(warehouse.url)
    yield held
    held.close()


def quarantine(held: Given) -> dict[str, tuple[set, str]]:
    """Of each record in quarantine the rules and the state; of several versions the last."""
    rows = held.ask("SELECT record_id, rules, state FROM warehouse.quarantine ORDER BY record_id, updated_at, batch_id")
    return {record_id: (set(rules), state) for record_id, rules, state in rows}


def counters(held: Given) -> tuple[int, ...]:
    return held.ask("SELECT received, loaded, unchanged, quarantined FROM warehouse.source")[0]


def shown(outcome) -> tuple[int, ...]:
    return outcome.received, outcome.loaded, outcome.unchanged, outcome.quarantined


def test_broken_records_carry_every_rule_that_they_break(world):
    """Side by side in one batch; a lot tells them apart where the number is what is wrong."""
    outcome = world.load(
        record(**{"record_id": f"r{n}", "person": f"p{n}", "lot_number": f"L{n}"} | fault)
        for n, (fault, _) in enumerate(BROKEN)
    )
    assert shown(outcome) == (len(BROKEN), 0, 0, len(BROKEN))
    kept = world.ask("SELECT record->>'lot_number', record_id, rules, state FROM warehouse.quarantine")
    assert {lot: (number, set(rules), state) for lot, number, rules, state in kept} == {
        f"L{n}": ("" if "record_id" in fault else f"r{n}", rules, "open") for n, (fault, rules) in enumerate(BROKEN)}  # fmt: skip
    assert world.ask("SELECT count(*) FROM warehouse.injection") == [(0,)]


def test_what_only_looks_odd_is_loaded(world):
    outcome = world.load(record(**{"record_id": f"r{n}", "person": f"p{n}"} | given) for n, given in enumerate(WHOLE))
    assert shown(outcome) == (len(WHOLE), len(WHOLE), 0, 0), quarantine(world)


def test_a_void_with_broken_fields_still_voids(world):
    world.load([record()])
    void = record(status="entered-in-error", updated_at="2021-11-06", vaccine_code="?", site_code=None, dose_number=0,
                  injected_at=None, unreadable='{"injected_at": "31/02/2021"}')  # fmt: skip
    outcome = world.load([void])
    assert shown(outcome) == (1, 1, 0, 0)
    assert outcome.voided == 1
    assert world.ask("SELECT sum(people) FROM warehouse.balance_people") == [(0,)]
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(0,)]


def test_a_void_under_another_person_still_voids(world):
    """Its ID was taken away with the rest."""
    world.load([record()])
    world.load(
        [record(person="nobody", status="entered-in-error", updated_at="2021-11-06", vaccine_code=None, injected_at=None)]
    )
    assert world.ask("SELECT sum(people) FROM warehouse.balance_people WHERE stage = 1") == [(0,)]
    assert world.ask("SELECT count(*), count(*) FILTER (WHERE status = 'completed') FROM warehouse.injection") == [(1, 0)]
    assert world.ask("SELECT count(*) FROM warehouse.person") == [(0,)]


def test_the_same_broken_record_again_is_unchanged(world):
    broken = record(vaccine_code="?")
    assert shown(world.load([broken])) == (1, 0, 0, 1)
    assert shown(world.load([broken])) == (1, 0, 1, 0)
    assert shown(world.load([broken, broken])) == (2, 0, 2, 0)
    assert counters(world) == (4, 0, 3, 1)


def test_twice_in_one_batch_is_once_in_quarantine(world):
    assert shown(world.load([record(vaccine_code="?")] * 2)) == (2, 0, 1, 1)
    assert shown(world.load([record(record_id=None)] * 2)) == (2, 0, 1, 1)


@pytest.mark.parametrize(
    ("whole_at", "state"),
    [("2021-11-05 13:00", "resolved"), ("2021-11-05 14:00", "superseded")],
    ids=["mended in place", "replaced by a newer"],
)
def test_a_whole_version_ends_the_quarantine_of_a_broken_one(world, whole_at, state):
    world.load([record(vaccine_code="?")])
    assert shown(world.load([record(updated_at=whole_at)])) == (1, 1, 0, 0)
    assert quarantine(world)["r1"][1] == state


def test_a_newer_broken_version_replaces_an_older_one(world):
    world.load([record(vaccine_code="?")])
    world.load([record(vaccine_code="??", updated_at="2021-11-06")])
    states = world.ask("SELECT record->>'vaccine_code', state FROM warehouse.quarantine ORDER BY updated_at")
    assert states == [("?", "superseded"), ("??", "open")]


def test_a_broken_correction_leaves_the_whole_version_in_the_figures(world):
    world.load([record()])
    assert shown(world.load([record(vaccine_code="?", updated_at="2021-11-06")])) == (1, 0, 0, 1)
    assert quarantine(world)["r1"] == ({"unknown_vaccine"}, "open")
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(1,)]


def test_an_older_broken_version_after_a_newer_whole_one_is_unchanged(world):
    world.load([record(updated_at="2021-11-06")])
    assert shown(world.load([record(vaccine_code="?", updated_at="2021-11-05")])) == (1, 0, 1, 0)
    assert quarantine(world) == {}


def test_a_broken_version_without_a_time_is_kept_though_the_record_is_held(world):
    world.load([record()])
    assert shown(world.load([record(updated_at=None, dose_number=2)])) == (1, 0, 0, 1)
    assert quarantine(world)["r1"] == ({"missing_updated_at"}, "open")


SAME_MOMENT = [
    ({}, {"dose_number": 2}),
    ({}, {"lot_number": "L1"}),
    ({}, {"recorded_at": None}),
    ({}, {"person": "Bình"}),
    ({}, {"status": "entered-in-error"}),
    ({"site_code": "S2"}, {"injected_at": "2021-11-06"}),
]


ORDERS = {"one, other": "a b", "other, one": "b a", "both": "ab", "both, other first": "ba", "one again": "a b a"}


def of_moment(pair: int, order: str, letter: str) -> dict:
    """A version; each pair has persons of its own and each order a record of its own, so all are loaded side by side."""
    version = record(**SAME_MOMENT[pair]["ab".index(letter)])
    return version | {"record_id": f"{pair} {order}", "person": f"{version['person']} {pair}"}


def ends(held: Given, pair: int) -> list[tuple]:
    """What the warehouse holds of a pair after each order."""
    return held.ask(
        "SELECT person_key, dose_number, lot_number, status, site_id, injected_at, is_recorded_at_inferred "
        "FROM warehouse.injection WHERE record_id LIKE %s", f"{pair} %")  # fmt: skip


def test_versions_of_one_moment_end_equal_in_any_order(world):
    for step in range(3):
        world.load(of_moment(pair, order, letter) for pair in range(len(SAME_MOMENT)) for order, steps in ORDERS.items()
                   for letter in "".join(steps.split()[step : step + 1]))  # fmt: skip
    for pair, versions in enumerate(SAME_MOMENT):
        found = ends(world, pair)
        assert len(found) == len(ORDERS) and len(set(found)) == 1, (versions, found)


@pytest.mark.parametrize("way", ["in rows"], indirect=True)  # its own below
def test_versions_of_one_moment_end_equal_whichever_way_each_batch_goes(world, monkeypatch):
    """In rows the database compares what versions say, in columns the workbench."""
    for ways in ((0, 1_000), (1_000, 0), (0, 0), (1_000, 1_000)):
        for step, large in enumerate(ways):
            monkeypatch.setattr(pipeline, "LARGE", large)
            world.load(
                of_moment(pair, f"{ways} {order}", order[step]) for pair in range(len(SAME_MOMENT)) for order in ("ab", "ba")
            )
    for pair, versions in enumerate(SAME_MOMENT):
        found = ends(world, pair)
        assert len(found) == 8 and len(set(found)) == 1, (versions, found)


# Back from quarantine


def intake(held: Given) -> Intake:
    mapper = mapping.compile_source(held.settings.sources["platform"], ZONE, KEY, "platform")
    source = SimpleNamespace(name="platform", mapper=mapper)
    given = SimpleNamespace(kind="files", read_by="deliveries")
    return Intake(held.pipeline, source, given, held.settings.etl, threading.Lock(), lambda outcome: None)


def test_a_mended_alias_lets_retry_bring_a_record_back_and_the_counter_still_closes(world):
    world.load(
        [
            record(record_id="r1", vaccine_code="Vắc xin Pfizer"),
            record(record_id="r2", person="B", vaccine_code="Vắc xin Pfizer", dose_number=0),
        ]
    )
    assert counters(world) == (2, 0, 0, 2)
    nothing = intake(world).retry()
    assert (nothing.received, nothing.loaded) == (2, 0)
    assert counters(world) == (2, 0, 0, 2)

    world.db.execute(
        "INSERT INTO warehouse.vaccine_alias SELECT 'vắc xin pfizer', vaccine_id FROM warehouse.vaccine WHERE code = 'PF'"
    )
    outcome = intake(world).retry()
    assert (outcome.received, outcome.loaded) == (2, 1)
    assert counters(world) == (2, 1, 0, 1)
    assert quarantine(world) == {"r1": ({"unknown_vaccine"}, "resolved"), "r2": ({"bad_dose_number"}, "open")}
    assert world.ask("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(1,)]
    assert not any(recount(world.db, ZONE, 0).values())
    assert world.ask(
        "SELECT kind, received, loaded, unchanged, quarantined FROM warehouse.batch ORDER BY batch_id DESC LIMIT 1"
    ) == [("retry", 0, 1, 0, -1)]


LISTED = {
    "record_id": "ma", "person_id": "cccd", "birth_year": "nam", "sex": "gioi", "residence_code": "xa", "site_code": "diem",
    "vaccine_code": "vac_xin", "lot_number": "lo", "dose_number": "mui",
    "injected_at": {"column": "tiem", "format": "%m/%d/%Y %H:%M"}, "updated_at": "sua",
}  # fmt: skip
LINE = {
    "ma": "r1", "cccd": "077085001234", "nam": "1985", "gioi": "female", "xa": "C1", "diem": "S1", "vac_xin": "PF", "lo": "L1",
    "mui": "1", "tiem": "25/11/2021 08:30", "sua": "2021-11-25 09:00",
}  # fmt: skip


def listed(**changes) -> mapping.Mapper:
    given = {"kind": "files", "folder": "inbox", "pattern": "*", "fields": LISTED | changes}
    return mapping.compile_source(FilesSource.model_validate_json(json.dumps(given)), ZONE, KEY, "platform")


def sent(held: Given, mapper: mapping.Mapper, *rows: dict):
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in mapper.columns})
    return held.pipeline.load(Delivery(held.source_id, mapper(table)))


@pytest.mark.parametrize(
    ("field", "cell", "mended"),
    [
        ("injected_at", {"tiem": "25/11/2021 08:30"}, {"column": "tiem", "format": "%d/%m/%Y %H:%M"}),
        ("injected_at", {"tiem": "05.11.2021 08:30"}, {"column": "tiem", "format": "%d.%m.%Y %H:%M"}),
        ("injected_at", {"tiem": "20211105083000"}, {"column": "tiem", "format": "%Y%m%d%H%M%S"}),
        ("sex", {"gioi": "Nữ", "tiem": "2021-11-25 08:30"}, {"column": "gioi", "values": {"Nữ": "female"}}),
        ("dose_number", {"mui": "Mũi 1", "tiem": "2021-11-25 08:30"}, {"column": "mui", "values": {"Mũi 1": 1}}),
        ("updated_at", {"sua": "25.11.2021", "tiem": "2021-11-25 08:30"}, {"column": "sua", "format": "%d.%m.%Y"}),
    ],
)
def test_mended_settings_let_retry_read_what_could_not_be_read(world, field, cell, mended):
    assert shown(sent(world, listed(), LINE | cell)) == (1, 0, 0, 1)
    again = intake(world)
    again.source.mapper = listed()
    assert again.retry().loaded == 0
    again.source.mapper = listed(**{field: mended})
    assert again.retry().loaded == 1
    assert quarantine(world)["r1"] == ({"unreadable_field"}, "resolved")
    assert counters(world) == (1, 1, 0, 0)
    whole = sent(world, again.source.mapper, LINE | cell)
    assert (whole.unchanged, whole.quarantined) == (1, 0)  # the source says no more than that


def test_what_was_withheld_is_never_read_and_its_records_stay_apart(world):
    a, b = LINE["cccd"], "077185009999"
    good = {"tiem": "2021-11-25 08:30"}
    rows = [LINE | good | {"ma": a}, LINE | good | {"ma": b, "cccd": b}, LINE | good | {"ma": "r3", "lo": a}]
    assert shown(sent(world, listed(), *rows)) == (3, 0, 0, 3)
    again = intake(world)
    again.source.mapper = listed()
    assert again.retry().loaded == 0
    kept = world.ask("SELECT record_id, record FROM warehouse.quarantine WHERE state = 'open'")
    assert len({record_id for record_id, _record in kept}) == 3
    assert sorted(list(record["unreadable"].items()) for _id, record in kept) == [
        [("lot_number", "(withheld)")], [("record_id", "(withheld)")], [("record_id", "(withheld)")]]  # fmt: skip
    assert not any(
        "(withheld)" in (record_id, record.get("record_id"), record.get("lot_number")) for record_id, record in kept
    )
    assert world.ask("SELECT count(*) FROM warehouse.injection") == [(0,)]


def test_records_without_a_number_stay_apart_too(world):
    rows = [LINE | {"ma": None, "tiem": "2021-11-25 08:30", "lo": lot} for lot in ("L1", "L2")]
    assert shown(sent(world, listed(), *rows)) == (2, 0, 0, 2)
    assert world.ask("SELECT count(*) FROM warehouse.quarantine WHERE record_id = ''") == [(2,)]


def test_a_retry_brings_back_the_newest_of_several_versions(world):
    for day in ("06", "07", "08"):
        world.load([record(vaccine_code="Mới", lot_number=f"L{day}", updated_at=f"2021-11-{day}")])
    world.db.execute("INSERT INTO warehouse.vaccine_alias VALUES ('mới', 1)")
    intake(world).retry()
    assert world.ask("SELECT lot_number FROM warehouse.injection") == [("L08",)]
    assert world.ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(0,)]
    received, *parts = counters(world)
    assert received == sum(parts) == 3


@pytest.mark.parametrize("table", ["batch", "source"])
def test_the_schema_itself_refuses_a_counter_that_does_not_close(world, table):
    world.load([record()])
    with pytest.raises(psycopg.errors.CheckViolation):
        world.db.execute(f"UPDATE warehouse.{table} SET received = received + 1")
