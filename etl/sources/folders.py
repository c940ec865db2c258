"""What a pattern names in a folder. What cannot be looked at is among it, with the reason: it stands alone.

As pathlib's glob, which ends at the first part of the tree that cannot be read, or passes it over in silence.
"""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from etl.sources.formats import kind

_WILD = re.compile(r"[*?[]")
Found = tuple[Path, OSError | None]


def matching(folder: Path, pattern: str) -> Iterator[Found]:
    """Files, folders that are called like files, and folders that cannot be listed. Raises ValueError, of the pattern."""
    parts = PurePosixPath(pattern).parts
    if not parts or parts[0] == "/":
        raise ValueError("must be a name below the folder")
    if any("**" in part and part != "**" for part in parts):
        raise ValueError("** can only be an entire part of a path")
    return _matching(os.fspath(folder), parts)


def _matching(folder: str, parts: Sequence[str]) -> Iterator[Found]:
    first, rest = parts[0], parts[1:]
    if not _WILD.search(first):
        path = os.path.join(folder, first)
        yield from _matching(path, rest) if rest else _named(path)
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as wrong:
        yield Path(folder), wrong
        return
    if first == "**":
        if rest:
            yield from _matching(folder, rest)
        below = [entry.path for entry in entries if _is_folder(entry) and not entry.is_symlink()]
    else:
        entries = [entry for entry in entries if fnmatchcase(entry.name, first)]
        below = [entry.path for entry in entries if rest and _is_folder(entry)]
        if not rest:
            yield from ((Path(entry.path), None) for entry in entries if kind(entry.name) or not _is_folder(entry))
    for path in below:
        yield from _matching(path, parts if first == "**" else rest)


def _named(path: str) -> list[Found]:
    """Not by os.path.lexists: for that what cannot be looked at is not there, and a list would count as taken away."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as wrong:
        return [(Path(path), wrong)]
    return [(Path(path), None)]


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # what it is will be asked, and said, where it is to be read
        return False
