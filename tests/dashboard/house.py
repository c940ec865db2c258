"""A page server over the small province, and a browser that visits it."""

import json
import threading
import time
from dataclasses import dataclass

import flask
import pytest
from werkzeug.serving import make_server

from dashboard import app as application
from sql import settings
from tests.dashboard.province import Province

BLOCKS = ("lead", "tiles", "ranking", "map", "trend-sentence", "hours-sentence", "vaccines-sentence", "reconciliation")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass
class House:
    """A page server over a small province, with a stream as the real one's."""

    province: Province
    url: str
    is_streaming: bool = True
    is_mute: bool = False  # the stream lives and says nothing


class Front:
    """One address for the pages of all tests, so that a browser knows the scripts already; and one that is blank."""

    BLANK = "/blank"

    def __init__(self):
        self.of_test = None

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == self.BLANK:
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"<!doctype html>"]
        if self.of_test is None:  # what a page of the last test still asked for
            start_response("503 Service Unavailable", [])
            return []
        return self.of_test(environ, start_response)


@pytest.fixture(scope="session")
def front():
    served = Front()
    server = make_server("127.0.0.1", 0, served, threaded=True)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(tmp_path, front):
    province = Province()
    dash = application.make(settings.read(data=tmp_path), province)
    found = House(province, front.url)

    @dash.server.route("/stream")
    def stream():
        def events():
            told = None
            while found.is_streaming:
                state = province.batch_number if not province.is_gone else "lost"
                if state != told and not found.is_mute:
                    told = state
                    news = json.dumps({"batch": province.batch_number, "committed_at": None})
                    yield f"data: {news}\n\n" if state != "lost" else "event: lost\ndata: \n\n"
                time.sleep(0.05)

        return flask.Response(events(), mimetype="text/event-stream")

    policy = application.content_policy(dash)

    @dash.server.after_request
    def with_policy(response):
        response.headers["Content-Security-Policy"] = policy
        return response

    front.of_test = dash.server
    yield found
    found.is_streaming, front.of_test = False, None


@pytest.fixture
def visit(house, browser, windows):
    """Open a page and wait until every block is drawn; complaints of the browser fail the test."""
    complaints = []

    def open_page(path="/", viewport=WIDE, wait=True, clock_ahead=None, **options):
        page = windows.open(house.url + Front.BLANK, viewport, **options)
        if clock_ahead:
            by = round(clock_ahead.total_seconds() * 1000)
            page.add_init_script(f"const right = Date.now; Date.now = () => right() + {by};")
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if page.goto(house.url + path).status == 404:  # a page that is not there: the browser says so, too
            complaints[:] = [said for said in complaints if "404" not in said]
        if wait:
            drawn(page)
        return page

    yield open_page
    # A stream that a test cuts is the browser's complaint, not the page's.
    assert [said for said in complaints if "/stream" not in said and "ERR_" not in said] == [], complaints


def drawn(page) -> None:
    for block in BLOCKS:
        page.wait_for_selector(f"#{block}[data-drawn]", state="attached")
    page.wait_for_selector("#trend .main-svg")


def settled(page) -> None:
    """Wait until each block and each chart of the page has been drawn once."""
    page.wait_for_selector("main .drawn[data-drawn]", state="attached")
    until(page, "!document.querySelector('main .drawn:not([data-drawn]), main .chart > header > h2:not([data-drawn])')")


def until(page, condition: str, seconds: float = 10) -> None:
    """Wait until an expression holds. (Playwright's own wait evaluates text in the page, which its policy forbids.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({condition})"):
        assert time.monotonic() < end, f"never came true: {condition}"
        page.wait_for_timeout(50)
