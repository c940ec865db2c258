"""What the files of a folder hold is what counts: lists that shrink, are replaced, renamed, taken away and come back."""

import os
import re
import time

import pytest

from etl import pipeline, station, stopped
from etl.pipeline import Pipeline
from tests.etl.inbox import DAY, FIELDS, Inbox
from tests.etl.register import configure, read, verb

ALL = range(1, 11)


@pytest.fixture
def inbox(warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    held = Inbox(tmp_path, warehouse.url)
    yield held
    held.db.close()


@pytest.fixture
def snapshots(inbox):
    inbox.configure(deliveries="snapshot")
    return inbox


# -- snapshots


def test_what_a_newer_list_no_longer_names_is_taken_out_and_comes_back(snapshots):
    snapshots.put("list.csv", ALL)
    assert snapshots.once() == 0
    snapshots.put("list.csv", range(1, 10), age=3600)
    assert snapshots.once() == 0
    assert snapshots.counted() == list(range(1, 10))
    assert snapshots.ask("SELECT cause::text, sum(doses) FROM warehouse.ledger_doses GROUP BY 1 ORDER BY 1") == [
        ("new", 10),
        ("vanished", -1),
    ]
    snapshots.put("list.csv", ALL, age=60)
    assert snapshots.once() == 0
    assert snapshots.counted() == list(ALL)
    assert snapshots.differences() == {}
    assert snapshots.ask("SELECT received, loaded, unchanged, quarantined, vanished FROM warehouse.source") == [
        (29, 11, 18, 0, 0)
    ]


def test_a_revised_publication_takes_the_place_of_the_file_before_it(snapshots):
    """Under another name, and from an archive: older than what it replaces."""
    snapshots.put("figures_2021-11.csv", ALL)
    snapshots.once()
    (snapshots.folder / "figures_2021-11.csv").unlink()
    snapshots.put("figures_2021-11_revised.csv", range(1, 9), age=9 * DAY, vaccine_code="AZ")
    snapshots.once()
    assert snapshots.counted() == list(range(1, 9))
    vaccines = "SELECT DISTINCT v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id) WHERE i.status = 'completed'"
    assert snapshots.ask(vaccines) == [("AZ",)]
    assert snapshots.differences() == {}


def test_a_record_in_two_files_counts_once_and_goes_when_no_file_holds_it(snapshots):
    snapshots.put("a.csv", [1, 2, 3])
    snapshots.put("b.csv", [3, 4, 5])
    snapshots.once()
    assert snapshots.counted() == [1, 2, 3, 4, 5]
    snapshots.put("a.csv", [1, 2], age=600)
    snapshots.once()
    assert snapshots.counted() == [1, 2, 3, 4, 5]
    snapshots.put("b.csv", [4, 5], age=500)
    snapshots.once()
    assert snapshots.counted() == [1, 2, 4, 5]


def test_a_file_that_is_taken_away_or_moved(snapshots):
    snapshots.put("a.csv", [1, 2])
    moved = snapshots.put("b.csv", [3])
    snapshots.once()
    (snapshots.folder / "sub").mkdir()
    moved.rename(snapshots.folder / "sub" / "c.csv")
    snapshots.once()
    assert snapshots.counted() == [1, 2, 3]
    (snapshots.folder / "a.csv").unlink()
    snapshots.once()
    assert snapshots.counted() == [3]
    assert snapshots.ask("SELECT DISTINCT path FROM warehouse.membership") == [("sub/c.csv",)]


def test_nothing_is_taken_out_until_every_file_is_read(snapshots):
    snapshots.put("a.csv", [1, 2])
    snapshots.put("b.csv", [3])
    snapshots.once()
    snapshots.put("a.csv", [1], age=600)
    bad = snapshots.write("b.csv", "nothing of the kind\n2,3\n" * 9, age=600)
    assert snapshots.once() == 1
    assert snapshots.counted() == [1, 2, 3]
    assert snapshots.state()[0] == "failed" and "nothing is taken out" in snapshots.state()[1]
    bad.unlink()
    snapshots.put("b.csv", [2, 3], age=60)
    assert snapshots.once() == 0
    assert snapshots.counted() == [1, 2, 3]


def test_broken_records_of_a_file_leave_the_quarantine_with_it(snapshots):
    snapshots.put("a.csv", [1])
    snapshots.put("b.csv", [2], vaccine_code="?")
    snapshots.once()
    (snapshots.folder / "b.csv").unlink()
    snapshots.once()
    assert snapshots.ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(0,)]
    snapshots.put("b.csv", [2], vaccine_code="?")
    snapshots.once()
    assert snapshots.ask("SELECT record_id FROM warehouse.quarantine WHERE state = 'open'") == [("R002",)]


@pytest.mark.parametrize("given", [{"deliveries": "append"}, {"deliveries": "snapshot", "deletes": "report"}, {"deliveries": "snapshot"}],
                         ids=["append", "report", "void"])  # fmt: skip
