"""/api/v1/coverage for machines: the figures of the pages, with as-of, denominator and definition."""

import csv
import io
import json
from dataclasses import asdict
from datetime import UTC, date, datetime

from flask import Blueprint, Response, request

from dashboard.api.answer import answer
from dashboard.api.question import BadQuestion, read
from dashboard.api.schema import columns, describe
from dashboard.data import Data, WarehouseUnreachable
from sql.formulas import harmless

_LISTED = "; "  # between several codes or names in one cell


def blueprint(data: Data, stale_after_seconds: int) -> Blueprint:
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.get("/coverage")
    def coverage():
        question = read(request.args.to_dict(flat=False), _best(request.accept_mimetypes), data)
        found = answer(question, data, stale_after_seconds)
        return _csv(found) if question.format == "csv" else _json(found)

    @api.get("/openapi.json")
    def openapi():
        return _json(describe(data))

    @api.get("/", defaults={"path": ""})
    @api.get("/<path:path>")
    def unknown(path: str):
        return _json({"error": f"nothing at /api/v1/{path}; what there is: /api/v1/openapi.json"}, 404)

    @api.errorhandler(BadQuestion)
    def refuse(error: BadQuestion):
        return _json({"error": "bad parameters", "parameters": [asdict(fault) for fault in error.faults]}, 400)

    @api.errorhandler(WarehouseUnreachable)
    def away(_error):
        return _json({"error": "the warehouse does not answer; try again"}, 503)

    return api


def _best(accepted) -> str:
    return accepted.best_match(["application/json", "text/csv"], default="application/json")


def _json(found: dict, status: int = 200) -> Response:
    body = json.dumps(found, ensure_ascii=False, default=_written)
    return Response(body, status, {"Cache-Control": "no-store"}, mimetype="application/json")


def _csv(found: dict) -> Response:
    """A row a unit; what JSON says once stands in every row, so that a row alone says what it is."""
    once = {
        "as_of_batch": found["as_of"]["batch"],
        "as_of": _written(found["as_of"]["committed_at"]),
        "known_until": _written(found["as_of"]["known_until"]),
        "age_seconds": found["as_of"]["age_seconds"],
        "is_stale": found["as_of"]["is_stale"],
        "basis": found["question"]["basis"],
        "is_sample": found["is_sample"],
        "is_first_load": found["is_first_load"],
        "no_figures": found["no_figures"],
        "counts_records_of": _LISTED.join(found["counts_records_of"]),
    }
    out = io.StringIO()
    names = columns(found["question"]["basis"] == "place")
    writer = csv.DictWriter(out, [*names, "definition", *once], lineterminator="\n")
    writer.writeheader()
    for row in found["rows"]:
        said = row | once | {"definition": found["definitions"][row.get("stage", "doses")]["en"]}
        flat = {name: _LISTED.join(value) if isinstance(value, list) else value for name, value in said.items()}
        writer.writerow({name: harmless(value) for name, value in flat.items()})
    headers = {"Cache-Control": "no-store", "Content-Disposition": "attachment; filename=coverage.csv"}
    return Response(out.getvalue(), 200, headers, mimetype="text/csv")


def _written(value) -> str | None:
    """Days and moments (in UTC) as ISO 8601; TypeError for what has no place in an answer."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return None
    raise TypeError(type(value).__name__)
