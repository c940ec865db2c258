"""What a batch means for the quarantine (the dead-letter queue): what it takes in, and what waits there no longer."""

from collections.abc import Callable

from etl.batch import CheckFacts, Delivery
from etl.statements import STORE
from sql.rows import only


def quarantine(
    pipeline, delivery: Delivery, counts, facts: CheckFacts, find: Callable[[str], int]
) -> tuple[int, int, list[str], int]:
    """`find` fills one of the tables of the quarantine out of the batch and returns its number of rows.

    Returns how many the quarantine took in, how many of these for want of a vaccine or site, the broken that have no
    number, by their content, and how many wait there no longer.
    """
    is_retry = delivery.kind == "retry"
    taken, unmapped, unnumbered, ended = 0, 0, None, 0
    # Before this batch's broken are there: a whole version ends what came before it.
    if find("ended"):
        ended = pipeline.db.execute(STORE["end_replaced"], facts).rowcount
    if counts.broken:
        find("broken")
        pipeline.run(STORE, facts, "write_broken")
        if not is_retry:
            taken, unmapped, unnumbered = only(pipeline.db.execute(STORE["quarantine_records"], facts))
        ended += pipeline.db.execute(STORE["end_superseded"], facts).rowcount
    if is_retry and find("retried"):
        pipeline.run(STORE, facts, "settle_retried", "keep_rules_of_retry")
    return taken, unmapped, unnumbered or [], ended
