"""PostgreSQL's SQL in DuckDB's words."""

import pytest

from etl.dialect import translate


@pytest.mark.parametrize("theirs, ours", [
    ("SELECT %(batch_id)s, (%(age_bands)s::smallint[])[1]", "SELECT $batch_id, ($age_bands::smallint[])[1]"),
    ("SELECT i.ctid AS place FROM incoming i", "SELECT i.rowid AS place FROM incoming i"),
    ("WITH a AS (\n    SELECT 1\n    OFFSET 0\n) SELECT 2", "WITH a AS (\n    SELECT 1\n) SELECT 2"),
    ("CREATE TEMP TABLE known ON COMMIT DELETE ROWS AS SELECT 1 WITH NO DATA", "CREATE OR REPLACE TEMP TABLE known AS SELECT 1 WITH NO DATA"),
    ("CREATE TEMP TABLE touched (person_key uuid PRIMARY KEY)", "CREATE OR REPLACE TEMP TABLE touched (person_key uuid)"),
    ("-- what $this, and '%(that)s', would be\nSELECT 1 -- a parameter\n", "SELECT 1\n"),
])  # fmt: skip
def test_few_words_are_replaced(theirs, ours):
    assert translate(theirs) == ours


@pytest.mark.parametrize("text", [
    "SELECT n - 1, octid, 'a-b' FROM before WHERE day = $day", "DELETE FROM incoming i USING ranked WHERE i.place = ranked.place",
    "CREATE TABLE key (n int)", "SELECT 1 OFFSET 10",
])  # fmt: skip
def test_all_else_stays_as_it_is(text):
    assert translate(text) == text
