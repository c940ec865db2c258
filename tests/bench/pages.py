"""python -m tests.bench.pages: what the server does for each page when a filter changes, every block of it, uncached.

The page is not drawn: its callbacks are posted as a browser posts them, one after the other, with answers shared by
version as in a running dashboard. So a row is the server's work for a whole page: the warehouse's questions, the figures
and the words. Units, sites and filters are drawn anew for each time.
"""

import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Iterator

import numpy as np
from dash.development.base_component import Component

from dashboard import app, pages
from dashboard.data import Data
from dashboard.data.cache import Cache, shared
from dashboard.data.warehouse import Warehouse
from dashboard.i18n import LANGUAGES
from sql import connect
from tests.bench.ground import Ground, ground, options
from tests.bench.questions import drawn
from tests.bench.report import goal, machine, percentile, say, table

MOST = 300  # ms for a whole page, at the 95th percentile


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, nargs="+", default=[1_000_000, 10_000_000], help="injections held")
    parser.add_argument("--times", type=int, default=40, help="times that each page is asked, with other filters")
    asked = parser.parse_args()
    heads, taken = [], {}
    for held in asked.held:
        with ground(held, asked.data, asked.keep) as found:
            heads.append(f"{held:>12,} held: {machine(found.warehouse)}")
            taken[held] = _ask(found, asked)
    print("\n".join(heads))
    _print(asked, taken)
    return 0


def _ask(found: Ground, asked: Namespace) -> dict[str, list[dict[str, float]]]:
    """By page, for each time: seconds of each block."""
    engine = connect.engine(found.settings, "dashboard_reader", pool_size=1)
    shutil.rmtree(found.folder / "cache", ignore_errors=True)  # an earlier command's answers
    told: list[int] = []
    data = Data(Warehouse(engine), Cache(shared(found.folder / "cache", None)), lambda: told[0] if told else None)
    told.append(data.world().batch_id)
    made = app.make(found.settings, data)
    client = made.server.test_client()
    taken = {}
    for page in (page for page in pages.PAGES if "<upload>" not in page.PATH):  # nothing was handed in here
        posts = list(_posts(made, page))
        taken[page.NAME] = []
        for address in _addresses(data, page, asked.times + 1):
            seconds = {}
            for block, payload in posts:
                started = time.perf_counter()
                answer = client.post("/_dash-update-component", json=payload(address))
                seconds[block] = time.perf_counter() - started
                if answer.status_code not in (200, 204):
                    raise SystemExit(f"{address}: block {block} answered {answer.status}")
            taken[page.NAME].append(seconds)
        taken[page.NAME].pop(0)  # the first comes from the disk
        say(f"{page.PATH}: {len(posts)} blocks, asked {asked.times} times")
    engine.dispose()
    return taken


def _posts(made, page) -> Iterator[tuple[str, object]]:
    """Each callback of the page's own blocks that hangs on the address, and the body a browser would post."""
    own = set(_ids(page.layout(LANGUAGES["vi"])))
    made._setup_server()
    for output, callback in made.callback_map.items():
        inputs = callback["inputs"]
        block = output.removeprefix("..").partition(".")[0].removesuffix("-tree")
        if block not in own or not any(part["id"] == "address" for part in inputs) or "callback" not in callback:
            continue
        yield block, lambda address, output=output, inputs=inputs: _body(output, inputs, address)


def _body(output: str, inputs: list[dict], address: str) -> dict:
    values = {"address": address, "theme": "light"}
    outputs = [
        dict(zip(("id", "property"), name.rpartition(".")[::2], strict=True)) for name in output.strip(".").split("...")
    ]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": [part | {"value": values.get(part["id"])} for part in inputs],
        "changedPropIds": ["address.data"],
        "state": [],
    }


def _ids(tree) -> Iterator[str]:
    for part in tree if isinstance(tree, list | tuple) else [tree]:
        if isinstance(part, Component):
            if getattr(part, "id", None):
                yield part.id
            yield from _ids(getattr(part, "children", None))


def _addresses(data: Data, page, count: int) -> Iterator[str]:
    draw = np.random.default_rng(11)
    sites = [site.code for site in data.sites()]
    root = next(unit.code for unit in data.units() if unit.unit_id == data.world().root_unit_id)
    for filters in drawn(data, count):
        filters = filters.but(unit=filters.unit or root)
        yield filters.href(page.PATH, code=str(draw.choice(sites)) if "<site>" in page.PATH else None)


def _print(asked: Namespace, taken: dict[int, dict[str, list[dict[str, float]]]]) -> None:
    rows, p95 = [], {}
    for held, by_page in taken.items():
        for name, times in by_page.items():
            whole = [sum(seconds.values()) * 1000 for seconds in times]
            by_block = {block: percentile([seconds[block] * 1000 for seconds in times], 0.95) for block in times[0]}
            slowest = max(by_block, key=by_block.get)
            p95[held, name] = percentile(whole, 0.95)
            rows.append((f"{held:,}", name, percentile(whole, 0.5), p95[held, name], max(whole), slowest, by_block[slowest]))
    table(("held", "page", "p50 ms", "p95 ms", "max ms", "slowest block", "its p95 ms"), rows)
    for (held, name), milliseconds in p95.items():
        goal(f"ms, p95 of {name} whole at {held:,}", milliseconds, MOST)
    first, last = asked.held[0], asked.held[-1]
    if first != last:
        for name in taken[first]:
            goal(f"× the p95 of {name} at {first:,}, at {last:,}", p95[last, name] / p95[first, name], 1.3)


if __name__ == "__main__":
    sys.exit(main())
