"""What the brake stopped, as the page shows it: in the reader's language, by rule and field, with records by number."""

from datetime import datetime

import pytest

from dashboard.components import provenance, stops
from dashboard.i18n import LANGUAGES
from dashboard.texts.stops import TEXTS
from etl.brake import CRITERIA
from tests.dashboard.tree import texts

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]

GIVEN = {
    "state": "standing", "criterion": "broken", "reason": "250 of the last 250 records broke a rule", "unit": None, "received": 1250,
    "found": 1000, "allowed": 0.2, "measured_by": None, "braked_at": "2021-11-05T02:30:00+00:00", "released_at": None,
    "findings": [
        {"rule": "unknown_vaccine", "field": "vaccine_code", "records": 1000, "examples": [
            {"record": "r7", "value": "Cúm-X", "records": 990}, {"record": "r9", "value": None, "records": 10}]},
        {"rule": "changed", "field": "site_code", "records": 3, "examples": [{"record": "r1", "was": "S1", "value": "S2", "records": 3}]},
        {"rule": "moved", "field": "person_id", "records": 2, "examples": [{"record": "r2", "was": None, "value": None, "records": 2}]},
        {"rule": "brand_new_rule", "field": "", "records": 1, "examples": []},
    ],
}  # fmt: skip


def stopped(**more) -> stops.Stopped:
    return stops.read(GIVEN | more, lambda moment: moment.replace(tzinfo=None))


def said(tree) -> str:
    return " ".join(" ".join(texts(tree)).split())


def test_why_a_source_stands_is_said_in_the_readers_language():
    assert stops.why(VI, stopped()) == "1.000 trong 1.250 bản ghi mới vi phạm quy tắc (80%; cho phép đến 20%)"
    assert stops.why(EN, stopped()) == "1,000 of 1,250 new records broke a rule (80%; up to 20% is let pass)"
    line = provenance.SourceLine("platform", "braked", GIVEN["reason"], 1, 1, 1250, 0, stopped())
    assert "1.000 trong 1.250 bản ghi mới vi phạm quy tắc" in said(provenance.sources(VI, [line]))


@pytest.mark.parametrize(
    "criterion", [*(one.name for one in CRITERIA), "fewer_bytes", "fewer_records", "empty", "emptied", "lost", "renamed"]
)
def test_each_criterion_has_its_words(criterion):
    why = stops.why(VI, stopped(criterion=criterion, unit="list.csv", measured_by="old.csv"))
    assert why != GIVEN["reason"] and "None" not in why


def test_a_criterion_without_words_says_what_the_etl_said():
    assert stops.why(VI, stopped(criterion="brand_new")) == GIVEN["reason"]


def test_what_was_stopped_is_shown_by_rule_and_field_with_records_and_values():
    shown = said(stops.details(VI, "platform", stopped()))
    assert "platform: đã dừng lúc 02:30 05/11/2021" in shown and "./run release platform" in shown
    assert "vắc xin không có trong danh mục vaccine_code 1.000 r7 : Cúm-X (990) r9 : (trống) (10)" in shown
    assert "bị sửa site_code 3 r1 : S1 → S2 (3)" in shown
    assert "chuyển sang người khác person_id 2 r2 (2)" in shown
    assert "brand_new_rule" in shown


def test_of_a_file_its_name_is_said():
    assert stops.why(VI, stopped(unit="list.csv")).startswith("list.csv: 1.000 trong 1.250")
    assert stops.why(VI, stopped(unit="list.csv", criterion="empty")) == "tệp list.csv không có bản ghi nào"


def test_a_source_under_a_new_name_is_asked_about():
    shown = said(stops.details(VI, "register", stopped(criterion="renamed", measured_by="platform")))
    assert "có thể là nguồn ấy dưới tên mới" in shown and "./run source rename platform register" in shown


def test_a_release_that_is_open_is_shown():
    released = stopped(state="released", released_at="2021-11-05T03:00:00+00:00")
    assert "Đã cho đi tiếp lúc 03:00 05/11/2021" in said(stops.details(VI, "platform", released))
    assert "Released at 03:00 5\u00a0Nov\u00a02021" in " ".join(texts(stops.details(EN, "platform", released)))


def test_where_nothing_stands_nothing_is_shown():
    assert stops.read(None, datetime.now) is None


def test_each_rule_of_the_quarantine_has_its_words():
    from tests.etl.test_rules import BROKEN

    assert {f"stop.is.{rule}" for _given, rules in BROKEN for rule in rules} <= set(TEXTS)
