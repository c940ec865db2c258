"""Targets and populations handed in over the page: applied over the configured tables, a batch each, as-of intact."""

import json
import logging
import threading
import time

import psycopg
import pytest

from etl import schedule, station, uploads
from etl.recount import recount
from sql import connect
from sql.settings import Settings
from tests.etl.register import configure, read, source
from tests.etl.world import SMALL

TARGET = {"unit_code": None, "stage": "first", "age_band": None, "priority_group": None, "share": 0.95,
          "due_on": "2022-06-30", "source": "Kế hoạch 12", "valid_from": "2021-01-01"}  # fmt: skip
POLICE = {"version": "Công an 2022", "source": "Công an tỉnh", "dated_on": "2022-01-01", "valid_from": "2022-01-01",
          "age_band": None, "priority_group": None}  # fmt: skip
CONFIGURED = {"P": 0.9, "D1": 0.9, "D2": 0.9, "C1": 0.9, "C2": 0.9, "C3": 0.9, "D3": 0.5}


class House:
    """A warehouse of the small world, and the door by which pages hand in."""

    def __init__(self, url: str, settings: Settings):
        self.url, self.settings = url, settings

    def put(self, *rows: dict, relation="targets", faults=()) -> int:
        lined = [{"line": number} | row for number, row in enumerate(rows, start=2)]
        return self._hand_in("SELECT inbox.put(%s, 'tep.xlsx', %s, 10, '[]', %s, %s, 'Nguyễn Văn A', true)",
                             relation, "0" * 64, json.dumps(lined), json.dumps(list(faults)))  # fmt: skip

    def decide(self, number: int, decision="confirm"):
        return self._hand_in("SELECT inbox.decide(%s, %s, 'Trần Thị B')", number, decision)

    def _hand_in(self, question: str, *values):
        with connect.raw_at(self.url, "dashboard_reader") as db:
            db.read_only = False
            return db.execute(question, values).fetchone()[0]

    def ask(self, question: str, *values) -> list[tuple]:
        with connect.raw_at(self.url, "etl_writer") as db:
            return db.execute(question, values).fetchall()

    def state(self, number: int) -> tuple:
        return self.ask("SELECT state, batch_id, reason FROM warehouse.upload WHERE upload_id = %s", number)[0]

    def targets(self, as_of: int | None = None) -> dict[str, float]:
        """Code → the target of the first dose."""
        return dict(self.ask("SELECT u.code, t.share::float FROM mart.target(NULL, NULL, '2022-06-01', %s) t "
                             "JOIN warehouse.unit u USING (unit_id) WHERE t.stage = 1", as_of))  # fmt: skip

    def everybody(self, day: str, as_of: int | None = None) -> dict[str, int]:
        """Code → population by the version in force on a day."""
        return dict(self.ask("SELECT u.code, d.population FROM mart.denominator(NULL, NULL, %s, %s) d "
                             "JOIN warehouse.unit u USING (unit_id) WHERE d.population IS NOT NULL", day, as_of))  # fmt: skip

    def last_batch(self) -> int:
        return self.ask("SELECT last_batch_id FROM warehouse.leader")[0][0]

    def lead(self) -> None:
        """As a leader that starts, does what waits, and ends."""
        with station.leading(self.settings) as led:
            led.prepare()


@pytest.fixture
def house(warehouse, tmp_path, monkeypatch) -> House:
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    found = House(warehouse.url, read(configure(tmp_path, {})))
    found.lead()
    return found


def test_a_confirmed_upload_holds_from_its_own_batch_on_and_figures_before_it_stay(house):
    before = house.last_batch()
    number = house.put(TARGET | {"unit_code": "D1", "share": 0.75}, TARGET | {"share": 0.95})
    house.lead()
    assert house.state(number) == ("proposed", None, None)
    assert house.targets() == CONFIGURED  # looked at is not confirmed

    assert house.decide(number) == "confirmed"
    house.lead()
    batch = house.last_batch()
    assert house.state(number) == ("applied", batch, None)
    assert house.ask("SELECT kind FROM warehouse.batch WHERE batch_id = %s", batch) == [("reference",)]
    assert house.targets() == dict.fromkeys(CONFIGURED, 0.95) | {"D1": 0.75, "C1": 0.75, "C2": 0.75, "D3": 0.5}
    assert house.targets(as_of=before) == CONFIGURED

    house.lead()  # nothing new: the uploads' rows stay over the configured ones
    assert house.last_batch() == batch
    assert house.targets()["D1"] == 0.75


def test_of_two_uploads_the_later_applied_says_what_holds(house):
    first = house.put(TARGET | {"share": 0.6})
    second = house.put(TARGET | {"share": 0.7})
    house.decide(second)
    house.lead()
    house.decide(first)  # handed in earlier, confirmed later
    house.lead()
    assert house.targets()["P"] == 0.6


