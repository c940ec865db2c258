"""/metrics for Prometheus: how the ETL and its sources are, how long questions take. Counts, of no person and no place."""

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from dashboard.data import WarehouseUnreachable
from dashboard.data.timing import QUESTIONS

# Where several workers write their times, and whichever is asked adds them up. The library reads it when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# metric of mart.metrics() → (kind, what it says, its labels)
_OF_WAREHOUSE = {
    "newest_batch": (GaugeMetricFamily, "Number of the newest batch.", ()),
    "unfolded_batches": (GaugeMetricFamily, "Batches whose balances are still to follow, as in a backfill.", ()),
    "batches": (CounterMetricFamily, "Batches committed, by kind.", ("kind",)),
    "etl_silent_seconds": (GaugeMetricFamily, "Since the ETL gave a sign of life.", ()),
    "reference_refused": (GaugeMetricFamily, "1 while the reference tables are refused.", ()),
    "records": (CounterMetricFamily, "Records received, by what became of them.", ("source", "outcome")),
    "source_state": (GaugeMetricFamily, "1 for the state that a source is in.", ("source", "state")),
    "lag_seconds": (GaugeMetricFamily, "Since a source of the settings was last read.", ("source",)),
    "quarantine": (GaugeMetricFamily, "Records that wait to be mended, by rule.", ("source", "rule")),
    "reconcile_records": (GaugeMetricFamily, "What the last comparison with a source counted.", ("source", "what")),
}


def use(folder: Path) -> None:
    """Let the worker processes to come keep their times in `folder`; those of an earlier server are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ[FOLDER] = str(folder)


def routes(data) -> list[Route]:
    async def metrics(_request):
        body = await run_in_threadpool(_written, data)
        return Response(body, headers={"Cache-Control": "no-store"}, media_type="text/plain; version=0.0.4")

    return [Route("/metrics", metrics)]


def _written(data) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Warehouse(data))
    if os.environ.get(FOLDER):
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(QUESTIONS)
    return generate_latest(registry)


class _Warehouse:
    """Reads the warehouse when it is asked, and says whether it answered."""

    def __init__(self, data):
        self._data = data

    def collect(self) -> Iterator:
        try:
            rows = self._data.metrics()
        except WarehouseUnreachable:
            rows = None
        yield GaugeMetricFamily("vaccination_warehouse_up", "1 while the warehouse answers.", value=int(rows is not None))
        for metric, (kind, said, labels) in _OF_WAREHOUSE.items():
            family = kind(f"vaccination_{metric}", said, labels=labels)
            for row in rows or ():
                if row.metric == metric:
                    family.add_metric([word for word in (row.source, row.label) if word is not None], row.value)
            yield family
