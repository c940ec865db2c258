"""Dry-run settings, reference tables and the first records of each source: reports all faults, writes nothing."""

import argparse

from etl.dry_run import DryRun, scratch_warehouse
from etl.settings import Settings
from etl.verbs import Answer
from etl.verbs.quarantine import count


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--records", type=count, default=1000, help="how many records to read from each source or file (1000)"
    )


def act(config: Settings, options: argparse.Namespace) -> Answer:
    notes = []
    if not config.sources:
        notes.append("the settings name no source" + ("" if config.sample is False else ", so ./run would play sample data"))
        if config.is_sample:  # it creates its own sites
            tables = config.reference.model_copy(update={"sites": None})
            config = config.model_copy(update={"reference": tables})
    with scratch_warehouse(config) as (db, why):
        dry_run = DryRun(db, config, options.records)
        dry_run.run()
    figures = {"faults": dry_run.faults, "sources": dry_run.sources, "refused": dry_run.refused}
    is_wrong = bool(dry_run.faults) or any(row.get("brake") for row in dry_run.sources)
    notes += [why] if why else []
    return Answer(({"note": "; ".join(notes)} if notes else {}) | figures, int(is_wrong))
