"""What both writers share: the lines above a table, and texts that no spreadsheet takes for a formula."""

from dashboard.credit import Credit
from dashboard.tables import Column, Table, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value):
    """A text that a spreadsheet would calculate gets an apostrophe; what is no text stays."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def above(table: Table, credit: Credit) -> list[str]:
    """Title, unit, and where the figures come from."""
    return [safe(line) for line in (table.title, table.unit, *credit.lines) if line]


def heads(columns) -> list[str]:
    return [safe(f"{column.title} ({column.unit})" if column.unit else column.title) for column in columns]


def rows(table: Table) -> list[list[tuple[Column, object]]]:
    """Every row, those below too, as (column, value) pairs."""
    listed = (*table.rows, *table.foot)
    return [[(column, safe(plain(row.values.get(column.key)))) for column in table.columns] for row in listed]
