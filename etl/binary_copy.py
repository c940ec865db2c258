"""Encodes an Arrow table as PostgreSQL's binary COPY stream, a column at a time.

Every field becomes its length and its bytes, as an Arrow array of bytes; joining the arrays row by
row gives the stream. 0.5 µs a row of 21 fields, against 7 µs as CSV by pyarrow (of which 1.1 µs for
each time written as text), and the server parses nothing.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

COPY_FORMAT = "FORMAT binary"

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH_DAYS, _EPOCH_MICROS = 10_957, 946_684_800_000_000  # 2000-01-01, PostgreSQL's epoch
ROWS = 50_000  # per piece: about 10 MB


def to_copy(table: pa.Table, jsonb: tuple[str, ...] = ("unreadable",)) -> Iterator[memoryview | bytes]:
    """The pieces to write into `COPY … FROM STDIN (FORMAT binary)`.

    The server's columns must have these types exactly: string → text, int16 → smallint, int32 →
    integer, int64 → bigint, date32 → date, timestamp → timestamptz, 16 bytes → uuid, bool →
    boolean, a dictionary of strings → an enum or text, and the names in `jsonb` → jsonb.
    """
    yield _HEADER
    count = np.array(table.num_columns, ">i2").tobytes()
    for start in range(0, table.num_rows, ROWS):
        piece = table.slice(start, ROWS)
        parts: list[pa.Array | bytes] = [count]
        for name, column in zip(table.column_names, piece.columns, strict=True):
            parts += _field(column.combine_chunks() if column.num_chunks != 1 else column.chunk(0), name in jsonb)
        joined = pc.binary_join_element_wise(*_merged(parts), b"", null_handling="replace", null_replacement=b"")
        yield _data(joined)
    yield _TRAILER


def _data(rows: pa.Array) -> memoryview:
    _validity, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(data)[ends[0] : ends[-1]]


def _merged(parts: list[pa.Array | bytes]) -> list[pa.Array | pa.Scalar]:
    """Merge adjacent constants."""
    merged: list[pa.Array | bytes] = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] += part
        else:
            merged.append(part)
    return [pa.scalar(part, pa.binary()) if isinstance(part, bytes) else part for part in merged]


def _field(column: pa.Array, is_jsonb: bool) -> list[pa.Array | bytes]:
    if column.null_count == len(column):
        return [_NULL]
    if pa.types.is_string(column.type):
        return _texts(column, is_jsonb)
    if pa.types.is_dictionary(column.type):
        return [_choices(column)]
    values, width = _fixed(column)
    bytes_ = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(column), [None, pa.py_buffer(values)])
    size = np.array(width, ">i4").tobytes()
    if not column.null_count:
        return [size, bytes_.cast(pa.binary())]
    is_valid = column.is_valid()
    sizes = pc.if_else(is_valid, pa.scalar(size, pa.binary()), pa.scalar(_NULL, pa.binary()))
    return [sizes, pc.if_else(is_valid, bytes_.cast(pa.binary()), pa.scalar(None, pa.binary()))]


def _texts(column: pa.StringArray, is_jsonb: bool) -> list[pa.Array | bytes]:
    extra = 1 if is_jsonb else 0
    lengths = pc.add(pc.binary_length(column), extra).fill_null(-1)
    sizes = lengths.to_numpy(zero_copy_only=False).astype(">i4")
    prefix = pa.FixedSizeBinaryArray.from_buffers(pa.binary(4), len(column), [None, pa.py_buffer(sizes)]).cast(pa.binary())
    if not is_jsonb:
        return [prefix, column.cast(pa.binary())]
    version = pc.if_else(column.is_valid(), pa.scalar(b"\x01"), pa.scalar(b""))
    return [prefix, version, column.cast(pa.binary())]


def _choices(column: pa.DictionaryArray) -> pa.Array:
    """Encode each distinct value once, prefixed with its length."""
    made = [len(value).to_bytes(4, "big") + value for value in map(str.encode, column.dictionary.to_pylist())]
    chosen = pa.array(made, pa.binary()).take(column.indices)
    return chosen.fill_null(_NULL) if column.null_count else chosen


def _fixed(column: pa.Array) -> tuple[np.ndarray, int]:
    """(big-endian bytes of every value, width); arbitrary for nulls."""
    if pa.types.is_fixed_size_binary(column.type):
        width = column.type.byte_width
        data = np.frombuffer(column.buffers()[1], np.uint8)
        return data[column.offset * width : (column.offset + len(column)) * width], width
    if pa.types.is_boolean(column.type):
        return np.asarray(column.fill_null(False)).astype(np.uint8), 1
    shift = 0
    if pa.types.is_timestamp(column.type):
        column, shift = column.cast(pa.timestamp("us", column.type.tz)).view(pa.int64()), _EPOCH_MICROS
    elif pa.types.is_date32(column.type):
        column, shift = column.view(pa.int32()), _EPOCH_DAYS
    elif not pa.types.is_integer(column.type):
        raise TypeError(f"{column.type} cannot be encoded")
    width = column.type.bit_width // 8
    values = column.fill_null(shift).to_numpy(zero_copy_only=False) - shift
    return values.astype(f">i{width}"), width
