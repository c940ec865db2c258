"""The first load of a source: how much it is to bring, and when all of it is in. Until then pages pass no verdict."""

from etl.pipeline import INTAKE


def begins(intake, state) -> None:
    """`state`: the source's, before it is read. How many rows it has is asked until it has some; of files nobody can say."""
    if state.first_loaded_batch is None and not state.expected and intake.read_by != "deliveries":
        rows = intake.source.describe()["rows"]
        with intake.writing:
            intake.pipeline.db.execute(INTAKE["expect"], {"source_id": intake.source_id, "rows": rows})


def ends(intake, before, now) -> None:
    """The source was read to its end; `before` and `now` are its states around that."""
    # A source without a record is at its end each time: said once.
    is_news = now.received or (before.last_polled_at is None and now.last_polled_at is not None)
    if before.first_loaded_batch is None and is_news and not intake.halt.is_set():
        with intake.writing:
            intake.pipeline.end_first_load(intake.source_id)
