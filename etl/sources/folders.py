"""Glob that reports what it cannot read, with the reason.

Unlike pathlib's, which stops at the first unreadable folder, or silently skips it.
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
    """Matching files, folders named like files, and folders that cannot be listed. Raises ValueError for a bad pattern."""
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
    """Not by os.path.lexists, which returns False for an unreadable path: the file would count as removed."""
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
    except OSError:  # raised again, and reported, when it is read
        return False
