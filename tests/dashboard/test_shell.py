"""What stands around every page: its address, the menu, the filters it uses, any earlier moment, files."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from dash import html

from dashboard import blocks, pages, shell, texts
from dashboard.block import Block
from dashboard.components import panel
from dashboard.filters import Filters
from dashboard.pages import overview
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import Reader
from tests.dashboard.house import PHONE, until
from tests.dashboard.province import Province

WORDS = {"menu.district": ("Địa bàn", "Areas"), "menu.sites": ("Điểm tiêm", "Sites")}


def a_page(path: str, name: str, uses, fill, **more) -> SimpleNamespace:
    def layout(language):
        return [html.H1(name, className="visually-hidden"), panel.block(Block(f"{name}-list"), "low")]

    return SimpleNamespace(PATH=path, NAME=name, USES=frozenset(uses), layout=layout, register_callbacks=fill, **more)


def site_table(view) -> Table:
    columns = [Column("name", "⟦Tên⟧", "text"), Column("doses", "Mũi"), Column("share", "Tỷ lệ", "bar")]
    rows = [
        Row({"name": f"Điểm {n}", "doses": n * 7 % 50 + view.data.extra, "share": Bar(n / 60, 0.9)},
            view.to("/site/<site>", code="S1"))
        for n in range(60)
    ]  # fmt: skip
    return Table("Các điểm tiêm", "mũi", columns, rows, [Row({"name": "Tổng", "doses": 9}, kind="total")])


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """Pages of a district, of sites and of one site beside the overview; what their blocks were asked."""
    asked = []

    def told(name, draw):
        def fill(app, reader):
            def draw_and_tell(view):
                asked.append(f"{name} {view.filters.address}")
                return draw(view)

            blocks.fill(app, reader, Block(f"{name}-list", is_first=True), draw_and_tell)

        return fill

    def units(view):
        return html.P(f"{view.name(view.unit.unit_id)}, {view.filters.stage}", className="about")

    made = (
        overview,
        a_page("/district/<unit>", "district", {"stage"}, told("district", units)),
        a_page(
            "/sites", "sites", set(), lambda app, reader: blocks.fill_table(app, reader, Block("sites-list"), site_table)
        ),
        a_page("/site/<site>", "site", {"days"}, told("site", lambda view: html.P(view.filters.code)), UNDER="sites"),
    )
    monkeypatch.setattr(pages, "PAGES", made)
    monkeypatch.setattr(pages, "USES", {page.PATH: page.USES for page in made})
    monkeypatch.setattr(pages, "NAMES", {page.PATH: page.NAME for page in made})
    monkeypatch.setattr(pages, "MENU", made[:3])
    for key, words in WORDS.items():
        monkeypatch.setitem(texts.TEXTS, key, words)
    return asked


def reader() -> Reader:
    return Reader(Province(), "vi", pages.USES, pages.NAMES)


def read(address: str) -> Filters:
    return reader().read(address).filters


# --- addresses


@pytest.mark.parametrize(
    "path, name",
    [("/", "overview"), ("/district/747", "district"), ("/sites", "sites"), ("/site/S1", "site")],
)
def test_a_path_leads_to_its_page(path, name):
    found = pages.find(path)
    assert name == found.NAME


@pytest.mark.parametrize("path", ["/nowhere", "/district", "/district/", "/sites/S1", "/sitesS1"])
def test_other_paths_lead_nowhere(path):
    assert pages.find(path) is None


def test_the_unit_of_the_path_is_the_filter():
    found = read("/district/747?stage=first")
    assert (found.unit, found.address) == ("747", "/district/747?stage=first")
    assert found.href(unit="750") == "/district/750?stage=first"
    assert found.href("/") == "/?unit=747&stage=first"


def test_a_unit_in_the_query_does_not_change_the_page_of_another():
    view = reader().read("/district/747?unit=750")
    assert view.filters.unit == "747" and [part.key for part in view.ignored] == ["unit"]


def test_another_unit_than_a_sites_own_is_shown_on_its_own_page():
    assert read("/site/S1?lang=en").href(unit="750") == "/district/750?lang=en"
    assert read("/site/S1").href(date_from=None) == "/site/S1"


def test_a_link_to_a_units_page_names_the_root_too():
    assert reader().read("/?stage=first").to("/district/<unit>") == "/district/77?stage=first"


def test_a_code_with_a_slash_stays_one_code():
    assert read("/").href("/site/<site>", code="S/1 é") == "/site/S%2F1%20%C3%A9"
    assert read("/site/S%2F1%20%C3%A9").code == "S/1 é"


def test_a_filter_that_the_page_does_not_use_narrows_nothing_and_is_kept():
    found = read("/sites?unit=747&vaccine=PF&stage=first&age=2")
    assert (found.vaccines, found.ages, found.stage, found.unit) == ((), (), "complete", "747")
    assert found.href("/") == "/?unit=747&age=2&vaccine=PF&stage=first"
    assert read("/district/747?vaccine=PF&stage=first").href(stage="complete") == "/district/747?vaccine=PF"


def test_the_order_of_a_table_stays_with_its_page():
    assert read("/sites?sort=-doses").href(lang="en") == "/sites?lang=en&sort=-doses"
    assert read("/sites?sort=-doses").href("/") == "/"
    assert reader().read("/sites?sort=--x").ignored


@pytest.mark.parametrize(
    "address, missing",
    [("/district/747", None), ("/district/999", "999"), ("/district/unknown", "unknown"), ("/site/S1", None), ("/site/S2", "S2")],
)  # fmt: skip
def test_what_nobody_knows_is_missing(address, missing):
    assert reader().read(address).missing == missing


# --- earlier moments


@pytest.mark.parametrize("wanted, batch", [("2021-11-05T10:00", 1), ("day", None), ("yesterday", None)])
def test_a_moment_becomes_the_last_batch_before_it(wanted, batch):
    view = reader().read("/sites?unit=747")
    now = view.local(view.now)
    if batch:
        wanted = (now - timedelta(hours=6, minutes=1)).strftime("%Y-%m-%dT%H:%M")
    found = shell.moment_found(view, wanted)
    assert found.get("query") == (f"?unit=747&as_of={batch}" if batch else None)
    assert batch or "chưa có đợt số liệu" in found["said"]


def test_a_moment_to_come_is_now():
    view = reader().read("/sites?as_of=3")
    assert shell.moment_found(view, "2099-01-01T00:00") == {"query": ""}


@pytest.mark.parametrize("wanted", ["", "soon", "2021-13-01T00:00", "0001-01-01T00:00"])
def test_what_is_no_moment_is_said(wanted):
    assert shell.moment_found(reader().read("/"), wanted) == {"said": "Chưa chọn ngày và giờ."}


# --- in the browser


def opened(visit, path, **more):
    page = visit(path, wait=False, **more)
    page.wait_for_selector("#provenance[data-drawn]", state="attached")
    return page


@pytest.mark.browser
def test_the_menu_leads_to_each_page_and_keeps_the_filters(visit):
    page = opened(visit, "/?unit=747&stage=first&vaccine=PF")
    page.focus("#menu-entries a >> text=Địa bàn")
    page.keyboard.press("Enter")
    page.wait_for_selector("#district-list .about")
    assert page.url.endswith("/district/747?vaccine=PF&stage=first")
    assert page.inner_text("#district-list") == "Thành phố Vũng Tàu, first"
    assert page.inner_text("#menu-entries [aria-current=page]") == "Địa bàn"
    page.click("text=Tổng quan")
    page.wait_for_selector("#tiles .tile")
    assert page.url.endswith("/?unit=747&vaccine=PF&stage=first")


@pytest.mark.browser
def test_only_the_filters_that_a_page_uses_are_offered(visit):
    page = opened(visit, "/district/747")
    page.wait_for_selector("#switches[data-drawn]")
    assert page.locator(".switch").count() == 1 and page.locator("#filterbar .choice").count() == 0
    assert opened(visit, "/sites").locator("#filterbar").count() == 0


@pytest.mark.browser
def test_a_page_that_is_not_open_is_asked_nothing(visit, asked, house):
    page = opened(visit, "/district/747")
    page.wait_for_selector("#district-list .about")
    page.click("text=Điểm tiêm")
    page.wait_for_selector(".datatable")
    house.province.tick()
    until(page, "document.querySelector('.counter').textContent.includes('1.001')")
    assert asked == ["district /district/747"]


@pytest.mark.browser
def test_another_unit_is_drawn_in_the_place_of_the_first(visit):
    page = opened(visit, "/district/747")
    page.wait_for_selector("#district-list .about")
    page.evaluate("document.querySelector('#district-list .about').met = true")
    page.click("#unit-search-input")
    page.keyboard.type("chau d")
    page.keyboard.press("Enter")
    page.wait_for_url("**/district/750")
    until(page, "document.querySelector('#district-list').textContent.startsWith('Huyện Châu Đức')")
    assert page.evaluate("document.querySelector('#district-list .about').met")
    page.click("#place a")
    page.wait_for_url("**/district/77")


@pytest.mark.browser
def test_a_place_that_does_not_exist_is_said_and_another_is_found(visit):
    page = opened(visit, "/district/999?stage=first")
    page.wait_for_selector(".no-such-place")
    assert "Không có địa bàn nào mang mã 999." in page.inner_text("#missing")
    assert not page.locator("#district-list").is_visible()
    page.click("#missing-search-input")
    page.keyboard.type("vung")
    page.keyboard.press("Enter")
    page.wait_for_selector("#district-list .about")
    assert page.url.endswith("/district/747?stage=first") and not page.locator("#missing").is_visible()


@pytest.mark.browser
def test_the_menu_is_folded_on_a_phone_and_no_page_scrolls_sideways(visit):
    page = opened(visit, "/sites", viewport=PHONE)
    page.wait_for_selector(".datatable tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert not page.locator("#menu-entries a").first.is_visible()
    page.focus("#menu summary")
    page.keyboard.press("Enter")
    page.click("#menu-entries a >> text=Địa bàn")
    page.wait_for_selector("#district-list .about")
    assert page.inner_text("#menu summary") == "Địa bàn" and not page.locator("#menu-entries a").first.is_visible()


@pytest.mark.browser
def test_a_table_is_sorted_by_the_keyboard_and_its_head_stays_in_sight(visit, house):
    page = opened(visit, "/sites")
    page.focus("th.doses .sort")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites?sort=-doses")
    until(page, "document.querySelector('th.doses').getAttribute('aria-sort') === 'descending'")
    assert page.inner_text(".datatable tbody tr:first-child .doses") == "49"
    assert page.evaluate("document.activeElement.matches('th.doses .sort')")
    page.evaluate("document.querySelector('.data-frame').scrollTop = 600")
    top = "document.querySelector('{}').getBoundingClientRect().top"
    assert page.evaluate(f"{top.format('th.doses')} - {top.format('.data-frame')}") == pytest.approx(0, abs=1)
    page.evaluate("document.querySelector('.datatable tbody tr').met = true")
    house.province.tick()
    until(page, "document.querySelector('.datatable tbody tr .doses').textContent === '50'")
    assert page.evaluate("document.querySelector('.datatable tbody tr').met")
    assert page.evaluate("document.querySelector('.data-frame').scrollTop") == 600


@pytest.mark.browser
def test_a_bar_in_a_table_is_as_long_as_its_share(visit):
    page = opened(visit, "/sites?sort=-share")
    page.wait_for_selector(".datatable .bullet")
    until(page, "document.querySelector('.datatable .bullet .bar').getAnimations().length === 0")
    widths = page.evaluate("""[...document.querySelectorAll('.datatable tbody .bullet')].map(
        bullet => bullet.querySelector('.bar').offsetWidth / bullet.offsetWidth)""")
    assert widths == pytest.approx([n / 60 for n in range(59, -1, -1)], abs=0.02)


@pytest.mark.browser
def test_a_whole_row_leads_where_its_name_leads(visit):
    page = opened(visit, "/sites")
    bar = page.locator(".datatable tbody tr:nth-child(3) .bullet").bounding_box()
    page.mouse.click(bar["x"] + 20, bar["y"] + 5)
    page.wait_for_url("**/site/S1")
    page.wait_for_selector("#site-list[data-drawn]")
    assert page.inner_text("#menu-entries [aria-current=page]") == "Điểm tiêm"


def taken(page, row: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.click(row)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.browser
def test_the_table_on_screen_is_taken_away_in_its_order(visit):
    page = opened(visit, "/sites?unit=747&sort=-doses")
    page.click(".take summary")
    name, body = taken(page, ".take a[href*=xlsx]")
    assert name.startswith("sites-list_thanh-pho-vung-tau_20") and name.endswith(".xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    assert rows[0][0] == "Các điểm tiêm" and rows[-1][:2] == ("Tổng", 9)
    assert [row[1] for row in rows[-61:-58]] == [49, 49, 48]
    page.click(".take summary")
    name, body = taken(page, ".take a[href*=csv]")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert name.endswith(".csv") and rows[-1][:2] == ["Tổng", "9"]


@pytest.mark.browser
def test_figures_taken_away_are_those_of_the_batch_on_screen(visit):
    page = opened(visit, "/sites")
    assert "as_of=7" in page.get_attribute(".take a[href*=csv]", "href")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_taken_away_as_a_picture_on_white_that_says_what_it_is(visit, theme):
    page = visit("/?unit=747", color_scheme=theme)
    page.click("#vaccines-take summary")
    name, svg = taken(page, "#vaccines-take [data-take=svg]")
    text = svg.decode()
    assert name.startswith("overview-vaccines_thanh-pho-vung-tau_20") and name.endswith(".svg")
    for part in ("Thành phố Vũng Tàu", "đợt 7", "Nguồn: platform", "Dữ liệu minh họa", "Mũi 1", "Loại vắc xin"):
        assert part in text, part
    assert "background: rgb(255, 255, 255)" in text or "fill: rgb(255, 255, 255)" in text
    assert "#62aef2" not in text and "rgb(98, 174, 242)" not in text  # the dark theme's blue
    assert "Source Sans" not in text
    page.click("#vaccines-take summary")
    name, png = taken(page, "#vaccines-take [data-take=png]")
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(png[16:20]) == 2000  # twice the width


@pytest.mark.browser
def test_any_page_is_seen_as_of_an_earlier_moment_and_live_again_in_one_click(visit):
    page = opened(visit, "/sites?unit=747")
    page.click("#as-of-choice summary")
    page.click("[data-moment=week]")
    until(page, "document.querySelector('#as-of-said').textContent.includes('chưa có đợt')")
    page.evaluate("dash_clientside.set_props('url', {search: '?unit=747&as_of=3'})")
    page.wait_for_selector(".notice.frozen")
    assert "(đợt 3), không phải hiện tại" in page.inner_text(".notice.frozen")
    page.click(".notice.frozen a")
    page.wait_for_url("**/sites?unit=747")
    until(page, "!document.querySelector('.notice.frozen')")


@pytest.mark.browser
def test_a_typed_moment_leads_to_its_batch(visit):
    page = opened(visit, "/sites")
    page.wait_for_selector("#as-of-choices[data-drawn]", state="attached")
    page.click("#as-of-choice summary")
    view = reader().read("/")
    moment = view.local(view.now) - timedelta(hours=2, minutes=1)
    page.fill("#as-of-moment", f"{moment:%Y-%m-%dT%H:%M}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites?as_of=5")
    assert not page.locator("#as-of-choice .pop").is_visible()


@pytest.mark.browser
def test_on_paper_there_is_no_menu(visit):
    page = opened(visit, "/sites")
    page.wait_for_selector(".datatable")
    page.emulate_media(media="print")
    assert not page.locator("#menu-entries").is_visible() and not page.locator(".take").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.data-frame')).maxHeight") == "none"
