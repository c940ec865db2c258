"""XLSX: numbers are numbers, shares are per cent, days are days; above them what they are."""

import io
from datetime import datetime

import xlsxwriter

from dashboard.credit import Credit
from dashboard.exports import cells
from dashboard.i18n import Language
from dashboard.tables import Table

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel shows separators the way of the reader's own system.
_FORMATS = {
    "count": "#,##0",
    "movement": "+#,##0;-#,##0;0",
    "share": "0.0%",
    "bar": "0.0%",
    "points": "+0.00%;-0.00%;0.00%",
    "rate": "#,##0.0",
    "day": "dd/mm/yyyy",
    "moment": "hh:mm dd/mm/yyyy",
}
_WIDEST = 48  # characters: a longer text is cut by its neighbour, not by the screen


def write(table: Table, credit: Credit, language: Language) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        title, bold = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": written}) for kind, written in _FORMATS.items()}
        above = cells.above(table, credit)
        for number, line in enumerate(above):
            sheet.write_string(number, 0, line, title if number == 0 else None)
        top = len(above) + 1
        heads = cells.heads(table.columns)
        for place, head in enumerate(heads):
            sheet.write_string(top, place, head, bold)
        rows = cells.rows(table)
        for number, row in enumerate(rows, top + 1):
            for place, (column, value) in enumerate(row):
                _put(sheet, number, place, value, formats.get(column.kind))
        for place, column in enumerate(table.columns):
            written = [heads[place], *(language.write(column.kind, row[place][1]) for row in rows if column.kind in _TEXTS)]
            sheet.set_column(place, place, min(_WIDEST, max(12, *map(len, written))))
        sheet.freeze_panes(top + 1, 1)
        if table.rows:
            sheet.autofilter(top, 0, top + len(table.rows), len(heads) - 1)
    return out.getvalue()


_TEXTS = ("text",)


def _put(sheet, row: int, column: int, value, form) -> None:
    """`write` would guess: a text that looks like a formula or an address would become one."""
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, form)
    else:
        # Moments are local already; Excel knows no time zones.
        moment = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        sheet.write_datetime(row, column, moment, form)
