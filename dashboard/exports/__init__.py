"""Tables to take away: /export/<block>.<xlsx|csv>/<path of the page>?<its query>.

Written from the rows that the page itself draws. All of it lies behind one blueprint, so that one
guard can stand before it. A writer is a module here with MIMETYPE and `write(table, credit, language)`.
"""

from flask import Blueprint, Response, request

from dashboard.components import notices
from dashboard.credit import credit
from dashboard.data import WarehouseUnreachable
from dashboard.exports import delimited, workbook
from dashboard.filters import find
from dashboard.i18n import LANGUAGES
from dashboard.view import Reader

WRITERS = {"xlsx": workbook, "csv": delimited}


def blueprint(reader: Reader) -> Blueprint:
    exports = Blueprint("exports", __name__, url_prefix="/export")

    @exports.get("/<block>.<ending>/", defaults={"path": ""})
    @exports.get("/<block>.<ending>/<path:path>")
    def take(block: str, ending: str, path: str):
        # The path as it came: a code in it may hold an escaped slash.
        view = reader.read(f"/{path}?{request.query_string.decode()}")
        if view.ignored:  # a page says so; a file that is passed on would be taken for what was asked
            return _said(notices.left_out(view.language, view.ignored), 400)
        taken, writer = reader.tables.get(block), WRITERS.get(ending)
        page, _ = find(f"/{path}", reader.pages)
        is_there = taken and writer and page and page == reader.homes.get(block) and not view.missing
        if is_there and not view.has_figures:
            return _said(view.say("waiting.title"), 503)
        if is_there and view.is_first_load and not taken.block.is_of_a_part:
            return _said(view.say("loading.no_file"), 503)
        if is_there and view.is_reach_untold and taken.block.is_of_reach:
            return _said(view.say("told.no_reach"), 404)
        table = taken.make(view) if is_there else None
        if table is None:
            return _said(view.say("export.nothing"), 404)
        about = credit(view, taken.block)
        body = writer.write(table.sorted(view.filters.sort), about, view.language)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{about.name}.{ending}"'}
        return Response(body, 200, headers, mimetype=writer.MIMETYPE)

    @exports.errorhandler(WarehouseUnreachable)
    def away(_error):
        language = LANGUAGES[reader.default_language]
        return _said(language.say("state.failed"), 503)

    return exports


def _said(text: str, status: int) -> Response:
    return Response(text, status, {"Cache-Control": "no-store"}, mimetype="text/plain")
