"""An empty workbook to fill in: the heads, what may stand under each, and the codes of the units."""

import io

import xlsxwriter

from dashboard.exports.workbook import MIMETYPE
from dashboard.i18n import Language
from sql.reference import STAGES, TABLES

__all__ = ["MIMETYPE", "write"]


def write(language: Language, relation: str, units, bands) -> bytes:
    say = language.say
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        # Text, so that Excel makes no day of the ages 5-11 and no number of a code.
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(say(f"upload.file.{relation}")[:31])
        for place, (name, column) in enumerate(TABLES[relation].handed_in.items()):
            title = say(f"upload.column.{name}")
            sheet.set_column(place, place, max(14, len(title) + 4), text)
            sheet.write_string(0, place, title + (" *" if column.is_required else ""), bold)
        sheet.freeze_panes(1, 0)
        _help(book.add_worksheet(say("upload.help")[:31]), language, relation, bands, bold)
        _units(book.add_worksheet(say("upload.units")[:31]), language, units, bold)
    return out.getvalue()


def _help(sheet, language: Language, relation: str, bands, bold) -> None:
    say = language.say
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    columns = TABLES[relation].handed_in
    lines = [(say(f"upload.column.{name}"), say(f"upload.about.{name}")) for name in columns]
    lines.append((say("upload.column.age_band"), ", ".join(band.label for band in bands if band.age_band)))
    if "stage" in columns:
        lines.append((say("upload.column.stage"), ", ".join(say(f"stage.{stage}") for stage in STAGES)))
    for number, (title, about) in enumerate(lines):
        sheet.write_string(number, 0, title, bold)
        sheet.write_string(number, 1, about)


def _units(sheet, language: Language, units, bold) -> None:
    sheet.set_column(1, 1, 40)
    heads = ("upload.column.unit_code", "ranking.name", "upload.valid_from", "upload.valid_to")
    for place, head in enumerate(heads):
        sheet.write_string(0, place, language.say(head), bold)
    listed = sorted((unit for unit in units if unit.unit_id > 0), key=lambda unit: (unit.level, unit.code))
    for number, unit in enumerate(listed, start=1):
        row = (unit.code, language.name(unit), *(day.isoformat() if day else "" for day in (unit.valid_from, unit.valid_to)))
        for place, value in enumerate(row):
            sheet.write_string(number, place, value)
