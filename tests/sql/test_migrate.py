"""Migrations run once, forward, and say what is wrong."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

import sql
from etl.pipeline import Fenced
from sql import connect, squashed, version
from sql.migrate import MigrationError, migrate
from tests.etl.world import Given, record
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


@pytest.fixture
def newer(tmp_path):
    """This version with one migration more; `newer("…")` says what it does."""
    folder = shutil.copytree(sql.FOLDER, tmp_path / "newer")
    number = len(list((folder / "migrations").glob("*.sql"))) + 1

    def made(statements: str):
        (folder / "migrations" / f"{number:04}_more.sql").write_text(statements)
        return folder

    return made


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_migration_waits_for_the_batch_under_way_and_counts_it(warehouse, newer):
    folder = newer("CREATE TABLE warehouse.more AS SELECT count(*) AS postings FROM warehouse.ledger_entry_days")
    batch = connect.raw_at(warehouse.url, "owner")
    batch.execute("SELECT last_batch_id + 1 FROM warehouse.leader FOR UPDATE")
    batch.execute("INSERT INTO warehouse.ledger_entry_days VALUES (1, 1, '2021-06-20', '2021-06-20', 1, 5, 1, 'new')")
    batch.execute("UPDATE warehouse.leader SET last_batch_id = 1, folded_through = 1")
    with ThreadPoolExecutor(1) as aside, connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        migrating = aside.submit(migrate, warehouse.owner, folder)
        assert becomes(lambda: db.execute(WAITING).fetchone() == (1,))
        assert not migrating.done()
        batch.commit()
        assert len(migrating.result(30)) == 1
        assert db.execute("SELECT postings FROM warehouse.more").fetchone() == (1,)
    batch.close()


def test_a_migration_fences_whoever_leads(warehouse, newer):
    held = Given(warehouse.url)
    held.load([record()])
    migrate(warehouse.owner, newer("CREATE TABLE warehouse.more (n integer PRIMARY KEY)"))
    with pytest.raises(Fenced, match="a migration, took over"):
        held.load([record(record_id="r2", person="b")])
    assert held.ask("SELECT count(*) FROM warehouse.injection") == [(1,)]
    held.close()


# Warehouses of before the migrations were squashed

LAST_SQUASHED = "0005_machines.sql"


@pytest.fixture
def of_before(owner):
    """A warehouse of the last of them, with a posting in it; `of_before({name: checksum})` writes that these made it."""
    migrate(owner, last=LAST_SQUASHED)
    with owner.begin() as db:
        db.exec_driver_sql("INSERT INTO warehouse.ledger_entered VALUES (1, 1, '2021-06-20', '2021-06-21', 1, 5, 7, 'new')")

    def made_by(migrations: dict[str, str]) -> None:
        with owner.begin() as db:
            db.exec_driver_sql("DELETE FROM public.applied_migration")
            for row in migrations.items():
                db.exec_driver_sql("INSERT INTO public.applied_migration (name, checksum) VALUES (%s, %s)", row)

    return made_by


def one(owner, question: str):
    with owner.connect() as db:
        return db.exec_driver_sql(question).scalar()


def applied(owner) -> list[str]:
    return one(owner, "SELECT array_agg(name ORDER BY name) FROM public.applied_migration")


def test_a_warehouse_that_stands_at_the_last_of_before_is_brought_over_once(owner, of_before):
    of_before(squashed.MIGRATIONS)
    assert "0029_dose_untold.sql, from before 0001_world.sql: start ./run, which brings it over" in version.difference(
        applied(owner)
    )
    term, later = "SELECT term FROM warehouse.leader", [name for name in version.known() if name > LAST_SQUASHED]
    before = one(owner, term)
    assert migrate(owner) == later
    assert applied(owner) == list(version.known())
    assert one(owner, "SELECT doses FROM warehouse.ledger_entry_days") == 7
    assert one(owner, term) == before + 1 + len(later)  # who led before writes no more
    assert migrate(owner) == []
    assert one(owner, term) == before + 1 + len(later)


def test_one_that_stands_earlier_is_refused_with_what_to_do(owner, of_before):
    earlier = {name: checksum for name, checksum in squashed.MIGRATIONS.items() if name < "0028"}
    of_before(earlier)
    words = (
        "stands at 0027_there.sql; this version brings over only what stands at 0029_dose_untold.sql: start the last version"
    )
    with pytest.raises(MigrationError, match=words):
        migrate(owner)
    assert words in version.difference(applied(owner))
    assert applied(owner) == list(earlier)


def test_one_that_was_made_by_other_texts_is_refused(owner, of_before):
    of_before(squashed.MIGRATIONS | {"0012_world.sql": "another"})
    with pytest.raises(MigrationError, match=r"other texts of 0012_world\.sql"):
        migrate(owner)
    assert "0029_dose_untold.sql" in applied(owner)


def test_tables_that_are_called_otherwise_keep_their_rows_rights_and_no_name_of_before(owner, database):
    migrate(owner, last=LAST_SQUASHED)
    with owner.begin() as db:
        db.exec_driver_sql("INSERT INTO warehouse.balance_people_day VALUES (1, 5, '2021-06-20', 3, 4)")
        db.exec_driver_sql("INSERT INTO warehouse.balance_doses_day VALUES (5, 6, '2021-06-20', 2)")
    migrate(owner)
    with connect.engine_at(database, "etl_writer", poolclass=NullPool).connect() as writer:
        assert writer.exec_driver_sql("SELECT people FROM warehouse.balance_people_unit_day").all() == [(4,)]
        assert writer.exec_driver_sql("SELECT doses FROM warehouse.balance_doses_pair_day").all() == [(2,)]
    former = "SELECT conname FROM pg_constraint WHERE connamespace = 'warehouse'::regnamespace AND NOT starts_with(conname, "
    assert one(owner, f"{former}(SELECT relname FROM pg_class WHERE oid = conrelid))") is None
