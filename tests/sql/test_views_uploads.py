"""What a file that was handed in changes, line by line, and what speaks against it: worked out by hand."""

import json
from collections import namedtuple

import pytest

from sql import connect
from tests.etl.world import Given

TARGET = {"unit_code": None, "stage": "first", "age_band": None, "priority_group": None, "share": 0.9,
          "due_on": "2021-12-31", "source": "Chỉ tiêu thử", "valid_from": "2021-01-01"}  # fmt: skip
PEOPLE = {"version": "Công an", "source": "Công an tỉnh", "dated_on": "2022-01-01", "valid_from": "2022-01-01",
          "age_band": None, "priority_group": None}  # fmt: skip
# The version of the small world: C1 100 (10 + 80 + 10), C2 50, C3 40, D3 5; D1 150 and P 195 are sums.


@pytest.fixture
def held(warehouse):
    found = Given(warehouse.url)
    yield found
    found.close()


def put(held: Given, *rows: dict, relation="targets") -> int:
    lined = [{"line": number} | row for number, row in enumerate(rows, start=2)]
    with connect.raw_at(held.url, "dashboard_reader") as db:
        db.read_only = False
        return db.execute("SELECT inbox.put(%s, 'tep.csv', %s, 1, '[]', %s, '[]', 'A', true)",
                          [relation, "0" * 64, json.dumps(lined)]).fetchone()[0]  # fmt: skip


def rows(held: Given, function: str, number: int) -> list:
    cursor = held.db.execute(
        f"SELECT c.*, u.code FROM mart.{function}(%s) c LEFT JOIN warehouse.unit u USING (unit_id) ORDER BY line, 1",
        [number],
    )
    row = namedtuple("Row", [column.name for column in cursor.description])
    return [row(*values) for values in cursor]


def test_each_line_of_targets_is_held_against_what_is_said_of_the_same_now(held):
    number = put(
        held,
        TARGET,  # as it stands
        TARGET | {"unit_code": "D3", "share": 0.6, "source": "Chỉ tiêu thử riêng"},  # 0.5 before
        TARGET | {"stage": "complete", "valid_from": "2022-01-01", "due_on": "2022-06-30"},  # 0.8 from 2021 before
        TARGET | {"unit_code": "D1"},  # nothing of its own before
        TARGET | {"unit_code": "D3", "age_band": "12-17", "share": 0.5},
        TARGET | {"stage": "complete", "share": 0.8, "due_on": "2022-01-01"},  # a day later
        TARGET | {"unit_code": "nowhere"},
    )
    found = [
        (r.line, r.code, r.stage, r.change, r.share, r.share_before, str(r.due_on_before))
        for r in rows(held, "upload_changes", number)
    ]
    assert found == [
        (2, None, 1, "same", 0.9, 0.9, "2021-12-31"), (3, "D3", 1, "changed", 0.6, 0.5, "2021-12-31"),
        (4, None, 2, "later", 0.9, 0.8, "2021-12-31"), (5, "D1", 1, "new", 0.9, None, "None"),
        (6, "D3", 1, "new", 0.5, None, "None"), (7, None, 2, "changed", 0.8, 0.8, "2021-12-31"),
    ]  # fmt: skip


def test_what_an_applied_file_changed_is_told_as_of_before_it(held):
    held.pipeline.close_reference()
    number = put(held, TARGET | {"share": 0.95, "source": "KH 12"})
    before = rows(held, "upload_changes", number)
    (batch,) = held.ask("SELECT last_batch_id + 1 FROM warehouse.leader")[0]
    with held.db.transaction():
        held.db.execute("UPDATE warehouse.target SET until_batch = %s WHERE unit_id IS NULL AND stage = 1", [batch])
        held.db.execute("INSERT INTO warehouse.target (stage, share, due_on, source, valid_from, from_batch) "
                        "VALUES (1, 0.95, '2021-12-31', 'KH 12', '2021-01-01', %s)", [batch])  # fmt: skip
        held.pipeline.close_reference()
    assert [r.change for r in rows(held, "upload_changes", number)] == ["same"]
    held.db.execute("UPDATE warehouse.upload SET state = 'applied', batch_id = %s", [batch])
    assert rows(held, "upload_changes", number) == before
    assert [(r.change, r.share_before) for r in before] == [("changed", 0.9)]


