"""Any history of a folder that is the whole truth, with a crash at any step, ends in what lies there now."""

import os
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.intake_files import FileIntake
from etl.recount import recount
from etl.settings import FilesSource
from etl.sources.kinds import open_source
from tests.etl.inbox import FIELDS
from tests.etl.test_history import Crashing, start_over
from tests.etl.world import ZONE, Given

NAMES = ("a.csv", "b.csv", "c.csv")
VACCINES = ("AZ", "PF", "JS", "AB")
HEADER = "record_id,person_id,residence_code,site_code,vaccine_code,dose_number,injected_at,updated_at"
KEPT = "kept.csv"  # an empty folder would be braked

# (number, version): what a version says and its clock follow from both. Number 0 is a row without one.
ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(NAMES), ROWS),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("look"), st.none(), st.none() | st.integers(0, 60)),
    ),
    min_size=3, max_size=10,
)  # fmt: skip

# So few histories might leave one out.
EVERY_KIND = [
    ("put", "a.csv", [(1, 0), (2, 0)]), ("put", "b.csv", [(2, 1), (3, 0)]), ("look", None, None),
    ("put", "a.csv", [(1, 1), (0, 0)]), ("move", "b.csv", "c.csv"), ("look", None, 5), ("remove", "c.csv", None), ("look", None, 3),
]  # fmt: skip


def says(number: int, version: int) -> str:
    return VACCINES[(number + version) % len(VACCINES)]


def line(number: int, version: int) -> str:
    name = f"R{number}" if number else ""
    return (
        f"{name},{77_080_000_000 + number:012},C1,S1,{says(number, version)},1,2021-10-05 09:30,2021-11-0{version + 1} 09:00"
    )


# What the histories drew, of each kind.
DRAWN = Counter()


class Folder:
    """The folder, its intake, and what the figures must be by what lies there."""

    def __init__(self, held: Given, root: Path, is_clocked: bool):
        self.held, self.root, self.is_clocked = held, root, is_clocked
        self.files: dict[str, tuple] = {}
        self.seen: dict[str, tuple[tuple, int]] = {}  # path → rows and place in the order of deliveries
        self.written = self.delivered = 0
        root.mkdir()
        fields = FIELDS | ({"updated_at": "updated_at"} if is_clocked else {})
        self.given = FilesSource.model_validate(
            {"kind": "files", "folder": root, "pattern": "*.csv", "fields": fields, "deliveries": "snapshot"})  # fmt: skip
        self.put(KEPT, [(9, 0)])
        self.start()

    def start(self) -> None:
        etl = self.held.settings.etl
        brake = etl.brake.model_copy(update={"shrink_share": 1.0})
        etl = etl.model_copy(update={"brake": brake, "backfill_batch_size": 2})
        source = open_source("platform", self.given, ZONE, b"k" * 32)
        self.intake = FileIntake(self.held.pipeline, source, self.given, etl, threading.Lock(), lambda outcome: None)

    def put(self, name: str, rows: list) -> None:
        # By the time of the file one of two versions in the same file would be as new as the other.
        rows = (
            rows if self.is_clocked else list({number or -version: (number, version) for number, version in rows}.values())
        )
        self.written += 1
        DRAWN["replace" if name in self.files else "put"] += 1
        (self.root / name).write_text("\n".join([HEADER, *(line(*row) for row in rows)]) + "\n")
        os.utime(self.root / name, (time.time() - 86_400 + self.written,) * 2)
        self.files.pop(name, None)
        self.files[name] = tuple(rows)

    def remove(self, name: str) -> None:
        DRAWN["remove"] += name in self.files
        (self.root / name).unlink(missing_ok=True)
        self.files.pop(name, None)

    def move(self, name: str, to: str) -> None:
        """The same file under another name, or in place of another."""
        if name != to and name in self.files:
            DRAWN["move"] += 1
            (self.root / name).replace(self.root / to)
            rows = self.files.pop(name)
            self.files.pop(to, None)
            self.files[to] = rows

    def look(self, crash: int | None) -> None:
        self.held.pipeline.after = crash
        try:
            self.intake.work()
        except psycopg.OperationalError:
            DRAWN["crash"] += 1
            self.held.db.close()
            self.held.connect()
            self.start()
            self.intake.work()
        self.held.pipeline.after = None
        for name, rows in self.files.items():
            if name not in self.seen or self.seen[name][0] != rows:
                self.delivered += 1
                self.seen[name] = rows, self.delivered

    def expected(self) -> tuple[dict[str, str], int]:
        newest: dict[int, tuple] = {}
        nameless = set()
        for name, rows in self.files.items():
            for number, version in rows:
                age = (version,) if self.is_clocked else (self.seen[name][1], version)
                if number:
                    newest[number] = max(newest.get(number, (-1,)), (*age, version))
                else:
                    nameless.add(version if self.is_clocked else (name, version))
        return {f"R{number}": says(number, found[-1]) for number, found in newest.items()}, len(nameless)

    def found(self) -> tuple[dict[str, str], int]:
        ask = self.held.ask
        records = dict(ask("SELECT i.record_id, v.code FROM warehouse.injection i JOIN warehouse.vaccine v USING (vaccine_id) "
                           "WHERE i.status = 'completed'"))  # fmt: skip
        assert ask("SELECT coalesce(sum(doses), 0) FROM warehouse.ledger_doses") == [(len(records),)]
        return records, ask("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'")[0][0]


@pytest.fixture(scope="module")
def world(shared_warehouse):
    Crashing.url = shared_warehouse.url
    held, usual = Given(shared_warehouse.url, Crashing), pipeline.LARGE
    yield held, shared_warehouse
    pipeline.LARGE = usual
    held.close()


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(steps=EVERY_KIND, is_clocked=True, large=1_000)
@example(steps=EVERY_KIND, is_clocked=False, large=0)
@given(steps=STEPS, is_clocked=st.booleans(), large=st.sampled_from([0, 1_000]))
def test_any_history_of_a_folder_ends_in_what_lies_there(world, tmp_path_factory, steps, is_clocked, large):
    held, shared_warehouse = world
    pipeline.LARGE = large  # in columns or in rows
    start_over(held, shared_warehouse)
    with shared_warehouse.owner.begin() as db:
        db.exec_driver_sql("TRUNCATE warehouse.delivery, warehouse.membership, warehouse.brake CASCADE")
    folder = Folder(held, tmp_path_factory.mktemp("history") / "inbox", is_clocked)
    for step, name, content in [*steps, ("look", None, None)]:
        if step == "put":
            folder.put(name, content)
        elif step == "remove":
            folder.remove(name)
        elif step == "move":
            folder.move(name, content)
        else:
            folder.look(content)
            assert held.ask("SELECT state, reason FROM warehouse.source") == [("running", None)]
            assert folder.found() == folder.expected()
    assert held.ask("SELECT received = loaded + unchanged + quarantined FROM warehouse.source") == [(True,)]
    assert {name: rows for name, rows in recount(held.db, ZONE, 0).items() if rows} == {}


def test_each_kind_of_step_was_drawn():
    if not DRAWN:
        pytest.skip("run without the histories")
    kinds = ("put", "replace", "remove", "move", "crash")
    assert {kind for kind in kinds if not DRAWN[kind]} == set()
