"""How a question is asked and answered: of which version its answer is, and where it is kept."""

import copy
from collections.abc import Callable
from typing import Self

from dashboard.data.cache import Cache, digest
from dashboard.data.rows import Row, Rows, Version
from dashboard.data.warehouse import Snapshot, Warehouse, WarehouseUnreachable


class Unknown(ValueError):
    """A filter names what the warehouse does not have; says what was found and what is allowed."""

    def __init__(self, what: str, found: object, allowed: list):
        self.what, self.found, self.allowed = what, found, allowed
        some = ", ".join(map(str, allowed[:40])) + (", …" if len(allowed) > 40 else "")
        super().__init__(f"{what}: {found!r} is not known (allowed: {some})")


class Asking:
    """What every question to the warehouse stands on.

    `newest_batch` gives the number of the last batch that was announced, or None when nobody
    listens: then each answer first asks the warehouse for its version (about 1 ms).
    `scope` names what the viewer may see and is part of every cache key.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        cache: Cache,
        newest_batch: Callable[[], int | None] = lambda: None,
        scope: str = "everything",
        workers: int = 1,
    ):
        self._warehouse = warehouse
        self._cache = cache
        self._newest_batch = newest_batch
        self._scope = scope
        self._workers = workers
        self._seen = Seen()
        self._batch: int | None = None  # of which all answers are, where a newer one is in

    def at(self, batch: int | None) -> Self:
        """The same questions, answered as of a batch though newer ones are in: so that all of a page is of one batch,
        however long its parts take and however fast batches come. The figures are those that were answered at that batch."""
        held = copy.copy(self)
        held._batch = batch
        return held

    def _list(self, question: str, row_type: Callable[..., Row]) -> Rows[Row]:
        return self._ask(question, row_type, {})

    def _ask(self, question: str, row_type: Callable[..., Row], arguments: dict) -> Rows[Row]:
        key = (question, tuple(sorted(arguments.items(), key=lambda item: item[0])), self._scope)
        key = _hashable(key)
        version = self._current()
        if version and (answer := self._cache.find(key, version)) is not None:
            return answer
        with self._cache.alone(key):
            version = self._current()
            if version and (answer := self._cache.find(key, version)) is not None:
                return answer
            return self._read(key, question, row_type, arguments)

    def _fresh(self, question: str, row_type: Callable[..., Row], arguments: dict) -> Rows[Row]:
        """Of this moment, never cached."""
        with self._warehouse.snapshot() as snapshot:
            return snapshot.rows(question, row_type, arguments)

    def _read(self, key: tuple, question: str, row_type: Callable[..., Row], arguments: dict) -> Rows[Row]:
        try:
            with self._warehouse.snapshot() as snapshot:
                self._seen.add(snapshot.version)
                return self._answer(snapshot, key, question, row_type, arguments)
        except WarehouseUnreachable:
            # The last figures stay on the page; that they are old, the stream and the as-of say.
            if (answer := self._cache.last(key)) is not None:
                return answer
            if self._seen.last and (answer := self._cache.find(key, self._seen.last)) is not None:
                return answer
            raise

    def _answer(
        self, snapshot: Snapshot, key: tuple, question: str, row_type: Callable[..., Row], arguments: dict
    ) -> Rows[Row]:
        version, arguments = self._held_at(snapshot, arguments)
        if (answer := self._cache.find(key, version)) is not None:
            return answer
        if self._workers > 1:
            snapshot.hold(int(digest(key)[:15], 16))
            if (answer := self._cache.find(key, version)) is not None:
                return answer
        answer = Rows(snapshot.rows(question, row_type, arguments), version)
        self._cache.keep(key, version, answer)
        return answer

    def _held_at(self, snapshot: Snapshot, arguments: dict) -> tuple[Version, dict]:
        """The version of an answer, and the arguments by which a newer snapshot gives it. What knows no as-of (lists of
        units, of uploads) is of the snapshot."""
        name = next((name for name in ("as_of", "to_batch") if name in arguments), None)
        if not self._is_behind(snapshot.version) or name is None or arguments[name] is not None:
            return snapshot.version, arguments
        version = self._seen.of(self._batch)
        if version is None:
            found = snapshot.rows("batch", Version, {"batch": self._batch})
            if not found:
                return snapshot.version, arguments
            self._seen.add_earlier(version := found[0])
        return version, arguments | {name: self._batch}

    def _is_behind(self, version: Version) -> bool:
        return self._batch is not None and version.batch_id is not None and self._batch < version.batch_id

    def _current(self) -> Version | None:
        """The version that answers must be of, as far as is known without asking the warehouse."""
        newest, known = self._newest_batch(), self._seen.last
        if newest is None or known is None or known.batch_id is None or newest > known.batch_id:
            return None
        return self._seen.of(self._batch) if self._is_behind(known) else known

    def forget_version(self) -> None:
        """The connection was lost: the next answer asks the warehouse what it is now."""
        self._seen.forget()


class Seen:
    """The versions that this process knows: the last, and those that open pages still stand at."""

    _MOST = 100

    def __init__(self):
        self.last: Version | None = None
        self._earlier: dict[int, Version] = {}

    def add(self, version: Version) -> None:
        self.last = version
        if version.batch_id is not None:
            self.add_earlier(version)

    def add_earlier(self, version: Version) -> None:
        self._earlier[version.batch_id] = version
        while len(self._earlier) > self._MOST:
            self._earlier.pop(min(self._earlier), None)

    def of(self, batch: int) -> Version | None:
        return self._earlier.get(batch)

    def forget(self) -> None:
        self.last = None
        self._earlier = {}


def plain(*columns):
    return columns


def _hashable(key):
    return tuple(_hashable(part) for part in key) if isinstance(key, list | tuple) else key
