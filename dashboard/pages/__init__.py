"""The pages, in the order of the menu: every module here. A page does nothing on import.

How a page is added:

1. A module here with
   - `PATH`: `/sites`; or with one name in brackets for what the page is about: `/district/<unit>`,
     `/site/<site>`. On `<unit>` the path is the filter `unit`. `view.filters.code` is what stood there.
     No two pages begin with the same word.
   - `NAME`: a word; begins the names of what is taken away. Which indicators the page shows, dashboard/definitions.py says by it.
   - `PLACE`: a number; the page comes after those of smaller ones.
   - `USES`: the filters that the page uses, of `filters.USES`. Only these are shown on it and narrow
     its figures; the others stay in its links, for the pages that use them.
   - `UNDER` (only of a page that is not in the menu): the NAME of the page that the menu marks then.
   - `layout(language)`: empty places of the right size, an `H1` first; it asks the warehouse nothing.
   - `register_callbacks(app, reader)`: one line per block, by `blocks.fill`, `fill_chart`, `fill_table`.
   A block is declared beside the page's parts (`Block`, dashboard/block.py says what it states); its id begins
   with the page's NAME, except on the overview; no two blocks share one (tests/dashboard/test_blocks.py).
2. Its texts: `dashboard/texts/<name>.py` with TEXTS; at least `menu.<name>`. It is found by itself.
3. Its look: `dashboard/assets/45-<name>.css`, if what is there does not do. It is found by itself.

Links: `view.filters.href(…)` stays on the page, `view.to(PATH, …)` leads to another; both keep the
question. What the path names and nobody knows (`/district/999`) is said by the frame: blocks need not.
"""

import pkgutil
from importlib import import_module
from types import ModuleType

from dashboard import filters

_MODULES = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
PAGES: tuple[ModuleType, ...] = tuple(sorted(_MODULES, key=lambda page: page.PLACE))
USES = {page.PATH: frozenset(page.USES) for page in PAGES}
NAMES = {page.PATH: page.NAME for page in PAGES}
MENU = tuple(page for page in PAGES if not hasattr(page, "UNDER"))


def find(path: str) -> ModuleType | None:
    """The page at a path, or None."""
    pattern, _ = filters.find(path, USES)
    return next((page for page in PAGES if pattern == page.PATH), None)


def section(path: str) -> str:
    """`/district/747` → `/district/`: as long as this stays, the page stays (assets/shell.js says the same)."""
    first, slash, _ = path.removeprefix("/").partition("/")
    return f"/{first}{slash}"
