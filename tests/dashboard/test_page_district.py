"""A unit's page: what it says and orders, for units of every level; and how a chairman gets there on his phone."""

from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from dashboard import theme
from dashboard.data import Rows, Site, Unit, Version
from dashboard.data.doses import Flow
from dashboard.data.second_dose import DueDay, Overdue
from dashboard.data.sites import SiteFigures, SiteWatch
from dashboard.figures import due
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.pages import district
from dashboard.parts import people
from dashboard.parts.district import changes, communes, flows, groups, lead, second_dose, sites
from dashboard.tables import plain
from dashboard.view import View
from tests.dashboard.house import PHONE, settled, until
from tests.dashboard.province import CON_DAO, ROOT, TODAY, VUNG_TAU, Province, make, standing
from tests.dashboard.tree import elements, of_class, said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
PATH = district.PATH
EVERY = ["77", "747", "755", "26506"]  # province, district, district without communes, commune


def view(code="77", data=None, language=VI, **filters) -> View:
    asked = Filters(unit=code, path=PATH, code=code, **filters)
    return View(data or Province(), asked, (), language, district.USES, page="district")


def column(table, key) -> dict:
    """What a column says, by the name of the row."""
    name = table.columns[0].key
    return {row.values[name]: plain(row.values.get(key)) for row in (*table.rows, *table.foot)}


