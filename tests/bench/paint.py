"""python -m tests.bench.paint: how long a reader waits in the browser: for each page, and for each thing that he does.

Chromium against a running dashboard, PostgreSQL and ETL beside it. A page is opened for the first time (nothing is in the
browser's cache: what is transferred is counted) and then again and again, of other units and groups, so that no answer is
kept. First paint is the largest contentful paint; drawn is the frame after the last block's answer. A filter, a drill-down
or another page is measured from the click to that frame.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice

from dashboard import pages
from tests.bench.freshness import page_at, served
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, median, percentile, say, table

_WINDOW = {"width": 1440, "height": 1000}
_WATCH = """
(() => {
  window.asked = { open: 0, count: 0, drawn: 0 };
  const fetch = window.fetch;
  window.fetch = (...given) => {
    const answer = fetch(...given);
    if (String(given[0].url || given[0]).includes("_dash-update-component")) {
      asked.open += 1;
      asked.count += 1;
      const drawn = () => setTimeout(() => { asked.open -= 1; asked.drawn = performance.now(); });
      answer.finally(() => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }
    return answer;
  };
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.painted = entry.startTime; }))
    .observe({ type: "largest-contentful-paint", buffered: true });
})()
"""
_QUIET = 300  # ms without a question: what was asked for is drawn
_IS_DRAWN = f"(before) => asked.count > before && !asked.open && performance.now() - asked.drawn > {_QUIET}"
# What a reader does on the overview of some group, in this order; each leads on from where the last one ended.
_DONE = {
    "another stage": "#switches a[href*='stage=first']",
    "an age": "#choices a[href*='age=4']",
    "into a district": "#ranking a[href*='/district/747']",
    "into a commune": "#district-ranking tbody a[href*='/district/']",
    "to the changes": "nav a[href*='/changes']",
    "place of injection": "#switches a[href*='basis=place']",
    "to the sites": "nav a[href*='/sites']",
}


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, nargs="+", default=[1_000_000, 10_000_000], help="injections held")
    parser.add_argument("--times", type=int, default=15, help="times that each page is opened and each thing is done")
    asked = parser.parse_args()
    heads, opened, done = [], [], []
    for held in asked.held:
        with ground(held, asked.data, asked.keep) as found:
            heads.append(f"{held:>12,} held: {machine(found.warehouse)}")
            with _served(found) as address:
                units, site = _places(found)
                opened += [(f"{held:,}", *row) for row in _open(address, units, site, asked)]
                done += [(f"{held:,}", *row) for row in _do(address, asked)]
    print("\n".join(heads))
    first = ("first visit kB", "painted ms", "drawn ms")
    table(("held", "page", *first, "again: painted p50 ms", "p95 ms", "drawn p50 ms", "p95 ms"), opened)
    table(("held", "from the click to", "p50 ms", "p95 ms", "max ms"), done)
    for held in asked.held:
        rows = [row for row in done if row[0] == f"{held:,}"]
        goal(f"ms p95 of the slowest thing a reader does at {held:,}", max(row[3] for row in rows), 1000)
    return 0


@contextmanager
def _served(found: Ground) -> Iterator[str]:
    with served(found) as (_etl, _web, address):
        yield address


def _places(found: Ground) -> tuple[list[str], str]:
    with found.owner() as db:
        units = db.execute(
            "SELECT code FROM warehouse.unit u, warehouse.world w WHERE unit_id > 0 AND level > 0 "
            "AND EXISTS (SELECT FROM warehouse.unit_ancestor a WHERE a.unit_id = u.unit_id AND a.ancestor_id = w.root_unit_id) "
            "AND u.valid_to > '2021-11-05' ORDER BY level, code"
        ).fetchall()
        (site,) = db.execute("SELECT min(code) FROM warehouse.site").fetchone()
    return [code for (code,) in units], site


def _open(address: str, units: list[str], site: str, asked: Namespace) -> Iterator[tuple]:
    """(page, kB, painted, drawn, painted again p50, p95, drawn again p50, p95), all but the first two in ms."""
    for page in (page for page in pages.PAGES if "<upload>" not in page.PATH):
        path = page.PATH.replace("<site>", site)
        with page_at(address, "body", _WINDOW) as opened:
            opened.close()
            context = opened.context.browser.new_context(viewport=_WINDOW)
            context.add_init_script(_WATCH)
            seen = [
                _visit(context, address, path, unit, group)
                for group, unit in zip(range(asked.times + 1), islice(cycle(units), asked.times + 1), strict=True)
            ]
        (size, painted, drawn), again = seen[0], seen[1:]
        say(f"{path}: {size / 1000:.0f} kB, drawn after {drawn:.0f} ms, again {median([one[2] for one in again]):.0f} ms")
        sides = ([one[side] for one in again] for side in (1, 2))
        yield page.NAME, size / 1000, painted, drawn, *(f(side) for side in sides for f in (median, _p95))


def _visit(context, address: str, path: str, unit: str, group: int) -> tuple[int, float, float]:
    """(bytes transferred, ms to the largest paint, ms to the last drawing)."""
    page = context.new_page()
    browser = context.new_cdp_session(page)
    browser.send("Network.enable")
    sizes: list[int] = []
    browser.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    place = path.replace("<unit>", unit)
    page.goto(f"{address}{place}?group={group}" + ("" if place != path else f"&unit={unit}"))
    page.wait_for_function(_IS_DRAWN, arg=0, timeout=60_000)
    painted, drawn = page.evaluate("[window.painted, asked.drawn]")
    page.close()
    return sum(sizes), painted, drawn


def _do(address: str, asked: Namespace) -> Iterator[tuple]:
    """(what, p50, p95, most), in ms."""
    taken: dict[str, list[float]] = {what: [] for what in _DONE}
    with page_at(address, "#ranking tr.total", _WINDOW) as page:
        page.add_init_script(_WATCH)
        for group in range(1, asked.times + 1):
            page.goto(f"{address}/?group={group}")
            page.wait_for_function(_IS_DRAWN, arg=0, timeout=60_000)
            for what, link in _DONE.items():
                page.locator(link).first.wait_for(state="attached", timeout=60_000)
                before, clicked = page.evaluate(
                    "(link) => { const at = [asked.count, performance.now()]; document.querySelector(link).click(); return at; }",
                    link,
                )
                page.wait_for_function(_IS_DRAWN, arg=before, timeout=60_000)
                taken[what].append(page.evaluate("asked.drawn") - clicked)
    for what, times in taken.items():
        say(f"{what}: {median(times):.0f} ms")
        yield what, median(times), _p95(times), max(times)


def _p95(times: list[float]) -> float:
    return percentile(times, 0.95)


if __name__ == "__main__":
    sys.exit(main())
