"""The schema keeps its own promises: keys, comments, names, the plan for growing; every statement is one the database takes."""

import re
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import scalar_row
from sqlalchemy import text

import sql
from etl.mapping import COPY_FORMAT
from sql import connect, reference, schema
from sql.measures import MEASURES

pytestmark = pytest.mark.both

TABLES = (
    "SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'warehouse'::regnamespace AND c.relkind IN ('r', 'p')"
)
PLACED = f"SELECT t.oid, t.relname FROM ({TABLES}) t JOIN warehouse.placement p ON p.relation = t.relname AND p.placed_by = 'person_key'"


@pytest.fixture(scope="module")
def db(shared_warehouse):
    with connect.raw_at(shared_warehouse.url, "owner", autocommit=True, row_factory=scalar_row) as found:
        yield found


def asked(db, question: str) -> list:
    return db.execute(question).fetchall()


def test_there_are_tables(db):
    assert len(asked(db, f"SELECT relname FROM ({TABLES}) t")) > 30
    assert asked(db, f"SELECT relname FROM ({PLACED}) t ORDER BY relname") == ["injection", "person"]


def test_every_table_has_a_primary_key(db):
    assert (
        asked(
            db,
            f"SELECT relname FROM ({TABLES}) t WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)",
        )
        == []
    )


def test_the_reference_tables_may_hold_what_the_warehouse_takes(db):
    (stages,) = asked(db, "SELECT jsonb_object_agg(code, stage) FROM warehouse.stage WHERE is_reached")
    assert stages == reference.STAGES
    for relation, column, choices in (
        ("site", "kind", reference.SITE_KINDS), ("stock_movement", "kind", reference.STOCK_KINDS), ("upload", "relation", reference.HANDED_IN),
    ):  # fmt: skip
        (said,) = asked(db, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' "
                            f"AND conrelid = 'warehouse.{relation}'::regclass AND conname = '{relation}_{column}_check'")  # fmt: skip
        assert set(re.findall(r"'(\w+)'", said)) == set(choices)


def test_every_table_says_what_one_row_is(db):
    assert asked(db, f"SELECT relname FROM ({TABLES}) t WHERE obj_description(t.oid, 'pg_class') IS NULL") == []


@pytest.mark.parametrize(
    ("like", "kind"),
    [("%\\_on", "date"), ("%\\_at", "timestamptz"), ("is\\_%", "bool"), ("day", "date")],
    ids=["_on", "_at", "is_", "day"],
)
def test_a_columns_name_tells_its_type(db, like, kind):
    named = f"SELECT t.relname || '.' || a.attname FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid WHERE a.attnum > 0 AND NOT a.attisdropped"
    assert asked(db, f"{named} AND a.attname LIKE '{like}' AND a.atttypid <> '{kind}'::regtype") == []
    assert asked(db, f"{named} AND a.attname LIKE '{like}' LIMIT 1") != []


def test_what_is_true_or_false_is_called_so(db):
    assert asked(db, f"SELECT t.relname || '.' || a.attname FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid "
                     "WHERE a.atttypid = 'bool'::regtype AND a.attname NOT LIKE 'is\\_%'") == []  # fmt: skip


def test_no_moment_is_without_a_time_zone(db):
    assert asked(db, "SELECT table_name || '.' || column_name FROM information_schema.columns "
                     "WHERE table_schema IN ('warehouse', 'mart') AND data_type = 'timestamp without time zone'") == []  # fmt: skip


def test_the_schema_that_can_be_read_is_the_one_that_the_migrations_make(db):
    assert schema.written(db) == schema.FILE.read_text(encoding="utf-8"), "python -m sql.schema writes it anew"


@pytest.mark.parametrize("table", ["ledger_entries", "balance_entries_site_day"])
def test_the_measures_are_what_the_tables_of_entries_count_in_their_order(db, table):
    columns = asked(
        db, f"SELECT attname FROM pg_attribute WHERE attrelid = 'warehouse.{table}'::regclass AND attnum > 0 ORDER BY attnum"
    )
    assert tuple(columns[columns.index("doses") :]) == MEASURES


# The plan for growing past one machine


