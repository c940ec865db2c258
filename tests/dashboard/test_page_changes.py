"""Why it changed: the parts add up to the difference, in the sentence, the bars and the tables; late entries by day."""

from dataclasses import replace
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from dashboard import filters as address
from dashboard import theme
from dashboard.data import Rows
from dashboard.data.changes import Change
from dashboard.data.entries import Completeness, EnteredDoses
from dashboard.figures import bridge, completeness, triangle
from dashboard.filters import Filters, Vocabulary
from dashboard.i18n import LANGUAGES
from dashboard.pages import changes
from dashboard.parts import since
from dashboard.parts.changes import charts, lead, places, split
from dashboard.view import View
from tests.dashboard.province import TODAY, Province
from tests.dashboard.tree import elements, of_class, said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
KNOWN = Vocabulary(frozenset({"77", "747", "750"}), {"ages": (1, 2), "vaccines": ("PF",)})
PAGES = {changes.PATH: changes.USES}


class Growing(Province):
    """Ten people more than as of any earlier batch: 9 new, 3 late, 2 taken back."""

    def standing(self, filters, *level):
        rows = super().standing(filters, *level)
        if filters.as_of == self.batch_number:
            return rows
        return Rows([replace(row, people=row.people - 10) for row in rows], rows.version)

    def changes(self, filters, after_batch, figure="doses"):
        rows = super().changes(filters, after_batch, figure)
        return Rows([replace(row, amount=-2) if row.cause == "corrected" else row for row in rows], rows.version)


def view(data=None, language=VI, **filters) -> View:
    return View(data or Growing(), Filters(path=changes.PATH, **filters), (), language, changes.USES, page="changes")


def text(tree) -> str:
    return " ".join(said(tree).split())


def test_the_sentence_tells_the_causes_and_that_they_add_up():
    spoken = text(lead.lead(view()))
    assert "+10 người tiêm đủ liều cơ bản, trong đó mới 9, nhập muộn 3, điều chỉnh −2." in spoken
    assert "7.990 cộng các phần trên đúng bằng 8.000 người" in spoken


def test_what_left_its_source_is_a_cause_of_its_own():
    class Struck(Growing):
        def changes(self, filters, after_batch, figure="doses"):
            rows = super().changes(filters, after_batch, figure)
            return Rows([replace(row, cause="vanished") if row.cause == "corrected" else row for row in rows], rows.version)

    assert "mới 9, nhập muộn 3, không còn trong nguồn −2." in text(lead.lead(view(Struck())))
    drawn = charts.bridge_chart(view(Struck()), theme.LIGHT)[2]
    assert "Không còn trong<br>nguồn" in drawn["layout"]["yaxis"]["ticktext"]


def test_one_is_said_in_the_singular():
    class One(Growing):
        def changed_places(self, filters, after_batch, figure="doses"):
            rows = super().changed_places(filters, after_batch, figure)
            return Rows([replace(row, amount=1) for row in rows], rows.version)

    spoken = text(lead.lead(view(One(), LANGUAGES["en"])))
    assert "(1 person)" in spoken and "1 people" not in spoken and "1 doses" not in spoken


def test_causes_of_nothing_have_no_column():
    keys = [column.key for column in places.by_unit(view()).columns]
    assert "voided" not in keys and {"new", "late", "corrected", "change"} <= set(keys)


def test_a_definition_is_reached_in_the_readers_language():
    found = of_class(lead.tiles(view(lang="en")), "define")
    assert {one.href for one in found} == {"/definitions?lang=en#restatement"}


def test_where_no_source_says_when_doses_were_entered_none_is_late_and_none_in_time():
    class Untold(Growing):
        def changes(self, filters, after_batch, figure="doses"):
            rows = super().changes(filters, after_batch, figure)
            return Rows([replace(row, cause="new") if row.cause == "late" else row for row in rows], rows.version)

    untold = Untold()
    untold.silent = ("recorded_at",)
    spoken = text(lead.tiles(view(untold)))
    assert "– nguồn không cung cấp" in spoken and "không biết mũi nào nhập bù" in spoken and "Chiếm" not in spoken
    assert "nguồn không cung cấp" not in text(lead.tiles(view()))


def test_what_the_ledger_does_not_say_is_said():
    class Lost(Growing):
        def changes(self, filters, after_batch, figure="doses"):
            rows = super().changes(filters, after_batch, figure)
            return Rows([row for row in rows if row.cause != "late"], rows.version)

    found = split(view(Lost()))[1]
    assert found.unexplained == 3 and found.parts["denominator"] == 3
    spoken = text(lead.lead(view(Lost())))
    assert "Chưa khớp" in spoken and "đúng bằng" not in spoken


def test_other_ages_are_named_where_the_population_is_another():
    class Recounted(Growing):
        def changes(self, filters, after_batch, figure="doses"):
            return Rows([], super().changes(filters, after_batch, figure).version)

        def coverage_change(self, filters, after_batch):
            rows = super().coverage_change(filters, after_batch)
            return Rows([replace(row, population=9000) for row in rows], rows.version)

    spoken = text(lead.lead(view(Recounted())))
    assert "do mẫu số mới tính các nhóm tuổi khác" in spoken and "Chưa khớp" not in spoken


