"""Back up the whole warehouse into one file, as a snapshot, while everything runs. The person key is not in it."""

import argparse
import socket
from datetime import UTC, datetime
from pathlib import Path

from etl import archive
from etl.progress import Progress
from etl.settings import Settings
from etl.verbs import Answer
from sql import connect


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write; must not be there yet")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC on {socket.gethostname()}"
    # Any version, since backups are wanted before a migration.
    with connect.raw(config, "etl_writer") as db, Progress("rows", quiet=options.json) as progress:
        manifest = archive.write(db, options.file, now, progress.expect, progress.add)
    return Answer({
        "file": str(options.file), "bytes": options.file.stat().st_size, "batch": manifest["batch"],
        "tables": len(manifest["tables"]), "rows": sum(table["rows"] for table in manifest["tables"].values()),
        "person_key": f"not in the file: keep a copy of {config.data / 'person.key'} (or of PERSON_ID_KEY) apart from it",
    })  # fmt: skip
