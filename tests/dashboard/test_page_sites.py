"""Sites: what is wrong at each and whose move it is, tables that add up, one site, and both pages in a browser."""

from dataclasses import replace

import pytest

from dashboard import theme
from dashboard.credit import credit
from dashboard.data.sites import PlanHour, SiteHour, SiteIdentity, SiteSession, SiteWatch
from dashboard.exports import delimited
from dashboard.figures import plan_hours
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts.sites import all_sites, directive, one_site
from dashboard.parts.sites.faults import Fault, faults
from dashboard.parts.sites.looks import Look, looks
from dashboard.view import View
from tests.dashboard.house import PHONE, until
from tests.dashboard.province import TODAY, Province
from tests.dashboard.test_i18n import BRACKETED, outside_the_catalogue
from tests.dashboard.tree import elements, of_class, said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
SITE = Filters(path="/site/<site>", code="S1")


def view(filters=None, province=None, language=VI) -> View:
    return View(province or Province(), filters or Filters(path="/sites"), (), language)


def a_look(province=None, session=(7, 17), **figures) -> Look:
    found = looks(view(province=province))[0]
    return replace(found, figures=replace(found.figures, **figures), sessions=(SiteSession(1, TODAY, *session, 60),))


# What is wrong, and whose move it is


def test_nothing_is_wrong_with_a_site_that_enters_verifies_and_prints():
    assert faults(a_look(), hour=10) == []


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"entered_same_day": 179}, Fault("late", "site", 0.105)),
        ({"entered_same_day": 179, "entered_unknown": 100}, None),  # of the hundred whose entry is known, all
        ({"identity_correct_before": 99}, Fault("identity", "police", 0.505)),  # most wait for the police
        ({"certificates_printed": 159}, Fault("certificates", "site", 0.205)),
        ({"app_confirmed": 99}, Fault("app", "site", 0.505)),
        ({"doses": 9, "app_confirmed": 0}, None),  # nine doses say nothing about a site
    ],
)
def test_a_site_is_marked_where_it_falls_far_behind(figures, expected):
    assert faults(a_look(**figures), hour=10) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("identity", "owner"),
    [
        (SiteIdentity(1, 10, 50, 0, 0, 0, 10, 0, 0, 0), "site"),
        (SiteIdentity(1, 10, 0, 30, 25, 50, 10, 0, 0, 0), "station"),  # without a number and badly written are one owner's
        (SiteIdentity(1, 10, 0, 0, 0, 10, 10, 50, 0, 0), "project06"),
        (SiteIdentity(1, 10, 0, 0, 0, 0, 60, 0, 90, 0), "site"),  # checked too late; foreigners are nobody's
    ],
)
def test_identity_is_the_move_of_who_has_most_before_him(identity, owner):
    look = replace(a_look(identity_correct_before=10), identity=identity)
    assert [(fault.kind, fault.owner) for fault in faults(look, hour=10)] == [("identity", owner)]


@pytest.mark.parametrize(
    ("figures", "vi", "en"),
    [
        ({"entered_same_day": 158}, "nhập muộn 21% số mũi", "21% of doses entered late"),
        ({"identity_correct_before": 58}, "chưa xác thực trước tiêm 71% số mũi", "71% of doses without identity"),
        ({"certificates_printed": 78}, "chưa in giấy 61% số mũi", "61% of doses without a certificate"),
        ({"app_confirmed": 58}, "chưa xác nhận trên ứng dụng 71% số mũi", "71% of doses not confirmed in the app"),
    ],
)
def test_behind_the_name_of_a_fault_stands_the_share_of_that_fault(figures, vi, en):
    class Behind(Province):
        def site_figures(self, filters):
            return self._rows([replace(super().site_figures(filters)[0], **figures)])

    for language, words in ((VI, vi), (EN, en)):
        everywhere = view(province=Behind(), language=language), view(SITE, Behind(), language)
        for asked, page in zip(everywhere, (all_sites, one_site), strict=True):
            assert words in said(page.lead(asked))


def test_a_silent_site_comes_before_all_others():
    look = replace(a_look(app_confirmed=0), watch=SiteWatch(1, None, True, True, True))
    assert [fault.kind for fault in faults(look, hour=10)] == ["silent", "app"]


def test_a_session_that_ended_without_a_dose_is_a_fault_and_one_that_runs_is_not():
    look = a_look(doses_today=0, session=(7, 11))
    assert [fault.kind for fault in faults(look, hour=11)] == ["unentered"]
    assert faults(look, hour=10) == []
    assert faults(replace(look, sessions=()), hour=24) == []


def test_a_stock_of_two_days_is_the_health_centres_move():
    assert faults(replace(a_look(), cover_days=2.9), hour=10) == [Fault("stock", "centre")]
    assert faults(replace(a_look(), cover_days=3.0), hour=10) == []


