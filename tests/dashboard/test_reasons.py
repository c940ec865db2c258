"""Why a source cannot be read: a sentence in Vietnamese for what is common, and always the program's own words."""

from string import Formatter

import pytest

from dashboard.components import provenance, reasons
from dashboard.data.sources import Refusal
from dashboard.i18n import LANGUAGES
from dashboard.texts import TEXTS
from etl.refusal import SENTENCES
from tests.dashboard.province import Province
from tests.dashboard.tree import said

VI, EN = LANGUAGES["vi"], LANGUAGES["en"]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("sources.p: the database at h:5432 does not answer: connection refused", "không trả lời"),
        ("sources.p: refused: permission denied for table injections", "thiếu quyền"),
        ("sources.p: refused: Access denied for user", "mật khẩu"),
        ('sources.p.fields.site_code: column "site" is not in the source; it has: a, b', "không có cột site"),
        ('sources.p: refused: relation "public.x" does not exist', "không có bảng public.x"),
        ("sources.p: refused: no such table: x", "không có bảng x"),
        ("sources.p.folder: /srv/inbox is not a folder that can be read", "Thư mục /srv/inbox"),
        ("sources.p.pattern: unacceptable (found ***)", "Mẫu tên tệp ***"),
        ('sources.p.fields.updated_at: column "x" is of type text; it must be', "Trường updated_at"),
        ("list of may.xlsx: is no workbook", "Tệp list of may.xlsx"),
        ("sources.p: may/list.csv.gz: ends in the midst", "Tệp may/list.csv.gz"),
    ],
)
def test_what_is_common_has_a_sentence(reason, sentence):
    assert sentence in reasons.sentence(VI, reason)
    assert said(reasons.why(VI, reason)).endswith(reason)
    assert said(reasons.why(EN, reason)) == reason


def test_what_nobody_foresaw_is_said_in_the_programs_words():
    assert reasons.sentence(VI, "sources.p: something else") is None
    assert said(reasons.why(VI, "sources.p: something else")) == "sources.p: something else"


def test_a_refused_table_is_told_in_the_readers_language_with_what_is_asked():
    fault = {"code": "bad_cell", "place": "sessions.csv", "line": "3", "column": "from_hour", "found": "25", "asked": "a whole number "
             "from 0 to 23", "asked_as": "between", "low": "0", "high": "23"}  # fmt: skip
    refusal = Refusal("sessions.csv line 3: …", fault)
    vietnamese = " ".join(said(reasons.refused(LANGUAGES["vi"], refusal)).split())
    assert vietnamese == "sessions.csv dòng 3: from_hour phải là số nguyên từ 0 đến 23 (đang là 25). sessions.csv line 3: …"
    assert said(reasons.refused(LANGUAGES["en"], refusal)).startswith(
        "sessions.csv line 3: from_hour must be a whole number from 0 to 23"
    )
    for other in (None, {"code": "of a release to come"}):
        assert said(reasons.refused(LANGUAGES["vi"], Refusal("as the log says", other))) == "as the log says"


def test_figures_by_tables_of_before_say_so_at_the_foot():
    refusal = Refusal("units.csv: there is no row in it", {"code": "no_row", "place": "units.csv"})
    shown = said(provenance.footer(LANGUAGES["vi"], [], Province().world(), refusal=refusal))
    assert "số liệu tính theo bảng cũ. units.csv: không có dòng nào." in " ".join(shown.split())
    assert "bảng cũ" not in said(provenance.footer(LANGUAGES["vi"], [], Province().world()))


def test_every_fault_of_a_table_has_its_sentence():
    def values(text: str) -> set[str]:
        return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}

    for code, sentence in SENTENCES.items():
        for text in TEXTS[f"refusal.{code}"]:
            assert values(text) <= values(sentence), code
