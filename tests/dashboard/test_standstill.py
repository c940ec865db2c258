"""What pages say in the first load of a source, and before the first record: in both languages, on every page."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dashboard import pages, shell
from dashboard.components import provenance
from dashboard.data import Source
from dashboard.data.sources import Refusal
from dashboard.i18n import LANGUAGES
from dashboard.pages import PAGES
from dashboard.parts import standstill
from dashboard.view import Reader
from tests.dashboard.house import settled, until
from tests.dashboard.province import Province, make
from tests.dashboard.test_accessibility import address
from tests.dashboard.test_stops import GIVEN
from tests.dashboard.tree import said

VI = LANGUAGES["vi"]
# What nobody may say of a part: pace, rank, what is missing, what is to come, who is behind.
VERDICTS = ("thiếu", "tiến độ", "xếp hạng", "dự kiến", "chậm", "vượt", "quá hạn", "chỉ tiêu 95%")
SAID = "Đang nạp dữ liệu lần đầu"


UNREADABLE = Refusal("sites.csv cannot be read: No such file or directory",
                     {"code": "unreadable", "place": "sites.csv", "why": "No such file or directory"})  # fmt: skip


def source(**given) -> Source:
    usual = {"source": "lists", "kind": "database", "state": "running", "received": 0, "loaded": 0, "is_configured": True,
             "last_polled_at": datetime.now(UTC), "is_first_load": True}  # fmt: skip
    return make(Source, **usual | given)


class Nothing(Province):
    """A province into which nothing was loaded."""

    def __init__(self, *rows, refused=None, **world):
        super().__init__()
        self.refused = refused
        self.rows, self.of_world = rows, {"received": 0, "loaded": 0, "is_sample": False} | world

    def world(self, as_of=None):
        return replace(super().world(), **self.of_world)

    def sources(self):
        return self._rows(self.rows)


def words(data, address="/", **given) -> str:
    return said(standstill.said(Reader(data, "vi", given=given).read(address)))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (Nothing(), "Chưa khai báo nguồn số liệu nào"),
        (Nothing(root_unit_id=None), "Chương trình nạp chưa làm việc"),
        (Nothing(root_unit_id=None, refused=UNREADABLE), "sites.csv: không đọc được tệp (No such file or directory)."),
        (Nothing(source(state="failed", reason="no such host")), "Nguồn lists không đọc được"),
        (Nothing(source(state="braked", reason="too much")), "Nguồn lists bị dừng"),
        (Nothing(source(last_polled_at=None)), "Nguồn lists chưa được đọc lần nào"),
        (Nothing(source()), "Nguồn lists đọc được, nhưng chưa có bản ghi nào"),
        (Nothing(source(received=12), received=12), "đã nhận 12 bản ghi, nhưng bản ghi nào cũng lỗi"),
        (Nothing(source()), "không có tệp nào khớp mẫu *.csv trong thư mục /srv/inbox"),
    ],
    ids=["no source", "no etl", "reference", "failed", "braked", "not asked", "empty", "all faulty", "pattern"],
)
def test_before_the_first_record_a_page_says_what_is_the_matter_and_what_to_do(data, expected):
    looks_for = {"pattern": "*.csv", "folder": "/srv/inbox"} if "không có tệp" in expected else {}
    text = words(data, lists=SimpleNamespace(looks_for=looks_for)) if data.rows else words(data)
    assert expected in text and "Cần làm:" in text
    for reason in ("sites.csv cannot be read", "no such host", "too much"):
        assert (reason in text) == any(reason in str(held) for held in (data.refused, *data.rows))


@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_before_the_first_units_are_in_each_page_stands_and_calls_nothing_unknown(page):
    class Bare(Province):
        def world(self, as_of=None):
            return replace(super().world(as_of), is_sample=False)

        def sites(self):
            return self._rows([])

        def uploads(self):
            return self._rows([])

    data = Bare()
    data.is_empty, data.refused = True, UNREADABLE
    view = Reader(data, "vi", pages=pages.USES, names=pages.NAMES).read(address(page))
    assert view.missing is None
    for draw in shell.AROUND.values():
        draw(view)
    assert "sites.csv: không đọc được tệp" in said(standstill.said(view))
    foot = said(provenance.footer(VI, [], view.world, refusal=UNREADABLE))
    assert "Một bảng danh mục bị từ chối." in foot and "bảng cũ" not in foot and "Chưa đọc nguồn nào." in foot


def test_how_far_the_first_load_is_and_how_long_it_takes():
    data = Province()
    data.is_loading = True
    text, of_files = words(data), words(data, platform=SimpleNamespace(read_by="deliveries", looks_for={}))
    assert "platform: đã nhận 1.000 / 4.000 bản ghi (25%)" in text
    assert "còn khoảng 10 phút" in text
    assert "mới nhất đến ngày" in text and "mới nhất đến ngày" not in of_files  # of a file that is when it was written
    data.extra = -700  # the batch that the page shows is behind what was received meanwhile
    assert "Số liệu trên trang này mới tính 300 bản ghi đầu tiên" in words(data)
    data.more_sources = [source(received=7, loaded=7), source(source="late", state="failed", reason="no such host")]
    text = words(data)
    assert "lists: đã nhận 7 bản ghi" in text and "Nguồn late không đọc được" in text
    assert "lần nạp đầu tiên chưa xong" in words(data, "/?as_of=3")


def test_a_source_that_was_never_read_is_named_as_what_keeps_the_verdicts_of_all_back():
    data = Province()
    data.more_sources = [source(source="late", state="failed", reason="no such host", last_polled_at=None)]
    text = words(data)
    assert "Nguồn late không đọc được" in text and "no such host" in text and "sửa nguồn" in text
    assert "Nguồn late chưa đọc được lần nào, nên số liệu của các nguồn khác cũng chưa được so với chỉ tiêu" in text
    assert "xóa khỏi mục sources của tệp cấu hình rồi khởi động lại" in text
    assert "là một phần của nguồn" not in text  # what is there is whole
    data.more_sources = [source(state="running", received=7, loaded=7)]
    assert "các nguồn khác" not in words(data)


def test_where_nothing_is_being_loaded_the_page_says_what_stands_and_the_advice_of_its_own_stop():
    data = Province()
    stop = GIVEN | {"criterion": "renamed", "measured_by": "platform"}
    data.more_sources = [source(source="late", state="braked", stop=stop)]
    text = words(data)
    assert "Chưa đủ các nguồn số liệu" in text and SAID not in text
    assert "./run source rename platform late; nếu là nguồn khác và cần tính cả hai: ./run release late" in text
    data.more_sources.append(source(source="more", received=7, loaded=7))
    assert SAID in words(data)


def test_as_of_a_moment_before_the_first_record_there_are_no_figures():
    class Later(Province):
        """Its records came after batch 1."""

        def world(self, as_of=None):
            return replace(super().world(), **({"received": 0, "loaded": 0} if as_of == 1 else {}))

    text = words(Later(), "/?as_of=1")
    assert "Lúc ấy chưa có bản ghi nào được nạp" in text and "Cần làm" not in text
    assert standstill.said(Reader(Later(), "vi").read("/?as_of=2")) is None


def test_a_page_with_figures_that_are_whole_says_nothing_of_it():
    assert standstill.said(Reader(Province(), "vi").read("/")) is None


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_no_page_passes_a_verdict_in_the_first_load(visit, house, page):
    house.province.is_loading = True
    opened = visit(address(page), wait=False)
    settled(opened)
    if page.NAME not in ("upload", "definitions"):
        assert SAID in opened.inner_text("main")
        shown = opened.evaluate(
            "[...document.querySelectorAll('main .drawn, main .chart')].filter(one => !one.querySelector('.state'))"
            ".map(one => one.innerText.toLowerCase()).join(' ')"
        )
        if page.NAME != "targets":  # which lists the targets themselves
            assert [word for word in VERDICTS if word in shown] == []
    house.province.is_loading = False
    house.province.tick()
    until(opened, f"!document.querySelector('main').innerText.includes('{SAID}')")
    opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES, ids=[page.NAME for page in PAGES])
def test_every_page_says_why_there_is_nothing(visit, house, page):
    house.province.world = Nothing().world
    house.province.sources = Nothing(source(state="failed", reason="no such host")).sources
    opened = visit(f"{address(page)}?lang=en", wait=False)
    if page.NAME == "definitions":
        return
    for why in ("Source lists cannot be read.", "no such host"):
        until(opened, f"document.querySelector('main')?.innerText.includes('{why}')")


@pytest.mark.browser
def test_the_wall_says_it_too(visit, house):
    house.province.is_loading = True
    opened = visit("/?wall=1", wait=False)
    until(opened, "document.querySelector('.screen.shown .state.loading')")
    assert SAID in opened.inner_text(".screen.shown")


@pytest.mark.browser
def test_how_far_it_is_moves_without_a_batch(visit, house):
    house.province.is_loading = True
    opened = visit("/", wait=False)
    until(opened, "document.querySelector('.state.loading')")
    house.province.more_sources = [source(received=7, loaded=7)]
    until(opened, "document.querySelector('.state.loading').innerText.includes('lists: đã nhận 7')", 12)


def test_a_file_of_nothing_is_refused(tmp_path):
    from dashboard import app as application
    from sql import settings

    client = application.make(settings.read(data=tmp_path), Nothing(source())).server.test_client()
    for block in ("ranking", "reconciliation"):  # a verdict, and a count
        refused = client.get(f"/export/{block}.csv/")
        assert refused.status_code == 503 and "Chưa có số liệu" in refused.text


def test_a_file_of_a_verdict_is_refused_in_the_first_load_and_a_count_says_that_it_is_a_part(tmp_path):
    from dashboard import app as application
    from sql import settings

    province = Province()
    province.is_loading = True
    client = application.make(settings.read(data=tmp_path), province).server.test_client()
    refused = client.get("/export/ranking.csv/")
    assert refused.status_code == 503 and SAID in refused.text
    taken = client.get("/export/reconciliation.csv/")
    assert taken.status_code == 200 and "Đang nạp lần đầu" in taken.get_data(as_text=True)
