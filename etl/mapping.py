"""Maps a source's columns to canonical records, a table at a time. Pure.

A value that cannot be parsed becomes null, and its raw text goes to `unreadable` under the field's
name, so that the record can be quarantined and parsed again. Names and IDs are hashed into the
person_key and go no further.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import ages, unreadable
from etl.binary_copy import COPY_FORMAT, to_copy
from etl.fields import TIMES, WHOLE_NUMBERS, Read, Reader, as_text, either
from etl.identity import PERSON_KEY, digests, normal_names
from etl.pii import Persons
from etl.settings import FieldSpec, Mapped
from etl.times import TIME
from sql.told import BITS, told

__all__ = ["COLUMNS", "COPY_FORMAT", "SCHEMA", "Mapper", "compile_source", "to_copy"]

_TYPES = dict.fromkeys(WHOLE_NUMBERS, pa.int16()) | dict.fromkeys(TIMES, TIME)
_TYPES |= {"person_key": PERSON_KEY, "birth_date": pa.date32(), "told": pa.int32()}
# The order of the landing table.
COLUMNS = (
    "record_id", "person_key", "birth_date", "birth_year", "sex", "residence_code", "site_code", "vaccine_code",
    "lot_number", "dose_number", "dose_kind", "priority_group", "injected_at", "recorded_at", "updated_at",
    "status", "identity_status", "identity_checked_at", "certificate_printed_at", "app_confirmed_at", "told",
    "age_from", "age_to",
    "unreadable",
)  # fmt: skip
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
_PERSON = ("person_id", "full_name")
_CODES = ("record_id", "residence_code", "site_code", "vaccine_code", "lot_number")
# Separates the parts of what is hashed: a control character that no real text holds.
_SEPARATOR = "\x1f"


def compile_source(source: Mapped, zone: str, key: bytes, name: str) -> "Mapper":
    """Compile the mapping of a source. `zone` applies to times without one, unless the source names its own.

    Raises ValueError `sources.<name>.fields.<field>: …` if the settings cannot work.
    """
    return Mapper(source, source.time_zone or zone, key, name)


class Mapper:
    """mapper(table) → canonical table. `columns` are the source's columns that it reads."""

    def __init__(self, source: Mapped, zone: str, key: bytes, name: str):
        self.name, self._key = name, key
        # Salt of keys and generated record numbers: the source's first name, even after it was renamed.
        self.keyed_as = name
        self._id_pattern = "|".join(f"(?:{pattern})" for pattern in source.person_id_formats)
        self._check_id_pattern()
        # A source that is read as a whole has the time of its reading, whatever its rows say.
        clock = {"updated_at": FieldSpec(file="modified")} if source.is_read_whole else {}
        entries = [{**source.fields, **row, **clock} for row in source.rows or ({},)]
        self._entries = [{field: self._reader(field, spec, zone) for field, spec in e.items()} for e in entries]
        self._plain = {field: Reader(field, FieldSpec(column=field), zone) for field in (*SCHEMA.names,) if field in _READ}
        self.has_rows = source.rows is not None
        self.told = source.told
        self.origins = list(dict.fromkeys((f, c) for e in entries for f, spec in e.items() for c in spec.columns))
        self.columns = list(dict.fromkeys(column for _field, column in self.origins))
        self.fields, self.zone = source.fields, zone
        # what decides which records a row gives
        named = ("record_id", "updated_at", *(("vaccine_code", "injected_at") if self.has_rows else ()))
        self.key_columns = list(dict.fromkeys(c for e in entries for f in named for c in e[f].columns))

    def _check_id_pattern(self) -> None:
        try:
            pc.match_substring_regex(pa.array([""]), self._id_pattern)
        except pa.ArrowInvalid as unknown:
            raise ValueError(f"sources.{self.name}.person_id_formats: {unknown}") from None

    def _reader(self, field: str, spec: FieldSpec, zone: str) -> Reader:
        try:
            return Reader(field, spec, zone, self._is_id if field == "person_id" else None)
        except ValueError as wrong:
            raise ValueError(f"sources.{self.name}.fields.{field}.{wrong}") from None

    def _is_id(self, ids: pa.StringArray) -> pa.BooleanArray:
        return pc.match_substring_regex(ids, self._id_pattern).fill_null(False)

    def __call__(self, table: pa.Table, file_modified: datetime | None = None) -> pa.Table:
        """Canonical records; those of the first `rows` entry first. Never raises because of a cell's value."""
        columns = {name: _whole_array(table[name]) for name in self.columns}
        parts = []
        for number, readers in enumerate(self._entries, 1):
            chosen, count = columns, table.num_rows
            if self.has_rows:
                kept = _is_given(readers, columns, count)
                chosen = {name: column.filter(kept) for name, column in columns.items()}
                count = pc.sum(kept).as_py() or 0
            parts.append(self._records(readers, chosen, count, file_modified, number))
        return parts[0] if len(parts) == 1 else pa.concat_tables(parts).combine_chunks()

    def _records(self, readers, columns, count: int, modified: datetime | None, number: int) -> pa.Table:
        got, bad, raw = {}, {}, {}
        for field, reader in readers.items():
            spec = reader.spec
            if spec.origin == "value":
                got[field] = pa.repeat(reader.constant, count)
            elif spec.origin == "file":
                got[field] = pa.repeat(pa.scalar(modified, TIME), count)
            else:
                found, mended = self._found(spec, columns)
                if spec.origin == "hash":
                    found = self._hashed(found, number)
                elif field == "record_id" and self.has_rows:
                    found = pc.binary_join_element_wise(as_text(found)[0], str(number), "-")
                got[field], mask = reader.read(found)
                raw[field], bad[field] = found, either(mask, mended)
        return self._finished(got, raw, bad, count, told(readers))

    def keys(self, table: pa.Table) -> pa.Table:
        """record_id and updated_at only, from a table of `key_columns`."""
        columns = {name: _whole_array(table[name]) for name in self.key_columns}
        parts = []
        for number, readers in enumerate(self._entries, 1):
            chosen = columns
            if self.has_rows:
                kept = _is_given(readers, columns, table.num_rows)
                chosen = {name: column.filter(kept) for name, column in columns.items()}
            parts.append(self._keys(readers, chosen, number if self.has_rows else None))
        return pa.concat_tables(parts)

    def row_keys(self, table: pa.Table) -> pa.Table:
        """As `keys`, one per source row, before a row becomes several records."""
        return self._keys(self._entries[0], {name: _whole_array(table[name]) for name in self.key_columns}, None)

    def row_numbers(self, record_ids: Iterable[str]) -> list[str]:
        """The record numbers of the source rows behind these records."""
        entries = {str(number) for number in range(1, len(self._entries) + 1)} if self.has_rows else ()
        split = ((r, r.rpartition("-")) for r in record_ids)
        return list(dict.fromkeys(own if number in entries and own else r for r, (own, _dash, number) in split))

    def _keys(self, readers, columns, number: int | None) -> pa.Table:
        found = {}
        for field in ("record_id", "updated_at"):
            raw = columns[readers[field].spec.columns[0]]
            if field == "record_id" and number is not None:
                raw = pc.binary_join_element_wise(as_text(raw)[0], str(number), "-")
            found[field] = readers[field].read(raw)[0]
        return pa.table(found)

    def _found(self, spec: FieldSpec, columns: Mapping[str, pa.Array]) -> Read:
        """The raw column, or several columns joined."""
        if spec.origin == "column":
            return columns[spec.columns[0]], None
        texts = [as_text(columns[name]) for name in spec.columns]
        mended = None
        for _text, mask in texts:
            mended = either(mended, mask)
        separator, nulls = (" ", "skip") if spec.origin == "join" else (_SEPARATOR, "replace")
        joined = pc.binary_join_element_wise(
            *(text for text, _mask in texts), separator, null_handling=nulls, null_replacement=""
        )
        is_empty = pc.match_substring_regex(joined, rf"^{separator}*$")
        return pc.if_else(is_empty, pa.scalar(None, pa.string()), joined), mended

    def _hashed(self, joined: pa.StringArray, number: int) -> pa.StringArray:
        """A record number of 32 hexadecimal digits, for sources without one."""
        encoded = joined.dictionary_encode()
        prefix = f"hash:{self.keyed_as}:{number}:" if self.has_rows else f"hash:{self.keyed_as}:"
        return _hexadecimal(digests(self._key, prefix, encoded.dictionary)).take(encoded.indices)

    def _finished(self, got, raw, bad, count: int, told: int) -> pa.Table:
        """Derive fields from others: birth_year, sex, status, person key and identity status."""
        for name in SCHEMA.names:
            if name not in got and name in _READ:
                got[name] = pa.nulls(count, SCHEMA.field(name).type)
        _fill_birth_year(got, raw, bad)
        _fill_ages(got)
        got["sex"] = _filled(got["sex"], "unknown", bad.get("sex"))
        if "status" not in raw:
            got["status"] = pc.fill_null(got["status"], "completed")
        elif got["status"].null_count:
            # without a status it is unknown whether the dose was given
            bad["status"] = np.asarray(got["status"].is_null())
        ids, is_id = self._ids(got.get("person_id"), count)
        got["person_key"] = self._person_keys(got, ids, is_id, count)
        got["told"] = pa.repeat(pa.scalar(told, pa.int32()), count)
        if told & BITS["identity_status"]:
            status = pc.if_else(is_id, "pending", pc.if_else(ids.is_null(), "no_id", "bad_format"))
            got["identity_status"] = _filled(got["identity_status"], status, bad.get("identity_status"))
        else:
            # A source without identity checks has no failed ones, not even for a missing ID: those doses would be the only
            # known ones, and 0 % of them checked.
            got["identity_status"] = pa.repeat("unknown", count)
        if not told & BITS["dose_number"]:
            got["dose_number"] = pa.repeat(pa.scalar(0, pa.int16()), count)  # unknown which dose it was
        hidden = [got[name] for name in _PERSON if name in got]
        names = got["full_name"] if "full_name" in got else pa.nulls(count, pa.string())
        self._withhold(got, raw, bad, Persons(ids, is_id, names, tuple(hidden)))
        if bad.get("person_id") is not None:  # broken bytes or a formula: may be anybody's ID
            raw["person_id"] = pa.repeat(pa.scalar(unreadable.WITHHELD), count)
        wanted = {name: (raw[name], mask) for name, mask in bad.items() if mask is not None and name != "full_name"}
        got["unreadable"] = unreadable.column(wanted, hidden, count)
        return pa.table([got[name] for name in COLUMNS], schema=SCHEMA)

    def _ids(self, ids: pa.StringArray | None, count: int) -> tuple[pa.StringArray, pa.BooleanArray]:
        """(normalized IDs, mask of the valid ones). An ID that is already valid is not changed."""
        if ids is None:
            return pa.nulls(count, pa.string()), pa.repeat(pa.scalar(False), count)
        if pc.any(pc.starts_with(ids, "000")).as_py():
            # A CMND padded to twelve digits: provinces begin at 001.
            cmnd = pc.replace_substring_regex(ids, r"^000(\d{9})$", r"\1")
            ids = pc.if_else(self._is_id(cmnd), cmnd, ids)
        is_id = self._is_id(ids)
        if pc.all(is_id).as_py():
            return ids, is_id
        # spaces, a spreadsheet's apostrophe before leading zeros, lower case
        spelled = pc.utf8_upper(pc.replace_substring_regex(ids, r"\s+|^'", ""))
        ids = pc.if_else(is_id, ids, spelled)
        return ids, self._is_id(ids)

    def _person_keys(self, got, ids: pa.StringArray, is_id: pa.BooleanArray, count: int) -> pa.Array:
        """By ID; else by name, birth and sex; else one person per record."""
        keys = np.zeros((count, PERSON_KEY.byte_width), np.uint8)
        by_id = np.asarray(is_id)
        self._hash_into(keys, by_id, "id:", ids)
        rest = ~by_id
        is_known = np.ones(count, bool)
        if rest.any():
            named = _named(got, rest)
            by_name = rest & np.asarray(named.is_valid())
            self._hash_into(keys, by_name, "name:", named)
            by_record = rest & ~by_name
            self._hash_into(keys, by_record, f"record:{self.keyed_as}:", got["record_id"])
            is_known = ~(by_record & np.asarray(got["record_id"].is_null()))
        found = pa.FixedSizeBinaryArray.from_buffers(PERSON_KEY, count, [None, pa.py_buffer(keys)])
        return found if is_known.all() else pc.if_else(pa.array(is_known), found, pa.scalar(None, PERSON_KEY))

    def _withhold(self, got, raw, bad, persons: Persons) -> None:
        """Redact codes that contain personal data; a record number is replaced by a hash."""
        for name in _CODES:
            if name not in raw or (held := persons.to_redact(name, got[name])) is None:
                continue
            mask = pa.array(held)
            instead = pa.scalar(None, pa.string())
            if name == "record_id":
                instead = self._hashed(pc.if_else(mask, got[name], pa.scalar("")), 0)
            got[name] = pc.if_else(mask, instead, got[name])
            raw[name] = pc.if_else(mask, pa.scalar(unreadable.WITHHELD), as_text(raw[name])[0])
            bad[name] = either(bad.get(name), held)

    def _hash_into(self, keys: np.ndarray, rows: np.ndarray, prefix: str, texts: pa.StringArray) -> None:
        if not rows.any():
            return
        chosen = texts if rows.all() else texts.filter(pa.array(rows))
        encoded = chosen.fill_null("").dictionary_encode()
        found = digests(self._key, prefix, encoded.dictionary)[encoded.indices.to_numpy()]
        keys[rows] = found

    def reread(self, records: Iterable[Mapping]) -> pa.Table:
        """Parse quarantined records (dicts of texts) again with the current settings.

        A field without a value is parsed from its text in `unreadable`, as the source sent it; all
        others are canonical already. What was repaired or truncated stays faulty: only the source can
        correct it. person_key is unchanged, since what it was made from is not kept.
        """
        records = list(records)
        got, raw, bad = {}, {}, {}
        kept = [record.get("unreadable") or {} for record in records]
        for field in self._plain:
            texts = [_text(record.get(field)) for record in records]
            raw[field] = pa.array([k.get(field, t) for k, t in zip(kept, texts, strict=True)], pa.string())
            got[field], bad[field] = self._again(field, texts, kept)
        _fill_birth_year(got, raw, bad)
        got["sex"] = _filled(got["sex"], "unknown", bad.get("sex"))
        bad["status"] = np.asarray(got["status"].is_null())
        got["person_key"] = pa.array([_key_bytes(record.get("person_key")) for record in records], PERSON_KEY)
        # records from before this was kept: by the current settings
        got["told"] = pa.array([int(record.get("told", self.told)) for record in records], pa.int32())
        for name, unknown in (("identity_status", "unknown"), ("dose_number", 0)):
            is_told = pc.not_equal(pc.bit_wise_and(got["told"], pa.scalar(BITS[name], pa.int32())), 0)
            got[name] = pc.if_else(is_told, got[name], pa.scalar(unknown, got[name].type))
        if any(is_broken := ["person_id" in k for k in kept]):
            raw["person_id"], bad["person_id"] = pa.repeat(pa.scalar(unreadable.WITHHELD), len(records)), np.array(is_broken)
        wanted = {name: (raw[name], mask) for name, mask in bad.items() if mask is not None}
        got["unreadable"] = unreadable.column(wanted, [], len(records))
        return pa.table([got[name] for name in COLUMNS], schema=SCHEMA)

    def _again(self, field: str, texts: list[str | None], kept: list[Mapping[str, str]]) -> Read:
        """One field of quarantined records: (values, bad)."""
        old = [k.get(field) for k in kept]
        values, bad = self._plain[field].read(pa.array(texts, pa.string()))
        is_final = [r is not None and (t is not None or r == unreadable.WITHHELD) for r, t in zip(old, texts, strict=True)]
        bad = either(bad, np.array(is_final, bool) if any(is_final) else None)
        lost = np.array([r is not None and r != unreadable.WITHHELD for r in old], bool) & np.asarray(values.is_null())
        raw = pa.array([r if is_lost else None for r, is_lost in zip(old, lost, strict=True)], pa.string())
        own = [readers[field] for readers in self._entries if field in readers]
        for reader in [*(r for r in own if r.spec.origin != "value"), self._plain[field]] if lost.any() else ():
            found, wrong = reader.read(raw)
            is_read = lost if wrong is None else lost & ~wrong
            values = pc.if_else(pa.array(is_read), found, values)
            lost = lost & ~is_read
        return values, either(bad, lost if lost.any() else None)


