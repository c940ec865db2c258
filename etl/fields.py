"""Reads one column of a source as one canonical field: translates, parses, and marks what could not be read.

`Reader(name, spec, zone)` is made once per field; `reader.read(array)` returns (values, bad): bad is
a mask of the rows that hold something invalid, or None if all were read.
"""

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import times
from etl.settings import FieldSpec

CHOICES = {
    "sex": ("female", "male", "other", "unknown"),
    "dose_kind": ("primary", "additional", "booster"),
    "status": ("completed", "entered-in-error", "not-done"),
    "identity_status": ("not_sent", "no_id", "bad_format", "pending", "correct", "wrong", "not_applicable", "unknown"),
}
WHOLE_NUMBERS = ("birth_year", "dose_number", "priority_group", "age_from", "age_to")
TIMES = (
    "injected_at", "recorded_at", "updated_at", "identity_checked_at", "certificate_printed_at",
    "app_confirmed_at",
)  # fmt: skip
# An index entry of PostgreSQL holds 2704 bytes; no real code, lot or record number comes close.
LONGEST = 200  # characters

_WHOLE = re.compile(r"[+-]?\d{1,5}(?:\.0*)?", re.ASCII)
_PADDED = re.compile(r"%0([1-9]\d?)d")
# Length of an ID in digits → how many leading zeros a number cell can have lost: a CMND begins with a province of two
# digits (01 to 38), a CCCD with one of three (001 to 096). With more zeros it would be an ID that nobody has.
_ZEROS_LOST = {9: 1, 12: 2}
_NOT_TEXT = (pa.lib.ArrowInvalid, pa.lib.ArrowNotImplementedError, pa.lib.ArrowTypeError)

_TEXT = pa.string()
_COMPOSED = ("residence_code", "site_code", "vaccine_code", "lot_number")

Mask = np.ndarray | None
Read = tuple[pa.Array, Mask]


def as_text(found: pa.Array) -> Read:
    """Trimmed text, null if empty. Texts with NUL bytes or invalid UTF-8 are repaired, and marked as bad."""
    if pa.types.is_dictionary(found.type):
        found = found.dictionary_decode()
    if pa.types.is_floating(found.type):
        found = _without_point(found)
    bad = None
    try:
        text = found.cast(pa.string())
        text.validate(full=True)
        if has_nul(text):
            text, bad = _mended(text)
    except _NOT_TEXT:
        text, bad = _mended(found)
    if pa.types.is_decimal(found.type):
        text = pc.replace_substring_regex(text, r"\.0*$", "")
    text = pc.utf8_trim_whitespace(text)
    is_empty = pc.equal(pc.binary_length(text), 0)
    if pc.any(is_empty).as_py():
        text = pc.if_else(is_empty, pa.scalar(None, pa.string()), text)
    return text, bad


def _without_point(numbers: pa.Array) -> pa.Array:
    """Integers that came as floats (spreadsheets know no others), as integers again."""
    is_whole = pc.and_(pc.equal(pc.round(numbers), numbers), pc.less(pc.abs(numbers), 1e15))
    whole = pc.if_else(is_whole, numbers, pa.scalar(None, numbers.type)).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, numbers.cast(pa.string()))


def _is_ascii(text: pa.StringArray) -> bool:
    data = text.buffers()[2]
    # of the whole buffer: see has_nul
    return data is None or not len(data := np.frombuffer(data, np.uint8)) or data.max() < 0x80


def has_nul(text: pa.StringArray) -> bool:
    data = text.buffers()[2]
    # of the whole buffer, which may be larger than the array: a false alarm costs only time
    return data is not None and not np.frombuffer(data, np.uint8).all()


def _mended(found: pa.Array) -> Read:
    """The slow path for arrays with broken text: drops NUL bytes, replaces invalid bytes by U+FFFD."""
    if not (pa.types.is_binary(found.type) or pa.types.is_large_binary(found.type)):
        try:
            found = found.cast(pa.binary())
        except _NOT_TEXT:
            found = pa.array([None if v is None else str(v).encode() for v in found.to_pylist()], pa.binary())
    raw: list[bytes | None] = found.to_pylist()
    text = [None if v is None else v.decode("utf-8", "replace").replace("\0", "") for v in raw]
    is_bad = [t is not None and t.encode() != v for v, t in zip(raw, text, strict=True)]
    return pa.array(text, pa.string()), np.array(is_bad, np.bool_) if any(is_bad) else None


def either(first: Mask, second: Mask) -> Mask:
    if first is None or second is None:
        return second if first is None else first
    return first | second


