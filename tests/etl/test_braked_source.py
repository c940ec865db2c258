"""A source that the brake stopped, from the command line: what stays to be seen, what a release lets pass, how it ends."""

import gzip
import os
import time
from pathlib import Path

import pytest

from etl.sources.files import Folder
from tests.etl.register import FIELDS, Register, configure, source, verb

HEAD = "record_id,person_id,birth_year,sex,residence_code,site_code,vaccine_code,dose_number,injected_at,updated_at"
FILE_FIELDS = {name: name for name in HEAD.split(",")}


@pytest.fixture
def file(warehouse, register, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    return configure(tmp_path, {"platform": source(register.url)}, look_back_every_seconds=1)


@pytest.fixture
def inbox(warehouse, tmp_path, monkeypatch):
    """A folder that is a source."""
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def lists(inbox):
    return configure(
        inbox.parent, {"lists": {"kind": "files", "folder": str(inbox), "pattern": "*.csv*", "fields": FILE_FIELDS}}
    )


def enter(register: Register, count: int, first: int = 0, ago: float = 3600, **given) -> None:
    """Many doses, a second between each two, in one statement."""
    row = {"noi_o": "C1", "diem_tiem": "S1", "vac_xin": "JS", "mui": 1} | given
    register.db.execute(
        f"""INSERT INTO public.injections (id, so_giay_to, tiem_luc, nhap_luc, cap_nhat, {', '.join(row)})
            SELECT 'r' || n, lpad(n::text, 12, '7'), now() - interval '1 day', now() - interval '1 day',
                now() - %s * interval '1 second' + n * interval '1 ms'{', %s' * len(row)}
            FROM generate_series(%s::int, %s::int) AS n""", [ago, *row.values(), first, first + count - 1])  # fmt: skip


def lines(count: int, first: int = 0, vaccine: str = "JS") -> str:
    rows = [
        f"r{n},{7 * 10**11 + n},1980,female,C1,S1,{vaccine},1,2021-11-05 08:00,2021-11-05 09:00"
        for n in range(first, first + count)
    ]
    return "\n".join([HEAD, *rows]) + "\n"


def put(path: Path, text: str, ago: float = 60) -> None:
    """A file, written so many seconds ago."""
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    os.utime(path, (time.time() - ago,) * 2)


def stand(look, name: str = "platform") -> tuple:
    return look("SELECT state, reason FROM warehouse.source WHERE name = %s", name)[0]


def stops(look) -> list[tuple]:
    return look("SELECT criterion, state FROM warehouse.brake ORDER BY brake_id")


def held(look) -> int:
    return look("SELECT count(*) FROM warehouse.injection WHERE status = 'completed'")[0][0]


# Databases


def test_numbers_that_are_given_to_other_people_stop_the_source(file, register, look):
    enter(register, 300)
    assert verb(file, "once") == 0
    register.db.execute(
        "UPDATE public.injections SET so_giay_to = lpad(id, 12, '8'), cap_nhat = now() - interval '1 minute'"
    )
    assert verb(file, "once") == 1
    assert "300 of the last 300 changed records changed their person" in stand(look)[1]
    assert held(look) == 300


def test_a_bad_batch_stops_however_many_good_ones_came_before(file, register, look):
    enter(register, 3000)
    assert verb(file, "once") == 0
    enter(register, 250, first=5000, ago=60, vac_xin="?")
    assert verb(file, "once") == 1
    assert (
        "250 of the last 250 records broke a rule (100%; up to 20% is let pass). Rules: unknown_vaccine 250."
        in stand(look)[1]
    )


def test_what_stands_is_shown_by_a_verb_and_by_status(file, register, said, capsys):
    enter(register, 250, vac_xin="Cúm-X")
    assert verb(file, "once", "--json") == 1
    said()
    assert verb(file, "braked", "--json") == 0
    (stop,) = said()["braked"]
    assert (stop["source"], stop["state"], stop["criterion"], stop["found"], stop["received"]) == (
        "platform",
        "standing",
        "broken",
        250,
        250,
    )
    assert stop["findings"] == [{"rule": "unknown_vaccine", "field": "vaccine_code", "records": 250,
                                 "examples": [{"record": "r0", "value": "Cúm-X", "records": 250}]}]  # fmt: skip
    assert verb(file, "braked", "platform") == 0
    shown = capsys.readouterr().out
    assert "  unknown_vaccine  vaccine_code      250  r0: 'Cúm-X' (250)" in shown
    assert verb(file, "braked", "nobody") == 2
    assert "nobody is not a source of the warehouse; they are: platform" in capsys.readouterr().err


def test_the_page_is_given_what_stands_and_what_is_released(file, register, look):
    enter(register, 250, vac_xin="Cúm-X")
    given = "SELECT stop FROM mart.sources()"
    verb(file, "once")
    ((stop,),) = look(given)
    assert (stop["state"], stop["criterion"], stop["found"], stop["received"], round(stop["allowed"], 3)) == (
        "standing",
        "broken",
        250,
        250,
        0.2,
    )
    assert stop["findings"][0]["examples"] == [{"record": "r0", "value": "Cúm-X", "records": 250}]
    verb(file, "release", "platform")
    ((stop,),) = look(given)
    assert (stop["state"], stop["released_at"] is None) == ("released", False)
    verb(file, "once")
    assert look(given) == [(None,)]


def test_a_release_is_shown_while_it_is_open_and_lets_pass_what_was_looked_at(file, register, look, said):
    enter(register, 250, vac_xin="Cúm-X")
    verb(file, "once", "--json")
    said()
    assert verb(file, "release", "platform", "--json") == 0
    assert said()["criterion"] == "broken"
    verb(file, "status", "--json")
    assert "not delivered again yet: records" in said()["sources"][0]["open_release"]
    assert verb(file, "once", "--json") == 0
    assert said()["quarantined"] == 250
    assert stops(look) == [("broken", "passed")]
    verb(file, "status", "--json")
    assert said()["sources"][0]["open_release"] is None
    assert verb(file, "braked", "--json") == 0 and said() == {"braked": []}
    verb(file, "braked", "--all", "--json")
    assert said()["braked"][0]["state"] == "passed"


def test_a_source_that_goes_on_meanwhile_can_be_released(file, register, look):
    """What came after what was looked at is judged by itself."""
    enter(register, 250, vac_xin="Cúm-X")
    verb(file, "once")
    enter(register, 400, first=1000, ago=300)  # and good ones
    register.db.execute(
        "UPDATE public.injections SET vac_xin = 'JS', cap_nhat = now() - interval '200 seconds' WHERE id IN ('r3', 'r4')"
    )
    verb(file, "release", "platform")
    assert verb(file, "once") == 0
    assert stops(look) == [("broken", "passed")]
    assert look("SELECT received, loaded, quarantined FROM warehouse.source") == [(650, 402, 248)]


def test_late_rows_do_not_end_the_release_of_rows_whose_clock_is_no_time(warehouse, file, register, look):
    """They came first each time, in batches of the same kind: a source that has late rows at every look stood for ever."""
    enter(register, 300)
    assert verb(file, "once") == 0
    enter(register, 250, first=1000)
    register.db.execute("UPDATE public.injections SET cap_nhat = 'infinity' WHERE substr(id, 2)::int >= 1000")
    assert verb(file, "once") == 1
    assert stops(look) == [("broken", "standing")]
    verb(file, "release", "platform")
    enter(register, 1, first=500, ago=3700)  # committed late
    verb(file, "once")
    assert stops(look) == [("broken", "passed")]
    assert look("SELECT received, loaded, quarantined FROM warehouse.source") == [(551, 301, 250)]


def test_a_release_does_not_let_other_records_pass(file, register, look):
    enter(register, 250, vac_xin="Cúm-X")
    verb(file, "once")
    verb(file, "release", "platform")
    register.db.execute("UPDATE public.injections SET vac_xin = 'Cúm-Y'")  # as late as before
    assert verb(file, "once") == 1
    assert "was another delivery: this one was not looked at" in stand(look)[1]
    assert stops(look) == [("broken", "ended"), ("broken", "standing")]


def test_a_release_ends_when_the_source_was_mended(file, register, look):
    enter(register, 250, vac_xin="Cúm-X")
    verb(file, "once")
    verb(file, "release", "platform")
    register.db.execute("UPDATE public.injections SET vac_xin = 'JS', cap_nhat = now() - interval '1 minute'")
    assert verb(file, "once") == 0
    assert stops(look) == [("broken", "ended")]
    assert held(look) == 250


def test_a_later_page_of_a_load_is_stopped_released_and_passes(warehouse, register, tmp_path, monkeypatch, look):
    """As it was read when it was stopped, though a load that begins there would cut it otherwise."""
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    file = configure(tmp_path, {"platform": source(register.url)}, batch_size=100, backfill_batch_size=250)
    enter(register, 350)
    enter(register, 250, first=1000, ago=1800, vac_xin="Cúm-X")
    enter(register, 250, first=2000, ago=900)
    assert verb(file, "once") == 1
    assert look("SELECT received FROM warehouse.source") == [(350,)]
    verb(file, "release", "platform")
    assert verb(file, "once") == 0
    assert look("SELECT received, loaded, quarantined FROM warehouse.source") == [(850, 600, 250)]
    assert stops(look) == [("broken", "passed")]


def test_a_release_of_an_emptied_source_is_for_that_alone(file, register, look, said):
    enter(register, 1)
    verb(file, "once", "--json")
    register.db.execute("TRUNCATE public.injections")
    verb(file, "once", "--json")
    verb(file, "release", "platform")
    assert verb(file, "once", "--json") == 0
    assert stops(look) == [("emptied", "released")]  # it is still empty, and a person knows
    enter(register, 250, first=1000, ago=60, vac_xin="?")
    assert verb(file, "once", "--json") == 1
    assert stops(look) == [("emptied", "ended"), ("broken", "standing")]


def test_of_a_table_that_is_read_whole_the_changes_are_a_share_of_the_table(
    warehouse, register, tmp_path, monkeypatch, look
):
    """Only what differs is loaded: all of that changes something, and that says nothing."""
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    fields = {name: column for name, column in FIELDS.items() if name != "updated_at"}
    file = configure(tmp_path, {"platform": source(register.url, fields=fields)})
    enter(register, 1000)
    verb(file, "once")
    register.db.execute("UPDATE public.injections SET noi_o = 'C2' WHERE id < 'r4'")
    register.db.execute("UPDATE public.injections SET trang_thai = 'entered-in-error' WHERE id LIKE 'r9%'")  # 111
    assert verb(file, "once") == 0
    assert look("SELECT count(*) FROM warehouse.injection WHERE status = 'entered-in-error'") == [(111,)]
    register.db.execute("UPDATE public.injections SET noi_o = 'C1', mui = 2 WHERE id NOT LIKE 'r9%'")
    register.db.execute("UPDATE public.injections SET mui = 2 WHERE id LIKE 'r9%' AND id < 'r95'")
    assert verb(file, "once") == 1
    assert "of the last 1,000 records changed records loaded earlier" in stand(look)[1]
    verb(file, "release", "platform")
    assert verb(file, "once") == 0
    assert stops(look) == [("changed", "passed")]


# Files


def test_a_broken_first_file_is_stopped_shown_and_released(lists, inbox, look, said):
    put(inbox / "list.csv", lines(250, vaccine="Cúm-X"))
    assert verb(lists, "once", "--json") == 1
    assert look("SELECT state FROM warehouse.delivery") == [("braked",)]
    assert stand(look, "lists")[1].startswith("list.csv: 250 of the last 250 records broke a rule")
    said()
    verb(lists, "braked", "--json")
    (stop,) = said()["braked"]
    assert (stop["kind"], stop["unit"], stop["findings"][0]["rule"]) == ("file", "list.csv", "unknown_vaccine")
    verb(lists, "release", "lists")
    assert verb(lists, "once") == 0
    assert look("SELECT state FROM warehouse.delivery") == [("done",)]
    assert stops(look) == [("broken", "passed")]


def test_a_release_does_not_wait_for_another_file(lists, inbox, look):
    """Weeks later a truncated file came, and passed."""
    put(inbox / "list.csv", lines(400))
    verb(lists, "once")
    put(inbox / "list.csv", lines(400, first=500, vaccine="Cúm-X"), ago=50)
    verb(lists, "once")
    verb(lists, "release", "lists")
    put(inbox / "list.csv", lines(400, first=1000), ago=40)  # it was put right instead
    assert verb(lists, "once") == 0
    assert stops(look) == [("broken", "ended")]
    put(inbox / "list.csv", lines(100, first=2000), ago=30)
    assert verb(lists, "once") == 1
    assert stops(look)[-1] == ("fewer_bytes", "standing")


def test_a_file_that_is_gone_takes_its_release_along(lists, inbox, look):
    put(inbox / "list.csv", lines(250, vaccine="Cúm-X"))
    verb(lists, "once")
    (inbox / "list.csv").unlink()
    verb(lists, "release", "lists")
    assert verb(lists, "once") == 0
    assert stops(look) == [("broken", "ended")]
    assert look("SELECT state FROM warehouse.delivery") == [("braked",)]


def test_a_cut_off_file_is_measured_against_the_one_accepted_last(lists, inbox, look):
    """That content was there before, long ago, says nothing: the one before it may have been small by right."""
    put(inbox / "list.csv", lines(400), ago=90)
    verb(lists, "once")
    put(inbox / "list.csv", lines(150), ago=80)
    verb(lists, "once")
    verb(lists, "release", "lists")
    verb(lists, "once")
    put(inbox / "list.csv", lines(400), ago=70)
    assert verb(lists, "once") == 0
    put(inbox / "list.csv", lines(140), ago=60)
    assert verb(lists, "once") == 1
    assert "the one of this name accepted before it had" in stand(look, "lists")[1]


def test_a_file_cut_off_in_its_records_and_not_in_its_bytes_is_stopped(lists, inbox, look):
    put(inbox / "list.csv", lines(400))
    verb(lists, "once")
    padded = lines(100).replace(",JS,", f",JS{' ' * 300},")
    put(inbox / "list.csv", padded, ago=50)
    assert verb(lists, "once") == 1
    assert (
        "list.csv has 100 records, the one of this name accepted before it had 400: it may be cut off"
        in stand(look, "lists")[1]
    )
    assert held(look) == 400


def test_a_packed_file_is_measured_by_its_records(lists, inbox, look):
    put(inbox / "list.csv.gz", lines(400))
    verb(lists, "once")
    same = [f"{line},{n * 7919 % 9973}" for n, line in enumerate(lines(400).splitlines())]  # noise packs badly
    put(inbox / "list.csv.gz", "\n".join([f"{HEAD},noise", *same[1:]]) + "\n", ago=50)
    assert verb(lists, "once") == 0
    put(inbox / "list.csv.gz", lines(400), ago=45)
    assert verb(lists, "once") == 0
    put(inbox / "list.csv.gz", lines(199), ago=40)
    assert verb(lists, "once") == 1
    assert "list.csv.gz has 199 records, the one of this name accepted before it had 400" in stand(look, "lists")[1]


def test_the_list_of_the_next_day_is_measured_against_that_of_the_day_before(lists, inbox, look):
    put(inbox / "list_2021-11-05.csv", lines(400))
    verb(lists, "once")
    put(inbox / "list_2021-11-06.csv", lines(100, first=1000), ago=50)
    assert verb(lists, "once") == 1
    assert "list_2021-11-05.csv, accepted before it," in stand(look, "lists")[1]
    assert look("SELECT measured_by, found, received FROM warehouse.brake")[0][0] == "list_2021-11-05.csv"


def test_the_released_file_comes_first(lists, inbox, look):
    put(inbox / "b.csv", lines(250, vaccine="Cúm-X"), ago=40)
    verb(lists, "once")
    put(inbox / "a.csv", lines(250, first=1000, vaccine="Cúm-Y"), ago=90)
    verb(lists, "release", "lists")
    assert verb(lists, "once") == 1
    assert stops(look) == [("broken", "passed"), ("broken", "standing")]
    assert look("SELECT path, state FROM warehouse.delivery ORDER BY path") == [("a.csv", "braked"), ("b.csv", "done")]


# What is not there any more


@pytest.mark.parametrize("then", ["taken away", "replaced"])
def test_a_file_that_is_taken_away_or_replaced_stops_its_source_no_longer(lists, inbox, look, then):
    put(inbox / "a.csv", lines(300), ago=600)
    assert verb(lists, "once") == 0
    put(inbox / "b.csv", lines(300, 300, vaccine="??"), ago=300)
    assert verb(lists, "once") == 1
    assert stand(look, "lists")[0] == "braked"
    assert verb(lists, "once") == 1  # as long as it lies there

    if then == "taken away":
        (inbox / "b.csv").unlink()
    else:
        put(inbox / "b.csv", lines(300, 300), ago=60)
    assert verb(lists, "once") == 0
    assert (stand(look, "lists")[0], stops(look)[-1][1]) == ("running", "ended")
    assert held(look) == (300 if then == "taken away" else 600)


def test_a_file_that_is_replaced_by_another_bad_one_stops_its_source_anew(lists, inbox, look):
    put(inbox / "a.csv", lines(300), ago=600)
    assert verb(lists, "once") == 0
    for vaccine in ("??", "!!"):
        put(inbox / "b.csv", lines(300, 300, vaccine=vaccine), ago=300 if vaccine == "??" else 60)
        assert verb(lists, "once") == 1
    assert (stand(look, "lists")[0], [state for _criterion, state in stops(look)]) == ("braked", ["ended", "standing"])
    assert held(look) == 300


def test_a_stop_whose_folder_cannot_be_read_stands_and_is_no_fault_of_the_warehouse(lists, inbox, look, monkeypatch):
    """Whatever reading the folder raises: what raised was taken for the warehouse's, and the leader gave up, again and again."""
    put(inbox / "b.csv", lines(300, vaccine="??"), ago=300)
    assert verb(lists, "once") == 1

    def deliveries(*_known):
        raise OverflowError("date value out of range")

    monkeypatch.setattr(Folder, "deliveries", deliveries)
    assert verb(lists, "once") == 1
    assert (stand(look, "lists")[0], stops(look)[-1][1]) == ("braked", "standing")
