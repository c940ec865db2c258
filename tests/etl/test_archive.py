"""./run backup and ./run restore: one file, of one moment, whole or refused; on one's own server and the embedded one."""

import json
import shutil
import stat
import zipfile

import psycopg
import pytest

from etl import archive, station
from etl.recount import recount
from sql import connect, squashed, version
from sql.migrate import migrate
from tests.etl.register import configure, read, source, verb
from tests.etl.world import ZONE


@pytest.fixture
def file(warehouse, register, tmp_path, monkeypatch, capsys):
    for n in range(5):
        register.enter(f"r{n}", vac_xin="PF" if n else "Cúm-X")
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    found = configure(tmp_path, {"platform": source(register.url)})
    verb(found, "once", "--json")
    capsys.readouterr()
    return found


@pytest.fixture
def other(database, postgres):
    """An empty database of another name."""
    name = "test_restored"
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        db.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    with connect.raw_at(postgres.url("postgres"), "owner", autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(url: str) -> dict:
    with connect.raw_at(url, "owner", autocommit=True) as db:
        names = [
            name
            for (name,) in db.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace AND relkind = 'r'"
            )
        ]
        # The fence goes up with each migration, which the restored one has had.
        return {
            name: sorted(db.execute(f"SELECT t::text FROM warehouse.{name} t").fetchall())
            for name in names
            if name != "leader"
        }


