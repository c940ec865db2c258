"""The ETL's part of config.yaml: where records come from, what they are counted against, how they are loaded."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sql import settings
from sql.settings import SourceName
from sql.strict import Encoding, LocalPath, Model, Pattern, Share, Short, Text, TimeZone
from sql.told import told

# The fields that a source may map, in the order of the landing table. full_name and person_id are only
# hashed into person_key; age and age_group replace a missing birth date.
FIELDS = (
    "record_id", "person_id", "full_name", "birth_date", "birth_year", "age", "age_group", "sex", "residence_code", "site_code",
    "vaccine_code", "lot_number", "dose_number", "dose_kind", "priority_group", "injected_at", "recorded_at",
    "updated_at", "status", "identity_status", "identity_checked_at", "certificate_printed_at",
    "app_confirmed_at",
)  # fmt: skip
REQUIRED_FIELDS = ("record_id", "site_code", "vaccine_code", "injected_at", "updated_at")


class Reference(Short):
    """One reference table: a CSV, or a query at a database (url, query).

    `columns` renames columns, {ours: theirs}; `constants` fills columns that are missing there.
    """

    KEY: ClassVar[str] = "path"

    path: LocalPath | None = None
    columns: dict[str, Text] | None = None
    constants: dict[str, str | int | bool] | None = None
    url: Annotated[Text | None, Field(repr=False)] = None
    query: Text | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.path is None) == (self.url is None) or (self.url is None) != (self.query is None):
            raise ValueError("must be the path of a CSV, or {url: …, query: …}")
        return self


class References(Model):
    units: Reference
    sites: Reference | None = None
    site_aliases: Reference | None = None
    vaccines: Reference
    vaccine_aliases: Reference
    dose_rules: Reference
    booster_rules: Reference
    populations: Reference
    targets: Reference
    # Optional; without them pages say "unknown", never zero.
    sessions: Reference | None = None
    stock: Reference | None = None
    every_seconds: Annotated[int, Field(ge=1)] = 300


# Not strict: after a `before` validator the input is Python, where a list is not a tuple.
Columns = Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
_ORIGINS = ("column", "value", "file", "hash", "join")


class FieldSpec(Short):
    """Where one canonical field comes from: exactly one of column, value, file, hash and join.

    `values` translates; `default` replaces missing or untranslated values; `format` is strptime's, for
    dates and times.
    """

    KEY: ClassVar[str] = "column"

    column: Text | None = None
    value: str | int | None = None
    file: Literal["modified"] | None = None
    hash: Columns | None = None
    join: Columns | None = None
    values: dict[str, str | int | None] | None = None
    default: str | int | None = None
    format: Text | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if len(self.model_fields_set & set(_ORIGINS)) != 1:
            raise ValueError(f"must have exactly one of {', '.join(_ORIGINS)}")
        return self

    @property
    def origin(self) -> str:
        """Which of column, value, file, hash and join is set."""
        return next(origin for origin in _ORIGINS if origin in self.model_fields_set)

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that it reads."""
        return (self.column,) if self.column else self.hash or self.join or ()


Fields = dict[Literal[FIELDS], FieldSpec]  # type: ignore[valid-type]  # pydantic reads the names


# Incrementally by time of change; as a whole each time; file by file.
ReadBy = Literal["changes", "whole", "deliveries"]


class Mapped(Model):
    """Settings of all sources: how their columns become canonical fields."""

    WITHOUT_CLOCK: ClassVar[str]  # hint for a source without a time of change
    WHERE: ClassVar[set[str]]  # keys that locate it and do not change what its records mean

    fields: Fields
    # A source row gives one record per entry; an entry overrides `fields`.
    rows: Annotated[tuple[Fields, ...], Field(min_length=1)] | None = None
    time_zone: TimeZone | None = None
    # What a delivery is: incremental changes, a complete snapshot, or further records.
    deliveries: Literal["changes", "snapshot", "append"] | None = None
    # Records that the source no longer holds are taken out of the figures, or only reported.
    deletes: Literal["void", "report"] = "void"
    person_id_formats: tuple[Pattern, ...] = (r"^\d{12}$", r"^\d{9}$", r"^[A-Z]\d{7,8}$")

    @model_validator(mode="after")
    def _required(self) -> Self:
        for entry in self.rows or ({},):
            given = self.fields.keys() | entry.keys() | ({"updated_at"} if self.is_read_whole else set())
            missing = [name for name in REQUIRED_FIELDS if name not in given]
            if missing:
                hint = f"; {self.WITHOUT_CLOCK}" if "updated_at" in missing else ""
                raise ValueError(f"fields: {', '.join(missing)} must be mapped{hint}")
        return self

    @property
    def told(self) -> int:
        """Field presence mask (sql/told.py); with `rows`, the union."""
        return told(name for name, _spec in self.specs())

    @property
    def read_by(self) -> ReadBy:
        """Which protocol of etl.sources it implements."""
        raise NotImplementedError

    @property
    def looks_for(self) -> dict[str, str]:
        """The pattern of its files and their folder, which a page names where there are none; empty where it reads no files."""
        return {}

    @property
    def is_read_whole(self) -> bool:
        """Whether it is a database that is read as a whole each time, without a clock."""
        return self.read_by == "whole"

    @property
    def is_reconciled(self) -> bool:
        """Whether it is periodically reconciled with the warehouse: a database that is read incrementally."""
        return False

    def specs(self) -> list[tuple[str, FieldSpec]]:
        """Every (field, spec), including those of `rows`."""
        return [pair for part in (self.fields, *(self.rows or ())) for pair in part.items()]


