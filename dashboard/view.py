"""One look at one page: the address read, the language and the units at hand, moments made local.

Callbacks get a `View` and hand its parts to the pure rooms (figures, components).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dashboard import filters as parts
from dashboard.boundaries import NO_BOUNDARIES, Boundaries
from dashboard.choices import CHOICES
from dashboard.data import Data, Unknown
from dashboard.filters import EVERYTHING, Filters, Ignored, Vocabulary
from dashboard.i18n import LANGUAGES, Language
from sql.clock import Clock

# unit_id of "residence unknown", "outside the province", and of a residence that is no code
UNKNOWN, OUTSIDE, NOT_RECOGNISED = 0, -1, -2
_NOWHERE = {UNKNOWN: "ranking.unknown", OUTSIDE: "ranking.outside", NOT_RECOGNISED: "ranking.not_recognised"}


@dataclass(frozen=True)
class View:
    """What one address asks for, with what is needed to write the answer down."""

    data: Data
    filters: Filters
    ignored: tuple[Ignored, ...]
    language: Language
    uses: Collection[str] = EVERYTHING  # the filters that the page uses
    missing: str | None = None  # what the path names and nobody knows
    page: str = "overview"  # the page's NAME
    boundaries: Boundaries = NO_BOUNDARIES
    red_coverage: float = 0.9  # the settings' c0 of the RED categories
    silent_after_minutes: int = 60  # the settings': an open site without a record for longer is silent
    given: Mapping[str, object] = field(default_factory=dict)  # the settings' sources by name
    edited: Callable[[], str | None] = lambda: None  # the settings file, where it was edited since the start

    @property
    def say(self):
        return self.language.say

    @cached_property
    def world(self):
        return self.data.world()

    @property
    def has_figures(self) -> bool:
        """Whether any record is in them, as of the moment that is asked for. A zero of nothing is no figure."""
        return bool(self._world_then.loaded)

    @property
    def received(self) -> int:
        """Of how many records the page's figures are."""
        return self._world_then.received

    @cached_property
    def is_first_load(self) -> bool:
        """Whether the page's figures are of a source that was not read to its end by then."""
        return self._world_then.is_first_load

    @cached_property
    def _world_then(self):
        return self.data.world(self.filters.as_of)

    @cached_property
    def units(self) -> dict:
        return {unit.unit_id: unit for unit in self.data.units()}

    @cached_property
    def vaccines(self) -> dict[int, str]:
        """What they are called; where two have one name, with the code."""
        known = self.data.vaccines()
        names = [vaccine.name for vaccine in known]
        return {v.vaccine_id: v.name if names.count(v.name) == 1 else f"{v.name} [{v.code}]" for v in known}

    @cached_property
    def unit(self):
        """The unit that the page is about."""
        return self.units[self.data.unit_id(self.filters.unit, self.filters.as_of)]

    @cached_property
    def in_force(self) -> list:
        """The units of the day meant, the largest first."""
        day = self.data.seen_on(self.filters.as_of)
        known = [unit for unit in self.units.values() if unit.unit_id > 0 and unit.is_in_force(day)]
        return sorted(known, key=lambda unit: (unit.level, unit.sort_key or unit.code))

    @property
    def is_root(self) -> bool:
        return self.unit.unit_id == self.world.root_unit_id

    @cached_property
    def path(self) -> tuple:
        """The unit's ancestors from the root down, itself last."""
        found = [self.unit]
        while found[0].unit_id != self.world.root_unit_id and found[0].parent_id in self.units:
            found.insert(0, self.units[found[0].parent_id])
        return tuple(found)

    def about_parent(self) -> "View":
        """The same question about the unit above; about this one where there is none."""
        parent = self.units.get(self.unit.parent_id)
        if parent is None or self.is_root:
            return self
        return replace(self, filters=self.filters.but(unit=parent.code))

    def about(self, unit_id: int) -> "View":
        """The same question about another unit."""
        return replace(self, filters=self.filters.but(unit=self.units[unit_id].code))

    def to(self, path: str, **changes) -> str:
        """A link to another page with the same question; to a unit's page, about the unit of this one."""
        if "<unit>" in path:
            changes = {"unit": self.unit.code} | changes
        return self.filters.href(path, **changes)

    @cached_property
    def _told(self) -> dict:
        return {row.field: row for row in self.data.told()}

    def is_untold(self, field: str) -> bool:
        """Whether no source gives an optional field (sql/told.py): what hangs on it is unknown."""
        row = self._told.get(field)
        return row is not None and not row.telling

    @property
    def is_reach_untold(self) -> bool:
        """Whether nobody tells who reached a stage, or where they live: a zero of them would be made up."""
        return not self.filters.by_place and (self.is_untold("stage") or self.is_untold("residence_code"))

    def silent_about(self, field: str) -> tuple[str, ...]:
        """The sources that do not give it."""
        row = self._told.get(field)
        return tuple(row.silent) if row else ()

    @property
    def today(self):
        return self.data.today(self.filters.as_of)

    @property
    def now(self) -> datetime:
        """The moment in the warehouse's world."""
        return Clock(self.world.shift_days).now()

    def level(self, number: int) -> str:
        """What the units of a level are called; empty below the last level."""
        levels = self.world.levels
        return levels[number][self.language.code] if number < len(levels) else ""

    def name(self, unit_id: int) -> str:
        if unit_id in _NOWHERE:
            return self.say(_NOWHERE[unit_id])
        return self.language.name(self.units[unit_id])

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment of the warehouse's world on the wall clock of its time zone."""
        return moment and moment.astimezone(ZoneInfo(self.world.time_zone))

    def real_ms(self, moment: datetime | None) -> int | None:
        """The same moment as browsers count: real milliseconds since 1970, the sample's shift undone."""
        if moment is None:
            return None
        return round((moment - timedelta(days=self.world.shift_days)).astimezone(UTC).timestamp() * 1000)

    @property
    def frozen_at(self) -> datetime | None:
        """When the batch was committed that the page is as of; None for now."""
        return None if self.filters.as_of is None else self.data.batch(self.filters.as_of).committed_at

    @property
    def hour(self) -> int:
        """The hour that runs at the moment of the figures: of now, or of the as-of. Those before it are over."""
        return self.local(self.frozen_at or self.now).hour

    def as_of(self, answer) -> str:
        """`16:42:07`: when the batch was committed up to which an answer was counted."""
        return self.language.clock(self.local(self.frozen_at or answer.version.committed_at))