def test_rows_without_a_number_leave_the_quarantine_with_their_file(inbox, given):
    head = "record_id,person_id,residence_code,site_code,vaccine_code,dose_number,injected_at\n"
    rows = [f"{number},077080000{n:03},C1,S1,JS,1,2021-10-05 09:30\n" for n, number in enumerate(("R001", "", "", "R004"))]

    def waiting() -> int:
        ((n,),) = inbox.ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open' AND record_id = ''")
        assert inbox.ask("SELECT bool_and(received = loaded + unchanged + quarantined) FROM warehouse.source") == [(True,)]
        return n

    inbox.configure(**given)
    inbox.write("list.csv", head + "".join(rows))
    inbox.write("other.csv", head + rows[1].replace("C1", "C2"))
    inbox.once()
    assert waiting() == 3
    inbox.write("list.csv", head + rows[0] + rows[1] + rows[3], age=600)
    inbox.once()
    assert waiting() == 2
    inbox.write("list.csv", head + rows[0] + rows[3], age=500)
    inbox.once()
    assert (waiting(), inbox.counted()) == (1, [1, 4])


def test_what_went_before_the_settings_said_so_goes_at_the_first_look(inbox):
    inbox.put("list.csv", ALL)
    inbox.once()
    inbox.put("list.csv", range(1, 9), age=600)
    inbox.once()
    assert inbox.counted() == list(ALL)
    inbox.db.execute("DELETE FROM warehouse.membership")  # as of a version that kept none
    inbox.configure(deliveries="snapshot")
    inbox.once()
    assert inbox.counted() == list(range(1, 9))
    assert inbox.missing() == []


def test_where_the_settings_ask_for_a_report_the_difference_is_said(inbox):
    inbox.configure(deliveries="snapshot", deletes="report")
    inbox.put("a.csv", [1, 2, 3])
    inbox.put("b.csv", [4])
    inbox.once()
    inbox.put("a.csv", [1], age=600)
    (inbox.folder / "b.csv").unlink()
    assert inbox.once() == 0
    assert inbox.counted() == [1, 2, 3, 4]
    assert inbox.missing() == [("a.csv", 2), ("b.csv", 1)]
    inbox.put("a.csv", [1, 2, 4], age=60)
    inbox.once()
    assert inbox.missing() == [("a.csv", 1)]


# -- the brake


def test_a_release_of_records_that_are_back_ends(inbox):
    """In one process, to which the folder then looks as if nothing had been: the release stood until they were lost in earnest."""
    inbox.configure(deliveries="snapshot", brake={"min_records": 10})
    inbox.put("a.csv", ALL)
    lost = inbox.put("b.csv", range(11, 21))
    with station.leading(read(inbox.file)) as led:
        led.prepare()
        (intake,) = led.intakes
        intake.work()
        lost.rename(inbox.root / "b.csv")
        intake.work()
        assert inbox.state()[0] == "braked"
        (inbox.root / "b.csv").rename(lost)
        assert stopped.release(led.db, "lists", led.clock.now())
        intake.work()
        assert inbox.ask("SELECT criterion, state FROM warehouse.brake") == [("lost", "ended")]
        lost.unlink()
        intake.work()
    assert (inbox.state()[0], len(inbox.counted())) == ("braked", 20)


def test_a_snapshot_that_lost_much_is_braked_and_obeyed_when_it_is_released(inbox):
    inbox.configure(deliveries="snapshot", brake={"min_records": 10})
    inbox.put("a.csv", range(1, 8))
    inbox.put("b.csv", range(8, 11))
    inbox.once()
    (inbox.folder / "b.csv").unlink()
    assert inbox.once() == 1
    state, reason = inbox.state()
    assert state == "braked" and "3 of the 10 records held are no longer at the source" in reason
    assert inbox.counted() == list(ALL)
    assert verb(inbox.file, "release", "lists") == 0
    assert inbox.once() == 0
    assert inbox.counted() == list(range(1, 8))


def test_who_let_a_shorter_file_pass_has_seen_what_it_lost(inbox):
    inbox.configure(deliveries="snapshot", brake={"min_records": 10, "shrink_share": 0.5})
    inbox.put("a.csv", range(1, 21))
    inbox.put("b.csv", range(21, 30))
    inbox.once()
    inbox.put("a.csv", range(1, 5), age=600)
    assert inbox.once() == 1
    assert "a.csv has" in inbox.state()[1]
    verb(inbox.file, "release", "lists")
    assert inbox.once() == 0
    assert inbox.counted() == [*range(1, 5), *range(21, 30)]


