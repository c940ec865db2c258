"""Query results as Arrow tables, and back: by COPY, a column at a time."""

import psycopg
import pyarrow as pa
import pyarrow.csv as pcsv

from etl.batch import Parameters
from etl.binary_copy import COPY_FORMAT, to_copy

_TIME, _DAY, _ID, _SMALL, _TEXT = pa.timestamp("us", "UTC"), pa.date32(), pa.int32(), pa.int16(), pa.string()

# The columns of warehouse.injection and warehouse.person, in their order.
INJECTION = pa.schema({
    "person_key": _TEXT, "source_id": _SMALL, "record_id": _TEXT, "updated_at": _TIME, "injected_at": _TIME,
    "recorded_at": _TIME, "identity_checked_at": _TIME, "certificate_printed_at": _TIME, "app_confirmed_at": _TIME,
    "batch_id": pa.int64(), "injected_on": _DAY, "birth_date": _DAY, "site_id": _ID, "place_unit_id": _ID,
    "residence_unit_id": _ID, "status": _TEXT, "identity_status": _TEXT, "sex": _TEXT, "dose_kind": _TEXT,
    "birth_year": _SMALL, "vaccine_id": _SMALL, "dose_number": _SMALL, "priority_group": _SMALL, "age_band": _SMALL,
    "is_recorded_at_inferred": pa.bool_(), "is_duplicate": pa.bool_(), "is_valid": pa.bool_(), "residence_code": _TEXT,
    "lot_number": _TEXT, "told": _ID, "vaccine_alias_id": _SMALL, "site_alias_id": _ID, "age_from": _SMALL, "age_to": _SMALL,
    "unruled_after": _SMALL,
})  # fmt: skip
PERSON = pa.schema({
    "person_key": _TEXT, "residence_unit_id": _ID, "first_on": _DAY, "complete_on": _DAY, "booster1_on": _DAY,
    "booster2_on": _DAY, "second_due_on": _DAY, "age_band": _SMALL, "priority_group": _SMALL, "doses": _SMALL,
    "first_vaccine_id": _SMALL, "complete_vaccine_id": _SMALL, "booster1_vaccine_id": _SMALL,
    "booster2_vaccine_id": _SMALL, "is_identity_shared": pa.bool_(),
})  # fmt: skip
OPENED = pa.schema({"source_id": _SMALL, "record_id": _TEXT, "content": _TEXT, "state": _TEXT, "updated_at": _TIME})

REFERENCE = ("primary_series", "vaccine", "vaccine_alias", "site", "site_alias", "unit", "dose_rule", "booster_rule")


def read(
    db: psycopg.Connection, question: str, facts: Parameters | None = None, schema: pa.Schema | None = None
) -> pa.Table:
    """The rows of a query; all columns as text if no schema is given."""
    head = "" if schema else ", HEADER"
    with db.cursor() as cursor, cursor.copy(f"COPY ({question}) TO STDOUT (FORMAT csv{head})", facts) as copy:
        text = b"".join(copy)
    if schema and not text:
        return schema.empty_table()
    names = schema.names if schema else text[: text.index(b"\n")].decode().split(",")
    return pcsv.read_csv(
        pa.py_buffer(text),
        pcsv.ReadOptions(
            column_names=names if schema else None,
            use_threads=False,
            block_size=max(1 << 20, min(len(text) + 1, 1 << 28)),
        ),
        pcsv.ParseOptions(newlines_in_values=True),
        pcsv.ConvertOptions(
            column_types=schema or dict.fromkeys(names, _TEXT),
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def write(db: psycopg.Connection, copy_in: str, rows: pa.Table) -> None:
    """Copy rows into a table of the warehouse, or a temporary one."""
    if rows.num_rows:
        with db.cursor() as cursor, cursor.copy(f"{copy_in} ({COPY_FORMAT})") as copy:
            for piece in to_copy(rows):
                copy.write(piece)
