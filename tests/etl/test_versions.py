"""Nobody writes to a warehouse of another version than his own: not an older ETL that waits, nor one that led before."""

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from etl import schedule, station
from etl.heartbeat import Heartbeat
from etl.pipeline import Fenced
from sql import connect, settings, version
from sql.version import OtherVersion
from tests.etl.register import Register, configure, source, verb
from tests.etl.world import Given, record
from tests.processes import becomes

STRANGE = "INSERT INTO public.applied_migration (name, checksum) VALUES ('0999_to_come.sql', '')"
NO_STRANGER = "DELETE FROM public.applied_migration WHERE name = '0999_to_come.sql'"
LACKS = f"DELETE FROM public.applied_migration WHERE name = '{version.known()[-1]}'"


@pytest.fixture
def config(warehouse, database, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    Register(database).close()
    return configure(tmp_path, {"platform": source(database)}), tmp_path


def as_owner(warehouse, statement: str):
    with warehouse.owner.begin() as db:
        return db.exec_driver_sql(statement)


def term(warehouse) -> int:
    with warehouse.owner.connect() as db:
        return db.exec_driver_sql("SELECT term FROM warehouse.leader").scalar()


@pytest.mark.parametrize(
    ("change", "said"),
    [(STRANGE, r"already has 0999_to_come\.sql, which this version does not know: run the newer version"),
     (LACKS, rf"lacks {version.known()[-1]}, which this version needs: start ./run, which migrates it"),
     ("REVOKE SELECT ON public.applied_migration FROM etl_writer", "holds no warehouse of this version: ./run makes it")],
    ids=["newer", "older", "of a version that let nobody ask"],
)  # fmt: skip
def test_a_warehouse_of_another_version_is_not_led(warehouse, config, capsys, change, said):
    file, data = config
    before = term(warehouse)
    as_owner(warehouse, change)
    with pytest.raises(OtherVersion, match=said), station.leading(settings.read(file, data)):
        pass
    assert verb(file, "once") == 3
    assert re.search(rf"{said}", capsys.readouterr().err)
    assert term(warehouse) == before


@pytest.mark.parametrize(
    "words",
    ["status", "verify", "recount", "quarantine list", "braked", "release platform", "source list"],
)
def test_verbs_that_need_no_leader_say_it_too(warehouse, config, capsys, words):
    file, _data = config
    as_owner(warehouse, LACKS)
    assert verb(file, *words.split()) == 3
    assert "start ./run, which migrates it" in capsys.readouterr().err


def test_who_leads_is_stopped_in_his_next_batch(warehouse):
    held = Given(warehouse.url)
    held.load([record()])
    as_owner(warehouse, STRANGE)
    with pytest.raises(Fenced, match="0999_to_come"):
        held.load([record(record_id="r2", person="b")])
    assert held.ask("SELECT last_batch_id FROM warehouse.leader") == [(1,)]
    held.close()


def test_what_a_migration_made_while_it_was_waited_for_is_seen(warehouse, config):
    file, data = config

    def lead() -> None:
        with station.leading(settings.read(file, data)):
            pass

    with warehouse.owner.connect() as migration, ThreadPoolExecutor(1) as aside:
        migration.exec_driver_sql("UPDATE warehouse.leader SET term = term + 1")
        waiting = aside.submit(lead)
        blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        assert becomes(lambda: as_owner(warehouse, blocked).rowcount)
        migration.exec_driver_sql(STRANGE)
        migration.commit()
        with pytest.raises(OtherVersion, match="0999_to_come"):
            waiting.result(10)


def test_one_that_waits_says_so_and_leads_when_they_are_of_one_version(warehouse, config, caplog):
    file, data = config
    as_owner(warehouse, STRANGE)
    stop = threading.Event()
    with caplog.at_level(logging.INFO, "etl"):
        waiting = threading.Thread(target=schedule.run, args=[settings.read(file, data), stop])
        waiting.start()
        try:
            assert becomes(lambda: "run the newer version; waiting until they are of one version" in caplog.text)
            as_owner(warehouse, NO_STRANGER)
            assert becomes(lambda: "leading, with platform" in caplog.text)
        finally:
            stop.set()
            waiting.join(10)
    assert caplog.text.count("0999_to_come") == 1


def test_one_that_waits_and_one_that_leads_give_a_sign_of_life(warehouse, config):
    file, data = config
    stop, signs = threading.Event(), []
    as_owner(warehouse, STRANGE)
    working = threading.Thread(target=schedule.run, args=[settings.read(file, data), stop, lambda: signs.append(silent())])

    def silent() -> float | None:
        return as_owner(warehouse, "SELECT mart.heartbeat()").scalar()

    working.start()
    try:
        assert becomes(lambda: len(signs) > 2)  # it waits
        assert set(signs) == {None}
        as_owner(warehouse, NO_STRANGER)
        assert becomes(lambda: [sign for sign in signs if sign is not None][3:])
        assert max(signs[-3:]) < 1
    finally:
        stop.set()
        working.join(10)


def test_a_beat_from_before_the_lead_was_taken_does_not_end_it(warehouse):
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True) as lock:
        (term,) = lock.execute("SELECT term FROM warehouse.leader").fetchone()
        heart = Heartbeat(lock)
        heart.term = term + 1  # taken, and not seen by the beat yet
        heart.start()
        with connect.raw_at(warehouse.url, "owner", autocommit=True) as look:
            assert becomes(lambda: look.execute("SELECT beat_at IS NOT NULL FROM warehouse.heartbeat").fetchone()[0])
        heart.stop()
        heart.check()
