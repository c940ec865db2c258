"""python -m tests.bench.batches: micro-batches of changes, from the source's commit to the balances' commit.

Each batch is 70 % new persons and next doses, 25 % corrections and 5 % voids of records picked from all that is held.
It is committed in the source; then measured is what the running ETL does: read, map, load, look back for late commits.
"""

import sys
import time
from argparse import Namespace
from datetime import datetime, timedelta

from etl import station
from etl.station import Station
from tests.bench import peers
from tests.bench.changes import commit
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, median, percentile, say, table

_APART = timedelta(seconds=6)  # the short look-back is 5 s
_WARM_UP = 3  # batches of each size that are not counted: plans are made, pages are read


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, nargs="+", default=[1_000_000, 10_000_000], help="injections held before")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 1_000, 10_000], help="changes in a batch")
    parser.add_argument("--times", type=int, default=15, help="batches of each size (a third of it from 10,000 on)")
    parser.add_argument(
        "--dlt", nargs="*", default=["sqlalchemy", "connectorx"], help="backends of dlt, at the first size held"
    )
    asked = parser.parse_args()
    ours: dict[tuple[int, int], list[tuple[float, float]]] = {}
    others: dict[str, float] = {}
    heads = []
    for held in asked.held:
        with ground(held, asked.data, asked.keep) as found:
            heads.append(f"{held:>12,} held: {machine(found.warehouse)}")
            # Ours first: its batches bear times since the campaign's end, those of dlt's runs the time of now.
            ours |= {(held, size): taken for size, taken in _batches(found, asked).items()}
            if held == asked.held[0]:
                others = _dlt(found, asked)
    print("\n".join(heads))
    _print(asked, ours, others)
    return 0


def _batches(found: Ground, asked: Namespace) -> dict[int, list[tuple[float, float]]]:
    """By size: (seconds in all, seconds in the warehouse's transaction) of each batch."""
    taken: dict[int, list[tuple[float, float]]] = {}
    with station.leading(found.settings) as led, found.source() as source:
        led.prepare()
        (intake,) = led.intakes
        intake.work()
        for size in asked.sizes:
            times = asked.times if size < 10_000 else max(3, asked.times // 3)
            each = [_one(found, led, source, size) for _ in range(_WARM_UP + times)]
            taken[size] = each[_WARM_UP:]
            say(f"{size:>6,} changes: {median([whole for whole, _ in taken[size]]) * 1000:.0f} ms")
        for intake in led.intakes:
            intake.source.close()
    return taken


def _one(found: Ground, led: Station, source, size: int) -> tuple[float, float]:
    (intake,) = led.intakes
    # The look-back over minutes comes every 30 s; in a batch now and then it would be chance.
    intake.looked_back_at = time.monotonic()
    now = _moment(led, intake)
    commit(source, found.campaign.changes(size, now), now)
    loads: list[float] = []
    load = intake.pipeline.load

    def timed(*arguments):
        started = time.monotonic()
        outcome = load(*arguments)
        loads.append(time.monotonic() - started)
        return outcome

    intake.pipeline.load = timed
    started = time.monotonic()
    intake.work()
    seconds = time.monotonic() - started
    intake.pipeline.load = load
    if (state := intake._state()).state != "running" or not loads:
        raise SystemExit(f"the batch was not loaded: the source is {state.state}, {state.reason}")
    return seconds, sum(loads)


def _moment(led: Station, intake) -> datetime:
    """After the last batch by more than the short look-back, which so sees this batch alone."""
    moment = intake._state().cursor_updated_at + _APART
    time.sleep(max(0.0, (moment - led.clock.now()).total_seconds()))
    return moment


def _dlt(found: Ground, asked: Namespace) -> dict[str, float]:
    """Seconds of a run of 1,000 changes, by backend, after a first run that loaded all that is held."""
    python = peers.environment(asked.data) if asked.dlt else None
    seconds = {}
    for backend in asked.dlt if python else []:
        target, folder = found.database("peer"), found.folder / f"dlt-{backend}"
        say(f"dlt, {backend}: the first load")
        if not peers.dlt(python, found.platform, target, folder, backend):
            continue
        runs = []
        for _ in range(3):
            with found.source() as source:
                now = station.Clock(_shift(found)).now()
                commit(source, found.campaign.changes(1000, now), now)
            if run := peers.dlt(python, found.platform, target, folder, backend):
                runs.append(run["seconds"])
        if runs:
            seconds[backend] = median(runs)
            say(f"dlt, {backend}: {seconds[backend]:.2f} s for 1,000 changes")
    return seconds


def _shift(found: Ground) -> int:
    with found.owner() as db:
        return db.execute(station.WORLD["world"]).fetchone()[1]


def _print(asked: Namespace, ours: dict, others: dict[str, float]) -> None:
    first, last = asked.held[0], asked.held[-1]
    rows = []
    for (held, size), each in ours.items():
        whole, load = ([value * 1000 for value in side] for side in zip(*each, strict=True))
        base = median([seconds * 1000 for seconds, _ in ours[first, size]])
        rows.append(
            (
                f"{held:,}",
                size,
                median(whole),
                percentile(whole, 0.9),
                median(load),
                size / median(whole) * 1000,
                median(whole) / base,
            )
        )
    rows += [
        (f"{first:,}, dlt {name}", 1000, seconds * 1000, None, None, 1000 / seconds, None)
        for name, seconds in others.items()
    ]
    table(("held", "changes", "median ms", "p90 ms", "in the warehouse ms", "changes/s", f"× {first:,} held"), rows)
    for held in asked.held:
        if (held, 1000) in ours:
            found = median([seconds for seconds, _ in ours[held, 1000]])
            goal(f"ms for 1,000 changes at {held:,} held", found * 1000, 100)
            if others and held == first:
                goal("× a dlt run of the same 1,000", min(others.values()) / found, 8, at_most=False)
    if first != last:
        for size in asked.sizes:
            one, ten = (median([seconds for seconds, _ in ours[held, size]]) for held in (first, last))
            goal(f"× the time at {first:,}, {size:,} changes at {last:,}", ten / one, 1.3)


if __name__ == "__main__":
    sys.exit(main())
