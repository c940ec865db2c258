"""The wall: each page fits the screen, turns by itself, and says in words when its figures are old."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard import theme
from dashboard.data import Rows, UnitDoses
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import charts
from dashboard.settings import WALL_PAGES, Wall
from dashboard.view import View
from dashboard.wall import frame, screens, ticker
from dashboard.wall.enlarge import enlarged
from tests.dashboard.house import settled, until
from tests.dashboard.province import ROOT, Province, standing
from tests.dashboard.test_accessibility import AXE, faults
from tests.dashboard.test_i18n import BRACKETED, outside_the_catalogue
from tests.dashboard.tree import elements, said

VI = LANGUAGES["vi"]
HD, UHD = {"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}


def view(filters=None, data=None, language=VI) -> View:
    return View(data or Province(), filters or Filters(), (), language)


class Many(Province):
    """Twenty units below the root, and some that live nowhere."""

    def units(self):
        rows = super().units()
        more = [replace(rows[1], unit_id=100 + n, code=f"9{n:02}", name=f"Xã {n}") for n in range(20)]
        return Rows([*rows, *more], rows.version)

    def standing(self, filters):
        found = []
        for stage in (1, 2, 3, 4):
            found += [standing(100 + n, 100 + n, 1000, stage=stage, rank=20 - n) for n in range(20)]
            found += [standing(0, 7, stage=stage), standing(ROOT, sum(range(100, 120)), 20000, stage=stage, is_self=True)]
        return self._rows(found)

    def doses_by_unit(self, filters):
        rows = [UnitDoses(100 + n, False, 10 + n, n, 0, 50) for n in range(20)]
        return self._rows([*rows, UnitDoses(ROOT, True, sum(range(10, 30)), sum(range(20)), 0, 1000)])


def rows_of(tree) -> list[list[str]]:
    return [[said(cell) for cell in row.children] for row in elements(tree) if type(row).__name__ == "Tr"]


def number(text: str) -> int:
    return int(text.replace(".", ""))


def test_the_ranking_shows_the_furthest_behind_and_adds_up():
    rows = rows_of(screens.league(view(data=Many())))
    body = [row for row in rows if row[0] or "xếp trên" in row[1]]
    assert body[0][1] == "10 địa bàn xếp trên"
    assert [row[0] for row in body[1:]] == [str(rank) for rank in range(11, 21)]
    people = {row[1]: number(row[4]) for row in rows if row[4].replace(".", "").isdigit()}
    whole = people.pop("Cả địa bàn")
    total, unknown = people.pop("Tổng cộng"), people.pop("Chưa xác định địa bàn")
    assert sum(people.values()) == whole == sum(range(100, 120))
    assert whole + unknown == total


def test_the_ranking_by_place_counts_doses_and_adds_up():
    rows = rows_of(screens.league(view(Filters(basis="place"), Many())))
    doses = {row[1]: number(row[6]) for row in rows if row[6].isdigit()}
    whole = doses.pop("Cả địa bàn")
    assert sum(doses.values()) == whole == sum(range(10, 30))


def test_a_chart_grows_and_the_one_it_came_from_stays():
    figure = charts.trend_chart(view(), theme.LIGHT)[2]
    before = deepcopy(figure)
    grown = enlarged(figure, 2)
    assert figure == before
    for axis in ("xaxis", "yaxis"):
        assert grown["layout"][axis]["tickfont"]["size"] == 2 * figure["layout"][axis]["tickfont"]["size"]
    assert grown["layout"]["margin"]["l"] == 2 * figure["layout"]["margin"]["l"]
    assert grown["data"][1]["line"]["width"] == 2 * figure["data"][1]["line"]["width"]
    assert (
        grown["data"][0]["y"] == figure["data"][0]["y"]
        and grown["layout"]["xaxis"]["range"] == figure["layout"]["xaxis"]["range"]
    )


def test_the_ticker_has_today_the_last_minute_and_the_batches_that_brought_something():
    shown = ticker.ticker(view())
    assert said(shown[0]).split()[-2:] == ["120", "mũi"]
    assert said(shown[1]).split() == ["Phút", "vừa", "qua", "+2", "mũi"]
    assert [said(part).split()[0] for part in shown[2].children] == ["+3", "−1", "+5"]


def test_the_settings_know_the_same_pages_as_the_wall():
    assert set(WALL_PAGES) == set(screens.DRAWN) | set(screens.CHARTS)


def test_the_wall_says_nothing_but_the_catalogue():
    asked = view(language=BRACKETED)
    drawn = [draw(asked) for _block, draw in screens.DRAWN.values()]
    tree = [frame.frame(BRACKETED, "/", Wall()), *drawn, screens.now(asked), ticker.ticker(asked)]
    assert outside_the_catalogue(tree) == []


def wall(visit, path="/?wall=1", screen=HD, **options):
    page = visit(path, screen, wait=False, **options)
    settled(page)
    page.wait_for_selector("#wall-trend .main-svg", state="attached")
    page.wait_for_timeout(1200)
    return page


CUT = """() => [...document.querySelectorAll('.screen')].flatMap(screen => {
    const frame = document.querySelector('#wall main').getBoundingClientRect();
    return [...screen.querySelectorAll('h1, h2, p, th, td, span, .graph-frame')].filter(one => {
        if (one.closest('.visually-hidden, .table-toggle, .take-place, details') || !one.getClientRects().length) return false;
        const place = one.getBoundingClientRect();
        return place.bottom > frame.bottom + 1 || place.right > frame.right + 1 || place.top < frame.top - 1;
    }).map(one => screen.id + ': ' + one.textContent.slice(0, 40));
})"""
SMALL = """() => [...document.querySelectorAll('#wall *')].filter(one =>
    !one.closest('.wall-foot, .visually-hidden, .table-toggle, .take-place, details') && one.getClientRects().length
    && [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
    && parseFloat(getComputedStyle(one).fontSize) < 28).map(one => one.textContent)"""


@pytest.mark.browser
@pytest.mark.parametrize("screen", [HD, UHD], ids=["1080p", "2160p"])
@pytest.mark.parametrize("path", ["/?wall=1", "/?wall=1&basis=place&lang=en"])
def test_every_page_of_the_wall_fits_and_is_large(visit, screen, path):
    page = wall(visit, path, screen)
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(
        screen.values()
    )
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALL) == []
    scale = page.evaluate("document.querySelector('#wall').getBoundingClientRect().width")
    assert round(scale) == screen["width"]


@pytest.mark.browser
def test_the_keys_turn_pause_and_leave(visit):
    page = wall(visit)
    shown = "document.querySelector('.screen.shown').id"
    assert page.evaluate(shown) == "screen-standing"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(shown) == "screen-ranking"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(shown) == "screen-today"
    page.keyboard.press(" ")
    assert "đang dừng" in page.inner_text("#wall-turn")
    page.keyboard.press("Escape")
    page.wait_for_selector("#ranking[data-drawn]")
    assert page.url.endswith("/") and not page.locator("#wall").count()


@pytest.mark.browser
def test_the_wall_turns_by_itself_and_stands_while_it_is_paused(visit):
    page = wall(visit)
    shown = "document.querySelector('.screen.shown').id"
    page.evaluate("document.querySelector('#wall').dataset.seconds = '1'")
    until(page, f"{shown} === 'screen-map'")
    page.keyboard.press(" ")
    stands = page.evaluate(shown)
    page.wait_for_timeout(2500)
    assert page.evaluate(shown) == stands


@pytest.mark.browser
def test_a_batch_moves_the_ticker_in_its_place(visit, house):
    page = wall(visit)
    page.evaluate("document.querySelector('.wall-today .figure').met = true")
    house.province.tick()
    until(page, "document.querySelector('.wall-today .figure').textContent === '121 mũi'")
    assert page.evaluate("document.querySelector('.wall-today .figure').met")
    until(page, "document.querySelector('#wall-minute').textContent === '+3'")


@pytest.mark.browser
def test_old_figures_raise_an_alarm_in_words_over_the_full_width(visit, house):
    house.province.polled_ago = timedelta(minutes=2)
    page = wall(visit)
    page.wait_for_selector('html[data-fresh="stale"]')
    alarm = page.locator(".wall-alarm")
    assert alarm.is_visible()
    assert "SỐ LIỆU CŨ" in alarm.inner_text() and "2 phút trước" in alarm.inner_text()
    assert alarm.bounding_box()["width"] == HD["width"]


@pytest.mark.browser
def test_fresh_figures_raise_none(visit):
    page = wall(visit)
    page.wait_for_selector('html[data-fresh="live"]')
    assert not page.locator(".wall-alarm").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/definitions?wall=1&unit=747", "/?wall=1&unit=747"])
def test_the_wall_of_any_page_is_about_its_unit(visit, path):
    page = wall(visit, path)
    assert page.inner_text("#wall-place") == "Thành phố Vũng Tàu"


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_is_wrong_with_the_wall(visit, theme):
    page = wall(visit, color_scheme=theme)
    page.evaluate(AXE)
    assert faults(page) == {}


@pytest.mark.browser
def test_what_a_batch_changed_is_not_kept_for_an_undo(visit, house):
    page = wall(visit)
    for _ in range(6):
        house.province.tick()
        page.wait_for_timeout(400)
    assert page.evaluate("window.store.getState().history.past.length") <= 3
