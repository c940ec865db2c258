"""Rows for the dashboard's tests, written as the ETL writes them: reference, then batches."""

import json
from datetime import UTC, datetime

import psycopg

from sql import connect

WORLD = """
INSERT INTO warehouse.world (name, time_zone, levels, root_unit_id, is_sample, shift_days)
VALUES (%s, 'Asia/Ho_Chi_Minh', %s, 1, true, 0)
"""
LEVELS = [
    {"name": "province", "vi": "Tỉnh", "en": "Province"},
    {"name": "district", "vi": "Huyện/thị xã/thành phố", "en": "District"},
    {"name": "commune", "vi": "Xã/phường/thị trấn", "en": "Commune"},
]
# id, code, level, parent, Vietnamese, English, sorted as
UNITS = [
    (1, "77", 0, None, "Tỉnh Mẫu", "Sample Province", "mau"),
    (2, "747", 1, 1, "Thành phố Vũng Tàu", "Vung Tau City", "vung tau"),
    (3, "755", 1, 1, "Huyện Côn Đảo", "Con Dao District", "con dao"),
    (4, "26506", 2, 2, "Phường 1", "Ward 1", "1"),
]


def reference(database: str) -> None:
    """A province with two districts, one of which has a commune and one none."""
    with psycopg.connect(connect.conninfo(database)) as db:
        db.execute(WORLD, [json.dumps({"vi": "Tỉnh Mẫu", "en": "Sample Province"}), json.dumps(LEVELS)])
        for unit_id, code, level, parent, vi, en, key in UNITS:
            db.execute(
                "INSERT INTO warehouse.unit (unit_id, code, valid_from, level, parent_id, name, name_en, sort_key) "
                "VALUES (%s, %s, '-infinity', %s, %s, %s, %s, %s)",
                [unit_id, code, level, parent, vi, en, key],
            )
        db.execute(
            "INSERT INTO warehouse.unit_ancestor WITH RECURSIVE up AS ("
            " SELECT unit_id, unit_id AS ancestor_id, 0 AS depth, parent_id FROM warehouse.unit WHERE unit_id > 0"
            " UNION ALL SELECT up.unit_id, u.unit_id, up.depth + 1, u.parent_id"
            " FROM up JOIN warehouse.unit u ON u.unit_id = up.parent_id"
            ") SELECT unit_id, ancestor_id, depth FROM up"
        )


def source(database: str, name: str = "platform", state: str = "running", **columns) -> None:
    """A source that was asked just now."""
    given = {"name": name, "kind": "database", "state": state, "last_polled_at": datetime.now(UTC)} | columns
    with psycopg.connect(connect.conninfo(database)) as db:
        db.execute(
            f"INSERT INTO warehouse.source ({', '.join(given)}) VALUES ({', '.join(['%s'] * len(given))}) "
            f"ON CONFLICT (name) DO UPDATE SET ({', '.join(given)}) = ROW(EXCLUDED.{', EXCLUDED.'.join(given)})",
            list(given.values()),
        )


def batch(database: str, announce: bool = True) -> int:
    """Commit a batch that moves nothing; tell the channel in the same transaction. Returns its number."""
    with psycopg.connect(connect.conninfo(database)) as db:
        number = db.execute(
            "UPDATE warehouse.leader SET last_batch_id = last_batch_id + 1 RETURNING last_batch_id"
        ).fetchone()[0]
        moment = datetime.now(UTC)
        db.execute(
            "INSERT INTO warehouse.batch (batch_id, kind, started_at, committed_at) VALUES (%s, 'records', %s, %s)",
            [number, moment, moment],
        )
        if announce:
            notify(db, json.dumps({"batch": number, "committed_at": moment.isoformat()}))
    return number


def notify(db: psycopg.Connection, payload: str) -> None:
    db.execute("SELECT pg_notify('warehouse_batch', %s)", [payload])
