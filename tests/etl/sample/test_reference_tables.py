"""The CSV files that the project ships: they must agree with the census, with each other and with the sample."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from etl.sample.places import OUTSIDE_CODES, REFERENCE
from etl.sample.vaccines import ALL_SPELLINGS, UNKNOWN_SPELLINGS

CENSUS, SAMPLE = "Tổng điều tra 2019", "Minh họa 2021"
PROVINCE_2019 = 1_148_313


def read(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def units() -> list[dict]:
    rows = read(REFERENCE / "units.csv")
    for row in rows:
        row["from"] = date.fromisoformat(row["valid_from"])
        row["to"] = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    return rows


@pytest.fixture(scope="module")
def populations() -> list[dict]:
    return read(REFERENCE / "populations.csv")


def on(units, day: date, **wanted) -> list[dict]:
    return [u for u in units if u["from"] <= day <= u["to"] and all(u[k] == v for k, v in wanted.items())]


def test_in_2021_there_are_8_districts_and_82_communes_and_after_the_merger_30_units(units):
    assert [len(on(units, date(2021, 11, 5), level=level)) for level in "012"] == [1, 8, 82]
    assert len(on(units, date(2025, 3, 1), level="1")) == 7
    assert [len(on(units, date(2025, 7, 1), level=level)) for level in "012"] == [1, 0, 30]


def test_a_code_is_never_valid_twice_at_a_time(units):
    for unit in units:
        assert on(units, unit["from"], code=unit["code"]) == [unit]


def test_every_parent_and_every_successor_is_there_when_it_is_needed(units):
    for unit in units:
        if unit["parent_code"]:
            (parent,) = on(units, unit["from"], code=unit["parent_code"])
            assert parent["to"] >= unit["to"]
        if unit["valid_to"]:
            assert on(units, unit["to"] + timedelta(days=1), code=unit["successor_code"])


def test_names_hold_no_odd_spaces(units):
    names = [u[column] for u in units for column in ("name", "name_en")]
    assert [name for name in names if name != " ".join(name.split())] == []


def test_english_names_carry_no_diacritics(units):
    assert [u["name_en"] for u in units if not u["name_en"].replace("–", "-").isascii()] == []


def test_the_split_adds_up_to_the_census_of_each_district(units, populations):
    district = {u["code"]: u["parent_code"] for u in on(units, date(2021, 11, 5), level="2")}
    census = {p["unit_code"]: int(p["persons"]) for p in populations if p["version"] == CENSUS}
    split = Counter()
    for row in populations:
        if row["version"] == SAMPLE and row["age_band"]:
            split[district.get(row["unit_code"], row["unit_code"])] += int(row["persons"])
    assert split == census
    assert sum(census.values()) == PROVINCE_2019


def test_priority_groups_add_up_to_the_bands_from_12_years_on(populations):
    by_group, by_band = Counter(), Counter()
    for row in populations:
        if row["priority_group"]:
            by_group[row["unit_code"]] += int(row["persons"])
        elif row["version"] == SAMPLE and row["age_band"] not in ("0-4", "5-11"):
            by_band[row["unit_code"]] += int(row["persons"])
    assert by_group == by_band


def test_the_people_of_the_sample_are_its_denominators(populations):
    cells = Counter()
    for row in read(REFERENCE.parent / "sample" / "residents.csv"):
        cells[row["unit_code"], row["age_band"]] += int(row["persons"])
    assert cells == {
        (p["unit_code"], p["age_band"]): int(p["persons"]) for p in populations if p["version"] == SAMPLE and p["age_band"]
    }


def test_what_is_made_up_says_so(populations):
    assert {(p["version"], p["is_sample"]) for p in populations} == {(CENSUS, "false"), (SAMPLE, "true")}
    assert all(p["source"].startswith("Dữ liệu minh họa: ") for p in populations if p["version"] == SAMPLE)
    assert all("minh họa" in t["source"] for t in read(REFERENCE / "targets.csv"))


def test_what_sites_type_is_in_the_alias_table_and_what_is_meant_to_be_unknown_is_not():
    aliases = [row["alias"].lower() for row in read(REFERENCE / "vaccine_aliases.csv")]
    assert len(aliases) == len(set(aliases))
    assert {word.lower() for word in ALL_SPELLINGS} <= set(aliases)
    assert not {word.lower() for word in UNKNOWN_SPELLINGS} & set(aliases)


def test_visitors_come_from_places_outside_the_province(units):
    assert not set(OUTSIDE_CODES) & {u["code"] for u in units}