def test_populations_are_held_against_their_own_version_or_the_one_that_is_used(held):
    mine = PEOPLE | {"version": "Thử", "source": "Bảng thử", "dated_on": "2021-01-01", "valid_from": "2021-01-01"}
    number = put(
        held,
        mine | {"unit_code": "C2", "age_band": "18-64", "persons": 50},
        mine | {"unit_code": "C3", "age_band": "18-64", "persons": 44},
        mine | {"unit_code": "C1", "priority_group": 1, "persons": 7},
        PEOPLE | {"unit_code": "C1", "age_band": "18-64", "persons": 90},
        PEOPLE | {"unit_code": "D3", "persons": 9},
        relation="populations",
    )
    found = [
        (r.line, r.code, r.change, r.persons, r.persons_before, r.version_before)
        for r in rows(held, "upload_changes", number)
    ]
    assert found == [
        (2, "C2", "same", 50, 50, "Thử"), (3, "C3", "changed", 44, 40, "Thử"), (4, "C1", "new", 7, None, None),
        (5, "C1", "later", 90, 80, "Thử"), (6, "D3", "new", 9, None, None),
    ]  # fmt: skip


def test_what_cannot_be_applied_is_a_fault_by_line(held):
    ahead = TARGET | {"due_on": "2100-01-01"}
    number = put(held, ahead | {"unit_code": "D9"}, ahead | {"age_band": "5-11"}, ahead | {"unit_code": "D1"}, TARGET)
    assert [(r.check, r.is_fault, r.line, r.found) for r in rows(held, "upload_checks", number)] == [
        ("unit", True, 2, "D9"), ("age", True, 3, "5-11"), ("past", False, 5, "2021-12-31")]  # fmt: skip


def test_a_name_of_a_version_is_not_used_for_another(held):
    number = put(held, PEOPLE | {"version": "Thử", "unit_code": "C2", "persons": 50}, relation="populations")
    assert [(r.check, r.found, r.version) for r in rows(held, "upload_checks", number) if r.is_fault] == [
        ("version", "Thử", "Bảng thử")
    ]


def test_a_lower_target_is_to_be_looked_at(held):
    number = put(
        held,
        TARGET | {"share": 0.85, "due_on": "2100-01-01"},
        TARGET | {"unit_code": "D3", "share": 0.6, "due_on": "2100-01-01"},
    )
    assert [(r.check, r.line, r.value, r.other) for r in rows(held, "upload_checks", number)] == [("lower", 2, 0.85, 0.9)]


def test_a_target_of_a_units_own_is_held_against_the_one_from_above(held):
    """C1 has no target of its own: 0.9 holds there; of those of 65 and older, 0.95 does."""
    held.db.execute(
        "INSERT INTO warehouse.target (stage, age_band, share, due_on, source, valid_from) VALUES (1, 4, 0.95, '2021-12-31', '65+', '2021-01-01')"
    )
    given = TARGET | {"unit_code": "C1", "due_on": "2100-01-01"}
    number = put(
        held,
        given | {"share": 0.89},
        given | {"share": 0.94, "age_band": "65+"},
        given | {"share": 0.91, "age_band": "18-64"},
    )
    assert [(r.check, r.line, r.value, r.other) for r in rows(held, "upload_checks", number)] == [
        ("lower", 2, 0.89, 0.9),
        ("lower", 3, 0.94, 0.95),
    ]


def test_denominators_are_checked_before_they_hold(held):
    """C1: 100 a year before, 104 is +4 %; C2: 50 → 55 is +10 %; D1 says 170, its communes 104 + 55 = 159."""
    number = put(
        held,
        PEOPLE | {"unit_code": "C1", "persons": 104},
        PEOPLE | {"unit_code": "C2", "persons": 55},
        PEOPLE | {"unit_code": "D1", "persons": 170},
        relation="populations",
    )
    found = {(r.check, r.code, r.value, r.other, round(r.difference, 2)) for r in rows(held, "upload_checks", number)}
    assert found == {
        ("sources", "C2", 55, 50, 0.1), ("growth", "C2", 55, 50, 0.1),
        ("sources", "D1", 170, 150, 0.13), ("growth", "D1", 170, 150, 0.13), ("children", "D1", 170, 159, -0.06),
    }  # fmt: skip
    assert not any(r.is_fault for r in rows(held, "upload_checks", number))


def test_bands_together_are_everybody(held):
    """12-17 and 18-64 of D3: 2 + 4 = 6 against 5 (0 + 5 + 0)."""
    number = put(held, PEOPLE | {"unit_code": "D3", "age_band": "12-17", "persons": 2}, PEOPLE | {"unit_code": "D3", "age_band": "18-64", "persons": 4},
                 PEOPLE | {"unit_code": "D3", "priority_group": 1, "persons": 99}, relation="populations")  # fmt: skip
    assert {(r.check, r.value, r.other) for r in rows(held, "upload_checks", number)} == {
        ("sources", 6, 5),
        ("growth", 6, 5),
    }


def test_some_of_the_parts_are_not_the_whole(held):
    number = put(
        held,
        PEOPLE | {"unit_code": "C1", "persons": 100},
        PEOPLE | {"unit_code": "D1", "persons": 150},
        relation="populations",
    )
    assert rows(held, "upload_checks", number) == []
