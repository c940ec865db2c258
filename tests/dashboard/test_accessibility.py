"""axe-core finds nothing serious on any page, in either theme."""

from pathlib import Path

import axe_playwright_python
import pytest

from dashboard.pages import PAGES
from tests.dashboard.house import PHONE, WIDE, settled

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
CODES = {"<unit>": "747", "<site>": "S1", "<upload>": "1"}
GRAVE = {"serious", "critical"}


def address(page) -> str:
    path = page.PATH
    for name, code in CODES.items():
        path = path.replace(name, code)
    return path


def faults(page) -> dict[str, list[str]]:
    """What axe calls serious or critical: rule → the elements."""
    # Playwright's own add_script_tag is forbidden by the page's policy; evaluate is not.
    page.evaluate(AXE)
    page.wait_for_timeout(300)  # colours that are still on their way to the other theme
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return {
        fault["id"]: [node["html"][:160] for node in fault["nodes"]]
        for fault in found["violations"]
        if fault["impact"] in GRAVE
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_nothing_serious_is_wrong_with_a_page(visit, page, viewport, theme):
    opened = visit(address(page), viewport, wait=False, color_scheme=theme)
    opened.wait_for_selector("html[data-fresh]")
    settled(opened)
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert faults(opened) == {}


def test_the_look_would_notice(visit):
    page = visit()
    page.evaluate("document.querySelector('#content').insertAdjacentHTML('beforeend', '<button></button>')")
    assert "button-name" in faults(page)
