"""What the parts of a page ask and show, for units of every kind and for campaigns that are over."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import shell, theme
from dashboard.data import Rows, TrendDay, UnitDoses, Version
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import charts, doses, people, tiles
from dashboard.view import Reader, View
from tests.dashboard.province import TODAY, Province
from tests.dashboard.tree import of_class, said

VI = LANGUAGES["vi"]


def view(filters=None, data=None) -> View:
    return View(data or Province(), filters or Filters(), (), VI)


def test_a_unit_without_smaller_ones_is_shown_among_its_neighbours():
    asked = view(Filters(unit="750"))  # Châu Đức has no communes here
    text = said(people.league(asked))
    assert "Tỉnh Mẫu" in text and "Thành phố Vũng Tàu" in text
    marked = [part for part in of_class(people.league(asked), "behind") if getattr(part, "aria-current", None)]
    assert "Huyện Châu Đức" in said(marked)
    assert len(of_class(people.place_map(asked), "map-tile")) == 3


def test_the_path_of_a_commune_leads_up_to_the_root():
    assert [unit.code for unit in view(Filters(unit="26506")).path] == ["77", "747", "26506"]
    assert [unit.code for unit in view().path] == ["77"]


@pytest.mark.parametrize("name", ["standing", "trend"])
def test_by_place_nothing_is_asked_about_people(name):
    data = Province()
    setattr(data, name, lambda _filters: pytest.fail(f"asked for {name}"))
    asked = view(Filters(basis="place"), data)
    shown = [doses.lead(asked), doses.league(asked), doses.place_map(asked), tiles.tiles(asked),
             charts.trend_chart(asked, theme.LIGHT)[3]]  # fmt: skip
    assert "bao phủ" not in said(shown[1:]) and "Chỉ tiêu" not in said(shown)


def test_a_campaign_that_is_over_shows_its_own_last_days():
    class Over(Province):
        def trend(self, filters):
            days = [TODAY - timedelta(days=400 + ago) for ago in range(20)]
            return Rows([TrendDay(day, 2, 5) for day in days], Version(1, None))

    _, _, figure, sentence, _ = charts.trend_chart(view(data=Over()), theme.LIGHT)
    assert sum(figure["data"][0]["y"]) == 100
    assert sentence.startswith("Ngày cuối có số liệu là 01/10/2020.")
    quiet = charts.trend_chart(view(), theme.LIGHT)[3]
    assert "Ngày cuối" not in quiet


def test_where_nobody_planned_the_map_counts_all_doses():
    class Unplanned(Province):
        def doses_by_unit(self, filters):
            rows = [UnitDoses(2, False, 900, 0, 0, None), UnitDoses(3, False, 90, 0, 0, None)]
            return Rows([*rows, UnitDoses(1, True, 990, 0, 0, None)], Version(1, None))

    asked = view(Filters(basis="place"), Unplanned())
    text = said(doses.place_map(asked))
    assert "900" in text and "mũi (nhiều nhất)" in text and "%" not in text
    assert "Nhiều nhất hôm nay" not in said(doses.league(asked))


def test_the_tile_of_the_second_booster_appears_when_it_is_asked_for():
    assert "Nhắc lại lần 2" not in said(tiles.tiles(view()))
    assert "Nhắc lại lần 2" in said(tiles.tiles(view(Filters(stage="booster2"))))


def test_moments_are_written_on_the_wall_clock_and_counted_in_real_time():
    from datetime import UTC, datetime

    asked = view()
    noon = datetime(2021, 11, 5, 5, 0, 7, tzinfo=UTC)
    assert VI.clock(asked.local(noon)) == "12:00:07"
    assert asked.real_ms(noon) == 1636088407000
    assert asked.real_ms(None) is None


def test_a_sample_of_the_past_counts_its_age_in_real_seconds():
    from datetime import UTC, datetime

    class Shifted(Province):
        def world(self):
            from dataclasses import replace

            return replace(super().world(), shift_days=-10)

    now = datetime.now(UTC)
    asked = view(data=Shifted())
    assert asked.real_ms(now - timedelta(days=10)) == round(now.timestamp() * 1000)


def test_the_language_is_known_while_the_warehouse_is_away():
    data = Province()
    data.is_gone = True
    assert Reader(data, "vi").language("?lang=en") == LANGUAGES["en"]
    assert Reader(data, "vi").language("?unit=747") == VI


def test_the_band_without_an_age_has_a_name():
    shown = said(shell.AROUND["choices"](view()))
    assert "Chưa rõ tuổi" in shown and "?" not in shown


class Reformed(Province):
    """Vũng Tàu is no more, Châu Đức is to come."""

    def units(self):
        rows = super().units()
        ended, begun = replace(rows[1], valid_to=date(2020, 1, 1)), replace(rows[2], valid_from=date(2025, 7, 1))
        return Rows([rows[0], ended, begun, *rows[3:]], rows.version)


def test_a_page_of_a_unit_that_is_none_on_its_day_says_so():
    def notices(code):
        return said(shell.AROUND["notices"](view(Filters(unit=code), Reformed())))

    assert "Ngày 05/11/2021 không còn Thành phố Vũng Tàu: đơn vị này có đến hết 01/01/2020." in notices("747")
    assert "Ngày 05/11/2021 chưa có Huyện Châu Đức: đơn vị này có từ 01/07/2025." in notices("750")
    assert "đơn vị này" not in notices("755")


def test_the_search_lists_the_units_in_force_and_keeps_the_question():
    tree = shell.AROUND["unit-search"](view(Filters(stage="first"), Reformed()))
    assert [part.href for part in of_class(tree, "stay")] == [
        "/?unit=77&stage=first", "/?unit=755&stage=first", "/?unit=26506&stage=first"
    ]  # fmt: skip


def test_a_batch_that_never_was_is_left_out_and_named():
    found = Reader(Province(), "vi").read("?as_of=7")
    assert found.filters.as_of == 7 and not found.ignored
    found = Reader(Province(), "vi").read("?as_of=8&stage=first")
    assert found.filters == Filters(stage="first")
    assert [(part.key, part.value) for part in found.ignored] == [("as_of", "8")]


def test_yesterday_and_the_last_week_are_not_narrowed_by_the_days_chosen():
    """Else the week before the days chosen is a week of zeros, and its mean 0."""

    def figures(**days):
        drawn = tiles.by_place(view(Filters(basis="place", **days), Narrowing()))[1:3]
        return re.sub(r"Tính đến [\d:]+", "", said(drawn))

    assert "Trung bình 7 ngày" in figures()
    for days in ({"date_from": TODAY - timedelta(2)}, {"date_to": TODAY - timedelta(35)}):
        assert figures(**days) == figures(), days


class Narrowing(Province):
    """Counts the days asked for alone, as the warehouse does."""

    def doses_trend(self, filters):
        first, last = filters.date_from or date.min, filters.date_to or date.max
        rows = super().doses_trend(filters)
        return Rows([row for row in rows if first <= row.day <= last], rows.version)


def test_a_line_of_last_days_begins_where_the_days_chosen_begin():
    shown = tiles._last_days(view(Filters(date_from=TODAY - timedelta(2))), [(TODAY - timedelta(n), 5) for n in range(3)])
    assert shown.counts == (5, 5, 5)


class Past(Province):
    """Each batch was committed at five past ten, local."""

    def batch(self, number):
        return Version(number, datetime(2021, 11, 4, 3, 5, tzinfo=UTC))


def test_the_hour_that_runs_is_that_of_the_figures():
    """Of a morning of the past the afternoon before it is not yesterday by the same hour."""
    asked = view(Filters(as_of=3), Past())
    assert asked.hour == 10
    assert "Tính đến 10 giờ" in charts.hours_chart(asked, theme.LIGHT)[3]


def test_figures_of_the_past_are_dated_by_their_own_batch():
    asked = view(Filters(as_of=3), Past())
    assert "Tính đến 10:05:00" in said(tiles.tiles(asked))
    _, as_of, _ = shell._provenance(asked)
    assert "10:05 04/11/2021" in said(as_of)
    assert "10:00:05" not in said(tiles.tiles(view(data=Past())))


def test_the_days_of_a_tile_end_with_the_range():
    filters = Filters(date_to=TODAY - timedelta(days=5))
    assert "ngày cuối" in said(tiles.tiles(view(filters))) and "hôm nay 2" not in said(tiles.tiles(view(filters)))


def test_a_map_without_any_share_has_no_scale():
    class NoPopulation(Province):
        def standing(self, filters):
            from dataclasses import replace

            rows = super().standing(filters)
            return Rows([replace(row, population=None, coverage=None, rank=None) for row in rows], rows.version)

    asked = view(data=NoPopulation())
    assert not of_class(people.place_map(asked), "ramp") and "chưa có đối tượng đích" in said(people.place_map(asked))
    assert not of_class(people.league(asked), "mark-key")
