"""python -m sql.schema: write sql/schema.sql, the tables that sql/migrations create, from the catalogue.

That file is for reading only: add a migration, then run this. It uses a temporary database.
"""

import sys
import tempfile
import textwrap
from collections import defaultdict
from pathlib import Path

import psycopg
from sqlalchemy.pool import NullPool

import sql
from sql import connect
from sql.migrate import migrate
from sql.rows import by_name
from sql.server import EmbeddedServer

FILE = sql.FOLDER / "schema.sql"

_HEAD = """\
-- Every table of the warehouse, by name: for reading, and to see what a migration changes. Written by python -m sql.schema
-- from what sql/migrations made; the figures over it are sql/views.
"""
_WIDTH = 125


def written(db: psycopg.Connection) -> str:
    """The schema of a migrated database, readable, sorted by object."""
    cursor = db.cursor(row_factory=by_name)
    found = {name: cursor.execute(question).fetchall() for name, question in sql.load("queries/schema.sql").items()}
    of_table: defaultdict[str, defaultdict[str, list]] = defaultdict(lambda: defaultdict(list))
    for kind in ("columns", "constraints", "indexes"):
        for row in found[kind]:
            of_table[row.table_name][kind].append(row)
    parts = [_HEAD, "\n".join(row.definition for row in found["types"]) + "\n"]
    parts += [_table(row, of_table[row.name]) for row in found["tables"]]
    parts += [_remark(row.comment, "") + row.definition + "\n" for row in found["procedures"]]
    return "\n".join(parts)


def _table(table, parts: dict[str, list]) -> str:
    width = max(len(column.name) for column in parts["columns"])
    lines = [
        _remark(column.comment, "    ") + f"    {column.name:<{width}}  {column.definition}" for column in parts["columns"]
    ]
    lines += [f"    {constraint.definition}" for constraint in parts["constraints"]]
    options = f" WITH ({table.options})" if table.options else ""
    indexes = "".join(f"{index.definition}\n" for index in parts["indexes"])
    return (
        _remark(table.comment, "")
        + f"CREATE TABLE warehouse.{table.name} (\n"
        + ",\n".join(lines)
        + f"\n){options};\n{indexes}"
    )


def _remark(comment: str | None, indent: str) -> str:
    """A comment on lines of its own, before what it is about."""
    lines = textwrap.wrap(comment or "", _WIDTH - len(indent) - 3, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{indent}-- {line}\n" for line in lines)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder) / "postgres")
        server.start()
        try:
            migrate(connect.engine_at(server.url("postgres"), "owner", poolclass=NullPool))
            with connect.raw_at(server.url("postgres"), "owner") as db:
                FILE.write_text(written(db), encoding="utf-8")
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
