"""The server around the pages: what it lets in and out, what it says of itself, what it costs."""

import gzip
import hashlib
import http.client
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psutil
import psycopg
import pytest

from sql import connect
from tests.dashboard import rows
from tests.dashboard.served import PROJECT, serving
from tests.processes import becomes


@pytest.fixture(scope="module")
def served(shared_warehouse, tmp_path_factory):
    rows.reference(shared_warehouse.url)
    rows.source(shared_warehouse.url)
    rows.batch(shared_warehouse.url)
    with serving(shared_warehouse.url, tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture
def database(shared_warehouse):
    rows.source(shared_warehouse.url)
    return shared_warehouse.url


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/coverage", "/assets/live.js", "/nowhere"])
def test_every_answer_says_what_a_page_may_load(served, path):
    policy = served.get(path).headers["content-security-policy"]
    said = dict(part.split(" ", 1) for part in policy.split("; "))
    assert said["default-src"] == said["connect-src"] == said["form-action"] == "'self'"
    assert re.fullmatch(r"'self'( 'sha256-[\w+/=]+')+", said["script-src"])
    assert said["object-src"] == said["frame-ancestors"] == "'none'"


def test_the_page_loads_nothing_from_elsewhere(served):
    page = served.get("/").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_what_is_named_by_its_content_is_kept_for_ever_and_the_page_is_not(served):
    page = served.get("/")
    scripts = re.findall(r'(?:src|href)="(/(?:_dash-component-suites|assets)/[^"]+)"', page.text)
    named = [path for path in scripts if "favicon" not in path]
    assert len(named) > 5
    for path in named:
        assert served.get(path).headers["cache-control"] == "public, max-age=31536000, immutable", path
    for path in ("/", "/assets/live-worker.js"):
        assert "immutable" not in served.get(path).headers.get("cache-control", "")


def test_a_font_is_kept_for_ever_under_the_digest_of_its_file(served):
    fonts = re.findall(r'url\("(fonts/[^?"]+)\?m=(\w+)"\)', served.get("/assets/00-theme.css").text)
    assert len(fonts) == 2
    for path, digest in fonts:
        font = served.get(f"/assets/{path}?m={digest}")
        assert hashlib.sha256(font.body).hexdigest().startswith(digest), path
        assert font.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_text_travels_packed(served):
    packed = served.get("/assets/live.js", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == served.get("/assets/live.js").body


def test_a_page_elsewhere_cannot_read_along_under_a_name_of_its_own(served):
    assert served.get("/", Host="evil.example").status == 400
    assert served.get("/stream", Host=f"evil.example:{served.port}").status == 400
    assert served.get("/healthz", Host=f"localhost:{served.port}").status == 200


def test_nobody_but_this_machine_reaches_the_port(served):
    listening = [c.laddr.ip for c in psutil.Process(served.process.pid).net_connections() if c.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_a_failed_callback_gives_a_number_and_no_stack_trace(served):
    status, body = post(served, "frame.children", "route", "data", None)  # a route is never None
    assert status == 200
    assert "Traceback" not in body and "Error" not in body
    reference = json.loads(body)["sideUpdate"]["failure"]["data"]["reference"]
    assert f"callback failed, reference {reference}" in served.words()
    assert "TypeError" in served.words()


def post(served, output, asker, name_of_input, value) -> tuple[int, str]:
    """Ask for a callback as a browser does; status and body of the answer."""
    component, name = output.split(".")
    body = {
        "output": output,
        "outputs": {"id": component, "property": name},
        "inputs": [{"id": asker, "property": name_of_input, "value": value}],
        "changedPropIds": [f"{asker}.{name_of_input}"],
        "state": [],
    }
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)) as connection:
        connection.request("POST", "/_dash-update-component", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_nothing_of_the_developers_is_open(served):
    assert served.get("/_reload-hash").json()["reloadHash"] is None
    assert served.get("/_mcp").text.find("jsonrpc") == -1
    config = re.search(r'<script id="_dash-config"[^>]*>(.*?)</script>', served.get("/").text)[1]
    assert json.loads(config).get("ui", False) is False
    assert json.loads(config).get("hot_reload") is None


def test_ready_is_said_with_batch_and_moment(served, database):
    number, deadline = rows.batch(database), time.monotonic() + 5
    # The server answers by the newest batch that it was told of; on a busy machine the word takes a moment.
    while (answer := served.get("/readyz")).json()["batch"] != number and time.monotonic() < deadline:
        time.sleep(0.05)
    found = answer.json()
    assert (answer.status, found["ready"], found["reasons"], found["batch"]) == (200, True, [], number)
    assert datetime.fromisoformat(found["committed_at"]).tzinfo


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"state": "braked", "reason": "half of the records are gone"}, "braked: half of the records are gone"),
        ({"state": "failed", "reason": 'column "x" is not in the source'}, "failed: column"),
        ({"last_polled_at": datetime(2021, 1, 1, tzinfo=UTC)}, "not asked for "),
        ({"last_polled_at": None}, "not asked yet"),
        ({"last_polled_at": rows.now() + timedelta(hours=1)}, "asked "),
    ],
)
def test_not_ready_while_a_source_is_stopped_or_silent(served, database, source, reason):
    rows.source(database, **source)
    answer = served.get("/readyz")
    assert answer.status == 503
    assert answer.json()["reasons"][0].startswith(f"source platform: {reason}")
    rows.source(database, reason=None)
    assert served.get("/readyz").status == 200