def test_one_that_is_withdrawn_leaves_what_was_before_it(house):
    number = house.put(TARGET | {"share": 0.6})
    house.decide(number)
    house.lead()
    held = house.last_batch()
    assert house.decide(number, "withdraw") == "withdrawing"
    house.lead()
    assert house.state(number)[0] == "withdrawn"
    assert house.targets() == CONFIGURED
    assert house.targets(as_of=held)["P"] == 0.6
    assert house.ask("SELECT ended_batch_id FROM warehouse.upload WHERE upload_id = %s", number) == [(house.last_batch(),)]
    assert house.ask("SELECT DISTINCT until_batch FROM warehouse.target WHERE share = 0.6") == [(house.last_batch(),)]


def test_one_that_is_withdrawn_holds_until_the_tables_can_be_read(house, tmp_path):
    file, targets = tmp_path / "config.yaml", tmp_path / "targets.csv"
    told = (SMALL / "targets.csv").read_text(encoding="utf-8")
    targets.write_text(told, encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(str(SMALL / "targets.csv"), str(targets)), encoding="utf-8")
    number = house.put(TARGET | {"share": 0.6})
    house.decide(number)
    house.lead()
    held = house.last_batch()
    house.decide(number, "withdraw")
    with station.leading(read(file)) as led:
        targets.write_text("unit_code\n", encoding="utf-8")
        led.refresh_reference()
        assert (house.state(number)[0], house.last_batch(), house.targets()["P"]) == ("withdrawing", held, 0.6)
        targets.write_text(told, encoding="utf-8")
        led.refresh_reference()
    assert (house.state(number)[0], house.targets()) == ("withdrawn", CONFIGURED)


def test_populations_handed_in_are_a_version_beside_the_others(house):
    before = house.last_batch()
    rows = [
        POLICE | {"unit_code": code, "persons": people} for code, people in (("C1", 200), ("C2", 100), ("C3", 60), ("D3", 9))
    ]
    number = house.put(*rows, relation="populations")
    house.decide(number)
    house.lead()
    assert house.everybody("2022-06-01") == {"C1": 200, "C2": 100, "C3": 60, "D3": 9, "D1": 300, "D2": 60, "P": 369}
    assert house.everybody("2021-12-31")["P"] == 195  # not yet in force on that day
    assert house.everybody("2022-06-01", as_of=before)["P"] == 195


def test_an_upload_that_cannot_be_applied_is_refused_alone_and_says_why(house, caplog):
    bad, good = house.put(TARGET | {"unit_code": "D9"}), house.put(TARGET | {"share": 0.6})
    house.decide(bad)
    house.decide(good)
    with caplog.at_level(logging.WARNING):
        house.lead()
    state, batch, reason = house.state(bad)
    assert (state, reason) == ("refused", "targets: not a unit that is valid at valid_from: D9 (2021-01-01)")
    assert batch is not None
    ((fault,),) = house.ask("SELECT fault FROM mart.uploads() WHERE upload_id = %s", bad)
    assert fault == {"code": "no_unit_then", "place": "targets", "found": "D9 (2021-01-01)"}
    assert house.state(good)[0] == "applied"
    assert house.targets()["P"] == 0.6
    assert f"upload {bad} (tep.xlsx) is refused" in caplog.text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([TARGET | {"share": 95}], "upload 1 (tep.xlsx) line 2: share must be a share above 0, at most 1 (found 95)"),
        ([TARGET | {"stage": "done"}], "stage must be one of first, complete, booster1, booster2 (found done)"),
        ([TARGET, TARGET | {"share": 0.5}], "first, 2021-01-01 is there already, with other values, on line 2"),
        ([TARGET | {"priority_group": "1e999"}], "priority_group must be a whole number from 1 to 99 (found 1e999)"),
        ([TARGET | {"source": "a" * 301}], f"source must be text of at most 300 characters (found {'a' * 50})"),
        ([TARGET, TARGET | {"line": 7, "share": 0.5}], "(tep.xlsx) line 7: first, 2021-01-01 is there already"),
        (["x"], "its rows are no rows of a table"),
        ([], "there is no row in it"),
    ],
    ids=["share", "stage", "twice", "endless", "long", "its line", "no table", "empty"],
)
def test_what_passes_the_page_by_is_refused_by_the_etl_too(house, rows, said):
    with connect.raw_at(house.url, "dashboard_reader") as db:
        db.read_only = False
        lined = [row if isinstance(row, str) else {"line": 2} | row for row in rows]
        (number,) = db.execute("SELECT inbox.put('targets', 'tep.xlsx', %s, 1, '[]', %s, '[]', 'A', true)",
                               ["0" * 64, json.dumps(lined)]).fetchone()  # fmt: skip
    house.decide(number)
    house.lead()
    assert house.state(number)[0] == "refused"
    assert said in house.state(number)[2]
    assert house.targets() == CONFIGURED


