"""Migrations run once, forward, and say what is wrong."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

import sql
from etl.pipeline import Fenced
from etl.recount import MEASURES, recount
from sql import connect
from sql.migrate import MigrationError, migrate
from tests.etl.world import ZONE, Given, record
from tests.processes import becomes

pytestmark = pytest.mark.both


@pytest.fixture
def owner(database):
    return connect.engine_at(database, "owner", poolclass=NullPool)


@pytest.fixture
def folder(tmp_path):
    """A small warehouse: one table, one function."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "views").mkdir()
    (tmp_path / "migrations" / "0001_first.sql").write_text(
        "CREATE SCHEMA warehouse; CREATE TABLE warehouse.thing (n int PRIMARY KEY);"
    )
    (tmp_path / "views" / "10_things.sql").write_text(
        "CREATE FUNCTION mart.things() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS $$ SELECT count(*) FROM warehouse.thing $$;"
    )
    return tmp_path


def test_the_project_migrates_and_a_second_start_changes_nothing(owner):
    assert migrate(owner) == sorted(file.name for file in (sql.FOLDER / "migrations").glob("*.sql"))
    assert migrate(owner) == []


def test_a_database_that_does_not_know_the_letters_is_refused(postgres):
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute("CREATE DATABASE plain TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        with pytest.raises(MigrationError, match="the database plain takes only a to z for letters"):
            migrate(connect.engine_at(postgres.url("plain"), "owner", poolclass=NullPool))
    finally:
        with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
            db.execute("DROP DATABASE plain")


def test_a_new_migration_is_applied_and_the_rows_stay(owner, folder):
    migrate(owner, folder)
    with owner.begin() as db:
        db.exec_driver_sql("INSERT INTO warehouse.thing VALUES (1)")
    (folder / "migrations" / "0002_more.sql").write_text("ALTER TABLE warehouse.thing ADD name text;")
    assert migrate(owner, folder) == ["0002_more.sql"]
    with owner.connect() as db:
        assert db.exec_driver_sql("SELECT n, name FROM warehouse.thing").all() == [(1, None)]


def migrate_until(name: str, owner, folder) -> None:
    """A warehouse of the version before the migration that ends so."""
    (folder / "migrations").mkdir()
    (folder / "views").mkdir()
    files = sorted((sql.FOLDER / "migrations").glob("*.sql"))
    for file in files[: next(number for number, file in enumerate(files) if file.name.endswith(name))]:
        shutil.copy(file, folder / "migrations")
    migrate(owner, folder)


FOLDED = {  # the balances that the migration fills, and their folds
    "balance_people_unit": "fold_people_unit", "posted_day": "note_days", "balance_doses_unit":
    "fold_doses_unit", "balance_doses_total": "fold_doses_total", "balance_doses_pair": "fold_doses_pair",
}  # fmt: skip


def measures_of(db) -> list[str]:
    """Those that the warehouse of an earlier version knew."""
    rows = db.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'warehouse.ledger_entries'::regclass")
    return [name for (name,) in rows if name in MEASURES]


def test_a_ledger_that_is_there_already_fills_the_new_balances_as_folding_would(owner, database, tmp_path):
    migrate_until("_questions.sql", owner, tmp_path)
    balances = sql.load("queries/balances.sql")
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute(
            "INSERT INTO warehouse.ledger_doses SELECT 1 + n / 60, n, date '2021-06-20' + n % 40, 1, 5 + n % 3, 5 + n % 2, "
            "CASE WHEN n % 7 = 6 THEN -1 ELSE 1 END, 1 + n % 2, 1 + n % 3, n % 4, n % 5, 'new' FROM generate_series(0, 119) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.ledger_people SELECT 1 + n / 60, n, date '2021-06-20' + n % 40, 5 + n % 2, 1, 1 + n % 3, n % 4, 9, 1, 'new' "
            "FROM generate_series(0, 119) AS n"
        )
        first = {"from_batch": 0, "to_batch": 1}
        db.execute("UPDATE warehouse.leader SET last_batch_id = 2, folded_through = 1")  # in the midst of a backfill
        db.execute(balances["fold_people_day"], first)
        db.execute(balances["fold_doses_day"], first)
        migrate(owner)
        for table, fold in FOLDED.items():
            filled = sorted(db.execute(f"SELECT * FROM warehouse.{table}").fetchall())
            assert filled
            db.execute(f"TRUNCATE warehouse.{table}")
            db.execute(balances[fold], first)
            assert sorted(db.execute(f"SELECT * FROM warehouse.{table}").fetchall()) == filled, table


def test_the_hours_of_the_balances_are_split_off_as_folding_would(owner, database, tmp_path):
    migrate_until("_hours.sql", owner, tmp_path)
    balances = sql.load("queries/balances.sql")
    known = [
        name for name in MEASURES if name not in ("identity_unknown", "certificates_unknown", "app_unknown")
    ]  # came later
    measures = ", ".join(known)
    with connect.raw_at(database, "owner", autocommit=True) as db:
        posted = ", ".join(f"CASE WHEN n = 3 THEN 0 ELSE n % {2 + number} END" for number in range(len(known)))
        db.execute(
            f"INSERT INTO warehouse.ledger_entries (batch_id, posting, day, site_id, place_unit_id, hour, cause, {measures}) "
            f"SELECT 1, n, date '2021-06-20' + n % 4, 1 + n % 3, 5 + n % 2, n % 5, 'new', {posted} FROM generate_series(0, 119) AS n"
        )
        db.execute("UPDATE warehouse.leader SET last_batch_id = 1, folded_through = 1")
        sums = ", ".join(f"sum({name})" for name in known)
        db.execute(
            f"INSERT INTO warehouse.balance_entries (day, site_id, place_unit_id, hour, {measures}) SELECT day, site_id, place_unit_id, hour, "
            f"{sums} FROM warehouse.ledger_entries GROUP BY day, site_id, place_unit_id, hour"
        )  # as the version before folded
        migrate(owner)
        for table, fold in {"balance_entries": "fold_entries", "balance_hours": "fold_hours"}.items():
            filled = sorted(db.execute(f"SELECT * FROM warehouse.{table}").fetchall())
            assert filled
            db.execute(f"TRUNCATE warehouse.{table}")
            db.execute(balances[fold], {"from_batch": 0, "to_batch": 1})
            assert sorted(db.execute(f"SELECT * FROM warehouse.{table}").fetchall()) == filled, table


def test_the_balances_of_the_world_are_filled_as_folding_would(owner, database, tmp_path):
    migrate_until("_world.sql", owner, tmp_path)
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute(
            "INSERT INTO warehouse.unit (unit_id, code, valid_from, level, name, name_en, sort_key) "
            "SELECT n, 'U' || n, '2004-01-01', 1, 'U', 'U', 'u' FROM generate_series(5, 7) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.unit_ancestor (unit_id, ancestor_id, depth) VALUES (5, 5, 0), (6, 5, 1), (7, 7, 0)"
        )
        db.execute(
            "INSERT INTO warehouse.world (name, time_zone, levels, root_unit_id, is_sample, shift_days) VALUES ('{}', 'UTC', '[]', 5, true, 0)"
        )
        db.execute(
            "INSERT INTO warehouse.ledger_doses SELECT 1 + n / 60, n, date '2021-06-20' + n % 40, 1, 5 + n % 3, 5 + n % 2, "
            "1, 1 + n % 2, 1 + n % 3, n % 4, n % 5, 'new' FROM generate_series(0, 119) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.ledger_people SELECT 1 + n / 60, n, date '2021-06-20' + n % 40, 5 + n % 3, 1, 1 + n % 3, n % 4, 9, 1, 'new' "
            "FROM generate_series(0, 119) AS n"
        )
        db.execute("UPDATE warehouse.leader SET last_batch_id = 2, folded_through = 1")  # in the midst of a backfill
        migrate(owner)
        assert db.execute("SELECT unit_id FROM warehouse.unit WHERE is_in_world ORDER BY 1").fetchall() == [(5,), (6,)]
        for table, counted in {"doses_world": 60 + 40, "people_world": 40}.items():  # a third were given, or live, elsewhere
            filled = sorted(db.execute(f"SELECT * FROM warehouse.balance_{table}").fetchall())
            assert sum(row[-1] for row in filled) == counted
            db.execute(f"TRUNCATE warehouse.balance_{table}")
            db.execute(sql.load("queries/balances.sql")[f"fold_{table}"], {"from_batch": 0, "to_batch": 1})
            assert sorted(db.execute(f"SELECT * FROM warehouse.balance_{table}").fetchall()) == filled


def test_a_source_that_gave_records_before_counts_as_loaded(owner, tmp_path):
    """What an upgrade finds was judged all along; what never gave a record is in its first load."""
    migrate_until("first_load.sql", owner, tmp_path)
    with owner.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO warehouse.source (name, kind, received, loaded) VALUES ('old', 'files', 1, 1), ('new', 'files', 0, 0)"
        )
    migrate(owner)
    with owner.begin() as db:
        found = db.exec_driver_sql("SELECT source, is_first_load FROM mart.sources() ORDER BY source").fetchall()
    assert [tuple(row) for row in found] == [("new", True), ("old", False)]


