"""A source's own database, as a site's program writes to it, and settings that read it."""

import os
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import yaml

from etl.__main__ import main
from sql import connect, settings
from sql.settings import Settings
from tests.etl.world import SMALL

TABLE = """
CREATE TABLE public.injections (
    id text PRIMARY KEY, so_giay_to text, noi_o text, diem_tiem text, vac_xin text, mui int, tiem_luc timestamptz,
    nhap_luc timestamptz, trang_thai text NOT NULL DEFAULT 'completed', cap_nhat timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON public.injections (cap_nhat, id);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('injections_changed', ''); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON public.injections FOR EACH STATEMENT EXECUTE FUNCTION tell();
"""
FIELDS = {
    "record_id": "id", "person_id": "so_giay_to", "birth_year": {"value": 1980}, "residence_code": "noi_o", "site_code": "diem_tiem",
    "vaccine_code": "vac_xin", "dose_number": "mui", "injected_at": "tiem_luc", "recorded_at": "nhap_luc", "updated_at": "cap_nhat",
    "status": "trang_thai",
}  # fmt: skip


class Register:
    """`db` is the connection of one site, in autocommit."""

    def __init__(self, url: str):
        self.url = url
        self.db = self.another()
        self.db.execute(TABLE)

    def another(self, **options) -> psycopg.Connection:
        """Another site's connection."""
        return psycopg.connect(connect.conninfo(self.url), **{"autocommit": True} | options)

    def enter(self, number: str, ago: float = 0, db=None, **given) -> None:
        """One dose of a person of its own, with a time of change so many seconds ago."""
        changed = datetime.now(UTC) - timedelta(seconds=ago)
        row = {"so_giay_to": f"{zlib.crc32(number.encode()):012d}", "noi_o": "C1", "diem_tiem": "S1", "vac_xin": "JS", "mui": 1,
               "tiem_luc": changed - timedelta(hours=1), "nhap_luc": changed, "cap_nhat": changed} | given  # fmt: skip
        (db or self.db).execute(
            f"INSERT INTO public.injections (id, {', '.join(row)}) VALUES (%s{', %s' * len(row)})", [number, *row.values()]
        )

    def close(self) -> None:
        self.db.close()


def source(url: str, **more) -> dict:
    """What the settings say of a register."""
    return {"kind": "database", "url": url, "table": "public.injections", "fields": FIELDS} | more


def configure(folder: Path, sources: dict, **etl) -> Path:
    """The small world with these sources, as a settings file."""
    found = yaml.safe_load((SMALL / "config.yaml").read_text(encoding="utf-8"))
    found["reference"] = {name: str(SMALL / path) for name, path in found["reference"].items()}
    file = folder / "config.yaml"
    file.write_text(
        yaml.safe_dump(found | {"sample": False, "sources": sources, "etl": etl}, allow_unicode=True, sort_keys=False),
        encoding="utf-8",
    )
    return file


def read(file: Path) -> Settings:
    return settings.read(file, file.parent / "data", environment=os.environ)


def verb(file: Path, *words: str) -> int:
    """python -m etl …, in this process; its exit code."""
    name, *more = words
    return main([name, "--config", str(file), "--data", str(file.parent / "data"), *more])
