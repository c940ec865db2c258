"""A source's database, questions to the warehouse, and what a verb said: what most tests of the ETL ask for."""

import json

import pytest

from sql import connect
from tests.etl.register import Register


@pytest.fixture
def register(database):
    held = Register(database)
    yield held
    held.close()


@pytest.fixture
def look(warehouse, monkeypatch):
    """Asks the warehouse, on which the ETL of this process works."""
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        yield lambda question, *values: db.execute(question, values).fetchall()


@pytest.fixture
def said(capsys):
    """What was printed as JSON since the last call; nothing else may be on that channel."""
    return lambda: json.loads(capsys.readouterr().out)
