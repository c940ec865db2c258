"""The slow twin: what a history of records comes to, from the records alone, without a database."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from etl.recount import FAMILIES, Rules, cells, plain_course
from sql.measures import MEASURES
from sql.told import BITS, EVERYTHING
from tests.etl.world import NOW, ZONE, at

_ZONE = ZoneInfo(ZONE)
_ALWAYS = date.min, date.max
VACCINES = {"AZ": 2, "PF": 2, "AB": 3, "JS": 1}
LEAST_AGE = {"AZ": 18, "PF": 12, "AB": 18, "JS": 18}
SITES = {"S1": "C1", "S2": "C2", "S3": "D2", "S4": "D3"}
UNITS = {"P", "D1", "D2", "D3", "C1", "C2", "C3"}
# What else a source may write, and the code under which it counts: unknown, not recognised (as in warehouse.unit), outside.
UNKNOWN, NOT_RECOGNISED = 0, -2
SPELT = {None: UNKNOWN, "Không rõ": UNKNOWN, "c1": "C1", "C2.0": "C2", "99999": "-", "Xã Bình An": NOT_RECOGNISED}
_CODES = {UNKNOWN: "", NOT_RECOGNISED: "!"}
RULES = Rules(
    primary_doses={vaccine: [(*_ALWAYS, doses)] for vaccine, doses in VACCINES.items()},
    dose_rules={
        ("AZ", "AZ"): [(date(2021, 1, 1), date(2021, 9, 19), 56, 84), (date(2021, 9, 20), date.max, 28, 84)],
        ("PF", "PF"): [(*_ALWAYS, 21, 28)], ("PF", "AZ"): [(*_ALWAYS, 56, 84)],
        ("AB", "AB"): [(*_ALWAYS, 14, 14)], ("JS", "JS"): [(*_ALWAYS, 28, 28)],
    },
    booster_rules={1: [(date(2021, 1, 1), date(2021, 11, 30), 180), (date(2021, 12, 1), date.max, 90)],
                   2: [(*_ALWAYS, 120)]},
)  # fmt: skip


def figures(history: list[dict]) -> dict[str, Counter]:
    """Sums by cell, with codes in place of ids, of the newest whole version of each record."""
    newest: dict[str, dict] = {}
    for version in history:
        if is_whole(version):
            held = newest.get(version["record_id"])
            if held is None or version["updated_at"] > held["updated_at"]:
                newest[version["record_id"]] = version
    persons: dict[str, list] = {}
    for version in newest.values():
        persons.setdefault(version["person"], []).append(_injection(version))
    sums = {family: Counter() for family in FAMILIES}
    for injections in persons.values():
        for family, cell, amounts in cells(injections, plain_course(injections, RULES), _ZONE):
            if family == "entries":
                for name, amount in zip(MEASURES, amounts, strict=True):
                    sums[family][(*cell, name)] += amount
            elif family == "people":
                *before, residence, day = cell
                sums[family][(*before, _CODES.get(residence, residence), day)] += amounts[0]
            elif family == "doses":
                *before, residence, vaccine, number, band, group = cell
                sums[family][(*before, _CODES.get(residence, residence), vaccine, number, band, group)] += amounts[0]
            else:
                sums[family][cell] += amounts[0]
    return {family: Counter({cell: n for cell, n in sums[family].items() if n}) for family in sums}


def standing(steps: list) -> list[dict]:
    """The versions that count after these steps: lists of versions that came, tuples of those that were read as they are
    now, and sets of numbers that vanished.

    What vanished comes back with a version that is not older than the one held. What was read as it is now holds whatever
    its clock says; the newest, where one record was read several times.
    """
    held: dict[str, dict] = {}
    vanished: set[str] = set()
    for step in steps:
        if isinstance(step, set):
            vanished |= step & held.keys()
            continue
        for version in sorted(filter(is_whole, step), key=lambda version: version["updated_at"]):
            number = version["record_id"]
            if number not in held or isinstance(step, tuple) or version["updated_at"] >= held[number]["updated_at"]:
                held[number] = version
                vanished.discard(number)
    return [version for number, version in held.items() if number not in vanished]


def is_whole(version: dict) -> bool:
    """Whether it passes the rules, and the database takes it."""
    if "\0" in (version.get("lot_number") or ""):
        return False
    if version["status"] != "completed":
        return True
    i = _injection(version)
    if (
        version["vaccine_code"] not in VACCINES
        or version["site_code"] not in SITES
        or i.injected_on > NOW.astimezone(_ZONE).date()
    ):
        return False
    age = i.injected_on.year - version["birth_year"] if version["birth_year"] else None
    return not (
        i.injected_on < date(2021, 2, 1)
        or (version.get("told", EVERYTHING) & BITS["dose_number"] and version["dose_number"] not in range(1, 10))
        or (age is not None and age < LEAST_AGE[version["vaccine_code"]])
    )  # fmt: skip


def _injection(v: dict) -> SimpleNamespace:
    injected_at, recorded_at = at(v["injected_at"]), at(v["recorded_at"])
    day = injected_at.astimezone(_ZONE).date()
    age = day.year - v["birth_year"] if v["birth_year"] else None
    bands = ((0, 11, 1), (12, 17, 2), (18, 64, 3), (65, 150, 4))
    residence = v["residence_code"]
    return SimpleNamespace(
        source_id=1, record_id=v["record_id"], injected_at=injected_at, injected_on=day, recorded_at=recorded_at,
        is_recorded_at_inferred=recorded_at is None, status=v["status"], vaccine_id=v["vaccine_code"],
        dose_number=v["dose_number"], dose_kind=v.get("dose_kind"), lot_number=v.get("lot_number"), site_id=v["site_code"],
        place_unit_id=SITES.get(v["site_code"]),
        residence_unit_id=residence if residence in UNITS else SPELT[residence],
        age_band=next((band for low, high, band in bands if age is not None and low <= age <= high), 0),
        priority_group=v["priority_group"] or 0, birth_year=v["birth_year"], sex=v["sex"] or "unknown",
        identity_status=v["identity_status"] or "pending", identity_checked_at=at(v.get("identity_checked_at")),
        told=v["told"], certificate_printed_at=at(v.get("certificate_printed_at")), app_confirmed_at=at(v.get("app_confirmed_at")),
    )  # fmt: skip


def later(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()
