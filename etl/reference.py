"""Units, sites, vaccines, rules, populations and targets: from the files or queries of the settings into the warehouse."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise

import psycopg
from psycopg.types.json import Jsonb

import sql
from etl import lines, spelt
from etl.refusal import ReferenceTableError
from etl.residence import Readings
from etl.statements import BALANCES
from sql.settings import Reference, Settings

SQL = sql.load("queries/reference.sql")
_NO_WAREHOUSE = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
STAGES = ("first", "complete", "booster1", "booster2")
STOCK_KINDS = ("allocated", "received", "opened", "discarded", "counted")
SITE_KINDS = ("fixed", "hospital", "mobile", "other")


# An index entry of PostgreSQL holds 2704 bytes, and a key is up to two texts.
_LONGEST = 300  # characters


def _text(found: str) -> str:
    if len(found) > _LONGEST:
        raise ValueError
    return found


def _count(found: str) -> int:
    number = float(found)
    if not number.is_integer() or number < 0:  # neither is 1e999
        raise ValueError
    return int(number)


def _share(found: str) -> float:
    number = float(found)
    if not 0 < number <= 1:
        raise ValueError
    return number


def _is(found: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[found.lower()]


def _day(found: str) -> str:
    return date.fromisoformat(found[:10]).isoformat()


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(found: str) -> str:
        if found not in choices:
            raise ValueError
        return found

    read.asked = f"one of {', '.join(choices)}", {"asked_as": "one_of", "choices": ", ".join(choices)}
    return read


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(found: str) -> int:
        number = _count(found)
        if not low <= number <= high:
            raise ValueError
        return number

    read.asked = f"a whole number from {low} to {high}", {"asked_as": "between", "low": low, "high": high}
    return read


# What a cell must be: as the log says it, and as pages do.
_text.asked = f"text of at most {_LONGEST} characters", {"asked_as": "text", "most": _LONGEST}
_count.asked = "a whole number from 0", {"asked_as": "whole"}
_share.asked = "a share above 0, at most 1", {"asked_as": "share"}
_is.asked = "true or false", {"asked_as": "is"}
_day.asked = "a date such as 2021-12-31", {"asked_as": "day"}

# Column → (how to read it, whether it must be there).
TABLES: dict[str, dict[str, tuple[Callable, bool]]] = {
    "units": {"code": (_text, True), "name": (_text, True), "name_en": (_text, False), "level": (_between(0, 8), True),
              "parent_code": (_text, False), "valid_from": (_day, True), "valid_to": (_day, False),
              "successor_code": (_text, False)},
    "vaccines": {"code": (_text, True), "name": (_text, True), "manufacturer": (_text, False),
                 "primary_doses": (_between(1, 9), True), "approved_on": (_day, False), "min_age": (_count, False),
                 "valid_from": (_day, False)},
    "vaccine_aliases": {"alias": (_text, True), "vaccine_code": (_text, True)},
    "dose_rules": {"vaccine_code": (_text, True), "previous_vaccine_code": (_text, False), "valid_from": (_day, True),
                   "min_days": (_count, True), "recommended_min_days": (_count, True),
                   "recommended_max_days": (_count, True)},
    "booster_rules": {"booster": (_between(1, 2), True), "valid_from": (_day, True), "min_days": (_count, True)},
    "sites": {"code": (_text, True), "name": (_text, True), "kind": (_one_of(*SITE_KINDS), False),
              "unit_code": (_text, True), "daily_plan": (_count, False), "valid_from": (_day, False)},
    "site_aliases": {"alias": (_text, True), "site_code": (_text, True)},
    "populations": {"version": (_text, True), "source": (_text, True), "dated_on": (_day, True), "valid_from": (_day, True),
                    "unit_code": (_text, True), "age_band": (_text, False), "priority_group": (_between(1, 99), False),
                    "persons": (_count, True), "is_sample": (_is, False)},
    "targets": {"unit_code": (_text, False), "stage": (_one_of(*STAGES), True), "age_band": (_text, False),
                "priority_group": (_between(1, 99), False), "share": (_share, True), "due_on": (_day, True),
                "source": (_text, True), "valid_from": (_day, True), "is_sample": (_is, False)},
    "sessions": {"site_code": (_text, True), "day": (_day, True), "from_hour": (_between(0, 23), True),
                 "to_hour": (_between(1, 24), True), "planned_doses": (_count, False)},
    "stock": {"unit_code": (_text, False), "site_code": (_text, False), "vaccine_code": (_text, True),
              "lot_number": (_text, False), "kind": (_one_of(*STOCK_KINDS), True), "day": (_day, True),
              "doses": (_count, True), "doses_per_vial": (_between(1, 99), False), "document": (_text, False)},
}  # fmt: skip

# What tells one row of a table from another.
KEYS: dict[str, tuple[str, ...]] = {
    "units": ("code", "valid_from"), "vaccines": ("code", "valid_from"), "vaccine_aliases": ("alias",), "sites": ("code",),
    "site_aliases": ("alias",),
    "dose_rules": ("vaccine_code", "previous_vaccine_code", "valid_from"), "booster_rules": ("booster", "valid_from"),
    "populations": ("version", "unit_code", "age_band", "priority_group"),
    "targets": ("unit_code", "stage", "age_band", "priority_group", "valid_from"),
    "sessions": ("site_code", "day", "from_hour"),
    "stock": ("unit_code", "site_code", "vaccine_code", "lot_number", "kind", "day", "document"),
}  # fmt: skip


# Without a row of these nothing can be counted: an empty answer is a table in the making.
NEVER_EMPTY = ("units", "vaccines", "dose_rules")


def load(
    db: psycopg.Connection, settings: Settings, today: date, shift_days: int, over: Callable[[dict], dict] = dict
) -> tuple[int, list]:
    """Write all reference tables in the caller's transaction; what a table no longer says is gone with it.

    `over` lays rows from elsewhere over those of the settings (etl/uploads.py).
    Returns how many rows changed, and the persons whose injections mean something else by it (they must be
    reclassified). Raises ReferenceTableError; a connection that is lost stays an OperationalError.
    """
    given = over({name: read_table(name, getattr(settings.reference, name)) for name in TABLES})
    write = _Writer(db)
    try:
        return _write_all(db, write, given, settings, today, shift_days)
    except (psycopg.OperationalError, psycopg.InterfaceError, *_NO_WAREHOUSE):
        raise
    except psycopg.Error as refused:
        raise ReferenceTableError("not_taken", place=write.table, why=refused.diag.message_primary or refused) from None


def _write_all(
    db: psycopg.Connection, write: "_Writer", given: dict[str, list[dict]], settings: Settings, today: date, shift_days: int
) -> tuple[int, list]:
    write("write_age_bands", _age_bands(settings))
    _refuse(db, "extra_age_bands", "fewer_bands", "age_bands", bands=len(settings.age_bands))
    for unit in given["units"]:
        unit["sort_key"] = plain(unit["name"])
    _remove_units(db, write, given["units"])
    write("write_units", given["units"])
    _refuse(db, "units_without_parent", "no_parent", "units", rows=Jsonb(given["units"]))
    write("write_unit_parents", given["units"])
    write.changed += db.execute(SQL["write_unit_ancestors"]).fetchone()[0]
    if any(row["code"].lower() == spelt.ANY for row in given["vaccines"]):
        raise ReferenceTableError("any_is_taken", place="vaccines")
    spelt.write_vaccines(write, given["vaccines"], today)
    given["dose_rules"] = spelt.of_any(given["dose_rules"], given["vaccines"])
    for name in ("vaccine_aliases", "dose_rules"):
        codes = sorted({row[c] for row in given[name] for c in ("vaccine_code", "previous_vaccine_code") if row.get(c)})
        _refuse(db, "unknown_vaccines", "no_vaccine", name, codes=Jsonb(codes))
    write("remove_dose_rules", given["dose_rules"])
    write("write_dose_rules", given["dose_rules"])
    changed = {"vaccine_aliases": spelt.respell(db, write, SQL, "vaccine", given["vaccine_aliases"])}
    write("remove_booster_rules", given["booster_rules"])
    write("write_booster_rules", given["booster_rules"])
    root = db.execute(SQL["root"], {"root": settings.units.root, "day": today}).fetchone()
    if root is None:
        raise ReferenceTableError("no_root", place="units.root", found=settings.units.root)
    _mark_world(db, write, root[0])
    # A world that has ended is seen as on its last day: codes are used again, for other places, afterwards.
    changed["sites"] = _write_sites(db, write, given["sites"], min(today, root[1]))
    own = {site["code"] for site in given["sites"]} & {row["alias"] for row in given["site_aliases"]}
    if own:
        raise ReferenceTableError("alias_is_site", place="site_aliases", found=", ".join(sorted(own)[:5]))
    _refuse(db, "unknown_sites", "no_site", "site_aliases", rows=Jsonb(given["site_aliases"]))
    changed["site_aliases"] = spelt.respell(db, write, SQL, "site", given["site_aliases"])
    for name in ("populations", "targets"):
        _refuse(db, "rows_without_unit", "no_unit_then", name, rows=Jsonb(given[name]))
        _refuse_other_bands(name, given[name], settings)
    _write_in_force(db, write, given["populations"], given["targets"], settings)
    _write_supply(db, write, given["sessions"], given["stock"], settings, today)
    write.changed += db.execute(SQL["write_world"], {
        "name": Jsonb(settings.name.model_dump()), "time_zone": settings.time_zone, "root": root[0],
        "levels": Jsonb([level.model_dump() for level in settings.units.levels]),
        "is_sample": settings.is_sample, "shift_days": shift_days,
        "code_pattern": settings.units.code_pattern}).rowcount  # fmt: skip
    changed["residences"] = Readings(db).revise()
    if not any(changed.values()):
        return write.changed, []
    return write.changed, [person for (person,) in db.execute(SQL["persons_concerned"], changed)]


class _Writer:
    """Runs statements, counts the rows that changed, knows which table it is at."""

    def __init__(self, db: psycopg.Connection):
        self.db, self.changed, self.table = db, 0, "reference"

    def __call__(self, statement: str, rows: list[dict], **values) -> None:
        self.table = statement.partition("_")[2]
        self.changed += self.db.execute(SQL[statement], {"rows": Jsonb(rows), **values}).rowcount


def _mark_world(db: psycopg.Connection, write: _Writer, root: int) -> None:
    """Which units lie in the world; its balances are made anew where doses lie in one that came or went."""
    moved = [unit for (unit,) in db.execute(SQL["mark_world"], {"root": root})]
    write.changed += len(moved)
    if db.execute(SQL["counted_units"], {"units": moved}).fetchone()[0]:
        (folded_through,) = db.execute(SQL["folded_through"]).fetchone()
        for name in ("doses_world", "people_world"):
            db.execute(SQL[f"empty_balance_{name}"])
            db.execute(BALANCES[f"fold_{name}"], {"from_batch": 0, "to_batch": folded_through})


def _remove_units(db: psycopg.Connection, write: _Writer, units: list[dict]) -> None:
    """A unit that the table no longer has goes, unless something is counted there."""
    _refuse(db, "units_still_needed", "needed_units", "units", rows=Jsonb(units))
    for statement in ("orphan_units", "forget_units", "remove_units"):
        write(statement, units)


def _write_sites(db: psycopg.Connection, write: _Writer, sites: list[dict], day: date) -> list[int]:
    codes = Jsonb(sorted({site["unit_code"] for site in sites}))
    _refuse(db, "unknown_units", "no_unit", "sites", codes=codes)
    moved = db.execute(SQL["moved_sites"], {"rows": Jsonb(sites), "day": day}).fetchall()
    write("write_sites", sites, day=day)
    return [site_id for (site_id,) in moved]


def _refuse_other_bands(name: str, rows: list[dict], settings: Settings) -> None:
    labels = {band.label for band in settings.age_bands}
    for row in rows:
        if row.get("age_band") and row["age_band"] not in labels:
            raise ReferenceTableError("other_band", place=name, found=row["age_band"], bands=", ".join(sorted(labels)))


def _write_in_force(
    db: psycopg.Connection, write: _Writer, populations: list[dict], targets: list[dict], settings: Settings
) -> None:
    """What figures are measured against: rows that changed are closed at the batch to come, and new ones opened."""
    (batch,) = db.execute(SQL["batch_to_come"]).fetchone()
    db.execute(SQL["create_given"])
    for statement in ("close_population_versions", "open_population_versions"):
        write(statement, populations, batch=batch)
    write.table = "populations"
    db.execute(SQL["give_populations"], {"rows": Jsonb(populations)})
    for level in range(len(settings.units.levels) - 2, -1, -1):
        db.execute(SQL["sum_populations"], {"level": level})
    write("close_populations", [], batch=batch)
    write("open_populations", [], batch=batch)
    write.table = "targets"
    db.execute(SQL["give_targets"], {"rows": Jsonb(targets)})
    write("close_targets", [], batch=batch)
    write("open_targets", [], batch=batch)


def _write_supply(
    db: psycopg.Connection, write: _Writer, sessions: list[dict], stock: list[dict], settings: Settings, today: date
) -> None:
    """Sessions and stock: rows that changed are closed and opened as those of populations and targets are."""
    (batch,) = db.execute(SQL["batch_to_come"]).fetchone()
    if settings.reference.stock and not stock:
        _refuse(db, "stock_in_force", "emptied_stock", "stock")
    for name, rows in (("sessions", sessions), ("stock", stock)):
        write.table = name
        _refuse(db, "unknown_sites", "no_site", name, rows=Jsonb(rows))
    vaccines = Jsonb(sorted({row["vaccine_code"] for row in stock}))
    _refuse(db, "unknown_vaccines", "no_vaccine", "stock", codes=vaccines)
    _refuse(db, "stock_without_unit", "no_unit_on_day", "stock", rows=Jsonb(stock))
    # A table that does not reach back any more forgets nothing: what was planned on a day before its first stays.
    told_from = min((row["day"] for row in sessions), default=today if settings.reference.sessions else "-infinity")
    write("close_sessions", sessions, batch=batch, told_from=told_from)
    write("open_sessions", sessions, batch=batch)
    db.execute(SQL["give_stock"], {"rows": Jsonb(stock)})
    for statement in ("close_stock", "open_stock"):
        write(statement, [], batch=batch)


def _refuse(db: psycopg.Connection, statement: str, code: str, place: str, **values) -> None:
    found = db.execute(SQL[statement], values).fetchmany(6)
    if found:
        shown = ", ".join(str(row[0]) for row in found[:5]) + (" …" if len(found) > 5 else "")
        raise ReferenceTableError(code, place=place, found=shown)


def _age_bands(settings: Settings) -> list[dict]:
    return [
        {"age_band": number, "label": band.label, "from_age": band.from_age, "to_age": band.to_age,
         "is_eligible": band.from_age >= settings.eligible_from_age}
        for number, band in enumerate(settings.age_bands, start=1)
    ]  # fmt: skip


def read_table(name: str, reference: Reference | None) -> list[dict]:
    """The rows of one reference table, typed. Raises ReferenceTableError."""
    if reference is None:
        return []
    header, found, place = lines.read(name, reference)
    theirs = {theirs: ours for ours, theirs in (reference.columns or {}).items()}
    constants = {column: str(value) for column, value in (reference.constants or {}).items()}
    columns = [*(theirs.get(column, column) for column in header), *constants]
    if lacking := [column for column, (_, must) in TABLES[name].items() if must and column not in columns]:
        raise ReferenceTableError("no_column", place=place, column=", ".join(lacking), columns=", ".join(columns))
    rows = []
    for line, given in found:
        row = {theirs.get(column, column): cell for column, cell in given.items()} | constants
        rows.append({c: read_cell(place, line, c, row.get(c), *TABLES[name][c]) for c in TABLES[name]})
        if name == "dose_rules":
            before = rows[-1]["previous_vaccine_code"] or rows[-1]["vaccine_code"]
            rows[-1]["previous_vaccine_code"] = spelt.ANY if before.lower() == spelt.ANY else before
        if name == "units" and rows[-1]["valid_to"] and rows[-1]["valid_to"] < rows[-1]["valid_from"]:
            raise ReferenceTableError("ends_before", place=place, line=line)
        if name == "sessions" and rows[-1]["to_hour"] <= rows[-1]["from_hour"]:
            raise ReferenceTableError("closes_before", place=place, line=line)
        if name == "stock" and not (rows[-1]["unit_code"] or rows[-1]["site_code"]):
            raise ReferenceTableError("no_place", place=place, line=line)
    if not rows and name in NEVER_EMPTY:
        raise ReferenceTableError("no_row", place=place)
    if name == "units":
        _refuse_overlap(place, rows)
    if name == "populations":
        distinct(place, rows, ("version",), ("source", "dated_on", "valid_from", "is_sample"), [line for line, _ in found])
    return distinct(place, rows, KEYS[name], tuple(TABLES[name]), [line for line, _ in found])


def distinct(
    place: str, rows: list[dict], key: tuple[str, ...], told: tuple[str, ...], numbers: Iterable[int] | None = None
) -> list[dict]:
    """A row a key. Two rows of one key that say different things are refused: either may be the mistake."""
    seen: dict[tuple, tuple[int, dict]] = {}
    for line, row in zip(numbers or range(2, len(rows) + 2), rows, strict=True):
        named = tuple(row[c].lower() if c == "alias" else row[c] for c in key)
        first, before = seen.setdefault(named, (line, row))
        if any(before[c] != row[c] for c in told if c not in key):
            shown = ", ".join(str(part) for part in named if part is not None)
            raise ReferenceTableError("said_twice", place=place, line=line, found=shown, first=first)
    return [row for _line, row in seen.values()]


def _refuse_overlap(place: str, units: list[dict]) -> None:
    """A code is one unit at a time; else everything there would be counted twice."""
    ordered = sorted(units, key=lambda unit: (unit["code"], unit["valid_from"]))
    for one, other in pairwise(ordered):
        if one["code"] == other["code"] and one["valid_from"] < other["valid_from"] <= (one["valid_to"] or "9999"):
            raise ReferenceTableError("two_units", place=place, found=one["code"], since=other["valid_from"],
                                 until=one["valid_to"] or "now", first=one["valid_from"])  # fmt: skip


def read_cell(place: str, line: int, column: str, found, read: Callable, must: bool):
    if found is None or not str(found).strip():
        if must:
            raise ReferenceTableError("empty_cell", place=place, line=line, column=column)
        return None
    try:
        return read(str(found).strip())
    except (ValueError, KeyError):
        asked, as_code = read.asked
        shown = str(found)[:50]
        raise ReferenceTableError(
            "bad_cell", place=place, line=line, column=column, asked=asked, found=shown, **as_code
        ) from None


def plain(name: str) -> str:
    """A name without accents in lower case: sorts and searches as people expect. Phường 2 comes before Phường 10."""
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).lower()
    return " ".join(word.zfill(3) if word.isdigit() else word for word in bare.split())
