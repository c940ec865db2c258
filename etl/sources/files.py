"""A folder as a source: detects new and changed files and reads each once; a file that fails says why.

The state of files is kept by the pipeline (warehouse.delivery) and passed in as `known`. A file that
is still being written is left for the next time.
"""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from etl.faults import in_words
from etl.mapping import Mapper
from etl.settings import FilesSource
from etl.sources import EPOCH, Delivery, Description, Known, Page, SourceError, folders
from etl.sources.formats import kind, tables
from etl.sources.tables import Piece, Unreadable, as_records

AHEAD = timedelta(days=1)  # tolerated difference to our clock; a later file time is a mistake
SETTLED = 2.0  # seconds without a change after which a file counts as complete
# Temporary files of spreadsheets, browsers and copy programs.
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


class DeliveryError(SourceError):
    """One file cannot be read; the message names it and says why. The others are not affected."""


class Stat(NamedTuple):
    """Metadata by which a change is detected; `mark` holds inode and ctime, in case size and mtime are equal."""

    size_bytes: int
    modified_at: datetime  # to the microsecond, as PostgreSQL keeps it
    mark: str


@dataclass
class _Reading:
    """The state of a partly read file: the remaining pieces, and records that are mapped but not returned yet."""

    delivery: Delivery
    at: int
    coming: Iterator[Piece]
    ready: pa.Table
    note: str | None = None


