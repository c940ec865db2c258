"""One file that was handed in: what it would change, what speaks against it, and the decision."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import uploads

PATH, NAME, UNDER = "/upload/<upload>", "upload", "targets"
USES: frozenset[str] = frozenset()


def layout(language: Language) -> list:
    return [
        html.H1(language.say("upload.title"), className="visually-hidden"),
        panel.block("upload-lead", "lines"),
        panel.block("upload-decision", "low"),
        panel.block("upload-faults", "low"),
        panel.block("upload-checks", "low"),
        panel.block("upload-changes", "tall"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "upload-lead", uploads.lead, is_first=True, of_a_part=True)
    blocks.fill(app, reader, "upload-decision", uploads.decision, of_a_part=True)
    blocks.fill_table(app, reader, "upload-faults", uploads.faults, has_denominator=False, of_a_part=True)
    blocks.fill_table(app, reader, "upload-checks", uploads.checks, has_denominator=False, of_a_part=True)
    blocks.fill_table(app, reader, "upload-changes", uploads.changes, has_denominator=False, of_a_part=True)
