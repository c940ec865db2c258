"""A folder that is the whole truth: after any history of its files the figures are what lies there now."""

import pytest

from etl.pipeline import RECONCILE, Pipeline
from tests.etl.inbox import DAY, FIELDS, Inbox

CLOCKED = FIELDS | {"updated_at": "updated_at"}
VACCINES = """SELECT i.record_id, v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id)
    WHERE i.status = 'completed' ORDER BY 1"""


@pytest.fixture
def inbox(warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    held = Inbox(tmp_path, warehouse.url)
    held.configure(deliveries="snapshot")
    yield held
    held.db.close()


def closed(inbox) -> bool:
    """Whether the counters close and the recount finds the figures right."""
    sums = inbox.ask("SELECT received = loaded + unchanged + quarantined FROM warehouse.source UNION ALL "
                     "SELECT received = loaded + unchanged + quarantined FROM warehouse.batch")  # fmt: skip
    return all(is_closed for (is_closed,) in sums) and inbox.differences() == {}


@pytest.mark.parametrize("is_clocked", [False, True])
@pytest.mark.parametrize("how", ["replaced", "taken away"])
@pytest.mark.parametrize("deletes", ["void", "report"])
def test_a_record_has_the_content_of_the_file_that_still_holds_it(inbox, is_clocked, how, deletes):
    inbox.configure(fields=CLOCKED if is_clocked else FIELDS, deliveries="snapshot", deletes=deletes)
    times = ({"updated_at": f"2021-11-0{day} 09:00"} if is_clocked else {} for day in (1, 2, 3, 4))
    inbox.put("a.csv", [1, 2], age=3 * DAY, vaccine_code="AZ", **next(times))
    inbox.put("b.csv", [1, 3], age=2 * DAY, vaccine_code="PF", **next(times))
    inbox.put("c.csv", [1, 4], age=1 * DAY, vaccine_code="JS", **next(times))
    assert inbox.once() == 0
    assert dict(inbox.ask(VACCINES))["R001"] == "JS"
    if how == "replaced":
        inbox.put("c.csv", [4], age=600, vaccine_code="JS", **next(times))
    else:
        (inbox.folder / "c.csv").unlink()
    assert inbox.once() == 0
    assert dict(inbox.ask(VACCINES))["R001"] == "PF"
    assert closed(inbox)
    before = inbox.ask("SELECT count(*) FROM warehouse.batch")
    assert inbox.once() == 0
    assert inbox.ask("SELECT count(*) FROM warehouse.batch") == before  # nothing is left to do


def test_killed_before_it_is_read_again_it_follows(inbox, monkeypatch):
    inbox.put("a.csv", range(1, 5), age=3 * DAY, vaccine_code="AZ")
    inbox.put("b.csv", range(1, 6), age=2 * DAY, vaccine_code="PF")
    inbox.once()
    inbox.put("b.csv", [4, 5], age=600, vaccine_code="PF")
    load = Pipeline.load

    def killed(self, delivery, fold=True):
        if delivery.kind == RECONCILE:
            raise KeyboardInterrupt
        return load(self, delivery, fold)

    monkeypatch.setattr(Pipeline, "load", killed)
    with pytest.raises(KeyboardInterrupt):
        inbox.once()
    monkeypatch.setattr(Pipeline, "load", load)
    assert inbox.once() == 0
    assert [code for _, code in inbox.ask(VACCINES)] == ["AZ", "AZ", "AZ", "PF", "PF"]
    assert closed(inbox)


def test_a_snapshot_is_the_truth_whatever_its_clock_says(inbox):
    inbox.configure(fields=CLOCKED, deliveries="snapshot")
    inbox.put("a.csv", [1, 2], updated_at="2021-11-05 09:00")
    inbox.once()
    inbox.put("a.csv", [1], age=600, updated_at="2021-11-05 09:00")
    inbox.once()
    assert inbox.counted() == [1]
    inbox.put("a.csv", [1, 2], age=500, updated_at="2021-11-02 09:00", vaccine_code="AZ")
    inbox.once()
    assert inbox.ask(VACCINES) == [("R001", "AZ"), ("R002", "AZ")]
    assert inbox.ask("SELECT vanished FROM warehouse.source") == [(0,)]
    assert closed(inbox)


def test_of_a_record_that_is_in_a_file_twice_the_newest_holds(inbox):
    """Also where the newest is what was held before, and where it stands in another batch than the older one."""
    inbox.configure(fields=CLOCKED, deliveries="snapshot")
    newest = inbox.put("a.csv", [1], vaccine_code="PF", updated_at="2021-11-05 09:00").read_text()
    older = inbox.put("a.csv", [1], vaccine_code="AZ", updated_at="2021-11-02 09:00").read_text().splitlines()[1]
    inbox.write("a.csv", newest + older + "\n")
    inbox.put("b.csv", [1], vaccine_code="JS", updated_at="2021-11-09 09:00")
    inbox.once()
    (inbox.folder / "b.csv").unlink()
    inbox.once()
    assert inbox.ask(VACCINES) == [("R001", "PF")]
    inbox.put("b.csv", [2, 3, 1], vaccine_code="JS", updated_at="2021-11-01 09:00")
    inbox.once()
    inbox.put("b.csv", [2, 3], vaccine_code="JS", updated_at="2021-11-01 09:00")
    inbox.once()
    assert dict(inbox.ask(VACCINES))["R001"] == "PF"


def test_a_broken_version_waits_again_when_the_whole_one_is_gone(inbox):
    """The last whole one stays counted, as ever; it is not forgotten that another is to be mended."""
    inbox.put("a.csv", [1], age=3 * DAY, vaccine_code="?")
    inbox.put("b.csv", [1, 2], age=2 * DAY)
    inbox.once()
    assert inbox.ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(0,)]
    (inbox.folder / "b.csv").unlink()
    inbox.once()
    assert inbox.counted() == [1]
    assert inbox.ask("SELECT record_id FROM warehouse.quarantine WHERE state = 'open'") == [("R001",)]
    assert closed(inbox)


