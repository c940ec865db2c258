"""The answer of `/api/v1/coverage`: rows of figures, and what a reader must know to use them."""

from dashboard import definitions
from dashboard.api.question import Question
from dashboard.choices import CHOICES
from dashboard.components.provenance import known_until
from dashboard.data import Data, Version, WarehouseUnreachable
from dashboard.filters import STAGES
from dashboard.health import behind
from dashboard.i18n import LANGUAGES
from sql.clock import Clock
from sql.plural import plural

DEFINED = (*STAGES, "doses")
_NAMES = {number: name for name, number in STAGES.items()}
_UNTOLD = {
    "stage": "no source tells persons or dose numbers: nobody knows who reached a stage",
    "residence_code": "no source tells where people live: nobody knows who reached a stage there",
}
_KINDS = {0: "unknown", -1: "outside", -2: "not_recognised"}


def answer(question: Question, data: Data, stale_after_seconds: int = 60) -> dict:
    """Every row of one snapshot, whose version stands in `as_of`."""
    filters = question.filters
    data = data.at(data.world().batch_id)  # the flags are of the figures' own batch
    world = data.world(filters.as_of)
    levels = [level["name"] for level in world.levels]
    units = {unit.unit_id: unit for unit in data.units()}
    asked = units[data.unit_id(filters.unit, filters.as_of)]
    found = (data.doses_by_unit if filters.by_place else data.standing)(filters, question.level)
    # At its own level a unit is one row; below, the rows add up to it.
    rows = [row for row in found if row.is_self == (question.level == asked.level)]
    order = {unit_id: place for place, unit_id in enumerate(units)}  # the alphabet's; what lies nowhere last
    rows.sort(key=lambda row: order[row.unit_id])
    if filters.by_place:
        stages = ["doses"]
        figures = [_place(row, asked, units, levels) | {"doses": row.doses} for row in rows]
    else:
        stages = [_NAMES[stage] for stage in question.stages]
        rows = [row for row in rows if row.stage in question.stages]
        figures = [_place(row, asked, units, levels) | _standing(row, units, world.is_first_load) for row in rows]
    counts_records = is_of_records(data)
    nothing = None if world.loaded else _nothing(world, data.refusal())
    if not filters.by_place:
        nothing = nothing or next((why for field, why in _UNTOLD.items() if is_untold(data, field)), None)
    if nothing:  # a zero of nothing is no figure
        figures = [
            row | {name: None for name in ("people", "counted", "coverage", "gap", "doses") if name in row}
            for row in figures
        ]
    return {
        "as_of": _as_of(filters.as_of, found.version, data, stale_after_seconds),
        "is_sample": world.is_sample,
        "is_first_load": world.is_first_load,
        "no_figures": nothing,
        "counts_records_of": _nameless(data),
        "question": _question(question, asked, levels),
        "definitions": {name: defined(name, counts_records) for name in stages},
        "denominators": _denominators(figures),
        "rows": figures,
    }


def _place(row, asked, units: dict, levels: list[str]) -> dict:
    """Which place a row is of; what cannot be placed has its own row, so that rows add up."""
    unit = units[row.unit_id]
    is_rest = unit is asked and not row.is_self
    kind = "rest" if is_rest else _KINDS.get(row.unit_id, "unit")
    is_unit = kind in ("unit", "rest")
    return {
        "kind": kind,
        "level": levels[unit.level] if is_unit else None,
        "unit": unit.code if is_unit else None,
        "name": unit.name,
        "name_en": unit.name_en,
    }


def _nothing(world, refusal) -> str:
    if refusal:
        return f"reference data cannot be used: {refusal.said}"
    if world.received:
        return f"none of {plural(world.received, 'record')} received could be loaded"
    return "no record was loaded yet"


def _nameless(data: Data) -> list[str]:
    return next((list(row.silent) for row in data.told() if row.field == "person"), [])


def is_of_records(data: Data) -> bool:
    """Whether no source tells persons apart: people are records then."""
    return is_untold(data, "person")


def is_untold(data: Data, field: str) -> bool:
    return any(row.field == field and not row.telling for row in data.told())


def defined(name: str, counts_records: bool = False) -> dict[str, str]:
    languages = {code: language.of_records if counts_records else language for code, language in LANGUAGES.items()}
    return {code: definitions.what(language, "doses-total") if name == "doses" else definitions.of_stage(language, name)
            for code, language in languages.items()}  # fmt: skip


def _standing(row, units: dict, is_first_load: bool) -> dict:
    return {
        "stage": _NAMES[row.stage],
        "people": row.people,
        "counted": row.counted,
        "population": row.population,
        "population_source": row.population_source,
        "population_on": row.population_on,
        "coverage": row.coverage,
        "target": row.target_share,
        "target_due_on": row.target_due_on,
        "gap": None if is_first_load else row.gap,
        "lacking": [units[unit_id].code for unit_id in row.lacking or ()],
    }


def _as_of(asked: int | None, newest: Version, data: Data, stale_after_seconds: int) -> dict:
    """Of which batch, and how old: by the moment when the slowest source was last asked. What was asked of an earlier batch
    does not grow stale."""
    version = newest if asked is None else data.batch(asked)
    now, until, is_stale = Clock(data.world().shift_days).now(), version.committed_at, False
    if asked is None:
        try:
            named, silent = [source for source in data.sources() if source.is_configured], data.silent_seconds()
            until = known_until(named, version.committed_at)
            is_stale = not named or bool(behind(named, silent, now, stale_after_seconds))
        except WarehouseUnreachable:
            until, is_stale = None, True  # figures that were kept: nobody knows how old they are
    return {
        "batch": version.batch_id,
        "committed_at": version.committed_at,
        "known_until": until,
        "age_seconds": until and round((now - until).total_seconds()),
        "is_stale": is_stale,
    }


def _question(question: Question, unit, levels: list[str]) -> dict:
    """The question as it was understood, defaults filled in."""
    filters = question.filters
    return {
        "level": levels[question.level],
        "unit": unit.code,
        "stage": [] if filters.by_place else [_NAMES[stage] for stage in question.stages],
        **{choice.key: list(getattr(filters, choice.name)) for choice in CHOICES},
        "basis": filters.basis,
        "from": filters.date_from,
        "to": filters.date_to,
        "as_of": filters.as_of,
    }


def _denominators(rows: list[dict]) -> list[dict]:
    """Each source and date that a population of the rows comes from, once."""
    found = {(row["population_source"], row["population_on"]) for row in rows if row.get("population")}
    ordered = sorted(found, key=lambda pair: (str(pair[0]), str(pair[1])))
    return [{"source": source, "dated_on": dated_on} for source, dated_on in ordered]
