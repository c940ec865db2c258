"""Detects codes that contain personal data: the row's own ID or name, or what looks like a phone number or an ID.

Pure. Ordinary codes are cheap: a row is examined by itself only if the code is long enough for the
row's ID, or has all the letters of the row's name.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BETWEEN = re.compile(r"[\W_]+")  # includes decomposed accents
_GAP = r"[ .\-]*"
_SHAPES = (
    rf"(?:\+84|0){_GAP}[35789](?:{_GAP}[0-9]){{8}}",  # a phone in Viet Nam
    rf"0(?:{_GAP}[0-9]){{11}}",  # an ID of 12 digits; all begin with the province, 001-096
)
_CODE = rf"(?:^|[^0-9])(?:{'|'.join(_SHAPES)})(?:[^0-9]|$)"
_LOT = rf"(?:^|[^0-9])(?:{'|'.join(_SHAPES)}|[0-9]{{3}}[ .\-][0-9]{{3}}[ .\-][0-9]{{3}})(?:[^0-9]|$)"
# Shorter ones match unrelated codes.
_SHORTEST_ID, _SHORTEST_NAME = 8, 5
# Plain character classes: Unicode classes take RE2 milliseconds to compile, each time.
_LETTER = "A-Za-z\u0080-\U0010ffff"
_LETTERS = rf"[{_LETTER}](?:[^0-9{_LETTER}]*[{_LETTER}]){{{_SHORTEST_NAME - 1}}}"
_DIGITS = r"[0-9](?:[^A-Za-z0-9]*[0-9]){6}"
_FEW = 2048  # values; up to here Python's cached patterns are faster


def plain(text: str) -> str:
    """Letters and digits only, lower case, without accents."""
    if not text.isascii():
        text = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return _BETWEEN.sub("", text).lower()


@dataclass(frozen=True)
class Persons:
    """The persons of a page's rows. `ids` in one spelling, `is_id` which of them are valid."""

    ids: pa.StringArray
    is_id: pa.BooleanArray
    names: pa.StringArray
    given: tuple[pa.StringArray, ...]  # IDs and names as they were sent

    def to_redact(self, field: str, codes: pa.StringArray) -> np.ndarray | None:
        """A mask of the rows whose code must be redacted; None if there is none."""
        found = np.zeros(len(codes), bool)
        for sent in self.given:
            found |= np.asarray(pc.equal(codes, sent).fill_null(False))
        encoded = codes.dictionary_encode()
        values, at = encoded.dictionary, encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
        if field != "record_id":  # whose numbers may be any
            found |= _matching(values, _LOT if field == "lot_number" else _CODE)[at]
        for rows, test in ((self._ids_in(values, at), self._is_id_in), (self._names_in(values, at), self._is_name_in)):
            if len(rows):
                found[rows[test(rows, values, at)]] = True
        return found if found.any() else None

    # -- IDs

    @cached_property
    def _cores(self) -> pa.StringArray:
        """The part of an ID to search for: without leading zeros, which a number loses; digits only if it is not valid."""
        cores = self.ids
        if pc.any(pc.invert(self.is_id)).as_py():
            digits = pc.replace_substring_regex(cores, r"\D+", "")
            digits = pc.if_else(pc.greater_equal(pc.binary_length(digits), 9), digits, cores)
            cores = pc.if_else(self.is_id, cores, digits)
        if pc.any(pc.match_substring_regex(cores, r"[^0-9A-Z]")).as_py():
            cores = pc.replace_substring_regex(pc.utf8_upper(cores), r"[^0-9A-Z]+", "")
        short = pc.utf8_ltrim(cores, "0")
        return pc.if_else(pc.greater_equal(pc.binary_length(short), _SHORTEST_ID), short, cores)

    @cached_property
    def _core_lengths(self) -> np.ndarray:
        lengths = pc.binary_length(self._cores).fill_null(0).to_numpy()
        return np.where(lengths >= _SHORTEST_ID, lengths, np.iinfo(np.int32).max)

    def _ids_in(self, values: pa.StringArray, at: np.ndarray) -> np.ndarray:
        """Rows whose code is long enough to hold their ID."""
        if self.ids.null_count == len(self.ids):
            return np.zeros(0, np.int64)
        lengths = np.append(pc.binary_length(values).to_numpy(), 0)
        if lengths.max() < self._core_lengths.min():
            return np.zeros(0, np.int64)
        lengths[~_matching(values, _DIGITS)] = 0
        return np.flatnonzero(lengths[at] >= self._core_lengths)

    def _is_id_in(self, rows: np.ndarray, values: pa.StringArray, at: np.ndarray) -> np.ndarray:
        codes = values.take(pa.array(at[rows]))
        if pc.any(pc.match_substring_regex(codes, r"[^0-9A-Z]")).as_py():
            codes = pc.replace_substring_regex(pc.utf8_upper(codes), r"[^0-9A-Z]+", "")
        cores = self._cores.take(pa.array(rows))
        return np.array([i in c for c, i in zip(codes.to_pylist(), cores.to_pylist(), strict=True)], bool)

    # -- names

    @cached_property
    def _name_letters(self) -> np.ndarray:
        return _letters(self.names)

    def _names_in(self, values: pa.StringArray, at: np.ndarray) -> np.ndarray:
        """Rows whose code has all the (unaccented) letters of their name."""
        if self.names.null_count == len(self.names) or not (worded := _matching(values, _LETTERS)).any():
            return np.zeros(0, np.int64)
        chosen = np.flatnonzero(worded)
        letters = np.zeros(len(worded), np.uint32)
        letters[chosen] = _letters(pa.array([plain(t) for t in values.take(pa.array(chosen)).to_pylist()], pa.string()))
        rows = np.flatnonzero(worded[at])
        return rows[self._name_letters[rows] & ~letters[at[rows]] == 0]

    def _is_name_in(self, rows: np.ndarray, values: pa.StringArray, at: np.ndarray) -> np.ndarray:
        names = self.names.take(pa.array(rows)).to_pylist()
        places = at[rows].tolist()
        known: dict[int, str] = {}
        for place in set(places):
            known[place] = plain(values[place].as_py())
        named = zip(places, names, strict=True)
        return np.array([name is not None and _is_named(known[place], name) for place, name in named], bool)


def _is_named(code: str, name: str) -> bool:
    own = plain(name)
    if len(own) < _SHORTEST_NAME:
        return False
    # one word alone is also the name of a place
    return own in code if len(name.split()) > 1 else own == code


def _matching(values: pa.StringArray, pattern: str) -> np.ndarray:
    """A mask of the values, with a further False for nulls."""
    if len(values) <= _FEW:
        search = re.compile(pattern).search
        return np.array([*(search(t) is not None for t in values.to_pylist()), False], bool)
    return np.append(np.asarray(pc.match_substring_regex(values, pattern), bool), False)


def _letters(texts: pa.StringArray) -> np.ndarray:
    """The letters a-z of each text as a bit set; accented ones are ignored."""
    texts = texts.fill_null("")
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    if data is None or not len(texts):
        return np.zeros(len(texts), np.uint32)
    table = np.zeros(256, np.uint32)
    for bit in range(26):
        table[[65 + bit, 97 + bit]] = 1 << bit
    bits = np.append(table[np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]], np.uint32(0))
    found = np.bitwise_or.reduceat(bits, offsets[:-1] - offsets[0])
    found[offsets[:-1] == offsets[1:]] = 0
    return found