def test_a_changed_migration_is_refused_by_name(owner, folder):
    migrate(owner, folder)
    (folder / "migrations" / "0001_first.sql").write_text("CREATE SCHEMA warehouse;")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed after it was applied"):
        migrate(owner, folder)


def test_a_warehouse_of_a_newer_version_is_refused(owner, folder, tmp_path_factory):
    older = shutil.copytree(folder, tmp_path_factory.mktemp("older") / "sql")
    (folder / "migrations" / "0002_more.sql").write_text("SELECT 1;")
    migrate(owner, folder)
    with pytest.raises(MigrationError, match=r"already has 0002_more\.sql"):
        migrate(owner, older)


def test_a_gap_in_the_numbers_is_refused(owner, folder):
    (folder / "migrations" / "0003_more.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match=r"0003_more\.sql: its name should begin with 0002_"):
        migrate(owner, folder)


def test_a_migration_that_fails_leaves_nothing_and_can_be_mended(owner, folder):
    broken = folder / "migrations" / "0002_more.sql"
    broken.write_text("CREATE TABLE warehouse.other (n int); SELECT 1/0;")
    with pytest.raises(MigrationError, match=r"0002_more\.sql: division by zero"):
        migrate(owner, folder)
    broken.write_text("CREATE TABLE warehouse.other (n int);")
    assert migrate(owner, folder) == ["0002_more.sql"]


def test_a_view_that_fails_leaves_the_old_views(owner, folder):
    migrate(owner, folder)
    (folder / "views" / "20_wrong.sql").write_text("CREATE VIEW mart.wrong AS SELECT * FROM warehouse.nothing;")
    with pytest.raises(MigrationError, match=r"sql/views/20_wrong\.sql: relation"):
        migrate(owner, folder)
    with owner.connect() as db:
        assert db.exec_driver_sql("SELECT mart.things()").scalar() == 0


def test_the_reader_sees_figures_and_nothing_below_them(owner, folder, database):
    migrate(owner, folder)
    reader = connect.engine_at(database, "dashboard_reader", poolclass=NullPool)
    with reader.connect() as db:
        assert db.exec_driver_sql("SELECT mart.things()").scalar() == 0
        with pytest.raises(ProgrammingError, match="permission denied for schema warehouse"):
            db.exec_driver_sql("SELECT * FROM warehouse.thing")


def test_the_writer_writes_rows_and_changes_no_table(owner, folder, database):
    migrate(owner, folder)
    writer = connect.engine_at(database, "etl_writer", poolclass=NullPool)
    with writer.begin() as db:
        db.exec_driver_sql("INSERT INTO warehouse.thing VALUES (1)")
    with writer.connect() as db, pytest.raises(ProgrammingError, match="must be owner of table thing"):
        db.exec_driver_sql("ALTER TABLE warehouse.thing ADD name text")


def test_an_owner_who_is_no_superuser_migrates_and_takes_on_the_roles(template, database, folder):
    name = database.partition("?")[0].rpartition("/")[2]
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute(f"CREATE ROLE plain_{name} LOGIN")
        db.execute(f"ALTER DATABASE {name} OWNER TO plain_{name}")
        db.execute(f"GRANT CREATE ON SCHEMA public TO plain_{name}")
    url = database.replace("postgres@", f"plain_{name}@")
    plain = connect.engine_at(url, "owner", poolclass=NullPool)
    try:
        with pytest.raises(MigrationError, match=f"GRANT etl_writer TO .plain_{name}"):
            migrate(plain, folder)
        with connect.raw_at(database, "owner", autocommit=True) as db:
            db.execute(f"GRANT etl_writer, dashboard_reader TO plain_{name}")
        migrate(plain, folder)
        with connect.engine_at(url, "dashboard_reader", poolclass=NullPool).connect() as db:
            assert db.exec_driver_sql("SELECT current_user::text").scalar() == "dashboard_reader"
    finally:
        with connect.raw_at(database, "owner", autocommit=True) as db:
            db.execute(f"DROP OWNED BY plain_{name} CASCADE")
            db.execute(f"ALTER DATABASE {name} OWNER TO postgres")
            db.execute(f"DROP ROLE plain_{name}")


UNDO_0006 = """
DROP SCHEMA mart CASCADE;
DROP INDEX warehouse.balance_people_pending;
DROP TABLE warehouse.ledger_entered, warehouse.balance_entered, warehouse.ledger_lots, warehouse.balance_lots,
    warehouse.site_heard, warehouse.session, warehouse.stock_movement;
CREATE TABLE warehouse.balance_doses_site (site_id integer);
DELETE FROM warehouse.placement WHERE relation IN ('ledger_entered', 'balance_entered', 'ledger_lots', 'balance_lots',
    'site_heard', 'session', 'stock_movement');
DELETE FROM warehouse.ledger_people WHERE stage >= 5;
DELETE FROM warehouse.balance_people WHERE stage >= 5;
DELETE FROM warehouse.balance_people_total WHERE stage >= 5;
DELETE FROM warehouse.balance_people_day WHERE stage >= 5;
DELETE FROM warehouse.stage WHERE stage >= 5;
ALTER TABLE warehouse.stage DROP COLUMN is_reached;
DELETE FROM public.applied_migration WHERE name = '0006_committee.sql';
"""


@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "in the midst of a backfill"])
def test_a_warehouse_that_holds_records_gets_the_cells_of_0006_from_them(warehouse, is_folded):
    held = Given(warehouse.url)
    held.load(
        [
            record(record_id="r1", recorded_at="2021-11-07 08:00", lot_number="L1"),
            record(record_id="r2", person="b", recorded_at=None),
        ]
    )
    held.load(
        [
            record(record_id="r3", person="c", site_code="S2"),
            record(record_id="r4", person="b", injected_at="2021-12-20", dose_number=2),
        ],
        fold=is_folded,
    )
    held.close()
    with warehouse.owner.begin() as db:
        db.exec_driver_sql(UNDO_0006)
        if not is_folded:  # what 0007 and 0012 make of the ledger and the balances has none of them either
            db.exec_driver_sql("DELETE FROM warehouse.balance_people_unit WHERE stage >= 5")
            db.exec_driver_sql("DELETE FROM warehouse.balance_people_world WHERE stage >= 5")
    assert migrate(warehouse.owner) == ["0006_committee.sql"]
    held = Given(warehouse.url)
    with held.db.transaction():
        held.pipeline.fold_the_rest()
    assert {name: rows for name, rows in recount(held.db, ZONE, 0).items() if rows} == {}
    assert held.ask("SELECT batch_id, kind FROM warehouse.batch ORDER BY 1 DESC LIMIT 1") == [(3, "rebuild")]
    assert held.ask("SELECT sum(people) FROM warehouse.balance_people WHERE stage = 5") == [(2,)]
    assert held.ask("SELECT folded_through, last_batch_id FROM warehouse.leader") == [(3, 3)]
    held.close()


