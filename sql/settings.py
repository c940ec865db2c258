"""Reads and validates config.yaml; defines the keys that both programs share.

Each program has its own keys in a module of its own (etl/settings.py, dashboard/settings.py), and reads no others. The file
is validated once as a whole, at an entry point, and errors name the key. `${NAME}` is taken from the environment; relative
paths start at the file's folder.
"""

import argparse
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, create_model, field_validator, model_validator
from pydantic_core import ErrorDetails

from sql.strict import Model, Pattern, SettingsError, Text, TimeZone, complaint, fill_in, read_yaml

PROJECT = Path(__file__).resolve().parent.parent

# Packages whose module `settings` has a class Settings with further keys; by name, since sql must not import them.
PROGRAMS = ("etl", "dashboard")

SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Names(Model):
    vi: Text
    en: Text


class Level(Names):
    name: Text


class Units(Model):
    """`code_pattern` matches any code of the country: a residence that matches and is not one of our units is outside."""

    root: Text
    code_pattern: Pattern | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]


class AgeBand(Model):
    """Ages in whole years, both ends inclusive; the last band has no upper end."""

    label: Text
    from_age: int
    to_age: int | None

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, found: Any) -> Any:
        if isinstance(found, dict):
            return found
        match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|\+)", str(found))
        if not match or (match[2] and int(match[2]) < int(match[1])):
            raise ValueError(f"must look like 5-11, or 65+ for the last (found {found})")
        return {"label": str(found), "from_age": int(match[1]), "to_age": int(match[2]) if match[2] else None}


class Freshness(Model):
    """When a source is stale, for pages and the verb `status`."""

    stale_after_seconds: Annotated[int, Field(ge=1)] = 60


class Settings(Model):
    """Keys of both programs, and `data`, the folder for all output."""

    name: Names
    time_zone: TimeZone
    units: Units
    age_bands: Annotated[tuple[AgeBand, ...], Field(min_length=1)]
    eligible_from_age: Annotated[int, Field(ge=0)]
    sources: dict[SourceName, Any] = {}  # noqa: RUF012 - frozen; what they are is the ETL's
    sample: bool | None = None
    dashboard: Freshness = Freshness()
    data: Annotated[Path, Field(exclude=True)]

    @property
    def is_sample(self) -> bool:
        """Whether the data are the sample's: explicitly, or because no source is configured."""
        return not self.sources if self.sample is None else self.sample

    @classmethod
    def of(cls, whole: "Settings") -> Self:
        """A program's part of what `read` returned."""
        assert isinstance(whole, cls)
        return whole

    @field_validator("age_bands")
    @classmethod
    def _adjoin(cls, bands: tuple[AgeBand, ...]) -> tuple[AgeBand, ...]:
        for before, after in pairwise(bands):
            if before.to_age is None or after.from_age != before.to_age + 1:
                raise ValueError(f"{after.label} must begin where {before.label} ends")
        # The bands must cover all ages, or somebody would be missing in every figure by age.
        if bands[0].from_age != 0:
            raise ValueError(f"the first must begin at 0 (found {bands[0].label})")
        if bands[-1].to_age is not None:
            raise ValueError(f"the last must have no end, as {bands[-1].from_age}+ (found {bands[-1].label})")
        return bands

    @model_validator(mode="after")
    def _eligible_at_an_edge(self) -> Self:
        starts = [band.from_age for band in self.age_bands]
        if self.eligible_from_age not in starts:
            edges, found = ", ".join(map(str, starts)), self.eligible_from_age
            raise ValueError(f"eligible_from_age: must be where an age band begins: {edges} (found {found})")
        return self


def port(text: str) -> int:
    """The number of a TCP port, as a word of the command line."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535 (found {text})")
    return int(text)


def data_folder(asked: str | Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder for all output: as asked for, else VACCINE_DATA, else data/."""
    return Path(asked or environment.get("VACCINE_DATA") or PROJECT / "data").resolve()


def read(
    file: str | Path = PROJECT / "config.yaml",
    data: str | Path | None = None,
    environment: Mapping[str, str] = os.environ,
    part: type[Settings] | None = None,
) -> Settings:
    """Read a settings file; `data` as in `data_folder`.

    With `part`, a program's Settings, only variables in its own keys are expanded; others may be unset, and stay `${NAME}`.
    Raises SettingsError with one line per fault.
    """
    file = Path(file)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as unreadable:
        raise SettingsError(f"{file}: {unreadable.strerror}; give the settings file by --config") from None
    except UnicodeDecodeError as other:
        line = other.object.count(b"\n", 0, other.start) + 1
        raise SettingsError(f"{file}: line {line} is not UTF-8: save the file as UTF-8") from None
    return parse(text, file, data, environment, part)


def parse(
    text: str,
    file: Path,
    data: str | Path | None,
    environment: Mapping[str, str],
    part: type[Settings] | None = None,
) -> Settings:
    """As `read`, from the text of the file."""
    raw = read_yaml(text, file.name)
    found = raw | fill_in(raw if part is None else own_keys(raw, part), environment, file.name)
    if "data" in found:
        raise SettingsError(f"{file.name}: data: is not a key here; use --data or VACCINE_DATA")
    found["data"] = str(data_folder(data, environment))
    try:
        # As JSON, because strict mode then still accepts a list as a tuple and a string as a path.
        return whole().model_validate_json(json.dumps(found), context={"folder": file.resolve().parent})
    except ValidationError as refused:
        if part is not None and all(_is_unfilled(fault, part) for fault in refused.errors()):
            own = {"data": found["data"], "sources": dict.fromkeys(found.get("sources") or ())} | own_keys(found, part)
            return part.model_validate_json(json.dumps(own), context={"folder": file.resolve().parent})
        raise complaint(file.name, refused, whole()) from None


def _is_unfilled(fault: ErrorDetails, part: type[Settings]) -> bool:
    """Whether another program's value is refused that holds a variable still."""
    return "${" in str(fault["input"]) and fault["loc"][0] not in part.model_fields.keys() - {"sources"}


def own_keys(found: Mapping[str, Any], part: type[Settings]) -> dict[str, Any]:
    """The keys that a program reads of a settings file; of the sources only the names."""
    return {
        key: value
        for key, value in found.items()
        if key in part.model_fields.keys() - {"sources"} or key in part.__annotations__
    }


@cache
def whole() -> type[Settings]:
    """A model of the keys of all programs; a program's narrower type of a shared key wins."""
    parts = tuple(import_module(f"{program}.settings").Settings for program in PROGRAMS)
    own: dict[str, Any] = {}
    for part in parts:
        own |= {key: (part.model_fields[key].annotation, part.model_fields[key]) for key in part.__annotations__}
    return create_model("Settings", __base__=parts, **own)
