"""python -m tests.bench.wall: does the wall screen (?wall=1) grow? Chromium shows it while batches arrive.

PostgreSQL, `etl run` and `dashboard` are processes of their own, as in ./run. Once a minute: what Chromium holds in all, and
how many connections the server has. Now and then, after a garbage collection: what the page holds (memory of scripts,
nodes, listeners, documents). In the first minutes the browser compiles what runs often (more than 1 MB of code); the last
minute is set against the one after them. Between two looks inside nobody is attached to the browser: for one who is, it
keeps the answers of all requests (8 MB a minute here), and each look leaves some of its own scripts behind.
"""

import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import yaml

from tests.bench.freshness import FLAGS, Run, browser, enter, served
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, say, table

_HELD = {
    "scripts MB": "JSHeapUsedSize",
    "nodes": "Nodes",
    "listeners": "JSEventListeners",
    "documents": "Documents",
}
_SETTLED = 4  # minutes
_LOOKS = 10  # minutes from one look inside to the next
# A page that is drawn anew at each batch breathes; what leaks grows by more in half an hour of batches.
_GROWTH = 1.10


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, default=100_000, help="injections held before")
    parser.add_argument("--rate", type=int, default=5, help="records a second")
    parser.add_argument("--commits", type=int, default=1, help="commits a second: about as many batches")
    parser.add_argument("--minutes", type=int, default=30, help="how long")
    parser.add_argument("--turn", type=int, default=5, help="seconds on each of the wall's pages")
    asked = parser.parse_args()
    with ground(asked.held, asked.data, asked.keep) as found:
        head = machine(found.warehouse)
        _turn(found, asked.turn)
        rows = _watch(found, asked)
        tail = machine(found.warehouse)
    print(f"{head}\nafter: {tail}")
    _print(rows)
    return 0


def _turn(found: Ground, seconds: int) -> None:
    given = yaml.safe_load(found.config.read_text(encoding="utf-8"))
    given["dashboard"]["wall"] = given["dashboard"].get("wall", {}) | {"seconds": seconds}
    found.config.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")


def _watch(found: Ground, asked: Namespace) -> list[dict]:
    stop, rows = threading.Event(), []
    with served(found) as (_etl, web, address), _screen(found.folder, f"{address}/?wall=1") as (chromium, door):
        writer = threading.Thread(target=enter, args=(found, asked, Run(), stop, asked.minutes * 60 + 30))
        writer.start()
        for minute in range(asked.minutes + 1):
            is_looked_into = minute in (_settled(asked.minutes), asked.minutes) or minute % _LOOKS == 0
            rows.append({"minute": minute} | _held(chromium, web.pid) | (_inside(door) if is_looked_into else {}))
            say(f"minute {minute}: {rows[-1]}")
            if minute < asked.minutes:
                time.sleep(60)
        stop.set()
        writer.join()
    return rows


@contextmanager
def _screen(folder: Path, address: str) -> Iterator[tuple[psutil.Process, str]]:
    """Chromium with the page open, as on a wall; and the door by which one looks into it."""
    profile = folder / "chromium"
    flags = [
        "--headless",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "--window-size=1920,1080",
        "--no-first-run",
    ]
    with subprocess.Popen(
        [browser(), *flags, *FLAGS, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as chromium:
        try:
            port = profile / "DevToolsActivePort"
            while not port.exists() or "\n" not in port.read_text():
                if chromium.poll() is not None:
                    raise SystemExit(f"{chromium.args[0]} ended with {chromium.returncode}")
                time.sleep(0.1)
            door = f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
            with _looked_into(door) as page:
                page.locator("#wall-ticker .figure").first.wait_for(timeout=60_000)
            yield psutil.Process(chromium.pid), door
        finally:
            chromium.terminate()


@contextmanager
def _looked_into(door: str) -> Iterator:
    """The page that stands open, for as long as one is attached to it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        attached = playwright.chromium.connect_over_cdp(door)
        yield attached.contexts[0].pages[0]
        attached.close()


def _held(chromium: psutil.Process, web: int) -> dict:
    processes = [chromium, *chromium.children(recursive=True)]
    server = psutil.Process(web)
    connections = server.net_connections("tcp")
    return {
        "Chromium MB": sum(process.memory_info().rss for process in processes) / 2**20,
        "server MB": server.memory_info().rss / 2**20,
        "connections": sum(one.status == psutil.CONN_ESTABLISHED and bool(one.raddr) for one in connections),
    }


def _inside(door: str) -> dict:
    with _looked_into(door) as page:
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        # Twice: what the first finds of the page's own frees what the browser held for it.
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
            page.wait_for_timeout(500)
        found = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
        batch = page.evaluate("window.dash_component_api.getLayout('version').props.data")
    held = {name: found[key] / (2**20 if "MB" in name else 1) for name, key in _HELD.items()}
    return {name: value if "MB" in name else round(value) for name, value in held.items()} | {"batch": batch}


def _settled(minutes: int) -> int:
    return min(_SETTLED, minutes // 2)


def _print(rows: list[dict]) -> None:
    names = list(rows[0])
    table(names, [[row.get(name) for name in names] for row in rows])
    first, last = rows[_settled(len(rows) - 1)], rows[-1]
    say(f"{last['batch'] - rows[0]['batch']} batches")
    for name in ("scripts MB", "nodes", "listeners", "documents", "Chromium MB"):
        goal(f"{name}, last minute / minute {first['minute']}", last[name] / first[name], _GROWTH)
    goal("connections more than at first", last["connections"] - first["connections"], 0)


if __name__ == "__main__":
    sys.exit(main())
