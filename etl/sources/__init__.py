"""The protocols of sources of injection records; kinds.py lists the implementations.

Records are canonical (etl.mapping), so downstream code does not depend on the kind of source.
"""

import contextlib
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, TypedDict

import pyarrow as pa

from etl import mapping
from etl.faults import in_words


class SourceError(Exception):
    """A source cannot be read; the message names the source, what was found and what to do, and never holds a password."""

    def __init__(self, message: str):
        # A damaged file may have a column name that PostgreSQL cannot store in the message.
        super().__init__(message.replace("\0", "\ufffd").encode("utf-8", "replace").decode())


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Converts any exception of reading a source to SourceError, so that the other sources go on."""
    try:
        yield
    except SourceError:
        raise
    except Exception as wrong:
        raise SourceError(f"sources.{name}: cannot be read ({in_words(wrong)})") from wrong


@dataclass(frozen=True, order=True)
class Cursor:
    """The watermark of incremental reading: time of change, then record number to break ties.

    Only the source may compare two cursors: it may sort its numbers numerically or by a collation.
    `order` is for tests.
    """

    updated_at: datetime
    record_id: str


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = Cursor(datetime.min.replace(tzinfo=UTC), "")


@dataclass(frozen=True)
class Page:
    """Some records of a source, in its order, and the cursor behind them."""

    records: pa.Table  # canonical
    cursor: Cursor | None  # of the last row in a database; None for files, and for an empty page at START
    more: bool  # whether further records follow
    unit: str | None = None  # file name
    asked: int | None = None  # database: the requested number of rows
    read: int | None = None  # table read as a whole: records read, including unchanged ones that were left out
    note: str | None = None  # file: what is not read of it, and why

    @property
    def received(self) -> int:
        """Canonical records in it."""
        return self.records.num_rows


@dataclass(frozen=True)
class Day:
    """Rows of a source by day of change, and sums of digests of their keys and of the whole rows (None if not supported)."""

    day: date
    rows: int
    keys: int | None
    content: int | None


@dataclass(frozen=True)
class Delivery:
    """Something delivered as a whole, such as a file, whose content is new."""

    path: str  # below the source's folder
    size_bytes: int
    modified_at: datetime
    mark: str  # further metadata that changes with the content
    sha256: str  # empty if it cannot be read
    stamped_at: datetime = EPOCH  # time of change for records without one
    records_done: int = 0  # canonical records already loaded, where an interrupted load resumes
    fault: str | None = None  # why it cannot be read


class Known(Protocol):
    """A row of warehouse.delivery."""

    path: str
    sha256: str
    size_bytes: int
    modified_at: datetime
    mark: str | None
    stamped_at: datetime
    records_done: int
    state: str


class Description(TypedDict):
    """Counts of what a source holds."""

    kind: str
    rows: int | None  # None for files, which are not counted before they are read
    without_time: int  # rows that can never be read: they have no usable updated_at
    ahead: int  # rows changed after `to`, which are not read yet


class Source(Protocol):
    """Common to all kinds. Records are read in one of three ways (`read_by` of its settings): Changes, Whole or
    Deliveries. Every method raises SourceError if the source is down or does not match its settings."""

    name: str
    mapper: mapping.Mapper

    def describe(self, to: datetime | None = None) -> Description:
        """Count what it holds now; changes after `to` count as `ahead`."""

    def wait_for_wake(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for the source to notify of a change. Returns whether it did."""

    def close(self) -> None: ...


class Changes(Source, Protocol):
    """A source with a time of change: read incrementally, with look-back and reconciliation."""

    def read_after(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Page:
        """The next rows in the order of (updated_at, record_id), at most `limit`.

        Rows changed after `to` wait: a single time in the far future would carry the cursor past
        everything that follows.
        """

    def stream(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Generator[Page]:
        """All rows after the cursor, in pages that share one sort. Close it if it is not exhausted."""

    def changed_keys(self, since: datetime, to: Cursor) -> pa.Table:
        """record_id and updated_at of all changes from `since` up to a cursor, inclusive: for the look-back."""

    def unplaced_keys(self) -> Generator[pa.Table]:
        """record_id and updated_at of rows whose time of change is set but unusable (not a time, infinity, the year 15), which
        incremental reading never reaches. Yields nothing if it was called a short while ago."""

    def read_records(self, record_ids: list[str]) -> Page:
        """The current records with these numbers."""

    def has_row(self, record_id: str) -> bool:
        """Whether the row of a cursor still exists, whether or not it gives a record."""

    @property
    def day_zone(self) -> str:
        """The time zone of the days of `days`."""

    def days(self, until: datetime) -> list[Day] | None:
        """Counts and digests by day, of rows changed before `until`; None if digests are not supported."""

    def keys_within(self, first: datetime, until: datetime) -> pa.Table:
        """record_id and updated_at of the records changed in [first, until)."""

    def records_within(self, first: datetime, until: datetime, after: Cursor, limit: int) -> Page:
        """The next records changed in [first, until), after the cursor `after`."""


class Whole(Source, Protocol):
    """A source without a time of change."""

    def read_whole(self, limit: int, moment: datetime) -> Generator[Page]:
        """All rows; `moment` is used as their time of change."""


class Deliveries(Source, Protocol):
    """A source of files or the like: each new content is read once."""

    present: dict[str, str | None]  # at the last look: path → checksum; None while it is being written
    touched: list[Delivery]  # at the last look: known content with changed metadata
    settled_after: float  # seconds without a change after which a file counts as complete
    nothing_there: str  # message if there is none

    def deliveries(self, known: Iterable[Known] = ()) -> list[Delivery]:
        """The deliveries with new content, oldest first."""

    def read_delivery(self, delivery: Delivery, offset: int, limit: int) -> Page:
        """At most `limit` canonical records from `offset` on. Sequential reads are cheap."""


def read_ahead(pages: Iterator[Page], name: str) -> Iterator[Page]:
    """The pages, each read and mapped while the previous one is loaded. Raises SourceError."""

    def next_page() -> Page | None:
        with reading(name):
            return next(pages, None)

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming: Future = reader.submit(next_page)
        while (page := coming.result()) is not None:
            if page.more:
                coming = reader.submit(next_page)
            yield page
            if not page.more:
                return


def check_columns(name: str, mapper: mapping.Mapper, found: list[str], where: str = "the source") -> None:
    """Raises SourceError naming the first mapped column that is missing."""
    for field, column in mapper.origins:
        if column not in found:
            raise SourceError(
                f'sources.{name}.fields.{field}: column "{column}" is not in {where}; it has: {", ".join(found)}'
            )
