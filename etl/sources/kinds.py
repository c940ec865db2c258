"""The kinds of sources, one line each: their settings (etl/settings.py), and what opens one.

A new kind is its settings there, a module here that keeps the promises of etl.sources for one of the ways of reading, its
line below, and what docs/sources.md says of it.
"""

from collections.abc import Callable
from typing import Any

from etl import mapping
from etl.settings import DatabaseSource, FilesSource, Mapped
from etl.sources import Source, SourceError
from etl.sources.address import open_database
from etl.sources.files import Folder

# A source is not connected to before it is read. Each may raise SourceError where the settings cannot work.
KINDS: dict[type[Mapped], Callable[[str, Any, mapping.Mapper], Source]] = {
    DatabaseSource: open_database,
    FilesSource: Folder,
}


def open_source(name: str, source: Mapped, zone: str, key: bytes) -> Any:
    """A source of the settings, which promises what `source.read_by` says. Does not connect yet.

    `zone` is the world's, for times without one. Raises SourceError where the settings cannot work.
    """
    try:
        mapper = mapping.compile_source(source, zone, key, name)
    except ValueError as wrong:
        raise SourceError(str(wrong)) from None
    return KINDS[type(source)](name, source, mapper)