class Two(Province):
    """A second site in another commune, which prints too little; the first may be silent."""

    def sites(self):
        return self._rows([*super().sites(), replace(super().sites()[0], site_id=2, code="S2", name="Bệnh viện")])

    def site_figures(self, filters):
        (one,) = super().site_figures(filters)
        other = replace(one, site_id=2, doses=100, doses_today=9, certificates_printed=10, late_today=0, plan_today=None)
        return self._rows([one, other])

    def site_watch(self, filters, silent_after_minutes=60):
        (one,) = super().site_watch(filters)
        return self._rows([one, SiteWatch(2, None, True, True, False)])


def test_the_list_has_the_silent_site_first_then_who_has_something_wrong():
    province = Two()
    assert [row.values["name"] for row in all_sites.table(view(province=province)).rows] == [
        "Bệnh viện",
        "Trạm Y tế Phường 1",
    ]
    province.is_silent = True
    first, second = all_sites.table(view(province=province)).rows
    assert (first.values["fault"], first.values["owner"]) == ("Im lặng từ 10:42", "Điểm tiêm")
    assert first.href == "/site/S1"
    assert (second.values["fault"], second.warned, second.values["certificates"]) == ("Ít in giấy", {"certificates"}, 0.1)


def test_the_rows_of_the_list_add_up_to_its_last_row():
    found = all_sites.table(view(province=Two()))
    (whole,) = found.foot
    for key in ("today", "late"):
        assert whole.values[key] == sum(row.values[key] for row in found.rows), key
    assert whole.values["plan"] == 60  # the other site has none
    assert whole.values["certificates"] == (190 + 10) / (200 + 100)


def test_the_sentence_counts_who_is_silent_and_names_whose_move_it_is():
    province = Two()
    assert "cả 2 điểm đang mở đều có bản ghi" in said(all_sites.lead(view(province=province)))
    province.is_silent = True
    text = said(all_sites.lead(view(province=province)))
    assert "1 trong 2 điểm đang mở không có bản ghi nào quá 60 phút" in text
    (first, *_others) = of_class(all_sites.lead(view(province=province)), "orders")[0].children
    assert " ".join(said(first).split()) == "Trạm Y tế Phường 1 – im lặng từ 10:42 Ai xử lý tiếp: Điểm tiêm"
    assert of_class(first, "what")[0].href == "/site/S1"


def test_without_sessions_nobody_is_called_silent():
    class Unplanned(Province):
        def site_watch(self, filters, silent_after_minutes=60):
            return self._rows([SiteWatch(1, None, None, None, None)])

    assert "không có lịch buổi tiêm" in said(all_sites.lead(view(province=Unplanned())))


def test_as_of_an_earlier_batch_who_is_silent_now_plays_no_part():
    province = Province()
    province.is_silent = True
    past = view(Filters(path="/sites", as_of=3), province)
    assert looks(past)[0].watch is None
    assert all_sites.table(past).rows[0].values["fault"] is None


@pytest.mark.parametrize("make", [directive.identity, directive.entry])
def test_each_dose_stands_in_one_row_of_the_funnel_and_of_the_lag(make):
    asked = view()
    found = make(asked, looks(asked))
    key = found.columns[2].key
    assert sum(row.values[key] for row in found.rows) == found.foot[0].values[key] == 200


def test_the_queue_adds_up():
    found = all_sites.queue(view())
    assert [row.values["given_doses"] for row in found.rows] == [3, 1]
    assert found.foot[0].values["given_doses"] == 4


def test_the_plan_is_held_against_the_hours_that_are_over():
    doses, plan = [SiteHour(1, 8, 20), SiteHour(2, 9, 10)], [PlanHour(1, 8, 16.0), PlanHour(1, 9, 8.0)]
    _, _, figure, sentence, (_, twin) = plan_hours.chart(VI, theme.LIGHT, doses, plan, 9)
    assert sentence == "Đến 9 giờ: 20 mũi, kế hoạch đến giờ này 16 mũi (125%); cả ngày 24 mũi."
    assert twin == [["8–9h", 20, 16.0], ["9–10h", 10, 8.0]]
    colours = dict(zip(figure["data"][0]["x"], figure["data"][0]["marker"]["color"], strict=True))
    assert (colours[8], colours[9]) == (theme.LIGHT.accent, theme.LIGHT.accent_soft)
    assert plan_hours.chart(VI, theme.LIGHT, doses, [], 9)[3] == "Hôm nay 30 mũi; không có kế hoạch theo buổi tiêm."


# One site


def test_a_site_says_what_it_reached_and_where_it_lies():
    tree = one_site.lead(view(SITE))
    assert "Trạm Y tế Phường 1: hôm nay 30 trên 60 mũi kế hoạch (50%)." in said(tree)
    links = [part.href for part in elements(tree) if getattr(part, "href", None)]
    assert links == ["/sites?unit=77", "/sites?unit=747", "/sites?unit=26506"]