class Folder:
    """A files source: implements etl.sources.Deliveries."""

    def __init__(self, name: str, source: FilesSource, mapper: Mapper):
        self.name, self.mapper, self._source = name, mapper, source
        self.present: dict[str, str | None] = {}
        self.touched: list[Delivery] = []
        self.settled_after = SETTLED
        self.nothing_there = f"sources.{name}.pattern: no file in {source.folder} is called so (found {source.pattern})"
        self._hashes: dict[str, tuple[Stat, str]] = {}
        self._ahead: dict[str, Stat] = {}
        self._tried: dict[str, tuple[Stat, str]] = {}
        self._odd_paths: dict[str, Path] = {}
        self._reading: _Reading | None = None

    def deliveries(self, known: Iterable[Known] = ()) -> list[Delivery]:
        """Files with new content, oldest first. Raises SourceError if the folder cannot be read.

        A file is hashed only if its size, times or inode changed. One in the state `loading` is
        returned again, to be resumed; one that `failed` once more from its beginning, since the
        settings may have been corrected.
        """
        rows: dict[str, list[Known]] = {}
        last = EPOCH
        for row in known:
            if row.sha256:
                rows.setdefault(row.path, []).append(row)
            last = max(last, row.stamped_at)
        self.present, self.touched = {}, []
        found = [d for path, fault in self._paths().items() if (d := self._delivery(path, fault, rows)) is not None]
        return self._stamped(sorted(found, key=lambda d: (d.modified_at, d.path)), last)

    @staticmethod
    def _stamped(found: list[Delivery], last: datetime) -> list[Delivery]:
        """Give each a later time than all before it: a file copied from an archive may be older than the one it replaces."""
        latest, stamped = datetime.now(UTC) + AHEAD, []
        for delivery in found:
            if delivery.stamped_at == EPOCH:
                last = max(min(delivery.modified_at, latest), last + timedelta(microseconds=1))
                delivery = replace(delivery, stamped_at=last)
            stamped.append(delivery)
        return stamped

    def read_delivery(self, delivery: Delivery, offset: int, limit: int) -> Page:
        """At most `limit` canonical records from `offset` on. Sequential reads are cheap.

        Raises DeliveryError if the file has another format, lacks a column, is damaged or has changed.
        """
        mark = Stat(delivery.size_bytes, delivery.modified_at, delivery.mark)
        self._tried[delivery.path] = mark, delivery.sha256
        try:
            if delivery.fault:
                raise Unreadable(delivery.fault)
            if self._stat(self._path(delivery)) != mark:
                raise Unreadable("changed while it was read; it comes again as it is now")
            reading = self._reading
            if reading is None or reading.delivery != delivery or reading.at != offset:
                reading = self._reading = self._begin(delivery, offset)
            return self._next_page(reading, limit)
        except OSError as wrong:
            self._reading = None
            raise DeliveryError(f"sources.{self.name}: {delivery.path}: {_in_words(wrong)}") from None
        except Unreadable as wrong:
            self._reading = None
            raise DeliveryError(f"sources.{self.name}: {delivery.path}: {wrong}") from None
        except Exception as wrong:
            # readers of third-party formats raise many kinds of exceptions without a common base
            self._reading = None
            raise DeliveryError(f"sources.{self.name}: {delivery.path}: cannot be read ({in_words(wrong)})") from wrong

    def describe(self, to: datetime | None = None) -> Description:
        self._paths()  # raises where the folder cannot be read
        return {"kind": "files", "rows": None, "without_time": 0, "ahead": 0}

    def wait_for_wake(self, timeout: float) -> bool:
        time.sleep(timeout)
        return False

    def close(self) -> None:
        self._reading = None

    # -- which files

    def _paths(self) -> dict[Path, str | None]:
        """The matching files → why one cannot be read, or None."""
        folder = self._source.folder
        try:
            found = dict(folders.matching(folder, self._source.pattern))
        except ValueError as wrong:
            raise SourceError(f"sources.{self.name}.pattern: {wrong} (found {self._source.pattern})") from None
        if folder in found or not os.path.isdir(folder):
            refused = found.get(folder)
            why = f" ({refused.strerror})" if refused else ""
            raise SourceError(f"sources.{self.name}.folder: {folder} is not a folder that can be read{why}")
        return {path: _in_words(wrong) if wrong else None for path, wrong in found.items() if self._is_delivery(path)}

    @staticmethod
    def _is_delivery(path: Path) -> bool:
        return not path.name.startswith((".", "~$")) and not path.name.lower().endswith(_UNFINISHED)

    def _delivery(self, path: Path, fault: str | None, rows: dict[str, list[Known]]) -> Delivery | None:
        name = self._name(path)
        if fault:
            return self._faulty(name, fault)
        try:
            mark = self._stat(path)
            if not self._is_settled(name, mark):
                self.present[name] = None
                return None
            newest = max(rows.get(name, ()), key=lambda row: row.stamped_at, default=None)
            is_known = newest is not None and newest.state in ("done", "braked")
            if newest is not None and is_known and (newest.size_bytes, newest.modified_at, newest.mark) == mark:
                self.present[name] = newest.sha256
                return None
            sha256 = self._sha256(path, name, mark)
        except FileNotFoundError:
            # a dangling link, or a file removed since it was listed
            return self._faulty(name, "is a link that leads nowhere") if path.is_symlink() else None
        except OSError as wrong:
            return self._faulty(name, _in_words(wrong))
        self.present[name] = sha256
        if newest is None or newest.sha256 != sha256:
            return Delivery(name, *mark, sha256)
        delivery = Delivery(name, *mark, sha256, newest.stamped_at)
        if is_known:
            self.touched.append(delivery)
            return None
        if newest.state == "loading":
            return replace(delivery, records_done=newest.records_done)
        # It failed already, and neither the file nor (in the lifetime of this object) the settings have changed.
        return None if self._tried.get(name) == (mark, sha256) else delivery

    def _faulty(self, name: str, fault: str) -> Delivery | None:
        """A file that cannot be opened fails once, until that changes."""
        self.present[name] = ""
        mark = Stat(0, EPOCH, fault)
        return None if self._tried.get(name) == (mark, "") else Delivery(name, *mark, "", fault=fault)

    def _name(self, path: Path) -> str:
        """The name as stored in the warehouse; bytes that are not UTF-8 are escaped."""
        raw = path.relative_to(self._source.folder).as_posix()
        name = os.fsencode(raw).decode("utf-8", "backslashreplace")
        if name != raw:
            self._odd_paths[name] = path
        return name

    def _path(self, delivery: Delivery) -> Path:
        return self._odd_paths.get(delivery.path, self._source.folder / delivery.path)

    @staticmethod
    def _stat(path: Path) -> Stat:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, no file")
        if not stat.S_ISREG(found.st_mode):
            raise OSError("is no file, but a pipe or a device")
        modified_at = EPOCH + timedelta(microseconds=found.st_mtime_ns // 1000)
        return Stat(found.st_size, modified_at, f"{found.st_ino} {found.st_ctime_ns}")

    def _is_settled(self, name: str, mark: Stat) -> bool:
        age = time.time() - mark.modified_at.timestamp()
        if age >= SETTLED:
            return True
        # Written by a machine whose clock is ahead: settled if it is unchanged the next time.
        before, self._ahead[name] = self._ahead.get(name), mark
        return age < -SETTLED and before == mark

    def _sha256(self, path: Path, name: str, mark: Stat) -> str:
        if name not in self._hashes or self._hashes[name][0] != mark:
            with path.open("rb") as file:
                self._hashes[name] = mark, hashlib.file_digest(file, "sha256").hexdigest()
        return self._hashes[name][1]

    # -- reading one

    def _begin(self, delivery: Delivery, offset: int) -> _Reading:
        if kind(delivery.path) is None:
            raise Unreadable("is none of .csv, .csv.gz, .xlsx, .parquet")
        self._check_time(delivery)
        nothing = self.mapper(pa.table({name: pa.array([], pa.string()) for name in self.mapper.columns}), EPOCH)
        reading = _Reading(delivery, 0, tables(self._path(delivery), self._source, self.mapper.columns), nothing)
        while reading.at < offset:
            if not self._more(reading):
                break
            step = min(offset - reading.at, reading.ready.num_rows)
            reading.at, reading.ready = reading.at + step, reading.ready.slice(step)
        return reading

    def _check_time(self, delivery: Delivery) -> None:
        """Records with a time in the far future could never be corrected by a later version."""
        spec = self._source.fields.get("updated_at")
        if spec is not None and spec.origin == "file" and delivery.modified_at > datetime.now(UTC) + AHEAD:
            raise Unreadable(
                f"its time of change, {delivery.modified_at:%Y-%m-%d %H:%M} UTC, is in the future, and its records "
                "would carry it; set the clock of the machine that wrote it, then touch the file"
            )

    def _more(self, reading: _Reading) -> bool:
        """Whether `ready` has records, mapping the next piece if needed."""
        while not reading.ready.num_rows:
            piece = next(reading.coming, None)
            if piece is None:
                return False
            reading.note = piece.note or reading.note
            reading.ready = self.mapper(piece.rows, reading.delivery.stamped_at)
            if piece.broken:
                lines = as_records(piece.broken, reading.delivery.path, reading.delivery.stamped_at)
                reading.ready = pa.concat_tables([reading.ready, lines])
        return True

    def _next_page(self, reading: _Reading, limit: int) -> Page:
        parts, missing = [], limit
        while missing and self._more(reading):
            parts.append(reading.ready.slice(0, missing))
            reading.ready = reading.ready.slice(parts[-1].num_rows)
            missing -= parts[-1].num_rows
        records = pa.concat_tables(parts).combine_chunks() if parts else reading.ready
        reading.at += records.num_rows
        more = self._more(reading)
        if not more:
            self._reading = None
        return Page(records, None, more, reading.delivery.path, note=reading.note)


def _in_words(wrong: OSError) -> str:
    match wrong.errno:
        case errno.EACCES | errno.EPERM:
            return "may not be read by this user"
        case errno.ENOENT:
            return "was taken away before it was read to its end"
    return wrong.strerror or str(wrong)
