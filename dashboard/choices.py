"""The filters whose values are chosen from a list: each declared once, for all who offer it, read it from an address or the
API, pass it to a question, or say what is narrowed by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PRIORITY_GROUPS = range(1, 17)


@dataclass(frozen=True)
class Choice:
    """A declared one has a field of its name in `Filters` and its words in the catalogue: `filter.<name>`, `every.<name>`.

    `name`: of its values, as in sql/filters.py. `key`: in addresses and in the API. `kind`: of one value.
    Of `Data` or of a `View`, which this room does not know:
    `values`: what may stand in an address. `counted`: what the API takes, where that is other than these.
    `labels`: each value that the bar offers, with its label; a sentence says the value, or the label (`is_said_by_label`).
    `numbers`: the warehouse's numbers of values that are none themselves.
    `about`: what the API says of it. `unchosen`: what the bar says where nothing is chosen.
    `says_who`: it is about the person who was injected, not about the dose.
    """

    name: str
    key: str
    kind: type[int] | type[str]
    values: Callable[[Any], Iterable]
    labels: Callable[[Any], Mapping]
    about: str
    counted: Callable[[Any], Iterable] | None = None
    numbers: Callable[[Any], Mapping[str, int]] | None = None
    unchosen: str = "filter.any"
    is_said_by_label: bool = False
    says_who: bool = True

    def allowed(self, data) -> list:
        """In the API."""
        return list((self.counted or self.values)(data))


CHOICES = (
    Choice(
        name="ages",
        key="age",
        kind=int,
        values=lambda data: [band.age_band for band in data.age_bands()],
        labels=lambda view: {
            band.age_band: band.label if band.age_band else view.say("age.unknown") for band in view.data.age_bands()
        },
        about="Numbers of age bands",
        unchosen="filter.any_age",
        is_said_by_label=True,
    ),
    Choice(
        name="groups",
        key="group",
        kind=int,
        values=lambda data: PRIORITY_GROUPS,
        labels=lambda view: {number: view.say(f"group.{number}") for number in PRIORITY_GROUPS},
        about="Priority groups",
        counted=lambda data: data.priority_groups(),
    ),
    Choice(
        name="vaccines",
        key="vaccine",
        kind=str,
        values=lambda data: [vaccine.code for vaccine in data.vaccines()],
        labels=lambda view: {vaccine.code: view.vaccines[vaccine.vaccine_id] for vaccine in view.data.vaccines()},
        about="Codes of vaccines",
        numbers=lambda data: {vaccine.code: vaccine.vaccine_id for vaccine in data.vaccines()},
        says_who=False,
    ),
)
NAMES = tuple(one.name for one in CHOICES)
WHO = frozenset(one.name for one in CHOICES if one.says_who)
