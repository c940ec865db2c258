"""Vaccines: what to move today, when stores run out, columns of doses over time, where a lot went."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import plotly.graph_objects
import pytest

from dashboard import theme
from dashboard.figures import stacked
from dashboard.filters import Filters, read
from dashboard.i18n import LANGUAGES
from dashboard.parts.vaccines import due, given, lots, pairs, standing, stock, supply
from dashboard.view import View
from tests.dashboard.house import PHONE, WIDE, until
from tests.dashboard.province import AZ, CHAU_DUC, CON_DAO, TODAY, VUNG_TAU, Province
from tests.dashboard.province import stock as drawn_stock
from tests.dashboard.test_filters import KNOWN
from tests.dashboard.test_i18n import BRACKETED, outside_the_catalogue
from tests.dashboard.tree import texts

VI = LANGUAGES["vi"]
MONDAY = date(2021, 11, 1)


def view(language=VI, **filters) -> View:
    return View(Province(), Filters(path="/vaccines", **filters), (), language, page="vaccines")


def written(tree) -> str:
    return " ".join(texts(tree))


def test_pairs_that_no_rule_is_of_are_listed_with_the_people_concerned():
    table = pairs.unruled(view())
    assert [tuple(row.values[key] for key in ("before", "vaccine", "people", "doses")) for row in table.rows] == [
        ("AstraZeneca", "Comirnaty (Pfizer-BioNTech)", 11, 12)]  # fmt: skip
    assert "AstraZeneca rồi Comirnaty (Pfizer-BioNTech): 11 người" in table.sentence
    assert pairs.unruled(view(as_of=3)) is None and pairs.unruled(view(unit="747")) is None


# What to move


def row(unit_id, usable, daily, due=0, vaccine_id=1, is_self=False):
    return drawn_stock(unit_id, vaccine_id, 1000, 100, usable, daily, due, is_self)


def test_a_store_that_runs_out_within_a_week_is_filled_for_a_fortnight():
    """20 left at 10 a day last 2 days; 14 days ask for 140, so 120 more. 300 at 10 a day can spare 160."""
    (need,) = supply.needs([row(VUNG_TAU, 300, 10.0), row(CHAU_DUC, 20, 10.0), row(1, 320, 20.0, is_self=True)])
    assert (need.unit_id, need.wanted, need.giver, need.moved, need.ordered) == (CHAU_DUC, 120, VUNG_TAU, 120, 0)
    assert need.runs_out_on == TODAY + timedelta(days=2)


def test_a_store_gives_nothing_that_its_own_second_doses_need():
    (need,) = supply.needs([row(VUNG_TAU, 300, 10.0, due=250), row(CHAU_DUC, 20, 10.0)])
    assert (need.moved, need.ordered) == (50, 70)


def test_nothing_is_given_twice_and_the_first_to_run_out_comes_first():
    found = supply.needs([row(VUNG_TAU, 300, 10.0), row(CHAU_DUC, 120, 20.0), row(CON_DAO, 10, 10.0)])
    assert [(need.unit_id, need.moved, need.ordered) for need in found] == [(CON_DAO, 130, 0), (CHAU_DUC, 30, 130)]


def test_another_vaccine_does_not_help_and_seven_days_are_enough():
    assert supply.needs([row(CHAU_DUC, 70, 10.0)]) == []
    (need,) = supply.needs([row(VUNG_TAU, 9000, 10.0, vaccine_id=2), row(CHAU_DUC, 69, 10.0)])
    assert (need.giver, need.ordered) == (None, 71)


def test_without_stock_data_nothing_is_short_and_nothing_to_spare():
    unknown = row(CHAU_DUC, None, 10.0, due=50)
    assert (supply.needs([unknown]), supply.spare(unknown), supply.short_of_second_doses(unknown)) == ([], 0, 0)
    assert [supply.short_of_second_doses(row(CHAU_DUC, usable, 10.0, due=50)) for usable in (20, 0)] == [30, 50]


# The blocks


def test_the_headline_says_what_runs_out_where_and_what_to_do():
    said = written(standing.lead(view()))
    assert "AstraZeneca ở Huyện Châu Đức hết ngày 07/11 (còn 2 ngày): chuyển 120 liều từ Thành phố Vũng Tàu" in said


def test_a_unit_with_its_own_store_alone_is_helped_by_those_beside_it():
    said = written(standing.lead(view(unit="750")))
    assert "AstraZeneca ở kho Huyện Châu Đức hết ngày 07/11 (còn 2 ngày): chuyển 120 liều từ Thành phố Vũng Tàu" in said


def test_a_commune_is_shown_the_store_that_serves_it():
    said = written(standing.lead(view(unit="26506")))
    assert "Phường 1 không có kho riêng: đây là số liệu kho của Thành phố Vũng Tàu" in said


def test_no_stock_data_is_said_and_never_zero():
    class Bare(Province):
        def stock(self, filters):
            return self._rows([])

    bare = replace(view(), data=Bare())
    assert "Không có số liệu tồn kho của Tỉnh Mẫu" in written(standing.lead(bare))
    assert "Không có số liệu tồn kho" in written(stock.stock(bare))
    tables = [make(bare) for make in (standing.tiles, stock.actions, stock.outlook, due.due_table, stock.account)]
    assert tables == [None] * 5
    known = stock.account(view())
    (unknown,) = [one for one in known.rows if one.values["vaccine"] == "Comirnaty"]
    assert (unknown.values["usable"], unknown.values["cover"], unknown.values["ends"]) == (None, None, None)


def test_wastage_is_of_the_stores_that_report_their_vials():
    """Of 200 opened 190 were given (5 %); 300 given by stores that report nothing are no saving."""

    class Partly(Province):
        def stock(self, filters, level=None):
            rows = super().stock(filters, level)
            found = {AZ: {"opened": 200, "given": 490, "wastage": 0.05}}
            return self._rows([replace(row, **found.get(row.vaccine_id, {"opened": None, "wastage": None})) for row in rows])

    said = written(standing.tiles(replace(view(unit="747"), data=Partly())))
    assert "5,0%" in said and "Mở 200 liều, tiêm 190 mũi" in said

    class Fewer(Province):
        def stock(self, filters, level=None):
            return self._rows([replace(row, wastage=None) for row in super().stock(filters, level)])

    assert "Các kho chưa báo đủ số lọ đã mở." in written(standing.tiles(replace(view(), data=Fewer())))


def test_the_outlook_marks_what_runs_out_and_leaves_no_data_without_a_figure():
    table = stock.outlook(view())
    days = {row.values["store"]: row for row in table.rows}
    assert days["Huyện Châu Đức"].values[f"v{AZ}"] == date(2021, 11, 7) and days["Huyện Châu Đức"].warned == {f"v{AZ}"}
    assert days["Thành phố Vũng Tàu"].values[f"v{AZ}"] == TODAY + timedelta(days=70)
    assert table.foot[0].values[f"v{AZ}"] == TODAY + timedelta(days=47)  # 1420 at 30 a day


@pytest.mark.parametrize("make", [stock.account, stock.actions, due.due_table, lots.every_lot, lots.disputed, lots.recall])
def test_the_rows_of_a_table_add_up_to_its_total(make):
    table = make(view(lot="L1"))
    total = table.foot[-1]
    assert total.kind == "total"
    others = [*table.rows, *(row for row in table.foot if row.kind == "nowhere")]
    summed = 0
    for column in table.columns:
        if column.kind == "count" and column.key in total.values:
            known = [row.values[column.key] for row in others if row.values.get(column.key) is not None]
            assert total.values[column.key] == (sum(known) if known else None), column.key
            summed += 1
    assert summed


def test_second_doses_beyond_the_stock_are_counted_by_vaccine():
    table = due.due_table(view())
    assert [(row.values["place"], row.values["lacking"]) for row in table.rows] == [
        ("Huyện Châu Đức", 30),
        ("Thành phố Vũng Tàu", 0),
    ]
    assert table.rows[0].values["which"] == "AstraZeneca (30)"


# Doses over time


def test_weeks_begin_on_monday_and_what_has_no_name_is_the_rest():
    counted = [
        ("a", MONDAY, 3),
        ("b", MONDAY + timedelta(6), 2),
        ("a", MONDAY + timedelta(7), 4),
        ("c", MONDAY, 1),
        ("a", MONDAY - timedelta(9), 99),
    ]
    shown = stacked.stack(counted, {"a": "A", "b": "B"}, MONDAY - timedelta(1), MONDAY + timedelta(8), 7, "rest")
    assert shown.periods == [MONDAY - timedelta(7), MONDAY, MONDAY + timedelta(7)]
    assert [(part.name, part.doses) for part in shown.parts] == [("A", (0, 3, 4)), ("B", (0, 2, 0)), ("rest", (0, 1, 0))]
    assert shown.missing_days == 5
    columns, rows = stacked.twin(VI, shown, "mũi")
    assert all(sum(row[1:-1]) == row[-1] for row in rows) and len(rows[0]) == len(columns)


def test_at_most_four_are_named_those_with_most_doses():
    counted = [(key, MONDAY, size) for size, key in enumerate("abcdef", 1)]
    shown = stacked.stack(counted, {key: key for key in "abcdef"}, MONDAY, MONDAY, 1, "rest")
    assert [part.name for part in shown.parts] == ["f", "e", "d", "c", "rest"]
    assert shown.parts[-1].doses == (3,) and shown.parts[-1].is_rest


@pytest.mark.parametrize("large", "abcde")
def test_names_beside_the_last_column_never_overlap(large):
    counted = [(key, MONDAY, 1000 if key == large else 1) for key in "abcde"]
    shown = stacked.stack(counted, {key: key for key in "abcde"}, MONDAY, MONDAY, 1, "rest", order="abcd")
    figure = stacked.columns(VI, theme.LIGHT, shown, "mũi")
    heights = [label["y"] for label in figure["layout"]["annotations"]]
    assert heights == sorted(heights) and heights[0] >= 0 and heights[-1] <= 1
    assert min(b - a for a, b in pairwise(heights)) > 0.08
    plotly.graph_objects.Figure(figure)


@pytest.mark.parametrize("draw", [given.by_vaccine, given.by_dose, given.by_lot, due.due_chart])
@pytest.mark.parametrize("code", ["vi", "en"])
def test_a_chart_says_its_title_unit_and_sentence(draw, code):
    title, unit, figure, sentence, (columns, rows) = draw(view(LANGUAGES[code]), theme.DARK)
    assert title and unit and sentence and rows and all(len(row) == len(columns) for row in rows)
    plotly.graph_objects.Figure(figure)


def test_the_days_of_the_filters_are_those_of_the_chart():
    _, _, _, _, (_, rows) = given.by_vaccine(view(date_from=MONDAY, date_to=MONDAY + timedelta(2)), theme.LIGHT)
    assert [row[0] for row in rows] == [MONDAY + timedelta(n) for n in (2, 1, 0)]
    assert [row[-1] for row in rows] == [20, 20, 20]


# Lots


@pytest.mark.parametrize("draw", [given.by_vaccine, given.by_dose])
def test_columns_begin_where_there_is_something_to_show(draw):
    """A slip in the year of a first day drew a column for each week since then."""
    usual, early = (draw(view(date_from=first), theme.LIGHT)[4][1] for first in (None, date(2000, 1, 1)))
    assert early == usual


def test_a_lot_says_where_it_went_and_that_it_is_recorded_under_two_vaccines():
    said = written(lots.lot(view(lot="l1")))
    assert "Lô L1" in said and "Comirnaty, AstraZeneca: 52 mũi tại 1 điểm tiêm" in said
    assert "dưới 2 loại vắc xin: Comirnaty 50 mũi, AstraZeneca 2 mũi" in said
    assert [(one.spelling, one.doses, len(one.days)) for one in lots.gone(Province().lot("L1", None))] == [
        ("L1", 50, 2),
        ("l1", 2, 1),
    ]


def test_the_list_for_a_recall_has_each_site_and_day():
    table = lots.recall(view(lot="L1"))
    assert [(row.values["code"], row.values["on"], row.values["spelled"], row.values["doses"]) for row in table.rows] == [
        ("S1", TODAY - timedelta(days=20), "L1", 20), ("S1", TODAY, "L1", 30), ("S1", TODAY, "l1", 2)]  # fmt: skip
    assert table.rows[0].values["district"] == "Thành phố Vũng Tàu"


def test_a_lot_that_nobody_recorded_is_said_with_numbers_like_it():
    said = written(lots.lot(view(lot="L")))
    assert "Không có mũi tiêm nào ghi lô L." in said and "L2" in said
    assert lots.recall(view(lot="L")) is None and lots.recall(view()) is None


def test_lots_beyond_those_listed_are_one_row_and_the_file_has_them_all():
    class Many(Province):
        def lots(self, filters):
            return self._rows(
                [replace(super(Many, self).lots(filters)[3], lot_number=f"N{n}") for n in range(lots.LISTED + 2)]
            )

    many = replace(view(), data=Many())
    shown = lots._table(many, many.data.lots(many.filters), lots.LISTED)
    assert len(shown.rows) == lots.LISTED and [row.values["used"] for row in shown.foot] == [60, 30 * 32]
    assert len(lots.every_lot(many).rows) == lots.LISTED + 2


def test_a_lot_under_two_vaccines_is_listed_with_the_rarer_marked():
    table = lots.disputed(view())
    assert [(row.values["disputed"], bool(row.values["check"])) for row in table.rows] == [("L1", False), ("l1", True)]


def test_a_lot_stands_in_the_address_as_it_was_typed():
    pages = {"/vaccines": {"lot"}, "/": set()}
    filters, ignored = read("/vaccines?lot=%20MH+01/7%20", KNOWN, pages)
    assert (filters.lot, ignored, filters.query()) == ("MH 01/7", (), "?lot=MH+01%2F7")
    assert [part.key for part in read(f"/vaccines?lot={'x' * 41}", KNOWN, pages)[1]] == ["lot"]


# In words, and in a browser


@pytest.mark.parametrize("unit", [None, "747", "750", "755", "26506"])
def test_every_block_says_nothing_but_the_catalogue(unit):
    asked = view(BRACKETED, unit=unit, lot="L1")
    made = [make(asked) for make in (standing.lead, standing.tiles, stock.stock, lots.lot, lots.lots)]
    tables = [
        make(asked) for make in (stock.actions, stock.outlook, due.due_table, stock.account, lots.disputed, lots.recall)
    ]
    words = [
        [table.title, table.unit, table.sentence, [[c.title, c.unit] for c in table.columns]] for table in tables if table
    ]
    names = {"AstraZeneca", "Comirnaty", "L1", "L2", "l1", "Trạm Y tế Phường 1"}
    assert len(list(texts(made))) > 40
    assert [text for text in outside_the_catalogue([*made, words]) if not any(name in text for name in names)] == []


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_lot_is_looked_up_and_stays_in_the_address(visit, viewport):
    page = visit("/vaccines?unit=747", viewport, wait=False)
    page.wait_for_selector("#vaccines-lots tbody tr", state="attached")
    page.fill("#vaccines-lot-number", "l1")
    page.press("#vaccines-lot-number", "Enter")
    page.wait_for_selector("#vaccines-lot tbody tr")
    assert "unit=747" in page.url and "lot=l1" in page.url
    if viewport == PHONE:  # the list is folded away there
        page.click("#vaccines-lots .fold > summary")
    page.click("#vaccines-lots tbody tr:nth-child(2) a")
    until(page, "document.querySelector('#vaccines-lot').innerText.includes('lô L2')")
    assert page.input_value("#vaccines-lot-number") == "L2"
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
