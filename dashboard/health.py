"""/healthz: the process answers. /readyz: its figures are complete and fresh, or the reasons why not."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard.data import Data, Source, WarehouseUnreachable
from dashboard.data.warehouse import WarehouseForbidden, WarehouseUnmigrated
from dashboard.stream import is_silent
from sql.clock import CLOCKS_DIFFER, Clock
from sql.patience import ETL_SILENT_SECONDS
from sql.plural import plural

# Who watches gives up soon; what stands still is not ready.
_ANSWER_SECONDS = 1.5
_NO_STORE = {"Cache-Control": "no-store"}


def routes(data: Data, stale_after_seconds: int) -> list[Route]:
    async def healthz(_request):
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    looks = OneLook(lambda: readiness(data, stale_after_seconds))

    async def readyz(_request):
        found = await looks.answer()
        return JSONResponse(found, status_code=200 if found["ready"] else 503, headers=_NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


class OneLook:
    """Asks one question at a time, however many wait for it, and gives up waiting where it takes too long."""

    def __init__(self, look: Callable[[], dict]):
        self._look = look
        # A thread of its own: those of the pages may all be waiting for what stands still.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="readyz")
        self._under_way: Future | None = None

    async def answer(self) -> dict:
        if self._under_way is None or self._under_way.done():
            self._under_way = self._pool.submit(self._look)
        done, _ = await asyncio.wait([asyncio.wrap_future(self._under_way)], timeout=_ANSWER_SECONDS)
        return done.pop().result() if done else _not_ready(f"warehouse: no answer within {_ANSWER_SECONDS} s")


def _not_ready(reason: str) -> dict:
    return {"ready": False, "reasons": [reason], "batch": None, "committed_at": None}


def readiness(data: Data, stale_after_seconds: int) -> dict:
    """Whether the figures can be relied on now, every reason why not, and as of which batch."""
    try:
        sources = data.sources()
        silent = data.silent_seconds()
        world = data.world()
        refusal = data.refusal()
    except WarehouseUnmigrated:
        return _not_ready("warehouse: not migrated to this version; ./run migrate (or the start of ./run) does it")
    except WarehouseForbidden as refused:
        return _not_ready(f"warehouse: a right is missing ({refused}); ./run, as its owner, grants it")
    except WarehouseUnreachable:
        # The address and the role are in the log; whoever asks here needs neither.
        return _not_ready("warehouse: unreachable")
    named = [source for source in sources if source.is_configured]
    reasons = behind(named, silent, Clock(world.shift_days).now(), stale_after_seconds)
    # Also where figures are shown: they are of other tables than the settings name, and `status` says so, too.
    if refusal:
        reasons.insert(0, f"reference data: {refusal.said}")
    if world.batch_id is None:
        reasons.insert(0, "warehouse: no batch was committed yet")
    elif not world.loaded:
        reasons.insert(0, "warehouse: no record was loaded yet")
    if not named:
        reasons.append("warehouse: no source is being read")
    moment = world.committed_at and world.committed_at.astimezone(UTC).isoformat()
    return {"ready": not reasons, "reasons": reasons, "batch": world.batch_id, "committed_at": moment}


def behind(named: Iterable[Source], silent: float | None, now: datetime, stale_after_seconds: int) -> list[str]:
    """Why figures may lie behind the sources that the settings name."""
    reasons = [reason for source in named if (reason := why_stale(source, now, stale_after_seconds))]
    if is_silent(silent):
        reasons.append(f"etl: no sign of life for {silent:.0f} s (at most {ETL_SILENT_SECONDS})")
    return reasons


def why_stale(source: Source, now: datetime, stale_after_seconds: int) -> str | None:
    """The reason why a source's figures are not fresh, or None."""
    name = f"source {source.source}"
    if source.state in ("braked", "failed"):
        return f"{name}: {source.state}" + (f": {source.reason}" if source.reason else "")
    if source.last_polled_at is None:
        return f"{name}: not asked yet"
    silent = now - source.last_polled_at
    if silent < -CLOCKS_DIFFER:
        return f"{name}: asked {-silent.total_seconds():.0f} s from now: the clock of the ETL or of this server is wrong"
    if silent > timedelta(seconds=stale_after_seconds):
        return f"{name}: not asked for {silent.total_seconds():.0f} s (at most {stale_after_seconds})"
    if source.is_first_load:
        of_all = f" of {source.expected:,}" if source.expected else ""
        return f"{name}: first load, {plural(source.received, 'record')} so far{of_all}"
    return _why_unequal(source)


def _why_unequal(source: Source) -> str | None:
    """Where the last comparison found the source and the figures apart."""
    if source.source_rows is None:
        return None
    found = [f"source {source.source_rows:,}, loaded {source.held_rows:,}"] if source.source_rows != source.held_rows else []
    which = {"without_time": "without a time of change", "ahead": "of the future", "merged": "with the number of another"}
    found += [f"{plural(n, 'row')} {words}" for kind, words in which.items() if (n := getattr(source, kind))]
    return f"source {source.source}: {', '.join(found)}" if found else None
