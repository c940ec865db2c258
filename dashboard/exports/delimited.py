"""CSV. The mark at its beginning is what Excel knows UTF-8 by; without it Vietnamese letters break."""

import csv
import io
from datetime import date, datetime

from dashboard.credit import Credit
from dashboard.exports import cells
from dashboard.i18n import Language
from dashboard.tables import Table

MIMETYPE = "text/csv"


def write(table: Table, credit: Credit, language: Language) -> bytes:
    """Numbers as `1234.5`, shares 0-1, days as `2021-11-05`: for programs as much as for people."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([line] for line in cells.above(table, credit))
    writer.writerow([])
    writer.writerow(cells.heads(table.columns))
    writer.writerows([_written(value) for _column, value in row] for row in cells.rows(table))
    return out.getvalue().encode("utf-8-sig")


def _written(value):
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value
