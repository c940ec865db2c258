"""Why a source cannot be read: a sentence in Vietnamese for what is common, and always the program's own words."""

import pytest

from dashboard.components import reasons
from dashboard.i18n import LANGUAGES
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