def test_a_faulty_file_cannot_be_confirmed_and_nothing_is_decided_twice(house):
    faulty = house.put(TARGET, faults=[{"code": "share", "line": 3}])
    assert house.state(faulty)[0] == "faulty"
    assert house.decide(faulty) is None
    number = house.put(TARGET)
    assert [house.decide(number), house.decide(number), house.decide(number, "withdraw")] == ["confirmed", None, None]
    discarded = house.put(TARGET)
    assert [house.decide(discarded, "discard"), house.decide(discarded)] == ["withdrawn", None]


def test_a_page_may_hand_in_and_nothing_else(house):
    number = house.put(TARGET)
    with connect.raw_at(house.url, "dashboard_reader", autocommit=True) as db:
        db.execute("SET default_transaction_read_only = off")
        for forbidden in ("UPDATE warehouse.upload SET state = 'applied'", "DELETE FROM warehouse.upload",
                          "INSERT INTO warehouse.target (stage, share, due_on, source, valid_from) VALUES (1, 1, now(), '', now())",
                          "CREATE TABLE inbox.mine (n int)", "CREATE FUNCTION mart.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(forbidden)
    assert house.state(number)[0] == "proposed"


def test_a_machine_that_hands_in_without_end_is_stopped(house):
    for _ in range(120):
        house.put(TARGET)
    with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="too many within the hour"):
        house.put(TARGET)


@pytest.mark.parametrize("large", [{"source": "x" * 16_000_000}, {}], ids=["rows", "faults"])
def test_what_no_file_of_people_is_as_large_as_is_not_kept(house, large):
    with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="upload: too large"):
        house.put(TARGET | large, TARGET | large, faults=() if large else [{"found": "x" * 33_000_000}])
    assert house.ask("SELECT count(*) FROM warehouse.upload") == [(0,)]


def test_a_running_etl_is_woken_by_the_confirmation(house, caplog):
    """Not after the 300 s of the schedule."""
    caplog.set_level(logging.INFO)
    stop, until = threading.Event(), time.monotonic() + 30
    running = threading.Thread(target=schedule.run, args=(house.settings, stop))
    running.start()
    try:
        number = house.put(TARGET | {"share": 0.6})
        while "leading, with" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.1)
        house.decide(number)
        while house.state(number)[0] != "applied":
            assert time.monotonic() < until, house.state(number)
            time.sleep(0.1)
    finally:
        stop.set()
        running.join(20)
    assert house.targets()["P"] == 0.6


def test_what_waits_is_not_asked_for_in_the_midst_of_a_batch(house):
    """All sources and this share one connection: the question would be one of the batch's transaction."""
    with station.leading(house.settings) as led:
        led.prepare()
        looking = threading.Thread(target=led.take_uploads)
        with led.writing:
            looking.start()
            looking.join(0.5)
            assert looking.is_alive()
        looking.join(10)
        assert not looking.is_alive()


def test_everything_is_counted_right_after_uploads_came_and_went(house, register, tmp_path):
    settings = read(configure(tmp_path, {"platform": source(register.url)}))
    for n in range(5):
        register.enter(f"r{n}")
    with station.leading(settings) as led:
        led.prepare()
        for intake in led.intakes:
            intake.work()
        number = house.put(TARGET | {"share": 0.6})
        house.decide(number)
        led.refresh_reference()
        register.enter("late")
        for intake in led.intakes:
            intake.work()
        house.decide(number, "withdraw")
        led.refresh_reference()
    assert house.state(number)[0] == "withdrawn"
    with connect.raw_at(house.url, "etl_writer") as db:
        assert not any(recount(db, settings.time_zone, 0).values())
    assert house.ask("SELECT sum(people) FROM warehouse.balance_people_unit_filters WHERE stage = 1") == [(6,)]


def test_a_correction_to_made_up_populations_leaves_them_made_up():
    """Else the sample's people would be a denominator of real figures."""
    below = [{"version": "Minh họa", "source": "a", "dated_on": "2021-01-01", "valid_from": "2021-01-01", "unit_code": code,
              "age_band": None, "priority_group": None, "persons": 5, "is_sample": True} for code in ("C1", "C2")]  # fmt: skip
    row = {
        "line": 2,
        "version": "Minh họa",
        "source": "b",
        "dated_on": "2021-01-01",
        "valid_from": "2021-01-01",
        "unit_code": "C2",
        "persons": 6,
    }
    found = uploads.overlay({"populations": below}, [uploads.Upload(1, "populations", "tep.csv", [row])])["populations"]
    assert [(r["unit_code"], r["persons"], r["source"], r["is_sample"]) for r in found] == [
        ("C1", 5, "b", True),
        ("C2", 6, "b", True),
    ]
