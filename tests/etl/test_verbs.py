"""python -m etl VERB: what each prints, and how it ends: 0 well, 1 data or source, 2 settings or command, 3 warehouse."""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from etl import station
from etl.__main__ import VERBS as PROGRAM
from etl.__main__ import main, name_of
from etl.progress import Progress
from etl.verbs import status, words
from sql import connect
from sql.clock import Clock
from sql.server import EmbeddedServer
from tests.etl.register import configure, source, verb

PROJECT = Path(__file__).parents[2]
VERBS = tuple(name_of(verb) for verb in PROGRAM)


@pytest.fixture
def file(warehouse, register, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    return configure(tmp_path, {"platform": source(register.url)})


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "--config" in shown and "--json" in shown
    assert len(shown.split("\n\n")[1].strip()) > 20  # a sentence on what it does


def test_the_program_lists_its_verbs_and_its_exit_codes():
    shown = subprocess.run(
        [sys.executable, "-m", "etl", "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert [name for name in VERBS if name not in shown] == []
    assert "Exit codes" in shown


@pytest.mark.parametrize("words", [[], ["dance"], ["release"], ["once", "--jason"]], ids=" ".join)
def test_a_command_that_makes_no_sense_is_2(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_once_takes_in_what_there_is_and_says_how_much(file, register, said):
    register.enter("r1")
    register.enter("r2", vac_xin="??")
    assert verb(file, "once", "--json") == 0
    found = said()
    assert {name: found[name] for name in ("received", "loaded", "unchanged", "quarantined")} == {
        "received": 2, "loaded": 1, "unchanged": 0, "quarantined": 1}  # fmt: skip
    assert found["sources"][0]["open_rules"] == "unknown_vaccine 1"
    assert verb(file, "once", "--json") == 0
    assert said()["received"] == 0


def test_backfill_is_the_same_road(file, register, said):
    register.enter("r1")
    assert verb(file, "backfill", "--json") == 0
    assert said()["loaded"] == 1


def test_once_without_json_prints_plain_lines(file, register, capsys):
    register.enter("r1")
    assert verb(file, "once") == 0
    out = capsys.readouterr()
    assert "received: 1\n" in out.out and "  platform  database  running  " in out.out
    assert "1 records" in out.err or "1 of about" in out.err  # progress, where there is no terminal


def test_a_source_that_fails_is_1_and_the_others_go_on(warehouse, register, tmp_path, monkeypatch, said):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    gone = source("postgresql://an:s3cr3t@127.0.0.1:9/platform")
    file = configure(tmp_path, {"gone": gone, "platform": source(register.url)})
    register.enter("r1")
    assert verb(file, "once", "--json") == 1
    found = {one["name"]: one for one in said()["sources"]}
    assert (found["gone"]["state"], found["platform"]["state"], found["platform"]["loaded"]) == ("failed", "running", 1)
    assert verb(file, "status", "--json") == 1
    assert "s3cr3t" not in json.dumps(said())


def test_one_source_alone(warehouse, register, tmp_path, monkeypatch, said, capsys):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    register.db.execute("CREATE TABLE public.other (LIKE public.injections INCLUDING ALL)")
    file = configure(tmp_path, {"platform": source(register.url), "other": source(register.url, table="public.other")})
    register.enter("r1")
    assert verb(file, "once", "--source", "other", "--json") == 0
    assert said()["received"] == 0
    assert verb(file, "once", "--source", "platform", "--json") == 0
    assert said()["received"] == 1
    assert verb(file, "once", "--source", "nobody") == 2
    assert "nobody is not a source of the settings; they are: platform, other" in capsys.readouterr().err


def test_status_says_how_far_it_is(file, register, said, leads):
    register.enter("r1")
    verb(file, "once", "--json")
    said()
    with leads():
        assert verb(file, "status", "--json") == 0
    found = said()
    assert found["batch"] == found["folded_through"] > 0
    assert (found["etl"], found["stands"]) == ("run", [])
    assert found["sources"][0]["received"] == 1


@pytest.fixture
def leads(warehouse):
    """Somebody leads, and gives a sign of life."""

    @contextlib.contextmanager
    def leads():
        with connect.raw_at(warehouse.url, "etl_writer", autocommit=True, application_name="etl run") as db:
            db.execute("SELECT pg_advisory_lock(%s)", [station.LOCK])
            db.execute("UPDATE warehouse.heartbeat SET beat_at = clock_timestamp()")
            yield db

    return leads


def test_status_is_1_where_no_etl_runs_or_it_gives_no_sign_of_life(file, register, said, leads):
    verb(file, "once", "--json")
    said()
    assert verb(file, "status", "--json") == 1
    assert said()["stands"] == ["no ETL runs: start ./run"]
    with leads() as db:
        db.execute("UPDATE warehouse.heartbeat SET beat_at = clock_timestamp() - interval '40 s'")
        assert verb(file, "status", "--json") == 1
    (standing,) = said()["stands"]
    assert re.fullmatch(r"the ETL gave no sign of life for [45]\d s: see its log", standing)


@pytest.mark.parametrize(("change", "standing"), [
    ("state = 'braked', reason = 'too much is broken'", "source platform is braked: too much is broken"),
    ("state = 'failed', reason = 'it is down'", "source platform is failed: it is down"),
    ("last_polled_at = now() - interval '100 s'", r"source platform was last read 1\d\d s ago \(at most 60 is fresh\)"),
    ("last_polled_at = now() + interval '1 h'", r"source platform was last read -3[56]\d\d s ago \(at most 60 is fresh\)"),
    ("last_polled_at = NULL", "source platform was not read yet"),
])  # fmt: skip
def test_status_is_1_where_a_source_stands(file, register, warehouse, said, leads, capsys, change, standing):
    verb(file, "once", "--json")
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute(f"UPDATE warehouse.source SET {change}")
    with leads():
        capsys.readouterr()
        assert verb(file, "status", "--json") == 1
        (found,) = said()["stands"]
        assert re.fullmatch(standing, found)
        assert verb(file, "status") == 1
    assert re.match(f"stands:\n  {standing}\netl: run\n", capsys.readouterr().out)


def test_status_is_1_where_a_table_is_refused_until_it_is_mended(file, register, said, leads, capsys):
    sites = file.parent / "sites.csv"
    sites.write_text((PROJECT / "tests/etl/small/sites.csv").read_text(encoding="utf-8"), encoding="utf-8")
    rewrite(file, str(PROJECT / "tests/etl/small/sites.csv"), "sites.csv")
    verb(file, "once", "--json")
    sites.write_text(sites.read_text(encoding="utf-8").replace("fixed,C1", "fixed,nowhere"), encoding="utf-8")
    assert verb(file, "once") == 2
    capsys.readouterr()
    with leads():
        assert verb(file, "status", "--json") == 1
    (standing,) = said()["stands"]
    assert standing.startswith("a reference table is refused: sites: not a unit of the units table: nowhere")
    sites.write_text(sites.read_text(encoding="utf-8").replace("fixed,nowhere", "fixed,C1"), encoding="utf-8")
    assert verb(file, "once", "--json") == 0
    said()
    with leads():
        assert verb(file, "status", "--json") == 0


def test_a_table_in_words_lays_numbers_and_long_texts_out(capsys):
    shown = list(words.lines({"batch": 1234, "sources": [
        {"name": "a", "loaded": 1234567, "reason": None, "none": None},
        {"name": "longer", "loaded": 2, "reason": "so long a reason that it would push every other column out", "none": None}]}))  # fmt: skip
    assert shown == [
        "batch: 1,234",
        "sources:",
        "  name       loaded",
        "  a       1,234,567",
        "  longer          2",
        "      reason: so long a reason that it would push every other column out",
    ]
    assert list(words.lines({"sources": [{"name": "a", "lost": 0, "ahead": 2}]}, quiet=("lost", "ahead"))) == [
        "sources:",
        "  name  ahead",
        "  a         2",
    ]


def test_a_missing_right_at_a_source_is_named_with_what_grants_it(warehouse, register, tmp_path, monkeypatch, said):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    register.db.execute("DROP ROLE IF EXISTS only_looks; CREATE ROLE only_looks LOGIN")
    file = configure(tmp_path, {"platform": source(register.url.replace("postgres@", "only_looks@"))})
    assert verb(file, "once", "--json") == 1
    reason = said()["sources"][0]["reason"]
    assert (
        'permission denied for table injections. Its owner allows it by: GRANT SELECT ON injections TO "only_looks"'
        in reason
    )


def test_a_warehouse_of_an_older_version_is_3_without_a_traceback(file, warehouse, capsys):
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("ALTER TABLE warehouse.source DROP COLUMN vanished CASCADE")
    assert verb(file, "status") == 3
    assert "holds no warehouse of this version: ./run makes it, as ./run migrate does" in capsys.readouterr().err


def test_a_missing_right_in_the_warehouse_is_named(file, warehouse, capsys):
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("REVOKE SELECT ON warehouse.source FROM etl_writer")
    assert verb(file, "status") == 3
    assert "the warehouse refuses it: permission denied for table source" in capsys.readouterr().err


def test_status_names_the_records_that_can_never_be_read(file, register, said, capsys):
    register.db.execute("ALTER TABLE public.injections ALTER cap_nhat DROP NOT NULL")
    register.enter("r1")
    register.enter("r2", cap_nhat=None)
    verb(file, "once", "--json")
    assert said()["received"] == 1
    assert verb(file, "status", "--json") == 1
    found = said()
    assert found["sources"][0]["without_time"] == 1
    assert (
        "source platform is not equal to what is held of it: 1 record at the source, 1 held, 1 without a time of change"
        in found["stands"]
    )
    verb(file, "status")
    assert "without time" in capsys.readouterr().out


def test_verify_is_0_where_all_is_right_and_1_with_examples_where_not(file, register, warehouse, said):
    register.enter("r1")
    verb(file, "once", "--json")
    said()
    assert verb(file, "verify", "--json") == 0
    found = said()
    assert (found["differences"], found["examples"]) == (0, {})
    assert set(found["compared"]) >= {
        "ledger_people",
        "balance_people",
        "balance_doses_unit_day",
        "balance_entries_site_day",
        "persons",
        "records",
    }
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("UPDATE warehouse.balance_people SET people = 7")
    assert verb(file, "verify", "--json") == 1
    found = said()
    assert found["differences"] > 0
    assert found["examples"]["balance_people"][0]["held_people"] == 7


def test_retry_loads_what_was_mended(file, register, said):
    register.enter("r1", vac_xin="Mới")
    verb(file, "once", "--json")
    said()
    rewrite(file, str(PROJECT / "tests/etl/small/vaccine_aliases.csv"), "theirs.csv")
    (file.parent / "theirs.csv").write_text("alias,vaccine_code\nMới,PF\n", encoding="utf-8")
    assert verb(file, "retry", "--json") == 0
    assert said() == {"platform": {"tried": 1, "loaded": 1}}
    assert verb(file, "verify", "--json") == 0


def test_rebuild_works_every_course_out_anew(file, register, warehouse, said):
    for n in range(3):
        register.enter(f"r{n}", vac_xin="PF", so_giay_to=f"{n:012d}")
    verb(file, "once", "--json")
    said()
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute(
            "UPDATE warehouse.primary_series s SET primary_doses = 1 FROM warehouse.vaccine v WHERE v.vaccine_id = s.vaccine_id AND v.code = 'PF'"
        )
    assert verb(file, "verify", "--json") == 1
    said()
    rewrite(file, "vaccines.csv", "theirs.csv")
    theirs = (PROJECT / "tests/etl/small/vaccines.csv").read_text(encoding="utf-8").replace("Comirnaty,,2", "Comirnaty,,1")
    (file.parent / "theirs.csv").write_text(theirs, encoding="utf-8")
    rewrite(file, str(PROJECT / "tests/etl/small/theirs.csv"), "theirs.csv")
    assert verb(file, "rebuild", "--json") == 0
    assert said() == {"persons": 3}
    assert verb(file, "verify", "--json") == 0
    with connect.raw_at(warehouse.url, "owner") as db:
        assert db.execute(
            "SELECT sum(people) FROM warehouse.ledger_people WHERE stage = 2 AND cause = 'reclassified'"
        ).fetchone() == (3,)


def test_release_of_what_is_not_stopped_is_1(file, capsys):
    verb(file, "once", "--json")
    assert verb(file, "release", "platform") == 1
    assert "platform is not stopped by the brake" in capsys.readouterr().err


# What is wrong with the settings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("root: P", "roots: P", "config.yaml: units"),
        ("root: P", "root: Q", "units.root: Q is not a unit"),
        ("vaccines.csv", "nowhere.csv", "reference.vaccines: .*nowhere.csv cannot be read"),
    ],
)
def test_settings_that_cannot_work_are_2_and_name_the_key(file, capsys, old, new, said):
    rewrite(file, old, new)
    assert verb(file, "once") == 2
    found = capsys.readouterr().err
    assert re.search(said, found), found


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [("updated_at: cap_nhat", "updated_at: {value: '2021-01-01'}", "sources.platform.fields.updated_at: "),
     ("url: postgresql:", "url: nosuch:", "sources.platform.url: ")],
    ids=["a field", "an address"],
)  # fmt: skip
def test_a_source_whose_settings_cannot_work_is_1_and_says_why(file, said, old, new, why):
    rewrite(file, old, new)
    assert verb(file, "once", "--json") == 1
    (found,) = said()["sources"]
    assert found["state"] == "failed"
    assert found["reason"].startswith(why)


def test_no_settings_file_is_2(capsys, tmp_path):
    assert verb(tmp_path / "nothing.yaml", "status") == 2
    assert "give the settings file by --config" in capsys.readouterr().err


def test_a_person_key_that_cannot_be_used_is_2(file, capsys, monkeypatch):
    monkeypatch.setenv("PERSON_ID_KEY", "abc")
    assert verb(file, "once") == 2
    assert "PERSON_ID_KEY: must be" in capsys.readouterr().err


# The warehouse


@pytest.mark.parametrize(
    "name", [["once"], ["status"], ["verify"], ["retry"], ["release", "platform"], ["rebuild"]], ids=lambda words: words[0]
)
def test_no_warehouse_is_3(file, capsys, monkeypatch, name):
    monkeypatch.delenv("DATABASE_URL")
    assert verb(file, *name) == 3
    assert "start ./run first, name the folder of its data by --data, or set DATABASE_URL" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", "postgresql://an:s3cr3t@127.0.0.1:9/warehouse")
    assert verb(file, *name) == 3
    found = capsys.readouterr().err
    assert "out of reach" in found and "s3cr3t" not in found


@pytest.mark.parametrize("address", ["not an address", "postgresql://an:s3cr3t@host:port/x", "mysql://an:s3cr3t@host/x"])
def test_an_address_that_is_none_is_3_and_not_shown(file, capsys, monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)
    assert verb(file, "status") == 3
    found = capsys.readouterr().err
    assert "postgresql" in found.lower() and "s3cr3t" not in found


def test_a_server_on_which_no_warehouse_was_ever_made_is_3(file, capsys, monkeypatch):
    """Nor the roles of one."""
    with tempfile.TemporaryDirectory(prefix="vaccine-test-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder))
        server.start()
        monkeypatch.setenv("DATABASE_URL", server.url("postgres"))
        codes = [verb(file, name) for name in ("once", "status", "verify")]
        server.stop()
    assert codes == [3, 3, 3]
    assert (
        capsys.readouterr().err
        == 3 * "the database holds no warehouse of this version: ./run makes it, as ./run migrate does\n"
    )


@pytest.mark.parametrize("name", ["once", "status", "verify"])
def test_a_warehouse_of_a_newer_version_is_said_and_read_by_no_older_one(file, warehouse, capsys, name):
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("INSERT INTO public.applied_migration (name, checksum) VALUES ('9999_newer.sql', 'x')")
    assert verb(file, name) == 3
    words = "this warehouse already has 9999_newer.sql, which this version does not know: run the newer version\n"
    assert capsys.readouterr().err == words


def test_who_reads_only_the_first_line_is_answered(file):
    command = [sys.executable, "-m", "etl", "check", "--config", str(file)]
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$@" | true', "-", *command], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_real_records_never_go_into_a_warehouse_of_sample_data(file, warehouse, capsys):
    assert verb(file, "migrate") == 0
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("UPDATE warehouse.world SET is_sample = true")
    for name, code in (("once", 3), ("check", 1)):
        assert verb(file, name) == code
        assert "this warehouse holds sample data, which must not mix with real records" in "".join(capsys.readouterr())
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        assert db.execute("SELECT count(*) FROM warehouse.injection").fetchone() == (0,)


@pytest.mark.parametrize("name", ["once", "status", "verify"])
def test_a_database_that_is_no_warehouse_yet_is_3(file, capsys, monkeypatch, register, name):
    monkeypatch.setenv("DATABASE_URL", register.url)
    assert verb(file, name) == 3
    assert "./run" in capsys.readouterr().err


def test_migrate_makes_a_warehouse_and_again_changes_nothing(file, database, monkeypatch, said):
    monkeypatch.setenv("DATABASE_URL", database)
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("DROP TABLE public.injections CASCADE")
    assert verb(file, "migrate", "--json") == 0
    found = said()
    assert found["applied"][0] == "0001_world.sql" and found["applied"][-1] == found["newest"]
    assert verb(file, "migrate", "--json") == 0
    assert said()["applied"] == []
    assert verb(file, "once", "--json") == 1  # its table is gone, which is said of the source
    assert "injections" in said()["sources"][0]["reason"]


def test_migrate_refuses_a_warehouse_of_the_other_kind(file, warehouse, capsys):
    verb(file, "migrate")
    with connect.raw_at(warehouse.url, "owner", autocommit=True) as db:
        db.execute("UPDATE warehouse.world SET is_sample = true")
    assert verb(file, "migrate") == 3
    assert "holds sample data, which must not mix with real records" in capsys.readouterr().err


# Progress


def test_progress_says_rate_and_time_left_where_there_is_no_terminal(capsys, monkeypatch):
    moments = iter([0.0, *(n * 6.0 for n in range(1, 50))])
    monkeypatch.setattr("etl.progress.time.monotonic", lambda: next(moments))
    with Progress("records") as progress:
        progress.expect(400)
        for _ in range(4):
            progress.add(100)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("200 of about 400 records, ") and lines[0].endswith(" s left")
    assert lines[-1].startswith("400 of about 400 records")


def test_progress_is_silent_when_asked(capsys):
    with Progress("records", quiet=True) as progress:
        progress.expect(5)
        progress.add(5)
    assert capsys.readouterr() == ("", "")


def test_a_lost_key_is_said_and_none_is_made_in_its_place(file, register, capsys):
    register.enter("r1")
    assert verb(file, "once") == 0
    key = file.parent / "data" / "person.key"
    kept = key.rename(file.parent / "kept")
    assert verb(file, "once") == 2
    assert "the person key that this warehouse was loaded with is not there" in capsys.readouterr().err
    assert not key.exists()
    kept.rename(key)
    assert verb(file, "once") == 0


def test_recount_finds_what_differs_from_the_ledger_and_mends_it(file, register, warehouse, said):
    register.enter("r1")
    assert verb(file, "once", "--json") == 0
    said()
    assert verb(file, "recount", "--json") == 0
    assert said()["different"] == 0
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True) as db:
        db.execute("UPDATE warehouse.balance_doses_site_hour SET doses = 9")
    assert verb(file, "recount", "--json") == 1
    found = said()
    assert (found["different"], found["mended"], found["by_balance"]["balance_doses_site_hour"]) == (1, 0, 1)
    assert verb(file, "verify", "--json") == 1
    said()
    assert verb(file, "recount", "--mend", "--json") == 0
    assert said()["mended"] == 1
    assert verb(file, "verify", "--json") == 0


def test_a_source_that_was_removed_is_waited_for_by_nobody():
    """Also where its last comparison found a difference: it is compared no more."""
    row = {"name": "gone", "state": "removed", "reason": None, "last_polled_at": None, "is_equal": False, "source_rows": 9,
           "held_rows": 11, "merged": 0, "without_time": 0, "ahead": 0}  # fmt: skip
    named = SimpleNamespace(sources={"gone": None}, dashboard=SimpleNamespace(stale_after_seconds=60))
    others = SimpleNamespace(sources={}, dashboard=named.dashboard)
    assert status._standing_sources(others, [row], Clock(0)) == []
    assert "source gone is not equal to what is held of it: 9 records at the source, 11 held" in status._standing_sources(
        named, [row], Clock(0)
    )
