"""Rows of every table add up to its total: over the sample as it is made, and over Italy's records."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from dash import Dash

from dashboard import narrowing, pages, shell
from dashboard.data import Data
from dashboard.data.cache import Cache, shared
from dashboard.data.warehouse import Warehouse
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.tables import Row, Table
from dashboard.view import Reader, View
from deploy import effective
from deploy.effective import OVERLAY
from etl.__main__ import main
from etl.sample import platform
from etl.sample.backlog import enter_backlog
from etl.sample.people import everybody
from sql import connect, settings, world
from sql.clock import Clock
from sql.settings import PROJECT
from tests.dashboard.tree import elements

TINY = PROJECT.parent / "shared" / "data" / "italy" / "tiny"
NOW, SIZE = datetime(2021, 11, 5, 3, 0, tzinfo=UTC), 3_000  # ten in the morning of the sample's first day

# Counts that are no sums: what is missing is rounded up for each, and not less where another has more than its own; a
# category; a site that enters late for several days.
NO_SUMS = {"gap", "agegap", "groupgap", "red", "given_sites"}


@pytest.fixture(params=["sample", pytest.param("italy", marks=pytest.mark.skipif(
    not TINY.exists(), reason="shared/data/italy is not beside the project"))])  # fmt: skip
def reader(request, warehouse, tmp_path) -> Iterator[Reader]:
    """The pages over a warehouse that the ETL filled."""
    moments = (NOW + timedelta(milliseconds=n) for n in count())
    with pytest.MonkeyPatch.context() as given:
        given.setenv("DATABASE_URL", warehouse.url)
        given.setattr(Clock, "now", lambda self: next(moments))
        found = (_sample if request.param == "sample" else _italy)(given, warehouse.url, tmp_path)
        where = ["--config", str(tmp_path / "effective.yaml"), "--data", str(tmp_path)]
        assert main(["backfill", *where]) == 0
        if request.param == "sample":
            _take_back_some(found)
            assert main(["once", *where]) == 0
        engine = connect.engine(found, "dashboard_reader", pool_size=1)
        yield shell.register_callbacks(
            Dash(__name__), found, Data(Warehouse(engine), Cache(shared(tmp_path / "cache", None)))
        )
        engine.dispose()


def _sample(given: pytest.MonkeyPatch, warehouse: str, folder: Path) -> settings.Settings:
    given.setenv("PLATFORM_URL", world.make_database(warehouse, f"platform_{uuid4().hex}"))
    effective.write(effective.effective(PROJECT / "config.yaml", OVERLAY), folder / "effective.yaml")
    found = settings.read(folder / "effective.yaml", folder)
    world.prepare(warehouse, found)
    with platform.connect(found.sources["platform"].url) as db:
        enter_backlog(db, everybody(7), 7, NOW, SIZE, lambda line: None)
    return found


def _take_back_some(found: settings.Settings) -> None:
    """What pages about changes show."""
    with platform.connect(found.sources["platform"].url) as db:
        db.execute(
            "UPDATE platform.injections SET trang_thai = 'Nhập sai', cap_nhat_luc = %s WHERE hashtext(ma_mui_tiem) %% 20 = 0",
            [Clock().now()],
        )


def _italy(given: pytest.MonkeyPatch, warehouse: str, folder: Path) -> settings.Settings:
    given.setenv("ITALY_DATA", str(TINY))
    effective.write(effective.effective(PROJECT / "etl" / "mappings" / "italy.yaml", None), folder / "effective.yaml")
    found = settings.read(folder / "effective.yaml", folder)
    world.prepare(warehouse, found)
    return found


def views(reader: Reader) -> Iterator[View]:
    """Each page about the root and about the first unit right below it."""
    data = reader.data
    shown = {}
    for unit in data.units():
        if unit.unit_id > 0 and unit.level < 2 and unit.is_in_force(data.today()):
            shown.setdefault(unit.level, unit.code)
    for page in pages.PAGES:
        for code in shown.values():
            for basis in ("residence", "place") if "basis" in page.USES else ("residence",):
                code_in_path = data.sites()[0].code if "<site>" in page.PATH else None
                view = reader.read(Filters(unit=code, basis=basis).href(page.PATH, code=code_in_path))
                if not view.missing and view.filters.path == page.PATH:
                    yield view


def tables(reader: Reader, view: View) -> Iterator[tuple[str, Table]]:
    page = pages.find(view.filters.address.partition("?")[0])
    own = {getattr(part, "id", None) for part in elements(page.layout(LANGUAGES["vi"]))}
    for block, taken in reader.tables.items():
        if block in own and (table := taken.make(view)) is not None:
            yield block, table


def test_rows_of_every_table_add_up_to_its_total(reader):
    seen, wrong = set(), []
    for view in views(reader):
        for block, table in tables(reader, view):
            for column in table.columns:
                if column.kind == "count" and column.key not in NO_SUMS and table.rows:
                    seen.add((block, column.key))
                    wrong += [(view.filters.address, block, column.key, *each) for each in _differences(table, column.key)]
    assert wrong == []
    assert len({block for block, _ in seen}) > 10


@pytest.mark.parametrize("reader", ["sample"], indirect=True)
def test_a_block_says_the_filters_that_narrow_it_and_no_others(reader):
    """Each table with and without a filter: what changes it is said of it when it is taken away, what does not is not."""
    some = {"ages": (6,), "groups": (9,), "vaccines": ("AZ",), "date_from": date(2021, 11, 3)}
    unsaid, untrue = set(), set()
    for view in views(reader):
        if not view.is_root:
            continue
        usual = {block: _values(table) for block, table in tables(reader, view)}
        for use, field in (("ages", "ages"), ("groups", "groups"), ("vaccines", "vaccines"), ("days", "date_from")):
            if use not in view.uses:
                continue
            narrow = reader.read(view.filters.but(**{field: some[field]}).address)
            for block, table in tables(reader, narrow):
                is_said = bool(getattr(narrowing.taken(narrow, reader.tables[block].block), field))
                if is_said != (_values(table) != usual.get(block)):
                    (untrue if is_said else unsaid).add((block, use))
    # The days choose which vaccines have a column of their own there, not who falls due.
    assert unsaid <= {("vaccines-coming", "days")}
    # places of more units than are compared; a site without doses in these days
    assert {block for block, _ in untrue} <= {"compare-3", "compare-4", "site-days"}, sorted(untrue)


def _values(table: Table) -> list:
    return [row.values for row in (*table.rows, *table.foot)]


def _differences(table: Table, key: str) -> Iterator[tuple]:
    """(rows of the foot, what stands above them adds up to, what they say). `whole` may be several, one a vaccine."""
    so_far = sum(_number(row, key) for row in table.rows)
    for kind in ("whole", "nowhere", "total"):
        said = [row for row in table.foot if row.kind == kind and row.values.get(key) is not None]
        found = sum(_number(row, key) for row in said)
        if kind == "nowhere":
            so_far += found
        elif said and so_far != found:
            yield kind, so_far, found


def _number(row: Row, key: str) -> int:
    return row.values.get(key) or 0
