"""Until a source was read to its end once, the warehouse says that its figures are a part."""

import os

from etl.brake import Braked
from sql import connect
from tests.etl.register import configure, source
from tests.etl.test_intake import stationed

PAGES = {"batch_size": 2, "backfill_batch_size": 3}


def is_first_load(look, as_of: int | None = None) -> bool:
    return look("SELECT is_first_load FROM mart.world_at(%s)", as_of)[0][0]


def newest(look) -> int:
    return look("SELECT folded_through FROM warehouse.leader")[0][0]


def test_it_lasts_until_the_last_page_and_stays_true_of_the_batches_before(register, look, tmp_path):
    for n in range(7):
        register.enter(f"r{n}", ago=100 - n)
    with stationed(configure(tmp_path, {"platform": source(register.url)}, **PAGES)) as led:
        assert is_first_load(look)  # nothing is known of what it has
        seen = []
        led.intakes[0].report = lambda outcome: seen.append((is_first_load(look), newest(look)))
        led.intakes[0].work()
        assert [state for state, _batch in seen] == [True, True, True]
        assert not is_first_load(look)
        assert [is_first_load(look, batch) for _state, batch in seen] == [True, True, True]
        assert not is_first_load(look, newest(look))
        assert look("SELECT is_first_load, expected FROM mart.sources()") == [(False, 7)]
        batch = newest(look)
        led.intakes[0].work()
        assert newest(look) == batch  # said once


def test_its_end_is_a_version_of_its_own_that_listeners_hear_of(register, look, tmp_path, warehouse):
    register.enter("r1")
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:
        with connect.raw_at(warehouse.url, "owner", autocommit=True) as listener:
            listener.execute("LISTEN warehouse_batch")
            led.intakes[0].work()
            told = [notice.payload for notice in listener.notifies(timeout=0.2)]
        assert f'"batch" : {newest(look)},' in told[-1]
        assert is_first_load(look, newest(look) - 1)


def test_a_killed_one_goes_on_being_one(register, look, tmp_path):
    for n in range(7):
        register.enter(f"r{n}", ago=100 - n)
    file = configure(tmp_path, {"platform": source(register.url)}, **PAGES)
    with stationed(file) as led:
        led.intakes[0].report = lambda outcome: led.intakes[0].halt.set()
        led.intakes[0].work()
        assert is_first_load(look)
    with stationed(file) as led:
        assert is_first_load(look)
        led.intakes[0].work()
        assert not is_first_load(look)


def test_one_killed_between_its_last_batch_and_its_end_ends_at_the_next_look(register, look, tmp_path, monkeypatch):
    register.enter("r1")
    file = configure(tmp_path, {"platform": source(register.url)})
    with stationed(file) as led:
        monkeypatch.setattr(led.pipeline, "end_first_load", lambda source_id: None)
        led.intakes[0].work()
        assert is_first_load(look)
    with stationed(file) as led:
        led.intakes[0].work()
        assert not is_first_load(look)


def test_a_braked_one_stays_one(register, look, tmp_path, monkeypatch):
    register.enter("r1")
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:

        def brake(*_given):
            raise Braked("enough")

        monkeypatch.setattr(led.intakes[0], "_look_back", brake)
        led.intakes[0].work()
        assert is_first_load(look)


def test_a_source_that_is_added_later_has_one_of_its_own(register, look, tmp_path):
    register.enter("r1")
    with stationed(configure(tmp_path, {"platform": source(register.url)})) as led:
        led.intakes[0].work()
    alone = newest(look)
    with stationed(configure(tmp_path, {"platform": source(register.url), "second": source(register.url)})) as led:
        assert is_first_load(look)
        for intake in led.intakes:
            intake.work()
        assert not is_first_load(look)
        assert not is_first_load(look, alone)
    with stationed(configure(tmp_path, {"platform": source(register.url), "third": source(register.url)})):
        assert is_first_load(look)
    with stationed(configure(tmp_path, {"platform": source(register.url)})):
        assert not is_first_load(look)  # no longer in the settings: nothing more comes of it


def test_an_empty_source_keeps_nothing_back_and_begins_with_its_first_records(register, look, tmp_path):
    with stationed(configure(tmp_path, {"platform": source(register.url)}, **PAGES)) as led:
        led.intakes[0].work()
        assert not is_first_load(look)
        batch = newest(look)
        led.intakes[0].work()
        assert newest(look) == batch
        for n in range(7):
            register.enter(f"r{n}", ago=100 - n)
        seen = []
        led.intakes[0].report = lambda outcome: seen.append(is_first_load(look))
        led.intakes[0].work()
        assert seen == [True, True, True]
        assert not is_first_load(look)


def lists(inbox, **files: str) -> dict:
    """A folder with these files, as the settings name it."""
    inbox.mkdir()
    for name, text in files.items():
        file = inbox / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        os.utime(file, (0, 0))  # it is written no longer
    fields = {name: {"value": value} for name, value in {"site_code": "S1", "vaccine_code": "JS", "dose_number": 1}.items()}
    fields |= {"record_id": "id", "injected_at": "day", "updated_at": "day", "birth_year": {"value": 1980}}
    return {"kind": "files", "folder": str(inbox), "pattern": "*.csv", "fields": fields}


def test_files_have_one_too(look, tmp_path):
    texts = {name: "\n".join(["id,day", *(f"{name}{n},2021-11-05 08:00" for n in range(5))]) for name in ("a", "b")}
    with stationed(configure(tmp_path, {"lists": lists(tmp_path / "inbox", **texts)}, backfill_batch_size=3)) as led:
        seen = []
        led.intakes[0].report = lambda outcome: seen.append(is_first_load(look))
        led.intakes[0].work()
        assert seen == [True] * 4
        assert not is_first_load(look)


def test_a_folder_whose_files_cannot_be_read_makes_no_version_at_each_look(look, tmp_path):
    with stationed(configure(tmp_path, {"lists": lists(tmp_path / "inbox", a="something else")})) as led:
        led.intakes[0].work()
        batch = newest(look)
        led.intakes[0].work()
        assert look("SELECT state FROM warehouse.source") == [("failed",)]
        assert newest(look) == batch
        assert is_first_load(look)
