"""Parses dates and times from text, a column at a time: what is invalid becomes null, nothing raises.

Strict where strptime is lenient: 31/02/2021 is invalid, and so is a two-digit year unless the format
asks for it. Times without a zone are local; a local time skipped by a clock change is read as the
moment of the change, a repeated one as the first of the two.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TIME = pa.timestamp("us", "UTC")
_LOCAL = pa.timestamp("us")
# A time outside of these years is a mistake (0015 was typed as 15), and Python's datetime overflows in some zones.
FIRST_YEAR = 1800
_YEARS = (str(FIRST_YEAR), "9998")

ISO = (
    r"^(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"
    r"(?:[T ](?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?)?)?"
    r" ?(?P<z>Z|[+-]\d\d(?::?\d\d)?)?$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "b": rf"(?P<b>(?i:{'|'.join(_MONTHS)}))[a-z]*", "H": r"(?P<H>\d{1,2})", "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})", "S": r"(?P<S>\d{1,2})", "f": r"(?P<f>\d{1,9})", "p": r"(?P<p>(?i:[ap]m))",
    "z": r"(?P<z>Z|[+-]\d\d:?\d\d)", "%": "%",
}  # fmt: skip
_SHORT = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y", "%B": "%b"}


@dataclass(frozen=True)
class Format:
    """A compiled strptime format."""

    text: str
    pattern: str  # a strict regular expression
    is_plain: bool  # whether Arrow's strptime, five times as fast, reads it too


def compile_format(text: str) -> Format:
    """Raises ValueError naming an unknown directive, or what is missing to give a day."""
    spelled = text
    for short, long in _SHORT.items():
        spelled = spelled.replace(short, long)
    parts, known = re.split(r"%(.)", spelled), set()
    pattern = re.escape(parts[0])
    for directive, literal in zip(parts[1::2], parts[2::2], strict=True):
        if directive not in _DIRECTIVES:
            raise ValueError(f"%{directive} is not among %{' %'.join(_DIRECTIVES)}")
        if directive in known and directive != "%":
            raise ValueError(f"%{directive} is there twice")
        known.add(directive)
        pattern += _DIRECTIVES[directive] + re.escape(literal)
    for needed in (("Y", "y"), ("m", "b"), ("d",)):
        if not known & set(needed):
            raise ValueError(f"has no %{' or %'.join(needed)}, so it gives no day")
    if "I" in known and "p" not in known:
        raise ValueError("%I needs %p")
    return Format(spelled, f"^{pattern}$", {"Y", "m", "d"} <= known <= set("YmdHMS"))


def parse(text: pa.StringArray, zone: str, written: Format | None = None) -> pa.TimestampArray:
    """Times (UTC, µs) from trimmed text: by the format `written` if there is one, then as ISO 8601."""
    if written is None:
        return _iso(text, zone)
    parsed = _by_format(text, zone, written)
    missed = np.asarray(pc.and_(parsed.is_null(), text.is_valid()))
    return _again(parsed, missed, lambda: _by_pattern(text.filter(pa.array(missed)), zone, ISO))


def _iso(text: pa.StringArray, zone: str) -> pa.TimestampArray:
    """In one cast if all are well-formed and alike (the common case, 17 ns a value), else by pattern."""
    try:
        return in_range(local(pc.cast(text, _LOCAL), zone))
    except pa.ArrowInvalid:
        pass
    try:
        return in_range(pc.cast(text, TIME))
    except pa.ArrowInvalid:
        return _by_pattern(text, zone, ISO)


def _by_format(text: pa.StringArray, zone: str, written: Format) -> pa.TimestampArray:
    if not written.is_plain:
        return _by_pattern(text, zone, written.pattern)
    found = pc.strptime(text, written.text, "us", error_is_null=True)
    # strptime turns 31/02 into 03/03 and the year 21 into 0021: results that may have come about
    # that way are parsed again, strictly.
    is_sure = pc.and_(pc.greater(pc.day(found), 3), pc.match_substring_regex(text, written.pattern))
    doubtful = ~np.asarray(is_sure.fill_null(False)) & np.asarray(text.is_valid())
    parsed = local(pc.if_else(is_sure, found, pa.scalar(None, _LOCAL)), zone)
    return _again(in_range(parsed), doubtful, lambda: _by_pattern(text.filter(pa.array(doubtful)), zone, written.pattern))


def _again(parsed: pa.Array, rows: np.ndarray, reader) -> pa.Array:
    """`parsed` with the given rows replaced by `reader()`."""
    return pc.replace_with_mask(parsed, pa.array(rows), reader()) if rows.any() else parsed


def local(times: pa.TimestampArray, zone: str) -> pa.TimestampArray:
    """UTC of wall-clock times in a zone."""
    return pc.assume_timezone(times, zone, ambiguous="earliest", nonexistent="latest").cast(TIME)


def in_range(times: pa.TimestampArray) -> pa.TimestampArray:
    """Replace times outside of the years 1800 to 9997 by null; any unit, with or without a zone."""
    if not len(times) or times.null_count == len(times):
        return times
    if times.type.unit == "ns":  # its range is 1677 to 2262
        return times
    first, last = (np.datetime64(year, times.type.unit).astype(np.int64) for year in _YEARS)
    ticks = times.view(pa.int64())
    ends = pc.min_max(ticks)
    if ends["min"].as_py() >= first and ends["max"].as_py() < last:
        return times
    is_in = pc.and_(pc.greater_equal(ticks, first), pc.less(ticks, last))
    return pc.if_else(is_in, times, pa.scalar(None, times.type))


def typed(found: pa.Array, zone: str) -> pa.TimestampArray:
    """UTC times of an array of timestamps or dates; a date is its midnight."""
    if pa.types.is_date(found.type):
        days = found.cast(pa.date32()).view(pa.int32())
        first, last = (np.datetime64(year, "D").astype(np.int32) for year in _YEARS)
        is_in = pc.and_(pc.greater_equal(days, first), pc.less(days, last))
        found = pc.if_else(is_in, days, pa.scalar(None, pa.int32())).view(pa.date32()).cast(_LOCAL)
    found = in_range(found)
    if found.type.tz is None:
        return in_range(local(found.cast(_LOCAL, safe=False), zone))
    return found.cast(TIME, safe=False)


def _by_pattern(text: pa.StringArray, zone: str, pattern: str) -> pa.TimestampArray:
    """The strict path: extract every part, check it, and combine them. About 0.5 µs a value."""
    parts = pc.extract_regex(text, pattern)
    names = {field.name for field in parts.type}
    is_match = np.asarray(parts.is_valid())

    def number(name: str, otherwise: int) -> np.ndarray:
        if name not in names:
            return np.full(len(text), otherwise, np.int64)
        found = pc.struct_field(parts, name)
        found = pc.if_else(pc.equal(found, ""), None, found)
        return pc.cast(found, pa.int64()).fill_null(otherwise).to_numpy(zero_copy_only=False)

    year = number("Y", 2000) if "Y" in names else _full_year(number("y", 0))
    month = _month_of(parts) if "b" in names else number("m", 1)
    day = number("d", 1)
    hour = _hour_of(parts, number("I", 12)) if "I" in names else number("H", 0)
    minute, second = number("M", 0), number("S", 0)
    is_good = is_match & (year >= FIRST_YEAR) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    month = np.where(is_good, month, 1)
    first = ((np.where(is_good, year, 1970) - 1970) * 12 + month - 1).astype("datetime64[M]")
    last_day = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    is_good &= (day >= 1) & (day <= last_day)
    micros = first.astype("datetime64[D]").astype(np.int64) + day - 1
    micros = ((micros * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000
    if "f" in names:
        micros += _fraction(pc.struct_field(parts, "f"))
    # invalid rows may hold any number by now; it must still be a valid time
    micros = np.where(is_good, micros, 0)
    wall = pa.array(micros, pa.int64(), mask=~is_good).view(_LOCAL)
    parsed = local(wall, zone)
    if "z" in names:
        offset, has_zone, is_offset = _offset(pc.struct_field(parts, "z"))
        zoned = pa.array(micros - offset * 60_000_000, pa.int64(), mask=~(is_good & is_offset)).view(TIME)
        parsed = pc.if_else(pa.array(has_zone), zoned, parsed)
    return in_range(parsed)


def _full_year(year: np.ndarray) -> np.ndarray:
    """POSIX: 69-99 are in the 1900s, 00-68 in the 2000s."""
    return np.where(year >= 69, 1900, 2000) + year


def _month_of(parts: pa.StructArray) -> np.ndarray:
    names = pc.ascii_lower(pc.struct_field(parts, "b"))
    return pc.index_in(names, pa.array(_MONTHS)).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _hour_of(parts: pa.StructArray, hour: np.ndarray) -> np.ndarray:
    is_afternoon = np.asarray(pc.equal(pc.ascii_lower(pc.struct_field(parts, "p")), "pm").fill_null(False))
    return np.where((hour < 1) | (hour > 12), 99, hour % 12 + 12 * is_afternoon)


def _fraction(digits: pa.StringArray) -> np.ndarray:
    """Microseconds of the fractional digits, truncated."""
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits.fill_null(""), 6, "0"), 0, 6)
    return pc.cast(padded, pa.int64()).to_numpy(zero_copy_only=False)


def _offset(zone: pa.StringArray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(minutes east of UTC, whether a zone is given, whether it can be one)."""
    text = pc.replace_substring(zone.fill_null(""), ":", "")
    has_zone = np.asarray(pc.not_equal(text, ""))
    digits = pc.utf8_rpad(pc.if_else(pc.or_(pc.equal(text, ""), pc.equal(text, "Z")), "+0000", text), 5, "0")
    hours = pc.cast(pc.utf8_slice_codeunits(digits, 1, 3), pa.int64()).to_numpy(zero_copy_only=False)
    minutes = pc.cast(pc.utf8_slice_codeunits(digits, 3, 5), pa.int64()).to_numpy(zero_copy_only=False)
    sign = np.where(np.asarray(pc.starts_with(digits, "-")), -1, 1)
    return sign * (hours * 60 + minutes), has_zone, (hours < 19) & (minutes < 60)
