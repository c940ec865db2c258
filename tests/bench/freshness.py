"""python -m tests.bench.freshness: from a commit in the source to the event in a browser, under a steady stream.

Everything is a process of its own, as in ./run: PostgreSQL, `etl run`, `dashboard`, Chromium with the overview open, which
draws itself anew after each batch. Measured twice: the source wakes the ETL, and the ETL polls. The peak memory of the
ETL and of the web worker over that time stands beside.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from argparse import Namespace
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from urllib.request import urlopen

import yaml

from sql.clock import Clock
from sql.settings import PROJECT
from tests.bench.changes import commit
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, percentile, say, table
from tests.chromium import NAMES

# A stream of the page's own beside that of live.js, which waits up to 150 ms at random before it tells the page.
_WATCH = """
() => {
  window.heard = []; window.told = [];
  new EventSource("/stream").onmessage = (event) => window.heard.push([Date.now(), JSON.parse(event.data).batch]);
  const put = dash_clientside.set_props;
  dash_clientside.set_props = (id, props) => {
    if (id === "live") window.told.push([Date.now(), props.data.batch]);
    return put(id, props);
  };
}
"""
_WINDOW = {"width": 1440, "height": 1000}
_BATCH_OF = """
SELECT min(i.batch_id) FROM warehouse.record r
JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE r.source_id = (SELECT source_id FROM warehouse.source WHERE name = 'platform') AND r.record_id = ANY (%s)
"""


@dataclass
class Run:
    """One minute of entries: latencies in seconds, peaks in bytes."""

    commits: list[tuple[float, list[str]]] = field(default_factory=list)
    records: int = 0
    event: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    lost: int = 0
    batches: int = 0
    etl_peak: int = 0
    web_peak: int = 0


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, default=1_000_000, help="injections held before")
    parser.add_argument("--rate", type=int, default=200, help="records a second")
    parser.add_argument("--commits", type=int, default=20, help="commits a second, as of so many sites")
    parser.add_argument("--seconds", type=int, default=60, help="of each of the two runs")
    asked = parser.parse_args()
    runs = {}
    with ground(asked.held, asked.data, asked.keep) as found:
        head = machine(found.warehouse)
        polled = found.settings.etl.every_seconds
        for name, listens in (("woken by NOTIFY", True), (f"polled each {polled:g} s", False)):
            _configure(found, listens)
            say(f"{name}: {asked.seconds} s at {asked.rate} records/s")
            runs[name] = _run(found, asked)
        tail = machine(found.warehouse)
    print(f"{head}\nafter: {tail}")
    _print(runs, polled)
    return 0


def _configure(found: Ground, listens: bool) -> None:
    given = yaml.safe_load(found.config.read_text(encoding="utf-8"))
    source = given["sources"]["platform"]
    source.pop("listen", None)
    if listens:
        source["listen"] = "injections_changed"
    found.config.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")


def _run(found: Ground, asked: Namespace) -> Run:
    run = Run()
    with served(found) as (etl, web, address), page_at(f"{address}/?lang=en", "#ranking tr.total", _WINDOW) as page:
        stop = threading.Event()
        writer = threading.Thread(target=enter, args=(found, asked, run, stop))
        # The first seconds warm up what a running system has warm; they are not counted.
        warm = threading.Thread(target=enter, args=(found, asked, Run(), stop, 5))
        warm.start()
        warm.join()
        page.evaluate(_WATCH)
        time.sleep(2)
        writer.start()
        writer.join()
        time.sleep(found.settings.etl.every_seconds + 3)
        heard, told = page.evaluate("[window.heard, window.told]")
        run.etl_peak, run.web_peak = _peak(etl.pid), _peak(web.pid)
    _match(found, run, heard, told)
    return run


def enter(found: Ground, asked: Namespace, run: Run, stop: threading.Event, seconds: int | None = None) -> None:
    """Commit at the source at a steady pace; a commit that is late is not waited for by the next."""
    each = max(1, round(asked.rate / asked.commits))
    with found.owner() as db:
        (shift,) = db.execute("SELECT shift_days FROM warehouse.world").fetchone()
    clock, started = Clock(shift), time.monotonic()
    with found.source() as source:
        for number in range((seconds or asked.seconds) * asked.rate // each):
            stop.wait(max(0.0, started + number * each / asked.rate - time.monotonic()))
            changes = found.campaign.changes(each, clock.now())
            commit(source, changes, clock.now())
            run.records += each
            if changes.rows.num_rows:
                run.commits.append((time.time(), changes.rows["ma_mui_tiem"].to_pylist()))


def _match(found: Ground, run: Run, heard: list, told: list) -> None:
    """From each commit to the first event of its batch or a later one."""
    with found.owner() as db:
        numbered = [(at, db.execute(_BATCH_OF, [records]).fetchone()[0]) for at, records in run.commits]
    for events, latencies in ((heard, run.event), (told, run.page)):
        moments = [moment / 1000 for moment, _ in events]
        newest = list(accumulate((batch or 0 for _, batch in events), max))
        for at, batch in numbered:
            place = bisect_left(newest, batch) if batch else len(newest)
            if place < len(newest):
                latencies.append(max(0.0, moments[place] - at))
    run.lost = len(numbered) - len(run.event)
    run.batches = len({batch for _, batch in numbered})


@contextmanager
def served(found: Ground) -> Iterator[tuple[subprocess.Popen, subprocess.Popen, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    children = []
    with (found.folder / "programs.log").open("wb") as log:
        try:
            for words in (["etl", "run"], ["dashboard", "--port", str(port)]):
                command = found.command(*words)
                children.append(subprocess.Popen(command, cwd=PROJECT, env=found.environment, stdout=log, stderr=log))
            _wait_until_ready(address, found.folder / "programs.log")
            yield *children, address
        finally:
            for child in reversed(children):
                child.terminate()
            for child in children:
                child.wait(20)


def _wait_until_ready(address: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/readyz", timeout=2) as answer:
                json.load(answer)
                return
        except (OSError, ValueError):
            time.sleep(0.2)
    raise SystemExit(f"the dashboard is not ready: {log.read_text(encoding='utf-8')[-2000:]}")


def browser() -> str:
    """The program of Chromium."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        raise SystemExit("Chromium is missing: apt install chromium, or set CHROMIUM to its program")
    return program


FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # fmt: skip


@contextmanager
def page_at(address: str, ready: str, window: dict) -> Iterator:
    """Chromium with a page open on which `ready` stands."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = chromium.new_page(viewport=window)
        page.goto(address)
        page.locator(ready).first.wait_for(timeout=60_000)
        yield page
        chromium.close()


def _peak(pid: int) -> int:
    """The most memory that a process ever had in RAM, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"process {pid} is gone")


def _print(runs: dict[str, Run], polled: float) -> None:
    table(
        ("the ETL is", "records", "batches", "p50 s", "p90 s", "p99 s", "max s", "on the page p50 s", "p99 s", "not seen", "ETL MB", "web MB"),
        [
            (name, run.records, run.batches, *(percentile(run.event, share) for share in (0.5, 0.9, 0.99, 1)),
             percentile(run.page, 0.5), percentile(run.page, 0.99), run.lost, run.etl_peak >> 20, run.web_peak >> 20)
            for name, run in runs.items()
        ],
    )  # fmt: skip
    for (name, run), more in zip(runs.items(), (0.0, polled), strict=True):
        goal(f"s p50 to the event, {name}", percentile(run.event, 0.5), 0.2 + more)
        goal(f"s p99 to the event, {name}", percentile(run.event, 0.99), 1 + more)
        goal(f"MB, ETL, {name}", run.etl_peak / 2**20, 400)
        goal(f"MB, web worker, {name}", run.web_peak / 2**20, 350)


if __name__ == "__main__":
    sys.exit(main())
