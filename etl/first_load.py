"""The first load of a source: its expected size, and when it is complete. Until then pages show counts without verdicts."""

from etl.pipeline import INTAKE


def note_begin(intake, state) -> None:
    """Note the expected rows. `state`: the source's, before it is read. Asked until it has some; not of files, which are not counted."""
    if state.first_loaded_batch is None and not state.expected and intake.read_by != "deliveries":
        rows = intake.source.describe()["rows"]
        with intake.writing:
            intake.pipeline.db.execute(INTAKE["expect"], {"source_id": intake.source_id, "rows": rows})


def note_end(intake, before, now) -> None:
    """Note that the source was read to its end; `before` and `now` are its states around that."""
    # An empty source reaches its end each time: noted once.
    is_news = now.received or (before.last_polled_at is None and now.last_polled_at is not None)
    if before.first_loaded_batch is None and is_news and not intake.halt.is_set():
        with intake.writing:
            intake.pipeline.end_first_load(intake.source_id)