def test_a_site_is_not_praised_over_days_without_a_dose():
    class Idle(Province):
        def site_figures(self, filters):
            return self._rows([replace(super().site_figures(filters)[0], doses=0, identity_correct_before=0, certificates_printed=0,
                                       app_confirmed=0, entered_within_72h=0, entered_same_day=0, entered_day_1=0, entered_day_2=0,
                                       entered_days_4_7=0, late_today=0)])  # fmt: skip

        def site_identity(self, filters):
            return self._rows([])

    shown = said(one_site.lead(view(replace(SITE, date_from=TODAY.replace(year=2022)), Idle())))
    assert "chưa có mũi tiêm nào" in shown and "ngưỡng" not in shown


def test_days_to_come_have_a_plan_and_no_figures():
    tomorrow, today, yesterday = one_site.days(view(SITE)).rows
    assert "given" not in tomorrow.values and tomorrow.values["open"] == "7–17h"
    assert (today.is_asked, today.values["given"], today.values["of_plan"]) == (True, 30, 0.5)
    assert (yesterday.values["day_same"], yesterday.values["day_late"]) == (0.9, 3)


def test_lots_add_up_and_doses_without_a_lot_are_counted():
    found = one_site.lots(view(SITE))
    assert [(row.values["lot"], row.values["lot_doses"]) for row in found.rows] == [("L1", 190), ("không ghi số lô", 10)]
    assert found.foot[0].values["lot_doses"] == 200


def test_a_site_without_stock_shows_its_districts_and_without_that_says_so():
    found = one_site.stock_table(view(SITE))
    assert "Thành phố Vũng Tàu" in found.title
    assert (found.rows[0].values["cover"], found.rows[0].values["wastage"]) == (1400 / 20, pytest.approx(28 / 588))

    class Bare(Province):
        def stock(self, filters, level=None):
            return self._rows([])

    assert one_site.stock_table(view(SITE, Bare())) is None
    assert "Không có số liệu tồn kho" in said(one_site.stock(view(SITE, Bare())))


@pytest.mark.parametrize("is_silent", [False, True])
def test_both_pages_say_nothing_but_the_catalogue(is_silent):
    province = Two()
    province.is_silent = is_silent
    every, one = view(province=province, language=BRACKETED), view(SITE, province, BRACKETED)
    tables = [all_sites.table(every), all_sites.queue(every), directive.identity(every, looks(every))]
    tables += [directive.entry(every, looks(every)), one_site.days(one), one_site.lots(one)]
    heads = [text for table in tables for text in (table.title, table.unit, table.sentence)]
    heads += [text for table in tables for column in table.columns for text in (column.title, column.unit)]
    drawn = [all_sites.lead(every), all_sites.tiles(every), one_site.lead(one), one_site.tiles(one), one_site.stock(one)]
    names = ("Trạm Y tế Phường 1", "Bệnh viện", "S1")
    left = [text for text in outside_the_catalogue([*drawn, *heads]) if text.strip() not in names]
    assert [text for text in left if not any(name in text for name in names)] == []


def test_english_is_complete():
    assert "All 1" not in said(all_sites.lead(view(language=EN)))
    assert "all 1 open site sent a record within 60 minutes" in said(all_sites.lead(view(language=EN)))


def test_the_list_is_taken_away_as_it_is():
    asked = view()
    written = delimited.write(all_sites.table(asked), credit(asked, all_sites.LIST), VI)
    assert "Trạm Y tế Phường 1" in written.decode("utf-8-sig")


def test_what_leaves_the_page_of_a_site_names_the_site():
    taken = credit(view(SITE), one_site.HOURS)
    assert taken.lines[0].startswith("Trạm Y tế Phường 1 (S1)")


def test_as_of_an_earlier_moment_there_is_no_column_of_last_records():
    keys = [column.key for column in all_sites.table(view(Filters(path="/sites", as_of=7))).columns]
    assert "heard" not in keys and "heard" in [column.key for column in all_sites.table(view()).columns]


# In a browser


@pytest.mark.browser
def test_from_the_list_to_a_site_and_back_by_keyboard(visit, house):
    house.province.is_silent = True
    page = visit("/sites", PHONE, wait=False)
    until(page, "document.querySelector('#sites-list .row-link')")
    assert "im lặng từ 10:42" in page.inner_text("#sites-list").lower()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.focus("#sites-list .row-link")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#site-lead .site-where a')")
    assert page.url.endswith("/site/S1")
    until(page, "document.querySelector('#site-days tbody [aria-current]')")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.click("#site-lead .site-where a:last-of-type")
    until(page, "document.querySelector('#sites-list .row-link')")
    assert "unit=26506" in page.url


@pytest.mark.browser
def test_figures_of_a_site_change_in_place_at_a_batch(visit, house):
    page = visit("/site/S1", wait=False)
    until(page, "document.querySelector('#site-tiles .number .live')?.textContent === '30'")
    page.evaluate("document.querySelector('#site-tiles').dataset.kept = '1'")
    house.province.tick()
    until(page, "document.querySelector('#site-tiles .number .live')?.textContent === '31'")
    assert page.evaluate("document.querySelector('#site-tiles').dataset.kept") == "1"
