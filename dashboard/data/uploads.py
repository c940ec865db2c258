"""Uploads: storing, listing and comparing them with what is in force. Never cached: it changes without a batch."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.types.json import Jsonb

from dashboard.data.asking import Asking
from dashboard.data.rows import Rows


@dataclass(frozen=True, slots=True)
class Upload:
    """One row per file. `state`: faulty, proposed, confirmed, applied, refused, withdrawing, withdrawn."""

    upload_id: int
    relation: str  # targets, populations
    file_name: str
    sha256: str
    lines: int
    uploaded_by: str
    is_self_declared: bool
    uploaded_at: datetime
    state: str
    faults: list[dict]  # code, line, column, found
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None  # why it was refused, as the log says it
    fault: dict[str, str] | None  # the same by its code; None: not refused, or by an earlier release
    batch_id: int | None  # from which it holds, or in which it was refused
    began_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    ended_batch_id: int | None


@dataclass(frozen=True, slots=True)
class UploadChange:
    """One row per line of a file whose unit is known: what it says, and what was said before."""

    line: int
    unit_id: int | None  # None: every unit
    stage: int | None
    age_band: int | None
    priority_group: int | None
    valid_from: date
    change: str  # new, changed, later, same
    share: float | None
    due_on: date | None
    persons: int | None
    source: str
    share_before: float | None
    due_on_before: date | None
    persons_before: int | None
    source_before: str | None
    valid_from_before: date | None
    version: str | None
    version_before: str | None


@dataclass(frozen=True, slots=True)
class UploadCheck:
    """One row per finding; a fault stands in the way, the others are to be looked at."""

    check: str  # unit, age, version, past, lower, sources, children, growth
    is_fault: bool
    line: int
    unit_id: int | None
    found: str | None
    value: float | None
    other: float | None
    difference: float | None
    version: str | None


class UploadsQuestions(Asking):
    def uploads(self) -> Rows[Upload]:
        """The newest first."""
        return self._fresh("uploads", Upload, {})

    def upload_changes(self, number: int) -> Rows[UploadChange]:
        return self._fresh("upload_changes", UploadChange, {"upload": number})

    def upload_checks(self, number: int) -> Rows[UploadCheck]:
        return self._fresh("upload_checks", UploadCheck, {"upload": number})

    def put_upload(
        self, relation: str, file_name: str, sha256: str, size_bytes: int, given: list, rows: list, faults: list,
        by: str, is_self_declared: bool,
    ) -> int:  # fmt: skip
        """Keep a file; returns its number. Raises UploadRefused."""
        facts = {"relation": relation, "file_name": file_name, "sha256": sha256, "size_bytes": size_bytes,
                 "given": Jsonb(given), "rows": Jsonb(rows), "faults": Jsonb(faults), "by": by,
                 "is_self_declared": is_self_declared}  # fmt: skip
        return self._warehouse.hand_in("put_upload", facts)

    def decide_upload(self, number: int, decision: str, by: str) -> str | None:
        """confirm, discard or withdraw; the new state, None where somebody else was faster."""
        return self._warehouse.hand_in("decide_upload", {"upload": number, "decision": decision, "by": by})