def test_what_was_backed_up_is_restored_to_the_row_and_goes_on(file, warehouse, other, said, tmp_path, monkeypatch):
    out = tmp_path / "warehouse.zip"
    assert verb(file, "backup", str(out), "--json") == 0
    found = said()
    assert found["rows"] > 20 and "person.key" in found["person_key"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = contents(warehouse.url)
    monkeypatch.setenv("DATABASE_URL", other)
    assert verb(file, "restore", str(out), "--json") == 0
    found = said()
    assert (found["balances_different"], found["person_key"]) == (0, "the right one is here")
    assert contents(other) == before
    with connect.raw_at(other, "etl_writer", autocommit=True) as db:
        assert not any(recount(db, ZONE, 0).values())
    assert verb(file, "once", "--json") == 0  # the cursor and the numbers of rows are where they were
    assert said()["received"] == 0
    assert verb(file, "restore", str(out)) == 1


def test_a_missing_or_another_key_is_said(file, other, said, tmp_path, monkeypatch):
    out = tmp_path / "warehouse.zip"
    verb(file, "backup", str(out), "--json")
    said()
    monkeypatch.setenv("DATABASE_URL", other)
    (tmp_path / "data" / "person.key").unlink()
    assert verb(file, "restore", str(out), "--json") == 1
    assert said()["person_key"].startswith("missing: bring back the key")
    assert not (tmp_path / "data" / "person.key").exists()
    monkeypatch.setenv("PERSON_ID_KEY", "ab" * 32)
    with connect.raw_at(other, "owner", autocommit=True) as db:
        db.execute("DROP SCHEMA warehouse, mart, inbox CASCADE; DROP TABLE public.applied_migration")
    assert verb(file, "restore", str(out), "--json") == 1
    assert said()["person_key"].startswith("another one is here")


def damaged(out, how: str) -> None:
    content = bytearray(out.read_bytes())
    if how == "cut off":
        out.write_bytes(content[: len(content) // 2])
    elif how == "bytes changed":
        with zipfile.ZipFile(out) as given:
            table = given.getinfo("tables/injection")
        content[table.header_offset + 60 + table.compress_size // 2] ^= 0xFF
        out.write_bytes(content)
    elif how == "no archive":
        out.write_text("an,b")
    else:
        shutil.move(out, old := out.with_suffix(".old"))
        with zipfile.ZipFile(old) as given, zipfile.ZipFile(out, "w") as made:
            for name in given.namelist():
                content = given.read(name)
                if how == "a table less" and name == "tables/injection":
                    continue
                if how == "another list" and name == "manifest.json":
                    content = b'["a", "b"]'
                if how == "a row less" and name == "tables/injection":
                    content = content.split(b"\n", 1)[1]
                if how == "a newer version" and name == "manifest.json":
                    content = content.replace(b'"0001_world.sql"', b'"9999_newer.sql": "x", "0001_world.sql"')
                made.writestr(name, content)


@pytest.mark.parametrize(("how", "words"), [
    ("cut off", "is damaged, or no backup"), ("bytes changed", "Nothing was restored"), ("no archive", "is damaged, or no backup"),
    ("a row less", "the table injection is not what was backed up. Nothing was restored"),
    ("a table less", "is damaged, or no backup"), ("another list", "is no backup of a warehouse"),
    ("a newer version", "was made by a newer version (it has 9999_newer.sql)"),
])  # fmt: skip
def test_a_file_that_is_not_whole_restores_nothing(file, other, tmp_path, monkeypatch, capsys, how, words):
    out = tmp_path / "warehouse.zip"
    verb(file, "backup", str(out), "--json")
    damaged(out, how)
    monkeypatch.setenv("DATABASE_URL", other)
    assert verb(file, "restore", str(out)) == 1
    assert words in capsys.readouterr().err
    with connect.raw_at(other, "owner", autocommit=True) as db:
        # Not even the tables may have been made.
        if db.execute("SELECT to_regclass('warehouse.injection')").fetchone()[0]:
            assert db.execute("SELECT count(*) FROM warehouse.injection").fetchone() == (0,)


def test_a_backup_is_of_one_moment_and_never_over_another(file, warehouse, tmp_path, monkeypatch, capsys):
    out = tmp_path / "warehouse.zip"
    real = archive._checksum

    def meanwhile(db, name):
        with connect.raw_at(warehouse.url, "owner", autocommit=True) as writer:
            writer.execute("UPDATE warehouse.source SET corrected = corrected + 1")
        return real(db, name)

    monkeypatch.setattr(archive, "_checksum", meanwhile)
    assert verb(file, "backup", str(out)) == 0
    with zipfile.ZipFile(out) as made:
        manifest = json.loads(made.read("manifest.json"))
        assert made.read("tables/source").count(b"\n") == manifest["tables"]["source"]["rows"]
    assert verb(file, "backup", str(out)) == 1
    assert "is there already" in capsys.readouterr().err
    assert verb(file, "backup", str(tmp_path / "no" / "x.zip")) == 1


def write_older(url: str, last: str, out) -> None:
    """Of an empty warehouse whose last migration was `last`; the database is empty before and after."""
    engine = connect.engine_at(url, "owner")
    migrate(engine, last=last)
    with connect.raw_at(url, "owner") as db:
        archive.write(db, out, "then", lambda rows: None, lambda rows: None)
    engine.dispose()
    with connect.raw_at(url, "owner", autocommit=True) as db:
        db.execute("DROP SCHEMA warehouse CASCADE; DROP SCHEMA IF EXISTS inbox CASCADE; DROP TABLE public.applied_migration")


def test_a_file_of_an_older_version_is_migrated(file, other, said, tmp_path, monkeypatch):
    """The last migration is taken from what the file says of itself, as an older version would have written it."""
    out = tmp_path / "older.zip"
    write_older(other, version.known()[-2], out)
    monkeypatch.setenv("DATABASE_URL", other)
    assert verb(file, "restore", str(out), "--json") == 0
    with connect.raw_at(other, "owner", autocommit=True) as db:
        assert db.execute("SELECT max(name) FROM public.applied_migration").fetchone() == (version.known()[-1],)


def test_a_restore_waits_for_no_writer_and_looks_before_it_migrates(file, other, tmp_path, monkeypatch, capsys):
    """An ETL that waits for its tables has no batch yet, and would go on with numbers of before."""
    out = tmp_path / "warehouse.zip"
    verb(file, "backup", str(out), "--json")
    monkeypatch.setenv("DATABASE_URL", other)
    engine = connect.engine_at(other, "owner")
    migrate(engine)
    with station.leading(read(file), "run") as led:
        assert led is not None
        assert verb(file, "restore", str(out)) == 1
        assert "an ETL works on this warehouse: stop ./run there first" in capsys.readouterr().err
    older(out)
    assert verb(file, "restore", str(out)) == 1
    assert "which this warehouse has: restore into a database where none was made" in capsys.readouterr().err
    engine.dispose()


def older(out) -> None:
    """As an older version would have written it: without the last migration."""
    made_by(out, lambda migrations: migrations.pop(version.known()[-1]))


def made_by(out, change) -> None:
    """As another version would have written it, by what the file says of its migrations."""
    shutil.move(out, old := out.with_suffix(".old"))
    with zipfile.ZipFile(old) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            content = given.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest["migrations"])
                content = json.dumps(manifest).encode()
            made.writestr(name, content)


def test_a_file_of_before_the_migrations_were_squashed_is_restored(file, other, said, tmp_path, monkeypatch, capsys):
    out = tmp_path / "warehouse.zip"
    write_older(other, "0005_machines.sql", out)

    def squash(migrations: dict) -> None:
        migrations.clear()
        migrations.update(squashed.MIGRATIONS)

    made_by(out, squash)
    monkeypatch.setenv("DATABASE_URL", other)
    assert verb(file, "restore", str(out), "--json") == 0
    with connect.raw_at(other, "owner", autocommit=True) as db:
        found = db.execute("SELECT name FROM public.applied_migration ORDER BY name").fetchall()
    assert [name for (name,) in found] == list(version.known())
    made_by(out, lambda migrations: migrations.pop(squashed.LAST))
    capsys.readouterr()
    assert verb(file, "restore", str(out)) == 1
    said = capsys.readouterr().err
    assert "stands at 0028_refused.sql, which this version cannot bring over: restore it by the version that made it" in said
    assert "--fresh" not in said  # there is nothing wrong with the warehouse


def test_a_server_that_ends_under_a_restore_is_one_line(file, other, tmp_path, monkeypatch, capsys):
    out = tmp_path / "warehouse.zip"
    verb(file, "backup", str(out), "--json")
    capsys.readouterr()

    def ended(*_words):
        raise psycopg.OperationalError("server closed the connection unexpectedly\n\tThis probably means …")

    monkeypatch.setattr(archive, "_checksum", ended)
    monkeypatch.setenv("DATABASE_URL", other)
    assert verb(file, "restore", str(out), "--json") == 1
    said = capsys.readouterr().err
    assert "(its log says why; a full disk, as a rule). Nothing was restored" in said and said.count("\n") == 1