# -- rows without a number


@pytest.mark.parametrize("is_clocked", [False, True])
def test_what_has_no_number_waits_as_long_as_its_file_holds_it(inbox, is_clocked):
    inbox.configure(fields=CLOCKED if is_clocked else FIELDS, deliveries="snapshot")

    def put(name: str, numbers, nameless: int, age: float) -> None:
        path = inbox.put(name, numbers, age=age, updated_at="2021-11-05 09:00")
        rows = [f",0770900000{n:02},C1,S1,JS,1,2021-10-05 09:30,2021-11-05 09:00\n" for n in range(nameless)]
        inbox.write(name, path.read_text() + "".join(rows), age)

    def waiting() -> int:
        return inbox.ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'")[0][0]

    put("a.csv", range(1, 6), 2, DAY)
    put("b.csv", range(6, 9), 1, DAY - 60)
    assert inbox.once() == 0
    assert waiting() == (2 if is_clocked else 3)  # with a clock of its own it is the same row in both
    put("a.csv", range(1, 6), 1, 600)
    inbox.once()
    assert waiting() == (1 if is_clocked else 2)
    put("a.csv", range(1, 6), 0, 500)
    inbox.once()
    assert waiting() == 1
    (inbox.folder / "b.csv").unlink()
    inbox.once()
    assert waiting() == 0
    put("b.csv", [6], 1, 400)
    inbox.once()
    assert waiting() == 1
    assert closed(inbox)


def test_lines_that_are_no_records_end_with_their_file(inbox):
    def put(name: str, ragged: int, age: float) -> None:
        inbox.write(name, inbox.put(name, range(1, 9)).read_text() + "x,y\n" * ragged, age)

    def waiting() -> list[str]:
        return [
            number for (number,) in inbox.ask("SELECT record_id FROM warehouse.quarantine WHERE state = 'open' ORDER BY 1")
        ]

    put("a.csv", 2, DAY)
    put("b.csv", 1, DAY)
    inbox.once()
    assert waiting() == ["a.csv#10", "a.csv#11", "b.csv#10"]
    put("a.csv", 1, 600)
    inbox.once()
    assert waiting() == ["a.csv#10", "b.csv#10"]
    (inbox.folder / "b.csv").unlink()
    inbox.once()
    assert waiting() == ["a.csv#10"]
    assert closed(inbox)
