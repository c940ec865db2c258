"""Steps ahead: in order, no further than asked, and what goes wrong is heard."""

import threading
import time

import pytest

from etl.prefetch import prefetch


def test_all_of_it_comes_in_order():
    assert list(prefetch(iter(range(100)), 2)) == list(range(100))


def test_no_more_is_made_ahead_than_was_asked():
    made = []

    def items():
        for n in range(50):
            made.append(n)
            yield n

    coming = prefetch(items(), 2)
    assert next(coming) == 0
    time.sleep(0.2)
    assert len(made) <= 5  # one used, two waiting, one that waits to be put there, one being made
    coming.close()
    assert len(made) <= 6


def test_what_its_making_raises_is_raised_where_it_is_used():
    def items():
        yield 1
        raise ZeroDivisionError

    coming = prefetch(items(), 1)
    assert next(coming) == 1
    with pytest.raises(ZeroDivisionError):
        next(coming)


def test_who_leaves_early_leaves_no_thread_behind():
    before = threading.active_count()
    with pytest.raises(KeyError):
        for _ in prefetch(iter(range(1000)), 1):
            raise KeyError
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
