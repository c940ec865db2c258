"""Side by side: who passed whom and when, charts on one pair of axes, who climbed, and old figures by later units."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest

from dashboard import filters as address
from dashboard import theme
from dashboard.data import CoverageDay, Rows, Unit
from dashboard.data.compare import RECAST_ON, Recast, TakenOver
from dashboard.figures import growth
from dashboard.filters import Filters, Vocabulary
from dashboard.i18n import LANGUAGES
from dashboard.pages import compare
from dashboard.parts.compare import charts, choice, lead, movement, side_by_side, sides, suggested, then
from dashboard.view import View
from tests.dashboard.house import PHONE, settled, until
from tests.dashboard.province import CHAU_DUC, CON_DAO, REACHED, ROOT, TODAY, VUNG_TAU, Province, make
from tests.dashboard.tree import elements, of_class, said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
KNOWN = Vocabulary(frozenset({"77", "747", "750"}), {"ages": (1, 2), "vaccines": ("PF",)})
BOTH = ("747", "750")
NEW_WARD, NEW_ZONE = 6, 7


class Merged(Province):
    """In July 2025 Vũng Tàu and Châu Đức become one ward, which takes over the code of the old Ward 1."""

    def units(self):
        rows = super().units()
        ended = [replace(row, valid_to=RECAST_ON - timedelta(days=1)) if row.unit_id > ROOT else row for row in rows]
        names = [(NEW_WARD, "26506", "Phường Vũng Tàu"), (NEW_ZONE, "26732", "Đặc khu Côn Đảo")]
        new = [make(Unit, unit_id=n, code=code, name=name, level=2, valid_from=RECAST_ON) for n, code, name in names]
        return Rows([*ended, *new], rows.version)

    def recast(self, filters, day=None):
        rows = []
        for stage in (1, 2, 3, 4):
            rows += [Recast(NEW_WARD, stage, 7890, 10000, 0.789, 2), Recast(NEW_ZONE, stage, 100, None, None, 1)]
            rows += [Recast(ROOT, stage, 10, None, None, 0)]
        return self._rows(rows)

    def taken_over(self, filters, day=None):
        return self._rows([TakenOver(VUNG_TAU, NEW_WARD), TakenOver(CHAU_DUC, NEW_WARD), TakenOver(CON_DAO, NEW_ZONE)])


def view(data=None, language=VI, **filters) -> View:
    return View(data or Province(), Filters(path=compare.PATH, **filters), (), language, compare.USES, page="compare")


def text(tree) -> str:
    return " ".join(said(tree).split())


def drawn(number: int, **filters) -> tuple:
    return charts.chart(number, view(**filters), theme.LIGHT)


# The sentence


def test_the_sentence_tells_who_passed_whom_and_how_far_they_are_apart():
    """Vũng Tàu 1000 and Châu Đức 2000 of 5000 until ten days ago, then 4900."""
    spoken = text(lead.lead(view(beside=BOTH)))
    assert spoken.startswith("Thành phố Vũng Tàu vượt Huyện Châu Đức từ 26/10/2021; cách nhau 38,0 điểm %.")
    assert "Vung Tau City has been ahead of Chau Duc District since 26 Oct 2021; they are 38.0 pts apart." in text(
        lead.lead(view(beside=BOTH, language=EN))
    )


def test_among_several_the_highest_and_the_lowest_are_named_too():
    said, more = lead.lead(view(beside=("77", *BOTH)))
    assert said.children.startswith(
        "Cao nhất là Thành phố Vũng Tàu (98,0% đủ liều cơ bản), thấp nhất là Huyện Châu Đức (60,0%)"
    )
    assert more.children.startswith("Thành phố Vũng Tàu vượt Tỉnh Mẫu từ 26/10/2021; cách nhau 18,0")


def test_a_lead_that_cannot_be_seen_is_no_overtaking():
    ahead, behind = side([(20, 0.3), (10, 0.6004)]), side([(20, 0.4), (5, 0.6)])
    assert lead.overtaken(ahead, behind) == TODAY - timedelta(days=10)
    assert lead._passed(view(), [ahead, behind]) == ""


def test_who_was_always_ahead_passed_nobody():
    ahead, behind = side([(20, 0.3), (1, 0.6)]), side([(20, 0.2), (1, 0.5)])
    assert lead.overtaken(ahead, behind) is None
    # and who was ahead from when both were near nothing did not overtake either
    assert lead.overtaken(side([(20, 0.005), (10, 0.6)]), side([(20, 0.006), (5, 0.5)])) is None
    assert lead.overtaken(side([(20, 0.1), (10, 0.6)]), side([(20, 0.2), (5, 0.5)])) == TODAY - timedelta(days=10)


def side(points):
    days = tuple(CoverageDay(VUNG_TAU, 2, TODAY - timedelta(days=ago), round(share * 1000), share) for ago, share in points)
    now = SimpleNamespace(population=1000, coverage=points[-1][1])
    return replace(sides(view(beside=("747",)))[0], now=now, days=days)


def test_one_unit_is_compared_with_itself():
    spoken = text(lead.lead(view(beside=("750",))))
    assert spoken.startswith("Huyện Châu Đức có 60,0% tiêm đủ liều cơ bản, tăng 20,0 điểm % từ 29/10/2021 (khi đó 40,0%).")
    assert "còn thiếu 1.750 người: cần 31 người/ngày" in spoken


def test_without_a_population_people_are_told_and_no_share():
    spoken = text(lead.lead(view(beside=("755",))))
    assert "có 100 người tiêm đủ liều cơ bản, ngày 29/10/2021 có 0; chưa có đối tượng đích" in spoken and "%" not in spoken
    title, (unit, _key), figure, spoken, (columns, _rows) = drawn(0, beside=("755",))
    assert (title, unit.children) == ("Huyện Côn Đảo", "Số người") and figure["layout"]["yaxis"]["range"][1] > 100
    assert {column.kind for column in columns[1:]} == {"count"}


# What is compared, and with which day


@pytest.mark.parametrize(
    ("since", "day"),
    [(None, date(2021, 10, 29)), ("week", date(2021, 10, 29)), ("day", date(2021, 11, 4)), ("hour", date(2021, 11, 4)),
     ("month", date(2021, 10, 6)), ("2021-10-20T00:00", date(2021, 10, 20)), ("2022-01-01T00:00", date(2021, 11, 4))],
)  # fmt: skip
def test_the_earlier_day_is_before_the_page_s_own(since, day):
    assert then(view(since=since)) == day


def test_a_batch_stands_for_the_day_on_which_it_was_committed():
    class Closed(Province):
        def batch(self, number):
            return (
                super().batch(number)._replace(committed_at=datetime(2021, 10, 2, 17, 30, tzinfo=UTC))
            )  # 00:30 of the 3rd there

    assert then(view(Closed(), since="3")) == date(2021, 10, 3)


def test_where_nothing_is_chosen_the_best_and_those_furthest_behind_stand_beside_each_other():
    assert suggested(view()) == ("747", "750", "755")
    assert suggested(view(unit="26506")) == ("26506",)  # a commune, and here the only one
    assert [side.code for side in sides(view(beside=("755", "77")))] == ["755", "77"]


def test_each_chip_takes_its_unit_away_and_the_box_adds_one():
    made = choice.choice(view(beside=BOTH, since="month"))
    crosses = of_class(made, "cross")
    assert [cross.href for cross in crosses] == [
        "/compare?since=month&with=750",
        "/compare?since=month&with=747",
    ]
    assert [getattr(cross, "aria-label") for cross in crosses] == ["Bỏ Thành phố Vũng Tàu", "Bỏ Huyện Châu Đức"]
    options = {part.id: part.href for part in elements(made) if getattr(part, "role", "") == "option"}
    assert options["compare-search-755"] == "/compare?since=month&with=747,750,755"
    assert "compare-search-747" not in options
    (ward,) = [part for part in elements(made) if getattr(part, "id", "") == "compare-search-26506"]
    assert ward.children == "Phường 1 (Thành phố Vũng Tàu)"


def test_the_last_unit_stays_and_a_sixth_has_no_place():
    assert not of_class(choice.choice(view(beside=("747",))), "cross")
    full = choice.choice(view(beside=("77", "747", "750", "755", "26506")))
    assert len(of_class(full, "cross")) == 5 and not of_class(full, "unit-search") and "Đã đủ 5 địa bàn" in text(full)


def test_the_units_of_another_day_stand_in_the_address():
    pages = {compare.PATH: compare.USES}
    found, ignored = address.read("/compare?borders=2025-07-01&with=750", KNOWN, pages)
    assert (found.borders, found.beside, ignored) == (RECAST_ON, ("750",), ())
    assert found.address == "/compare?with=750&borders=2025-07-01"
    found, ignored = address.read("/compare?borders=soon", KNOWN, pages)
    assert found.borders is None and ignored


# The small multiples


def test_every_chart_has_the_same_axes_and_its_own_figures():
    first, second = drawn(0, beside=BOTH), drawn(1, beside=BOTH)
    assert (first[0], second[0]) == ("Thành phố Vũng Tàu", "Huyện Châu Đức")
    for axis in ("xaxis", "yaxis"):
        assert first[2]["layout"][axis]["range"] == second[2]["layout"][axis]["range"]
    assert second[3].startswith("60,0%, +20,0 điểm % từ 29/10/2021. Còn thiếu 1.750 người.")
    go.Figure(first[2])  # plotly accepts it
    columns, rows = second[4]
    assert [column.title for column in columns] == ["Ngày", "Ít nhất 1 mũi", "Đủ liều cơ bản"]
    assert rows[0] == [TODAY, 0.6, 0.6] and rows[1][0] == TODAY - timedelta(days=1) and rows[2][1:] == [0.4, 0.4]
    (chosen,) = [trace for trace in second[2]["data"] if trace["mode"] == "lines" and trace["line"]["width"] > 2]
    assert (chosen["name"], chosen["y"][-1]) == ("Đủ liều cơ bản", 0.6)
    (target,) = [shape for shape in second[2]["layout"]["shapes"] if shape["yref"] == "y"]
    assert target["y0"] == target["y1"] == 0.95


def test_days_whose_entries_are_not_all_in_are_pale_and_named():
    _title, _unit, figure, spoken, _twin = drawn(0, beside=BOTH)
    (pale,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert (pale["x0"], pale["x1"]) == ((TODAY - timedelta(days=2)).isoformat(), TODAY.isoformat())
    assert f"Từ {VI.short_day(TODAY - timedelta(days=1))} số liệu chưa về đủ." in spoken


def test_where_all_entries_are_in_nothing_is_pale():
    class Complete(Province):
        def incomplete_from(self, filters):
            assert filters.unit == "750"
            return

    _title, _unit, figure, spoken, _twin = charts.chart(0, view(Complete(), beside=("750",)), theme.LIGHT)
    assert "chưa về đủ" not in spoken and all(shape["type"] == "line" for shape in figure["layout"]["shapes"])


def test_there_is_no_chart_beyond_the_last_unit():
    title, _unit, figure, spoken, (columns, rows) = drawn(2, beside=BOTH)
    assert (title, spoken, columns, rows) == ("", "", [], []) and not figure["data"]


@pytest.mark.parametrize("ends", [(0.1, 0.1, 0.1, 0.1), (1.0, 1.0, 0.99, 0.98), (0.0, 0.0, 0.5, 0.51)])
def test_names_beside_the_lines_never_overlap(ends):
    lines = [growth.Line(f"{n}", f"{n}", ((TODAY - timedelta(days=9), end),), n == 0) for n, end in enumerate(ends)]
    figure = growth.growth(VI, theme.LIGHT, lines, growth.Axes(TODAY - timedelta(days=9), TODAY, 1.0, True), TODAY, None)
    places = sorted(note["y"] for note in figure["layout"]["annotations"] if note["xref"] == "paper")
    assert len(places) == 4
    assert (
        all(upper - lower > growth._ROOM - 1e-9 for lower, upper in pairwise(places)) and places[0] >= 0 and places[-1] <= 1
    )


@pytest.mark.parametrize("top", [0.02, 0.95, 1.29, 1.31, 3.0, 3.1, 12.0, 520.0])
def test_an_axis_has_few_ticks_however_small_the_population(top):
    """A browser that writes a thousand of them stands still for a minute."""
    lines = [growth.Line("", "", ((TODAY - timedelta(days=9), 0.1), (TODAY, top)), True)]
    axis = growth.growth(VI, theme.LIGHT, lines, growth.Axes(TODAY - timedelta(days=9), TODAY, top, True), TODAY, 0.95)[
        "layout"
    ]["yaxis"]
    assert axis["range"][1] / axis["dtick"] < 7 if "dtick" in axis else axis["nticks"] == 4


def test_months_of_hardly_anybody_do_not_press_the_rest_together():
    line = growth.Line("", "", ((date(2021, 3, 8), 1), (date(2021, 8, 1), 600), (date(2021, 11, 5), 1000)), True)
    assert line.since(growth.LEAST * 1000) == date(2021, 8, 1)


# The tables


def test_the_compared_units_stand_in_the_reader_s_order_with_what_they_need():
    table = side_by_side.table(view(beside=("750", "747")))
    chau_duc, vung_tau = (row.values for row in table.rows)
    assert (chau_duc["side"], chau_duc["cov"].share, chau_duc["then"], chau_duc["won"]) == (
        "Huyện Châu Đức",
        0.6,
        0.4,
        pytest.approx(0.2),
    )
    assert (chau_duc["gap"], chau_duc["doses"], vung_tau["won"]) == (1750, 900, pytest.approx(0))
    assert table.rows[0].warned == {"pace"} and table.rows[0].href == "/district/750?with=750,747"


def test_one_unit_is_told_by_its_stages_now_and_then():
    table = side_by_side.table(view(beside=("750",), since="2021-10-20T00:00"))
    first = table.rows[0].values
    assert table.title == "Huyện Châu Đức: nay và ngày 20/10/2021"
    assert (first["side"], first["done"], first["done_then"], first["more"], first["then"]) == (
        "Ít nhất 1 mũi",
        3000,
        2000,
        1000,
        0.4,
    )
    assert [row.is_asked for row in table.rows] == [False, True, False, False]


def test_the_ranking_tells_places_and_points_and_adds_up():
    table = movement.table(view())
    found = {row.values["name"]: row.values for row in table.rows}
    assert [(found[name]["rank"], found[name]["moved"]) for name in ("Thành phố Vũng Tàu", "Huyện Châu Đức")] == [
        (1, 1),
        (2, -1),
    ]
    assert found["Thành phố Vũng Tàu"]["gain"] == pytest.approx(0.78) and "rank" not in found["Huyện Côn Đảo"]
    assert "Thành phố Vũng Tàu, lên 1 bậc, nay hạng 1" in table.sentence
    whole, *nowhere, total = table.foot
    for key in ("people", "added"):
        assert sum(row.values[key] for row in table.rows) == whole.values[key]
        assert whole.values[key] + sum(row.values[key] for row in nowhere) == total.values[key]
    assert {row.values["name"] for row in nowhere} == {"Chưa xác định địa bàn", "Ngoài địa bàn"}


# The units of another day


def test_by_the_units_of_another_day_the_sums_stay_equal():
    """26506 was Ward 1 and is now the ward that took Vũng Tàu and Châu Đức over: nothing is matched by its code."""
    table = movement.table(view(Merged(), borders=RECAST_ON))
    found = {row.values["name"]: row.values for row in table.rows}
    assert list(found) == ["Phường Vũng Tàu", "Đặc khu Côn Đảo", "Chưa rõ cấp dưới"]
    assert found["Phường Vũng Tàu"]["made"] == "Thành phố Vũng Tàu, Huyện Châu Đức"
    assert not any(row.href for row in table.rows)
    by_old_units = movement.table(view(Merged()))
    for stage in ("first", "complete", "booster1", "booster2"):
        assert sum(row.values[stage] for row in table.rows) == table.foot[0].values[stage] == 8000
    assert table.foot[-1].values["complete"] == by_old_units.foot[-1].values["people"] == 8050
    assert [row.values["name"] for row in table.foot if row.kind == "nowhere"] == ["Chưa xác định địa bàn", "Ngoài địa bàn"]
    assert table.sentence == "2 đơn vị mới; cộng lại 8.000 người tiêm đủ liều cơ bản, bằng đúng tổng theo địa giới cũ."


def test_sums_that_differ_are_said():
    class Torn(Merged):
        def recast(self, filters, day=None):
            return self._rows([replace(row, people=row.people - 1) for row in super().recast(filters, day)])

    assert "Chưa khớp" in movement.table(view(Torn(), borders=RECAST_ON)).sentence


def test_the_units_of_another_day_are_offered_where_there_are_others():
    switch, _table = movement.ranking(view(Merged(), beside=BOTH))
    links = {link.href: link for link in elements(switch) if hasattr(link, "href")}
    assert list(links) == ["/compare?with=747,750", "/compare?with=747,750&borders=2025-07-01"]
    assert getattr(links["/compare?with=747,750"], "aria-current") == "true"
    assert movement.ranking(view())[0] is None


def test_the_small_province_adds_up():
    assert sum(n for _ago, n in REACHED[ROOT]) == 8000 and sum(n for _ago, n in REACHED[CHAU_DUC]) == 3000


# In a browser


@pytest.mark.browser
def test_a_unit_is_added_without_accents_and_taken_away_again_without_a_mouse(visit):
    page = visit("/compare?with=747", wait=False)
    until(
        page, "document.querySelectorAll('.multiples .chart').length === 5 && document.querySelector('#compare-0 .main-svg')"
    )
    until(page, "document.querySelectorAll('.chips li').length === 1")
    page.focus("#compare-search-input")
    page.keyboard.type("chau duc")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?with=747,750")
    until(page, "document.querySelector('#compare-lead').textContent.includes('vượt Huyện Châu Đức từ 26/10/2021')")
    until(page, "document.querySelector('#compare-1 .main-svg')?.getBoundingClientRect().width > 100")
    assert [panel.is_visible() for panel in page.query_selector_all(".multiples .panel")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    page.focus(".chips li:first-child .cross")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?with=750")
    until(page, "document.querySelectorAll('.chips li').length === 1")
    until(page, "document.querySelector('#compare-lead .lead').textContent.startsWith('Huyện Châu Đức có 60,0%')")


@pytest.mark.browser
def test_a_day_that_is_typed_stands_in_the_address_and_the_page_fits_a_phone(visit):
    page = visit("/compare", PHONE, wait=False)
    settled(page)
    page.click(".compared .choice summary")
    page.fill("#since-date", "2021-10-20")
    page.click(".since-form button")
    page.wait_for_url("**/compare?since=2021-10-20")
    until(page, "document.querySelector('#compare-ranking').textContent.includes('so với 20/10/2021')")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
