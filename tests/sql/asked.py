"""Questions to schema mart, in the codes of the small world, and a campaign drawn to ask them about."""

from collections import namedtuple

from tests.etl.world import Given

FIRST, COMPLETE, BOOSTER1, BOOSTER2 = 1, 2, 3, 4
TODAY = "2021-11-10"

CAMPAIGN = """
    record_id | person | residence_code | vaccine_code | dose_number | injected_at
    ----------+--------+----------------+--------------+-------------+------------
    1         | An     | C1             | JS           | 1           | 2021-11-01
    2         | Bình   | C1             | AZ           | 1           | 2021-06-01
    3         | Bình   | C1             | AZ           | 2           | 2021-07-27
    4         | Chi    | C2             | AZ           | 1           | 2021-06-01
    5         | Chi    | C2             | AZ           | 2           | 2021-07-26
    6         | Dũng   | D3             | AB           | 1           | 2021-09-01
    7         | Dũng   | D3             | AB           | 2           | 2021-09-15
    8         | Dũng   | D3             | AB           | 3           | 2021-10-10
    9         | Em     | C3             | AZ           | 1           | 2021-07-01
    10        | Em     | C3             | PF           | 2           | 2021-08-26
    11        | Giang  | C3             | PF           | 1           | 2021-07-01
    12        | Giang  | C3             | AZ           | 2           | 2021-10-01
    13        | Hà     |                | JS           | 1           | 2021-11-02
    14        | Ích    | 99999          | JS           | 1           | 2021-11-03
    15        | Kim    | D1             | AB           | 1           | 2021-09-01
    16        | Kim    | D1             | AB           | 2           | 2021-09-15
"""


def standing(
    held: Given, unit="P", today=TODAY, ages=None, groups=None, vaccines=None, days=(None, None), as_of=None, level=None
):
    """{(code of the unit, stage): row}; the unit's own figures under its code in brackets."""
    ids, codes = units(held)
    cursor = held.db.execute(
        "SELECT * FROM mart.standing(%s, %s::smallint[], %s::smallint[], %s::smallint[], %s, %s, %s, %s, %s)",
        [ids[unit], ages, groups, vaccines, *days, today, as_of, level],
    )
    row = namedtuple("Row", [column.name for column in cursor.description])
    found = [row(*values) for values in cursor]
    return {(f"[{codes[r.unit_id]}]" if r.is_self else codes[r.unit_id], r.stage): r for r in found}


def units(held: Given) -> tuple[dict, dict]:
    pairs = held.ask("SELECT code, unit_id FROM warehouse.unit")
    return dict(pairs), {unit_id: code or "?" for code, unit_id in pairs}


def people(found, stage) -> dict[str, int]:
    return {code: row.people for (code, s), row in found.items() if s == stage}


def ask(held: Given, question: str, unit="P", *values):
    """The answer of a function of schema mart about a unit."""
    return held.ask(question, units(held)[0][unit], *values)


def rows(held: Given, question: str, unit: str | None = "P", *values) -> list:
    """The named rows of a function of schema mart; `unit` takes the place of its first argument."""
    values = [units(held)[0][unit], *values] if unit else values
    cursor = held.db.execute(question, values)
    row = namedtuple("Row", [column.name for column in cursor.description])
    return [row(*found) for found in cursor]


def by_unit(held: Given, found: list) -> dict:
    codes = units(held)[1]
    return {f"[{codes[r.unit_id]}]" if r.is_self else codes[r.unit_id]: r for r in found}


def codes_of(held: Given, table: str) -> dict:
    return dict(held.ask(f"SELECT {table}_id, code FROM warehouse.{table}"))
