"""The parts of pages: right words, rows that add up, nothing that hides what is not known."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from dash import dcc, html

import dashboard
from dashboard import theme
from dashboard.components import asof, datatable, filterbar, header, marks, notices, progress, provenance, strip, tilemap
from dashboard.components.graph import CONFIG, graph
from dashboard.components.ranking import Line, doses_ranking, ranking
from dashboard.components.tile import LastDays, coverage_tile, doses_tile
from dashboard.components.tile_layouts import LAYOUTS, grid, places
from dashboard.data import Reconciliation, Source, UnitDoses, World
from dashboard.filters import Filters, Ignored
from dashboard.i18n import LANGUAGES
from dashboard.parts.placemap import short_name
from tests.dashboard.province import TODAY, make, standing
from tests.dashboard.tree import elements, of_class, said

ROOM = Path(dashboard.__file__).parent
VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
REACHED = standing(2, 4900, 5000, rank=1)
BEHIND = standing(3, 3000, 5000, rank=2, pace=8.0)
NO_POPULATION = standing(4, 100)
UNKNOWN, OUTSIDE = standing(0, 30), standing(-1, 20)
LINES = {row.unit_id: Line(name) for row, name in ((REACHED, "Vũng Tàu"), (BEHIND, "Châu Đức"), (UNKNOWN, "?"),
                                                   (NO_POPULATION, "Côn Đảo"), (OUTSIDE, "ngoài"))}  # fmt: skip

# --- the only way to a chart


def test_every_chart_comes_from_the_factory_and_offers_no_cloud():
    round_it = [path.name for path in ROOM.rglob("*.py") if "dcc.Graph" in path.read_text()]
    assert round_it == ["graph.py"]
    assert CONFIG["showSendToCloud"] is False and CONFIG["plotlyServerURL"] == ""
    made = next(part for part in elements(graph("a", "t", "s")) if isinstance(part, dcc.Graph))
    assert made.config is CONFIG


def test_a_chart_has_a_text_alternative():
    frame = graph("a", "the-title", "the-sentence").to_plotly_json()["props"]
    assert (frame["role"], frame["aria-labelledby"], frame["aria-describedby"]) == ("img", "the-title", "the-sentence")


# --- where a unit stands


@pytest.mark.parametrize(
    "row, state",
    [
        (REACHED, "reached"),
        (BEHIND, "behind"),
        (standing(3, 4700, 5000, pace=8.0), "on"),
        (standing(3, 3000, 5000, target_due_on=TODAY - timedelta(days=1)), "overdue"),
        (standing(3, 3000, 5000, target_due_on=TODAY), "behind"),
        (NO_POPULATION, "unknown"),
        (standing(3, 3000, 5000, target_share=None, gap=None), "unknown"),
        (standing(3, 3000, 5000, pace=None), "unknown"),
    ],
)
def test_one_word_for_a_standing(row, state):
    assert progress.status(row, TODAY) == state


def test_the_sentence_says_who_is_missing():
    assert progress.lead(VI, "Châu Đức", "complete", BEHIND) == (
        "Châu Đức còn thiếu 1.750 người để đạt chỉ tiêu 95% tiêm đủ liều cơ bản, hạn 31/12/2021."
    )
    one = standing(3, 4749, 5000)
    assert said(progress.lead(EN, "Chau Duc", "first", one)) == (
        "Chau Duc is 1 person short of the target of 95% with at least one dose by 31 Dec 2021."
    )


def test_the_sentence_says_that_the_target_is_reached():
    assert progress.lead(VI, "Vũng Tàu", "complete", REACHED) == (
        "Vũng Tàu đã đạt chỉ tiêu 95% tiêm đủ liều cơ bản: hiện 98,0%, vượt 150 người."
    )


def test_without_a_target_or_a_population_nothing_is_compared():
    no_target = standing(3, 3000, 5000, target_share=None, gap=None)
    assert "chưa có chỉ tiêu" in progress.lead(VI, "X", "first", no_target)
    of_some = replace(no_target, people=no_target.counted + 154)  # so many live where the population is not known
    assert progress.lead(VI, "X", "first", of_some) == progress.lead(VI, "X", "first", no_target)
    assert "%" not in progress.lead(VI, "X", "first", NO_POPULATION)


def test_the_pace_is_held_against_the_pace_needed():
    row = standing(3, 3000, 5000, pace=8.0, projected_from=date(2022, 2, 1), projected_to=date(2022, 3, 1))
    assert progress.pace(VI, row, TODAY) == (
        "Cần 31 người/ngày nhưng 7 ngày qua chỉ đạt 8 người/ngày; "
        "với tốc độ này dự kiến trong khoảng 01/02/2022–01/03/2022 mới đạt."
    )
    assert "không đạt được chỉ tiêu" in progress.pace(VI, BEHIND, TODAY)
    open_end = standing(3, 3000, 5000, projected_from=date(2021, 12, 20))
    assert "sớm nhất 20/12" in progress.pace(VI, open_end, TODAY)
    late = standing(3, 3000, 5000, target_due_on=TODAY - timedelta(days=1))
    assert "Đã quá hạn" in progress.pace(VI, late, TODAY)
    assert progress.pace(VI, REACHED, TODAY) == ""


def test_a_slow_pace_keeps_its_decimal():
    assert progress.a_day(EN, 0.4) == "0.4 people a day"
    assert progress.a_day(EN, 1) == "1 person a day"
    assert progress.a_day(VI, 409.3) == "409 người/ngày"


def test_the_sentence_names_who_holds_back():
    rows = [standing(1, 4000, 5000, pace=100.0), BEHIND, standing(9, 4720, 5000, pace=0.5)]
    names = {1: "A", 3: "B", 9: "C"}
    assert progress.who(VI, names, rows, TODAY) == (
        "Thiếu nhiều nhất: B (1.750 người) và A (750 người), chiếm 99% số còn thiếu. "
        "Chậm nhất so với tốc độ cần: B (cần 31 người/ngày, đạt 8 người/ngày)."
    )
    assert progress.who(VI, names, [BEHIND], TODAY) == ""


# --- tiles


def tile(row, **more):
    given = {"stage": "complete", "last_days": LastDays((1, 2, 3), 1), "as_of": "16:42:07", "href": "/",
             "is_asked": False, "today": TODAY} | more  # fmt: skip
    return coverage_tile(VI, row=row, **given)


def test_a_tile_has_number_target_change_last_days_as_of_and_definition():
    text = said(tile(BEHIND))
    for part in ("60,0%", "Chỉ tiêu 95% · hạn 31/12/2021", "Chậm tiến độ", "0,2 điểm % · +10 người hôm nay",
                 "3.000 / 5.000 người", "Tính đến 16:42:07", "Mẫu số: Tổng điều tra, ngày 01/04/2019",
                 "ít nhất 1, nhiều nhất 3, hôm nay 3"):  # fmt: skip
        assert part in text, part


def test_a_tile_over_100_percent_is_uncapped_and_flagged():
    over = tile(standing(3, 5200, 5000))
    assert "104,0%" in said(over) and "kiểm tra mẫu số" in said(over)
    widths = [part.style["width"] for part in of_class(over, "bar")]
    assert widths == ["100.00%"] and of_class(over, "hundred")


def test_a_tile_without_a_population_shows_people_and_no_share():
    text = said(tile(NO_POPULATION))
    assert "100 người" in text and "%" not in text.replace("điểm %", "")


def test_a_tile_of_doses_never_has_a_coverage():
    made = doses_tile(VI, "today", 120, ["Theo nơi tiêm"], "16:42:07", LastDays((1, 2)), plan=240)
    assert "dân số" not in said(made) and "120" in said(made) and "50% kế hoạch 240 mũi" in said(made)


# --- marks


def test_what_is_little_does_not_look_like_nothing():
    heights = [part.style["height"] for part in marks.spark([1000, 1, 0], 0, "").children]
    assert heights == ["100.00%", "1.50%", "0.00%"]


def test_a_bar_without_a_figure_is_hatched_and_not_empty():
    assert "no-data" in marks.bullet(None, 0.95, "–").className


def test_no_difference_has_no_arrow():
    assert marks.arrow(0) is None and marks.arrow(None) is None
    assert (marks.arrow(1).className, marks.arrow(-1).className) == ("up", "down")


# --- ranking


def counted(tree, column: str) -> list[int]:
    cells = [said(cell).replace(".", "") for cell in of_class(tree, column) if isinstance(cell, html.Td)]
    return [int(cell) for cell in cells if cell.isdigit()]


def test_the_rows_of_the_ranking_add_up_to_its_total():
    whole = standing(1, 8000, 10000, is_self=True)
    table = ranking(VI, [UNKNOWN, NO_POPULATION, BEHIND, REACHED, OUTSIDE], whole, LINES, TODAY, "")
    people = counted(table, "people")
    assert people == [4900, 3000, 100, 8000, 30, 20, 8050]
    assert sum(people[:3]) == people[3] and sum(people[3:6]) == people[6]


def test_the_ranking_goes_by_rank_and_what_lies_nowhere_is_not_ranked():
    table = ranking(VI, [OUTSIDE, BEHIND, REACHED], standing(1, 7920, 10000, is_self=True), LINES, TODAY, "")
    names = [said(cell) for cell in of_class(table, "name") if isinstance(cell, html.Th)]
    assert names == ["Địa bàn", "Vũng Tàu", "Châu Đức", "Cả địa bàn", "ngoài", "Tổng cộng"]


def test_a_unit_without_population_has_no_share_and_no_place():
    table = ranking(VI, [NO_POPULATION], standing(1, 100, is_self=True), LINES, TODAY, "")
    row = next(part for part in elements(table) if isinstance(part, html.Tr) and "Côn Đảo" in said(part))
    assert "%" not in said(row)


def test_every_number_of_the_rankings_has_a_unit():
    whole = standing(1, 7920, 10000, is_self=True)
    tables = [
        ranking(VI, [BEHIND], whole, LINES, TODAY, ""),
        doses_ranking(VI, [UnitDoses(2, False, 1600, 100, 100, 80)], UnitDoses(1, True, 1600, 100, 100, 80), LINES, ""),
    ]
    for table in tables:
        heads = [part for part in elements(table) if type(part).__name__ == "Th" and part.scope == "col"]
        bare = {head.className for head in heads if not of_class(head, "unit")}
        assert bare <= {"rank", "name", "bar", "projected"}, bare  # of the bar its cells say %


def test_the_ranking_by_place_has_doses_and_plans_and_no_coverage():
    rows = [
        UnitDoses(2, False, 900, 40, 50, 80),
        UnitDoses(3, False, 700, 60, 50, None),
        UnitDoses(0, False, 5, 1, 1, None),
    ]
    table = doses_ranking(VI, rows, UnitDoses(1, True, 1600, 100, 100, 80), LINES, "")
    assert counted(table, "doses") == [700, 900, 1600, 5, 1605]  # the busiest of today first
    assert counted(table, "today") == [60, 40, 100, 1, 101]
    assert "Tỷ lệ" not in said(table)


def test_what_lies_at_no_smaller_unit_is_listed_last_and_not_ranked():
    own = UnitDoses(1, False, 300, 90, 90, None)  # at the unit itself, say a district's hospital
    rows = [own, UnitDoses(2, False, 900, 40, 50, 80), UnitDoses(3, False, 700, 30, 50, 80)]
    lines = LINES | {1: Line("chung")}
    table = doses_ranking(VI, rows, UnitDoses(1, True, 1900, 160, 190, 160), lines, "")
    names = [said(cell) for cell in of_class(table, "name") if isinstance(cell, html.Th)]
    assert names == ["Địa bàn", "Vũng Tàu", "Châu Đức", "chung", "Cả địa bàn"]
    assert [said(cell) for cell in of_class(table, "rank") if isinstance(cell, html.Td)][:3] == ["1", "2", ""]


# --- tile map


def test_every_unit_of_the_drawn_province_has_a_tile_of_its_own():
    for parent, layout in LAYOUTS.items():
        assert len(set(layout.values())) == len(layout), parent


def test_a_province_that_nobody_drew_gets_a_grid():
    codes = [str(code) for code in range(17)]
    assert len(set(places("99", codes).values())) == 17
    assert grid(["a", "b", "c"]) == {"a": (1, 1), "b": (2, 1), "c": (1, 2)}
    assert places("77", ["747", "new"]) == grid(["747", "new"])


def test_the_shades_run_from_below_the_lowest_to_the_goal():
    shades = tilemap.scale([0.274, 0.694, None], 0.95)
    assert (shades.low, shades.goal) == (0.2, 0.95)
    assert 0 < shades.shade(0.274) < shades.shade(0.694) < 1 == shades.shade(0.95) == shades.shade(1.1)
    assert tilemap.scale([None], None).shade(0.1) == 1
    alike = tilemap.scale([0.97, 0.98], 0.95)
    assert alike.low < alike.goal


def test_no_data_is_hatched_named_and_never_shaded():
    place = tilemap.Place("Côn Đảo", "Không có số liệu", None, 1, 1, "/", "Côn Đảo: Không có số liệu")
    (made,) = of_class(tilemap.tilemap([place], tilemap.Scale(0, 1), "map"), "map-tile")
    assert "none" in made.className and "--shade" not in made.style


@pytest.mark.parametrize(
    "name, short",
    [("Thành phố Vũng Tàu", "Vũng Tàu"), ("Phường 1", "Phường 1"), ("Phường Rạch Dừa", "Rạch Dừa"),
     ("Chau Duc District", "Chau Duc"), ("Ward 1", "Ward 1"), ("Lazio", "Lazio")],
)  # fmt: skip
def test_a_tile_names_the_place_without_its_kind(name, short):
    assert short_name(name) == short


# --- reconciliation, provenance, notices

FLOW = make(
    Reconciliation, at_home=2500, elsewhere=100, non_residents=90, unknown_residence=10, not_recognised=0, total=2700
)


def test_residence_and_place_are_reconciled_in_numbers():
    text = said(strip.strip(VI, FLOW))
    assert all(number in text for number in ("2.500", "100", "90", "10", "2.700"))
    assert strip.sentence(VI, FLOW).startswith("Theo nơi ở: 2.600 mũi; theo nơi tiêm: 2.600 mũi.")
    assert FLOW.visitors_share == FLOW.non_residents / (FLOW.at_home + FLOW.non_residents)
    widths = [part.style["flexGrow"] for part in of_class(strip.strip(VI, FLOW), "part")]
    assert sum(widths) == FLOW.total


def test_where_no_residence_is_known_nobody_is_counted_as_of_here_or_of_elsewhere():
    nobody = Reconciliation(0, 0, 0, 3000, 9, 3009)
    text = said(strip.strip(VI, nobody))
    assert "chưa rõ nơi ở 3.000  (99,7%)" in text and "0,0%" not in text and "Người nơi khác" not in text
    assert strip.sentence(VI, nobody) == "Chưa biết nơi ở của mũi tiêm nào; theo nơi tiêm: 3.009 mũi."
    values = {row.values["kind"]: row.values["doses"] for row in strip.twin(VI, nobody).rows}
    assert values["Người địa bàn, tiêm nơi khác"] is None and values["Tổng"] == 3009
    assert nobody.visitors_share is None


def test_before_the_first_record_the_header_speaks_of_no_figures():
    for has_figures, label in ((True, "Số liệu tính đến"), (False, "Chưa có số liệu; đọc lúc")):
        shown = asof.as_of(VI, None, None, "", False, None, has_figures)
        assert said(of_class(shown, "as-of-label")) == label


def waiting(records: int) -> provenance.SourceLine:
    """A source of whose records so many wait to be mended."""
    return provenance.SourceLine("platform", "running", None, 1, 1, 1000, records)


def test_the_counter_is_written_as_an_equation():
    world = make(World, received=1000, loaded=900, unchanged=60, quarantined=40)
    text = re.sub(r"\s+", " ", said(provenance.counter(VI, [waiting(40)], world)))
    assert text == "Bộ đếm bản ghi 1.000 nhận = 900 nạp + 60 không đổi + 40 bản ghi lỗi chờ xử lý"
    text = re.sub(r"\s+", " ", said(provenance.counter(VI, [waiting(30), waiting(5)], world)))
    assert text.endswith("+ 40 bản ghi lỗi (trong đó 35 chờ xử lý)")


def test_what_its_source_no_longer_holds_stands_beside_the_equation():
    world = make(World, received=1000, loaded=900, unchanged=60, quarantined=40, vanished=7)
    assert re.sub(r"\s+", " ", said(provenance.counter(VI, [waiting(40)], world))).endswith(
        "+ 40 bản ghi lỗi chờ xử lý ; 7 không còn trong nguồn"
    )


def test_figures_are_as_old_as_the_source_that_was_asked_longest_ago():
    def source(is_configured, asked):
        return make(Source, is_configured=is_configured, last_polled_at=asked)

    assert provenance.known_until([source(True, 5), source(True, 3), source(False, 1)], 9) == 3
    assert provenance.known_until([source(True, 5), source(True, None)], 9) is None
    assert provenance.known_until([], 9) == 9


def test_a_source_that_stands_still_is_named():
    lines = [
        provenance.SourceLine("a", "running", None, 1, 1, 1, 0),
        provenance.SourceLine("b", "braked", "?", 1, 1, 1, 0),
    ]
    assert provenance.trouble(lines) == "b"


def test_settings_that_were_edited_are_said_below_the_sources():
    world = make(World, received=1, loaded=1, unchanged=0, quarantined=0, vanished=0, time_zone="UTC")
    assert "Tệp cấu hình my.yaml đã được sửa" in said(provenance.footer(VI, [], world, "/srv/my.yaml"))
    assert "Tệp cấu hình" not in said(provenance.footer(VI, [], world))


def test_where_a_source_and_the_figures_differ_both_numbers_stand():
    line = provenance.SourceLine("a", "running", None, 1, 1, 1, 0, None, (9, 11), {"without_time": 4, "ahead": 1}, 2)
    text = re.sub(r"\s+", " ", said(provenance.sources(VI, [line])))
    assert "nguồn 9 · đã nạp 11" in text
    assert "4 dòng không có thời gian cập nhật" in text and "1 dòng có thời gian cập nhật trong tương lai" in text
    assert "2 dòng trùng mã bản ghi" in text
    world = make(World, received=1, loaded=1, unchanged=0, quarantined=0, vanished=0)
    assert "5 dòng của nguồn không đọc được" in re.sub(r"\s+", " ", said(provenance.counter(VI, [line], world)))


def test_of_a_source_that_was_removed_no_comparison_is_said():
    line = provenance.SourceLine(
        "a", "idle", None, 1, 1, 1, 0, None, (9, 11), {"without_time": 4, "ahead": 1}, 2, is_removed=True
    )
    text = said(provenance.sources(VI, [line]))
    assert "đã bỏ khỏi cấu hình" in text and "nguồn 9" not in text and "dòng" not in text


def test_a_source_says_what_its_files_lost_and_that_it_was_removed():
    line = provenance.SourceLine("a", "running", None, 1, 1, 10, 0, missing=1, missing_of=["list.csv"])
    assert "1 bản ghi của list.csv không còn trong đó mà vẫn được tính" in said(provenance.sources(VI, [line]))
    assert "1 record of list.csv is no longer in it, and still counted" in said(provenance.sources(EN, [line]))
    more = replace(line, missing=3, missing_of=["list.csv", "b.csv"])
    assert "3 records of list.csv and 1 other are no longer there" in said(provenance.sources(EN, [more]))
    removed = replace(line, state="idle", is_removed=True, missing=0, missing_of=[])
    assert "đã bỏ khỏi cấu hình" in said(provenance.sources(VI, [removed]))


def test_sheets_of_a_file_that_are_not_read_are_named_and_what_to_do():
    note = 'not read, for they are hidden: sheet "Xã 1", sheet "Xã; 2"; not read, for the header is not there: sheet "Bìa"'
    line = provenance.SourceLine("a", "running", None, 1, 1, 10, 0, not_read=[("tháng 9.xlsx", note)], not_read_files=1)
    text = said(provenance.sources(VI, [line]))
    assert 'Tệp tháng 9.xlsx: không đọc trang tính đang ẩn "Xã 1", "Xã; 2"; nếu cần đọc' in text
    assert 'Tệp tháng 9.xlsx: không đọc trang tính "Bìa", vì không có dòng tiêu đề' in text
    text = said(provenance.sources(EN, [replace(line, not_read_files=3)]))
    assert 'hidden "Xã 1", "Xã; 2" not read; to have it read' in text and "and 2 more files" in text
    assert "not of today" in said(provenance.sources(VI, [replace(line, not_read=[("a.xlsx", "not of today")])]))


def test_sample_data_are_called_so():
    text = said(notices.notices(VI, Filters(), (), date(2021, 11, 5)))
    assert "Dữ liệu minh họa" in text and "05/11/2021" in text
    assert notices.notices(VI, Filters(), (), None) == []


def test_what_the_address_got_wrong_is_named_and_cut():
    text = said(notices.notices(EN, Filters(), [Ignored("unit", "x" * 500)], None))
    assert "unit=xxx" in text and len(text) < 200


def test_figures_of_the_past_say_so_and_lead_back():
    tree = notices.notices(VI, Filters(as_of=12, stage="first"), (), None)
    assert "đợt 12" in said(tree)
    assert [part.href for part in elements(tree) if isinstance(part, html.A)] == ["/?stage=first"]


# --- filters


DAYS = [
    ("5/11/2021", date(2021, 11, 5)),
    (" 05/11/2021 ", date(2021, 11, 5)),
    ("2021-11-05", date(2021, 11, 5)),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize("text, day", DAYS)
def test_days_are_typed_the_vietnamese_way(text, day):
    assert filterbar.read_day(text) == day


@pytest.mark.parametrize("text", ["31/02/2021", "99/99/9999", "01/11/0021", "2021-11-31", "tuần trước", "1/11/21"])
def test_what_is_no_day_is_told_as_it_was_typed(text):
    with pytest.raises(ValueError, match=text):
        filterbar.read_day(text)


def test_an_option_leads_to_the_question_with_it_in_or_out():
    labels = {"ages": {1: "12-17", 2: "18+"}, "vaccines": {"PF": "Comirnaty"}}
    tree = filterbar.choices(VI, Filters(ages=(1,), stage="first"), labels)
    options = {said(part): part for part in of_class(tree, "option")}
    assert options["12-17"].href == "/?stage=first" and getattr(options["12-17"], "aria-checked") == "true"
    assert options["18+"].href == "/?age=1,2&stage=first" and getattr(options["18+"], "aria-checked") == "false"
    assert options["Comirnaty"].href == "/?age=1&vaccine=PF&stage=first"
    assert [part.href for part in of_class(tree, "clear")] == ["/?stage=first"]


def test_the_days_are_shown_as_they_are_typed():
    filters = Filters(date_from=date(2021, 9, 1))
    assert filterbar.typed_days(filters) == ("01/09/2021", "")
    assert filterbar.days_summary(VI, filters) == "01/09/2021–…"
    assert filterbar.days_summary(VI, Filters()) == "Tất cả"


def test_a_switch_keeps_the_rest_of_the_question():
    links = [part.href for part in elements(filterbar.switches(VI, Filters(unit="747", ages=(2,))))
             if isinstance(part, html.A)]  # fmt: skip
    assert "/?unit=747&age=2&basis=place" in links and "/?unit=747&age=2&stage=first" in links


def test_doses_have_no_stage_to_choose():
    assert "Nhắc lại" not in said(filterbar.switches(VI, Filters(basis="place")))


def test_the_languages_keep_the_question():
    hrefs = [part.href for part in header.languages(VI, Filters(unit="747"))]
    assert hrefs == ["/?unit=747&lang=vi", "/?unit=747&lang=en"]


# --- colours


def variables(colours: theme.Palette) -> dict[str, str]:
    """The palette as CSS variables."""
    plain = {name: value for name, value in vars(colours).items() if isinstance(value, str)}
    steps = {f"mix_{number}": value for number, value in enumerate(colours.mix, 1)}
    return {f"--{name.replace('_', '-')}": value for name, value in (plain | steps).items()}


def variables_in(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", css))


def test_the_style_sheet_has_the_colours_of_the_theme():
    css = (ROOM / "assets/00-theme.css").read_text()
    light, dark = css.split(':root[data-theme="dark"]', 1)
    assert variables(theme.LIGHT).items() <= variables_in(light).items()
    assert variables(theme.DARK).items() <= variables_in(dark.split("}")[0]).items()


def test_a_phone_is_offered_the_rows_that_the_style_sheet_hides():
    assert f"tbody tr:nth-child(n + {datatable._IN_SIGHT + 1})" in (ROOM / "assets/51-datatable.css").read_text()


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", theme.PALETTES.values(), ids=theme.PALETTES)
def test_text_can_be_read(colours):
    for ground in (colours.surface, colours.ground, colours.faint):
        assert contrast(colours.ink, ground) >= 7
        assert contrast(colours.muted, ground) >= 4.5
    for text in (colours.accent, colours.warning):
        assert contrast(text, colours.surface) >= 4.5
    top = colours.mix[1] if colours is theme.LIGHT else colours.mix[2]  # --map-top
    assert contrast(colours.ink, top) >= 4.5 and contrast(colours.ink, colours.mix[4]) >= 4.5
    assert contrast("#ffffff" if colours is theme.LIGHT else "#0f151c", colours.accent) >= 4.5


@pytest.mark.parametrize("colours", theme.PALETTES.values(), ids=theme.PALETTES)
def test_the_parts_of_a_whole_stay_apart_in_grey_print(colours):
    shades = [luminance(colour) for colour in colours.mix]
    assert shades == sorted(shades) or shades == sorted(shades, reverse=True)
    assert all(contrast(one, other) >= 1.15 for one, other in pairwise(colours.mix))
    assert contrast(colours.mix[-1], colours.surface) >= 1.2  # the last is no hole in the bar
