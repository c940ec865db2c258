"""The field presence mask: a bit per optional field that a source gives, stored with every record.

A field that a source does not give is unknown, not a failure; of two versions with equal times, the one with more fields
wins.
"""

from collections.abc import Iterable

# Bits must never change their meaning: they are stored, and sql/queries uses the numbers.
BITS = {
    "person": 1,  # an ID, or name, birth and sex
    "identity_status": 2,
    "identity_checked_at": 4,
    "certificate_printed_at": 8,
    "app_confirmed_at": 16,
    "recorded_at": 32,
    "birth": 64,
    "sex": 128,
    "residence_code": 256,
    "lot_number": 512,
    "priority_group": 1024,
    "dose_kind": 2048,
    "dose_number": 4096,
    "status": 8192,
}
EVERYTHING = sum(BITS.values())
_BIRTH, _AGE = ("birth_date", "birth_year"), ("age", "age_group")


def told(fields: Iterable[str]) -> int:
    """The mask of the canonical fields that a source maps."""
    given = set(fields)
    # A name alone does not identify a person.
    if "person_id" in given or (given.intersection(_BIRTH) and {"full_name", "sex"} <= given):
        given.add("person")
    if given.intersection(_BIRTH + _AGE):
        given.add("birth")
    return sum(bit for name, bit in BITS.items() if name in given)
