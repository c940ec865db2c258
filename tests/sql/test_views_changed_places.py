"""Where a figure changed, by hand: by the units of a table, and adding up to the change itself."""

import pytest

from tests.etl.world import Given, record
from tests.sql.asked import TODAY, units

PLACES = "SELECT unit_id, cause, amount FROM mart.changed_places(%s, %s, 'residence', NULL, NULL, NULL, %s, %s, %s)"
CHANGES = (
    "SELECT cause, sum(amount) FROM mart.changes(%s, %s, 'residence', NULL, NULL, NULL, NULL, NULL, %s, %s, %s) GROUP BY 1"
)


def given(held: Given) -> tuple[int, int]:
    """Two batches: three people on their day; then one of them voided, and two entered a day late. Their numbers."""
    on_time = {"injected_at": "2021-11-05", "recorded_at": "2021-11-05 13:00"}
    held.load([record(record_id="r1", person="a", residence_code="C1", **on_time),
               record(record_id="r2", person="b", residence_code="C3", **on_time),
               record(record_id="r3", person="c", residence_code="D1", **on_time)])  # fmt: skip
    first = held.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]
    late = {"injected_at": "2021-11-04", "recorded_at": "2021-11-06 10:00"}
    held.load([record(record_id="r1", person="a", residence_code="C1", status="entered-in-error", updated_at="2021-11-06"),
               record(record_id="r4", person="d", residence_code="D1", **late),
               record(record_id="r5", person="e", residence_code=None, **late)])  # fmt: skip
    return first, held.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]


def changed(held: Given, unit: str, figure: str, first, last) -> dict:
    ids, codes = units(held)
    return {(codes[u], cause): n for u, cause, n in held.ask(PLACES, ids[unit], figure, first, last, TODAY)}


@pytest.mark.parametrize("figure", ["first", "doses"])
def test_a_change_is_split_by_the_units_below_and_what_lies_at_none_is_the_units_own(world, figure):
    first, _ = given(world)
    assert changed(world, "P", figure, first, None) == {("D1", "voided"): -1, ("D1", "late"): 1}
    assert changed(world, "D1", figure, first, None) == {("C1", "voided"): -1, ("D1", "late"): 1}
    assert changed(world, "P", figure, 0, first) == {("D1", "new"): 2, ("D2", "new"): 1}


@pytest.mark.parametrize("unit", ["P", "D1", "D2", "C1"])
@pytest.mark.parametrize("figure", ["first", "doses"])
def test_the_units_of_a_change_add_up_to_it(world, unit, figure):
    given(world)
    by_cause: dict = {}
    for (_, cause), n in changed(world, unit, figure, 0, None).items():
        by_cause[cause] = by_cause.get(cause, 0) + n
    assert by_cause == dict(world.ask(CHANGES, units(world)[0][unit], figure, 0, None, TODAY))


FIRST_LOAD = "SELECT batch_id FROM mart.first_load()"


def ends(held: Given, source: int | None = None) -> int:
    """A source was read to its end. Returns the batch that says so."""
    with held.db.transaction():
        held.pipeline.end_first_load(source or held.source_id)
    held.ask("UPDATE warehouse.source SET last_polled_at = now() RETURNING 1")
    return held.ask("SELECT max(batch_id) FROM warehouse.batch")[0][0]


def test_the_first_load_ends_where_the_last_source_was_read_to_its_end(world):
    """However large its batches were; one that is added later ends nothing anew."""
    assert world.ask(FIRST_LOAD) == []
    other = world.ask("INSERT INTO warehouse.source (name, kind, keyed_as, received, loaded, last_polled_at) "
                      "VALUES ('lists', 'files', 'lists', 1, 1, now()) RETURNING source_id")[0][0]  # fmt: skip
    world.ask("INSERT INTO warehouse.batch (batch_id, source_id, kind, received, loaded, started_at, committed_at) "
              "SELECT n, %s, 'records', 1, 1, now(), now() FROM generate_series(1, 2) n RETURNING 1", other)  # fmt: skip
    world.ask("UPDATE warehouse.leader SET folded_through = 2, last_batch_id = 2 RETURNING 1")
    world.load([record(record_id="r1")])
    ends(world)
    assert world.ask(FIRST_LOAD) == world.ask("SELECT max(batch_id) FROM warehouse.batch")  # it lasts
    ended = ends(world, other)
    world.load([record(record_id="r2", person="b")])
    world.ask(
        "INSERT INTO warehouse.source (name, kind, keyed_as, received, loaded) VALUES ('later', 'files', 'later', 1, 1) RETURNING 1"
    )
    assert world.ask(FIRST_LOAD) == [(ended,)]


def test_where_nobody_kept_when_it_ended_the_first_batch_stands_for_it(world):
    first, _ = given(world)
    world.ask("UPDATE warehouse.source SET first_loaded_batch = 0, last_polled_at = now() RETURNING 1")
    assert world.ask(FIRST_LOAD) == [(first,)]
