"""Each block of the pages and of the wall is a value that is declared once, has a place, and is filled."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from dash import Dash, dcc

import dashboard
from dashboard import pages, shell
from dashboard.block import Block
from dashboard.filters import NARROWING
from dashboard.i18n import LANGUAGES
from dashboard.wall import frame
from sql import settings
from tests.dashboard.province import Province
from tests.dashboard.tree import elements

VI = LANGUAGES["vi"]
OF_THE_FRAME = {"wall-place", "wall-clock", "as-of", "notices", "provenance"}


def blocks_in(value) -> Iterator[Block]:
    if isinstance(value, Block):
        yield value
    elif isinstance(value, dict | tuple | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from blocks_in(one)


@pytest.fixture(scope="module")
def declared() -> list[Block]:
    """Those that stand in a module, each once however many modules import it."""
    found = {}
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if not module.name.endswith("__main__"):
            for value in vars(import_module(module.name)).values():
                found |= {id(block): block for block in blocks_in(value)}
    return list(found.values())


@pytest.fixture
def placed(tmp_path) -> list[str]:
    """What has a place on a page or on the wall, by its id."""
    wall = frame.frame(VI, "/", settings.read(data=tmp_path).dashboard.wall)
    trees = [*(page.layout(VI) for page in pages.PAGES), wall]
    stores = [part.id for tree in trees for part in elements(tree) if isinstance(part, dcc.Store)]
    ids = [id.removesuffix("-tree") for id in stores if id.endswith("-tree")]
    return [id for id in ids if id not in OF_THE_FRAME]


def test_every_block_is_declared_once_and_has_one_place(declared, placed):
    assert sorted(block.id for block in declared) == sorted(placed)


def test_every_block_is_filled_and_what_is_taken_away_is_of_it(declared, placed, tmp_path):
    app = Dash("blocks")
    reader = shell.register_callbacks(app, settings.read(data=tmp_path), Province())
    assert {f"{id}-tree.data" for id in placed} <= app.callback_map.keys()
    assert {id(taken.block) for taken in reader.tables.values()} <= {id(block) for block in declared}
    assert all(block == taken.block.id for block, taken in reader.tables.items())


def test_its_id_is_typed_nowhere_else(declared):
    """Those that are no word of their own; classes of the wall are called as its blocks are."""
    sources = [file.read_text(encoding="utf-8") for file in Path(dashboard.__file__).parent.rglob("*.py")]
    ids = [block.id for block in declared if "-" in block.id and not block.id.startswith("wall-")]
    written = {id: sum(source.count(f'"{id}"') for source in sources) for id in ids}
    assert {id: times for id, times in written.items() if times > 1} == {}


def test_each_page_has_one_block_that_says_why_there_are_no_figures(declared):
    first = [page.NAME for page in pages.PAGES if page.NAME != "definitions"] + ["wall"]  # of words, not of figures
    assert sorted(block.id.rpartition("-")[0] or "overview" for block in declared if block.is_first) == sorted(first)


def test_a_block_takes_filters_that_there_are(declared):
    assert {block.id for block in declared if not set(block.takes) <= set(NARROWING)} == set()
