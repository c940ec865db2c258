"""How a unit stands against its target, in one word and in sentences."""

from collections.abc import Iterable
from datetime import date

from dashboard.i18n import Language

REACHED, ON, BEHIND, OVERDUE, UNKNOWN = "reached", "on", "behind", "overdue", "unknown"

# Two names are enough to know whom to call.
_NAMED = 2


def status(row, today: date) -> str:
    """One word for a standing: reached, on (pace), behind, overdue or unknown (no target)."""
    if row.target_share is None or row.coverage is None:
        return UNKNOWN
    if not missing(row):
        return REACHED
    if row.target_due_on and row.target_due_on < today:
        return OVERDUE
    if row.pace_needed is None or row.pace is None:
        return UNKNOWN
    return ON if row.pace_needed <= row.pace else BEHIND


def missing(row) -> int:
    """People missing to the target; 0 where it is reached or where there is none."""
    return max(0, row.gap or 0)


def a_day(language: Language, value: float, what: str = "people") -> str:
    """`409 người/ngày`, `0,4 people a day`: small paces keep a decimal, or 0.4 would be 0."""
    if value >= 10 or round(value, 1) == round(value):
        return language.say(f"{what}.a_day", n=round(value))
    return language.say(f"{what}.a_day.decimal", n=language.rate(value))


def projected(language: Language, row, today: date) -> str:
    """`trong khoảng 12/12–19/12`; only its beginning where the slowest week would never get there."""
    if row.projected_to is None:
        return language.say("projected.earliest", span=language.span(row.projected_from, row.projected_from, today.year))
    key = "projected.on" if row.projected_from == row.projected_to else "projected.between"
    if key == "projected.between" and not language.is_vietnamese:
        first, last = (language.span(day, day, today.year) for day in (row.projected_from, row.projected_to))
        return language.say(key, span=language.say("and", a=first, b=last))
    return language.say(key, span=language.span(row.projected_from, row.projected_to, today.year))


def lead(language: Language, name: str, stage: str, row) -> str:
    """Where the unit stands: the one sentence that a chairman reads."""
    values = {"unit": name, "stage": language.say(f"with.{stage}")}
    if row.coverage is None:
        return language.say("lead.no_population", people=row.people, **values)
    if row.target_share is None:
        # those that the share is of: people of areas without a population are none of them
        return language.say("lead.no_target", people=row.counted, coverage=language.percent(row.coverage), **values)
    values["target"] = language.goal(row.target_share)
    if missing(row):
        return language.say("lead.short", people=missing(row), due=row.target_due_on, **values)
    above = row.counted - round(row.target_share * row.population)
    return language.say("lead.reached", coverage=language.percent(row.coverage), people=max(0, above), **values)


def pace(language: Language, row, today: date) -> str:
    """Whether the unit is fast enough; empty where there is nothing left to reach."""
    state = status(row, today)
    if state == OVERDUE:
        return language.say("sentence.pace.overdue", due=row.target_due_on, pace=a_day(language, row.pace or 0))
    if state not in (ON, BEHIND):
        return ""
    values = {"needed": a_day(language, row.pace_needed), "pace": a_day(language, row.pace)}
    if row.projected_from is None:
        return language.say(f"sentence.pace.{'on_open' if state == ON else 'never'}", **values)
    return language.say(f"sentence.pace.{state}", projected=projected(language, row, today), **values)


def who(language: Language, names: dict[int, str], rows: Iterable, today: date) -> str:
    """Where most people are missing, and who is slowest; empty for a unit without children."""
    short = sorted((row for row in rows if missing(row)), key=missing, reverse=True)
    if len(short) < _NAMED:
        return ""
    first = short[:_NAMED]
    named = [language.say("sentence.unit_people", unit=names[row.unit_id], people=missing(row)) for row in first]
    share = sum(map(missing, first)) / sum(map(missing, short))
    said = [
        language.say("sentence.who", units=language.say("and", a=named[0], b=named[1]), share=language.percent(share, 0))
    ]
    behind = [row for row in short if status(row, today) == BEHIND]
    if behind:
        slow = max(behind, key=lambda row: row.pressure if row.pressure is not None else float("inf"))
        said.append(
            language.say(
                "sentence.who_slow",
                unit=names[slow.unit_id],
                needed=a_day(language, slow.pace_needed),
                pace=a_day(language, slow.pace),
            )
        )
    return " ".join(said)
