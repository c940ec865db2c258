"""Health checks of parts: detects one that hangs, which has not ended and so would not be restarted."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

# Checked every 2 s: unhealthy after half a minute without an answer, or two minutes after a start.
_EVERY_SECONDS = 2.0
_PATIENCE, _FIRST_PATIENCE = 15, 60


class Watch:
    """Checks one part in a thread of its own. Failed checks are counted, not seconds, so that a suspension of this process
    is not blamed on the part."""

    def __init__(self, answers: Callable[[], bool]):
        self._answers = answers
        self._unanswered, self._patience = 0, _FIRST_PATIENCE
        self._end = threading.Event()
        threading.Thread(target=self._ask, daemon=True, name="watch").start()

    @property
    def is_silent(self) -> bool:
        """Whether too many checks in a row failed."""
        return self._unanswered >= self._patience

    def stop(self) -> None:
        self._end.set()

    def _ask(self) -> None:
        while not self._end.wait(_EVERY_SECONDS):
            if self._answers():
                self._unanswered, self._patience = 0, _PATIENCE
            else:
                self._unanswered += 1


class Pulse:
    """The health check of a part without a port: a file that it touches. Calling it returns whether it did since last time."""

    def __init__(self, file: Path):
        self.file = file
        file.touch()
        self._seen = file.stat().st_mtime_ns

    def __call__(self) -> bool:
        try:
            moved = os.stat(self.file).st_mtime_ns
        except OSError:
            return False
        before, self._seen = self._seen, moved
        return moved != before