def test_a_migration_waits_for_the_batch_under_way_and_counts_it(owner, database, tmp_path):
    """The hours of 0010: from the balance before, of which the batch under way is a part only when it commits."""
    migrate_until("_hours.sql", owner, tmp_path)
    batch = connect.raw_at(database, "owner")
    known = measures_of(batch)
    measures = ", ".join(known)
    batch.execute("SELECT last_batch_id + 1 FROM warehouse.leader FOR UPDATE")
    for table, cell in {
        "ledger_entries": "(batch_id, posting, cause, day, site_id, place_unit_id, hour",
        "balance_entries": "(day, site_id, place_unit_id, hour",
    }.items():
        batch.execute(
            f"INSERT INTO warehouse.{table} {cell}, {measures}) SELECT {'1, 1, $$new$$, ' if table[0] == 'l' else ''}"
            f"date '2021-06-20', 1, 5, 9, {', '.join('1' for _ in known)}")  # fmt: skip
    batch.execute("UPDATE warehouse.leader SET last_batch_id = 1, folded_through = 1")
    with ThreadPoolExecutor(1) as aside, connect.raw_at(database, "owner", autocommit=True) as db:
        migrating = aside.submit(migrate, owner)
        assert becomes(lambda: db.execute(WAITING).fetchone() == (1,))
        assert not migrating.done()
        batch.commit()
        assert len(migrating.result(30)) >= 4
        assert db.execute("SELECT day::text, hour, doses FROM warehouse.balance_hours").fetchall() == [("2021-06-20", 9, 1)]
    batch.close()


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_what_a_batch_lost_by_the_migrations_before_is_found_again_in_the_ledger(owner, database, tmp_path):
    migrate_until("_fence.sql", owner, tmp_path)
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute(
            "INSERT INTO warehouse.unit (unit_id, code, valid_from, level, name, name_en, sort_key, is_in_world) "
            "SELECT n, 'U' || n, '2004-01-01', 1, 'U', 'U', 'u', n < 7 FROM generate_series(5, 7) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.world (name, time_zone, levels, root_unit_id, is_sample, shift_days) VALUES ('{}', 'UTC', '[]', 5, false, 0)"
        )
        known = measures_of(db)
        db.execute(
            f"INSERT INTO warehouse.ledger_entries (batch_id, posting, day, site_id, place_unit_id, hour, cause, {', '.join(known)}) "
            f"SELECT 1, n, date '2021-06-20' + n % 4, 1 + n % 3, 5 + n % 2, n % 5, 'new', {', '.join('1' for _ in known)} FROM generate_series(0, 19) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.ledger_doses SELECT 1, n, date '2021-06-20' + n % 4, 1, 5 + n % 3, 5 + n % 2, "
            "1, 1 + n % 2, 1 + n % 3, n % 4, n % 5, 'new' FROM generate_series(0, 19) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.ledger_people SELECT 1, n, date '2021-06-20' + n % 4, 5 + n % 3, 1, 1 + n % 3, n % 4, 9, 1, 'new' "
            "FROM generate_series(0, 19) AS n"
        )
        db.execute(
            "INSERT INTO warehouse.batch (batch_id, kind, started_at, committed_at) VALUES (1, 'records', now(), now())"
        )
        db.execute("UPDATE warehouse.leader SET last_batch_id = 1, folded_through = 1")
        db.execute("INSERT INTO warehouse.balance_hours VALUES ('2021-06-20', 1, 5, 0, 7)")  # the others are missing
        assert migrate(owner)[0].endswith("_fence.sql")
        assert db.execute("SELECT last_batch_id, folded_through FROM warehouse.leader").fetchone() == (2, 2)
        for table in ("hours", "doses_world", "people_world"):
            filled = sorted(db.execute(f"SELECT * FROM warehouse.balance_{table}").fetchall())
            db.execute(f"TRUNCATE warehouse.balance_{table}")
            db.execute(sql.load("queries/balances.sql")[f"fold_{table}"], {"from_batch": 0, "to_batch": 1})
            assert sorted(db.execute(f"SELECT * FROM warehouse.balance_{table}").fetchall()) == filled != []


def test_a_migration_fences_whoever_leads(warehouse, tmp_path):
    held = Given(warehouse.url)
    held.load([record()])
    newer = shutil.copytree(sql.FOLDER, tmp_path / "sql")
    last = len(list((newer / "migrations").glob("*.sql")))
    (newer / "migrations" / f"{last + 1:04}_more.sql").write_text("CREATE TABLE warehouse.more (n integer PRIMARY KEY);")
    migrate(warehouse.owner, newer)
    with pytest.raises(Fenced, match="a migration, took over"):
        held.load([record(record_id="r2", person="b")])
    assert held.ask("SELECT count(*) FROM warehouse.injection") == [(1,)]
    held.close()
