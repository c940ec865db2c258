"""The others: dlt in an environment of its own, pandas.to_sql in ours."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from tests.bench.report import say

LIST = Path(__file__).with_name("requirements.txt")
SECONDS = 900  # until a peer is given up

# No peer speaks to anybody but the two databases.
_SILENT = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DO_NOT_TRACK": "1", "RUNTIME__LOG_LEVEL": "ERROR"}


def environment(data: Path) -> Path | None:
    """The Python that has the peers, made at the first call; None where pip cannot install them."""
    folder = data / "peers"
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    wanted = hashlib.sha256(LIST.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    say(f"installing the peers into {folder} (once; about a minute)")
    commands = [[sys.executable, "-m", "venv", "--clear", str(folder)],
                [str(python), "-m", "pip", "install", "-qq", "--no-input", "-r", str(LIST)]]  # fmt: skip
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            say(f"the peers cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
            return None
    stamp.write_text(wanted)
    return python


def dlt(python: Path, source: str, target: str, folder: Path, backend: str) -> dict | None:
    """One dlt run from platform.injections by merge: {seconds, cpu, rows, peak (bytes)}; None when it failed.

    A second run in the same `folder` moves what changed since.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = [str(python), str(Path(__file__).with_name("dlt_run.py")), source, target, str(folder), backend]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DATABASE"))}
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=SECONDS, cwd=folder,
            env=clean | _SILENT | {"DLT_DATA_DIR": str(folder)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        say(f"dlt ({backend}) was given up after {SECONDS} s")
        return None
    if done.returncode:
        causes = [line for line in done.stderr.splitlines() if "rror" in line and not line.startswith(" ")]
        say(f"dlt ({backend}) failed: {' | '.join(causes[-2:])}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def to_sql(source: str, target: str, rows: int) -> float:
    """Seconds for pandas to read and write `rows` records."""
    read, write = (sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:")) for url in (source, target))
    started = time.monotonic()
    with read.connect() as db:
        frame = pd.read_sql(sa.text(f"SELECT * FROM platform.injections LIMIT {int(rows)}"), db)
    frame.to_sql("injections", write, index=False, if_exists="replace", chunksize=10_000)
    seconds = time.monotonic() - started
    read.dispose()
    write.dispose()
    return seconds
