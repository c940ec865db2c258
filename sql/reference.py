"""Schema of the reference tables: columns, types, required values and keys.

Shared by both programs: the ETL reads the tables of the settings (etl/reference.py) and applies uploads (etl/uploads.py);
the dashboard parses uploaded files, and creates the template (dashboard/uploads). Which values are valid is defined here,
how they may be written by each reader.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

# The stages that a person can reach, with their ids (warehouse.stage).
STAGES = {"first": 1, "complete": 2, "booster1": 3, "booster2": 4}
SITE_KINDS = ("fixed", "hospital", "mobile", "other")
STOCK_KINDS = ("allocated", "received", "opened", "discarded", "counted")


class Kind:
    """The type of a cell. `read` parses text, `accept` validates a value; both raise ValueError."""

    code: ClassVar[str]  # key of its translation (dashboard/texts/refusals.py: refusal.asked.<code>)
    words: ClassVar[str]  # for the log

    def read(self, written: str) -> Any:
        raise NotImplementedError

    def accept(self, value: Any) -> Any:
        raise NotImplementedError

    @property
    def limits(self) -> dict[str, Any]:
        """Parameters of `words`."""
        return {}

    @property
    def asked(self) -> str:
        return self.words.format(**self.limits)


@dataclass(frozen=True)
class Text(Kind):
    most: int = 300  # an index entry of PostgreSQL holds 2704 bytes, and a key is up to two texts

    code, words = "text", "text of at most {most} characters"

    def read(self, written: str) -> str:
        return self.accept(written)

    def accept(self, value: str) -> str:
        if len(value) > self.most:
            raise ValueError
        return value

    @property
    def limits(self) -> dict[str, Any]:
        return asdict(self)


class Whole(Kind):
    code, words = "whole", "a whole number from 0"

    def read(self, written: str) -> int:
        number = float(written)
        if not number.is_integer():  # neither is 1e999
            raise ValueError
        return self.accept(int(number))

    def accept(self, value: int) -> int:
        if value < 0:
            raise ValueError
        return value


@dataclass(frozen=True)
class Between(Whole):
    low: int
    high: int

    code, words = "between", "a whole number from {low} to {high}"

    def accept(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise ValueError
        return value

    @property
    def limits(self) -> dict[str, Any]:
        return asdict(self)


class Share(Kind):
    code, words = "share", "a share above 0, at most 1"

    def read(self, written: str) -> float:
        return self.accept(float(written))

    def accept(self, value: float) -> float:
        if not 0 < value <= 1:
            raise ValueError
        return value


class Flag(Kind):
    code, words = "is", "true or false"

    def read(self, written: str) -> bool:
        try:
            return {"true": True, "1": True, "false": False, "0": False}[written.lower()]
        except KeyError:
            raise ValueError from None

    def accept(self, value: bool) -> bool:
        return value


class Day(Kind):
    """A day as ISO text."""

    code, words = "day", "a date such as 2021-12-31"

    def read(self, written: str) -> str:
        return self.accept(date.fromisoformat(written[:10]))

    def accept(self, value: date) -> str:
        return value.isoformat()


@dataclass(frozen=True)
class OneOf(Kind):
    choices: tuple[str, ...]

    code, words = "one_of", "one of {choices}"

    def read(self, written: str) -> str:
        return self.accept(written)

    def accept(self, value: str) -> str:
        if value not in self.choices:
            raise ValueError
        return value

    @property
    def limits(self) -> dict[str, Any]:
        return {"choices": ", ".join(self.choices)}


@dataclass(frozen=True)
class Column:
    kind: Kind
    is_required: bool
    is_handed_in: bool = True  # whether uploaded files have it


def _must(kind: Kind) -> Column:
    return Column(kind, True)


def _may(kind: Kind) -> Column:
    return Column(kind, False)


@dataclass(frozen=True)
class Table:
    """`key`: the columns that identify a row. `header`: columns that are equal in all rows with the same `header_of`.
    `either`: columns of which at most one may be filled."""

    columns: Mapping[str, Column]
    key: tuple[str, ...]
    header_of: str | None = None
    header: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    is_never_empty: bool = False  # nothing can be counted without rows, so an empty table is an error

    @property
    def handed_in(self) -> dict[str, Column]:
        """The columns of an uploaded file."""
        return {name: column for name, column in self.columns.items() if column.is_handed_in}


_TEXT, _WHOLE, _SHARE, _DAY = Text(), Whole(), Share(), Day()
_GROUP, _VIAL = Between(1, 99), Between(1, 99)
_MADE_UP = Column(Flag(), is_required=False, is_handed_in=False)

TABLES: dict[str, Table] = {
    "units": Table(
        {"code": _must(_TEXT), "name": _must(_TEXT), "name_en": _may(_TEXT), "level": _must(Between(0, 8)),
         "parent_code": _may(_TEXT), "valid_from": _must(_DAY), "valid_to": _may(_DAY), "successor_code": _may(_TEXT)},
        key=("code", "valid_from"), is_never_empty=True,
    ),
    "vaccines": Table(
        {"code": _must(_TEXT), "name": _must(_TEXT), "manufacturer": _may(_TEXT), "primary_doses": _must(Between(1, 9)),
         "approved_on": _may(_DAY), "min_age": _may(_WHOLE), "valid_from": _may(_DAY)},
        key=("code", "valid_from"), is_never_empty=True,
    ),
    "vaccine_aliases": Table({"alias": _must(_TEXT), "vaccine_code": _must(_TEXT)}, key=("alias",)),
    "dose_rules": Table(
        {"vaccine_code": _must(_TEXT), "previous_vaccine_code": _may(_TEXT), "valid_from": _must(_DAY),
         "min_days": _must(_WHOLE), "recommended_min_days": _must(_WHOLE), "recommended_max_days": _must(_WHOLE)},
        key=("vaccine_code", "previous_vaccine_code", "valid_from"), is_never_empty=True,
    ),
    "booster_rules": Table(
        {"booster": _must(Between(1, 2)), "valid_from": _must(_DAY), "min_days": _must(_WHOLE)}, key=("booster", "valid_from"),
    ),
    "sites": Table(
        {"code": _must(_TEXT), "name": _must(_TEXT), "kind": _may(OneOf(SITE_KINDS)), "unit_code": _must(_TEXT),
         "daily_plan": _may(_WHOLE), "valid_from": _may(_DAY)},
        key=("code",),
    ),
    "site_aliases": Table({"alias": _must(_TEXT), "site_code": _must(_TEXT)}, key=("alias",)),
    "populations": Table(
        {"version": _must(_TEXT), "source": _must(_TEXT), "dated_on": _must(_DAY), "valid_from": _must(_DAY),
         "unit_code": _must(_TEXT), "age_band": _may(_TEXT), "priority_group": _may(_GROUP), "persons": _must(_WHOLE),
         "is_sample": _MADE_UP},
        key=("version", "unit_code", "age_band", "priority_group"), header_of="version",
        header=("source", "dated_on", "valid_from", "is_sample"), either=("age_band", "priority_group"),
    ),
    "targets": Table(
        {"unit_code": _may(_TEXT), "stage": _must(OneOf(tuple(STAGES))), "age_band": _may(_TEXT),
         "priority_group": _may(_GROUP), "share": _must(_SHARE), "due_on": _must(_DAY), "source": _must(_TEXT),
         "valid_from": _must(_DAY), "is_sample": _MADE_UP},
        key=("unit_code", "stage", "age_band", "priority_group", "valid_from"),
    ),
    "sessions": Table(
        {"site_code": _must(_TEXT), "day": _must(_DAY), "from_hour": _must(Between(0, 23)), "to_hour": _must(Between(1, 24)),
         "planned_doses": _may(_WHOLE)},
        key=("site_code", "day", "from_hour"),
    ),
    "stock": Table(
        {"unit_code": _may(_TEXT), "site_code": _may(_TEXT), "vaccine_code": _must(_TEXT), "lot_number": _may(_TEXT),
         "kind": _must(OneOf(STOCK_KINDS)), "day": _must(_DAY), "doses": _must(_WHOLE), "doses_per_vial": _may(_VIAL),
         "document": _may(_TEXT)},
        key=("unit_code", "site_code", "vaccine_code", "lot_number", "kind", "day", "document"),
    ),
}  # fmt: skip

# The tables that can be uploaded, in the order of the page.
HANDED_IN = ("targets", "populations")
