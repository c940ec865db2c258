"""/healthz: this process answers. /readyz: what it would show is right and fresh, or why not."""

from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard.data import Data, Source, WarehouseUnreachable
from sql.clock import Clock

_NO_STORE = {"Cache-Control": "no-store"}


def routes(data: Data, stale_after_seconds: int) -> list[Route]:
    async def healthz(_request):
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    async def readyz(_request):
        found = await run_in_threadpool(readiness, data, stale_after_seconds)
        return JSONResponse(found, status_code=200 if found["ready"] else 503, headers=_NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def readiness(data: Data, stale_after_seconds: int) -> dict:
    """Whether the figures can be relied on now, every reason why not, and as of which batch."""
    try:
        sources = data.sources()
        world = data.world()
    except WarehouseUnreachable:
        # The address and the role are in the log; whoever asks here needs neither.
        return {"ready": False, "reasons": ["warehouse: unreachable"], "batch": None, "committed_at": None}
    now = Clock(world.shift_days).now()
    reasons = [reason for source in sources if (reason := why_stale(source, now, stale_after_seconds))]
    if world.batch_id is None:
        reasons.insert(0, "warehouse: no batch was committed yet")
    elif not sources:
        reasons.append("warehouse: no source is being read")
    moment = world.committed_at and world.committed_at.astimezone(UTC).isoformat()
    return {"ready": not reasons, "reasons": reasons, "batch": world.batch_id, "committed_at": moment}


def why_stale(source: Source, now: datetime, stale_after_seconds: int) -> str | None:
    """The reason why a source's figures are not fresh, or None."""
    name = f"source {source.source}"
    if source.state in ("braked", "failed"):
        return f"{name}: {source.state}" + (f": {source.reason}" if source.reason else "")
    if source.last_polled_at is None:
        return f"{name}: not asked yet"
    silent = now - source.last_polled_at
    if silent > timedelta(seconds=stale_after_seconds):
        return f"{name}: not asked for {silent.total_seconds():.0f} s (at most {stale_after_seconds})"
    return None
