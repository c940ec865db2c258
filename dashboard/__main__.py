"""python -m dashboard --config FILE --port N: the web server. Needs a warehouse; ./run starts both."""

import argparse
import logging
import os
import sys

import uvicorn

from dashboard import boundaries, limits, metrics, server
from dashboard.data.cache import CacheError
from dashboard.settings import Settings
from sql import settings
from sql.connect import NoWarehouse, address
from sql.strict import SettingsError


def main() -> int:
    arguments = _parse()
    try:
        found = Settings.of(settings.read(arguments.config, arguments.data, part=Settings))
        address(found, "dashboard_reader")
        boundaries.of(found)  # said here, in one line, rather than by each worker
    except (SettingsError, NoWarehouse) as error:
        print(error, file=sys.stderr)
        return 2
    # Workers are processes of their own: what they need to know travels in the environment.
    os.environ[server.CONFIG] = str(arguments.config)
    os.environ["VACCINE_DATA"] = str(found.data)
    if found.dashboard.workers > 1:
        metrics.use(found.data / "metrics")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr)
    try:
        uvicorn.run(
            "dashboard.server:from_environment",
            factory=True,
            host=found.dashboard.host,
            port=found.dashboard.port if arguments.port is None else arguments.port,
            workers=found.dashboard.workers,
            http=limits.Connections,
            backlog=limits.BACKLOG,
            access_log=False,
            log_level="warning",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=server.STOP_SECONDS,
            # Of five seconds a busy machine needs more to begin a worker, which would be ended and begun again for ever.
            timeout_worker_healthcheck=60,
        )
    except CacheError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m dashboard", description="The live coverage pages.")
    parser.add_argument("--config", default=settings.PROJECT / "config.yaml", help="settings file (config.yaml)")
    parser.add_argument("--port", type=settings.port, help="instead of the settings' dashboard.port")
    parser.add_argument("--data", help="folder for everything that is written (data/)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
