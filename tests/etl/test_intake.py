"""Records from a database into the warehouse: late commits, a source that is emptied, renamed, gone, or calls."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from etl import schedule, station
from etl.recount import recount
from sql import connect
from tests.etl.register import FIELDS, configure, read, source, verb
from tests.etl.world import ZONE, StoppedClock
from tests.processes import becomes


@contextmanager
def stationed(file):
    with station.leading(read(file)) as led:
        led.prepare()
        yield led


def held(look) -> list[str]:
    return [record for (record,) in look('SELECT record_id FROM warehouse.injection ORDER BY record_id COLLATE "C"')]


def state(look, name="platform") -> tuple:
    return look("SELECT state, reason FROM warehouse.source WHERE name = %s", name)[0]


def batches(look) -> int:
    return look("SELECT count(*) FROM warehouse.batch WHERE source_id IS NOT NULL")[0][0]


def differences(url: str) -> dict:
    with connect.raw_at(url, "etl_writer", autocommit=True) as db:
        return {name: rows for name, rows in recount(db, ZONE, 0).items() if rows}


def test_records_come_in_pages_and_the_cursor_is_the_last(register, look, tmp_path, warehouse):
    for n in range(7):
        register.enter(f"r{n}", ago=100 - n)
    with stationed(configure(tmp_path, {"platform": source(register.url)}, batch_size=2, backfill_batch_size=3)) as led:
        led.intakes[0].work()
        assert held(look) == [f"r{n}" for n in range(7)]
        assert batches(look) == 3  # 2, 3, 2
        assert look("SELECT cursor_record_id, received, loaded, state FROM warehouse.source") == [("r6", 7, 7, "running")]
        led.intakes[0].work()
        assert batches(look) == 3  # nothing new is no batch
    assert differences(warehouse.url) == {}


def test_a_source_whose_pages_are_still_coming_counts_as_asked(register, look, tmp_path):
    for n in range(7):
        register.enter(f"r{n}", ago=100 - n)
    with stationed(configure(tmp_path, {"platform": source(register.url)}, batch_size=2, backfill_batch_size=3)) as led:
        asked = []
        led.intakes[0].report = lambda outcome: asked.extend(
            look("SELECT state, last_polled_at IS NOT NULL FROM warehouse.source")
        )
        led.intakes[0].work()
    assert asked == [("idle", False), ("running", True), ("running", True)]


@pytest.mark.parametrize("ago", [2, 300])
def test_a_transaction_that_commits_late_with_an_earlier_time_is_not_missed(register, look, tmp_path, ago):
    register.enter("early", ago=600)
    with (
        register.another(autocommit=False) as slow,
        stationed(configure(tmp_path, {"platform": source(register.url)}, look_back_every_seconds=1)) as led,
    ):
        register.enter("late", ago=ago, db=slow)  # not committed yet
        register.enter("quick")
        led.intakes[0].work()
        assert held(look) == ["early", "quick"]
        slow.commit()
        assert becomes(lambda: led.intakes[0].work() or "late" in held(look), 5)
        assert look("SELECT received, loaded, unchanged FROM warehouse.source") == [(3, 3, 0)]
        assert look("SELECT kind FROM warehouse.batch ORDER BY batch_id DESC LIMIT 1") == [("look-back",)]
        done = batches(look)
        time.sleep(1.1)
        led.intakes[0].work()
        assert batches(look) == done  # seen once


def test_a_late_commit_of_a_correction_is_not_missed(register, look, tmp_path):
    register.enter("r1", ago=600)
    with stationed(configure(tmp_path, {"platform": source(register.url)}, look_back_every_seconds=1)) as led:
        led.intakes[0].work()
        with register.another(autocommit=False) as slow:
            slow.execute(
                "UPDATE public.injections SET trang_thai = 'entered-in-error', cap_nhat = %s",
                [datetime.now(UTC) - timedelta(seconds=200)],
            )
            register.enter("r2")
            led.intakes[0].work()
        assert becomes(
            lambda: led.intakes[0].work() or look("SELECT sum(doses) FROM warehouse.balance_doses_pair_day") == [(1,)], 5
        )


def test_a_broken_record_in_the_look_back_is_not_read_again_and_again(register, look, tmp_path):
    register.enter("broken", vac_xin="?")
    with stationed(configure(tmp_path, {"platform": source(register.url)}, look_back_every_seconds=1)) as led:
        for _ in range(3):
            led.intakes[0].work()
            time.sleep(0.6)
    assert look("SELECT received, quarantined FROM warehouse.source") == [(1, 1)]
    assert batches(look) == 1


def test_a_time_far_ahead_waits_and_does_not_carry_the_cursor_away(register, look, tmp_path):
    register.enter("dreamt", ago=-3600, tiem_luc=datetime.now(UTC) - timedelta(hours=2))
    register.enter("r1")
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:
        led.intakes[0].work()
        register.enter("r2")
        led.intakes[0].work()
    assert held(look) == ["r1", "r2"]


# Sources that go wrong


def test_an_emptied_source_is_stopped_and_nothing_is_lost(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1")
    with stationed(file) as led:
        led.intakes[0].work()
        register.db.execute("TRUNCATE public.injections")
        led.intakes[0].work()
        stopped, why = state(look)
        assert stopped == "braked"
        assert "emptied or cut off" in why and "./run release platform" in why
        register.enter("r2")
        led.intakes[0].work()
        assert held(look) == ["r1"]  # it waits for a person

        assert verb(file, "release", "platform") == 0
        led.intakes[0].work()
        assert state(look) == ("running", None)
        assert held(look) == ["r1", "r2"]
    assert verb(file, "release", "platform") == 1


def test_a_released_source_that_stays_empty_goes_on(register, look, tmp_path):
    """Somebody archived what was read, and nothing new has come yet."""
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("r1")
    with stationed(file) as led:
        led.intakes[0].work()
        register.db.execute("TRUNCATE public.injections")
        led.intakes[0].work()
        assert verb(file, "release", "platform") == 0
        led.intakes[0].work()
        assert state(look)[0] == "running"


def test_a_renamed_column_stops_its_source_alone_and_is_named(register, look, tmp_path):
    register.db.execute("CREATE TABLE public.other (LIKE public.injections INCLUDING ALL)")
    register.enter("r1")
    file = configure(tmp_path, {"platform": source(register.url), "other": source(register.url, table="public.other")})
    with stationed(file) as led:
        for intake in led.intakes:
            intake.work()
        register.db.execute("ALTER TABLE public.injections RENAME vac_xin TO vaccine")
        register.db.execute(
            "INSERT INTO public.other (id, so_giay_to, diem_tiem, vac_xin, mui, tiem_luc) VALUES ('o1', '077085001234', 'S1', 'JS', 1, now())"
        )
        for intake in led.intakes:
            intake.work()
        failed, why = state(look)
        assert failed == "failed"
        assert 'sources.platform.fields.vaccine_code: column "vac_xin" is not in' in why and "it has: " in why
        assert state(look, "other") == ("running", None)
        assert held(look) == ["o1", "r1"]

        register.db.execute("ALTER TABLE public.injections RENAME vaccine TO vac_xin")
        register.enter("r2")
        led.intakes[0].work()
        assert state(look) == ("running", None)
        assert held(look) == ["o1", "r1", "r2"]


def test_a_source_that_does_not_answer_stops_alone_and_its_password_stays_its_own(register, look, tmp_path):
    register.enter("r1")
    gone = source("postgresql://an:s3cr3t@127.0.0.1:9/platform")
    with stationed(configure(tmp_path, {"gone": gone, "platform": source(register.url)})) as led:
        for intake in led.intakes:
            intake.work()
    failed, why = state(look, "gone")
    assert failed == "failed" and "does not answer" in why and "s3cr3t" not in why
    assert held(look) == ["r1"]


# The schedule


@contextmanager
def running(file):
    stop = threading.Event()
    thread = threading.Thread(target=schedule.run, args=(read(file), stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_source_that_calls_is_read_at_once(register, look, tmp_path):
    with running(configure(tmp_path, {"platform": source(register.url, listen="injections_changed")}, every_seconds=120)):
        assert becomes(lambda: look("SELECT 1 FROM warehouse.source WHERE state = 'running'"), 20)
        time.sleep(1)  # its ear is open
        for n in range(3):
            register.enter(f"r{n}")
            assert becomes(lambda n=n: f"r{n}" in held(look), 3)


def test_a_source_that_does_not_call_is_polled(register, look, tmp_path):
    with running(configure(tmp_path, {"platform": source(register.url)}, every_seconds=1)):
        assert becomes(lambda: look("SELECT 1 FROM warehouse.source WHERE state = 'running'"), 20)
        register.enter("r1")
        assert becomes(lambda: held(look) == ["r1"], 5)


def test_a_second_leader_waits_until_the_first_one_stops(register, look, tmp_path):
    file = configure(tmp_path, {"platform": source(register.url)}, every_seconds=1)
    with running(file):
        assert becomes(lambda: look("SELECT 1 FROM warehouse.source WHERE state = 'running'"), 20)
        with station.leading(read(file)) as led:
            assert led is None
    with station.leading(read(file)) as led:
        assert led is not None


def test_a_transaction_that_commits_late_while_the_etl_is_down_is_not_missed(register, look, tmp_path):
    """Others went on meanwhile, far beyond the look-back of the newest."""
    file = configure(tmp_path, {"platform": source(register.url)})
    register.enter("before", ago=7200)
    with stationed(file) as led:
        led.intakes[0].work()
    register.enter("late", ago=7260)  # stamped before the last one that was read
    register.enter("meanwhile", ago=3600)
    register.enter("now", ago=1)
    with stationed(file) as led:
        led.intakes[0].work()
    assert held(look) == ["before", "late", "meanwhile", "now"]


def test_a_new_day_waits_for_no_source_that_is_being_read(register, look, tmp_path):
    """What was refused for a date that has come by now is tried again by each source in its own turn."""
    register.enter("soon", tiem_luc=datetime.now(UTC) + timedelta(days=1))
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:
        (intake,) = led.intakes
        intake.work()
        assert held(look) == []
        led.clock = led.pipeline.clock = StoppedClock(datetime.now(UTC) + timedelta(days=2))
        with intake.turn:  # as in the midst of a first load
            looking = threading.Thread(target=led.refresh_reference, daemon=True)
            looking.start()
            looking.join(10)
            assert not looking.is_alive()
        intake.work()
        assert held(look) == ["soon"]


def test_changed_rules_place_every_injection_anew(register, look, tmp_path, warehouse):
    """Nobody needs to know of `rebuild`: new courses are posted as reclassified, and verify agrees."""
    register.enter("r1", ago=60)
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:
        led.intakes[0].work()
        led.refresh_reference()
        assert look("SELECT count(*) FROM warehouse.batch WHERE kind = 'rebuild'") == [(0,)]
        with connect.raw_at(warehouse.url, "owner") as db:
            db.execute("UPDATE warehouse.primary_series SET primary_doses = primary_doses + 1")
        led.rebuild_if_need_be()
        assert look("SELECT count(*) FROM warehouse.batch WHERE kind = 'rebuild'") == [(1,)]
    assert differences(warehouse.url) == {}


def test_a_source_whose_settings_cannot_work_stops_alone(register, look, tmp_path):
    wrong = source(register.url, fields=FIELDS | {"injected_at": {"column": "tiem_luc", "format": "%Q"}})
    register.enter("r1")
    with stationed(configure(tmp_path, {"wrong": wrong, "platform": source(register.url)})) as led:
        for intake in led.intakes:
            intake.work()
    assert held(look) == ["r1"]
    assert state(look, "wrong")[0] == "failed" and "sources.wrong.fields.injected_at" in state(look, "wrong")[1]
