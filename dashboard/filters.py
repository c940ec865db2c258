"""What a page is about, as it stands in its address: a link shows the same page to the next person.

A page's path may hold one name in brackets, `/district/<unit>`: what stands there is what the page
is about. On a page about a unit it IS the filter `unit`, which then does not stand in the query.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from dashboard.choices import CHOICES, NAMES
from sql.reference import STAGES

BASES = ("residence", "place")
LANGUAGES = ("vi", "en")
UNIT_PATH = "/district/<unit>"  # where a unit's link leads from a page about something else
# What a page may say that it uses, and the fields behind it. Unit, as-of and language are of every page.
USES = {
    "basis": ("basis",),
    "stage": ("stage",),
    "days": ("date_from", "date_to"),
    **{name: (name,) for name in NAMES},
    "since": ("since",),
    "beside": ("beside",),
    "borders": ("borders",),
    "lot": ("lot",),
}
NARROWING = ("days", *NAMES)  # the filters that narrow figures; the others choose which figures are shown
EVERYTHING = frozenset({"basis", "stage", *NARROWING})
# What one compares with, before the page's own as-of; a batch's number or a local moment may stand instead.
NEAR = ("hour", "day", "week", "month")
MOST_BESIDE = 5  # lines that can still be told apart


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
    lot: str | None = None  # a lot's number, as one reads it off the vial
    lang: str | None = None  # None: the language of the settings
    since: str | None = None  # the earlier moment: one of NEAR, a batch or 2021-11-05T17:00; None: the page's usual
    beside: tuple[str, ...] = ()  # codes of the units that are compared, in the reader's order
    borders: date | None = None  # figures stand by the units of that day; None: by those of the day meant
    sort: str | None = None  # a column of the page's table, `-` before it: the largest first
    # Not part of the question, but of its address:
    path: str = "/"  # of the page, as the page wrote it
    code: str | None = None  # what stands in the path's brackets
    kept: tuple[tuple[str, str], ...] = ()  # filters that this page does not use: its links keep them

    @property
    def is_live(self) -> bool:
        return self.as_of is None

    @property
    def by_place(self) -> bool:
        return self.basis == "place"

    def but(self, **changes) -> "Filters":
        """The same question with something changed."""
        return replace(self, **changes)

    @property
    def is_of_some(self) -> bool:
        """Whether some people or vaccines alone are counted: what is planned is of all."""
        return any(getattr(self, name) for name in NAMES)

    @property
    def is_of_unit(self) -> bool:
        """Whether the path names the unit."""
        return "<unit>" in self.path

    def query(self) -> str:
        """`?unit=747&stage=first`: only what differs from the default, always in one order."""
        kept = dict(self.kept)
        given = {}
        for f in fields(self):
            key, value = _KEYS.get(f.name, f.name), getattr(self, f.name)
            if f.name in _OF_ADDRESS or (f.name == "unit" and self.is_of_unit):
                continue
            if value != f.default:
                given[key] = _written(value)
            elif key in kept:
                given[key] = kept[key]
        return f"?{urlencode(given, safe=',')}" if given else ""

    def href(self, path: str | None = None, **changes) -> str:
        """A link that keeps the question with something changed, on this page or on that of `path`.

        A page about something else than a unit cannot show another unit: then the unit's own page does.
        """
        if path is None:
            has_other_code = self.code is not None and not self.is_of_unit
            path = UNIT_PATH if "unit" in changes and has_other_code else self.path
        if path != self.path:
            changes = {"code": None, "sort": None} | changes
        return self.but(path=path, **changes).address

    @property
    def address(self) -> str:
        """Path and query. A path whose name is not known leads to the first page, which is the root's."""
        code = self.unit if self.is_of_unit else self.code
        if "<" in self.path and code is None:
            return self.but(path="/").address
        return _NAME.sub(lambda _name: quote(code or "", safe=""), self.path) + self.query()


@dataclass(frozen=True)
class Ignored:
    """A part of the address that means nothing here, and is left out with a notice."""

    key: str
    value: str


@dataclass(frozen=True)
class Vocabulary:
    """The values that exist now, against which an address is read. `choices`: those of each Choice, by its name."""

    units: frozenset[str]
    choices: Mapping[str, Sequence]


def find(path: str, patterns: Iterable[str]) -> tuple[str | None, str | None]:
    """The pattern that a path follows, and what stands in its brackets; (None, None) for no page."""
    for pattern in patterns:
        if "<" not in pattern:
            if path == pattern:
                return pattern, None
            continue
        before = pattern.partition("<")[0]
        if path.startswith(before) and len(path) > len(before):
            return pattern, unquote(path.removeprefix(before))
    return None, None


