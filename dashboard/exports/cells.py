"""What both writers share: the lines above a table, and texts that no spreadsheet takes for a formula."""

from dashboard.credit import Credit
from dashboard.tables import Column, Table, plain
from sql.formulas import harmless


def above(table: Table, credit: Credit) -> list[str]:
    """Title, unit, and where the figures come from."""
    return [harmless(line) for line in (table.title, table.unit, *credit.lines) if line]


def heads(columns) -> list[str]:
    return [harmless(f"{column.title} ({column.unit})" if column.unit else column.title) for column in columns]


def rows(table: Table) -> list[list[tuple[Column, object]]]:
    """Every row, those below too, as (column, value) pairs."""
    listed = (*table.rows, *table.foot)
    return [[(column, harmless(plain(row.values.get(column.key)))) for column in table.columns] for row in listed]
