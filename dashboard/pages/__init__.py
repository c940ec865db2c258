"""The pages, in the order of the menu. A page does nothing on import."""

from types import ModuleType

from dashboard.pages import overview

PAGES: tuple[ModuleType, ...] = (overview,)
BY_PATH = {page.PATH: page for page in PAGES}