@pytest.mark.parametrize("what", ["folder", "file"])
def test_an_empty_folder_or_file_is_braked_however_few_its_records_were(snapshots, what):
    snapshots.put("a.csv", [1, 2])
    snapshots.once()
    if what == "folder":
        (snapshots.folder / "a.csv").unlink()
    else:
        snapshots.put("a.csv", [], age=600)
    assert snapshots.once() == 1
    assert snapshots.state()[0] == "braked"
    assert snapshots.counted() == [1, 2]


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_killed_between_two_withdrawals_the_rest_follows(snapshots, monkeypatch, chunk):
    snapshots.put("a.csv", ALL)
    snapshots.put("b.csv", [1])
    snapshots.once()
    snapshots.put("a.csv", [1, 2, 3], age=600)
    monkeypatch.setattr(pipeline, "AT_ONCE", chunk)
    withdraw, done = Pipeline.withdraw, []

    def killed(self, *given, **more):
        if done:
            raise KeyboardInterrupt
        done.append(withdraw(self, *given, **more))
        return done[0]

    monkeypatch.setattr(Pipeline, "withdraw", killed)
    with pytest.raises(KeyboardInterrupt):
        snapshots.once()
    assert len(snapshots.counted()) == 10 - chunk
    monkeypatch.setattr(Pipeline, "withdraw", withdraw)
    snapshots.once()
    assert snapshots.counted() == [1, 2, 3]
    assert snapshots.differences() == {}


# -- files that add records


def test_a_list_that_lost_a_record_says_so_and_voids_nothing(inbox):
    inbox.put("list.csv", ALL)
    inbox.put("other.csv", [11])
    inbox.once()
    inbox.put("list.csv", range(1, 10), age=600)
    (inbox.folder / "other.csv").unlink()  # put away: that is no loss
    assert inbox.once() == 0
    assert inbox.counted() == [*ALL, 11]
    assert inbox.missing() == [("list.csv", 1)]
    inbox.put("list.csv", [*range(1, 10), 12], age=500)
    inbox.once()
    assert inbox.missing() == [("list.csv", 1)]  # still
    inbox.put("third.csv", [10], age=400)
    inbox.once()
    assert inbox.missing() == []


def test_a_file_of_changes_loses_nothing_by_holding_others(inbox):
    inbox.configure(deliveries="changes")
    inbox.put("today.csv", [1, 2, 3])
    inbox.once()
    inbox.put("today.csv", [4, 5, 6], age=600)
    inbox.once()
    assert inbox.counted() == [1, 2, 3, 4, 5, 6]
    assert inbox.missing() == [] == inbox.ask("SELECT * FROM warehouse.membership")


# -- what lies in the folder now


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(inbox):
    moment = time.time() - DAY
    path = inbox.put("list.csv", [1, 2, 3])
    os.utime(path, (moment, moment))
    inbox.once()
    path = inbox.put("list.csv", [1, 2, 3], residence_code="C2")
    os.utime(path, (moment, moment))
    inbox.once()
    places = "SELECT DISTINCT u.code FROM warehouse.injection i JOIN warehouse.unit u ON u.unit_id = i.residence_unit_id"
    assert inbox.ask(places) == [("C2",)]


def test_of_two_versions_the_one_delivered_later_holds(inbox):
    inbox.put("list.csv", [1, 2], age=600, vaccine_code="PF")
    inbox.once()
    inbox.put("list.csv", [1, 2], age=30 * DAY, vaccine_code="AZ")
    inbox.once()
    vaccines = "SELECT DISTINCT v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id)"
    assert inbox.ask(vaccines) == [("AZ",)]
    inbox.put("list.csv", [1, 2], age=600, vaccine_code="PF")
    inbox.once()
    assert inbox.ask(vaccines) == [("PF",)]


def test_a_bad_file_that_was_taken_away_is_no_fault_any_more(inbox):
    inbox.put("good.csv", [1])
    bad = inbox.write("bad.csv", "no,header\n")
    assert inbox.once() == 1
    assert inbox.state()[0] == "failed"
    bad.unlink()
    assert inbox.once() == 0
    assert inbox.state() == ("running", None)


def test_while_a_bad_file_is_there_it_stays_one(inbox):
    inbox.write("bad.csv", "no,header\n")
    with station.leading(read(inbox.file)) as led:
        led.prepare()
        for _ in range(2):
            led.intakes[0].work()
            assert inbox.state()[0] == "failed"


def test_a_source_that_the_settings_no_longer_name_is_idle_and_called_removed(inbox, capsys):
    inbox.write("bad.csv", "no,header\n")
    assert inbox.once() == 1
    inbox.file = configure(
        inbox.root, {"others": {"kind": "files", "folder": str(inbox.folder), "pattern": "*.none", "fields": FIELDS}}
    )
    for is_led in (False, True):
        capsys.readouterr()
        verb(inbox.file, "status")
        said = capsys.readouterr().out
        assert re.search(r"lists +files +removed", said) and "source lists is failed" not in said
        assert is_led or inbox.once() == 0
    assert inbox.ask("SELECT state, reason, is_configured FROM warehouse.source WHERE name = 'lists'") == [
        ("idle", None, False)
    ]
