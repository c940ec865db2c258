"""python -m tests.bench.backfill: a first load with everything maintained, beside a bare COPY, dlt and pandas.

The floor is COPY of the same injections, in the order of their arrival, into a table with the same keys and checks:
what any ETL pays that keeps them in this table. CPU is PostgreSQL's and the program's together: it says more than the
seconds where other work is on the machine.
"""

import json
import sys
import time
from dataclasses import dataclass
from io import BytesIO

from tests.bench import peers
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, say, table

_HELD = "SELECT * FROM warehouse.injection ORDER BY updated_at, record_id"


@dataclass(frozen=True)
class Run:
    """Seconds of the wall and of the CPU, peak memory in bytes where it is a process of its own."""

    rows: int
    seconds: float
    cpu: float
    peak: int | None = None

    @property
    def speed(self) -> float:
        return self.rows / self.seconds


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records in the source")
    parser.add_argument("--pandas-rows", type=int, default=100_000, help="records that pandas is given (it is slow)")
    parser.add_argument("--dlt", nargs="*", default=["sqlalchemy", "pyarrow", "connectorx"], help="its backends to run")
    asked = parser.parse_args()
    with ground(asked.rows, asked.data, loaded=False) as found:
        head = machine(found.warehouse)
        ours = _ours(found)
        floor = _floor(found)
        others = _dlt(found, asked)
        pandas = _pandas(found, min(asked.pandas_rows, asked.rows))
        tail = machine(found.warehouse)
    print(f"{head}\nafter: {tail}")
    rows = [("this ETL, everything maintained", ours), ("COPY into the same table", floor),
            *((f"dlt, {name}", run) for name, run in others.items()), ("pandas.to_sql", pandas)]  # fmt: skip
    table(
        ("backfill", "rows", "seconds", "rows/s", "CPU s", "peak MB", "ours is × as fast"),
        [
            (name, run.rows, run.seconds, round(run.speed), run.cpu, run.peak and run.peak >> 20, ours.speed / run.speed)
            for name, run in rows
        ],
    )
    goal("share of a bare COPY's speed", ours.speed / floor.speed, 0.5, at_most=False)
    if "sqlalchemy" in others:
        goal("× dlt's default road", ours.speed / others["sqlalchemy"].speed, 5, at_most=False)
    if quick := [run.speed for name, run in others.items() if name != "sqlalchemy"]:
        goal("× dlt's fastest", ours.speed / max(quick), 1, at_most=False)
    return 0


def _ours(found: Ground) -> Run:
    say("this ETL: python -m etl backfill")
    before = found.server_cpu()
    seconds, cpu, peak, said = found.run("backfill", "--json")
    figures = json.loads(said)
    if figures["received"] != found.campaign.count:
        raise SystemExit(f"the ETL received {figures['received']:,} of {found.campaign.count:,} records")
    say(f"{seconds:.1f} s; loaded {figures['loaded']:,}, in quarantine {figures['quarantined']:,}")
    return Run(figures["received"], seconds, cpu + found.server_cpu() - before, peak)


def _floor(found: Ground) -> Run:
    say("COPY of the same injections into a table like theirs")
    with found.owner(autocommit=True) as db, db.cursor() as cursor:
        held = BytesIO()
        with cursor.copy(f"COPY ({_HELD}) TO STDOUT (FORMAT binary)") as copy:
            for piece in copy:
                held.write(piece)
        (rows,) = db.execute("SELECT count(*) FROM warehouse.injection").fetchone()
        db.execute("CREATE TABLE public.floor (LIKE warehouse.injection INCLUDING ALL)")
        db.execute("CHECKPOINT")
        before, own, started = found.server_cpu(), time.process_time(), time.monotonic()
        with cursor.copy("COPY public.floor FROM STDIN (FORMAT binary)") as copy:
            view = held.getbuffer()
            for start in range(0, len(view), 1 << 20):
                copy.write(view[start : start + (1 << 20)])
        run = Run(rows, time.monotonic() - started, time.process_time() - own + found.server_cpu() - before)
        db.execute("DROP TABLE public.floor")
    say(f"{run.seconds:.1f} s")
    return run


def _dlt(found: Ground, asked) -> dict[str, Run]:
    python = peers.environment(asked.data) if asked.dlt else None
    runs = {}
    for backend in asked.dlt if python else []:
        target = found.database("peer")
        found.settle()
        say(f"dlt, {backend}")
        before = found.server_cpu()
        if run := peers.dlt(python, found.platform, target, found.folder / "dlt", backend):
            say(f"{run['seconds']:.1f} s, {run['rows']:,} rows")
            runs[backend] = Run(run["rows"], run["seconds"], run["cpu"] + found.server_cpu() - before, run["peak"])
    return runs


def _pandas(found: Ground, rows: int) -> Run:
    target = found.database("peer")
    say(f"pandas.to_sql, {rows:,} rows")
    before, own = found.server_cpu(), time.process_time()
    seconds = peers.to_sql(found.platform, target, rows)
    return Run(rows, seconds, time.process_time() - own + found.server_cpu() - before)


if __name__ == "__main__":
    sys.exit(main())
