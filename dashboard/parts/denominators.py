"""Target populations: their versions and coverage under each, where it is over 100 % and why, where they disagree."""

from dataclasses import replace

from dashboard.block import Block
from dashboard.filters import STAGES
from dashboard.parts import told
from dashboard.tables import Bar, Column, Row, Table
from dashboard.view import View

VERSIONS = Block("targets-versions", folds=True, is_of_reach=True)
OVER = Block("targets-over", folds=True, is_of_reach=True)
OVER_CAUSES = Block("targets-causes", folds=True)
SPELLINGS = Block("targets-spellings", has_denominator=False, folds=True)
CHECKS = Block("targets-checks", folds=True)

CAUSES = ("unknown_residence", "not_recognised", "non_residents", "elsewhere", "duplicates")


def versions(view: View) -> Table:
    """What-if: coverage of the stage under each version, the one that is used marked."""
    say, language = view.say, view.language
    stage = STAGES[view.filters.stage]
    found = [row for row in view.data.denominators(view.filters) if row.stage == stage]
    target = next((r.target_share for r in view.data.standing(view.filters) if r.is_self and r.stage == stage), None)
    ordered = sorted(
        found, key=lambda row: (not row.is_used, not row.is_in_force, -row.valid_from.toordinal(), -row.version_id)
    )
    rows = [
        Row(
            {
                "name": row.name,
                "dated": row.dated_on,
                "valid": row.valid_from,
                "population": row.population,
                "everybody": row.everybody,
                "people": row.people,
                "coverage": Bar(row.coverage, target, "warning" if (row.coverage or 0) > 1 else "ours"),
                "holds": _version_state(view, row),
                "source": row.source,
            },
            is_asked=row.is_used,
            warned=frozenset({"coverage"} if (row.coverage or 0) > 1 else ()),
        )
        for row in ordered
    ]
    people = say("people.word")
    columns = [
        Column("name", say("denominators.version"), "text"),
        Column("holds", say("targets.state"), "text"),
        Column("population", say("denominators.counted"), unit=say("population.word")),
        Column("everybody", say("denominators.everybody"), unit=say("population.word")),
        Column("people", say("denominators.people"), unit=people),
        Column("coverage", say("denominators.coverage"), "bar"),
        Column("dated", say("denominators.dated"), "day"),
        Column("valid", say("targets.since"), "day"),
        Column("source", say("targets.source"), "text"),
    ]
    known = [row for row in found if row.coverage is not None and row.is_in_force]
    said = say("denominators.one") if known else say("denominators.none")
    if len(known) > 1:
        low, high = (pick(known, key=lambda row: row.coverage) for pick in (min, max))
        said = say("denominators.sentence", low=language.percent(low.coverage), lowest=low.name,
                   high=language.percent(high.coverage), highest=high.name)  # fmt: skip
    said = told.joined(said, *(f"{row.name}: {told.lacking(view, row)}" for row in ordered if row.lacking))
    title = say("denominators.title", unit=view.name(view.unit.unit_id))
    return Table(title, say("denominators.unit", stage=say(f"stage.{view.filters.stage}")), columns, rows, sentence=said)


def over(view: View) -> Table:
    """The units below, at every level, whose coverage is over 100 %: uncapped, with how many too many."""
    say = view.say
    stage = STAGES[view.filters.stage]
    found = [row for row in _below(view) if row.stage == stage and (row.coverage or 0) > 1]
    rows = [
        Row(
            {
                "name": view.name(row.unit_id),
                "coverage": Bar(row.coverage, row.target_share, "warning"),
                "people": row.counted,
                "population": row.population,
                "above": row.counted - row.population,
                "source": say("denominator", source=row.population_source, on=row.population_on),
            },
            href=view.filters.href(unit=view.units[row.unit_id].code),
            warned=frozenset({"coverage"}),
        )
        for row in sorted(found, key=lambda row: -row.coverage)
    ]
    people = say("people.word")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("coverage", say("ranking.coverage"), "bar"),
        Column("people", say("denominators.people"), unit=people),
        Column("population", say("ranking.population"), unit=say("population.word")),
        Column("above", say("over.above"), unit=people),
        Column("source", say("targets.source"), "text"),
    ]
    if rows:
        said = say("over.sentence", n=len(rows), worst=rows[0].values["name"],
                   high=view.language.percent(rows[0].values["coverage"].share))  # fmt: skip
    else:
        said = say("over.none")
    return Table(
        say("over.title"), say("denominators.unit", stage=say(f"stage.{view.filters.stage}")), columns, rows, sentence=said
    )


