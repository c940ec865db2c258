"""What the sources do not tell is said, and nobody is named for it; units without a population are named."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard import app as application
from dashboard import definitions, shell, theme
from dashboard.api.answer import answer
from dashboard.api.question import read
from dashboard.api.schema import describe
from dashboard.credit import credit
from dashboard.data.compare import RECAST_ON
from dashboard.filters import Filters
from dashboard.i18n import LANGUAGES
from dashboard.parts import charts, denominators, people, targets, tiles
from dashboard.parts.changes import lead as changes_lead
from dashboard.parts.compare import lead as compare_lead
from dashboard.parts.compare import movement, recast, side_by_side
from dashboard.parts.district import changes, communes, groups, second_dose
from dashboard.parts.district import lead as district_lead
from dashboard.parts.district import sites as district_sites
from dashboard.parts.sites import all_sites, directive, one_site
from dashboard.parts.sites.faults import faults
from dashboard.parts.sites.looks import looks
from dashboard.parts.vaccines import due, given
from dashboard.view import Reader, View
from dashboard.wall import screens
from sql import settings
from tests.dashboard.house import settled, until
from tests.dashboard.province import CHAU_DUC, Province
from tests.dashboard.tree import said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
SITES, SITE = Filters(path="/sites"), Filters(path="/site/<site>", code="S1")
NOTHING = {"identity_correct_before": 0, "identity_unknown": 200, "certificates_printed": 0, "certificates_unknown": 200,
           "app_confirmed": 0, "app_unknown": 200}  # fmt: skip
NO_ENTRY = {"entered_unknown": 200, "lag_median": None, "lag_p90": None, "late_today": 0} | dict.fromkeys(
    ("entered_within_72h", "entered_same_day", "entered_day_1", "entered_day_2", "entered_days_4_7"), 0)  # fmt: skip


class Telling(Province):
    """A province whose one site has these figures; `identity`: of its 200 doses, so many whose source tells nothing."""

    def __init__(self, identity: int | None = None, **figures):
        super().__init__()
        self.figures, self.identity = figures, identity

    def site_figures(self, filters):
        return self._rows([replace(super().site_figures(filters)[0], **self.figures)])

    def site_identity(self, filters):
        (row,) = super().site_identity(filters)
        if self.identity is None:
            return self._rows([row])
        none = dict.fromkeys(
            ("correct_before", "not_sent", "no_id", "bad_format", "pending", "correct", "wrong", "not_applicable"), 0
        )
        known = {"correct_before": 60, "correct": 70, "pending": 30} if self.identity < 200 else {}
        return self._rows([replace(row, **none | known | {"unknown": self.identity})])


def view(filters=SITES, province=None, language=VI) -> View:
    return View(province or Province(), filters, (), language)


@pytest.mark.parametrize("language", [VI, EN])
@pytest.mark.parametrize("filters", [SITES, SITE])
def test_what_no_source_tells_is_nobodys_fault_and_every_place_says_so(language, filters):
    asked = view(filters, Telling(identity=200, **NOTHING), language)
    (look,) = looks(view(SITES, asked.data))
    assert faults(look, hour=10) == []
    page = one_site if filters is SITE else all_sites
    words = {
        "vi": ("Nguồn không cung cấp: xác thực, in giấy", "Công an"),
        "en": ("Not told by the source: identity, certificates", "police"),
    }
    told, blamed = words[language.code]
    assert told in said(page.lead(asked))
    shown = said(page.tiles(asked))
    assert shown.count(language.say("sites.untold")) == 3  # identity, certificates, app
    assert not re.search(r"(?<![\d.,])0([.,]0)?%", shown) and "95" in shown  # same-day entry is told
    funnel = directive.identity(asked, [look])
    assert [
        (row.values["status_doses"], row.values["status_share"].share, row.values["status_owner"]) for row in funnel.rows
    ] == [(200, None, "")]
    assert blamed not in said(page.lead(asked)) + shown + funnel.sentence


def test_the_list_of_sites_leaves_the_cells_empty_and_names_no_limit_for_them():
    found = all_sites.table(view(province=Telling(identity=200, **NOTHING)))
    (row,), (whole,) = found.rows, found.foot
    for values in (row.values, whole.values):
        assert [values[name] for name in ("identity", "certificates", "app")] == [None] * 3
        assert values["same_day"] == 0.95
    assert row.values["fault"] is None and not row.warned
    assert "xác thực trước tiêm dưới" not in found.sentence and "nhập trong ngày dưới 90%" in found.sentence


def test_of_some_doses_the_share_is_of_those_that_are_told():
    """Of 200 doses of two sources one tells of 80: 40 of them in time; the site is judged by these."""
    province = Telling(identity=120, identity_correct_before=36, identity_unknown=120)
    shown = said(all_sites.tiles(view(province=province)))
    assert "45" in shown and "số mũi có thông tin" in shown and "120 mũi nguồn không cung cấp" in shown
    (look,) = looks(view(province=province))
    assert [(fault.kind, fault.share) for fault in faults(look, 10)] == [("identity", pytest.approx(44 / 80))]
    few = Telling(identity_correct_before=0, identity_unknown=191)
    assert faults(looks(view(province=few))[0], 10) == []  # nine say nothing about a site


def test_the_funnel_of_some_adds_up_with_a_row_that_has_no_share():
    funnel = directive.identity(view(), looks(view(province=Telling(identity=100))))
    rows = {row.values["status"]: (row.values["status_doses"], row.values["status_share"].share) for row in funnel.rows}
    assert rows["Nguồn không cung cấp"] == (100, None) and rows["Đúng, trước khi tiêm"] == (60, 0.6)
    assert sum(doses for doses, _share in rows.values()) == funnel.foot[0].values["status_doses"] == 200
    assert "40 trong 100 mũi" in funnel.sentence and "100 mũi" in funnel.sentence


@pytest.mark.parametrize("filters", [SITES, SITE])
def test_when_doses_were_entered_may_not_be_told(filters):
    province = Telling(**NO_ENTRY)
    province.silent = ("recorded_at",)
    asked = view(filters, province)
    (look,) = looks(view(SITES, province))
    assert faults(look, 10) == []
    page = one_site if filters is SITE else all_sites
    shown = said(page.tiles(asked))
    assert "nguồn không cung cấp" in shown and "Nhập hôm nay cho ngày trước" not in shown and "Trong 72 giờ" not in shown
    lags = directive.entry(asked, [look])
    assert [(row.values["entered_doses"], row.values["entered_share"].share) for row in lags.rows] == [(200, None)]
    assert all_sites.table(view(SITES, province)).rows[0].values["late"] is None
    assert district_sites.table(view(Filters(path="/district/<unit>"), province)).rows[0].values["late"] is None
    assert "không biết mũi nào nhập bù" in all_sites.queue(view(SITES, Silent("recorded_at"))).sentence


class Silent(Province):
    def __init__(self, *fields: str):
        super().__init__()
        self.silent = fields

    def late_entries(self, filters, entered_on=None):
        return self._rows([])

    def overdue(self, filters, level=None):
        return self._rows(
            [replace(row, overdue=0, passed=0, share=None, due_soon=0) for row in super().overdue(filters, level)]
        )

    def due_by_day(self, filters):
        return self._rows([])


def test_a_day_of_a_site_has_a_share_of_what_is_told():
    class Some(Province):
        def site_days(self, code, filters):
            return self._rows(
                [
                    replace(row, entered_same_day=20, entered_unknown=row.doses - 20)
                    for row in super().site_days(code, filters)
                ]
            )

    assert [row.values.get("day_same") for row in one_site.days(view(SITE, Some())).rows][1:] == [1.0, 1.0]


def test_lots_that_are_not_told_are_not_lots_that_were_not_recorded():
    class Bare(Silent):
        def site_used(self, code, filters):
            return self._rows([replace(row, lot_number="") for row in super().site_used(code, filters)])

    found = one_site.lots(view(SITE, Bare("lot_number")))
    assert found.sentence == "Nguồn không cung cấp số lô."
    assert {row.values["lot"] for row in found.rows} == {"nguồn không cung cấp"}


# Records, not persons


@pytest.mark.parametrize(
    ("language", "words"), [(VI, "mỗi bản ghi được đếm như một người"), (EN, "each record is counted as if")]
)
def test_without_person_numbers_every_page_file_and_tile_says_that_it_counts_records(language, words):
    for filters in (Filters(), Filters(path="/definitions"), Filters(path="/targets")):
        assert words in said(shell.AROUND["notices"](view(filters, Silent("person"), language)))
    assert words in credit(view(Filters(), Silent("person"), language), people.RANKING).text
    assert said(tiles.tiles(view(Filters(), Silent("person"), language))).count(language.say("told.records_short")) == 3
    assert words not in said(shell.AROUND["notices"](view(Filters(), language=language)))


def test_of_two_sources_the_one_without_person_numbers_is_named():
    province = Province()
    province.silent_some = ("person",)
    assert "Nguồn lists không cung cấp" in said(shell.AROUND["notices"](view(Filters(), province)))
    assert "Đếm bản ghi" not in said(tiles.tiles(view(Filters(), province)))


def test_nobody_is_due_or_overdue_whom_nobody_knows():
    asked = view(Filters(path="/district/<unit>"), Silent("person"))
    shown = said(district_lead.tiles(asked))
    assert "nguồn không cung cấp" in shown and "không biết ai đến hạn hay quá hạn mũi 2" in shown
    found = second_dose.table(asked)
    assert {
        row.values.get(name) for row in (*found.rows, *found.foot) for name in ("overdue", "passed", "lateshare", "due")
    } == {None}
    assert "không biết ai đến hạn" in found.sentence
    assert {row.values["late"] for row in communes.table(view(Filters(path="/district/<unit>"), Silent("person"))).rows} == {
        None
    }
    assert {row.values["needed"] for row in due.due_table(view(Filters(path="/vaccines"), Silent("person"))).rows} == {None}


def test_the_api_names_the_sources_whose_records_it_counts():
    found = answer(read({}, "application/json", Silent("person")), Silent("person"))
    assert found["counts_records_of"] == ["platform"]


# Neither persons nor dose numbers


def test_where_nobody_knows_what_was_reached_the_overview_is_by_place_and_the_api_gives_no_zero():
    """Such a page said "0 %" of every stage, and who is missing to the target."""
    bare = Silent("person", "dose_number", "stage")
    asked = Reader(bare, "vi").read("/")
    assert asked.filters.by_place
    notice = said(shell.AROUND["notices"](asked))
    assert "cũng không cho biết mũi thứ mấy" in notice and "theo số mũi đã ghi" not in notice
    found = answer(read({}, "application/json", bare), bare)
    assert found["no_figures"].startswith("no source tells persons or dose numbers")
    assert {row[name] for row in found["rows"] for name in ("people", "coverage", "gap")} == {None}
    by_place = answer(read({"basis": ["place"]}, "application/json", bare), bare)
    assert by_place["no_figures"] is None and all(row["doses"] is not None for row in by_place["rows"])


@pytest.mark.parametrize("field", ["stage", "residence_code"])
def test_no_file_gives_a_zero_of_what_nobody_knows(tmp_path, field):
    """But by place of injection, where a page can be asked so."""
    dash = application.make(settings.read(data=tmp_path), Silent(field))
    refused = {}
    for block, page in {"compare-ranking": "compare", "district-ages": "district/747", "district-sites": "district/747",
                        "targets-versions": "targets", "vaccines-by-kind": "vaccines", "ranking": "", "changes-units": "changes"}.items():  # fmt: skip
        given = dash.server.test_client().get(f"/export/{block}.csv/{page}?basis=residence")
        refused[block] = (given.status_code, VI.say("told.no_reach") in given.text) == (404, True)
    unknown = {"compare-ranking", "district-ages", "targets-versions"}
    assert refused == {block: block in unknown for block in refused}


@pytest.mark.browser
def test_a_page_by_residence_says_that_nobody_knows_in_place_of_zeros(visit, house):
    house.province.told = Silent("stage", "person").told
    opened = visit("/compare", wait=False)
    words = VI.say("told.no_reach")
    until(opened, f"(document.querySelector('main')?.innerText || '').split('{words}').length > 3")
    settled(opened)
    assert re.findall(r"\d[\d.,]*(?:%| bản ghi| mũi)", opened.inner_text("main")) == []


def test_of_two_sources_the_one_that_tells_neither_persons_nor_doses_is_named():
    province = Province()
    province.silent_some = ("stage", "person")
    notice = said(shell.AROUND["notices"](view(Filters(), province)))
    assert "chỉ nằm trong số mũi tiêm" in notice and "được đếm như một người" not in notice


# Where nobody tells where people live


def test_without_residences_the_overview_is_by_place_and_says_why():
    reader = Reader(Silent("residence_code"), "vi")
    asked = reader.read("/")
    assert asked.filters.by_place
    found = answer(read({}, "application/json", reader.data), reader.data)
    assert found["no_figures"].startswith("no source tells where people live")
    assert {row["people"] for row in found["rows"]} == {None}
    assert "không tính được bao phủ theo nơi ở" in said(shell.AROUND["notices"](asked))
    assert not Reader(Province(), "vi").read("/").filters.by_place


# Units without a population


class Lacking(Province):
    """One district's population is not known: 7 of each 10 persons are counted, over half the population."""

    def standing(self, filters, level=None):
        return self._rows([
            replace(row, lacking=[CHAU_DUC], counted=row.people * 7 // 10, population=row.population // 2) if row.is_self else
            replace(row, population=None, coverage=None) if row.unit_id == CHAU_DUC else row
            for row in super().standing(filters, level)
        ])  # fmt: skip

    def _but(self, ask: str, *arguments):
        """Its own rows of an answer say what they lack; of a version of the populations, that it is of the others."""
        rows = getattr(super(), ask)(*arguments)
        return self._rows([replace(row, lacking=[CHAU_DUC]) if getattr(row, "is_self", True) else row for row in rows])

    def dropout(self, *asked):
        return self._but("dropout", *asked)

    def standing_by_part(self, *asked):
        return self._but("standing_by_part", *asked)

    def rank_movement(self, *asked):
        return self._but("rank_movement", *asked)

    def recast(self, *asked):
        return self._but("recast", *asked)

    def denominators(self, *asked):
        return self._but("denominators", *asked)

    def coverage_change(self, *asked):
        return self._but("coverage_change", *asked)


DIVIDED = {
    "the second dose": lambda view: second_dose.table(view).sentence,
    "by age": lambda view: groups.ages(view).sentence,
    "by group": lambda view: groups.groups(view).sentence,
    "the units below": lambda view: communes.table(view).sentence,
    "what-if": lambda view: denominators.versions(view).sentence,
    "why it changed": lambda view: said(changes_lead.tiles(view)),
    "the ranking since a day": lambda view: movement.since(view).sentence,
    "units of another day": lambda view: recast.table(replace(view, filters=view.filters.but(borders=RECAST_ON))).sentence,
    "beside each other": lambda view: said(compare_lead.lead(view)),
    "the wall": lambda view: said(screens.standing(view)),
}


@pytest.mark.parametrize("block", DIVIDED)
@pytest.mark.parametrize("language", [VI, EN])
def test_every_rate_of_some_units_names_the_others(block, language):
    for province, is_named in ((Lacking(), True), (Province(), False)):
        asked = view(Filters(), province, language)
        found = DIVIDED[block](asked)
        said_of_it = language.say("lacking.said", units=asked.name(CHAU_DUC)) in found
        in_a_list = re.search(language.say("lacking.rows", units=f"[^:]*{asked.name(CHAU_DUC)}"), found)
        assert bool(said_of_it or in_a_list) is is_named


def test_the_points_of_a_week_are_of_those_whose_population_is_known():
    """700 of 10,000 people came within the week; of those counted the coverage by day says how many."""
    asked = view(Filters(stage="complete"), Lacking())
    (row,) = (row for row in changes.table(asked).rows if row.is_asked)
    days = [day for day in asked.data.coverage_by_day(asked.filters, [asked.unit.unit_id]) if day.stage == 2]
    week_ago = [day.coverage for day in days if day.day <= asked.today - timedelta(days=7)]
    assert row.values["weekpoints"] == pytest.approx(days[-1].coverage - max(week_ago))
    assert row.values["weekpoints"] != row.values["weeknew"] / people.self_of(people.standings(asked)).population


def test_a_unit_without_population_is_named_where_the_others_rate_stands():
    asked = view(Filters(), Lacking())
    name = asked.name(CHAU_DUC)
    assert f"Chưa có đối tượng đích của {name}: tỷ lệ tính trên các địa bàn còn lại." in said(people.lead(asked))
    own = people.self_of(people.standings(asked))
    assert f"{VI.count(own.counted)} / {VI.count(own.population)} người" in said(tiles.tiles(asked))
    assert "Không kể 1 địa bàn chưa có đối tượng đích" in said(tiles.tiles(asked))
    assert name in said(people.league(asked)).split("Chưa có đối tượng đích:")[1]
    assert name in people.league_table(asked).sentence
    assert name in credit(asked, people.RANKING).text
    assert "Chưa có đối tượng đích của" not in said(people.lead(view(Filters())))


# Records instead of persons


def of_records() -> Province:
    data = Province()
    data.silent = ("person",)
    return data


def of_table(table) -> str:
    """What a table says it counts; populations are of people all the same."""
    heads = [f"{column.title} {column.unit}" for column in table.columns if column.key not in POPULATIONS]
    return " ".join([table.title, table.unit, table.sentence, *heads])


# Of populations, and of those who wait for a second dose, of whom nothing is shown then.
POPULATIONS = {"population", "everybody", "overdue", "passed", "due", "late"}
COUNTED = {
    "the lead": lambda view: said(people.lead(view)),
    "the tiles": lambda view: said(tiles.tiles(view)),
    "the ranking": lambda view: said(people.league(view)),
    "the ranking's file": lambda view: of_table(people.league_table(view)),
    "the trend": lambda view: said(charts.trend_chart(view, theme.LIGHT)[1]) + charts.trend_chart(view, theme.LIGHT)[3],
    "the units below": lambda view: of_table(communes.table(view)),
    "by age": lambda view: of_table(groups.ages(view)),
    "what changed": lambda view: of_table(changes.table(view)) + of_table(changes.moves(view)),
    "the second dose": lambda view: of_table(second_dose.table(view)),
    "why it changed": lambda view: said(changes_lead.lead(view)) + said(changes_lead.tiles(view)),
    "beside each other": lambda view: said(compare_lead.lead(view)) + of_table(side_by_side.table(view)),
    "the ranking since a day": lambda view: of_table(movement.since(view)),
    "units of another day": lambda view: of_table(recast.table(replace(view, filters=view.filters.but(borders=RECAST_ON)))),
    "the targets": lambda view: said(targets.lead(view)).split("Tính trên")[0].split("Counted over")[0],
    "what-if": lambda view: of_table(denominators.versions(view)),
    "the wall": lambda view: said(screens.standing(view)) + said(screens.league(view)),
}


@pytest.mark.parametrize("block", COUNTED)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_where_records_are_counted_no_words_say_people(block, language):
    people_words, records = {"vi": (r"\bngười\b", "bản ghi"), "en": (r"\b(people|persons?)\b", "record")}[language]
    asked = Reader(of_records(), language).read("/")
    # of the tile: records / people of the population; the note says why
    found = re.sub(r"/ [\d.,]+ (người|people)|không phải người|not people", "", COUNTED[block](asked))
    assert not re.search(people_words, found, re.IGNORECASE), found
    assert records in found.lower()
    of_people = Reader(Province(), language).read("/")
    assert re.search(people_words, COUNTED[block](of_people), re.IGNORECASE)


def test_no_record_is_injected_or_falls_due():
    """What becomes of people becomes of no record: such a sentence is said otherwise, not with the one word exchanged."""
    odd = [
        text
        for text, _english in VI.of_records.texts.values()
        if re.search(r"[Bb]ản ghi (đã tiêm|mỗi ngày cần tiêm|(chưa |quá )?đến hạn)", text)
    ]
    assert odd == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_definitions_and_the_interface_say_records_too(language):
    data = of_records()
    asked = Reader(data, language).read("/definitions")
    word, other = {"vi": ("Số bản ghi", "Số người"), "en": ("Records of", "Distinct persons")}[language]
    of_first = definitions.what(asked.language, "coverage-first")
    assert of_first.startswith(word) and other not in of_first
    found = answer(read({}, "application/json", data), data)
    assert found["definitions"]["first"][language] == of_first
    row = describe(data)["components"]["schemas"]["CoverageRow"]["properties"]
    assert row["people"]["description"].startswith("Records") and "People" not in row["gap"]["description"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_hangs_on_persons_is_unknown_and_no_zero_where_records_are_counted(language):
    asked = Reader(of_records(), language).read("/")
    for chart in (second_dose.due_chart, due.due_chart):
        _title, _unit, figure, sentence, (_columns, rows) = chart(asked, theme.LIGHT)
        assert figure["layout"]["annotations"][0]["text"] == asked.say("told.second_unknown")
        assert (sentence, rows) == (asked.say("told.no_second"), [])
    causes = {row.values["cause"]: row.values for row in denominators.causes(asked).rows}
    assert causes[asked.say("over.duplicates")]["doses"] is None and causes[asked.say("over.shared_ids")]["persons"] is None


def test_where_lots_are_not_told_the_chart_of_lots_says_so():
    data = Province()
    data.silent = ("lot_number",)
    _title, _unit, figure, sentence, _twin = given.by_lot(view(Filters(), data), theme.LIGHT)
    assert sentence == "Nguồn không cung cấp số lô." and "Lô khác" not in str(figure)


def test_a_unit_without_population_is_named_once():
    sentence = communes.table(view(Filters(), Lacking())).sentence
    assert sentence.count("Huyện Châu Đức") == 1 and "Chưa có đối tượng đích: Huyện Côn Đảo" in sentence


def test_a_site_without_a_dose_is_not_said_to_have_none_late_where_nobody_tells():
    data = Telling(doses=0)
    data.silent = ("recorded_at",)
    (row,) = all_sites.table(view(SITES, data)).rows
    assert row.values["late"] is None
