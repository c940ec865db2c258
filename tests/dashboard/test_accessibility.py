"""axe-core finds nothing serious on any page, in either theme."""

from pathlib import Path

import axe_playwright_python
import pytest

from dashboard.pages import PAGES
from tests.dashboard.house import PHONE, WIDE, settled, until

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
CODES = {"<unit>": "747", "<site>": "S1", "<upload>": "1"}
GRAVE = {"serious", "critical"}


def address(page) -> str:
    path = page.PATH
    for name, code in CODES.items():
        path = path.replace(name, code)
    return path


EVERYTHING = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")  # all else is the same in both themes


def faults(page, rules=EVERYTHING) -> dict[str, list[str]]:
    """What axe calls serious or critical: rule → the elements."""
    page.wait_for_timeout(300)  # colours that are still on their way to the other theme
    # What passed is not asked for: to gather it took longer than the look.
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)", list(rules))  # fmt: skip
    return {fault["id"]: [node["html"][:160] for node in fault["nodes"]] for fault in found if fault["impact"] in GRAVE}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_nothing_serious_is_wrong_with_a_page(visit, page, viewport):
    opened = visit(address(page), viewport, wait=False, color_scheme="light")
    opened.wait_for_selector("html[data-fresh]")
    settled(opened)
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.evaluate(AXE)  # Playwright's own add_script_tag is forbidden by the page's policy; evaluate is not
    assert faults(opened) == {}
    opened.evaluate("document.querySelector('#theme-toggle').click()")
    until(opened, "document.documentElement.dataset.theme === 'dark'")
    assert faults(opened, COLOURS) == {}


def test_the_look_would_notice(visit):
    page = visit(color_scheme="light")
    page.evaluate(AXE)
    page.evaluate("document.querySelector('#content').insertAdjacentHTML('beforeend', '<button></button>')")
    assert "button-name" in faults(page)
    page.evaluate("const button = document.querySelector('#content > button'); button.textContent = 'Read on';"
                  "button.style.color = '#999'; button.style.background = '#aaa'")  # fmt: skip
    assert "color-contrast" in faults(page, COLOURS)
