"""Loads reference data (units, sites, vaccines, rules, populations, targets) from the files or queries of the settings."""

import unicodedata
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import psycopg
from psycopg.types.json import Jsonb

import sql
from etl import aliases, lines
from etl.refusal import ReferenceTableError
from etl.residence import Readings
from etl.settings import Reference, Settings
from etl.statements import BALANCES
from sql.reference import TABLES, Column, Table
from sql.rows import only

SQL = sql.load("queries/reference.sql")
_NO_WAREHOUSE = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)


def load(
    db: psycopg.Connection, settings: Settings, today: date, shift_days: int, over: Callable[[dict], dict] = dict
) -> tuple[int, list]:
    """Write all reference tables in the caller's transaction; rows that a table no longer has are removed.

    `over` overlays rows from elsewhere (etl/uploads.py).
    Returns how many rows changed, and the persons that must be reclassified. Raises ReferenceTableError; a lost connection
    stays an OperationalError.
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
    write.changed += only(db.execute(SQL["write_unit_ancestors"]))[0]
    if any(row["code"].lower() == aliases.ANY for row in given["vaccines"]):
        raise ReferenceTableError("any_is_taken", place="vaccines")
    aliases.write_vaccines(write, given["vaccines"], today)
    given["dose_rules"] = aliases.expand_any(given["dose_rules"], given["vaccines"])
    for name in ("vaccine_aliases", "dose_rules"):
        codes = sorted({row[c] for row in given[name] for c in ("vaccine_code", "previous_vaccine_code") if row.get(c)})
        _refuse(db, "unknown_vaccines", "no_vaccine", name, codes=Jsonb(codes))
    write("remove_dose_rules", given["dose_rules"])
    write("write_dose_rules", given["dose_rules"])
    changed: dict[str, list] = {"vaccine_aliases": aliases.write(db, write, SQL, "vaccine", given["vaccine_aliases"])}
    write("remove_booster_rules", given["booster_rules"])
    write("write_booster_rules", given["booster_rules"])
    root = db.execute(SQL["root"], {"root": settings.units.root, "day": today}).fetchone()
    if root is None:
        raise ReferenceTableError("no_root", place="units.root", found=settings.units.root)
    _mark_world(db, write, root[0])
    # An abolished root unit is seen as on its last day: its codes are reused for other places afterwards.
    changed["sites"] = _write_sites(db, write, given["sites"], min(today, root[1]))
    own = {site["code"] for site in given["sites"]} & {row["alias"] for row in given["site_aliases"]}
    if own:
        raise ReferenceTableError("alias_is_site", place="site_aliases", found=", ".join(sorted(own)[:5]))
    _refuse(db, "unknown_sites", "no_site", "site_aliases", rows=Jsonb(given["site_aliases"]))
    changed["site_aliases"] = aliases.write(db, write, SQL, "site", given["site_aliases"])
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
    """Runs statements, counts changed rows, and knows the current table."""

    def __init__(self, db: psycopg.Connection):
        self.db, self.changed, self.table = db, 0, "reference"

    def __call__(self, statement: str, rows: list[dict], **values) -> None:
        self.table = statement.partition("_")[2]
        self.changed += self.db.execute(SQL[statement], {"rows": Jsonb(rows), **values}).rowcount


def _mark_world(db: psycopg.Connection, write: _Writer, root: int) -> None:
    """Mark the units below the root; rebuild its balances if one with doses came or went."""
    moved = [unit for (unit,) in db.execute(SQL["mark_world"], {"root": root})]
    write.changed += len(moved)
    if only(db.execute(SQL["counted_units"], {"units": moved}))[0]:
        (folded_through,) = only(db.execute(SQL["folded_through"]))
        for name in ("doses_world_day_filters", "people_world_day_filters"):
            db.execute(SQL[f"empty_balance_{name}"])
            db.execute(BALANCES[f"fold_{name}"], {"after_batch": 0, "to_batch": folded_through})


def _remove_units(db: psycopg.Connection, write: _Writer, units: list[dict]) -> None:
    """Remove units that the table no longer has. Raises if something is counted there."""
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
    """Write populations and targets, which are versioned: changed rows are closed at the next batch, and new ones opened."""
    (batch,) = only(db.execute(SQL["batch_to_come"]))
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
    """Write sessions and stock, versioned like populations and targets."""
    (batch,) = only(db.execute(SQL["batch_to_come"]))
    if settings.reference.stock and not stock:
        _refuse(db, "stock_in_force", "emptied_stock", "stock")
    for name, rows in (("sessions", sessions), ("stock", stock)):
        write.table = name
        _refuse(db, "unknown_sites", "no_site", name, rows=Jsonb(rows))
    vaccines = Jsonb(sorted({row["vaccine_code"] for row in stock}))
    _refuse(db, "unknown_vaccines", "no_vaccine", "stock", codes=vaccines)
    _refuse(db, "stock_without_unit", "no_unit_on_day", "stock", rows=Jsonb(stock))
    # Sessions before the first day of the table are kept: it need not reach back.
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
    table = TABLES[name]
    header, found, place = lines.read(name, reference)
    theirs = {theirs: ours for ours, theirs in (reference.columns or {}).items()}
    constants = {column: str(value) for column, value in (reference.constants or {}).items()}
    columns = [*(theirs.get(column, column) for column in header), *constants]
    if lacking := [c for c, column in table.columns.items() if column.is_required and c not in columns]:
        raise ReferenceTableError("no_column", place=place, column=", ".join(lacking), columns=", ".join(columns))
    rows = []
    for line, given in found:
        row = read_row(place, line, {theirs.get(c, c): cell for c, cell in given.items()} | constants, table)
        if name == "dose_rules":
            before = row["previous_vaccine_code"] or row["vaccine_code"]
            row["previous_vaccine_code"] = aliases.ANY if before.lower() == aliases.ANY else before
        if name == "units" and row["valid_to"] and row["valid_to"] < row["valid_from"]:
            raise ReferenceTableError("ends_before", place=place, line=line)
        if name == "sessions" and row["to_hour"] <= row["from_hour"]:
            raise ReferenceTableError("closes_before", place=place, line=line)
        if name == "stock" and not (row["unit_code"] or row["site_code"]):
            raise ReferenceTableError("no_place", place=place, line=line)
        rows.append(row)
    if not rows and table.is_never_empty:
        raise ReferenceTableError("no_row", place=place)
    if name == "units":
        _refuse_overlap(place, rows)
    return distinct(place, rows, table, [line for line, _ in found])


def read_row(place: str, line: int, given: dict, table: Table) -> dict:
    """One row, typed. Raises ReferenceTableError."""
    row = {name: _read_cell(place, line, name, given.get(name), column) for name, column in table.columns.items()}
    if len(filled := [name for name in table.either if row[name] is not None]) > 1:
        raise ReferenceTableError("either", place=place, line=line, columns=", ".join(filled))
    return row


def distinct(place: str, rows: list[dict], table: Table, numbers: list[int]) -> list[dict]:
    """One row per key. Raises ReferenceTableError if rows of one key or header differ: either may be the mistake."""
    if table.header_of:
        _distinct(place, rows, (table.header_of,), table.header, numbers)
    return _distinct(place, rows, table.key, tuple(table.columns), numbers)


def _distinct(place: str, rows: list[dict], key: tuple[str, ...], told: tuple[str, ...], numbers: list[int]) -> list[dict]:
    seen: dict[tuple, tuple[int, dict]] = {}
    for line, row in zip(numbers, rows, strict=True):
        named = tuple(row[c].lower() if c == "alias" else row[c] for c in key)
        first, before = seen.setdefault(named, (line, row))
        if any(before[c] != row[c] for c in told if c not in key):
            shown = ", ".join(str(part) for part in named if part is not None)
            raise ReferenceTableError("said_twice", place=place, line=line, found=shown, first=first)
    return [row for _line, row in seen.values()]


def _refuse_overlap(place: str, units: list[dict]) -> None:
    """A code must be one unit at a time; otherwise everything there would be counted twice."""
    ordered = sorted(units, key=lambda unit: (unit["code"], unit["valid_from"]))
    for one, other in pairwise(ordered):
        if one["code"] == other["code"] and one["valid_from"] < other["valid_from"] <= (one["valid_to"] or "9999"):
            raise ReferenceTableError("two_units", place=place, found=one["code"], since=other["valid_from"],
                                 until=one["valid_to"] or "now", first=one["valid_from"])  # fmt: skip


def _read_cell(place: str, line: int, name: str, found, column: Column):
    written = "" if found is None else str(found).strip()
    if not written:
        if column.is_required:
            raise ReferenceTableError("empty_cell", place=place, line=line, column=name)
        return None
    kind = column.kind
    try:
        return kind.read(written)
    except ValueError:
        raise ReferenceTableError("bad_cell", place=place, line=line, column=name, asked=kind.asked,
                                  found=str(found)[:50], asked_as=kind.code, **kind.limits) from None  # fmt: skip


def plain(name: str) -> str:
    """A sort and search key: without accents, lower case, numbers padded so that Phường 2 precedes Phường 10."""
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).lower()
    return " ".join(word.zfill(3) if word.isdigit() else word for word in bare.split())
