"""Doses by vaccine, each bar parted by dose number."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import labels
from dashboard.figures.axes import nothing
from dashboard.i18n import Language
from dashboard.tables import Column
from dashboard.theme import Palette, figure

# Doses from this number on share one part: four shades are as many as stay apart, and a fifth for what nobody tells.
LAST_PART = 4
_UNTOLD = LAST_PART  # the place of the part of doses whose source gives no number


@dataclass(frozen=True)
class Mix:
    """One vaccine: doses 1, 2, 3, 4 or later, and those whose number nobody tells."""

    name: str
    parts: tuple[int, ...]

    @property
    def doses(self) -> int:
        return sum(self.parts)


def mixes(rows: Iterable, names: dict[int, str]) -> list[Mix]:
    """VaccineDoses into one Mix a vaccine, most used first."""
    found: dict[int, list[int]] = {}
    for row in rows:
        parts = found.setdefault(row.vaccine_id, [0] * (LAST_PART + 1))
        parts[min(row.dose_number, LAST_PART) - 1 if row.dose_number else _UNTOLD] += row.doses
    made = [Mix(names.get(vaccine_id, str(vaccine_id)), tuple(parts)) for vaccine_id, parts in found.items()]
    return sorted((mix for mix in made if mix.doses), key=lambda mix: -mix.doses)


def part_names(language: Language, found: list[Mix]) -> dict[int, str]:
    """What the parts are called, by their place: up to the last that occurs, and what nobody tells where it occurs."""
    occur = {place for mix in found for place, doses in enumerate(mix.parts) if doses}
    numbered = range(max(occur - {_UNTOLD}, default=-1 if occur else 0) + 1)
    names = {place: language.say("vaccines.dose", n=place + 1) for place in numbered}
    if LAST_PART - 1 in names:
        names[LAST_PART - 1] = language.say("vaccines.later", n=LAST_PART)
    if _UNTOLD in occur:
        names[_UNTOLD] = language.say("told.no_number")
    return names


def vaccines(language: Language, colours: Palette, found: list[Mix]) -> dict:
    if not found:
        return nothing(language, colours)
    word = language.say("doses.word")
    drawn = found[::-1]  # plotly counts upwards
    top = found[0].doses
    # A vaccine's name may be used twice by two codes: rows are told apart by their number.
    rows = list(range(len(drawn)))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": rows,
            "x": [mix.parts[place] for mix in drawn],
            "customdata": [mix.name for mix in drawn],
            "marker": {"color": colours.mix[place], "line": {"color": colours.surface, "width": 0.5}},
            "name": name,
            "hovertemplate": f"%{{customdata}}: %{{x:,.0f}} {word}",
        }
        for place, name in part_names(language, found).items()
    ]
    totals = [
        {
            "x": mix.doses, "y": row, "xanchor": "left", "xshift": 6, "showarrow": False,
            "text": language.count(mix.doses), "font": {"color": colours.ink, "size": 12},
        }
        for row, mix in zip(rows, drawn, strict=True)
    ]  # fmt: skip
    return figure(
        colours,
        language,
        traces,
        barmode="stack",
        hovermode="closest",
        margin={"l": 108, "r": 8, "t": 6, "b": 6, "autoexpand": False},
        # room for the longest bar's number
        xaxis={"visible": False, "range": [0, top * 1.24]},
        yaxis={
            "showgrid": False,
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": labels.fitting([mix.name for mix in drawn]),
            "tickfont": {"color": colours.ink, "size": 13},
            "ticklabelstandoff": 8,
            # a bar is never thicker than where there are five
            "range": [min(-0.5, len(rows) - 5.5), len(rows) - 0.5],
        },
        annotations=totals,
    )


def sentence(language: Language, found: list[Mix]) -> str:
    if not found:
        return ""
    doses = sum(mix.doses for mix in found)
    share = language.percent(found[0].doses / doses)
    return language.say("vaccines.sentence", name=found[0].name, share=share, doses=doses)


def twin(language: Language, found: list[Mix]) -> tuple[list, list]:
    names = part_names(language, found)
    unit = language.say("doses.word")
    columns = [
        Column("vaccine", language.say("vaccines.vaccine"), "text"),
        *(Column(f"dose{place + 1}", name, unit=unit) for place, name in names.items()),
        Column("doses", language.say("vaccines.total"), unit=unit),
    ]
    rows = [[mix.name, *(mix.parts[place] for place in names), mix.doses] for mix in found]
    total = [sum(mix.parts[place] for mix in found) for place in names]
    doses = sum(mix.doses for mix in found)
    rows.append([language.say("vaccines.total"), *total, doses])
    return columns, rows