def test_freshness_is_measured_in_real_seconds_also_in_a_shifted_world(served, database):
    """The world is that of rows.SHIFT; `stale_after_seconds` is 60 in the settings."""
    for seconds, status in ((30, 200), (90, 503)):
        rows.source(database, last_polled_at=rows.now() - timedelta(seconds=seconds))
        assert served.get("/readyz").status == status


@pytest.mark.parametrize("seconds", [40, -40])
def test_not_ready_while_no_etl_gives_a_sign_of_life(served, database, seconds):
    rows.source(database)
    rows.beat(database, seconds)
    answer = served.get("/readyz")
    assert (answer.status, len(answer.json()["reasons"])) == (503, 1)
    assert re.fullmatch(rf"etl: no sign of life for {seconds // 10}\d s \(at most 15\)", answer.json()["reasons"][0])
    for fresh in (5, None):
        rows.beat(database, fresh)
        assert served.get("/readyz").status == 200


def test_what_stands_still_is_said_soon(served, database):
    """A lock that somebody holds stands for all that keeps an answer away: it takes every connection there is."""
    with psycopg.connect(connect.conninfo(database)) as somebody, ThreadPoolExecutor(12) as many:
        somebody.execute("LOCK TABLE warehouse.source")
        before = time.monotonic()
        asked = [many.submit(served.get, path) for path in ("/readyz",) * 8 + ("/healthz",) * 4]
        found = [answer.result() for answer in asked]
        assert time.monotonic() - before < 3  # 2 s on a machine that does nothing else
        assert [answer.status for answer in found] == [503] * 8 + [200] * 4
        assert found[0].json()["reasons"] == ["warehouse: no answer within 1.5 s"]
        somebody.rollback()
        assert becomes(lambda: served.get("/readyz").status == 200)


def test_with_the_warehouse_gone_the_process_lives_says_why_and_comes_back(warehouse, tmp_path):
    rows.reference(warehouse.url)
    rows.source(warehouse.url)
    rows.batch(warehouse.url)
    with serving(warehouse.url, tmp_path / "data") as served:
        assert served.get("/readyz").status == 200
        coverage = served.get("/api/v1/coverage")
        with rows.away(warehouse.url):
            assert served.get("/healthz").status == 200
            answer = served.get("/readyz")
            assert (answer.status, answer.json()["reasons"]) == (503, ["warehouse: unreachable"])
            assert served.get("/").status == 200
            kept = served.get("/api/v1/coverage")
            unknown = {"known_until": None, "age_seconds": None, "is_stale": True}
            assert (kept.status, kept.json()) == (200, coverage.json() | {"as_of": coverage.json()["as_of"] | unknown})
            never_asked = served.get("/api/v1/coverage?unit=755")
            assert never_asked.status == 503
            assert "test_" not in never_asked.text, "no name of a database leaves the house"
        assert served.get("/readyz").status == 200


def test_it_starts_while_the_warehouse_is_away(warehouse, tmp_path):
    rows.reference(warehouse.url)
    with rows.away(warehouse.url), serving(warehouse.url, tmp_path / "data") as served:
        assert served.get("/readyz").status == 503
        with served.stream() as events:
            assert events.next() == ("lost", "warehouse unreachable")


