"""Targets and target populations: what is in force and since when, what speaks against it, and how it is changed."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import denominators, targets, uploads

PATH, NAME, USES = "/targets", "targets", frozenset({"stage"})
PLACE = 70


def layout(language: Language) -> list:
    return [
        html.H1(language.say("targets.title"), className="visually-hidden"),
        panel.block(targets.LEAD, "lines"),
        panel.block(targets.IN_FORCE, "tall"),
        panel.block(denominators.VERSIONS, "low"),
        panel.block(denominators.OVER, "low"),
        panel.block(denominators.OVER_CAUSES, "low"),
        panel.block(denominators.SPELLINGS, "low"),
        panel.block(denominators.CHECKS, "low"),
        panel.block(uploads.HAND_IN, "low"),
        panel.block(uploads.LISTED, "low"),
        panel.block(targets.HISTORY, "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, targets.LEAD, targets.lead)
    blocks.fill_table(app, reader, targets.IN_FORCE, targets.in_force)
    blocks.fill_table(app, reader, denominators.VERSIONS, denominators.versions)
    blocks.fill_table(app, reader, denominators.OVER, denominators.over)
    blocks.fill_table(app, reader, denominators.OVER_CAUSES, denominators.causes)
    blocks.fill_table(app, reader, denominators.SPELLINGS, denominators.not_recognised)
    blocks.fill_table(app, reader, denominators.CHECKS, denominators.checks)
    blocks.fill(app, reader, uploads.HAND_IN, uploads.hand_in)
    blocks.fill_table(app, reader, uploads.LISTED, uploads.listed)
    blocks.fill_table(app, reader, targets.HISTORY, targets.history)
