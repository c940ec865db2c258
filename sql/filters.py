"""Filters by who was injected: columns of the ledgers of people and doses, and of their balances.

Ages and vaccines are written out in SQL, since they are more than a condition: which ages count depends on the
populations, and a vaccine belongs to a dose. The other filters are all treated alike, by templates `{who …}` in which `@`
is the filter's name and `@column` its column, joined by commas or by the word before a colon:

    p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[]
    {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}

A function that is asked from without has the first in its place, and each further one at its end and by its name, so that
nobody who asks it must change: `{more p_@ smallint[] DEFAULT NULL}`, each with a comma before it.

`{who has_sum and: …}` and `{who not has_population or: …}` are of those alone that have it, or have not. `{who weighed …}`
writes twice a filter of which no sum is kept: where one alone is asked for, it counts as two.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Filter:
    """`name`: of its values in a question, p_<name> in SQL; dashboard/choices.py says how it is asked for.

    `has_population`: whether populations and targets know it (mart.denominator, mart.target); people of another filter are a
    share of nothing. `has_sum`: whether balance_doses_unit_day keeps a sum of it alone (fold in sql/queries/balances.sql).
    """

    name: str
    column: str
    has_population: bool = False
    has_sum: bool = False


WHO: tuple[Filter, ...] = (Filter("groups", "priority_group", has_population=True, has_sum=True),)

_WHO = re.compile(
    r"\{who(?: (?P<not>not )?(?P<which>has_\w+)| (?P<weighed>weighed))?(?: (?P<between>and|or):)? (?P<each>[^{}]+)\}"
)
_MORE = re.compile(r"\{more (?P<each>[^{}]+)\}")
_OF_NONE = {"and": "true", "or": "false"}


def expand(source: str) -> str:
    """SQL with each `{who …}` and `{more …}` written out: once for each filter."""
    return _MORE.sub(lambda found: "".join(f", {_of(one, found['each'])}" for one in WHO[1:]), _WHO.sub(_expand, source))


def _expand(found: re.Match) -> str:
    each = []
    for one in WHO:
        if not found["which"] or getattr(one, found["which"]) is not bool(found["not"]):
            each += [_of(one, found["each"])] * (2 if found["weighed"] and not one.has_sum else 1)
    if not found["between"]:
        return ", ".join(each)
    return f" {found['between'].upper()} ".join(each) or _OF_NONE[found["between"]]


def _of(one: Filter, written: str) -> str:
    return written.replace("@column", one.column).replace("@", one.name)
