"""Detects edits of the settings file since ./run started."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.effective import effective
from sql import edit_note
from sql.strict import SettingsError


class SettingsWatch:
    def __init__(self, config: Path, data: Path, overlay: Path | None, say: Callable[[str], None]):
        self._config, self._data, self._overlay, self._say = config.resolve(), data, overlay, say
        self._seen = self._stamp()
        self.running = effective(config, overlay)
        edit_note.write(data, None)

    def check(self) -> None:
        """Log each change once, and write a note of it; comments do not count."""
        if (stamp := self._stamp()) == self._seen:
            return
        self._seen = stamp
        is_edited = self._now() != self.running
        with suppress(OSError):  # a full disk must not keep it from being logged
            edit_note.write(self._data, self._config if is_edited else None)
        if is_edited:
            self._say(f"{self._config} was edited: it takes effect at the next start of ./run; ./run check tries it before")

    def _stamp(self) -> tuple | None:
        try:
            found = self._config.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _now(self) -> dict[str, Any] | None:
        """None if it cannot be read, which is a change, too."""
        with suppress(OSError, SettingsError, UnicodeDecodeError):
            return effective(self._config, self._overlay)
        return None
