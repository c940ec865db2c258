"""python -m tests.bench.reconcile: a source compared with what is held of it, beside reading all of its keys.

Each time some rows were deleted, back-dated, and changed without a new clock. Measured are seconds, questions sent to the
source, and rows that it gave; beside it what the same would cost without digests: every key read and compared.
"""

import sys
import time
from argparse import Namespace
from datetime import UTC, datetime, timedelta

from etl import station
from tests.bench.ground import Ground, ground, options
from tests.bench.report import machine, say, table

_FIRST = datetime(2, 1, 2, tzinfo=UTC)


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--held", type=int, nargs="+", default=[1_000_000, 10_000_000], help="injections held")
    asked = parser.parse_args()
    heads, rows = [], []
    for held in asked.held:
        with ground(held, asked.data, asked.keep) as found:
            heads.append(f"{held:>12,} held: {machine(found.warehouse)}")
            rows += _compare(found, asked, held)
    print("\n".join(heads))
    table(("held", "what", "seconds", "questions", "rows given", "missing", "changed", "gone"), rows)
    return 0


def _compare(found: Ground, _asked: Namespace, held: int) -> list[tuple]:
    rows = []
    with station.leading(found.settings) as led:
        led.prepare()
        (intake,) = led.intakes
        intake.work()
        counter = _Counter(intake.source)
        for what, harm, budget in (
            ("first time, nothing differs", (), 0),
            ("nothing differs", (), 0),
            ("3 deleted, 3 back-dated, 3 changed", _HARM, 0),
            ("and 100,000 read again", (), 100_000),
        ):
            with found.source() as db:
                for statement in harm:
                    db.execute(statement)
            counter.start()
            started = time.monotonic()
            seen = led.reconcile(intake, budget)
            seconds = time.monotonic() - started
            rows.append((f"{held:,}", what, seconds, counter.questions, counter.rows, seen.missing, seen.changed, seen.lost))
            say(f"{what}: {seconds:.1f} s")
        counter.start()
        started = time.monotonic()
        intake.source.keys_within(_FIRST, led.clock.now() + timedelta(minutes=1))
        rows.append(
            (f"{held:,}", "every key read", time.monotonic() - started, counter.questions, counter.rows, None, None, None)
        )
    return rows


_HARM = (
    "DELETE FROM platform.injections WHERE ctid IN (SELECT ctid FROM platform.injections WHERE cap_nhat_luc < now() - interval '10 days' LIMIT 3)",
    "UPDATE platform.injections SET cap_nhat_luc = cap_nhat_luc - interval '100 days' WHERE ctid IN (SELECT ctid FROM platform.injections ORDER BY cap_nhat_luc DESC LIMIT 3)",
    "UPDATE platform.injections SET so_lo = 'X' WHERE ctid IN (SELECT ctid FROM platform.injections WHERE cap_nhat_luc < now() - interval '20 days' LIMIT 3)",
)


class _Counter:
    """Questions that a PostgreSQL source was sent, and rows that it gave."""

    def __init__(self, source):
        self.questions = self.rows = 0
        run, parse = source._run, source._parse

        def counted_run(work):
            self.questions += 1
            return run(work)

        def counted_parse(text, names):
            found = parse(text, names)
            self.questions, self.rows = self.questions + 1, self.rows + found.num_rows
            return found

        source._run, source._parse = counted_run, counted_parse

    def start(self) -> None:
        self.questions = self.rows = 0


if __name__ == "__main__":
    sys.exit(main())