def test_the_plan_lists_every_table_once_and_nothing_else(db):
    assert asked(db, "SELECT relation FROM warehouse.placement ORDER BY 1") == asked(
        db, f"SELECT relname::text FROM ({TABLES}) t ORDER BY 1"
    )


def test_every_unique_key_of_a_placed_table_has_the_person_in_it(db):
    assert asked(db, f"SELECT i.indexrelid::regclass::text FROM ({PLACED}) t JOIN pg_index i ON i.indrelid = t.oid WHERE i.indisunique "
                     "AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey) "
                     "AND a.attname = 'person_key')") == []  # fmt: skip


def test_a_placed_table_is_plain(db):
    """No trigger, no foreign key, no policy, not unlogged, not divided by something that can be corrected."""
    assert asked(db, f"SELECT tgname FROM ({PLACED}) t JOIN pg_trigger g ON g.tgrelid = t.oid") == []
    assert (
        asked(db, f"SELECT conname FROM ({PLACED}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'") == []
    )
    assert asked(db, f"SELECT polname FROM ({PLACED}) t JOIN pg_policy p ON p.polrelid = t.oid") == []
    assert (
        asked(
            db,
            f"SELECT c.relname FROM ({PLACED}) t JOIN pg_class c USING (oid) WHERE c.relpersistence <> 'p' OR c.relrowsecurity",
        )
        == []
    )
    assert asked(db, f"SELECT c.relname FROM ({PLACED}) t JOIN pg_partitioned_table d ON d.partrelid = t.oid JOIN pg_class c USING (oid) "
                     "WHERE d.partstrat <> 'h'") == []  # fmt: skip


def test_nothing_in_the_warehouse_is_kept_by_a_materialised_view_a_trigger_or_without_a_log(db):
    inside = "c.relnamespace = 'warehouse'::regnamespace"
    assert asked(db, f"SELECT relname FROM pg_class c WHERE {inside} AND (relkind = 'm' OR relpersistence <> 'p')") == []
    assert (
        asked(
            db, f"SELECT tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE {inside} AND NOT g.tgisinternal"
        )
        == []
    )


def test_without_citus_the_plans_procedures_do_nothing(db):
    before = asked(db, "SELECT relname FROM pg_class ORDER BY 1")
    db.execute("CALL warehouse.place_tables()")
    db.execute("CALL warehouse.gather_tables()")
    assert asked(db, "SELECT relname FROM pg_class ORDER BY 1") == before


# Who may do what


def test_a_reader_has_the_figures_and_nothing_below(shared_warehouse, db):
    tables = asked(db, f"SELECT relname::text FROM ({TABLES}) t")
    with connect.raw_at(shared_warehouse.url, "dashboard_reader", autocommit=True) as reader:
        for table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"SELECT FROM warehouse.{table}")
        reader.execute("SELECT * FROM mart.world()")


def test_every_function_of_the_figures_is_read_only_and_finds_only_what_it_names(db):
    """One that runs with its owner's rights must not be led to tables of somebody else's."""
    functions = "FROM pg_proc p WHERE p.pronamespace = 'mart'::regnamespace"
    assert len(asked(db, f"SELECT proname {functions}")) > 15
    assert asked(db, f"SELECT proname {functions} AND p.provolatile <> 's'") == []
    assert (
        asked(
            db, f"SELECT proname {functions} AND p.prosecdef AND NOT coalesce('search_path=\"\"' = ANY (p.proconfig), false)"
        )
        == []
    )


def test_a_function_with_the_callers_rights_becomes_a_part_of_the_callers_plan(db):
    """Otherwise it would read the whole of a ledger before anything is left out of it."""
    functions = asked(db, "SELECT format('mart.%I(%s)', proname, (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) "
                          "FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (t, n))) FROM pg_proc "
                          "WHERE pronamespace = 'mart'::regnamespace AND proretset AND NOT prosecdef")  # fmt: skip
    assert len(functions) > 10
    for called in functions:
        plan = "\n".join(asked(db, f"EXPLAIN SELECT * FROM {called}"))
        assert "Function Scan" not in plan, called


# The page that draws the ledgers and balances