def read(
    address: str | None, known: Vocabulary, pages: Mapping[str, Collection[str]] | None = None
) -> tuple[Filters, tuple[Ignored, ...]]:
    """The filters that an address asks for, and what in it could not be followed. Never raises.

    `pages`: path of each page → what it uses. Filters that the page does not use are kept for its
    links and narrow nothing: what the reader cannot see must not change a figure.
    """
    pages = pages or {"/": EVERYTHING}
    path, _, query = (address or "").partition("?")
    pattern, code = find(path or "/", pages)
    found: dict[str, Any] = {"path": pattern or "/", "code": code}
    kept, ignored = {}, []
    used = {name for use in pages.get(pattern or "", ()) for name in USES[use]}
    if pattern and "<unit>" in pattern and code in known.units:
        found["unit"] = code
    for key, value in parse_qsl(query, keep_blank_values=True):
        name = _FIELDS.get(key)
        if not name:
            if key not in FOREIGN:
                ignored.append(Ignored(key, value))
            continue
        try:
            if name == "unit" and pattern and "<unit>" in pattern:
                raise ValueError("the path has said it")
            right = _READERS[name](value, known)
        except ValueError:
            ignored.append(Ignored(key, value))
            continue
        if name in _CHOSEN and name not in used:
            kept[key] = _written(right)
        else:
            found[name] = right
    found["kept"] = tuple(kept.items())
    filters = Filters(**found)
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        ignored.append(Ignored("to", filters.date_to.isoformat()))
        filters = filters.but(date_to=None)
    return filters, tuple(ignored)


LONGEST_LOT = 40
FOREIGN = frozenset({"wall"})  # keys that belong to the shell, not to the question

_KEYS = {"date_from": "from", "date_to": "to", "beside": "with"} | {one.name: one.key for one in CHOICES}
_OF_ADDRESS = {"path", "code", "kept"}
_FIELDS = {_KEYS.get(f.name, f.name): f.name for f in fields(Filters) if f.name not in _OF_ADDRESS}
_CHOSEN = {name for names in USES.values() for name in names}
_NAME = re.compile(r"<\w+>")
_SORT = re.compile(r"-?[a-z][a-z0-9_]*", re.ASCII)


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


def day(value: str) -> date:
    """A day on which somebody may have been injected here: a slip in the year would draw two thousand years."""
    found = date.fromisoformat(value)
    if not 2000 <= found.year < 2100:
        raise ValueError(value)
    return found


def _batch(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 2**63):
        raise ValueError(value)
    return int(value)


def _since(value: str) -> str:
    if value in NEAR:
        return value
    if value.isdigit():
        return str(_batch(value))
    moment = datetime.fromisoformat(value).replace(tzinfo=None)
    day(moment.date().isoformat())
    return moment.isoformat(timespec="minutes")


def _units(value: str, known: Vocabulary) -> tuple[str, ...]:
    """In their order, each once."""
    codes = tuple(dict.fromkeys(value.split(",")))
    if not set(codes) <= known.units or len(codes) > MOST_BESIDE:
        raise ValueError(value)
    return codes


def _lot(value: str) -> str:
    """Any text may be a lot's number; what is longer than a label is none."""
    number = " ".join(value.split())
    if not number.isprintable() or not number or len(number) > LONGEST_LOT:
        raise ValueError(value)
    return number


def _sort(value: str) -> str:
    if not _SORT.fullmatch(value):
        raise ValueError(value)
    return value


def _chosen(name: str) -> Callable[[str, Vocabulary], tuple]:
    return lambda value, known: _several_of(value, known.choices.get(name, ()))


_READERS = {
    "unit": lambda value, known: _one_of(value, known.units),
    "date_from": lambda value, known: day(value),
    "date_to": lambda value, known: day(value),
    "stage": lambda value, known: _one_of(value, STAGES),
    "basis": lambda value, known: _one_of(value, BASES),
    "as_of": lambda value, known: _batch(value),
    "lot": lambda value, known: _lot(value),
    "lang": lambda value, known: _one_of(value, LANGUAGES),
    "since": lambda value, known: _since(value),
    "beside": _units,
    "borders": lambda value, known: day(value),
    "sort": lambda value, known: _sort(value),
    **{name: _chosen(name) for name in NAMES},
}
