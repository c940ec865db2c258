"""Charts: what they draw, what they say, and that plotly accepts them."""

from datetime import date, timedelta
from itertools import product

import plotly.graph_objects as go
import pytest

from dashboard import theme
from dashboard.data import HourDoses, VaccineDoses
from dashboard.figures import axes, hours, trend, vaccines
from dashboard.figures.series import Daily, daily
from dashboard.i18n import LANGUAGES

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
FIRST = date(2021, 10, 1)


def days(*counts, incomplete_from=None) -> Daily:
    return Daily(FIRST, counts, incomplete_from)


# --- series


def test_a_day_without_a_row_is_a_day_without_doses():
    found = daily([(FIRST, 5), (FIRST + timedelta(days=3), 7), (FIRST, 1)], FIRST + timedelta(days=4))
    assert found.counts == (6, 0, 0, 7, 0)


def test_nothing_counted_has_no_days():
    assert daily([], FIRST).counts == ()


def test_the_mean_needs_seven_complete_days():
    found = days(*range(1, 11), incomplete_from=FIRST + timedelta(days=8))
    assert found.means == [None] * 6 + [4.0, 5.0, None, None]
    assert found.settled == 8


def test_the_last_days_keep_from_when_they_are_incomplete():
    found = days(1, 2, 3, 4, incomplete_from=FIRST + timedelta(days=3)).last(2)
    assert (found.first, found.counts, found.settled) == (FIRST + timedelta(days=2), (3, 4), 1)


def test_a_range_that_ends_before_the_incomplete_days_is_complete():
    assert days(1, 2, incomplete_from=FIRST + timedelta(days=9)).settled == 2


# --- trend

TWO_WEEKS = days(*[10] * 7, *[20] * 7, 3, incomplete_from=FIRST + timedelta(days=14))


def drawn(shown=TWO_WEEKS, needed=15.0, language=VI, colours=theme.LIGHT):
    return trend.trend(language, colours, shown, shown.means, needed, "people")


def test_the_trend_has_bars_a_mean_and_the_pace_needed():
    figure = drawn()
    bars, mean = figure["data"]
    assert bars["y"] == [10] * 7 + [20] * 7 + [3]
    assert mean["y"][-2:] == [20.0, None]
    assert [shape["y0"] for shape in figure["layout"]["shapes"]] == [15.0]


def test_an_incomplete_day_is_pale_hatched_and_named():
    bars = drawn()["data"][0]["marker"]
    assert bars["pattern"]["shape"] == [""] * 14 + ["/"]
    assert bars["color"][-1] != bars["color"][0]
    assert "chưa đủ số liệu" in [note["text"] for note in drawn()["layout"]["annotations"]]


def test_two_labels_at_one_height_do_not_lie_on_each_other():
    notes = [note for note in drawn(needed=20.0)["layout"]["annotations"] if note["xref"] == "paper"]
    assert {note["yshift"] for note in notes} == {20, -20}
    notes = [note for note in drawn(needed=5.0)["layout"]["annotations"] if note["xref"] == "paper"]
    assert {note["yshift"] for note in notes} == {0}


def test_the_trend_says_how_the_pace_changed_and_what_is_left_out():
    assert trend.sentence(VI, TWO_WEEKS, TWO_WEEKS.means, "people") == (
        "7 ngày đủ số liệu gần nhất trung bình 20 người/ngày, tăng 100% so với 7 ngày trước đó. "
        "Từ 15/10 số liệu chưa về đủ nên tô nhạt và không tính vào trung bình."
    )
    falling = days(*[20] * 7, *[15] * 7)
    assert trend.sentence(EN, falling, falling.means, "doses") == (
        "The last 7 complete days averaged 15 doses a day, down 25% on the 7 days before."
    )
    level = days(*[20] * 14)
    assert "như 7 ngày trước đó" in trend.sentence(VI, level, level.means, "people")
    short = days(1, 2, 3)
    assert trend.sentence(VI, short, short.means, "people") == ""


def test_the_twin_of_the_trend_holds_its_numbers_the_newest_first():
    columns, rows = trend.twin(VI, TWO_WEEKS, TWO_WEEKS.means, "people")
    assert [column.title for column in columns] == ["Ngày", "người", "TB 7 ngày", "Đủ số liệu"]
    assert rows[0] == [date(2021, 10, 15), 3, None, "chưa đủ"]
    assert rows[1] == [date(2021, 10, 14), 20, 20, "đủ"]


def test_a_chart_without_data_says_so():
    figure = drawn(days())
    assert figure["data"] == []
    assert "Không có mũi tiêm" in figure["layout"]["annotations"][0]["text"]


def test_no_two_ticks_read_the_same():
    assert axes.steps(1) == {"dtick": 1} and axes.steps(400) == {"nticks": 4}


# --- hours


def test_hours_without_a_row_have_no_doses():
    assert hours.by_hour([HourDoses(8, 5), HourDoses(23, 1)])[7:9] == [0, 5]


