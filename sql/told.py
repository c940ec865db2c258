"""What a source may leave out: a bit for each optional field, kept with every record that it delivers.

What a record does not tell is unknown, not a failure; and a version that tells more is the better one of its moment.
"""

from collections.abc import Iterable

# A bit keeps its meaning for good: warehouses are full of them, and sql/queries names them by their numbers.
BITS = {
    "person": 1,  # who it is: an ID, or what stands for one
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
    """The bits of the canonical fields that a source maps."""
    given = set(fields)
    # A name alone is no person: mapping takes name, birth and sex together.
    if "person_id" in given or (given.intersection(_BIRTH) and {"full_name", "sex"} <= given):
        given.add("person")
    if given.intersection(_BIRTH + _AGE):
        given.add("birth")
    return sum(bit for name, bit in BITS.items() if name in given)
