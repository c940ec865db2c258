"""Every kind of source keeps the promises of the way in which its settings say that it is read."""

import json
from typing import get_args

import pytest
from pydantic import TypeAdapter

from etl.settings import REQUIRED_FIELDS, SourceSettings
from etl.sources import Changes, Deliveries, Source, Whole
from etl.sources.kinds import KINDS, open_source

FIELDS = dict.fromkeys(REQUIRED_FIELDS, "x")
WITHOUT_CLOCK = {name: column for name, column in FIELDS.items() if name != "updated_at"}
PROMISES = {"changes": Changes, "whole": Whole, "deliveries": Deliveries}


def promised(promise) -> set[str]:
    """The names of what it promises, and of what every source does."""
    parts = [part for part in promise.__mro__ if part.__module__ == Source.__module__]
    return {name for part in parts for name in (*vars(part), *part.__annotations__) if not name.startswith("_")}


def test_the_settings_and_the_list_of_kinds_name_the_same():
    (union, *_discriminator) = get_args(SourceSettings)
    assert set(get_args(union)) == set(KINDS)


@pytest.mark.parametrize(
    ("given", "read_by"),
    [
        ({"kind": "database", "url": "postgresql://h/d", "table": "t", "fields": FIELDS}, "changes"),
        ({"kind": "database", "url": "mysql://h/d", "table": "t", "fields": FIELDS}, "changes"),
        ({"kind": "database", "url": "sqlite://", "table": "t", "fields": FIELDS}, "changes"),
        ({"kind": "database", "url": "sqlite://", "table": "t", "fields": WITHOUT_CLOCK}, "whole"),
        ({"kind": "database", "url": "sqlite://", "table": "t", "fields": FIELDS, "deliveries": "snapshot"}, "whole"),
        ({"kind": "files", "folder": "inbox", "pattern": "*.csv", "fields": FIELDS}, "deliveries"),
    ],
    ids=["postgresql", "mysql", "another", "without a clock", "a snapshot", "files"],
)
def test_a_source_keeps_the_promises_of_how_it_is_read(given, read_by):
    settings = TypeAdapter(SourceSettings).validate_json(json.dumps(given))
    source = open_source("somewhere", settings, "Asia/Ho_Chi_Minh", b"k" * 32)
    try:
        assert settings.read_by == read_by
        assert {wanted for wanted in promised(PROMISES[read_by]) if not hasattr(source, wanted)} == set()
    finally:
        source.close()
