"""Chooses the implementation for a database by its URL."""

import sqlalchemy as sa
from sqlalchemy import exc

from etl.mapping import Mapper
from etl.settings import DatabaseSource
from etl.sources import SourceError
from etl.sources.database import AnyDatabase
from etl.sources.mysql import MysqlSource
from etl.sources.postgresql import PostgresqlSource

_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}  # if the URL names none


def open_database(name: str, source: DatabaseSource, mapper: Mapper) -> AnyDatabase:
    """The source for a URL. Raises SourceError if the settings cannot work."""
    for field in () if source.is_read_whole else ("record_id", "updated_at"):
        spec = source.fields.get(field)
        if spec is None or spec.origin != "column" or spec.values or (field == "record_id" and spec.format):
            raise SourceError(
                f"sources.{name}.fields.{field}: a database is read in the order of its changes, so this must be "
                "a column, as it is; a query may make one"
            )
    try:
        url = sa.make_url(source.url)
        if url.drivername in _DRIVERS:
            url = url.set(drivername=f"{url.drivername}+{_DRIVERS[url.drivername]}")
        dialect = url.get_dialect()
    except (exc.ArgumentError, exc.NoSuchModuleError) as wrong:
        hidden = "" if isinstance(wrong, exc.ArgumentError) else f": {wrong}"
        raise SourceError(f"sources.{name}.url: is not an address such as postgresql://…{hidden}") from None
    if dialect.name == "postgresql" and dialect.driver == "psycopg":
        return PostgresqlSource(name, source, mapper, url)
    if dialect.name in ("mysql", "mariadb"):
        return MysqlSource(name, source, mapper, url)
    return AnyDatabase(name, source, mapper, url)
