"""Targets and target populations: what is in force and since when, what speaks against it, and how it is changed."""

from dash import html

from dashboard import blocks
from dashboard.components import panel
from dashboard.i18n import Language
from dashboard.parts import denominators, targets, uploads

PATH, NAME, USES = "/targets", "targets", frozenset({"stage"})
SHOWS = frozenset({"coverage-first", "coverage-complete", "booster", "over-100", "duplicates", "denominator-checks"})


def layout(language: Language) -> list:
    return [
        html.H1(language.say("targets.title"), className="visually-hidden"),
        panel.block("targets-lead", "lines"),
        panel.block("targets-force", "tall"),
        panel.block("targets-versions", "low"),
        panel.block("targets-over", "low"),
        panel.block("targets-causes", "low"),
        panel.block("targets-spellings", "low"),
        panel.block("targets-checks", "low"),
        panel.block("targets-upload", "low"),
        panel.block("targets-uploads", "low"),
        panel.block("targets-history", "low"),
    ]


def register_callbacks(app, reader) -> None:
    blocks.fill(app, reader, "targets-lead", targets.lead, is_first=True)
    blocks.fill_table(app, reader, "targets-force", targets.in_force, has_denominator=False, folds=True, of_a_part=True)
    blocks.fill_table(app, reader, "targets-versions", denominators.versions, folds=True)
    blocks.fill_table(app, reader, "targets-over", denominators.over, folds=True)
    blocks.fill_table(app, reader, "targets-causes", denominators.causes, folds=True)
    blocks.fill_table(app, reader, "targets-spellings", denominators.not_recognised, has_denominator=False, folds=True)
    blocks.fill_table(app, reader, "targets-checks", denominators.checks, folds=True)
    blocks.fill(app, reader, "targets-upload", uploads.hand_in, of_a_part=True)
    blocks.fill_table(app, reader, "targets-uploads", uploads.listed, has_denominator=False, folds=True, of_a_part=True)
    blocks.fill_table(app, reader, "targets-history", targets.history, has_denominator=False, folds=True, of_a_part=True)
