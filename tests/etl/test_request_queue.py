"""Verbs while another ETL leads: handed over, worked off between its batches, answered; or refused in words."""

import threading
import time

import pytest

from etl import request_queue, schedule, station
from etl.verbs import Refused, rebuild
from sql import connect
from tests.etl.register import configure, read, source, verb
from tests.etl.world import SMALL
from tests.processes import becomes


@pytest.fixture
def file(warehouse, register, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    found = configure(tmp_path, {"platform": source(register.url)}, every_seconds=1)
    (tmp_path / "aliases.csv").write_text((SMALL / "vaccine_aliases.csv").read_text(encoding="utf-8"), encoding="utf-8")
    text = found.read_text(encoding="utf-8").replace(str(SMALL / "vaccine_aliases.csv"), "aliases.csv")
    found.write_text(text, encoding="utf-8")
    return found


@pytest.fixture
def lead(look):
    """Start `python -m etl run` in a thread; it leads when this returns."""
    running = []

    def lead(file):
        stop = threading.Event()
        thread = threading.Thread(target=schedule.run, args=(read(file), stop))
        thread.start()
        running.append((stop, thread))
        assert becomes(lambda: look("SELECT FROM pg_stat_activity WHERE application_name = 'etl requests'"))

    yield lead
    for stop, thread in running:
        stop.set()
        thread.join(30)


def test_a_verb_is_done_by_the_etl_that_leads(file, register, lead, look, said):
    register.enter("r1", vac_xin="Mới")
    lead(file)
    assert becomes(lambda: look("SELECT count(*) FROM warehouse.quarantine") == [(1,)])
    assert verb(file, "retry", "--json") == 0
    assert said() == {"platform": {"tried": 1, "loaded": 0}}
    assert verb(file, "rebuild", "--json") == 0
    assert said() == {"persons": 0}
    assert verb(file, "once", "--json") == 0
    found = said()
    assert found["sources"][0]["received"] == 1
    assert next(iter(found)) == "received"
    ((name, state, by),) = look("SELECT verb, state, asked_by FROM warehouse.request ORDER BY request_id LIMIT 1")
    assert (name, state) == ("retry", "done")
    assert "(pid " in by


def test_what_the_leader_refuses_is_refused_here(file, lead, capsys):
    lead(file)
    assert verb(file, "once", "--source", "nobody") == 2
    assert "nobody is not a source of the settings" in capsys.readouterr().err


def test_a_verb_that_fails_says_so_and_the_leader_goes_on(file, register, lead, look, capsys, monkeypatch):
    lead(file)
    monkeypatch.setattr(rebuild, "work", lambda *_: 1 / 0)
    assert verb(file, "rebuild") == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    register.enter("r1")
    assert becomes(lambda: look("SELECT loaded FROM warehouse.source") == [(1,)])


def test_progress_reaches_who_waits(file, lead, capsys, monkeypatch):
    def slow(_led, _options, progress):
        progress.expect(20)
        for _ in range(4):
            progress.add(5)
            time.sleep(0.6)
        return request_queue.Answer({"persons": 20})

    lead(file)
    monkeypatch.setattr(rebuild, "work", slow)
    monkeypatch.setattr("etl.progress._LINE_EVERY_SECONDS", 0.0)
    assert verb(file, "rebuild") == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "persons" in line]
    assert any(line.startswith(("5 of about 20", "10 of about 20", "15 of about 20")) for line in lines), lines


def test_a_leader_that_does_not_take_it_up_is_said_and_the_request_withdrawn(file, warehouse, look, capsys, monkeypatch):
    monkeypatch.setattr(request_queue, "_TAKEN_UP_WITHIN_SECONDS", 0.5)
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True, application_name="etl run") as frozen:
        frozen.execute("SELECT pg_advisory_lock(%s)", [station.LOCK])
        assert verb(file, "rebuild") == 3
    assert "did not take the request up" in capsys.readouterr().err
    assert look("SELECT state FROM warehouse.request") == [("withdrawn",)]


def test_a_leader_that_falls_silent_is_said(file, warehouse, look, capsys, monkeypatch):
    monkeypatch.setattr(request_queue, "_SIGN_WITHIN_SECONDS", 0.5)
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True, application_name="etl run") as frozen:
        frozen.execute("SELECT pg_advisory_lock(%s)", [station.LOCK])
        taken = threading.Thread(
            target=becomes, args=(lambda: frozen.execute(request_queue.REQUESTS["take_up"]).fetchone(),)
        )
        taken.start()
        assert verb(file, "rebuild") == 3
        taken.join()
    assert "gave no sign for" in capsys.readouterr().err


