"""What a page is about, as it stands in its address: a link shows the same page to the next person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

STAGES = {"first": 1, "complete": 2, "booster1": 3, "booster2": 4}  # name in the address → mart's number
BASES = ("residence", "place")
LANGUAGES = ("vi", "en")
PRIORITY_GROUPS = range(1, 17)


@dataclass(frozen=True)
class Filters:
    """The question that a page asks. An empty value means: no restriction."""

    unit: str | None = None  # code of the unit shown; None: the root
    date_from: date | None = None  # first and last day counted, both included
    date_to: date | None = None
    ages: tuple[int, ...] = ()  # numbers of age bands; empty: the bands of the targets
    groups: tuple[int, ...] = ()  # priority groups
    vaccines: tuple[str, ...] = ()  # codes
    stage: str = "complete"  # the stage that ranking, map, trend and sentence speak of
    basis: str = "residence"
    as_of: int | None = None  # a batch; None: now
    lang: str | None = None  # None: the language of the settings

    @property
    def is_live(self) -> bool:
        return self.as_of is None

    @property
    def by_place(self) -> bool:
        return self.basis == "place"

    def but(self, **changes) -> "Filters":
        """The same question with something changed."""
        return replace(self, **changes)

    def query(self) -> str:
        """`?unit=747&stage=first`: only what differs from the default, always in one order."""
        named = {_KEYS.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}
        usual = {_KEYS.get(f.name, f.name): f.default for f in fields(self)}
        given = {key: _written(value) for key, value in named.items() if value != usual[key]}
        return f"?{urlencode(given, safe=',')}" if given else ""

    def href(self, path: str = "/", **changes) -> str:
        """A link to `path` that keeps the question, with something changed."""
        return path + self.but(**changes).query()


@dataclass(frozen=True)
class Ignored:
    """A part of the address that means nothing here, and is left out with a notice."""

    key: str
    value: str


@dataclass(frozen=True)
class Vocabulary:
    """The values that exist now, against which an address is read."""

    units: frozenset[str]
    ages: tuple[int, ...]
    vaccines: tuple[str, ...]
    groups: Sequence[int] = field(default=PRIORITY_GROUPS)


def read(query: str, known: Vocabulary) -> tuple[Filters, tuple[Ignored, ...]]:
    """The filters that a query string asks for, and what in it could not be followed. Never raises."""
    found, ignored = {}, []
    for key, value in parse_qsl((query or "").lstrip("?"), keep_blank_values=True):
        name = _NAMES.get(key)
        if not name:
            if key not in FOREIGN:
                ignored.append(Ignored(key, value))
            continue
        try:
            found[name] = _READERS[name](value, known)
        except ValueError:
            ignored.append(Ignored(key, value))
    filters = Filters(**found)
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        ignored.append(Ignored("to", filters.date_to.isoformat()))
        filters = filters.but(date_to=None)
    return filters, tuple(ignored)


FOREIGN = frozenset({"wall"})  # keys that belong to the shell, not to the question

_KEYS = {"date_from": "from", "date_to": "to", "ages": "age", "groups": "group", "vaccines": "vaccine"}
_NAMES = {_KEYS.get(f.name, f.name): f.name for f in fields(Filters)}


def _written(value) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _one_of(value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise ValueError(value)
    return value


def _several_of(value: str, allowed: Sequence) -> tuple:
    """In the order of `allowed`, so that one choice has one address (and one cache key)."""
    wanted = set(value.split(","))
    if not wanted <= {str(item) for item in allowed}:
        raise ValueError(value)
    return tuple(item for item in allowed if str(item) in wanted)


def _batch(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 2**63):
        raise ValueError(value)
    return int(value)


_READERS = {
    "unit": lambda value, known: _one_of(value, known.units),
    "date_from": lambda value, known: date.fromisoformat(value),
    "date_to": lambda value, known: date.fromisoformat(value),
    "ages": lambda value, known: _several_of(value, known.ages),
    "groups": lambda value, known: _several_of(value, known.groups),
    "vaccines": lambda value, known: _several_of(value, known.vaccines),
    "stage": lambda value, known: _one_of(value, STAGES),
    "basis": lambda value, known: _one_of(value, BASES),
    "as_of": lambda value, known: _batch(value),
    "lang": lambda value, known: _one_of(value, LANGUAGES),
}
