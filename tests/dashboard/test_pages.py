"""The overview in a browser: complete, in place, stale when it is, and usable without a mouse."""

from datetime import timedelta

import pytest

from dashboard.data import Unit
from tests.dashboard.house import BLOCKS, PHONE, WIDE, drawn, until
from tests.dashboard.province import VUNG_TAU, make

pytestmark = pytest.mark.browser


def fresh(page, state: str) -> None:
    page.wait_for_selector(f'html[data-fresh="{state}"]', timeout=20000)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["/", "/?lang=en&basis=place", "/?unit=26506"])
def test_the_page_is_complete_and_fits_the_screen(visit, viewport, path):
    page = visit(path, viewport)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    for block in BLOCKS:
        assert page.inner_text(f"#{block}").strip(), block
    assert page.locator("#trend .main-svg").count() and page.locator("#hours .main-svg").count()
    fresh(page, "live")


def test_only_the_small_plotly_is_loaded_and_only_once(visit, browser):
    page = visit()
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    loaded = [name for name in names if "plotly" in name]
    assert loaded and all("plotly-cartesian" in name for name in loaded)
    assert page.evaluate("document.querySelectorAll('script[src*=plotly]').length") == 1
    assert not [name for name in names if "ag_grid" in name or "mantine" in name]


def test_a_batch_changes_figures_in_place(visit, house):
    page = visit()
    page.evaluate("""() => {
        window.lit = [];
        new MutationObserver(changes => changes.forEach(({target}) =>
            target.classList.contains('changed') && window.lit.push(target.textContent)
        )).observe(document.body, {attributes: true, attributeFilter: ['class'], subtree: true});
        document.querySelector('.tile').met = document.querySelector('#trend .main-svg').met = true;
        document.querySelector('.tile details').open = true;
        document.querySelector('#ranking tbody a').focus();
        window.scrollTo(0, 300);
    }""")
    page.wait_for_timeout(2600)  # what changes right after the page opened is not lit
    house.province.tick()
    until(page, "document.querySelector('.counter').textContent.includes('1.001')")
    until(page, "document.querySelector('#ranking .whole .people').textContent === '8.001'")
    assert page.evaluate("document.querySelector('.tile').met && document.querySelector('#trend .main-svg').met")
    assert page.evaluate("document.querySelector('.tile details').open")
    assert page.evaluate("document.activeElement.matches('#ranking tbody a')")
    assert page.evaluate("scrollY") == 300
    assert "8.001" in page.evaluate("window.lit")


def test_a_tab_that_nobody_looks_at_asks_for_nothing_and_catches_up(visit, house):
    page = visit()
    hide = "value => { Object.defineProperty(document, 'hidden', {value, configurable: true}); }"
    page.evaluate(hide, True)
    house.province.tick()
    page.wait_for_timeout(800)
    assert page.inner_text("#ranking .whole .people") == "8.000"
    page.evaluate(hide, False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, "document.querySelector('#ranking .whole .people').textContent === '8.001'")


def test_a_figure_that_a_batch_changed_is_lit_for_a_moment(visit, house):
    page = visit()
    page.wait_for_timeout(2600)  # until then the reader's own question counts as what changed it
    listen = (
        "() => { const wait = setTimeout; window.waits = []; window.setTimeout = (f, ms) => waits.push(ms) && wait(f, ms); }"
    )
    page.evaluate(listen)
    house.province.tick()
    until(page, "document.querySelector('#ranking .whole .people').textContent === '8.001' && waits.includes(1600)")
    until(page, "!document.querySelector('.live.changed')")


def test_blocks_that_answer_more_slowly_than_batches_come_are_drawn(visit, house, monkeypatch):
    import threading
    import time

    quick, stop = house.province.standing, threading.Event()

    def slow(*asked, **more):
        time.sleep(0.6)
        return quick(*asked, **more)

    def enter():
        while not stop.wait(0.2):
            house.province.tick()

    monkeypatch.setattr(house.province, "standing", slow)
    writer = threading.Thread(target=enter)
    page = visit(wait=False)
    writer.start()
    try:
        until(page, "document.querySelector('#ranking .whole .people')?.textContent > '8.005'", 15)
    finally:
        stop.set()
        writer.join()


