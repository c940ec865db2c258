"""Debian's Chromium for the journeys, in a house without a way out.

Everything but this machine is sent to a doorkeeper that refuses and writes down who asked: a page
that loads a font, a tile or a script from elsewhere fails its test, also when a worker asks.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.processes import becomes

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# What Chromium asks by itself (updates, its own account): refused as well, but no page's fault.
OF_CHROMIUM = {
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "edgedl.me.gvt1.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsing.googleapis.com",
    "update.googleapis.com",
}


# What Chromium shall do without. The first three draw the suggestions of an address bar that nobody sees: a window costs 0.5 s
# of the processor without them, and 1.2 s with them. The others are Playwright's own list, which this one takes the place of.
WITHOUT = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints",
    "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
)  # fmt: skip


class Doorkeeper(BaseHTTPRequestHandler):
    """A proxy that lets nobody through."""

    asked: list[str]

    def _refuse(self) -> None:
        if urlsplit(self.path if "://" in self.path else f"//{self.path}").hostname not in OF_CHROMIUM:
            self.server.asked.append(self.path)
        self.send_error(403)

    do_CONNECT = do_GET = do_POST = do_HEAD = _refuse

    def log_message(self, *_words) -> None:
        """Silent: the fixture tells."""


@pytest.fixture(scope="session")
def doorkeeper() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Doorkeeper)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def chromium(doorkeeper: ThreadingHTTPServer):
    """Playwright's Browser, one a session; tests ask for `browser`."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        pytest.fail("Chromium is missing: apt install chromium, or set CHROMIUM to its program", pytrace=False)
    flags = [
        "--disable-background-networking",
        "--disable-component-update",
        f"--disable-features={','.join(WITHOUT)}",
        "--disable-sync",
        "--no-first-run",
        # In a container /dev/shm is often 64 MB, on which large pages crash.
        "--disable-dev-shm-usage",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program,
            args=flags,
            proxy={"server": f"http://127.0.0.1:{doorkeeper.server_port}", "bypass": "127.0.0.1,localhost"},
        )
        yield launched
        launched.close()


class Windows:
    """Pages of a test's own in a process that stays from test to test.

    A page that another one opened shares its process, in which Dash and plotly are compiled already: opening the overview
    costs 3.9 s of the processor in place of 4.7. One opener per kind of reader (a touch screen, a colour scheme); it stays blank.
    """

    def __init__(self, chromium):
        self._chromium = chromium
        self._openers: dict = {}

    def open(self, blank: str, viewport: dict, **options):
        """A page; `blank` is the address of an empty page of the same origin."""
        kind = (blank, *sorted(options.items()))
        if kind not in self._openers:
            self._openers[kind] = self._chromium.new_context(**options).new_page()
            self._openers[kind].goto(blank)
        opener = self._openers[kind]
        with opener.expect_popup() as opened:
            opener.evaluate("() => { window.open('about:blank', '', 'popup'); }")
        opened.value.set_viewport_size(viewport)
        return opened.value

    def forget(self, is_sound: bool) -> None:
        """Leave nothing of one test to the next: no page, no worker that pages share, nothing remembered.

        After a test that failed not the process either, in which a script may still run.
        """
        if not is_sound:
            self._openers.clear()
        kept = [opener.context for opener in self._openers.values()]
        for context in list(self._chromium.contexts):
            if context not in kept:
                context.close()
        for opener in self._openers.values():
            for page in opener.context.pages:
                if page != opener:
                    page.close()
            opener.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            opener.context.clear_cookies()
        assert becomes(lambda: not self._workers()), "a shared worker outlived its pages"

    def _workers(self) -> list[str]:
        session = self._chromium.new_browser_cdp_session()
        targets = session.send("Target.getTargets")["targetInfos"]
        session.detach()
        return [target["url"] for target in targets if target["type"] == "shared_worker"]


@pytest.fixture(scope="session")
def windows(chromium) -> Windows:
    return Windows(chromium)


@pytest.fixture
def browser(request, chromium, windows: Windows, doorkeeper: ThreadingHTTPServer):
    """A browser for one test; fails it when a page asked for anything outside this machine."""
    doorkeeper.asked.clear()
    failed = request.session.testsfailed
    yield chromium
    windows.forget(is_sound=request.session.testsfailed == failed)
    if doorkeeper.asked:
        pytest.fail(f"asked for outside this machine: {', '.join(sorted(set(doorkeeper.asked)))}", pytrace=False)
