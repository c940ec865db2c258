"""Whether a part still answers. One that stands still has not ended, so nobody would start it again."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

# Asked every 2 s: half a minute without an answer; two minutes where it has just been started.
_EVERY_SECONDS = 2.0
_PATIENCE, _FIRST_PATIENCE = 15, 60


class Watch:
    """Asks one part, in a thread of its own, until it is stopped. Answers are counted, not seconds: who was suspended
    himself must not blame the part."""

    def __init__(self, answers: Callable[[], bool]):
        self._answers = answers
        self._unanswered, self._patience = 0, _FIRST_PATIENCE
        self._end = threading.Event()
        threading.Thread(target=self._ask, daemon=True, name="watch").start()

    @property
    def is_silent(self) -> bool:
        """Whether it has not answered for too long."""
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
    """The sign of life of a part that serves nothing: a file whose time it moves. Calling it says whether it did."""

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
