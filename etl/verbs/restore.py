"""Restore a backup into an empty warehouse, and verify it. Its person key must be restored separately."""

import argparse
import os
from pathlib import Path

from etl import archive, identity
from etl.mend import mend
from etl.progress import Progress
from etl.settings import Settings
from etl.verbs import Answer
from sql import connect


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="what ./run backup wrote")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    engine = connect.engine(config, "owner")
    try:
        with Progress("rows", quiet=options.json) as progress:
            manifest = archive.restore(engine, options.file, progress.expect, progress.add)
    finally:
        engine.dispose()
    with connect.raw(config, "etl_writer", autocommit=True) as db:
        db.execute("ANALYZE")
        different = sum(mend(db, False).values()) if manifest["batch"] else 0
    key = _key(config, manifest["key_fingerprint"])
    figures = {
        "batch": manifest["batch"], "made_at": manifest["made_at"], "tables_verified": len(manifest["tables"]),
        "rows": sum(table["rows"] for table in manifest["tables"].values()), "balances_different": different,
        "person_key": key or ("the right one is here" if manifest["key_fingerprint"] else "none was used yet"),
    }  # fmt: skip
    return Answer(figures, int(bool(key or different)))


def _key(config: Settings, fingerprint: str | None) -> str | None:
    """What the operator must do about the person key, or None."""
    file = config.data / "person.key"
    if fingerprint is None:
        return None
    if os.environ.get(identity.KEY_NAME) is None and not file.exists():
        wanted = f"bring back the key that the warehouse was loaded with, as {file} (mode 0600) or {identity.KEY_NAME}"
        return f"missing: {wanted}, before ./run starts"
    if identity.fingerprint(identity.load_key(os.environ, config.data)) == fingerprint:
        return None
    return (
        f"another one is here: put the key that the warehouse was loaded with in the place of {file} or {identity.KEY_NAME}"
    )