DRAWN = (sql.FOLDER.parent / "docs" / "warehouse.md").read_text(encoding="utf-8")
ROWS = {
    cells[0][0]: cells for line in DRAWN.splitlines() if line.startswith("| `")
    for cells in [[re.findall(r"`(\w+)`", cell) for cell in line.strip("| ").split(" | ")]]
}  # fmt: skip
COLUMNS = "SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = 'warehouse.{}'::regclass AND a.attnum > 0"


def test_the_page_names_the_tables_that_there_are(db):
    others = DRAWN.partition("Two more are kept with them")[2].partition("Every sum")
    named = [
        *ROWS,
        *re.findall(r"`(posted_day|site_heard)`", others[0]),
        *re.findall(r"`(\w+)`", others[2].partition("##")[2]),
    ]
    assert sorted(named) == sorted(asked(db, f"SELECT relname::text FROM ({TABLES}) t"))


@pytest.mark.parametrize("table", ROWS)
def test_the_page_knows_what_a_row_of_a_sum_is(db, table):
    if table.startswith("ledger"):
        assert set(ROWS[table][1]) == set(asked(db, COLUMNS.format(table))) - {
            "batch_id",
            "posting",
            "cause",
            "people",
            *MEASURES,
        }
    else:
        key = "SELECT array_position(k.conkey, a.attnum) FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'p'"
        assert ROWS[table][1] == asked(db, f"{COLUMNS.format(table)} AND ({key}) IS NOT NULL ORDER BY ({key})")


@pytest.mark.parametrize("table", ROWS)
def test_the_page_knows_who_writes_and_who_reads_a_sum(db, table):
    writers = [name for _file, name, body in _STATEMENTS if re.search(rf"INSERT INTO warehouse\.{table}\b", body)]
    readers = "SELECT proname::text FROM pg_proc WHERE pronamespace = 'mart'::regnamespace AND prosrc ~ '{0}'"
    assert ROWS[table][-2:] == [writers, sorted(asked(db, readers.format(rf"warehouse\.{table}\M")))]


# Every statement, read by the database before users do

_FILES = [f"{folder}/{file.name}" for folder in ("queries", "questions") for file in sorted((sql.FOLDER / folder).glob("*.sql"))
          if file.name != "workbench.sql"]  # DuckDB's own  # fmt: skip
_STATEMENTS = [(file, name, body) for file in _FILES for name, body in sql.load(file).items()]
_PREPARING = ("create_",)


def is_sqlalchemys(body: str) -> bool:
    return bool(re.search(r"(?<![:\w]):[a-z]\w*", re.sub(r"--.*", "", body)))


@pytest.fixture(scope="module")
def etl(shared_warehouse):
    """A connection with every temporary table that the statements work on."""
    with connect.raw_at(shared_warehouse.url, "etl_writer", autocommit=True) as db:
        for _file, name, body in _STATEMENTS:
            if name.startswith(_PREPARING):
                db.execute(body.replace("ON COMMIT DROP", "").replace("ON COMMIT\n    DROP", ""))
        yield db


@pytest.mark.parametrize(("name", "body"), [pytest.param(name, body, id=f"{file}-{name}") for file, name, body in _STATEMENTS
                                            if not name.startswith(_PREPARING)])  # fmt: skip
def test_the_database_accepts_every_statement(etl, shared_warehouse, name, body):
    if is_sqlalchemys(body):
        query = text("EXPLAIN " + body)
        with shared_warehouse.reader.connect() as reader:
            reader.execute(query, dict.fromkeys(query.compile().params))
    elif name.startswith("copy_"):
        with etl.cursor() as cursor, cursor.copy(f"{body} ({COPY_FORMAT})"):
            pass
    else:
        # A moment always comes typed; the others may be NULL.
        values = dict.fromkeys(re.findall(r"%\((\w+)\)s", body)) | {"now": datetime.now(UTC)}
        etl.execute("EXPLAIN " + body, values)


def test_a_statement_keeps_to_one_style_of_parameters():
    for file, name, body in _STATEMENTS:
        assert not (is_sqlalchemys(body) and "%(" in body), f"{file}: {name}"
