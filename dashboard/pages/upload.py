"""One file that was handed in: what it would change, what speaks against it, and the decision."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import uploads

PATH, NAME, UNDER = "/upload/<upload>", "upload", "targets"
PLACE = 80
USES: frozenset[str] = frozenset()


def layout(language: Language) -> list:
    return [
        html.H1(language.say("upload.title"), className="visually-hidden"),
        panel.block(uploads.LEAD, "lines"),
        panel.block(uploads.DECISION, "low"),
        panel.block(uploads.FAULTS, "low"),
        panel.block(uploads.CHECKS, "low"),
        panel.block(uploads.CHANGES, "tall"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, uploads.LEAD, uploads.lead)
    blocks.fill(app, reader, uploads.DECISION, uploads.decision)
    blocks.fill_table(app, reader, uploads.FAULTS, uploads.faults)
    blocks.fill_table(app, reader, uploads.CHECKS, uploads.checks)
    blocks.fill_table(app, reader, uploads.CHANGES, uploads.changes)
