"""What `/api/v1/coverage` was asked: its parameters read strictly, each fault named with what is allowed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.choices import CHOICES
from dashboard.data import Data
from dashboard.filters import BASES, STAGES, Filters, day

PARAMETERS = ("level", "unit", "stage", *(choice.key for choice in CHOICES), "basis", "from", "to", "as_of", "format")
FORMATS = ("json", "csv")


@dataclass(frozen=True)
class Fault:
    """One parameter that cannot be followed."""

    parameter: str
    found: str
    allowed: list[str] | str


class BadQuestion(ValueError):
    """The address asks for something that does not exist; `faults` has every reason."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("; ".join(f"{fault.parameter}: {fault.found!r}" for fault in faults))


@dataclass(frozen=True)
class Question:
    """`filters` for the data, `level` as its number, `stages` as mart's numbers."""

    filters: Filters
    level: int
    stages: tuple[int, ...]
    format: str


def read(given: dict[str, list[str]], accept: str, data: Data) -> Question:
    """Raises BadQuestion. An empty value is as good as none; lists are separated by commas."""
    faults = [Fault(name, ",".join(given[name]), list(PARAMETERS)) for name in given if name not in PARAMETERS]
    values = {name: ",".join(filter(None, given.get(name, []))) for name in PARAMETERS}

    def take(name: str, reader: Callable, default=None):
        if not values[name]:
            return default
        try:
            return reader(values[name])
        except _NotAllowed as refused:
            faults.append(Fault(name, values[name], refused.allowed))
            return default

    units = {unit.code: unit for unit in data.units() if unit.level < len(data.world().levels)}
    levels = [level["name"] for level in data.world().levels]
    unit = take("unit", _one_of(units))
    above = units[unit].level if unit else _root_level(data)
    basis = take("basis", _one_of(BASES), "residence")
    if basis == "place" and values["stage"]:
        faults.append(Fault("stage", values["stage"], "nothing with basis=place: doses have no stage"))
    first, last = take("from", _day), take("to", _day)
    if first and last and first > last:
        faults.append(Fault("to", values["to"], f"a day from {first.isoformat()} on"))
    filters = Filters(
        unit=unit,
        date_from=first,
        date_to=last,
        basis=basis,
        as_of=take("as_of", lambda text: _batch(text, data)),
        **{choice.name: take(choice.key, _several_of(choice.allowed(data)), ()) for choice in CHOICES},
    )
    asked = Question(
        filters=filters,
        level=take("level", lambda text: _one_of(levels[above:])(text) and levels.index(text), above),
        stages=tuple(STAGES[name] for name in take("stage", _several_of(list(STAGES)), tuple(STAGES))),
        format=take("format", _one_of(FORMATS), "csv" if accept == "text/csv" else "json"),
    )
    if faults:
        raise BadQuestion(faults)
    return asked


class _NotAllowed(Exception):
    def __init__(self, allowed: list[str] | str):
        self.allowed = allowed


def _one_of(allowed) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise _NotAllowed(list(allowed))
        return text

    return read


def _several_of(allowed) -> Callable[[str], tuple]:
    def read(text: str) -> tuple:
        wanted = set(text.split(","))
        if not wanted <= {str(item) for item in allowed}:
            raise _NotAllowed([str(item) for item in allowed])
        return tuple(item for item in allowed if str(item) in wanted)

    return read


def _day(text: str) -> date:
    try:
        return day(text)
    except ValueError:
        raise _NotAllowed("a day as 2021-11-05, of the years 2000 to 2099") from None


_AS_OF = "the number of a batch, or a time as 2021-11-05T16:42:07+07:00 not before the first batch"


def _batch(text: str, data: Data) -> int:
    """A number is that batch; a time (in the warehouse's zone unless it says) the last one by then."""
    newest = data.world().batch_id or 0
    if text.isascii() and text.isdigit():
        # Longer than the newest is none; so many digits are no number to Python.
        if len(text) > len(str(newest)) or not 0 < int(text) <= newest:
            raise _NotAllowed(f"the number of a batch, 1 to {newest}" if newest else "nothing: no batch yet")
        return int(text)
    try:
        # A plus sign that was not escaped in the address arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        day(moment.date().isoformat())
    except ValueError:
        raise _NotAllowed(_AS_OF) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(data.world().time_zone))
    batch = data.batch_at(moment.astimezone(UTC))
    if batch is None:
        raise _NotAllowed(_AS_OF)
    return batch


def _root_level(data: Data) -> int:
    root = data.world().root_unit_id
    return next((unit.level for unit in data.units() if unit.unit_id == root), 0)
