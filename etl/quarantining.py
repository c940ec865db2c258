"""Updates the quarantine (a dead-letter queue) with a batch: adds broken records, and closes those that are resolved."""

from collections.abc import Callable

from etl.batch import CheckFacts, Delivery
from etl.statements import STORE
from sql.rows import only


def quarantine(
    pipeline, delivery: Delivery, counts, facts: CheckFacts, find: Callable[[str], int]
) -> tuple[int, int, list[str], int]:
    """`find` fills one of the temporary tables of the quarantine from the batch and returns its number of rows.

    Returns (added, how many of them because of an unknown vaccine or site, contents of broken records without a number,
    resolved).
    """
    is_retry = delivery.kind == "retry"
    taken, unmapped, unnumbered, ended = 0, 0, None, 0
    # Before this batch's broken records are added: a whole version resolves what came before it.
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
