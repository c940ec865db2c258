"""The browser's side by itself: each script of dashboard/assets in a real Chromium, on a page that is nearly empty."""

import json
from pathlib import Path

import pytest

from dashboard import shell
from dashboard.tables import unaccented

pytestmark = pytest.mark.browser

ASSETS = Path(shell.__file__).parent / "assets"
SCRIPTS = sorted(file.name for file in ASSETS.glob("*.js") if file.name != "live-worker.js")  # that one is no page's
PLACE = "http://localhost/"
# What Dash brings: a sign for "nothing changes", and a door by which scripts set properties.
DASH = "window.dash_clientside = {no_update: 'no update', callback_context: {inputs_list: [{id: 'figures-tree'}]}, set_props() {}};"
SAID = {f"{unit}-{number}": f"{number} {unit}" for unit in "smhd" for number in "12"}


@pytest.fixture
def page(browser):
    """A page with all scripts and one block to draw into; a fault in any script fails the test."""
    tags = "".join(f'<script src="/assets/{name}"></script>' for name in SCRIPTS)
    html = f"<!doctype html><head><script>{DASH}</script>{tags}</head><body><div id=figures></div></body>"

    def answer(route):
        name = route.request.url.removeprefix(PLACE + "assets/")
        if name in SCRIPTS:
            route.fulfill(body=(ASSETS / name).read_text(encoding="utf-8"), content_type="text/javascript")
        elif route.request.url == PLACE:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404)

    shown, faults = browser.new_page(), []
    shown.on("pageerror", lambda fault: faults.append(fault))  # Playwright marks what it is given
    shown.route("**/*", answer)
    shown.goto(PLACE)
    yield shown
    assert faults == []


def call(page, function: str, *given):
    return page.evaluate(f"{function}(...{json.dumps(given)})")


def test_ages_are_said_in_the_unit_that_a_reader_counts_in(page):
    seconds = (-3, 0, 1, 59, 60, 119, 120, 3599, 3600, 2 * 86400 - 1, 2 * 86400, 9 * 86400)
    said = [call(page, "window.texts.ago", each, SAID) for each in seconds]
    assert said == ["0 s", "0 s", "1 s", "59 s", "1 m", "1 m", "2 m", "59 m", "1 h", "47 h", "2 d", "9 d"]


def test_names_lose_their_accents_as_on_the_server(page):
    names = ["Châu Đức", "Xã Phước Tân", "BÀ RỊA – VŨNG TÀU", "Ho\u0300a", "Đất Đỏ", "ẵm"]
    assert [call(page, "window.texts.unaccented", name) for name in names] == [unaccented(name) for name in names]


def test_a_text_is_broken_between_words(page):
    assert call(page, "window.texts.lines", "một hai ba bốn", 7) == ["một hai", "ba bốn"]
    assert call(page, "window.texts.lines", "dài-hơn-cả-dòng và ngắn", 6) == ["dài-hơn-cả-dòng", "và", "ngắn"]


def test_the_blocks_of_a_page_follow_only_an_address_of_their_page_and_language(page):
    def follows(path, search, **page_of):
        return call(page, "dash_clientside.shell.address", path, search, {"section": "/district/", "lang": "vi"} | page_of)

    assert follows("/district/748", "?as_of=3") == "/district/748?as_of=3"
    assert follows("/district/748", "?lang=en") == "no update"
    assert follows("/sites", "") == "no update"
    assert follows("/district/748", "?wall=1") == "no update"
    assert follows("/district/748", "?wall=1", wall=True) == "/?wall=1&unit=748"


def test_what_does_not_change_stays_where_it_is(page):
    """The keyboard's place and an open table are kept when a batch commits."""

    def element(kind, children=None, **props):
        return {"namespace": "dash_html_components", "type": kind, "props": {"children": children, **props}}

    def draw(doses):
        content = [element("P", f"{doses} mũi", className="live"), element("Details", ["…", element("Button", "x")])]
        page.evaluate("tree => dash_clientside.page.draw(tree)", {"": content})

    draw(7)
    page.evaluate("window.before = [...document.querySelectorAll('#figures p, #figures details')]")
    page.evaluate("document.querySelector('details').open = true; document.querySelector('button').focus()")
    draw(8)
    assert page.inner_text("#figures p") == "8 mũi"
    assert page.evaluate(
        "[...document.querySelectorAll('#figures p, #figures details')].every((one, n) => one === before[n])"
    )
    assert page.evaluate("document.querySelector('details').open && document.activeElement.tagName === 'BUTTON'")
