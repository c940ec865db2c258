"""Prefetching: runs an iterator in a thread of its own, some steps ahead of its consumer."""

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")
_END = object()


def prefetch(items: Iterator[T], steps: int) -> Iterator[T]:
    """Yield `items`, computing up to `steps` of them in advance. Exceptions of the producer are raised here.

    When closed early, it waits for the item in progress.
    """
    made: queue.Queue = queue.Queue(steps)
    is_left = threading.Event()

    def make() -> None:
        try:
            for item in items:
                if _hand_over(made, (item, None), is_left):
                    return
            _hand_over(made, (_END, None), is_left)
        except BaseException as failed:
            _hand_over(made, (_END, failed), is_left)

    maker = threading.Thread(target=make, name="prefetch", daemon=True)
    maker.start()
    try:
        while True:
            item, failed = made.get()
            if failed is not None:
                raise failed
            if item is _END:
                return
            yield item
    finally:
        is_left.set()
        maker.join()


def _hand_over(made: queue.Queue, item: tuple, is_left: threading.Event) -> bool:
    """Put an item on the queue. Returns whether the consumer has left."""
    while not is_left.is_set():
        try:
            made.put(item, timeout=0.1)
        except queue.Full:
            continue
        return False
    return True
