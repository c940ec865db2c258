"""The whole road in processes of their own: a source's database → ETL → warehouse → server → browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import yaml

from sql import connect, settings, world
from tests.dashboard.served import PROJECT, Served, serving
from tests.processes import becomes

SMALL = PROJECT / "tests" / "etl" / "small"

# A source with names of its own, that wakes the ETL at each change.
PLATFORM = """
CREATE TABLE public.injections (
    id text PRIMARY KEY, so_giay_to text, noi_o text, diem_tiem text NOT NULL, vac_xin text NOT NULL, mui int,
    tiem_luc timestamptz NOT NULL, nhap_luc timestamptz, cap_nhat timestamptz NOT NULL DEFAULT clock_timestamp(),
    trang_thai text NOT NULL DEFAULT 'completed');
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('injections_changed', ''); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON public.injections FOR EACH STATEMENT EXECUTE FUNCTION tell();
"""
FIELDS = {
    "record_id": "id",
    "person_id": "so_giay_to",
    "birth_year": {"value": 1980},
    "residence_code": "noi_o",
    "site_code": "diem_tiem",
    "vaccine_code": "vac_xin",
    "dose_number": "mui",
    "injected_at": "tiem_luc",
    "recorded_at": "nhap_luc",
    "updated_at": "cap_nhat",
    "status": "trang_thai",
}


@dataclass
class House:
    """`enter` is what a site does; `served` what a reader sees."""

    platform: psycopg.Connection
    served: Served
    etl: subprocess.Popen
    log: Path
    entered: int = 0

    def enter(self, people: int = 1, residence: str = "C1", site: str = "S1", vaccine: str = "JS") -> None:
        """So many new persons with one dose each, committed at the source."""
        now = datetime.now(UTC)
        first, self.entered = self.entered + 1, self.entered + people
        rows = [(f"r{n}", f"{n:012d}", residence, site, vaccine, 1, now, now) for n in range(first, self.entered + 1)]
        with self.platform.transaction(), self.platform.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO public.injections (id, so_giay_to, noi_o, diem_tiem, vac_xin, mui, tiem_luc, nhap_luc) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                rows,
            )

    def void(self, record: int) -> None:
        """A site takes a record back."""
        self.platform.execute(
            "UPDATE public.injections SET trang_thai = 'entered-in-error', cap_nhat = clock_timestamp() WHERE id = %s",
            [f"r{record}"],
        )

    def received(self) -> int:
        """Records that are in the warehouse."""
        counted = self.served.get("/api/v1/coverage?basis=place&level=province").json()
        return counted["rows"][0]["doses"]

    def words(self) -> str:
        return f"{self.log.read_text(encoding='utf-8')}\n{self.served.words()}"


@contextmanager
def house(warehouse: str, platform: str, folder: Path) -> Iterator[House]:
    """The small world of the ETL's tests, with a source that is a database."""
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(_settings(platform), allow_unicode=True), encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    world.prepare(warehouse, settings.read(config, data))
    log = data / "etl.log"
    words = [sys.executable, "-m", "etl", "run", "--config", str(config), "--data", str(data)]
    with (
        psycopg.connect(connect.conninfo(platform), autocommit=True) as source,
        serving(warehouse, data, config) as served,
        log.open("wb") as out,
    ):
        source.execute(PLATFORM)
        environment = os.environ | {"DATABASE_URL": warehouse}
        etl = subprocess.Popen(words, cwd=PROJECT, env=environment, stdout=out, stderr=out)
        try:
            nothing_yet = ["warehouse: no record was loaded yet"]
            assert becomes(lambda: served.get("/readyz").json()["reasons"] == nothing_yet, 30), log.read_text(
                encoding="utf-8"
            )
            yield House(source, served, etl, log)
        finally:
            etl.terminate()
            try:
                etl.wait(20)
            finally:
                etl.kill()


def _settings(platform: str) -> dict:
    found = yaml.safe_load((SMALL / "config.yaml").read_text(encoding="utf-8"))
    found["reference"] = {
        name: str(SMALL / value) if isinstance(value, str) else value for name, value in found["reference"].items()
    }
    # Slow on purpose: what is on the page at once came by the source's own word.
    found["etl"] = found.get("etl", {}) | {"every_seconds": 20}
    found["sample"] = False
    found["sources"] = {
        "platform": {
            "kind": "database",
            "url": platform,
            "table": "public.injections",
            "listen": "injections_changed",
            "fields": FIELDS,
        }
    }
    return found
