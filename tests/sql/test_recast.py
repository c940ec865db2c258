"""The real units: what was counted by those of 2021 is the same by those of July 2025, where codes were used again."""

import csv
from pathlib import Path

import pytest

from etl.sample.places import REFERENCE
from tests.etl import world as small
from tests.etl.world import Given, record

CONFIG = """
name: {vi: Bà Rịa – Vũng Tàu, en: Ba Ria – Vung Tau}
time_zone: Asia/Ho_Chi_Minh
units:
  root: "77"
  levels:
    - {name: province, vi: Tỉnh, en: Province}
    - {name: district, vi: Huyện, en: District}
    - {name: commune, vi: Xã, en: Commune}
age_bands: [0-4, 5-11, 12-17, 18-49, 50-64, 65+]
eligible_from_age: 12
reference:
"""
TABLES = ("units", "vaccines", "vaccine_aliases", "dose_rules", "booster_rules", "populations", "targets")
SITES = "code,name,kind,unit_code,daily_plan,valid_from\nS1,Trạm Y tế,fixed,26506,,2021-01-01\n"
IN_2021 = "(SELECT unit_id FROM warehouse.unit WHERE code = '77')"


@pytest.fixture
def province(warehouse, tmp_path, monkeypatch):
    """The real units of the province, in a settings file beside a site."""
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    named = [f"  {table}: {(REFERENCE / table).with_suffix('.csv')}" for table in TABLES]
    (tmp_path / "config.yaml").write_text(CONFIG + "\n".join([*named, "  sites: sites.csv\n"]), encoding="utf-8")
    monkeypatch.setattr(small, "SMALL", Path(tmp_path))
    held = Given(warehouse.url)
    yield held
    held.close()


def test_82_communes_and_con_dao_become_30_units_and_nobody_is_lost(province):
    """One person in each place of 2021, one more of whom only the district is known, one of whom nothing is."""
    with (REFERENCE / "units.csv").open(encoding="utf-8") as file:
        communes = sorted(
            {row["code"] for row in csv.DictReader(file) if row["level"] == "2" and row["parent_code"] != "79"}
        )
    assert len(communes) == 82
    places = [*communes, "755", "747", None]
    province.load([record(record_id=f"r{n}", person=f"p{n}", residence_code=code) for n, code in enumerate(places)])
    found = province.ask(
        f"SELECT u.code, u.name, r.people, r.units FROM mart.recast({IN_2021}, NULL, NULL, NULL, '2021-11-10', NULL, '2025-07-01') r "
        "JOIN warehouse.unit u USING (unit_id) WHERE r.stage = 1"
    )
    made = {name: (code, people, units) for code, name, people, units in found if units}
    assert len(made) == 30 and sum(units for _code, _people, units in made.values()) == 83
    assert all(people == units for _code, people, units in made.values())
    assert made["Phường Vũng Tàu"] == ("26506", 7, 7)  # the old 26506 was Ward 1, one of the seven
    assert made["Xã Phước Hải"][1:] == (4, 4)  # by way of Long Đất, which lay between
    assert [people for _code, _name, people, units in found if not units] == [1]  # known to live in Vũng Tàu City, no more
    whole = province.ask(
        f"SELECT people FROM mart.standing({IN_2021}, NULL, NULL, NULL, NULL, NULL, '2021-11-10', NULL) WHERE is_self AND stage = 1"
    )
    assert whole == [(sum(people for _code, _name, people, _units in found),)] == [(84,)]
