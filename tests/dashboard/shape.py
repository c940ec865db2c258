"""Whether a value is as a JSON schema says: the part of JSON Schema that our description uses."""

from datetime import date, datetime

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_UNDERSTOOD = {
    "$ref", "type", "enum", "properties", "required", "additionalProperties", "propertyNames", "items", "oneOf",
    "format", "minimum", "description",
}  # fmt: skip


def faults(value, schema: dict, document: dict, at: str = "$") -> list[str]:
    """Every place where `value` is not as `schema` says; `document` resolves references."""
    assert schema.keys() <= _UNDERSTOOD, f"{at}: this checker does not know {schema.keys() - _UNDERSTOOD}"
    if "$ref" in schema:
        target = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return faults(value, target, document, at)
    if "oneOf" in schema:
        tried = [faults(value, option, document, at) for option in schema["oneOf"]]
        fitting = tried.count([])
        return [] if fitting == 1 else [f"{at}: fits {fitting} of {len(tried)} forms: {tried}"]
    found = []
    if "type" in schema and not _is_one_of(value, schema["type"]):
        return [f"{at}: {value!r} is not {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if value is not None and "minimum" in schema and value < schema["minimum"]:
        found.append(f"{at}: {value!r} is below {schema['minimum']}")
    if isinstance(value, str) and "format" in schema:
        found += _misformed(value, schema["format"], at)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            found += faults(item, schema["items"], document, f"{at}[{number}]")
    if isinstance(value, dict):
        found += _object_faults(value, schema, document, at)
    return found


def _object_faults(value: dict, schema: dict, document: dict, at: str) -> list[str]:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        if name in properties:
            found += faults(item, properties[name], document, f"{at}.{name}")
        elif more is False:
            found.append(f"{at}: {name} is not described")
        elif isinstance(more, dict):
            found += faults(item, more, document, f"{at}.{name}")
        if "propertyNames" in schema:
            found += faults(name, schema["propertyNames"], document, f"{at}: name {name}")
    return found


def _is_one_of(value, types) -> bool:
    types = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in types
    return any(isinstance(value, _TYPES[name]) for name in types)


def _misformed(value: str, form: str, at: str) -> list[str]:
    try:
        {"date": date.fromisoformat, "date-time": datetime.fromisoformat}[form](value)
    except ValueError:
        return [f"{at}: {value!r} is not a {form}"]
    return []