def test_all_of_a_page_is_of_one_batch_while_batches_flow_fast(visit, house, monkeypatch):
    import random
    import threading
    import time

    def slowly(question):
        def ask(*asked, **more):
            time.sleep(random.uniform(0, 0.3))
            return question(*asked, **more)

        return ask

    for name in ("standing", "doses_by_unit", "doses_by_hour"):
        monkeypatch.setattr(type(house.province), name, slowly(getattr(type(house.province), name)))
    stop = threading.Event()

    def enter():
        while not stop.wait(0.1):
            house.province.tick()

    page = visit()
    writer = threading.Thread(target=enter)
    writer.start()
    seen = set()
    try:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < 8 or (len(seen) <= 3 and passed < 40):
            # ranking, tiles, the chart's sentence and the counter: how many more each says than at first
            seen.add(
                tuple(
                    page.evaluate("""() => {
                const number = (place, at = 0) => Number(
                    (document.querySelector(place).textContent.replace(/[.]/g, '').match(/\\d+/g) || [])[at]);
                return [number('#ranking .whole .people') - 8000, number('#tiles .counted') - 8000,
                    number('#tiles .tile:last-child .number') - 120, number('.counter') - 1000];
            }""")
                )
            )
            page.wait_for_timeout(20)
    finally:
        stop.set()
        writer.join()
    assert [shown for shown in seen if len(set(shown)) > 1] == []
    assert len(seen) > 3, "the page did not move"


def test_a_batch_that_was_never_announced_is_found_when_it_has_been_quiet(visit, house):
    page = visit()
    fresh(page, "live")
    house.is_mute = True
    house.province.tick()
    page.wait_for_timeout(500)
    assert page.inner_text("#ranking .whole .people") == "8.000"
    page.evaluate("dash_clientside.set_props('pulse', {data: 1})")  # what freshness.js does after a while
    until(page, "document.querySelector('#ranking .whole .people').textContent === '8.001'")


def test_a_source_that_was_long_not_asked_looks_stale_on_every_tile(visit, house):
    house.province.polled_ago = timedelta(minutes=2)
    page = visit()
    fresh(page, "stale")
    assert page.inner_text("#as-of-ago") == "2 phút trước"
    assert page.inner_text(".when-stale") == "Số liệu cũ"
    shown = page.locator(".tile .stale-word")
    assert shown.count() == 4 and all(shown.nth(at).is_visible() for at in range(4))


@pytest.mark.parametrize(
    ("ago", "words"),
    [(None, "chưa rõ lúc nào"), (timedelta(hours=-1), "đồng hồ máy nạp hoặc máy chủ chạy sai")],
    ids=["unknown", "to come"],
)
def test_an_age_that_nobody_knows_and_a_moment_to_come_are_stale(visit, house, ago, words):
    house.province.polled_ago = ago
    page = visit()
    fresh(page, "stale")
    assert page.inner_text("#as-of-ago") == words


@pytest.mark.parametrize(("ago", "state"), [(timedelta(minutes=2), "stale"), (timedelta(seconds=5), "live")])
@pytest.mark.parametrize("hours", [-1, 1], ids=["slow", "fast"])
def test_the_readers_own_clock_makes_nothing_fresh_or_stale(visit, house, hours, ago, state):
    house.province.polled_ago = ago
    page = visit(wait=False, clock_ahead=timedelta(hours=hours))
    drawn(page)
    page.wait_for_timeout(1200)
    fresh(page, state)
    assert page.inner_text("#as-of-ago") in ("2 phút trước", *(f"{n} giây trước" for n in range(5, 20)))


