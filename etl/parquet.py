"""Reads Parquet files in a sandbox (sql.confined): a few bytes may unpack to gigabytes."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Types that many Arrow functions do not support → equivalent ones that they do.
_RARE = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary(), pa.float16(): pa.float32()}


def names(path: str) -> Iterator[list[str]]:
    """The column names, as one item."""
    with open(path, "rb") as raw, pq.ParquetFile(raw) as file:
        yield file.schema_arrow.names


def tables(path: str, columns: Sequence[str], rows: int, longest: int) -> Iterator[pa.Table]:
    """The columns, `rows` at a time; texts are truncated to `longest` characters."""
    with open(path, "rb") as raw, pq.ParquetFile(raw) as file:
        for batch in file.iter_batches(rows, columns=list(columns), use_threads=False):
            yield pa.table({name: _plain(batch[name], longest) for name in batch.schema.names})


def _plain(column: pa.Array, longest: int) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary, longest).take(column.indices)
    if pa.types.is_nested(kind):
        return pa.array([None if cell is None else str(cell)[:longest] for cell in column.to_pylist()], pa.string())
    if kind in _RARE:
        return _plain(column.cast(_RARE[kind]), longest)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        is_long = (pc.max(pc.binary_length(column)).as_py() or 0) > longest
        return pc.utf8_slice_codeunits(column, 0, longest) if is_long else column
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pc.binary_slice(column, 0, longest)
    return column