# Canonical fields that are parsed; the other three are derived.
_READ = tuple(name for name in COLUMNS if name not in ("person_key", "told", "unreadable"))


def _text(value) -> str | None:
    return None if value is None else str(value)


def _key_bytes(key) -> bytes | None:
    return bytes.fromhex(str(key).replace("-", "")) if isinstance(key, str) else getattr(key, "bytes", key)


def _whole_array(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _is_given(readers: Mapping[str, Reader], columns: Mapping[str, pa.Array], count: int) -> pa.BooleanArray:
    """A mask of the rows that give a record for an entry of `rows`: a vaccine or a time of injection is there."""
    names = [c for field in ("vaccine_code", "injected_at") for c in readers[field].spec.columns]
    if not names:
        return pa.repeat(pa.scalar(True), count)
    given = [as_text(columns[name])[0].is_valid() for name in names]
    kept = given[0]
    for other in given[1:]:
        kept = pc.or_(kept, other)
    return kept


def _filled(values: pa.Array, otherwise, bad: np.ndarray | None) -> pa.Array:
    """Fill missing values by `otherwise`; unreadable ones stay null."""
    filled = pc.fill_null(values, otherwise) if isinstance(otherwise, str) else pc.coalesce(values, otherwise)
    return filled if bad is None else pc.if_else(pa.array(bad), pa.scalar(None, values.type), filled)


def _fill_birth_year(got, raw, bad) -> None:
    """From the birth date, which may hold the year alone (1950)."""
    year = pc.year(got["birth_date"]).cast(pa.int16())
    if (mask := bad.get("birth_date")) is not None:
        text = as_text(raw["birth_date"])[0]
        is_year = np.asarray(pc.match_substring_regex(text, r"^(?:1[89]|20)\d\d$").fill_null(False)) & mask
        only = pc.if_else(pa.array(is_year), text, pa.scalar(None, pa.string())).cast(pa.int16())
        year = pc.coalesce(year, only)
        mask = mask & ~is_year
        bad["birth_date"] = mask if mask.any() else None
    got["birth_year"] = _filled(got["birth_year"], year, bad.get("birth_year"))


def _fill_ages(got) -> None:
    """From the age if there is one, else from the age group."""
    for name, read in (("age", ages.parse_age), ("age_group", ages.parse_group)):
        if name not in got:
            continue
        encoded = got[name].dictionary_encode()
        found = [read(text) or (None, None) for text in encoded.dictionary.to_pylist()]
        for end, values in zip(("age_from", "age_to"), zip(*found, strict=True) if found else ((), ()), strict=True):
            got[end] = pc.coalesce(got[end], pa.array(values, pa.int16()).take(encoded.indices))


def _named(got, rest: np.ndarray) -> pa.StringArray:
    """Name, birth, sex and residence joined if the first three are known, else null."""
    if "full_name" not in got:
        return pa.nulls(len(rest), pa.string())
    names = pc.if_else(pa.array(rest), got["full_name"], pa.scalar(None, pa.string())).dictionary_encode()
    normal = pa.array(normal_names(names.dictionary.to_pylist()), pa.string()).take(names.indices)
    year = got["birth_year"].cast(pa.string())
    birth = year if got["birth_date"].null_count == len(rest) else pc.coalesce(got["birth_date"].cast(pa.string()), year)
    sex = pc.if_else(pc.equal(got["sex"], "unknown"), pa.scalar(None, pa.string()), got["sex"])
    return pc.binary_join_element_wise(normal, birth, sex, got["residence_code"].fill_null(""), _SEPARATOR)


def _hexadecimal(keys: np.ndarray) -> pa.StringArray:
    width = 2 * keys.shape[1]
    offsets = np.arange(len(keys) + 1, dtype=np.int32) * width
    text = keys.tobytes().hex().encode()
    return pa.StringArray.from_buffers(len(keys), pa.py_buffer(offsets), pa.py_buffer(text))