@dataclass(frozen=True)
class Reader:
    """Reads addresses: knows the warehouse's units and words, the pages, and the settings' language.

    `pages`: path of each page → the filters that it uses; `names`: → its NAME; `tables`: id of a block
    → what makes its Table of a View, for taking it away (filled by dashboard/blocks.py); `homes`: → the
    path of its page.
    """

    data: Data
    default_language: str
    pages: Mapping[str, Collection[str]] = field(default_factory=lambda: {"/": EVERYTHING})
    names: Mapping[str, str] = field(default_factory=lambda: {"/": "overview"})
    boundaries: Boundaries = NO_BOUNDARIES
    tables: dict = field(default_factory=dict)
    homes: dict = field(default_factory=dict)
    red_coverage: float = 0.9
    silent_after_minutes: int = 60
    given: Mapping[str, object] = field(default_factory=dict)
    edited: Callable[[], str | None] = lambda: None

    def read(self, address: str | None, batch: int | None = None) -> View:
        """`batch`: what the page shows, all of it, though a newer one may be in."""
        filters, ignored = parts.read(address, self._known(), self.pages)
        if filters.as_of is not None and not self._has(filters.as_of):
            ignored += (Ignored("as_of", str(filters.as_of)),)
            filters = filters.but(as_of=None)
        if filters.since and filters.since.isdigit() and not self._has(int(filters.since)):
            ignored += (Ignored("since", filters.since),)
            filters = filters.but(since=None)
        language = LANGUAGES[filters.lang or self.default_language]
        uses = self.pages.get(filters.path, EVERYTHING)
        name = self.names.get(filters.path, "")
        view = View(self.data.at(batch), filters, ignored, language, uses, self._missing(filters), name, self.boundaries)
        if view.is_untold("person"):
            view = replace(view, language=language.of_records)
        if "basis" in uses and view.is_reach_untold:
            view = replace(view, filters=filters.but(basis="place"))
        of_settings = {name: getattr(self, name) for name in ("red_coverage", "silent_after_minutes", "given", "edited")}
        return replace(view, **of_settings)

    def language(self, address: str | None) -> Language:
        """The language alone: also known while the warehouse is away."""
        filters, _ = parts.read(address, Vocabulary(frozenset(), {}), self.pages)
        return LANGUAGES[filters.lang or self.default_language]

    def _missing(self, filters: Filters) -> str | None:
        """What the path names when there is no such thing; before the first units and sites are in, nobody can say."""
        if filters.code is None or self.data.world().root_unit_id is None:
            return None
        if filters.is_of_unit:
            return filters.code if filters.unit is None else None
        if "<upload>" in filters.path:
            known = frozenset(str(upload.upload_id) for upload in self.data.uploads())
        else:
            known = _codes(self.data.sites())
        return None if filters.code in known else filters.code

    def _has(self, batch: int) -> bool:
        try:
            self.data.batch(batch)
        except Unknown:
            return False
        return True

    def _known(self) -> Vocabulary:
        return Vocabulary(
            units=_codes(unit for unit in self.data.units() if unit.unit_id > 0),
            choices={choice.name: tuple(sorted(choice.values(self.data))) for choice in CHOICES},
        )


def _codes(rows: Iterable) -> frozenset[str]:
    return frozenset(row.code for row in rows if row.code)
