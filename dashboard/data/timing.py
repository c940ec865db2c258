"""How long the warehouse takes to answer, question by question; /metrics tells it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

QUESTIONS = Histogram(
    "vaccination_question_seconds", "How long the warehouse took to answer a question of the pages.", ["question"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    registry=None,
)  # fmt: skip


@contextmanager
def timed(question: str) -> Iterator[None]:
    """Note how long a question takes, also one that is given up: those are the longest."""
    began = time.perf_counter()
    try:
        yield
    finally:
        QUESTIONS.labels(question).observe(time.perf_counter() - began)
