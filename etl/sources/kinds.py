"""Registry of the kinds of sources: settings class (etl/settings.py) → factory.

A new kind needs settings there, a module here that implements a protocol of etl.sources, a line below, and a section in
docs/sources.md.
"""

from collections.abc import Callable
from typing import Any

from etl import mapping
from etl.settings import DatabaseSource, FilesSource, Mapped
from etl.sources import Source, SourceError
from etl.sources.address import open_database
from etl.sources.files import Folder

# Factories do not connect. They raise SourceError if the settings cannot work.
KINDS: dict[type[Mapped], Callable[[str, Any, mapping.Mapper], Source]] = {
    DatabaseSource: open_database,
    FilesSource: Folder,
}


def open_source(name: str, source: Mapped, zone: str, key: bytes) -> Any:
    """Create a source, which implements the protocol of `source.read_by`. Does not connect yet.

    `zone` applies to times without one. Raises SourceError if the settings cannot work.
    """
    try:
        mapper = mapping.compile_source(source, zone, key, name)
    except ValueError as wrong:
        raise SourceError(str(wrong)) from None
    return KINDS[type(source)](name, source, mapper)
