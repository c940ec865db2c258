"""Somewhere injection records come from. A source is a few promises; which kind keeps them is its own affair (kinds.py).

Records come canonical (etl.mapping), so nothing behind a source knows where they came from.
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
    """A source cannot be read; the message names the source, what was found and what to do. Never a password."""

    def __init__(self, message: str):
        # A damaged file may call a column what is no text of the warehouse, which keeps the message.
        super().__init__(message.replace("\0", "\ufffd").encode("utf-8", "replace").decode())


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever the reading of a source raises becomes a SourceError that says so: its neighbours go on."""
    try:
        yield
    except SourceError:
        raise
    except Exception as wrong:
        raise SourceError(f"sources.{name}: cannot be read ({in_words(wrong)})") from wrong


@dataclass(frozen=True, order=True)
class Cursor:
    """The last change safely in the warehouse: change time first, id to break ties.

    Two cursors of one source are compared by that source alone: it may sort its ids as numbers, or
    by a language. `order` is for tests.
    """

    updated_at: datetime
    record_id: str


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = Cursor(datetime.min.replace(tzinfo=UTC), "")


@dataclass(frozen=True)
class Page:
    """Some records of a source, in its order, and where they end."""

    records: pa.Table  # canonical
    cursor: Cursor | None  # the last row's place in a database; None of a file, or of an empty page at START
    more: bool  # whether another record follows
    unit: str | None = None  # of a file: its name
    asked: int | None = None  # of a database: how many rows were asked for
    read: int | None = None  # of a table that is read whole: how many records, those left out that are as they were
    note: str | None = None  # of a file: what of it is not read, and why

    @property
    def received(self) -> int:
        """Canonical records in it."""
        return self.records.num_rows


@dataclass(frozen=True)
class Day:
    """What a source holds of one day of its clock: rows, and sums of digests of their keys and of the whole rows.

    None where the source works out no digests."""

    day: date
    rows: int
    keys: int | None
    content: int | None


@dataclass(frozen=True)
class Delivery:
    """Something that was delivered as a whole, such as a file, with content that is not known yet."""

    path: str  # below the source's folder
    size_bytes: int
    modified_at: datetime
    mark: str  # what else tells that it may be another than it was
    sha256: str  # empty where its content cannot be known
    stamped_at: datetime = EPOCH  # the time of change of its records that have none of their own
    records_done: int = 0  # canonical records that are in already: where a loading that was cut off goes on
    fault: str | None = None  # why nobody can know what is in it


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
    """What a source says of itself. Of files nobody counts rows before they are read, and their clock is the delivery's."""

    kind: str
    rows: int | None  # None where they are not counted
    without_time: int  # rows that can never be read: they have no usable updated_at
    ahead: int  # rows changed after `to`, which are not read yet


class Source(Protocol):
    """What every kind promises. How its records are read is one of three ways (`read_by` of its settings): Changes,
    Whole, Deliveries. Every method raises SourceError where the source is down or not as the settings say."""

    name: str
    mapper: mapping.Mapper

    def describe(self, to: datetime | None = None) -> Description:
        """What it holds now; changes after `to` are `ahead`."""

    def wait_for_wake(self, timeout: float) -> bool:
        """Wait until the source says that it changed, at most `timeout` seconds; whether it did."""

    def close(self) -> None: ...


class Changes(Source, Protocol):
    """A source with a clock: read in the order of its changes, looked back at, compared with what is held of it."""

    def read_after(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Page:
        """The next rows in the order of (updated_at, record_id), at most `limit`.

        Rows changed after `to` wait: one time in the far future would carry the cursor past
        everything that comes later.
        """

    def stream(self, cursor: Cursor, limit: int, to: datetime | None = None) -> Generator[Page]:
        """All rows after the cursor as of now, in pages: one sort for all of them. Close it if it is not used up."""

    def changed_keys(self, since: datetime, to: Cursor) -> pa.Table:
        """record_id and updated_at of all that changed from `since` up to a cursor: for the look-back."""

    def unplaced_keys(self) -> Generator[pa.Table]:
        """record_id and updated_at of rows whose clock is there and is no time that can be (a text that is none, infinity, the
        year 15): no order ever comes to them. Nothing where it was asked a short while ago."""

    def read_records(self, record_ids: list[str]) -> Page:
        """The records of these numbers, as they are now."""

    def has_row(self, record_id: str) -> bool:
        """Whether the row of a cursor is still there: by its own number, whether or not it gives a record."""

    @property
    def day_zone(self) -> str:
        """The time zone in which the days of `days` begin."""

    def days(self, until: datetime) -> list[Day] | None:
        """What it holds of each day, of rows changed before `until`; None where it cannot work out digests."""

    def keys_within(self, first: datetime, until: datetime) -> pa.Table:
        """record_id and updated_at of the records changed in [first, until)."""

    def records_within(self, first: datetime, until: datetime, after: Cursor, limit: int) -> Page:
        """The next whole records changed in [first, until) behind `after`, as they are now."""


class Whole(Source, Protocol):
    """A source without a clock."""

    def read_whole(self, limit: int, moment: datetime) -> Generator[Page]:
        """All rows as they are now; `moment` is their time of change."""


class Deliveries(Source, Protocol):
    """A source of things that are delivered as a whole, such as a folder of files: each new content is read once."""

    present: dict[str, str | None]  # as of the last look: path → content; None where it is being written
    touched: list[Delivery]  # at the last look: known content under another mark
    settled_after: float  # seconds without a change until something counts as written
    nothing_there: str  # what to say where there is none

    def deliveries(self, known: Iterable[Known] = ()) -> list[Delivery]:
        """Those whose content is new, the oldest first."""

    def read_delivery(self, delivery: Delivery, offset: int, limit: int) -> Page:
        """Canonical records of one from `offset` on, at most `limit`. Cheap where the last read ended."""


def read_ahead(pages: Iterator[Page], name: str) -> Iterator[Page]:
    """The pages, the next one being read (and mapped) while the one before is loaded. Raises SourceError."""

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
    """Every mapped column must be there. Raises SourceError that names the first that is not."""
    for field, column in mapper.origins:
        if column not in found:
            raise SourceError(
                f'sources.{name}.fields.{field}: column "{column}" is not in {where}; it has: {", ".join(found)}'
            )
