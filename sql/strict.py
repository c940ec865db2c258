"""Strict YAML, and errors that name the key: `config.yaml: etl.batch_size: must be at least 1 (found 0)`."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, get_args
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails


class SettingsError(ValueError):
    """A settings file that cannot be used; the message names the file, the key and what to do."""


class Model(BaseModel):
    """A section of the settings: immutable, without unknown keys or implicit conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Short(Model):
    """A section that may be written as a plain string, which is the value of KEY."""

    KEY: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, found: Any) -> Any:
        return {cls.KEY: found} if isinstance(found, str) else found


def beside(folder: Path, place: str | Path) -> Path:
    """Resolve a path of a settings file in `folder`. `~user` is expanded if that user exists."""
    return folder / os.path.expanduser(place)


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    return beside((info.context or {}).get("folder", Path()), path)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"is not a time zone such as Asia/Ho_Chi_Minh (found {name})")
    return name


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"is not an encoding of text such as utf-8, utf-16 or cp1258 (found {name})") from None
    return name


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as broken:
        raise ValueError(f"is not a regular expression: {broken} (found {pattern})") from None
    return pattern


Text = Annotated[str, Field(min_length=1)]
LocalPath = Annotated[Path, AfterValidator(_in_folder)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, AfterValidator(_compiles)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain scalars: `No`, `on`, `12:30` and `2021-11-05` are strings."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 - as PyYAML asks


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+\.\d+$"), list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    """A mapping with string keys. Raises for duplicates, of which PyYAML would silently keep the last."""
    loader.flatten_mapping(node)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node)
        if key in found:
            raise SettingsError(f"line {key_node.start_mark.line + 1}: the key {key} is there twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str, file: str) -> dict[str, Any]:
    """Parse a mapping; `file` is used in error messages."""
    try:
        found = yaml.load(text, _Loader)
    except yaml.YAMLError as broken:
        raise SettingsError(f"{file}: not YAML: {' '.join(str(broken).split())}") from None
    except SettingsError as twice:
        raise SettingsError(f"{file}: {twice}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f"{file}: must be keys with values (found a {type(found).__name__})")
    return found


_NAME = re.compile(r"\$\{(\w+)\}")


def fill_in(value: Any, environment: Mapping[str, str], file: str, key: str = "") -> Any:
    """`value` with every `${NAME}` replaced from `environment`."""
    if isinstance(value, dict):
        return {k: fill_in(v, environment, file, f"{key}.{k}" if key else k) for k, v in value.items()}
    if isinstance(value, list):
        return [fill_in(v, environment, file, f"{key}[{n}]") for n, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def from_environment(match: re.Match) -> str:
        if match[1] not in environment:
            raise SettingsError(f"{file}: {key}: ${{{match[1]}}} is not set in the environment")
        return environment[match[1]]

    return _NAME.sub(from_environment, value)


def complaint(file: str, refused: ValidationError, model: type[Model]) -> SettingsError:
    """One line per fault, in terms of the file instead of pydantic's; `model` is the expected type."""
    lines = [f"{file}: {_key(fault['loc'])}{_words(fault)}{_meant(fault, model)}" for fault in refused.errors()]
    return SettingsError("\n".join(dict.fromkeys(lines)))


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key here",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "literal_error": "must be {expected}",
    "model_type": "must be keys with values",
    "model_attributes_type": "must be keys with values",
    "dict_type": "must be keys with values",
    "tuple_type": "must be a list",
    "too_short": "must have at least {min_length}",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must look like {pattern}",
    "union_tag_invalid": "must be of a kind among {expected_tags} (found {tag})",
    "union_tag_not_found": "needs the key {discriminator}",
}
# Messages of our own validators already say what was found.
_OWN = ("value_error", "assertion_error")


def _key(location: tuple) -> str:
    key = ""
    for depth, step in enumerate(location):
        # steps that pydantic adds: the kind of a source, and "the key itself"
        if step == "[key]" or (depth == 2 and location[0] == "sources"):
            continue
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else str(step)
    return f"{key}: " if key else ""


def _words(fault: ErrorDetails) -> str:
    context = fault.get("ctx", {})
    if fault["type"] in _OWN:
        return str(context["error"])
    limits = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in context.items()}
    words = _WORDS.get(fault["type"], fault["msg"]).format(**limits)
    if fault["type"] in ("missing", "extra_forbidden", "union_tag_not_found"):
        return words
    found = fault["input"]
    # Only scalars: a whole section may hold a secret.
    return f"{words} (found {found})" if isinstance(found, int | float) or _is_short(found) else words


def _meant(fault: ErrorDetails, model: type[Model]) -> str:
    """A suggestion for a misspelt key."""
    match fault["type"], fault["loc"]:
        case "extra_forbidden", (*above, key):
            known: Collection[str] = _keys(model, above)
        case "literal_error", (*_above, key, "[key]"):
            known = re.findall(r"'(\w+)'", fault["ctx"]["expected"])
        case _:
            return ""
    alike = get_close_matches(str(key), sorted(set(known) - {key}), n=1)
    return f"; is {alike[0]} meant?" if alike else "; look for a spelling mistake"


def _keys(model: type[Model], above: list) -> set[str]:
    """The valid keys of the section at this location."""
    parts = {model}
    for step in above:
        # A step that is not a key is a name chosen in the file, such as a source's, or its kind.
        if inner := {
            found for part in parts if step in part.model_fields for found in _models(part.model_fields[step].annotation)
        }:
            parts = inner
    return {key for part in parts for key in part.model_fields}


def _models(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _is_short(found: Any) -> bool:
    return isinstance(found, str) and len(found) <= 40 and "://" not in found