def causes(view: View) -> Table:
    """What may lift coverage over 100 %, each with its count and who looks after it."""
    say = view.say
    found = view.data.over_causes(view.filters)
    if view.is_untold("person"):  # whose a dose is, nobody knows
        found = replace(found, duplicates=None, shared_ids=None)
    rows = [
        Row({"cause": say(f"over.{name}"), "doses": getattr(found, name), "why": say(f"over.{name}.why"),
             "owner": say(f"over.{name}.owner")})
        for name in CAUSES
    ]  # fmt: skip
    differing = sum(row.check == "sources" for row in view.data.denominator_checks(view.filters))
    rows.append(Row({"cause": say("over.shared_ids"), "persons": found.shared_ids, "why": say("over.shared_ids.why"),
                     "owner": say("over.shared_ids.owner")}))  # fmt: skip
    rows.append(Row({"cause": say("over.denominator"), "why": say("over.denominator.why", n=differing),
                     "owner": say("over.denominator.owner")}))  # fmt: skip
    columns = [
        Column("cause", say("over.cause"), "text"),
        Column("doses", say("over.doses")),
        Column("persons", say("over.persons")),
        Column("why", say("over.why"), "text"),
        Column("owner", say("over.owner"), "text"),
    ]
    largest = max(CAUSES, key=lambda name: getattr(found, name) or 0)
    said = say("over.causes.persons", n=found.shared_ids) if found.shared_ids else say("over.causes.nothing")
    if getattr(found, largest):
        said = say("over.causes.sentence", cause=say(f"over.{largest}").lower(), n=getattr(found, largest))
    return Table(
        say("over.causes.title", unit=view.name(view.unit.unit_id)), say("over.causes.unit"), columns, rows, sentence=said
    )


def not_recognised(view: View) -> Table | None:
    """How the residences are spelt that are neither a unit nor a code of the country; of the whole, and as of now."""
    say = view.say
    found = view.data.not_recognised() if view.is_root and view.filters.as_of is None else []
    if not found:
        return None
    rows = [
        Row({"spelling": row.spelling, "doses": row.doses,
             "why": say("spelling.elsewhen", unit=view.name(row.unit_id)) if row.unit_id else say("spelling.no_code")})
        for row in found
    ]  # fmt: skip
    columns = [
        Column("spelling", say("spelling.spelling"), "text"),
        Column("doses", say("over.doses")),
        Column("why", say("spelling.why"), "text"),
    ]
    said = say("spelling.sentence", n=sum(row.doses for row in found), most=found[0].spelling)
    return Table(say("ranking.not_recognised"), say("spelling.unit"), columns, rows, sentence=said)


def checks(view: View) -> Table:
    """Indicator 24: where two versions differ by a tenth or more, and where the parts do not make the whole."""
    say = view.say
    found = view.data.denominator_checks(view.filters)
    rows = [
        Row(
            {
                "name": view.name(row.unit_id),
                "check": say(f"checks.{row.check}"),
                "version": row.version,
                "population": row.population,
                "other": row.other_version or say("checks.below"),
                "other_population": row.other_population,
                "difference": row.difference,
            },
            warned=frozenset({"difference"}),
        )
        for row in sorted(found, key=lambda row: -abs(row.difference or 0))
    ]
    people = say("population.word")
    columns = [
        Column("name", say("ranking.name"), "text"),
        Column("check", say("checks.check"), "text"),
        Column("version", say("denominators.version"), "text"),
        Column("population", say("checks.population"), unit=people),
        Column("other", say("checks.other"), "text"),
        Column("other_population", say("checks.other_population"), unit=people),
        Column("difference", say("checks.difference"), "share"),
    ]
    said = say("checks.sentence", n=len(rows)) if rows else say("checks.none")
    return Table(say("checks.title"), say("checks.unit"), columns, rows, sentence=said)


def _below(view: View) -> list:
    """Units right below, and those of the last level where there is one in between; each once."""
    found = {(row.unit_id, row.stage): row for row in view.data.standing(view.filters) if row.unit_id > 0 and row.population}
    last = len(view.world.levels) - 1
    if view.unit.level + 1 < last:
        rows = view.data.standing(view.filters, level=last)
        found |= {(row.unit_id, row.stage): row for row in rows if row.unit_id > 0 and row.population}
    return list(found.values())


def _version_state(view: View, row) -> str:
    if row.is_used:
        return view.say("denominators.used")
    if not row.is_in_force:
        return view.say("denominators.ended")
    if row.is_sample and not view.world.is_sample:
        return view.say("targets.state.sample")
    return view.say("targets.state.to_come" if row.valid_from > view.today else "denominators.other")
