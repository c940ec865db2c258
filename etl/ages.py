"""Parses ages that a source gives in place of a birth date: in years, or as an age group. Pure.

What cannot be parsed is unknown: such a record only has no age band.
"""

import re
import unicodedata

OLDEST = 150
_YEARS = r"(?:tuổi|tuoi|t|years?(?: old)?|yrs?|y)?"
_AGE = re.compile(rf"(\d{{1,3}})(?:[.,]\d+)?\s*{_YEARS}")
_MONTHS = re.compile(r"(\d{1,3})\s*(?:tháng(?: tuổi)?|thang(?: tuoi)?|months?)")
_BETWEEN = re.compile(rf"(?:từ |tu |from )?(\d{{1,3}})\s*{_YEARS}\s*(?:-|đến|den|tới|to)\s*(\d{{1,3}})\s*{_YEARS}")
_FROM = re.compile(rf"(?:(?:>=|≥|từ |tu )\s*(\d{{1,3}})\s*{_YEARS}(?: trở lên| tro len)?"
                   rf"|(\d{{1,3}})\s*{_YEARS}\s*(?:\+|trở lên|tro len|and over|or older))")  # fmt: skip
_ABOVE = re.compile(rf"(?:>|trên|tren|over)\s*(\d{{1,3}})\s*{_YEARS}")
_BELOW = re.compile(rf"(?:<|dưới|duoi|under)\s*(\d{{1,3}})\s*{_YEARS}")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

Ages = tuple[int, int]  # first and last, whole years, both inclusive


def parse_age(text: str) -> Ages | None:
    """34, 34.0, 34 tuổi; 7 tháng is 0."""
    word = _plain(text)
    if found := _AGE.fullmatch(word):
        return _within(int(found[1]), int(found[1]))
    if found := _MONTHS.fullmatch(word):
        return _within(int(found[1]) // 12, int(found[1]) // 12)
    return None


def parse_group(text: str) -> Ages | None:
    """12-17, 12 – 17 tuổi, từ 12 đến 17, 65+, >= 65, 65 tuổi trở lên, dưới 5; a single age is a group of one."""
    word = _plain(text)
    if found := _BETWEEN.fullmatch(word):
        return _within(int(found[1]), int(found[2]))
    if found := _FROM.fullmatch(word):
        return _within(int(found[1] or found[2]), OLDEST)
    if found := _ABOVE.fullmatch(word):
        return _within(int(found[1]) + 1, OLDEST)
    if found := _BELOW.fullmatch(word):
        return _within(0, int(found[1]) - 1)
    return parse_age(text)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).translate(_DASHES).casefold().split())


def _within(first: int, last: int) -> Ages | None:
    return (first, last) if 0 <= first <= last <= OLDEST else None
