"""SOURCE TARGET FOLDER BACKEND: one dlt run, in the peers' environment. Prints its seconds, rows and peak memory.

What was loaded before is known to dlt's own state in FOLDER: a second run moves what changed since.
"""

import json
import resource
import sys
import time

import dlt
import psycopg2
import sqlalchemy as sa
from dlt.sources.sql_database import sql_table


def main(source: str, target: str, folder: str, backend: str) -> None:
    # What dlt calls its default is SQLAlchemy rows and INSERT; Arrow in and CSV by COPY out is the quickest it has.
    columns = backend != "sqlalchemy"
    table = sql_table(
        # An engine, since dlt's own reading of an address knows no socket; connectorx reads the engine's address.
        credentials=sa.create_engine(_with_host(source), creator=lambda: psycopg2.connect(source)),
        schema="platform",
        table="injections",
        backend=backend,
        incremental=dlt.sources.incremental("cap_nhat_luc"),
        **({"chunk_size": 200_000} if columns else {}),
    )
    table.apply_hints(primary_key="ma_mui_tiem", write_disposition="merge")
    pipeline = dlt.pipeline(
        f"bench_{backend}",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(credentials=_with_host(target)),
        dataset_name=f"dlt_{backend}",
    )
    started = time.monotonic()
    pipeline.run(table, **({"loader_file_format": "csv"} if columns else {}))
    seconds = time.monotonic() - started
    rows = pipeline.last_trace.last_normalize_info.row_counts.get("injections", 0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "rows": rows, "peak": used.ru_maxrss * 1024}))


def _with_host(url: str) -> str:
    """The address of a socket with the folder in the host's place: dlt insists on a host, libpq reads it there."""
    before, _, folder = url.partition("?host=")
    return before.replace("postgres@", f"postgres:none@{folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