@pytest.mark.parametrize("language", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize("given", [{}, {"basis": "place"}, {"unit": "747"}, {"unit": "755"}, {"since": "3"}])
def test_the_rows_of_each_table_add_up_to_its_total(given, language):
    asked = view(language=language, **given)
    for make in (places.by_day, places.by_unit, places.by_site):
        table = make(asked)
        if table is None:
            continue
        (total,) = (row for row in table.foot if row.kind == "total")
        parts = [*table.rows, *(row for row in table.foot if row.kind != "total")]
        for key in ("new", "late", "corrected", "change"):
            assert sum(row.values[key] for row in parts) == total.values[key]


def test_days_long_ago_stand_in_one_row():
    table = places.by_day(view())
    assert [row.values["day"] for row in table.rows] == [TODAY, TODAY - timedelta(days=3)]
    assert table.foot[0].values["day"] == "Trước 06/10/2021" and table.foot[0].values["change"] == -2


def test_a_unit_without_smaller_ones_has_no_table_of_them():
    assert places.by_unit(view(unit="755")) is None


def test_the_bars_lead_from_before_to_after():
    steps = bridge.steps(VI, 100, {"new": 9, "late": 3, "corrected": -2}, 110, "hôm qua", "hôm nay")
    assert [(step.start, step.end) for step in steps] == [(100, 100), (100, 109), (109, 112), (112, 110), (110, 110)]
    assert bridge.steps(VI, 100, {}, 100, "", "") == []
    drawn = go.Figure(bridge.bridge(VI, theme.LIGHT, steps, "người"))
    assert drawn.data[0].base == (100, 109, 112) and drawn.data[0].x == (9, 3, -2)


@pytest.mark.parametrize("draw", [charts.bridge_chart, charts.triangle_chart, charts.completeness_chart])
@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_each_chart_has_a_title_a_unit_a_sentence_and_the_same_numbers_as_a_table(draw, colours):
    title, unit, figure, sentence, (columns, rows) = draw(view(), colours)
    assert title and unit and sentence and go.Figure(figure).data
    assert rows and all(len(row) == len(columns) for row in rows)


def test_the_triangle_counts_each_dose_once_and_leaves_days_to_come_empty():
    day = TODAY - timedelta(days=2)
    rows = [EnteredDoses(day, day, 5), EnteredDoses(day, day + timedelta(days=2), 3), EnteredDoses(day, None, 1),
            EnteredDoses(day, day - timedelta(days=1), 2), EnteredDoses(TODAY - timedelta(days=9), TODAY, 99)]  # fmt: skip
    found = triangle.triangle(rows, TODAY, 3)
    assert found.counts == [[0, None, None, None, None, None], [0, 0, None, None, None, None], [7, 0, 3, None, None, None]]
    assert found.totals == [0, 0, 11]
    assert "70,0%" in triangle.sentence(VI, found) and "03/11/2021 (3 mũi)" in triangle.sentence(VI, found)


def test_a_day_under_95_percent_is_incomplete_and_an_unknown_one_is_neither():
    shares = [Completeness(0, 0.7), Completeness(1, 0.95)]
    days = completeness.recent({TODAY: 7}, shares, TODAY, 3)
    assert [day.is_complete for day in days] == [None, True, False]
    assert [day.doses for day in days] == [0, 0, 7]  # as entered: nothing is scaled
    assert "70,0%" in completeness.sentence(VI, days)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("week", "week"), ("012", "12"), ("2021-11-05T17:00", "2021-11-05T17:00"), ("soon", None), ("0", None), ("", None)],
)
def test_the_earlier_moment_stands_in_the_address(written, expected):
    found, ignored = address.read(f"/changes?since={written}", KNOWN, PAGES)
    assert found.since == expected and bool(ignored) == (expected is None)
    assert (f"since={expected.replace(':', '%3A')}" in found.query()) if expected else found.query() == ""


def test_a_page_that_compares_nothing_keeps_the_moment_in_its_links():
    found, _ = address.read("/?since=week&with=750,747", KNOWN, {"/": frozenset()})
    assert found.since is None and found.beside == ()
    assert found.query() == "?since=week&with=750,747"


def test_both_sides_are_of_fixed_batches_and_never_turn_round():
    between = since.span(view(since="3"))
    assert (between.after_batch, between.to_batch) == (3, 7)
    assert since.span(view(since="6", as_of=5)).after_batch == 5


def test_before_the_first_load_was_in_its_end_stands_and_the_page_says_so():
    between = since.span(view(since="2020-01-01T08:00"))
    assert between.after_batch == 1 and between.missed is not None
    assert "so với lúc nạp xong (đợt 1)" in text(lead.lead(view(since="2020-01-01T08:00")))


def test_the_choice_marks_what_is_chosen_and_leads_to_the_rest():
    control = since.control(view(since="week"), since.span(view(since="week")))
    links = [part for part in elements(control) if type(part).__name__ == "A"]
    assert [part.href for part in links] == [
        "/changes?since=hour",
        "/changes",
        "/changes?since=week",
        "/changes?since=month",
    ]
    marked = [part.href for part in links if part.to_plotly_json()["props"].get("aria-current")]
    assert marked == ["/changes?since=week"]


def test_a_change_of_one_day_alone_is_told_as_one_cause():
    class New(Growing):
        def changes(self, filters, after_batch, figure="doses"):
            version = super().changes(filters, after_batch, figure).version
            return Rows([Change(date(2021, 11, 5), "new", 1 if figure == "doses" else None, 10)], version)

    assert "+10 người tiêm đủ liều cơ bản, đều là mới." in text(lead.lead(view(New())))
