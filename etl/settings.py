"""The ETL's part of config.yaml: where records come from, what they are counted against, how they are loaded."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sql import settings
from sql.settings import SourceName
from sql.strict import Encoding, LocalPath, Model, Pattern, Share, Short, Text, TimeZone
from sql.told import told

# What a source may give, in the order of the landing table. full_name and person_id stay inside
# the mapping: they only make person_key; age and age_group stand for a birth that is not given.
FIELDS = (
    "record_id", "person_id", "full_name", "birth_date", "birth_year", "age", "age_group", "sex", "residence_code", "site_code",
    "vaccine_code", "lot_number", "dose_number", "dose_kind", "priority_group", "injected_at", "recorded_at",
    "updated_at", "status", "identity_status", "identity_checked_at", "certificate_printed_at",
    "app_confirmed_at",
)  # fmt: skip
REQUIRED_FIELDS = ("record_id", "site_code", "vaccine_code", "injected_at", "updated_at")


class Reference(Short):
    """One reference table: a CSV, or a query at a database (url, query).

    `columns` says what a column is called there, {ours: theirs}; `constants` fills columns that are not there.
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
    # Not to be had everywhere; without them pages say that nothing is known, never zero.
    sessions: Reference | None = None
    stock: Reference | None = None
    every_seconds: Annotated[int, Field(ge=1)] = 300


# Not strict: what has passed a `before` validator is no longer JSON, where a list may be a tuple.
Columns = Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
_ORIGINS = ("column", "value", "file", "hash", "join")


class FieldSpec(Short):
    """Where one canonical field comes from: exactly one of column, value, file, hash and join.

    `values` translates what is found; `default` stands where nothing, or no translation, is found;
    `format` is strptime's, for dates and times.
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
        """Which of column, value, file, hash, join it is."""
        return next(origin for origin in _ORIGINS if origin in self.model_fields_set)

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that it reads."""
        return (self.column,) if self.column else self.hash or self.join or ()


Fields = dict[Literal[FIELDS], FieldSpec]  # type: ignore[valid-type]  # pydantic reads the names


# In the order of its changes; from its first row to its last each time; by what is delivered as a whole.
ReadBy = Literal["changes", "whole", "deliveries"]


class Mapped(Model):
    """What all sources have in common: how their columns become canonical fields."""

    WITHOUT_CLOCK: ClassVar[str]  # what a source does, or can say, that has no time of change
    WHERE: ClassVar[set[str]]  # the keys that say where it is, and nothing of what its records mean

    fields: Fields
    # One source row gives one record an entry; each adds to `fields` or takes their place.
    rows: Annotated[tuple[Fields, ...], Field(min_length=1)] | None = None
    time_zone: TimeZone | None = None
    # What each delivery is: some changes, the whole truth, or further records.
    deliveries: Literal["changes", "snapshot", "append"] | None = None
    # What the source no longer holds is taken out of the figures, or only said.
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
        """Which optional fields it gives, in the bits of sql/told.py; with `rows`, what any of them gives."""
        return told(name for name, _spec in self.specs())

    @property
    def read_by(self) -> ReadBy:
        """Which of the promises of etl.sources it keeps."""
        raise NotImplementedError

    @property
    def looks_for(self) -> dict[str, str]:
        """The pattern of its files and their folder, which a page names where there are none; empty where it reads no files."""
        return {}

    @property
    def is_read_whole(self) -> bool:
        """Whether it is no file and yet a snapshot: read from its first row to its last each time, by no clock."""
        return self.read_by == "whole"

    @property
    def is_reconciled(self) -> bool:
        """Whether it is compared with what is held of it now and then: a database of which only the changes are read."""
        return False

    def specs(self) -> list[tuple[str, FieldSpec]]:
        """Every (field, spec), those of `rows` too."""
        return [pair for part in (self.fields, *(self.rows or ())) for pair in part.items()]


class DatabaseSource(Mapped):
    kind: Literal["database"]
    url: Annotated[Text, Field(repr=False)]
    table: Text | None = None
    query: Text | None = None
    listen: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] | None = None
    # A first answer may take a sort of all rows; a server that stands still gives none.
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


# With what opens each: etl/sources/kinds.py.
SourceSettings = Annotated[DatabaseSource | FilesSource, Field(discriminator="kind")]


class Brake(Model):
    """What stops a source: shares of a batch, looked at from `min_records` records on."""

    min_records: Annotated[int, Field(ge=1)] = 200
    quarantine_share: Share = 0.2
    void_share: Share = 0.2
    # A platform rightly changes each record a few times after it is entered: identity, certificate, app.
    change_share: Share = 0.9
    # Of the records that change, those that come under another person: ids that were given away anew.
    person_share: Share = 0.2
    # Of what is new: vaccines and sites that the tables do not know, residences that are no code, people from elsewhere.
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
    # Once a day each database is compared with what is held of it; so many records a time are read again in whole.
    reconcile_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = "02:30"
    reconcile_records: Annotated[int, Field(ge=0)] = 100_000
    grace_days: Annotated[int, Field(ge=0)] = 0
    # An ETL that gives no sign of life for so long is replaced by one that waits.
    takeover_seconds: Annotated[int, Field(ge=2)] = 15
    brake: Brake = Brake()


class Settings(settings.Settings):
    reference: References
    sources: dict[SourceName, SourceSettings] = {}  # noqa: RUF012 - frozen
    etl: Etl = Etl()

    def zone_of(self, source: str) -> str:
        """The time zone of a source's timestamps that have none of their own."""
        return self.sources[source].time_zone or self.time_zone
