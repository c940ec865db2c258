"""Italy's published vaccinations: what the warehouse counts equals the publisher's own totals, to the unit.

The totals come from other files of the publisher than the records. The data lie beside the project, in shared/data;
without them this skips. All eight regions (2 M records, some minutes): TEST_ITALY=whole ./test tests/etl/test_italy.py
"""

import json
import os
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from etl.__main__ import main
from sql.settings import PROJECT

DATA = PROJECT.parent / "shared" / "data" / "italy"
CONFIG = PROJECT / "etl" / "mappings" / "italy.yaml"
DOSES = {1: "prima_dose", 2: "seconda_dose"}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="shared/data/italy is not beside the project")


@pytest.fixture(scope="module")
def folder() -> Path:
    return DATA if os.environ.get("TEST_ITALY") == "whole" else DATA / "tiny"


@pytest.fixture(scope="module")
def italy(folder, shared_warehouse, tmp_path_factory):
    """A connection to a warehouse that `backfill` loaded."""
    with pytest.MonkeyPatch.context() as given:
        given.setenv("ITALY_DATA", str(folder))
        given.setenv("DATABASE_URL", shared_warehouse.url)
        data = str(tmp_path_factory.mktemp("data"))
        assert main(["backfill", "--config", str(CONFIG), "--data", data, "--json"]) == 0
        with psycopg.connect(shared_warehouse.url, autocommit=True) as db:
            yield db
        assert main(["verify", "--config", str(CONFIG), "--data", data, "--json"]) == 0


def table(db, query: str, index: list[str], columns: str) -> pd.DataFrame:
    cursor = db.execute(query)
    frame = pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])
    return frame.pivot_table(index=index, columns=columns, values="doses", aggfunc="sum", fill_value=0).rename(columns=DOSES)


def test_doses_by_area_day_and_dose(italy, folder):
    counted = table(italy, """
        SELECT u.code AS area, s.day::text AS data_somministrazione, s.dose_number, s.doses::bigint
        FROM warehouse.balance_lots s JOIN warehouse.site USING (site_id) JOIN warehouse.unit u USING (unit_id)
    """, ["area", "data_somministrazione"], "dose_number")  # fmt: skip
    published = pd.read_csv(folder / "expected_area_date_dose.csv").set_index(["area", "data_somministrazione"])
    pd.testing.assert_frame_equal(counted[list(DOSES.values())].sort_index(), published[list(DOSES.values())].sort_index(),
                                  check_names=False, check_dtype=False)  # fmt: skip


def test_doses_by_area_vaccine_and_dose(italy, folder):
    counted = table(italy, """
        SELECT u.code AS area, v.code AS vaccine, d.dose_number, d.doses::bigint
        FROM warehouse.unit u CROSS JOIN LATERAL mart.doses_by_vaccine(u.unit_id, 'place', NULL, NULL, NULL, NULL, NULL, NULL) d
        JOIN warehouse.vaccine v USING (vaccine_id) WHERE u.level = 1
    """, ["area", "vaccine"], "dose_number")  # fmt: skip
    published = pd.read_csv(folder / "expected_area_vaccine_dose.csv")
    codes = dict(
        italy.execute("SELECT a.alias, v.code FROM warehouse.vaccine_alias a JOIN warehouse.vaccine v USING (vaccine_id)")
    )
    published["vaccine"] = published["fornitore"].str.lower().map(codes)
    published = published.set_index(["area", "vaccine"])
    pd.testing.assert_frame_equal(counted[list(DOSES.values())].sort_index(), published[list(DOSES.values())].sort_index(),
                                  check_names=False, check_dtype=False)  # fmt: skip


def test_doses_in_total_and_the_counter(italy, folder):
    published = int(pd.read_csv(folder / "expected_area_total.csv")["dosi_somministrate"].sum())
    received, loaded, unchanged, quarantined = italy.execute(
        "SELECT received, loaded, unchanged, quarantined FROM mart.world()").fetchone()  # fmt: skip
    assert loaded == published
    assert (received, unchanged, quarantined) == (loaded, 0, 0)


def test_people_are_distinct_persons(italy, folder):
    records = next(folder.glob("records.*"))
    read = pd.read_parquet if records.suffix == ".parquet" else pd.read_csv
    distinct = read(records, **({"columns": ["person_id"]} if records.suffix == ".parquet" else {"usecols": ["person_id"]}))
    with_one = italy.execute("""
        SELECT sum(people) FROM mart.standing((SELECT root_unit_id FROM mart.world()),
            (SELECT array_agg(age_band) FROM mart.age_bands()), NULL, NULL, NULL, NULL, '2021-05-10', NULL)
        WHERE is_self AND stage = 1
    """).fetchone()[0]  # fmt: skip
    assert with_one == distinct["person_id"].nunique()


def test_the_same_file_again_changes_nothing(italy, folder, shared_warehouse, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ITALY_DATA", str(folder))
    monkeypatch.setenv("DATABASE_URL", shared_warehouse.url)
    key = next(Path(p) for p in sorted(tmp_path.parent.glob("data*/person.key")))
    (tmp_path / "person.key").write_bytes(key.read_bytes())
    (tmp_path / "person.key").chmod(0o600)
    assert main(["once", "--config", str(CONFIG), "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["received"] == 0
