"""A note in the data folder that the settings file was edited since ./run started; it takes effect at the next start.

./run writes it; the command line and the pages read it.
"""

from pathlib import Path

_FILE = "settings.edited"


def write(data: Path, file: Path | None) -> None:
    """Note that `file` was edited; None removes the note."""
    if file is None:
        (data / _FILE).unlink(missing_ok=True)
    else:
        (data / _FILE).write_text(str(file), encoding="utf-8")


def read(data: Path) -> str | None:
    """The settings file that was edited, or None."""
    try:
        return (data / _FILE).read_text(encoding="utf-8") or None
    except OSError:
        return None
