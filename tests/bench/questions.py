"""python -m tests.bench.questions: what the overview asks, through dashboard.data, uncached, cached, and as of earlier.

Uncached is a question whose lists (units, vaccines, world) are known and whose answer is not, as after each batch.
As of is the same question as of any earlier batch, uncached. With --batches the records come in so many batches in the
order of their entry, as in the life of a warehouse; without, in the few of a backfill.
The mix of filters is drawn: most readers look at everything, some at a district, an age, a group, a vaccine, some days.
"""

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
from flask_caching.backends import NullCache

from dashboard.data import Data
from dashboard.data.cache import Cache
from dashboard.data.warehouse import Warehouse
from dashboard.filters import Filters
from sql import connect
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, percentile, say, table

QUESTIONS: dict[str, Callable[[Data, Filters], object]] = {
    "standing": lambda data, filters: data.standing(filters),
    "trend": lambda data, filters: data.trend(filters),
    "doses_trend": lambda data, filters: data.doses_trend(filters),
    "doses_by_unit": lambda data, filters: data.doses_by_unit(filters),
    "doses_by_hour": lambda data, filters: data.doses_by_hour(filters),
    "doses_by_vaccine": lambda data, filters: data.doses_by_vaccine(filters),
    "reconciliation": lambda data, filters: data.reconciliation(filters),
    "incomplete_from": lambda data, filters: data.incomplete_from(filters),
}


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, nargs="+", default=[1_000_000, 10_000_000], help="injections held")
    parser.add_argument("--times", type=int, default=60, help="times that each question is asked, with other filters")
    parser.add_argument("--batches", type=int, help="load the records in so many batches")
    asked = parser.parse_args()
    heads, taken = [], {}
    for held in asked.held:
        with ground(held, asked.data, asked.keep, batch_size=asked.batches and -(-held // asked.batches)) as found:
            heads.append(f"{held:>12,} held: {machine(found.warehouse)}")
            taken[held] = _ask(found, asked)
    print("\n".join(heads))
    _print(asked, taken)
    return 0


SIDES = ("uncached", "cached", "as of")


def _ask(found: Ground, asked: Namespace) -> dict[str, tuple[list[float], ...]]:
    """By question: seconds of each of SIDES."""
    engine = connect.engine(found.settings, "dashboard_reader", pool_size=1)
    warehouse = Warehouse(engine)
    taken: dict[str, tuple[list[float], ...]] = {name: ([], [], []) for name in (*QUESTIONS, "the whole page")}
    draw = np.random.default_rng(11)
    for number, filters in enumerate(drawn(_data(warehouse), asked.times)):
        data = _data(warehouse)
        earlier = replace(filters, as_of=int(draw.integers(1, data.world().batch_id)))
        data.today(earlier.as_of)
        whole = []
        for name, question in QUESTIONS.items():
            whole.append([_seconds(question, data, asked_for) for asked_for in (filters, filters, earlier)])
            if number:  # the first pages come from the disk
                for side, seconds in enumerate(whole[-1]):
                    taken[name][side].append(seconds)
        if number:
            for side in range(len(SIDES)):
                taken["the whole page"][side].append(sum(each[side] for each in whole))
    engine.dispose()
    say(f"asked {asked.times} times {len(QUESTIONS)} questions")
    return taken


def _data(warehouse: Warehouse) -> Data:
    """As a worker's after a batch: it was told the newest batch, and knows the lists, but no answer."""
    told: list[int] = []
    data = Data(warehouse, Cache(NullCache(), definitions="bench"), lambda: told[0] if told else None)
    told.append(data.world().batch_id)
    data.today(), data.units(), data.vaccines()
    return data


def _seconds(question: Callable[[Data, Filters], object], data: Data, filters: Filters) -> float:
    started = time.perf_counter()
    question(data, filters)
    return time.perf_counter() - started


def drawn(data: Data, count: int) -> Iterator[Filters]:
    """Questions as readers ask them, drawn with a fixed seed."""
    draw = np.random.default_rng(7)
    today = data.today()
    below = [unit.code for unit in data.units() if unit.level in (1, 2) and unit.valid_to is not None]
    ages = [band.age_band for band in data.age_bands() if band.age_band]
    codes = [vaccine.code for vaccine in data.vaccines()]

    def some(share: float) -> bool:
        return draw.random() < share

    for _ in range(count):
        start = today - timedelta(int(draw.integers(7, 120)))
        yield Filters(
            unit=str(draw.choice(below)) if some(0.3) else None,
            date_from=start if some(0.25) else None,
            date_to=start + timedelta(int(draw.integers(1, 60))) if some(0.15) else None,
            ages=(int(draw.choice(ages)),) if some(0.25) else (),
            groups=(int(draw.integers(1, 17)),) if some(0.2) else (),
            vaccines=(str(draw.choice(codes)),) if some(0.2) else (),
            basis="place" if some(0.3) else "residence",
        )


def _print(asked: Namespace, taken: dict) -> None:
    rows, every = [], {}
    for held, questions in taken.items():
        every[held] = [[s for name in QUESTIONS for s in questions[name][side]] for side in range(len(SIDES))]
        for name, sides in (questions | {"any question": every[held]}).items():
            uncached, cached, as_of = ([seconds * 1000 for seconds in side] for side in sides)
            rows.append((f"{held:,}", name, *_spread(uncached), percentile(cached, 0.95), *_spread(as_of)))
    spread = ("p50 ms", "p95 ms", "max ms")
    table(("held", "question", *spread, "cached p95 ms", *(f"as of {name}" for name in spread)), rows)
    for held, sides in every.items():
        for name, side, most in zip(SIDES, sides, (50, 5, 300), strict=True):
            goal(f"ms, p95 of any question {name} at {held:,}", percentile(side, 0.95) * 1000, most)
    first, last = asked.held[0], asked.held[-1]
    if first != last:
        for share in (0.5, 0.95):
            ratio = percentile(every[last][0], share) / percentile(every[first][0], share)
            goal(f"× the p{share * 100:.0f} at {first:,}, at {last:,}", ratio, 1.3)


def _spread(milliseconds: list[float]) -> tuple[float, ...]:
    return percentile(milliseconds, 0.5), percentile(milliseconds, 0.95), max(milliseconds)


if __name__ == "__main__":
    sys.exit(main())