def test_another_command_that_leads_is_named(file, capsys):
    with station.leading(read(file), "backfill"):
        assert verb(file, "rebuild") == 3
    assert "another command leads (etl backfill" in capsys.readouterr().err


def test_a_request_of_a_leader_that_ended_is_closed_by_the_next(file, lead, look):
    verb(file, "once", "--json")
    look(
        "INSERT INTO warehouse.request (verb, arguments, asked_by, state) VALUES ('rebuild', '{}', 'an', 'running') RETURNING 1"
    )
    lead(file)
    assert becomes(lambda: look("SELECT state FROM warehouse.request") == [("failed",)])


def test_where_the_leader_leaves_before_it_took_it_up_the_verb_leads_itself(file, warehouse, look, said):
    leaving = connect.raw_at(warehouse.url, "etl_writer", autocommit=True, application_name="etl run")
    leaving.execute("SELECT pg_advisory_lock(%s)", [station.LOCK])
    threading.Timer(1, leaving.close).start()
    assert verb(file, "rebuild", "--json") == 0
    assert said() == {"persons": 0}
    assert look("SELECT state FROM warehouse.request") == [("withdrawn",)]


def test_a_request_that_is_withdrawn_while_it_is_taken_up_is_not_begun(warehouse, look):
    ((request,),) = look(
        "INSERT INTO warehouse.request (verb, arguments, asked_by) VALUES ('rebuild', '{}', 'an') RETURNING request_id"
    )
    taken = []

    def take_up():
        with connect.raw_at(warehouse.url, "etl_writer", autocommit=True, application_name="taker") as leader:
            taken.append(leader.execute(request_queue.REQUESTS["take_up"]).fetchone())

    with connect.raw_at(warehouse.url, "etl_writer") as asker:
        asker.execute(request_queue.REQUESTS["withdraw"], {"request": request})
        taker = threading.Thread(target=take_up)
        taker.start()
        assert becomes(
            lambda: look("SELECT FROM pg_stat_activity WHERE application_name = 'taker' AND wait_event_type = 'Lock'")
        )
    taker.join()
    assert taken == [None]
    assert look("SELECT state FROM warehouse.request") == [("withdrawn",)]


def test_a_verb_that_a_leader_does_not_know_is_refused_in_words(file, lead, look):
    lead(file)
    look("INSERT INTO warehouse.request (verb, arguments, asked_by) VALUES ('dance', '{}', 'an') RETURNING 1")
    assert becomes(lambda: look("SELECT state FROM warehouse.request") == [("refused",)])
    assert "does not know dance" in look("SELECT reason FROM warehouse.request")[0][0]


def test_settings_that_the_leader_does_not_work_by_are_said(file, register, lead, capsys):
    lead(file)
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("status: trang_thai", "status: {column: trang_thai, values: {Đã tiêm: completed}}"), encoding="utf-8"
    )
    assert verb(file, "retry") == 2
    assert "the settings of platform are not those that the running ETL works by: restart ./run" in capsys.readouterr().err
    file.write_text(text, encoding="utf-8")
    assert verb(file, "retry") == 0


# Tried again by itself


def test_a_mapping_mended_while_stopped_is_tried_again_by_itself(file, register, lead, look):
    register.enter("r1", trang_thai="Đã tiêm")
    verb(file, "once", "--json")
    assert look("SELECT quarantined FROM warehouse.source") == [(1,)]
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("status: trang_thai", "status: {column: trang_thai, values: {Đã tiêm: completed}}"), encoding="utf-8"
    )
    lead(file)
    assert becomes(lambda: look("SELECT loaded, quarantined FROM warehouse.source") == [(1, 0)])
    assert becomes(lambda: look("SELECT retry_due_at FROM warehouse.source") == [(None,)])


def test_a_table_mended_while_stopped_is_tried_again_by_itself(file, register, look):
    register.enter("r1", vac_xin="Mới")
    verb(file, "once", "--json")
    with (file.parent / "aliases.csv").open("a", encoding="utf-8") as aliases:
        aliases.write("Mới,PF\n")
    verb(file, "once", "--json")
    assert look("SELECT loaded, quarantined FROM warehouse.source") == [(1, 0)]


def test_a_retry_that_was_cut_off_is_made_up_for(file, register, look, monkeypatch):
    register.enter("r1", vac_xin="Mới")
    verb(file, "once", "--json")
    with (file.parent / "aliases.csv").open("a", encoding="utf-8") as aliases:
        aliases.write("Mới,PF\n")

    def cut_off(*_):
        raise Refused("cut off")

    with monkeypatch.context() as cut:
        cut.setattr("etl.intake.Intake.retry", cut_off)
        assert verb(file, "once", "--json") == 1
    verb(file, "once", "--json")
    assert look("SELECT loaded, quarantined FROM warehouse.source") == [(1, 0)]
