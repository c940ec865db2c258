"""Where the records come from: how each source stands, what it tells, whether the ETL lives."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.data.asking import Asking, plain
from dashboard.data.rows import Rows, Version


@dataclass(frozen=True, slots=True)
class Source:
    """One row per source: where it stands now (not part of any as-of)."""

    source: str
    kind: str
    state: str  # running, braked, failed, idle
    reason: str | None
    last_polled_at: datetime | None
    last_change_at: datetime | None
    received: int
    loaded: int
    unchanged: int
    quarantined: int
    vanished: int
    open_quarantine: int
    is_configured: bool  # the settings name it
    is_first_load: bool
    expected: int | None  # rows that it had when the first load began
    per_second: float | None  # records, in the first load
    missing: int  # records that its deliveries no longer hold, while they are counted on
    missing_of: list[str]  # the deliveries, those with the most first
    stop: dict | None = None  # what the brake stopped, while it stands or is released
    # Of the last comparison with a database; None: never compared.
    source_rows: int | None = None
    held_rows: int | None = None
    merged: int | None = None  # rows whose number is, once trimmed, that of another
    without_time: int | None = None  # rows that can never be read
    ahead: int | None = None  # rows of the future, which wait
    not_read: list[dict] | None = None  # of the first files, file and note: what of it is not read
    not_read_files: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One row per optional field (sql/told.py): how many sources with records give it, and which do not."""

    field: str
    telling: int
    silent: list[str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the reference tables were refused when they were last read: as the log says it, and by its code."""

    said: str
    fault: dict[str, str] | None  # None: kept by an earlier release


@dataclass(frozen=True)
class Metric:
    metric: str
    source: str | None
    label: str | None
    value: float


class SourcesQuestions(Asking):
    def sources(self) -> Rows[Source]:
        """Never cached: a source can fall silent without a batch."""
        return self._fresh("sources", Source, {})

    def source_names(self) -> tuple[str, ...]:
        """What the sources are called; their states are `sources`."""
        return tuple(row.source for row in self._ask("sources", Source, {}))

    def told(self) -> Rows[Told]:
        """What the sources tell, by the fields that they may leave out."""
        return self._list("told", Told)

    def refusal(self) -> Refusal | None:
        """Of the reference tables; None where they are in force as they are. Never cached: it moves without a batch."""
        return next(iter(self._fresh("refusal", Refusal, {})), None)

    def silent_seconds(self) -> float | None:
        """Since the ETL gave a sign of life; None while none has run. Never cached."""
        return self._fresh("heartbeat", plain, {})[0][0]

    def first_load(self) -> Version | None:
        """The batch with which the first load was in; None when there is none yet."""
        found = self._ask("first_load", Version, {})
        return found[0] if found else None

    def metrics(self) -> Rows[Metric]:
        """What /metrics tells. Never cached."""
        return self._fresh("metrics", Metric, {})
