"""The province of the sample: communes, districts and the sites that vaccinate in them."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).parent.parent / "reference"
LIVES_ON = date(2021, 11, 5)  # the units in force on this day
OPENED_ON = date(2021, 3, 1)

# Communes of neighbouring provinces, where visitors live: none of them is a unit of this province.
OUTSIDE_CODES = (
    "26734",
    "26740",
    "26767",
    "27004",
    "27259",
    "25993",
    "26041",
    "26188",
    "26281",
    "26347",
    "22915",
    "25747",
)


@dataclass(frozen=True)
class Site:
    """A place that vaccinates; `unit_code` is a commune, or a district for what moves or stands in Côn Đảo."""

    code: str
    name: str
    kind: str
    unit_code: str
    district: int
    daily_plan: int


@dataclass(frozen=True)
class Province:
    """Units and sites by position: arrays elsewhere hold these positions."""

    districts: tuple[str, ...]
    units: tuple[str, ...]  # the lowest units: 82 communes and Côn Đảo
    unit_district: np.ndarray
    sites: tuple[Site, ...]
    stations: np.ndarray  # by unit: its health station
    hospitals: tuple[np.ndarray, ...]  # by district
    mobile_teams: tuple[np.ndarray, ...]
    workplaces: tuple[np.ndarray, ...]


@cache
def province() -> Province:
    """The units of 2021 with invented sites; a site's plan follows the people around it."""
    rows = [row for row in _read(REFERENCE / "units.csv") if _in_force(row)]
    districts = tuple(row["code"] for row in rows if row["level"] == "1")
    names = {row["code"]: row["name"] for row in rows}
    parents = {row["code"]: row["parent_code"] for row in rows if row["level"] == "2"}
    units = tuple(parents) + tuple(code for code in districts if code not in parents.values())
    district_of = np.array([districts.index(parents.get(code, code)) for code in units])
    people = _people_by_unit()
    sites: list[Site] = []

    def add(code, name, kind, unit, district, people_served):
        plan = max(40, round(people_served / 85, -1))
        sites.append(Site(code, f"{name} (minh họa)", kind, unit, district, int(plan)))
        return len(sites) - 1

    stations = np.empty(len(units), dtype=np.int16)
    for position, code in enumerate(units):
        stations[position] = add(
            f"TYT-{code}", f"Trạm Y tế {names[code]}", "fixed", code, int(district_of[position]), people[code]
        )
    hospitals: list[list[int]] = []
    teams: list[list[int]] = []
    workplaces: list[list[int]] = []
    for number, code in enumerate(districts):
        own = [position for position in range(len(units)) if district_of[position] == number]
        total = sum(people[units[position]] for position in own)
        seat = units[max(own, key=lambda position: people[units[position]])]
        hospitals.append([add(f"TTYT-{code}", f"Trung tâm Y tế {names[code]}", "hospital", seat, number, total // 9)])
        if code in ("747", "748"):
            hospitals[-1].append(add(f"BV-{code}", f"Bệnh viện {names[code]}", "hospital", seat, number, total // 9))
        teams.append(
            [
                add(f"DLD-{code}-{team}", f"Đội tiêm lưu động {team} {names[code]}", "mobile", code, number, total // 16)
                for team in range(1, 2 + (total > 50_000) + (total > 150_000))
            ]
        )
        workplaces.append([])
        if code in ("747", "748", "750", "754"):
            workplaces[-1].append(
                add(f"DN-{code}", f"Điểm tiêm doanh nghiệp {names[code]}", "other", seat, number, total // 8)
            )
    return Province(
        districts,
        units,
        district_of,
        tuple(sites),
        stations,
        *(tuple(np.array(group, dtype=np.int16) for group in kind) for kind in (hospitals, teams, workplaces)),
    )


def residents() -> list[tuple[int, int, int, int]]:
    """(unit position, age band 0…5, priority group, persons): the sample population, person by person in this order."""
    positions = {code: position for position, code in enumerate(province().units)}
    return [
        (positions[row["unit_code"]], BANDS.index(row["age_band"]), int(row["priority_group"]), int(row["persons"]))
        for row in _read(Path(__file__).parent / "residents.csv")
    ]


BANDS = ("0-4", "5-11", "12-17", "18-49", "50-64", "65+")


def _people_by_unit() -> dict[str, int]:
    people: dict[str, int] = {}
    for row in _read(Path(__file__).parent / "residents.csv"):
        people[row["unit_code"]] = people.get(row["unit_code"], 0) + int(row["persons"])
    return people


def _in_force(row: dict) -> bool:
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    return date.fromisoformat(row["valid_from"]) <= LIVES_ON <= until


def _read(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