def test_a_worker_is_small(served, database):
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/api/v1/coverage", "/api/v1/openapi.json"):
        served.get(path)
    process = psutil.Process(served.process.pid)
    family = [process, *process.children(recursive=True)]
    megabytes = max(member.memory_info().rss for member in family) / 2**20
    print(f"web worker: {megabytes:.0f} MB")
    assert megabytes < 350


# What is not there, and what is measured


@pytest.mark.parametrize("path", [
    "/nowhere", "/sites/more", "/district/", "/district/999", "/favicon.png", "/robots.txt", "/export/nowhere", "/export/x.csv/",
    "/api/v1/nowhere", "/api/nowhere", "/assets/nowhere.js", "/static/x", "/_dash-component-suites/dash/nowhere.js",
    "/_dash-component-suites/nowhere/x.js", "/_dash-nowhere", "/healthz/more", "/metrics/more", "/stream/more", "/../etc/passwd",
    "/%00", "/site/nobody",
])  # fmt: skip
def test_what_is_not_there_is_404(served, path):
    answer = served.get(path)
    assert answer.status == 404, answer.text[:300]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/sites", "/district/747", "/district/747?lang=en", "/compare", "/targets", "/changes", "/definitions"]
)
def test_what_is_there_is_200(served, path):
    assert served.get(path).status == 200


def test_metrics_tell_batches_records_states_and_times(served, database):
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute(
            "UPDATE warehouse.source SET received = 3, loaded = 2, unchanged = 0, quarantined = 1, last_polled_at = "
            "clock_timestamp() + (SELECT make_interval(days => shift_days) FROM warehouse.world) - interval '5 s'"
        )
        db.execute("INSERT INTO warehouse.quarantine (source_id, record_id, content, batch_id, rules, record) "
                   "SELECT source_id, 'r1', gen_random_uuid(), 1, '{unknown_vaccine}', '{\"lot_number\": \"secret\"}' FROM warehouse.source LIMIT 1")  # fmt: skip
    served.get("/readyz")
    answer = served.get("/metrics")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")
    found = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    name = next(key for key in found if key.startswith("vaccination_records_total")).split('source="')[1].split('"')[0]
    assert found["vaccination_warehouse_up"] == "1.0"
    assert float(found["vaccination_newest_batch"]) >= 1
    assert found[f'vaccination_records_total{{outcome="received",source="{name}"}}'] == "3.0"
    assert found[f'vaccination_quarantine{{rule="unknown_vaccine",source="{name}"}}'] == "1.0"
    assert 4 < float(found[f'vaccination_lag_seconds{{source="{name}"}}']) < 60
    states = [
        float(found[f'vaccination_source_state{{source="{name}",state="{state}"}}'])
        for state in ("idle", "running", "braked", "failed")
    ]
    assert sum(states) == 1
    assert float(found['vaccination_question_seconds_count{question="sources"}']) >= 1
    assert "secret" not in answer.text and "r1" not in answer.text
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("UPDATE warehouse.source SET is_configured = false")
        # nobody reads what the settings do not name, nor waits for it; it is counted on
        of_removed = served.get("/metrics").text
        db.execute("UPDATE warehouse.source SET forgotten_at = now(), deleted_at = now()")
        of_deleted = served.get("/metrics").text
        db.execute("UPDATE warehouse.source SET is_configured = true, forgotten_at = NULL, deleted_at = NULL")
    assert "vaccination_lag_seconds{" not in of_removed and "vaccination_source_state{" not in of_removed
    assert "vaccination_records_total{" in of_removed and "vaccination_quarantine{" in of_removed
    assert 'source="' not in of_deleted


def test_metrics_add_up_over_several_workers(shared_warehouse, tmp_path):
    config = tmp_path / "config.yaml"
    text = (PROJECT / "config.yaml").read_text(encoding="utf-8").replace("workers: 1", "workers: 2")
    config.write_text(text.replace("etl/reference", str(PROJECT / "etl/reference")), encoding="utf-8")
    with serving(shared_warehouse.url, tmp_path / "data", config) as served:
        asked = 12
        for _ in range(asked):
            served.get("/readyz")
        wanted = 'vaccination_question_seconds_count{question="sources"} '
        counted = [float(line.split()[-1]) for line in served.get("/metrics").text.splitlines() if line.startswith(wanted)]
    assert counted and counted[0] >= asked
