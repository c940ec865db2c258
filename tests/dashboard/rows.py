"""Rows for the dashboard's tests, written as the ETL writes them: reference, then batches."""

import json
from contextlib import contextmanager
from datetime import datetime

import psycopg
from sqlalchemy import make_url

import sql
from sql import connect
from sql.clock import Clock

WORLD = """
INSERT INTO warehouse.world (name, time_zone, levels, root_unit_id, is_sample, shift_days)
VALUES (%s, 'Asia/Ho_Chi_Minh', %s, 1, true, %s)
"""
LEVELS = [
    {"name": "province", "vi": "Tỉnh", "en": "Province"},
    {"name": "district", "vi": "Huyện/thị xã/thành phố", "en": "District"},
    {"name": "commune", "vi": "Xã/phường/thị trấn", "en": "Commune"},
]
SHIFT = -1844  # days: this world lives in the autumn of 2021


def now() -> datetime:
    """The moment in this world, which is what the ETL writes down."""
    return Clock(SHIFT).now()


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
        name = {"vi": "Tỉnh Mẫu", "en": "Sample Province"}
        db.execute(WORLD, [json.dumps(name), json.dumps(LEVELS), SHIFT])
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
        db.execute("UPDATE warehouse.unit SET is_in_world = true WHERE unit_id > 0")
        db.execute("INSERT INTO warehouse.vaccine (vaccine_id, code, name, primary_doses) VALUES (1, 'PF', 'Comirnaty', 2)")
        db.execute("INSERT INTO warehouse.age_band VALUES (3, '12-17', 12, 17, true), (4, '18-49', 18, 49, true)")
        db.execute(
            "INSERT INTO warehouse.population_version (version_id, name, source, dated_on, valid_from) "
            "VALUES (1, 'census', 'Tổng điều tra 2019', '2019-04-01', '2019-04-01')"
        )
        db.execute(
            "INSERT INTO warehouse.population (version_id, unit_id, age_band, persons) "
            "VALUES (1, 1, 4, 1000), (1, 2, 4, 800), (1, 3, 4, 200), (1, 4, 4, 300), "
            "(1, 1, 3, 0), (1, 2, 3, 0), (1, 3, 3, 0), (1, 4, 3, 0)"
        )
        db.execute(
            "INSERT INTO warehouse.target (stage, share, due_on, source, valid_from) "
            "VALUES (2, 0.95, current_date + 30, 'Kế hoạch', '2021-01-01')"
        )


def source(database: str, name: str = "platform", state: str = "running", **columns) -> None:
    """A source that was asked just now, and was read to its end before."""
    given = {"name": name, "kind": "database", "state": state, "last_polled_at": now(), "first_loaded_batch": 0} | columns
    given = {"received": 1, "loaded": 1, "keyed_as": name} | given
    with psycopg.connect(connect.conninfo(database)) as db:
        db.execute(
            f"INSERT INTO warehouse.source ({', '.join(given)}) VALUES ({', '.join(['%s'] * len(given))}) "
            f"ON CONFLICT (name) DO UPDATE SET ({', '.join(given)}) = ROW(EXCLUDED.{', EXCLUDED.'.join(given)})",
            list(given.values()),
        )


def batch(database: str, people=(), doses=(), announce: bool = True) -> int:
    """Commit a batch of postings, told to the channel in the same transaction; returns its number.

    `people` are (day, unit_id, stage, difference) and `doses` (day, place, residence, difference), all of age
    band 4, priority group 16, vaccine 1, dose 1, site 1.
    """
    with psycopg.connect(connect.conninfo(database)) as db:
        number = db.execute(
            "UPDATE warehouse.leader SET last_batch_id = last_batch_id + 1, folded_through = last_batch_id + 1 "
            "RETURNING last_batch_id"
        ).fetchone()[0]
        moment = now()
        db.execute(
            "INSERT INTO warehouse.batch (batch_id, kind, started_at, committed_at) VALUES (%s, 'records', %s, %s)",
            [number, moment, moment],
        )
        for posting, cell in enumerate(people):
            names = ("day", "unit_id", "stage", "people")
            _post(db, (number, posting), "ledger_people", dict(zip(names, cell, strict=True)))
        for posting, cell in enumerate(doses):
            names = ("day", "place_unit_id", "residence_unit_id", "doses")
            dose = {"dose_number": 1, "site_id": 1}
            _post(db, (number, posting), "ledger_doses", dose | dict(zip(names, cell, strict=True)))
        for fold in sql.load("queries/balances.sql").values():
            db.execute(fold, {"after_batch": number - 1, "to_batch": number})
        # Here people come without their doses, whose days are those that anything is known of.
        db.execute(
            "INSERT INTO warehouse.posted_day SELECT DISTINCT day, batch_id FROM warehouse.ledger_people "
            "WHERE batch_id = %s ON CONFLICT (day) DO NOTHING",
            [number],
        )
        if announce:
            notify(db, json.dumps({"batch": number, "committed_at": moment.isoformat()}))
    return number


_CELL = {"age_band": 4, "priority_group": 16, "vaccine_id": 1, "cause": "new"}


def _post(db: psycopg.Connection, key: tuple[int, int], ledger: str, cell: dict) -> None:
    row = dict(zip(("batch_id", "posting"), key, strict=True)) | _CELL | cell
    marks = ", ".join(["%s"] * len(row))
    db.execute(f"INSERT INTO warehouse.{ledger} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def notify(db: psycopg.Connection, payload: str) -> None:
    db.execute("SELECT pg_notify('warehouse_batch', %s)", [payload])


def beat(database: str, seconds_ago: float | None) -> None:
    """The last sign of life of the ETL that leads; None: none has run."""
    with psycopg.connect(connect.conninfo(database), autocommit=True) as db:
        db.execute("UPDATE warehouse.heartbeat SET beat_at = clock_timestamp() - make_interval(secs => %s)", [seconds_ago])


@contextmanager
def away(database: str):
    """The database refuses everybody, as a server that is down does; and is back at the end."""
    url = make_url(database)
    with psycopg.connect(connect.conninfo(url.set(database="postgres")), autocommit=True) as db:
        db.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        try:
            yield
        finally:
            db.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
