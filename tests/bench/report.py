"""What every command prints: progress while it works, the machine, and one table at the end."""

import math
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

_STARTED = time.monotonic()


def say(line: str) -> None:
    """A progress line, on stderr, with the seconds since the start."""
    print(f"{time.monotonic() - _STARTED:7.1f} s  {line}", file=sys.stderr, flush=True)


def machine(url: str) -> str:
    """One line: cores, memory, load (other work spoils what is measured), PostgreSQL."""
    with psycopg.connect(url) as db:
        version = db.execute("SELECT current_setting('server_version')").fetchone()[0]
        fsync = db.execute("SELECT current_setting('fsync')").fetchone()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{share:.1f}" for share in os.getloadavg())
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; load {load}; PostgreSQL {version}, fsync {fsync}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print in columns, numbers to the right."""
    text = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *text, strict=True)]
    print("  ".join(name.ljust(width) for name, width in zip(header, widths, strict=True)))
    print("  ".join("-" * width for width in widths))
    for row, cells in zip(rows, text, strict=True):
        print("  ".join(
            cell.ljust(width) if isinstance(value, str) else cell.rjust(width)
            for value, cell, width in zip(row, cells, widths, strict=True)
        ))  # fmt: skip
    sys.stdout.flush()


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that `share` (0 to 1) of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def goal(name: str, found: float, bound: float, at_most: bool = True) -> None:
    """Print a goal of the project, and whether this run reached it."""
    held = found <= bound if at_most else found >= bound
    print(f"{'reached' if held else 'MISSED '}  {name}: {_cell(found)} ({'≤' if at_most else '≥'} {_cell(bound)})")
