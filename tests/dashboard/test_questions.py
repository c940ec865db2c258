"""A question's columns stand in the warehouse and in its row type; the pages' double answers in the same types."""

import inspect
from datetime import date, datetime
from types import NoneType
from typing import get_origin

import pytest
from sqlalchemy import text

from dashboard import data
from dashboard.data.warehouse import _STATEMENTS
from dashboard.filters import Filters
from tests.dashboard.province import TODAY, VUNG_TAU, Province
from tests.dashboard.questions import ASKED, fields_of, row_type

# Questions whose answer is one value, or what one more transaction does.
NOT_OF_ROWS = {
    "batch_at", "decide_upload", "heartbeat", "incomplete_from", "priority_groups", "put_upload", "version",
}  # fmt: skip
OF_ROWS = _STATEMENTS.keys() - NOT_OF_ROWS
KINDS = {
    int: {"int2", "int4", "int8"}, float: {"float8"}, str: {"text"}, bool: {"bool"}, date: {"date"},
    datetime: {"timestamptz"}, list[int]: {"int4[]"}, list[str]: {"text[]"},
}  # fmt: skip


@pytest.mark.parametrize("question", sorted(OF_ROWS))
def test_the_columns_of_a_question_are_the_fields_of_its_rows(shared_warehouse, question):
    query = text(f"SELECT * FROM ({_STATEMENTS[question].text}) AS asked LIMIT 0")
    with shared_warehouse.reader.connect() as reader:
        found = reader.execute(query, dict.fromkeys(query.compile().params)).cursor.description
    fields = fields_of(row_type(question))
    assert [column.name for column in found] == list(fields)
    kinds = {column.name: column.type_display for column in found}
    assert {name: kind for name, kind in kinds.items() if kind not in KINDS.get(fields[name], {"jsonb"})} == {}


# The double

# What one more transaction does, and what of Data is no question: no page that is tested with it asks for them.
WITHOUT = {"put_upload", "decide_upload", "metrics", "site_id"}
OWN = {"tick"}
SAID = {name for name in vars(Province) if name[0] != "_"} - OWN  # by hand; the others are answered by their rows' types
GIVEN = {
    "filters": Filters(), "after_batch": 5, "units": [VUNG_TAU], "number": 1, "code": "S1", "lot_number": "L1",
    "first": TODAY, "last": TODAY, "stage": 2, "then": TODAY,
}  # fmt: skip


def test_the_double_is_asked_as_the_warehouse_is():
    assert ASKED.keys() - WITHOUT >= SAID
    for name in SAID:
        assert [*inspect.signature(ASKED[name]).parameters] == [*inspect.signature(getattr(Province, name)).parameters], name


@pytest.mark.parametrize("question", sorted(OF_ROWS & SAID))
def test_the_double_answers_in_the_types_of_the_warehouse(question):
    needed = [p.name for p in inspect.signature(ASKED[question]).parameters.values() if p.default is p.empty][1:]
    answer = getattr(Province(), question)(*(GIVEN[name] for name in needed))
    rows = answer if isinstance(answer, data.Rows) else [answer] if answer else []
    assert {type(row) for row in rows} <= {row_type(question)}
    for name, field in fields_of(row_type(question)).items():
        values = {type(getattr(row, name)) for row in rows} - {NoneType}
        assert values <= {get_origin(field) or field}, name


@pytest.mark.parametrize("question", sorted(OF_ROWS - WITHOUT))
def test_a_question_that_is_added_is_answered_by_the_types_of_its_rows(monkeypatch, question):
    if question in SAID:
        monkeypatch.delattr(Province, question)
    found = getattr(Province(), question)(Filters())
    rows = found if isinstance(found, data.Rows) else [found]
    assert [type(row) for row in rows] == [row_type(question)]
    with pytest.raises(AttributeError):
        _ = Province().coverage_of_the_moon
