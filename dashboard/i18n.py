"""What the screen says, in Vietnamese and in English: texts from the catalogue, numbers, days.

Every text on screen goes through `Language.say`, so that a test can see what went round it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from string import Formatter
from typing import Any

from dashboard.records import OF_RECORDS
from dashboard.texts import TEXTS

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NO_FIGURE = "–"  # an absent figure is never 0 and never empty


class Count(int):
    """A whole number inside a sentence: `{n}` writes it, `{n:person|people}` bends a word to it."""

    separator = "."

    def __format__(self, spec: str) -> str:
        if "|" in spec:
            one, other = spec.split("|")
            return one if self == 1 else other
        return f"{int(self):,}".replace(",", self.separator).replace("-", "−")


class _EnglishCount(Count):
    separator = ","


@dataclass(frozen=True)
class Language:
    """One of the languages: `vi` or `en`. Shares are 0-1, days are dates, moments are local times."""

    code: str
    texts: dict = field(default_factory=lambda: TEXTS, repr=False, compare=False)

    @property
    def of_records(self) -> "Language":
        """The same where no source tells persons apart."""
        return Language(self.code, OF_RECORDS)

    @property
    def is_vietnamese(self) -> bool:
        return self.code == "vi"

    @property
    def separators(self) -> str:
        """Decimal and thousands, as plotly wants them."""
        return ",." if self.is_vietnamese else ".,"

    def say(self, key: str, **values) -> str:
        """The text `key` with its values; whole numbers and days are written the language's way.

        Raises KeyError for a text that is not in the catalogue, TypeError for a bare float: whether
        it is a share or a mean, only the caller knows.
        """
        text = self.texts[key][0 if self.is_vietnamese else 1]
        return Formatter().vformat(text, (), {name: self._ready(value) for name, value in values.items()})

    def count(self, value: int | None) -> str:
        """`1.234.567`; a dash where there is no figure."""
        return NO_FIGURE if value is None else format(self._ready(int(value)))

    def rate(self, value: float | None) -> str:
        """A number a day: whole, and with one decimal where it is small. `409`, `0,4`."""
        if value is None:
            return NO_FIGURE
        is_whole = value >= 10 or round(value, 1) == round(value)
        return self.count(round(value)) if is_whole else self._decimals(value, 1)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """`95,2%`. Not rounded up to 100 % by the way of writing it: 99,97 % is `99,9%`."""
        if share is None:
            return NO_FIGURE
        shown = share * 100
        if share < 1 and round(shown, digits) >= 100:
            shown = 100 - 10**-digits
        return self._decimals(shown, digits) + "%"

    def goal(self, share: float | None) -> str:
        """A target, without a needless decimal: `95%`, `92,5%`."""
        if share is None:
            return NO_FIGURE
        whole = abs(share * 100 - round(share * 100)) < 1e-6
        return self.percent(share, 0 if whole else 1)

    def points(self, difference: float | None) -> str:
        """A change of a share, in percentage points, without its sign: `0,4`; `0,03` where it is small."""
        if difference is None:
            return NO_FIGURE
        points = abs(difference) * 100
        if 0 < points < 0.005:
            return "<" + self._decimals(0.01, 2)
        return self._decimals(points, 1 if round(points, 2) >= 0.1 or points == 0 else 2)

    def day(self, value: date | None) -> str:
        """`05/11/2021`; `5 Nov 2021`."""
        if value is None:
            return NO_FIGURE
        if self.is_vietnamese:
            return f"{value:%d/%m/%Y}"
        return f"{self.short_day(value)}\u00a0{value.year}"

    def short_day(self, value: date | None) -> str:
        """`05/11`; `5 Nov`: where the year is plain from the place."""
        if value is None:
            return NO_FIGURE
        return f"{value:%d/%m}" if self.is_vietnamese else f"{value.day}\u00a0{_MONTHS[value.month - 1]}"

    def span(self, first: date, last: date, this_year: int) -> str:
        """`12/12–19/12`, with the year where it is not this one."""
        write = self.short_day if first.year == last.year == this_year else self.day
        return write(first) if first == last else f"{write(first)}–{write(last)}"

    def clock(self, value: datetime | None) -> str:
        """`16:42:07` of a moment that is already local."""
        return NO_FIGURE if value is None else f"{value:%H:%M:%S}"

    def moment(self, value: datetime | None) -> str:
        """`16:42 05/11/2021` of a moment that is already local."""
        return NO_FIGURE if value is None else f"{value:%H:%M} {self.day(value)}"

    def write(self, kind: str, value) -> str:
        """A value of a table's column of that kind (dashboard/tables.py)."""
        if value is None:
            return NO_FIGURE
        if isinstance(value, str):  # a row below the others has a word where they have days
            return value
        if kind == "points":
            sign = "+" if value > 0 else "−" if value < 0 else ""
            return sign + self.points(value)
        writers: dict[str, Callable[[Any], str]] = {
            "text": str,
            "count": self.count,
            "share": self.percent,
            "rate": self.rate,
            "day": self.day,
            "moment": self.moment,
        }
        return writers[kind](value)

    def name(self, unit) -> str:
        """A unit's own name (anything with .name and .name_en)."""
        return unit.name if self.is_vietnamese or not unit.name_en else unit.name_en

    def _decimals(self, value: float, digits: int) -> str:
        written = f"{value:,.{digits}f}"
        if self.is_vietnamese:
            written = written.replace(",", " ").replace(".", ",").replace(" ", ".")
        return written.replace("-", "−")

    def _ready(self, value):
        if isinstance(value, bool | float):
            raise TypeError(f"{value!r}: write a share with .percent(), a mean with .rate()")
        if isinstance(value, int):
            return Count(value) if self.is_vietnamese else _EnglishCount(value)
        return self.day(value) if isinstance(value, date) else value


LANGUAGES = {code: Language(code) for code in ("vi", "en")}