class DatabaseSource(Mapped):
    kind: Literal["database"]
    url: Annotated[Text, Field(repr=False)]
    table: Text | None = None
    query: Text | None = None
    listen: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] | None = None
    # The first answer may need a sort of all rows; a server that hangs never answers.
    answer_within_seconds: Annotated[float, Field(gt=0)] = 300

    WITHOUT_CLOCK: ClassVar[str] = "without it the source is read whole each time: deliveries: snapshot"
    WHERE: ClassVar[set[str]] = {"url"}

    @property
    def read_by(self) -> ReadBy:
        has_clock = all("updated_at" in self.fields or "updated_at" in entry for entry in self.rows or ({},))
        is_whole = self.deliveries == "snapshot" or (self.deliveries is None and not has_clock)
        return "whole" if is_whole else "changes"

    @property
    def is_reconciled(self) -> bool:
        return not self.is_read_whole and self.deliveries != "append"

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("must have table or query, one of the two")
        if any(spec.file for _name, spec in self.specs()):
            raise ValueError("a database has no file; `file: modified` is for sources of kind files")
        return self


class FilesSource(Mapped):
    kind: Literal["files"]
    folder: LocalPath
    pattern: Text
    sheet: Text | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Encoding = "utf-8-sig"

    WITHOUT_CLOCK: ClassVar[str] = "a files source may say updated_at: {file: modified}"
    WHERE: ClassVar[set[str]] = {"folder"}

    @property
    def read_by(self) -> ReadBy:
        return "deliveries"

    @property
    def looks_for(self) -> dict[str, str]:
        return {"pattern": self.pattern, "folder": str(self.folder)}


# etl/sources/kinds.py opens them.
SourceSettings = Annotated[DatabaseSource | FilesSource, Field(discriminator="kind")]


class Brake(Model):
    """Limits of the circuit breaker: shares of a batch, of at least `min_records` records."""

    min_records: Annotated[int, Field(ge=1)] = 200
    quarantine_share: Share = 0.2
    void_share: Share = 0.2
    # High, since a platform legitimately updates each record a few times: identity, certificate, app.
    change_share: Share = 0.9
    # Of the changed records, those with another person: record ids that were reused.
    person_share: Share = 0.2
    # Of the new records: vaccines or sites missing in the tables, residences that are no code, people from elsewhere.
    unmapped_share: Share = 0.2
    residence_share: Share = 0.2
    outside_share: Share = 0.5
    shrink_share: Share = 0.5


class Etl(Model):
    every_seconds: Annotated[float, Field(ge=1)] = 2
    batch_size: Annotated[int, Field(ge=1)] = 10_000
    backfill_batch_size: Annotated[int, Field(ge=1, le=1_000_000)] = 200_000
    look_back_minutes: Annotated[int, Field(ge=0)] = 15
    look_back_every_seconds: Annotated[float, Field(ge=1)] = 30
    # Daily reconciliation of databases, and how many records of equal days it reads again each time.
    reconcile_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = "02:30"
    reconcile_records: Annotated[int, Field(ge=0)] = 100_000
    grace_days: Annotated[int, Field(ge=0)] = 0
    # A leader without a heartbeat for so long is replaced.
    takeover_seconds: Annotated[int, Field(ge=2)] = 15
    brake: Brake = Brake()


class Settings(settings.Settings):
    reference: References
    sources: dict[SourceName, SourceSettings] = {}  # noqa: RUF012 - frozen
    etl: Etl = Etl()
