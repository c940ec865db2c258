"""A link shows the same page to the next person, and a broken link says what it left out."""

from datetime import date

import pytest

from dashboard.choices import CHOICES
from dashboard.filters import NARROWING, Filters, Ignored, Vocabulary, read
from dashboard.texts import TEXTS
from sql.filters import WHO

KNOWN = Vocabulary(frozenset({"77", "747"}), {"ages": (1, 2, 6), "groups": range(1, 17), "vaccines": ("AZ", "PF")})

FULL = Filters(
    unit="747", date_from=date(2021, 9, 1), date_to=date(2021, 11, 5), ages=(1, 6), groups=(1, 9),
    vaccines=("AZ", "PF"), stage="booster1", basis="place", as_of=12, lang="en",
)  # fmt: skip


def test_filters_survive_the_address():
    assert read(FULL.query(), KNOWN) == (FULL, ())


def test_the_usual_question_needs_no_address():
    assert Filters().query() == ""
    assert read("", KNOWN) == read("?", KNOWN) == read(None, KNOWN) == (Filters(), ())


def test_one_choice_has_one_address():
    one, _ = read("?vaccine=PF,AZ&age=6,1", KNOWN)
    other, _ = read("?age=1,6,1&vaccine=AZ,PF,AZ", KNOWN)
    assert one == other and one.query() == other.query()


@pytest.mark.parametrize(
    "part",
    [
        "unit=999", "unit=", "from=05/11/2021", "to=2021-13-01", "age=12-17", "age=1,", "group=0",
        "group=x", "vaccine=ZZ", "stage=2", "basis=home", "as_of=-1", "as_of=1.5", "as_of=99999999999999999999",
        "as_of=٣", "lang=fr", "colour=red",
        "from=0021-11-01", "to=2100-01-01", "as_of=" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_means_nothing_is_left_out_and_named(part):
    filters, ignored = read(f"?stage=first&{part}", KNOWN)
    assert filters == Filters(stage="first")
    assert ignored == (Ignored(*part.split("=")),)


def test_a_lot_is_written_with_what_can_be_printed():
    assert read("?lot=a%00b", KNOWN, {"/": {"lot"}}) == (Filters(), (Ignored("lot", "a\0b"),))


def test_a_range_that_ends_before_it_begins_keeps_its_beginning():
    filters, ignored = read("?from=2021-11-05&to=2021-11-01", KNOWN)
    assert filters == Filters(date_from=date(2021, 11, 5))
    assert ignored == (Ignored("to", "2021-11-01"),)


def test_a_link_keeps_the_question_and_changes_one_thing():
    assert FULL.href(unit="77").startswith("/?unit=77&from=2021-09-01")
    assert Filters().href("/sites", lang="en") == "/sites?lang=en"


def test_the_wall_screen_is_not_a_mistake():
    assert read("?wall=1", KNOWN) == (Filters(), ())


def test_a_choice_is_declared_whole():
    """A field of the question, its words, and where SQL takes it."""
    names = [choice.name for choice in CHOICES]
    assert set(names) == {"ages", "vaccines"} | {one.name for one in WHO}
    assert {name for name in names if getattr(Filters(), name) != ()} == set()
    assert {f"{word}.{name}" for word in ("filter", "every") for name in names} <= TEXTS.keys()
    assert set(names) <= set(NARROWING) and len({choice.key for choice in CHOICES}) == len(CHOICES)