def folded(text: str) -> str:
    """Normalizes case, spaces and composed accents, for comparing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class Reader:
    """Reads one field. Raises ValueError if its settings cannot work."""

    def __init__(self, name: str, spec: FieldSpec, zone: str, is_id: Callable | None = None):
        """`is_id` is for person_id only: a mask of the texts that are IDs."""
        self.name, self.spec, self.zone = name, spec, zone
        self._is_id = is_id
        self._values = {folded(found): _text_or_none(value) for found, value in (spec.values or {}).items()}
        self._format: times.Format | None = None
        self._width: int | None = None
        if spec.format is not None:
            self._use_format(spec.format)
        self._parse = self._road()
        self.default = None if spec.default is None else self._own(str(spec.default), "default")
        self.constant = None if spec.value is None else self._own(str(spec.value), "value")
        for value in {value for value in self._values.values() if value is not None}:
            self._own(value, "values")

    def _use_format(self, text: str) -> None:
        if self.name in TIMES or self.name == "birth_date":
            try:
                self._format = times.compile_format(text)
            except ValueError as unknown:
                raise ValueError(f"format: {unknown} (found {text})") from None
        elif self.name not in CHOICES and (match := _PADDED.fullmatch(text)):
            self._width = int(match[1])
        else:
            raise ValueError(f"format: is for dates and times, or %012d for text of 12 digits (found {text})")

    def _road(self) -> Callable[[pa.StringArray], Read]:
        if self.name in TIMES:
            return self._times
        if self.name == "birth_date":
            return self._dates
        if self.name in CHOICES:
            return self._choices
        return self._whole_numbers if self.name in WHOLE_NUMBERS else self._texts

    def _own(self, text: str, key: str) -> pa.Scalar:
        """Parse a value of the settings, which must itself be valid."""
        values, bad = Reader(self.name, FieldSpec(column=self.name), self.zone).read(pa.array([text]))
        if bad is not None:
            allowed = f"; it can be {', '.join(CHOICES[self.name])}" if self.name in CHOICES else ""
            raise ValueError(f"{key}: {text!r} is no {self.name}{allowed}")
        return values[0]

    def read(self, found: pa.Array) -> Read:
        is_time = self.name in TIMES or self.name == "birth_date"
        if is_time and (pa.types.is_timestamp(found.type) or pa.types.is_date(found.type)):
            values, mended = self._typed(found), None
            bad = _lost(found, values)
        else:
            text, mended = as_text(found)
            if self._values:
                text = _by_distinct(text, lambda t: self._values.get(folded(t), t))
            values, bad = self._parse(text)
            if self._parse == self._texts:  # in other fields the repaired text is valid or not by itself
                bad = either(bad, mended)
        if self.default is not None:
            values = pc.fill_null(values, self.default)
            # In an enumerated field the default also stands for unknown values (not for broken bytes); elsewhere only for
            # missing ones.
            if self.name in CHOICES:
                bad = mended
        return values, bad

    def _typed(self, found: pa.Array) -> pa.Array:
        if self.name != "birth_date":
            return times.typed(found, self.zone)
        if pa.types.is_timestamp(found.type) and found.type.tz is not None:
            found = pc.local_timestamp(times.in_range(found).cast(pa.timestamp(found.type.unit, self.zone)))
        return times.typed(found, "UTC").cast(pa.timestamp("us")).cast(pa.date32(), safe=False)

    def _times(self, text: pa.StringArray) -> Read:
        values = times.parse(text, self.zone, self._format)
        return values, _lost(text, values)

    def _dates(self, text: pa.StringArray) -> Read:
        moments = times.parse(text, "UTC", self._format)
        values = moments.cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
        return values, _lost(text, values)

    def _whole_numbers(self, text: pa.StringArray) -> Read:
        values = _by_distinct(text, {"birth_year": _year, "priority_group": _group}.get(self.name, _whole), pa.int16())
        return values, _lost(text, values)

    def _choices(self, text: pa.StringArray) -> Read:
        allowed = CHOICES[self.name]
        values = _by_distinct(text, lambda t: t if t in allowed else None)
        return values, _lost(text, values)

    def _texts(self, text: pa.StringArray) -> Read:
        bad = None
        if self.name in _COMPOSED and not _is_ascii(text):
            # as in the reference data; a record number stays as it is, since the source is queried by it
            encoded = text.dictionary_encode()
            text = pc.utf8_normalize(encoded.dictionary, form="NFC").take(encoded.indices)
        if self._width:
            text = self._padded(text, self._width)
        longest = pc.max(pc.binary_length(text)).as_py() or 0
        if longest > LONGEST and (bad := np.asarray(pc.greater(pc.utf8_length(text), LONGEST).fill_null(False))).any():
            text = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(text, 0, LONGEST))
        return text, bad if bad is not None and bad.any() else None

    def _padded(self, text: pa.StringArray, width: int) -> pa.StringArray:
        """Restore the leading zeros that digits lost in a number cell."""
        text = pc.replace_substring_regex(text, r"^(\d+)\.0*$", r"\1")
        short = pc.match_substring_regex(text, rf"^\d{{1,{width}}}$").fill_null(False)
        if self._is_id is None:
            return pc.if_else(short, pc.utf8_lpad(text, width, "0"), text)
        short = pc.and_not(short, self._is_id(text))
        # The shortest ID that it can be: eight digits were a CMND, since no CCCD begins with 000.
        for length in sorted({9, width}) if pc.any(short).as_py() else ():
            found = pc.utf8_lpad(text, length, "0")
            digits = pc.utf8_length(text)
            can_be = pc.and_(pc.less(digits, length), pc.greater_equal(digits, length - _ZEROS_LOST.get(length, length)))
            can_be = pc.and_(pc.and_(short, can_be.fill_null(False)), self._is_id(found))
            text, short = pc.if_else(can_be, found, text), pc.and_not(short, can_be)
        return text


def _text_or_none(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _lost(found: pa.Array, values: pa.Array) -> Mask:
    """A mask of the rows that held something and have no value now."""
    if values.null_count == found.null_count:
        return None
    return np.asarray(pc.and_(found.is_valid(), values.is_null()))


def _whole(text: str) -> int | None:
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text.split(".")[0])
    return number if -32768 <= number <= 32767 else None


def _year(text: str) -> int | None:
    year = _whole(text)
    return year if year is not None and year >= times.FIRST_YEAR else None


def _group(text: str) -> int | None:
    number = _whole(text)
    return number if number is not None and number >= 0 else None


def _by_distinct(text: pa.StringArray, change: Callable, into: pa.DataType = _TEXT) -> pa.Array:
    """Map every value by `change`, called once per distinct value."""
    encoded = text.dictionary_encode()
    return pa.array([change(t) for t in encoded.dictionary.to_pylist()], into).take(encoded.indices)
