"""Progress of long work: a bar on a terminal, else a plain line now and then."""

import sys
import time

from tqdm import tqdm

_LINE_EVERY_SECONDS = 10.0


class Progress:
    """Counts what is done; shows the rate, and the time left if the total is known. Silent when `quiet`."""

    def __init__(self, unit: str, quiet: bool = False):
        self.unit, self.quiet = unit, quiet
        self.started = self.said = time.monotonic()
        self.done = 0
        self.whole: int | None = None
        is_terminal = sys.stderr.isatty() and not quiet
        self.bar = tqdm(unit=f" {unit}", unit_scale=True, smoothing=0.1) if is_terminal else None

    def expect(self, more: int | None) -> None:
        """Add to the total; an estimate will do."""
        if more:
            self.whole = (self.whole or 0) + more
            if self.bar is not None:
                self.bar.total = self.whole
                self.bar.refresh()

    def reach(self, done: int, whole: int | None) -> None:
        """Set the count and the total."""
        if whole and whole != self.whole:
            self.expect(whole - (self.whole or 0))
        if done > self.done:
            self.add(done - self.done)

    def add(self, n: int) -> None:
        """Add to the count."""
        self.done += n
        if self.bar is not None:
            self.bar.update(n)
        elif not self.quiet and time.monotonic() - self.said >= _LINE_EVERY_SECONDS:
            self.said = time.monotonic()
            self._say()

    def _say(self) -> None:
        rate = self.done / max(time.monotonic() - self.started, 0.001)
        left = f", {max(self.whole - self.done, 0) / rate:,.0f} s left" if self.whole and rate else ""
        of = f" of about {self.whole:,}" if self.whole else ""
        print(f"{self.done:,}{of} {self.unit}, {rate:,.0f}/s{left}", file=sys.stderr, flush=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *fault) -> None:
        if self.bar is not None:
            self.bar.close()
        elif not self.quiet and self.done:
            self._say()
