"""Targets and populations handed in over the page: POST /uploads/<table>, and what people decide about them.

A file becomes a row of the warehouse and a page of its own, /upload/<number>, which shows what it would
change; only a second, explicit POST confirms it. The ETL applies it. Nothing is overwritten.

Who: nobody logs in yet. `who` gives the name of a request and whether it is only self-declared: access
control puts its own function there, and its guard before this one blueprint.
"""

import hashlib
import io
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from dashboard.data import UploadRefused, WarehouseUnreachable
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES, Language
from dashboard.limits import LARGEST_BODY
from dashboard.uploads import cells, reading, template
from dashboard.uploads.reading import Fault, Read
from dashboard.view import Reader
from sql.reference import HANDED_IN

PAGE, PREFIX = "/upload/<upload>", "/uploads"
_RELATION = f"<any({', '.join(HANDED_IN)}):relation>"
# A form is a file and some words.
_AROUND_A_FILE = 20_000
_LARGEST = cells.MAX_BYTES + _AROUND_A_FILE
_NAME = 100


class InMemory(Request):
    """A request whose files are never written to a disk; the door below takes none that is large."""

    def _get_file_stream(self, *_given, **_more):
        return io.BytesIO()


def largest_body(path: str) -> int:
    """How many bytes a request to a path may bring."""
    return _LARGEST if path.startswith(PREFIX + "/") else LARGEST_BODY


def self_declared(asked: Request) -> tuple[str, bool]:
    """What was typed as a name, and that it is only that."""
    return reading.short(asked.form.get("by", ""), _NAME), True


def blueprint(reader: Reader, who: Callable[[Request], tuple[str, bool]] = self_declared) -> Blueprint:
    uploads = Blueprint("uploads", __name__, url_prefix=PREFIX)

    @uploads.before_request
    def guard():
        if request.method == "POST":
            if not is_from_here(request):
                return _said(_language(reader).say("upload.elsewhere"), 403)
            request.max_content_length = _LARGEST
        return None

    @uploads.post(f"/{_RELATION}")
    def put(relation: str):
        by, is_self_declared = who(request)
        file = request.files.get("file")
        if not by or file is None or not file.filename:
            return _said(_language(reader).say("upload.lacking"), 400)
        content = file.read(cells.MAX_BYTES + 1)
        if len(content) > cells.MAX_BYTES:
            raise RequestEntityTooLarge
        name = _short_name(reading.short(file.filename.replace("\\", "/").rpartition("/")[2], 10_000)) or "?"
        understood = understand(content, name, relation)
        number = reader.data.put_upload(
            relation, name, hashlib.sha256(content).hexdigest(), len(content), understood.given, understood.rows,
            understood.said(), by, is_self_declared,
        )  # fmt: skip
        return _to(number)

    @uploads.post("/<int:number>/<any(confirm, discard, withdraw):decision>")
    def decide(number: int, decision: str):
        by, _ = who(request)
        if not by:
            return _said(_language(reader).say("upload.lacking"), 400)
        if number not in {upload.upload_id for upload in reader.data.uploads()}:
            language = _language(reader)
            return _said(language.say("missing.other", code=str(number)[:40]), 404)
        if decision == "confirm" and any(check.is_fault for check in reader.data.upload_checks(number)):
            return _said(_language(reader).say("upload.has_faults"), 409)
        if reader.data.decide_upload(number, decision, by) is None:
            return _said(_language(reader).say("upload.moved"), 409)
        return _to(number)

    @uploads.get(f"/template/{_RELATION}.xlsx")
    def blank(relation: str):
        language = _language(reader)
        body = template.write(language, relation, reader.data.units(), reader.data.age_bands())
        headers = {"Content-Disposition": f'attachment; filename="{language.say(f"upload.file.{relation}")}.xlsx"'}
        return Response(body, 200, headers | {"Cache-Control": "no-store"}, mimetype=template.MIMETYPE)

    @uploads.errorhandler(RequestEntityTooLarge)
    def too_large(_error):
        return _said(_language(reader).say("upload.too_large", most=cells.MAX_BYTES // 1_000_000), 413)

    @uploads.errorhandler(UploadRefused)
    def refused(_error):
        return _said(_language(reader).say("upload.too_many"), 429)

    @uploads.errorhandler(WarehouseUnreachable)
    def away(_error):
        return _said(_language(reader).say("state.failed"), 503)

    @uploads.errorhandler(HTTPException)
    def other(error):
        return _said(error.name, error.code)

    return uploads


def understand(content: bytes, file_name: str, relation: str) -> Read:
    """What a file says, or why it says nothing."""
    try:
        lines = cells.read(content, file_name, lambda head: reading.is_head(head, relation))
        return reading.understand(lines, relation)
    except cells.Unreadable as why:
        return Read(faults=[Fault(why.code, found=reading.short(why.found, 300))])


def is_from_here(asked: Request) -> bool:
    """Whether the form was on a page of ours. Browsers say where a form was; what says nothing is no browser."""
    said = asked.headers.get("Sec-Fetch-Site")
    if said is not None and said != "same-origin":
        return False
    origin = asked.headers.get("Origin")
    if origin is None:
        return said == "same-origin"
    return urlsplit(origin).netloc == asked.host


def _short_name(name: str) -> str:
    """At most 200 characters; its ending says how the file is read, and stays."""
    if len(name) <= 200:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = f"…{dot}{ending[:10]}"
    return stem[: 200 - len(ending)] + ending


def _language(reader: Reader) -> Language:
    """Of the page on which the form was: in the query, for a form that is too large is not read."""
    return LANGUAGES.get(request.args.get("lang", ""), LANGUAGES[reader.default_language])


def _to(number: int) -> BaseResponse:
    lang = request.args.get("lang")
    address = Filters(path=PAGE, code=str(number), lang=lang if lang in LANGUAGES else None).address
    return redirect(address, 303)


def _said(text: str, status: int) -> Response:
    return Response(text, status, {"Cache-Control": "no-store"}, mimetype="text/plain")