@pytest.mark.parametrize("language", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize("code", EVERY)
def test_a_unit_of_every_level_has_something_to_say_in_each_part(code, language):
    asked = view(code, language=language)
    drawn = [lead.lead(asked), lead.orders(asked), lead.tiles(asked), people.place_map(asked), flows.flow(asked),
             changes.changes(asked)]  # fmt: skip
    assert all(len(said(part)) > 20 for part in drawn)
    tables = [communes.table(asked), second_dose.table(asked), groups.ages(asked), groups.groups(asked), sites.table(asked),
              flows.table(asked), changes.table(asked)]  # fmt: skip
    assert all(table.rows and table.title and table.unit for table in tables)


@pytest.mark.parametrize(
    ("make", "keys"),
    [
        (communes.table, ["people", "late"]),
        (second_dose.table, ["overdue", "passed", "due", "firsts", "seconds"]),
        (groups.ages, ["agepeople"]),
    ],
    ids=["ranking", "second", "ages"],
)
def test_the_rows_below_the_whole_add_up_to_the_total(make, keys):
    table = make(view())
    own = next(row for row in table.foot if row.kind == "whole")
    total = next(row for row in table.foot if row.kind == "total")
    for key in keys:
        nowhere = sum(row.values[key] for row in table.foot if row.kind == "nowhere")
        assert total.values[key] == own.values[key] + nowhere


def test_groups_and_flows_add_up_to_the_unit():
    found = column(groups.groups(view()), "grouppeople")
    assert found.pop("Cả địa bàn") == sum(found.values()) == 8000
    table = flows.table(view())
    assert sum(row.values["doses"] for row in table.rows) == table.foot[0].values["doses"] == 2700


def test_the_furthest_from_its_target_stands_first():
    table = communes.table(view())
    assert [row.values["name"] for row in table.rows] == ["Huyện Châu Đức", "Thành phố Vũng Tàu", "Huyện Côn Đảo"]
    assert table.sentence == (
        "Xa chỉ tiêu nhất: Huyện Châu Đức, 60,0%, thiếu 1.750 người; cần 31 người/ngày, hiện 8 người/ngày. Chưa có đối tượng đích: Huyện Côn Đảo."
    )
    assert table.rows[0].href == "/district/750" and table.rows[0].warned == {"pace"}
    assert column(table, "cov")["Huyện Côn Đảo"] is None and column(table, "gap")["Huyện Côn Đảo"] is None


def test_a_unit_without_smaller_ones_stands_among_its_neighbours_with_its_place():
    table = communes.table(view("750"))
    assert [row.values["name"] for row in table.rows if row.is_asked] == ["Huyện Châu Đức"]
    assert table.sentence.startswith("Huyện Châu Đức đứng thứ 2 trên 2. Xa chỉ tiêu nhất")


def test_what_lies_at_no_smaller_unit_has_a_row_that_leads_nowhere():
    class Vague(Province):
        def overdue(self, filters, level=None):
            rows = super().overdue(filters)
            return Rows([*rows, Overdue(ROOT, False, 7, 9, 7 / 9, 2)], rows.version)

    row = next(row for row in second_dose.table(view(data=Vague())).rows if row.values["place"] == "Chưa rõ cấp dưới")
    assert row.values["overdue"] == 7 and row.href is None and not row.is_asked


def test_the_orders_name_the_people_the_places_and_who_acts():
    text = " ".join(said(lead.orders(view())).split())
    assert "Mời 60 người quá hạn mũi 2 đi tiêm." in text
    assert "Nhiều nhất: Thành phố Vũng Tàu (50 người) và Huyện Châu Đức (10 người) ." in text
    assert "Bố trí mũi 2 cho 42 người đến hạn trong 7 ngày tới." in text and "Đông nhất ngày 08/11: 30 người;" in text
    assert text.count("Thực hiện:") == 3 and "Trạm Y tế cấp xã" in text


def test_the_order_about_pace_names_the_smallest_unit_furthest_behind_with_the_unit_above_it():
    class Deep(Province):
        def standing(self, filters, level=None):
            rows = super().standing(filters)
            if level != 2:
                return rows
            ward = standing(5, 900, 2000, pace=3.0)
            return Rows([ward, standing(CON_DAO, 90, 100), rows[-1]], rows.version)

    order = lead.orders(view(data=Deep()))
    (name,) = of_class(order, "furthest")
    assert said(name) == "Phường 1 (Thành phố Vũng Tàu)"
    assert next(part for part in elements(name) if hasattr(part, "href")).href == "/district/26506"
    assert "45,0%, thiếu 1.000 người, cần 18 người/ngày, hiện 3 người/ngày." in said(order)


def test_where_nothing_is_missing_and_nobody_waits_there_is_nothing_to_order():
    class Done(Province):
        def standing(self, filters, level=None):
            return Rows([standing(VUNG_TAU, 99, 100, is_self=True, stage=stage) for stage in (1, 2, 3, 4)], Version(1, None))

        def overdue(self, filters, level=None):
            return Rows([Overdue(VUNG_TAU, True, 0, 0, None, 0)], Version(1, None))

        def due_by_day(self, filters, days=28):
            return Rows([], Version(1, None))

    text = said(lead.orders(view("747", Done())))
    assert "Không có người quá hạn mũi 2" in text and "Thực hiện" not in text
    assert "quá hạn" not in said(lead.lead(view("747", Done())))


def test_a_negative_dropout_is_said_and_marked():
    class Odd(Province):
        def dropout(self, filters, red_coverage=0.9, level=None):
            rows = super().dropout(filters)
            from dataclasses import replace

            own = replace(rows[0], first_doses=100, second_doses=120, dropout=-0.2, is_negative=True, red_category=2)
            return Rows([own, *rows[1:]], rows.version)

    table = second_dose.table(view(data=Odd()))
    assert table.sentence.startswith("Bỏ mũi âm 20,0%: 120 mũi 2 nhiều hơn 100 mũi 1, cần kiểm tra số liệu.")
    assert "RED nhóm 2" in table.sentence
    assert table.foot[0].warned == {"dropout"}


def test_the_threshold_of_the_settings_is_asked_for_and_named():
    from dataclasses import replace

    class Asked(Province):
        asked = ()

        def dropout(self, filters, red_coverage=0.9, level=None):
            self.asked = (*self.asked, red_coverage)
            return super().dropout(filters)

    data = Asked()
    table = second_dose.table(replace(view(data=data), red_coverage=0.8))
    assert data.asked == (0.8,) and "ngưỡng 80%" in table.sentence


def test_parts_are_not_narrowed_by_the_filters_that_name_them():
    class Noted(Province):
        def standing_by_part(self, filters):
            assert not filters.ages and not filters.groups
            return super().standing_by_part(filters)

    table = groups.ages(view(data=Noted(), ages=(2,)))
    assert [row.values["age"] for row in table.rows if row.is_asked] == ["18+"]
    assert column(table, "agepeople")["Chưa rõ tuổi"] == 7


def test_what_changed_is_told_by_day_and_by_cause():
    asked = view()
    rows = column(changes.table(asked), "weeknew")
    # 20 + the day of the month, of the 7 days up to 5 November
    assert rows["Đủ liều cơ bản"] == sum(20 + (TODAY - timedelta(days=ago)).day for ago in range(7))
    asked.data.batch_number = 200
    moved = changes.moves(asked)
    assert column(moved, "week") == {"Mới": 9, "Nhập muộn": 3, "Sửa": -12, "Tổng cộng": 0}
    asked.data.batch_number = 7
    assert "chưa có đợt số liệu nào" in changes.moves(asked).sentence


def test_a_unit_without_sites_says_so():
    class Empty(Province):
        def site_figures(self, filters):
            return Rows([], Version(1, None))

    table = sites.table(view(data=Empty()))
    assert table.sentence == "Không có điểm tiêm nào trên địa bàn." and not table.rows and not table.foot


def test_before_the_first_session_nobody_is_to_be_called():
    class Night(Province):
        is_open = False

        def site_figures(self, filters):
            return Rows([make(SiteFigures, site_id=1, doses_today=0, doses_yesterday=9, plan_today=60, late_today=0)],
                        Version(1, None))  # fmt: skip

        def site_watch(self, filters, silent_after_minutes=60):
            return Rows([SiteWatch(1, None, True, self.is_open, False)], Version(1, None))

    assert sites.table(view(data=Night())).sentence == (
        "Hôm nay 0/1 điểm đã có mũi tiêm. Lúc này không điểm nào trong giờ tiêm."
    )
    for is_open in (True, None):
        Night.is_open = is_open
        assert "1 điểm có kế hoạch mà chưa có mũi nào, gọi trước tiên:" in sites.table(view(data=Night())).sentence


def test_the_short_list_of_sites_is_sorted_before_it_is_cut_and_adds_up():
    class Many(Province):
        def sites(self):
            return Rows([make(Site, site_id=n, code=f"S{n}", name=f"Điểm {n}") for n in range(1, 15)], Version(1, None))

        def site_figures(self, filters):
            return Rows([make(SiteFigures, site_id=n, doses_today=n, doses_yesterday=20 - n, plan_today=20, late_today=0)
                         for n in range(1, 15)], Version(1, None))  # fmt: skip

    table = sites.table(view(data=Many()))
    assert [row.values["today"] for row in table.rows] == list(range(1, 11)) and table.rows[0].href == "/site/S1?unit=77"
    assert [row.values["today"] for row in table.foot] == [11 + 12 + 13 + 14, 105]
    most = sites.table(view(data=Many(), sort="-today"))
    assert [row.values["today"] for row in most.rows] == list(range(14, 4, -1))
    assert sum(row.values["today"] for row in (*most.rows, most.foot[0])) == most.foot[1].values["today"]


def test_people_from_nowhere_are_listed_by_themselves_and_the_rest_in_one():
    class Busy(Province):
        def units(self):
            more = [make(Unit, unit_id=n, code=f"9{n}", name=f"Huyện {n}", level=1, parent_id=ROOT) for n in range(20, 30)]
            rows = super().units()
            return Rows([*rows, *more], rows.version)

        def flow(self, filters):
            return Rows(
                [Flow(False, -1, 900), Flow(False, 0, 8), *(Flow(False, n, n) for n in range(20, 30))], Version(1, None)
            )

    shown = said(of_class(flows.flow(view("747", Busy())), "flow-lists"))
    assert "Từ nơi khác đến: 1.153 mũi" in shown
    assert "Huyện 29 29" in shown and "4 nơi khác 86" in shown
    assert "Ngoài Tỉnh Mẫu 900" in shown and "Chưa xác định địa bàn 8" in shown


def test_the_days_to_come_by_vaccine_and_the_rest_in_one():
    days = [date(2021, 11, 5) + timedelta(days=number) for number in range(28)]
    rows = [DueDay(days[0], vaccine, 10 * vaccine) for vaccine in range(1, 6)] + [
        DueDay(days[9], 5, 100),
        DueDay(date(2022, 1, 1), 1, 9),
    ]
    found = due.plan(rows, days, {5: "Comirnaty", 4: "Moderna", 3: "Abdala"}, "khác")
    assert list(found.names) == ["Comirnaty", "Moderna", "Abdala", "khác"]
    assert (found.totals[0], found.totals[9], sum(found.totals)) == (150, 100, 250)
    assert due.sentence(VI, found) == (
        "250 người đến hạn trong 28 ngày tới, trong đó 150 người trong 7 ngày tới; đông nhất ngày 05/11: 150 người."
    )
    drawn = go.Figure(due.due(VI, theme.LIGHT, found))
    assert [sum(trace.y) for trace in drawn.data] == [150, 40, 30, 30]
    columns, table = due.twin(VI, found)
    assert table[0] == [days[0], 50, 40, 30, 30, 150] and len(columns) == 6 and len(table) == 28


def test_nobody_falls_due_is_said_not_drawn_as_zero():
    found = due.plan([], [date(2021, 11, 5)], {}, "khác")
    assert due.sentence(EN, found) == "Nobody falls due for dose 2 in the coming 28 days."
    assert not go.Figure(due.due(EN, theme.LIGHT, found)).data


@pytest.mark.browser
def test_a_chairman_finds_on_his_phone_who_is_furthest_behind_within_three_taps(visit):
    """Tap one opens the menu, tap two the page that names the unit and what it needs, tap three that unit's own page."""
    page = visit("/", PHONE, has_touch=True)
    page.tap("#menu summary")
    page.tap("#menu-entries a[href='/district/77']")
    until(page, "document.querySelector('#district-orders .furthest a')")
    order = page.inner_text("#district-orders li:last-child")
    assert "Xa chỉ tiêu nhất: Huyện Châu Đức" in order and "cần 31 người/ngày" in order
    page.tap("#district-orders .furthest a")
    page.wait_for_url("**/district/750")
    until(
        page,
        "document.querySelector('#district-lead .lead')?.textContent.startsWith('Huyện Châu Đức còn thiếu 1.750 người')",
    )
    assert "Cần 31 người/ngày" in page.inner_text("#district-lead .lead-more")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.browser
@pytest.mark.parametrize("code", EVERY)
def test_a_page_of_every_level_is_complete_and_fits_a_phone(visit, code):
    page = visit(f"/district/{code}", PHONE, wait=False)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for block in ("lead", "orders", "tiles", "ranking", "map", "second", "ages", "groups", "sites", "flow", "changes"):
        assert page.inner_text(f"#district-{block}").strip(), block


@pytest.mark.browser
def test_the_overview_leads_to_the_page_of_a_unit_and_keeps_the_question(visit):
    page = visit("/?stage=first")
    page.click("#map a[href^='/district/750']")
    page.wait_for_url("**/district/750?stage=first")
    until(page, "document.querySelector('#place').textContent.includes('Huyện Châu Đức')")
    until(page, "document.querySelector('#district-lead .lead')?.textContent.includes('tiêm ít nhất 1 mũi')")


@pytest.mark.browser
def test_a_batch_changes_the_orders_in_place(visit, house):
    page = visit("/district/77", wait=False)
    until(page, "document.querySelector('#district-orders .what')?.textContent.includes('Mời 60 người')")
    page.evaluate("document.querySelector('#district-orders .what').met = true")
    house.province.tick()
    until(page, "document.querySelector('#district-orders .what').textContent.includes('Mời 61 người')")
    assert page.evaluate("document.querySelector('#district-orders .what').met")
