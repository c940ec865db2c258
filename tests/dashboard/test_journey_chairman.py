"""A chairman in his car: from `/`, on his phone, to the commune that is furthest behind and what it needs a day."""

import time
from dataclasses import replace

import pytest

from dashboard.definitions import INDICATORS
from tests.dashboard.house import PHONE, settled, until
from tests.dashboard.province import ROOT, WARD_1, standing

MOST_TAPS = 3


@pytest.fixture
def taps(visit, house):
    """A phone on `/`, and a finger that counts."""
    of_a_level_up = house.province.standing

    def with_communes(filters, level=None):
        if level is None:
            return of_a_level_up(filters)
        return house.province._rows([standing(WARD_1, 1200, 2000, pace=7.0), standing(ROOT, 8000, 10000, is_self=True)])

    house.province.standing = with_communes
    page = visit("/", PHONE, has_touch=True)
    page.counted = []

    def finger(selector):
        page.counted.append(selector)
        page.tap(selector)

    page.finger = finger
    return page


@pytest.mark.browser
def test_the_commune_furthest_behind_and_what_it_needs_a_day_are_two_taps_away(taps):
    began = time.monotonic()
    taps.finger("#menu summary")
    taps.finger("#menu-entries a[href='/district/77']")
    until(taps, "document.querySelector('#district-orders .furthest a')")
    took = time.monotonic() - began
    order = taps.inner_text("#district-orders li:has(.furthest)")
    assert "Xa chỉ tiêu nhất: Phường 1 (Thành phố Vũng Tàu)" in order
    assert "cần 12 người/ngày, hiện 7 người/ngày" in order
    assert len(taps.counted) < MOST_TAPS and took < 10
    taps.finger("#district-orders .furthest a")
    taps.wait_for_url("**/district/26506")
    assert len(taps.counted) == MOST_TAPS


@pytest.mark.browser
def test_of_a_long_table_a_phone_shows_the_first_rows_and_all_at_a_touch(visit, house):
    ask = house.province.standing_by_part

    def of_every_group(filters):
        found = ask(filters)
        one = [row for row in found if row.part == "group" and row.number == 1]
        return house.province._rows([replace(row, number=number) for number in range(1, 17) for row in one])

    house.province.standing_by_part = of_every_group
    page = visit("/district/77", PHONE, wait=False, has_touch=True)
    rows = "#district-groups tbody tr:visible"
    page.wait_for_selector("#district-groups .all-rows")
    assert page.locator(rows).count() == 0 and page.locator("#district-groups tr.whole").is_visible()
    assert page.inner_text("#district-groups .all-rows summary") == "Xem cả 16 dòng"
    page.tap("#district-groups .all-rows summary")
    assert page.locator(rows).count() == 16
    assert page.inner_text("#district-groups .all-rows summary") == "Thu gọn"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("document.querySelector('#district-groups .all-rows').open = false")
    assert page.locator(rows).count() == 16 and not page.locator("#district-groups .all-rows").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "page_of"),
    [
        ("/", "overview"),
        ("/?basis=place", "overview"),
        ("/district/77", "district"),
        ("/sites", "sites"),
        ("/site/S1", "site"),
    ],
)
def test_what_a_page_leads_to_the_definition_of_it_says_it_shows(visit, path, page_of):
    page = visit(path, wait=False)
    settled(page)
    links = page.eval_on_selector_all("main a[href*='/definitions']", "all => all.map(one => one.hash.slice(1))")
    shown = {indicator.id for indicator in INDICATORS if page_of in indicator.on}
    assert len(set(links)) >= 4 and set(links) <= shown
