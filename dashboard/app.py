"""Makes the Dash application: its pages, its policy for browsers, what happens when a callback fails.

The page's frame comes from the shell; here are the two stores that every page hangs on: `live`
({batch, committed_at} of the last batch, put there by assets/live.js) and `failure`
({reference, at}, put there when a callback failed).
"""

import logging
import secrets
from datetime import UTC, datetime

from dash import Dash, dcc, html, set_props
from dash.exceptions import DependencyException
from flask import Response, request

from dashboard import api, exports, pages, shell, uploads
from dashboard.data import Data, WarehouseUnreachable
from dashboard.limits import LARGEST_BODY
from dashboard.settings import Settings
from dashboard.view import Reader

log = logging.getLogger(__name__)

LIVE, FAILURE = "live", "failure"


def make(settings: Settings, data: Data) -> Dash:
    """The application, ready to serve. Asks the warehouse nothing until somebody looks."""
    app = Dash(
        __name__,
        # A worker's script is loaded by the page's script, not by the page.
        assets_ignore="live-worker",
        title=settings.name.vi,
        update_title=None,
        suppress_callback_exceptions=True,
        serve_locally=True,
        enable_mcp=False,  # the environment could switch it on
        on_error=report,
    )
    app.layout = lambda: html.Div([dcc.Store(id=LIVE), dcc.Store(id=FAILURE), shell.layout(settings, data)])
    reader = shell.register_callbacks(app, settings, data)
    app.server.register_blueprint(api.blueprint(data, settings.dashboard.stale_after_seconds))
    app.server.register_blueprint(exports.blueprint(reader))
    app.server.request_class = uploads.InMemory
    app.server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.server.register_blueprint(uploads.blueprint(reader))
    _say_what_is_not_there(app, reader)
    return app


# Dash answers every path that nobody else does with its page, which then says that it has nothing there.
_ANY_PATH = "/<path:path>"


def _say_what_is_not_there(app: Dash, reader: Reader) -> None:
    """That page, in the reader's language, is right for people; programs and proxies read the status."""

    @app.server.errorhandler(DependencyException)
    @app.server.errorhandler(FileNotFoundError)
    def no_such_script(fault):
        """What Dash raises for a script that it has not; anything else is a fault of ours."""
        if request.path.startswith("/_dash-component-suites/"):
            return Response("", 404, mimetype="text/plain")
        raise fault

    @app.server.after_request
    def status(answer):
        if request.endpoint == _ANY_PATH and answer.status_code == 200 and not _is_there(reader):
            answer.status_code = 404
        return answer


def _is_there(reader: Reader) -> bool:
    if pages.find(request.path) is None:
        return False
    try:
        return not reader.read(request.full_path).missing
    except (WarehouseUnreachable, LookupError):
        return True  # nobody can say now


def report(error: Exception) -> None:
    """A callback failed: the log has the error, the page a number to ask for, and its last figures."""
    reference = secrets.token_hex(4)
    log.error("callback failed, reference %s", reference, exc_info=error)
    set_props(FAILURE, {"data": {"reference": reference, "at": datetime.now(UTC).isoformat()}})


def content_policy(app: Dash) -> str:
    """Nothing from elsewhere, no inline script but Dash's own. Call when all callbacks are registered."""
    scripts = " ".join(["'self'", *app.csp_hashes()])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            # Components and charts set styles on elements; there is no way to name them all.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
