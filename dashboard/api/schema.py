"""The interface described for machines (OpenAPI 3.1), with the values that this warehouse allows."""

from dashboard.api.answer import DEFINED, is_of_records
from dashboard.choices import CHOICES
from dashboard.data import Data
from dashboard.filters import BASES, STAGES

STAGE_NAMES = list(STAGES)
_JSON = {int: "integer", str: "string"}


def describe(data: Data) -> dict:
    world = data.world()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Vaccination coverage: {world.name['en']}",
            "version": "1",
            "description": "Figures of the coverage pages, each with its as-of, denominator and definition. "
            "Shares are 0-1 and uncapped; null means that there is no figure, never zero.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": {
            "/coverage": {
                "get": {
                    "operationId": "coverage",
                    "summary": "Coverage by unit (by residence), or doses (by place of injection)",
                    "parameters": _parameters(data),
                    "responses": {
                        "200": {
                            "description": "Rows of one snapshot of the warehouse",
                            "content": {
                                "application/json": {"schema": _ref("Coverage")},
                                "text/csv": {"schema": {"type": "string", "description": _CSV}},
                            },
                        },
                        "400": _error("A parameter cannot be followed; every fault is named", "BadParameters"),
                        "503": _error("The warehouse does not answer", "Away"),
                    },
                }
            }
        },
        "components": {"schemas": _schemas([level["name"] for level in world.levels], is_of_records(data))},
    }


_CSV = (
    "UTF-8 with a header; the same columns as a row of JSON, then definition, as_of_batch, as_of, known_until, age_seconds, is_stale, "
    "basis, is_sample, is_first_load, no_figures, counts_records_of"
)


def _parameters(data: Data) -> list[dict]:
    levels = [level["name"] for level in data.world().levels]
    return [
        _parameter("level", "Level of the rows; default: that of the unit", {"enum": levels}),
        _parameter("unit", "Code of the unit that the rows are in; default: the root", {"type": "string"}),
        _list("stage", "Not with basis=place; default: all", {"enum": STAGE_NAMES}),
        *(_list(choice.key, choice.about, {"enum": choice.allowed(data)}) for choice in CHOICES),
        _parameter("basis", "residence: people over population; place: doses", {"enum": list(BASES)}),
        _parameter("from", "First day counted", {"type": "string", "format": "date"}),
        _parameter("to", "Last day counted", {"type": "string", "format": "date"}),
        _parameter("as_of", "Number of a batch, or a time: the last batch by then", {"type": "string"}),
        _parameter("format", "Stronger than the Accept header", {"enum": ["json", "csv"]}),
    ]


def _parameter(name: str, description: str, schema: dict) -> dict:
    schema = {"type": "string"} | schema
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _list(name: str, description: str, items: dict) -> dict:
    """Several values, separated by commas."""
    return _parameter(name, description, {"type": "array", "items": items}) | {"style": "form", "explode": False}


def columns(by_place: bool) -> list[str]:
    """The names of a row's figures, in order."""
    return list(_schemas([])["DosesRow" if by_place else "CoverageRow"]["properties"])


def _schemas(levels: list[str], counts_records: bool = False) -> dict:
    who, missing = ("Records", "Records") if counts_records else ("Distinct persons", "People")
    return {
        "Coverage": _object(
            as_of=_object(
                batch=_or_null("integer"),
                committed_at=_or_null("string", format="date-time"),
                known_until=_or_null(
                    "string",
                    format="date-time",
                    description="When the slowest source was last asked, or the "
                    "batch that was asked for was committed; null: a source was not asked yet",
                ),
                age_seconds=_or_null("integer", description="Since known_until; negative: a clock is wrong"),
                is_stale={
                    "type": "boolean",
                    "description": "True: figures may lie behind their sources; /readyz says why. False "
                    "of the batch that as_of asks for",
                },
            ),
            is_sample={"type": "boolean", "description": "True: made-up data, for demonstration only"},
            is_first_load={
                "type": "boolean",
                "description": "True: a source was not read to its end by then; figures are a part, and gap is null",
            },
            no_figures=_or_null("string", description="Why there are no figures; null where there are some"),
            counts_records_of={
                "description": "Sources that give no person numbers: each of their records is counted as a person",
                **_array({"type": "string"}),
            },
            question=_object(
                level={"type": "string", "enum": levels},
                unit={"type": "string"},
                stage=_array({"type": "string", "enum": STAGE_NAMES}),
                **{choice.key: _array({"type": _JSON[choice.kind]}) for choice in CHOICES},
                basis={"type": "string", "enum": list(BASES)},
                **{"from": _day(), "to": _day()},
                as_of=_or_null("integer"),
            ),
            definitions={
                "type": "object",
                "propertyNames": {"enum": list(DEFINED)},
                "additionalProperties": _object(vi={"type": "string"}, en={"type": "string"}),
            },
            denominators=_array(_object(source={"type": "string"}, dated_on=_day())),
            rows=_array({"oneOf": [_ref("CoverageRow"), _ref("DosesRow")]}),
        ),
        "CoverageRow": _object(
            **_place(levels),
            stage={"type": "string", "enum": STAGE_NAMES},
            people=_whole(f"{who} that reached the stage; null: no_figures says why"),
            counted=_whole("Of them, those that coverage is of: of the units whose population is known; null: as of people"),
            population=_whole("People; null: not known"),
            population_source=_or_null("string"),
            population_on=_day(),
            coverage=_or_null("number", description="counted / population; may exceed 1"),
            target=_or_null("number"),
            target_due_on=_day(),
            gap=_or_null("integer", description=f"{missing} missing to the target"),
            lacking={"description": "Units below without a population", **_array({"type": "string"})},
        ),
        "DosesRow": _object(**_place(levels), doses=_whole("Doses given at the unit's sites; null: no_figures says why")),
        "BadParameters": _object(
            error={"type": "string"},
            parameters=_array(
                _object(
                    parameter={"type": "string"},
                    found={"type": "string"},
                    allowed={"oneOf": [_array({"type": "string"}), {"type": "string"}]},
                )
            ),
        ),
        "Away": _object(error={"type": "string"}),
    }


def _place(levels: list[str]) -> dict:
    return {
        "kind": {
            "type": "string",
            "enum": ["unit", "rest", "unknown", "outside", "not_recognised"],
            "description": "rest: of the asked unit, but of none of its parts; unknown: residence not known; "
            "outside: residents of elsewhere; not_recognised: the residence is the code of no unit",
        },
        "level": {"type": ["string", "null"], "enum": [*levels, None]},
        "unit": _or_null("string"),
        "name": {"type": "string"},
        "name_en": _or_null("string"),
    }


def _object(**properties) -> dict:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict) -> dict:
    return {"type": "array", "items": items}


def _or_null(kind: str, **more) -> dict:
    return {"type": [kind, "null"], **more}


def _whole(description: str) -> dict:
    return _or_null("integer", minimum=0, description=description)


def _day() -> dict:
    return _or_null("string", format="date")


def _ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def _error(description: str, schema: str) -> dict:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}
