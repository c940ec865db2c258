"""Every text on screen is in the catalogue, in both languages, and numbers are written the language's way."""

import re
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest

from dashboard import shell, theme
from dashboard.components import filterbar
from dashboard.filters import BASES, Filters, Ignored
from dashboard.i18n import LANGUAGES, Language
from dashboard.pages import PAGES
from dashboard.parts import charts, doses, people, tiles
from dashboard.tables import unaccented
from dashboard.texts import PARTS, TEXTS
from dashboard.view import View
from sql import settings
from tests.dashboard.province import UNITS, Province
from tests.dashboard.tree import texts

ROOM = Path(shell.__file__).parent
VI, EN = LANGUAGES["vi"], LANGUAGES["en"]

# Each text of the catalogue between brackets: what stands outside of them went round it.
BRACKETED = Language("vi", {key: (f"⟦{vi}⟧", f"⟦{en}⟧") for key, (vi, en) in TEXTS.items()})
# Names that come with the data, and codes that are the same everywhere.
NAMES = {row[2] for row in UNITS} | {"Phường 1", "Vũng Tàu", "Châu Đức", "Côn Đảo", "Mẫu"}
NAMES |= {"Comirnaty (Pfizer-BioNTech)", "AstraZeneca", "platform", "12-17", "VI", "EN", "colour=red", "Tổng điều tra"}


def outside_the_catalogue(tree) -> list[str]:
    """Texts with letters in them that are not between brackets and are no name."""
    found = []
    for text in texts(tree):
        rest = text
        for name in sorted(NAMES, key=len, reverse=True):
            rest = rest.replace(name, "")
        while re.search(r"⟦[^⟦⟧]*⟧", rest):  # a text may stand in a text
            rest = re.sub(r"⟦[^⟦⟧]*⟧", "", rest)
        if re.search(r"[^\W\d_]{2,}", rest):
            found.append(text)
    return found


def view(filters=None, language=BRACKETED, ignored=()) -> View:
    return View(Province(), filters or Filters(), ignored, language)


def test_the_test_sees_a_text_that_went_round_the_catalogue():
    assert outside_the_catalogue(["⟦Tỷ lệ ⟦95%⟧⟧", "1.234", "Huyện Châu Đức"]) == []
    assert outside_the_catalogue(["⟦Tỷ lệ⟧", "Coverage"]) == ["Coverage"]


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_the_frame_says_nothing_but_the_catalogue(path):
    tree = shell.frame(BRACKETED, path, settings.read())
    assert len(list(texts(tree))) > 5
    assert outside_the_catalogue(tree) == []


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("unit", [None, "747", "26506"])
@pytest.mark.parametrize("stage", ["complete", "booster2"])
def test_every_block_says_nothing_but_the_catalogue(basis, unit, stage):
    asked = view(Filters(unit=unit, basis=basis, stage=stage, lang="vi"), ignored=(Ignored("colour", "red"),))
    by_basis = doses if basis == "place" else people
    blocks = [
        by_basis.lead(asked),
        by_basis.league(asked),
        by_basis.place_map(asked),
        tiles.tiles(asked),
        charts.reconciliation(asked),
        *(draw(asked) for draw in shell.AROUND.values()),
        filterbar.days(asked.language, asked.filters),
        *shell._provenance(asked)[:2],
    ]
    assert len(list(texts(blocks))) > 100
    assert outside_the_catalogue(blocks) == []


@pytest.mark.parametrize("draw", [charts.trend_chart, charts.hours_chart, charts.vaccines_chart])
def test_every_chart_says_nothing_but_the_catalogue(draw):
    title, unit, figure, sentence, (columns, rows) = draw(view(), theme.LIGHT)
    words = [trace["name"] for trace in figure["data"]]
    words += [note["text"].replace("<b>", "").replace("</b>", "").replace("<br>", " ")
              for note in figure["layout"].get("annotations", ())]  # fmt: skip
    heads = [word for column in columns for word in (column.title, column.unit)]
    said = [title, unit, sentence, *heads, *(row[0] for row in rows if isinstance(row[0], str)), *words]
    assert outside_the_catalogue(said) == []


