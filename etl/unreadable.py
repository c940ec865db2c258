"""Raw texts of unreadable fields, as JSON for the quarantine, with personal data redacted.

An operator needs these texts to correct the settings. But in a list whose columns are shifted a name
may stand in place of a date, so they are redacted conservatively.
"""

import json
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from etl.fields import CHOICES, TIMES, as_text, folded
from etl.pii import plain

LONGEST = 64  # characters shown
WITHHELD = "(withheld)"

_LONG_SECRET = 5  # letters and digits; longer ones are also searched for without accents and punctuation
_MOMENTS = (*TIMES, "birth_date")

# IDs and phone numbers have 9 digits or more, with any spacing; a full time has 14 with - : T . between them
_LONG_NUMBER = re.compile(r"\d(?:[ .]?\d){7,}")
# Not IDs: serial dates of spreadsheets (44474.395833), dates with points, dates and times without separators: 05.11.2021 08:30, 20211105083000.
_DAY = r"[0-3]?\d\.[01]?\d\.(?:19|20)\d\d|[0-3]\d[01]\d(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d"
_HOUR = r"\d?\d[:.]?\d\d(?:[:.]?\d\d)?"
_MOMENT = re.compile(
    rf"[345]\d{{4}}\.\d{{1,12}}|(?:{_DAY})(?:[ T]{_HOUR})?|(?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d(?:[0-6]\d)?"
)
_WORD = re.compile(r"[^\W\d_]+")


def column(found: Mapping[str, tuple[pa.Array, np.ndarray]], hidden: Iterable[pa.StringArray], count: int) -> pa.StringArray:
    """One JSON object per row with a fault: {field: raw text}; null for the others.

    `found` is field → (raw column, mask of the bad rows); `hidden` are names and IDs: a text that
    contains one of its own row is withheld.
    """
    documents: dict[int, dict[str, str]] = {}
    hidden = list(hidden)
    for field, (raw, mask) in found.items():
        rows = np.flatnonzero(mask)
        chosen = pa.array(rows)
        texts = as_text(raw.take(chosen))[0].to_pylist()
        persons = zip(*(names.take(chosen).to_pylist() for names in hidden), strict=True) if hidden else ((),) * len(rows)
        for row, text, person in zip(rows.tolist(), texts, persons, strict=True):
            documents.setdefault(row, {})[field] = _shown(field, text or "", person)
    if not documents:
        return pa.nulls(count, pa.string())
    place = np.full(count, -1)
    place[list(documents)] = np.arange(len(documents))
    texts = pa.array([json.dumps(d, ensure_ascii=False) for d in documents.values()], pa.string())
    return texts.take(pa.array(place, mask=place < 0))


def _shown(field: str, text: str, person: Iterable[str | None]) -> str:
    if text == WITHHELD:
        return text
    letters, bare = folded(text).replace(" ", ""), plain(text)
    for secret in person:
        part = folded(secret or "").replace(" ", "")
        if part and letters and (part in letters or letters in part):
            return WITHHELD
        if (core := plain(secret or "")) and len(core) >= _LONG_SECRET and core in bare:
            return WITHHELD
    if not (field in _MOMENTS and _MOMENT.fullmatch(text)):
        text = _LONG_NUMBER.sub("…", text)
    # a date has at most one word (05-Nov-2021); more may be a name or an address
    if field not in CHOICES and len(_WORD.findall(text)) > 1:
        text = _WORD.sub(lambda word: "·" * len(word[0]), text)
    return text[:LONGEST]
