"""The workbench: an in-memory DuckDB that processes large batches by the same statements as small ones.

It is sandboxed (no files, no network, only built-in extensions), so that no personal data can leave
the process through it. Arrow tables go in and out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import duckdb
import pyarrow as pa

import sql
from etl.batch import Parameters
from etl.dialect import translate

BENCH = sql.load("queries/workbench.sql")

# Beyond this the engine fails rather than spill to disk: 200,000 records with every field filled take a quarter of it, a
# million do not fit.
_MEMORY = "2GB"
_SHUT_IN: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2",
            "memory_limit": _MEMORY, "temp_directory": ""}  # fmt: skip
_PARAMETER = re.compile(r"\$(\w+)")


class Workbench:
    """One engine with its tables, queried in PostgreSQL's or its own SQL. One thread at a time.

    Raises MemoryError if a batch does not fit.
    """

    def __init__(self):
        self.engine = duckdb.connect(":memory:", config=_SHUT_IN)
        self.engine.execute("SET TimeZone = 'UTC'")
        self.engine.execute("SET arrow_lossless_conversion = true")  # a person's key stays 16 bytes
        self.engine.execute("SET default_null_order = 'nulls_last_on_asc_first_on_desc'")  # as PostgreSQL orders
        self.engine.execute("SET enable_external_access = false")
        self.engine.execute("SET lock_configuration = true")
        self.engine.execute(BENCH["create_schema"])

    def take(self, statement: str, given: pa.Table) -> None:
        """Run a statement on Arrow rows, which it names `given`."""
        self.engine.register("given", given)
        try:
            with _in_memory():
                self.engine.execute(translate(statement))
        finally:
            self.engine.unregister("given")

    def run(self, statement: str, facts: Parameters) -> None:
        with _in_memory():
            self.engine.execute(*_asked(statement, facts))

    def give(self, statement: str, facts: Parameters | None = None) -> pa.Table:
        """The rows of a query."""
        with _in_memory():
            question, parameters = _asked(statement, facts or {})
            return _plain(self.engine.sql(question, params=parameters).to_arrow_table())

    def ask(self, statement: str, facts: Parameters | None = None) -> SimpleNamespace:
        """The one row of a query."""
        return SimpleNamespace(**self.give(statement, facts).to_pylist()[0])


@contextmanager
def _in_memory() -> Iterator[None]:
    """Converts errors: out of memory to MemoryError, an invalid value to ValueError without quoting it."""
    try:
        yield
    except duckdb.OutOfMemoryException as full:
        raise MemoryError(str(full).partition("\n")[0]) from None
    except (duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException) as wrong:
        raise ValueError(type(wrong).__name__) from None


def _asked(statement: str, facts: Parameters) -> tuple[str, dict]:
    """The translated statement, with only the parameters that it names: DuckDB refuses others."""
    text = translate(statement)
    return text, {name: facts[name] for name in set(_PARAMETER.findall(text))}


def _plain(table: pa.Table) -> pa.Table:
    """Extension types as their storage: UUIDs as 16 bytes, booleans as one."""
    for place, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            chunks = [chunk.storage for chunk in table[place].chunks]
            table = table.set_column(place, field.name, pa.chunked_array(chunks, field.type.storage_type))
    return table


def with_uuids(rows: pa.Table) -> pa.Table:
    """person_key as the UUID type of DuckDB."""
    place = rows.schema.get_field_index("person_key")
    if place < 0 or not pa.types.is_fixed_size_binary(rows.schema.field(place).type):
        return rows
    keys = [pa.ExtensionArray.from_storage(pa.uuid(), chunk) for chunk in rows["person_key"].chunks]
    return rows.set_column(place, "person_key", pa.chunked_array(keys, pa.uuid()))
