"""Word in the data folder that the settings file was edited since ./run started: it takes force at the next start.

./run looks and writes; the command line and the pages read.
"""

from pathlib import Path

_FILE = "settings.edited"


def note(data: Path, file: Path | None) -> None:
    """Leave word that `file` was edited; with None, that nothing was."""
    if file is None:
        (data / _FILE).unlink(missing_ok=True)
    else:
        (data / _FILE).write_text(str(file), encoding="utf-8")


def noted(data: Path) -> str | None:
    """The settings file that was edited, or None."""
    try:
        return (data / _FILE).read_text(encoding="utf-8") or None
    except OSError:
        return None
