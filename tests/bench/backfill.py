"""python -m tests.bench.backfill: a first load with everything maintained, beside a bare COPY, dlt and pandas.

The floor is COPY of the same injections, in the order of their arrival, into a table with the same keys and checks:
what any ETL pays that keeps them in this table.
"""

import json
import sys
import time
from io import BytesIO

from tests.bench import peers
from tests.bench.ground import Ground, ground, options
from tests.bench.report import goal, machine, say, table

_HELD = "SELECT * FROM warehouse.injection ORDER BY updated_at, record_id"


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records in the source")
    parser.add_argument("--pandas-rows", type=int, default=100_000, help="records that pandas is given (it is slow)")
    parser.add_argument("--dlt", nargs="*", default=["sqlalchemy", "pyarrow", "connectorx"], help="its backends to run")
    asked = parser.parse_args()
    with ground(asked.rows, asked.data, loaded=False) as found:
        head = machine(found.warehouse)
        ours, peak, batch = _ours(found)
        floor = _floor(found)
        others = _dlt(found, asked)
        pandas = _pandas(found, min(asked.pandas_rows, asked.rows))
        tail = machine(found.warehouse)
    print(f"{head}\nafter: {tail}")
    rows = [("this ETL, everything maintained", asked.rows, ours, peak // 2**20),
            ("COPY into the same table", batch, floor, None),
            *((f"dlt, {name}", asked.rows, run["seconds"], run["peak"] // 2**20) for name, run in others.items()),
            ("pandas.to_sql", min(asked.pandas_rows, asked.rows), pandas, None)]  # fmt: skip
    speed = asked.rows / ours
    table(
        ("backfill", "rows", "seconds", "rows/s", "peak MB", "ours is × as fast"),
        [(name, count, s, round(count / s), mb, speed / (count / s)) for name, count, s, mb in rows],
    )
    goal("share of a bare COPY's speed", speed / (batch / floor), 0.5, at_most=False)
    if "sqlalchemy" in others:
        goal("× dlt's default road", others["sqlalchemy"]["seconds"] / ours, 5, at_most=False)
    if quick := [run["seconds"] for name, run in others.items() if name != "sqlalchemy"]:
        goal("× dlt's fastest", min(quick) / ours, 1, at_most=False)
    return 0


def _ours(found: Ground) -> tuple[float, int, int]:
    say("this ETL: python -m etl backfill")
    seconds, peak, said = found.run("backfill", "--json")
    figures = json.loads(said)
    if figures["received"] != found.campaign.count:
        raise SystemExit(f"the ETL received {figures['received']:,} of {found.campaign.count:,} records")
    say(f"{seconds:.1f} s; loaded {figures['loaded']:,}, in quarantine {figures['quarantined']:,}")
    return seconds, peak, figures["loaded"]


def _floor(found: Ground) -> float:
    say("COPY of the same injections into a table like theirs")
    with found.owner(autocommit=True) as db, db.cursor() as cursor:
        held = BytesIO()
        with cursor.copy(f"COPY ({_HELD}) TO STDOUT (FORMAT binary)") as copy:
            for piece in copy:
                held.write(piece)
        db.execute("CREATE TABLE public.floor (LIKE warehouse.injection INCLUDING ALL)")
        db.execute("CHECKPOINT")
        started = time.monotonic()
        with cursor.copy("COPY public.floor FROM STDIN (FORMAT binary)") as copy:
            view = held.getbuffer()
            for start in range(0, len(view), 1 << 20):
                copy.write(view[start : start + (1 << 20)])
        seconds = time.monotonic() - started
        db.execute("DROP TABLE public.floor")
    say(f"{seconds:.1f} s")
    return seconds


def _dlt(found: Ground, asked) -> dict[str, dict]:
    python = peers.environment(asked.data) if asked.dlt else None
    runs = {}
    for backend in asked.dlt if python else []:
        target = found.database("peer")
        found.settle()
        say(f"dlt, {backend}")
        run = peers.dlt(python, found.platform, target, found.folder / "dlt", backend)
        if run:
            say(f"{run['seconds']:.1f} s, {run['rows']:,} rows")
            runs[backend] = run
    return runs


def _pandas(found: Ground, rows: int) -> float:
    target = found.database("peer")
    say(f"pandas.to_sql, {rows:,} rows")
    return peers.to_sql(found.platform, target, rows)


if __name__ == "__main__":
    sys.exit(main())
