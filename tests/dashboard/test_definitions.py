"""The page of definitions: every indicator, from one catalogue, found and linked to."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import definitions, pages
from dashboard.api.answer import defined
from dashboard.definitions import INDICATORS
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import definitions as parts
from dashboard.parts import tiles
from dashboard.view import View
from sql.settings import PROJECT
from tests.dashboard.house import PHONE, until
from tests.dashboard.province import Province
from tests.dashboard.test_i18n import BRACKETED, outside_the_catalogue
from tests.dashboard.tree import elements, of_class, said

# As the domain's list of indicators has them; 2 and 17 are one each, of the stages and of the directive.
_LISTED = """
    coverage-first coverage-complete booster bases dropout overdue red pace pace-needed projection entry-lag completeness
    site-use platform-completeness identity-funnel identity-before certificates interval duplicates sequence wastage
    cover-days over-100 denominator-checks suppression restatement counter
"""
OF_THE_DOMAIN = _LISTED.split()


def page(language=LANGUAGES["vi"], shown=pages.PAGES):
    return parts.page(language, shown, lambda path: f"{path}?unit=747")


def test_every_indicator_of_the_domain_has_an_entry_of_its_own():
    assert len(OF_THE_DOMAIN) == 27
    entries = [part.id for part in of_class(page(), "definition-entry")]
    assert set(OF_THE_DOMAIN) <= set(entries)
    assert len(entries) == len(set(entries)) == len(INDICATORS)
    assert {one.group for one in INDICATORS} == set(definitions.GROUPS)


@pytest.mark.parametrize("indicator", INDICATORS, ids=[one.id for one in INDICATORS])
def test_what_an_indicator_is_counted_from_is_in_the_warehouse(indicator):
    migrations = "\n".join(path.read_text() for path in sorted(Path(PROJECT / "sql" / "migrations").glob("*.sql")))
    assert not any(field.startswith("balance_") for field in indicator.fields), "a question reads another by its filters"
    for field in indicator.fields:
        table, column = field.split(".")
        made = re.search(rf"CREATE TABLE warehouse\.{table} \((.*?)\n\)", migrations, re.DOTALL)
        added = re.findall(rf"ALTER TABLE warehouse\.{table}\s(.*?);", migrations, re.DOTALL)
        assert made, field
        assert re.search(rf"^ +{column} ", made[1], re.MULTILINE) or re.search(rf"\bADD {column} ", " ".join(added)), field


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_tiles_and_interface_say_the_same(code):
    language = LANGUAGES[code]
    text = said(page(language))
    for stage in ("first", "complete"):
        assert defined(stage)[code] in text
    assert defined("doses")[code] in text
    for basis in ("residence", "place"):
        shown = tiles.tiles(View(Province(), Filters(basis=basis), (), language))
        for definition in of_class(shown, "definition"):
            what, link = said(definition.children[0]), definition.children[-1].children
            anchor = link.href.partition("#")[2]
            assert anchor in definitions.BY_ID
            # the page speaks of booster k, a tile of one of them
            assert anchor == "booster" or what in text, anchor


def test_a_tiles_definition_keeps_the_question():
    shown = tiles.tiles(View(Province(), Filters(unit="747", lang="en"), (), LANGUAGES["en"]))
    links = [part.href for part in elements(shown) if "/definitions" in (getattr(part, "href", None) or "")]
    assert links[0] == "/definitions?unit=747&lang=en#coverage-first"


def test_what_is_on_no_page_is_said_to_be_on_none():
    shown = [SimpleNamespace(NAME="overview", PATH="/"), SimpleNamespace(NAME="definitions", PATH="/definitions")]
    on_it = sum("overview" in indicator.on for indicator in INDICATORS)
    entries = {part.id: part for part in of_class(page(shown=shown), "definition-entry")}
    assert "Tổng quan" in said(entries["pace"]) and "Chưa hiển thị" not in said(entries["pace"])
    assert "Chưa hiển thị" in said(entries["red"])
    assert f"{on_it} đã có trên các trang, {len(INDICATORS) - on_it} chưa hiển thị" in said(page(shown=shown))


def test_an_indicator_is_shown_on_pages_that_there_are():
    assert {name for indicator in INDICATORS for name in indicator.on} <= {page.NAME for page in pages.PAGES}


def test_the_page_says_nothing_but_the_catalogue():
    tree = [part for part in elements(page(BRACKETED)) if type(part).__name__ in ("H2", "H3", "P", "Dt", "Th", "Td", "Li")]
    assert outside_the_catalogue(tree) == []
    spans = list(of_class(page(BRACKETED), "formula"))
    assert outside_the_catalogue(spans) == []


@pytest.mark.browser
def test_an_address_with_an_anchor_shows_its_entry_and_marks_it(visit):
    page = visit("/definitions?lang=en#overdue", wait=False)
    page.wait_for_selector("#overdue.marked")
    until(page, "document.activeElement.id === 'overdue'")
    top = page.evaluate("document.querySelector('#overdue').getBoundingClientRect().top")
    assert 0 < top < 300


@pytest.mark.browser
def test_an_entry_that_is_gone_to_is_open_on_a_phone_and_the_others_are_folded(visit):
    page = visit("/definitions#overdue", PHONE, wait=False)
    page.wait_for_selector("#overdue.marked")
    assert page.locator("#overdue .formula").is_visible()
    assert not page.locator("#pace .formula").is_visible()
    page.click("#pace summary")
    assert page.locator("#pace .formula").is_visible()


@pytest.mark.browser
def test_a_tile_leads_to_its_own_entry_and_back(visit):
    page = visit("/?unit=747")
    page.click(".tile summary >> nth=1")
    page.click(".tile .definition a >> nth=1")
    page.wait_for_selector("#coverage-complete.marked")
    assert page.url.endswith("/definitions?unit=747#coverage-complete")
    page.go_back()
    page.wait_for_selector(".tile")


@pytest.mark.browser
def test_typing_without_accents_leaves_what_has_the_words(visit):
    page = visit("/definitions", PHONE, wait=False)
    page.wait_for_selector("#definitions-list[data-drawn]")
    page.fill("#definitions-search", "xac thuc truoc")
    assert page.locator(".definition-entry:visible").evaluate_all("all => all.map(one => one.id)") == ["identity-before"]
    assert not page.locator(".glossary").is_visible()
    page.fill("#definitions-search", "ton kho")
    assert page.locator(".glossary tbody tr:visible").all_inner_texts() == ["Tồn kho / Hao phí\tStock / Wastage"]
    page.fill("#definitions-search", "zzz")
    assert page.locator("#definitions-search-none").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