def test_the_hour_that_runs_is_pale():
    today = hours.by_hour([HourDoses(8, 5), HourDoses(9, 2)])
    figure = hours.hours(VI, theme.LIGHT, today, [0] * 24, 9)
    colours = dict(zip(figure["data"][1]["x"], figure["data"][1]["marker"]["color"], strict=True))
    assert colours[8] == theme.LIGHT.accent and colours[9] == theme.LIGHT.accent_soft


def test_today_is_compared_with_yesterday_by_the_same_hour():
    """At half past nine: 5 + 2 = 7 so far; by nine 5 against 4. What yesterday's ninth hour had in all is no comparison."""
    today = hours.by_hour([HourDoses(8, 5), HourDoses(9, 2)])
    yesterday = hours.by_hour([HourDoses(8, 4), HourDoses(9, 30), HourDoses(15, 90)])
    assert (
        hours.sentence(VI, today, yesterday, 9) == "Đến nay 7 mũi. Tính đến 9 giờ: 5 mũi, hôm qua 4 mũi. Cao điểm lúc 8 giờ."
    )
    assert hours.sentence(VI, [3] + [0] * 23, yesterday, 0) == "Đến nay 3 mũi. Cao điểm lúc 0 giờ."
    assert hours.sentence(EN, [0] * 24, yesterday, 9) == "No dose has been entered today."


def test_the_twin_of_the_hours_adds_up():
    today = hours.by_hour([HourDoses(8, 5), HourDoses(9, 6)])
    _, rows = hours.twin(VI, today, [0] * 24)
    assert sum(int(row[1]) for row in rows) == 11


# --- vaccines

ROWS = [VaccineDoses(1, 1, 10), VaccineDoses(2, 1, 50), VaccineDoses(2, 2, 40), VaccineDoses(2, 6, 1)]
FOUND = vaccines.mixes(ROWS, {1: "Janssen", 2: "Comirnaty (Pfizer-BioNTech)"})


def test_the_most_used_vaccine_comes_first_and_late_doses_share_a_part():
    assert [(mix.name, mix.parts) for mix in FOUND] == [
        ("Comirnaty (Pfizer-BioNTech)", (50, 40, 0, 1, 0)),
        ("Janssen", (10, 0, 0, 0, 0)),
    ]
    assert vaccines.part_names(VI, FOUND) == dict(enumerate(("Mũi 1", "Mũi 2", "Mũi 3", "Mũi 4 trở đi")))
    assert vaccines.part_names(VI, FOUND[1:]) == {0: "Mũi 1"}
    assert vaccines.part_names(VI, []) == {0: "Mũi 1"}


def test_doses_whose_number_nobody_tells_are_a_part_of_their_own():
    untold = vaccines.mixes([*ROWS, VaccineDoses(1, 0, 7)], {1: "Janssen", 2: "Comirnaty"})
    assert [mix.parts for mix in untold] == [(50, 40, 0, 1, 0), (10, 0, 0, 0, 7)]
    assert vaccines.part_names(VI, untold)[4] == "Nguồn không cho biết mũi thứ mấy"
    assert vaccines.twin(VI, untold)[1][-1] == ["Tổng", 60, 40, 0, 1, 7, 108]
    alone = vaccines.mixes([VaccineDoses(1, 0, 7)], {1: "Janssen"})
    assert list(vaccines.part_names(VI, alone)) == [4]
    assert [trace["x"] for trace in vaccines.vaccines(VI, theme.LIGHT, alone)["data"]] == [[7]]


def test_the_parts_of_the_bars_are_all_doses():
    figure = vaccines.vaccines(VI, theme.LIGHT, FOUND)
    assert sum(sum(trace["x"]) for trace in figure["data"]) == 101
    assert vaccines.sentence(VI, FOUND) == "Comirnaty (Pfizer-BioNTech) nhiều nhất: 90,1% trong 101 mũi."
    assert vaccines.twin(VI, FOUND)[1][-1] == ["Tổng", 60, 40, 0, 1, 101]


def test_an_axis_has_room_for_brands_alone():
    figure = vaccines.vaccines(VI, theme.LIGHT, FOUND)
    assert figure["layout"]["yaxis"]["ticktext"] == ["Janssen", "Comirnaty"]


# --- all of them

EACH = {
    "trend": drawn,
    "trend without a target": lambda **given: drawn(needed=None, **given),
    "nothing": lambda **given: drawn(days(), **given),
    "hours": lambda language, colours: hours.hours(language, colours, [5] * 24, [4] * 24, 9),
    "vaccines": lambda language, colours: vaccines.vaccines(language, colours, FOUND),
}


@pytest.mark.parametrize("name, code, shade", list(product(EACH, LANGUAGES, theme.PALETTES)))
def test_plotly_accepts_the_figure_and_it_wears_the_house_dress(name, code, shade):
    language, colours = LANGUAGES[code], theme.PALETTES[shade]
    figure = go.Figure(EACH[name](language=language, colours=colours))  # raises for what plotly does not know
    assert figure.layout.separators == (",." if code == "vi" else ".,")
    assert figure.layout.showlegend is False
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.uirevision == "keep"
    # "25k" is not Vietnamese: every axis of numbers says how it is written
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        assert axis.visible is False or axis.tickformat or axis.tickmode == "array"
