"""A folder as a source: new and changed files are noticed, each is read once, and says why if it cannot be.

What became of a file is the pipeline's to remember (warehouse.delivery); it gives that back as
`known`. A file that is still being written is left for the next look.
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

AHEAD = timedelta(days=1)  # of our clock; a file's time beyond is a mistake
SETTLED = 2.0  # seconds without a change until a file counts as written
# What spreadsheets, browsers and copying programs leave beside what they write.
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


class DeliveryError(SourceError):
    """One file cannot be read; the message names it and says why. The others can."""


class Stat(NamedTuple):
    """What tells whether a file may be another than it was; `mark` also where its size and its time are the same."""

    size_bytes: int
    modified_at: datetime  # to the microsecond, as PostgreSQL keeps it
    mark: str


@dataclass
class _Reading:
    """A delivery half-way: what comes next, and what of it is mapped already."""

    delivery: Delivery
    at: int
    coming: Iterator[Piece]
    ready: pa.Table
    note: str | None = None


class Folder:
    """A files source; see etl.sources.Deliveries for what it promises."""

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
        """Files whose content is new, the oldest first. Raises SourceError where the folder cannot be read.

        Size, times and inode tell whether to look at the content; the content tells whether it is
        new. What was left in the state `loading` comes again, to be gone on with; what `failed` comes
        again from its beginning, once: the settings may have been mended.
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
        """Each with a time after that of all before it: a list taken from an archive may be older than the one it replaces."""
        latest, stamped = datetime.now(UTC) + AHEAD, []
        for delivery in found:
            if delivery.stamped_at == EPOCH:
                last = max(min(delivery.modified_at, latest), last + timedelta(microseconds=1))
                delivery = replace(delivery, stamped_at=last)
            stamped.append(delivery)
        return stamped

    def read_delivery(self, delivery: Delivery, offset: int, limit: int) -> Page:
        """Canonical records of a file from `offset` on, at most `limit`. Cheap where the last read ended.

        Raises DeliveryError: not what its name says, a column missing, damaged, changed meanwhile.
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
            # a reader of somebody else's format has a hundred ways to fail, and no common name for them
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
        """What is to be read, and why some of it cannot be."""
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
            # of a link it is what it leads to; else it was taken away since we looked
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
        # Nothing has changed since it failed: neither the file nor, in the life of this object, the settings.
        return None if self._tried.get(name) == (mark, sha256) else delivery

    def _faulty(self, name: str, fault: str) -> Delivery | None:
        """What cannot be looked into fails like a file that cannot be read: once, until it is otherwise."""
        self.present[name] = ""
        mark = Stat(0, EPOCH, fault)
        return None if self._tried.get(name) == (mark, "") else Delivery(name, *mark, "", fault=fault)

    def _name(self, path: Path) -> str:
        """As the warehouse keeps it; of a name in no UTF-8, which no text column takes, the odd bytes are spelt out."""
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
        # From a machine whose clock is ahead: settled when it is the same at the next look.
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
        """Records that carry a time of the far future could never be corrected: no later version would come after it."""
        spec = self._source.fields.get("updated_at")
        if spec is not None and spec.origin == "file" and delivery.modified_at > datetime.now(UTC) + AHEAD:
            raise Unreadable(
                f"its time of change, {delivery.modified_at:%Y-%m-%d %H:%M} UTC, is in the future, and its records "
                "would carry it; set the clock of the machine that wrote it, then touch the file"
            )

    def _more(self, reading: _Reading) -> bool:
        """Whether there is something in `ready`, mapping the next piece if need be."""
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