def test_a_stopped_source_looks_stale_and_is_named(visit, house):
    house.province.source_state = "braked"
    page = visit()
    fresh(page, "stale")
    assert page.inner_text("#as-of .trouble") == "platform"
    assert "đã dừng để kiểm tra" in page.inner_text("#provenance")


def test_a_broken_stream_is_seen_on_a_page_that_was_fresh(visit, house):
    page = visit()
    fresh(page, "live")
    house.is_streaming = False
    fresh(page, "broken")
    assert page.locator(".when-broken").is_visible()


def test_figures_of_the_past_do_not_look_stale(visit, house):
    house.province.polled_ago = timedelta(minutes=2)
    page = visit("/?as_of=3")
    fresh(page, "frozen")
    assert "đợt 3" in page.inner_text("#notices")


def test_a_page_opened_without_a_warehouse_says_so_and_comes_back(visit, house):
    house.province.is_gone = True
    page = visit(wait=False)
    page.wait_for_selector("#lead .failed")
    assert "Chưa đọc được kho dữ liệu" in page.inner_text("#lead")
    assert page.locator(".state.quiet").count() >= 3  # one says why, the others are quiet
    house.province.is_gone = False
    drawn(page)
    page.wait_for_selector("#tiles .tile")
    assert page.locator(".failed").count() == 0


def test_a_block_that_failed_does_not_look_as_if_it_were_still_coming(visit, house, monkeypatch):
    def break_down(_filters):
        raise ZeroDivisionError

    monkeypatch.setattr(house.province, "reconciliation", break_down)
    page = visit(wait=False)
    page.wait_for_selector("#failure-note .failed")
    assert "Ô trống là phần chưa đọc được" in page.inner_text("#failure-note")
    page.wait_for_selector("#tiles[data-drawn]")
    page.wait_for_selector("#reconciliation:not([data-drawn])", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('#reconciliation')).animationName") == "none"


def test_the_language_changes_everything_and_keeps_the_question(visit):
    page = visit("/?unit=747&stage=first")
    page.click("text=EN")
    until(page, "document.querySelector('.lead')?.textContent.startsWith('Vung Tau City')")
    drawn(page)
    assert page.url.endswith("/?unit=747&stage=first&lang=en")
    until(page, "document.documentElement.lang === 'en'")
    assert "Ranking" in page.inner_text("#ranking")


def test_a_tab_is_named_after_its_page_and_unit(visit):
    page = visit("/sites?unit=747", wait=False)
    until(page, "document.title === 'Điểm tiêm – Thành phố Vũng Tàu – Bảng điều hành tiêm chủng'")
    page.click("#menu-entries a[href^='/compare']")
    until(page, "document.title.startsWith('So sánh') && document.title.includes('Thành phố Vũng Tàu')")
    page.click("text=EN")
    until(page, "document.title.startsWith('Areas compared') && document.documentElement.lang === 'en'")