def test_every_text_is_there_in_both_languages_with_the_same_values():
    for key, (vi, en) in TEXTS.items():
        assert vi.strip() and en.strip(), key
        assert values_in(vi) == values_in(en), key


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_no_two_parts_of_the_catalogue_share_a_key():
    assert sum(map(len, PARTS)) == len(TEXTS)


def test_no_text_of_the_catalogue_is_left_over():
    code = "\n".join(path.read_text() for path in ROOM.rglob("*.py") if path.parent.name != "texts")
    made = re.findall(r'f"([\w.]*)\{[^}]*\}([\w.]*)"', code)  # f"stage.{stage}" uses the whole family
    families = [re.escape(start) + r"[\w.-]+" + re.escape(end) for start, end in made if len(start + end) > 4]
    named = set(re.findall(r"""["']([\w.]+)["']""", code))
    left = TEXTS.keys() - named
    left = {key for key in left if not re.fullmatch("|".join(families), key)}
    # a column of the ranking is named by its class
    assert {key for key in left if key.removeprefix("ranking.") not in named} == set()


def test_a_text_that_is_not_in_the_catalogue_is_an_error():
    with pytest.raises(KeyError):
        VI.say("no.such.text")


def test_a_bare_float_is_an_error_because_it_may_be_a_share_or_a_mean():
    with pytest.raises(TypeError, match="percent"):
        VI.say("people", n=0.5)


@pytest.mark.parametrize(
    "value, vi, en",
    [(1234567, "1.234.567", "1,234,567"), (0, "0", "0"), (-1500, "−1.500", "−1,500"), (None, "–", "–")],
)
def test_counts(value, vi, en):
    assert (VI.count(value), EN.count(value)) == (vi, en)


@pytest.mark.parametrize(
    "share, vi, en",
    [
        (0.952, "95,2%", "95.2%"),
        (1.0, "100,0%", "100.0%"),
        (1.034, "103,4%", "103.4%"),
        (0.99996, "99,9%", "99.9%"),  # not there yet, so it is not written as if it were
        (None, "–", "–"),
    ],
)
def test_shares(share, vi, en):
    assert (VI.percent(share), EN.percent(share)) == (vi, en)


@pytest.mark.parametrize("share, said", [(0.95, "95%"), (0.925, "92,5%"), (None, "–")])
def test_targets_have_no_needless_decimal(share, said):
    assert VI.goal(share) == said


@pytest.mark.parametrize(
    "points, said", [(0.0042, "0,4"), (0.0004, "0,04"), (0.00001, "<0,01"), (0.00097, "0,1"), (0, "0,0"), (-0.0123, "1,2")]
)
def test_points(points, said):
    assert VI.points(points) == said


@pytest.mark.parametrize("rate, said", [(409.4, "409"), (3.04, "3"), (0.44, "0,4"), (9.96, "10"), (0, "0")])
def test_rates(rate, said):
    assert VI.rate(rate) == said


def test_days():
    day = date(2021, 11, 5)
    assert (VI.day(day), EN.day(day).replace("\u00a0", " ")) == ("05/11/2021", "5 Nov 2021")
    assert VI.span(date(2021, 12, 12), date(2021, 12, 19), 2021) == "12/12–19/12"
    assert VI.span(date(2021, 12, 12), date(2022, 1, 9), 2021) == "12/12/2021–09/01/2022"
    assert VI.clock(datetime(2021, 11, 5, 16, 42, 7)) == "16:42:07"


def test_english_words_follow_the_number():
    assert EN.say("people", n=1) == "1 person"
    assert EN.say("people", n=1200) == "1,200 people"
    assert VI.say("people", n=1200) == "1.200 người"


def test_a_vaccine_name_without_accents_finds_a_place_with_accents():
    assert unaccented("Huyện Châu Đức") == "huyen chau duc"


def test_every_page_has_a_path_and_a_place_of_its_own():
    assert len({page.PATH for page in PAGES}) == len({page.PLACE for page in PAGES}) == len(PAGES)


def test_the_vocabulary_is_what_the_warehouse_knows():
    from dashboard.view import Reader

    found = Reader(Province(), "vi").read("?unit=750&vaccine=PF&age=2&lang=en")
    assert found.filters == Filters(unit="750", vaccines=("PF",), ages=(2,), lang="en")
    assert found.language == EN and found.ignored == ()
    assert not Reader(Province(), "vi").read("?group=1,16").ignored
