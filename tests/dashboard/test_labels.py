"""Two series never stand under one name: names are shortened only as far as they still differ."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import labels, theme
from dashboard.figures import stacked, vaccines
from dashboard.i18n import LANGUAGES
from dashboard.parts.placemap import short_name
from dashboard.view import View

VI = LANGUAGES["vi"]
MAKERS = ["Vero Cell (Sinopharm)", "Vero Cell (Hayat-Vax)", "Comirnaty trẻ em 5–11 tuổi", "Comirnaty trẻ em 12–17 tuổi"]
LOTS = ["LOT2021-000001A", "LOT2021-000001B", "L7"]


def test_a_name_that_is_short_or_plain_without_its_maker_stays_so():
    assert labels.fitting(["Comirnaty (Pfizer-BioNTech)", "AstraZeneca", "Vắc xin phòng COVID-19 Abdala"]) == [
        "Comirnaty", "AstraZeneca", "Vắc xin phòng…"]  # fmt: skip


def test_names_that_would_be_one_keep_what_tells_them_apart():
    assert labels.fitting(MAKERS) == ["Vero Cell (Si…", "Vero Cell (Ha…", "…5–11 tuổi", "…12–17 tuổi"]
    assert labels.fitting(LOTS) == ["…000001A", "…000001B", "L7"]


@given(st.lists(st.text("ab (-5", max_size=24), unique=True, max_size=6))
def test_different_names_have_different_labels(names):
    assert len(set(labels.fitting(names))) == len(names)


def test_kinds_of_units_stay_where_the_rest_repeats():
    names = ["Phường Phước Hưng", "Xã Phước Hưng", "Xã Tam Phước"]
    assert labels.apart(names, lambda name, _: short_name(name)) == ["Phường Phước Hưng", "Xã Phước Hưng", "Tam Phước"]


@pytest.mark.parametrize("names", [MAKERS, LOTS])
def test_no_two_series_of_a_chart_have_one_label(names):
    day = date(2021, 11, 5)
    shown = stacked.stack([(name, day, 5) for name in names], {name: name for name in names}, day, day, 1, "khác")
    written = [note["text"] for note in stacked.columns(VI, theme.LIGHT, shown, "mũi")["layout"]["annotations"]]
    bars = vaccines.vaccines(VI, theme.LIGHT, [vaccines.Mix(name, (5, 0, 0, 0, 0)) for name in names])
    for labelled in ([text.split("■</span> ")[1] for text in written], bars["layout"]["yaxis"]["ticktext"]):
        assert len(set(labelled)) == len(names)


def test_two_vaccines_of_one_name_are_told_apart_by_their_codes():
    known = [SimpleNamespace(vaccine_id=n, code=code, name=name) for n, code, name in (
        (1, "PF", "Comirnaty"), (2, "PFC", "Comirnaty"), (3, "AZ", "AstraZeneca"))]  # fmt: skip
    view = View(SimpleNamespace(vaccines=lambda: known), None, (), VI)
    assert view.vaccines == {1: "Comirnaty [PF]", 2: "Comirnaty [PFC]", 3: "AstraZeneca"}