def test_the_theme_changes_the_charts_too_and_is_remembered(visit):
    page = visit("/?stage=first", color_scheme="light")
    colour = "getComputedStyle(document.querySelector('#trend .xtick text')).fill"
    light = page.evaluate(colour)
    page.click("#theme-toggle")
    until(page, f"{colour} !== '{light}'")
    assert page.url.endswith("/?stage=first")
    page.reload()
    drawn(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_choice_is_in_the_address_and_back_takes_it_out(visit):
    page = visit()
    page.click("text=Nhóm tuổi")
    page.focus(".option >> text=18+")
    page.keyboard.press("Space")
    page.wait_for_url("**/?age=2")
    assert page.locator(".option >> text=18+").is_visible()  # still open: more can be ticked
    until(page, "document.querySelector('#filter-ages-summary').textContent === '1 mục'")
    page.go_back()
    until(page, "document.querySelector('#filter-ages-summary').textContent === 'Theo chỉ tiêu'")
    assert page.url.endswith("/")


def test_a_day_is_typed_and_a_link_shows_it_again(visit):
    page = visit()
    page.click("#days .choice >> text=Ngày")
    page.fill("#filter-from", "1/10/2021")
    page.press("#filter-from", "Enter")
    page.wait_for_url("**/?from=2021-10-01")
    again = visit("/?from=2021-10-01")
    assert again.input_value("#filter-from") == "01/10/2021"
    assert "01/10/2021" in again.inner_text("#filter-days-summary")


def test_a_day_that_is_none_is_said_and_the_one_before_stays(visit):
    page = visit("/?from=2021-11-01")
    page.click("#days summary")
    page.fill("#filter-from", "31/02/2021")
    page.click(".brand")
    until(page, "document.querySelector('#filter-days-said').textContent.startsWith('“31/02/2021” không phải một ngày')")
    assert page.locator("#filter-days-said").is_visible()
    assert page.url.endswith("/?from=2021-11-01")
    page.click("#days summary")
    page.fill("#filter-from", "2021-11-02")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?from=2021-11-02")
    until(page, "document.querySelector('#filter-days-said').textContent === ''")


def test_the_keyboard_goes_down_to_a_commune_and_up_again(visit):
    page = visit()
    page.focus("#ranking tbody tr:first-child a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/district/747")
    until(page, "document.querySelector('#district-ranking tbody')?.textContent.includes('Phường 1')")
    page.focus("#place a")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#district-ranking tbody').textContent.includes('Châu Đức')")
    assert page.url.endswith("/district/77")


def test_a_unit_is_found_without_accents(visit):
    page = visit()
    page.click("#unit-search-input")
    page.keyboard.type("chau d")
    assert page.locator("#unit-search-list a:visible").all_inner_texts() == ["Huyện Châu Đức"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/?unit=750")
    until(page, "document.querySelector('.lead').textContent.startsWith('Huyện Châu Đức')")


def test_the_search_offers_the_words_as_they_were_typed_first(visit, house):
    known, place = house.province.units, {"level": 2, "parent_id": VUNG_TAU}
    more = [make(Unit, unit_id=number, code=code, name=name, sort_key=code, **place)
            for number, code, name in ((91, "26716", "Phường Tân Phước"), (92, "26725", "Xã Phước Tân"))]  # fmt: skip
    house.province.units = lambda: house.province._rows([*known(), *more])
    page = visit("/")
    page.click("#unit-search-input")
    page.keyboard.type("phuoc tan")
    assert page.locator("#unit-search-list a:visible").all_inner_texts() == ["Phường Tân Phước", "Xã Phước Tân"]
    assert page.inner_text("#unit-search-list [aria-selected=true]") == "Xã Phước Tân"


def test_what_the_address_got_wrong_is_said(visit):
    page = visit("/?stage=first&colour=red")
    assert "colour=red" in page.inner_text("#notices")
    assert page.inner_text(".switch [aria-current] >> nth=1") == "Ít nhất 1 mũi"


def test_a_table_unfolds_below_its_chart(visit):
    page = visit()
    page.click("#trend-table >> xpath=ancestor::details >> summary")
    assert page.locator("#trend-table td").first.is_visible()


def test_an_unknown_page_says_so(visit):
    page = visit("/nowhere", wait=False)
    page.wait_for_selector("text=Không có trang này.")


def test_a_bar_in_the_ranking_is_as_long_as_its_share(visit):
    page = visit()
    widths = page.evaluate("""[...document.querySelectorAll('#ranking td.bar .bullet')].map(
        bullet => bullet.querySelector('.bar').offsetWidth / bullet.offsetWidth)""")
    assert widths == pytest.approx([0.98, 0.6, 0.8], abs=0.02)  # Vũng Tàu, Châu Đức, the whole


def test_before_the_first_record_the_page_says_what_it_waits_for(visit, house):
    house.province.is_empty = True
    page = visit(wait=False)
    page.wait_for_selector("#lead .waiting")
    house.province.is_empty = False
    house.province.tick()
    drawn(page)
    page.wait_for_selector("#tiles .tile")
