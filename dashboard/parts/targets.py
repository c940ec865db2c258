"""The targets that are in force about a unit, and how they came to be."""

from dash import html

from dashboard.block import Block
from dashboard.components.link import link
from dashboard.filters import STAGES
from dashboard.parts import told
from dashboard.tables import Column, Row, Table
from dashboard.view import View

LEAD = Block("targets-lead", is_first=True, is_of_reach=True)
IN_FORCE = Block("targets-force", has_denominator=False, is_of_a_part=True, folds=True)
HISTORY = Block("targets-history", has_denominator=False, is_of_a_part=True, folds=True)

CODES = {number: code for code, number in STAGES.items()}


def lead(view: View) -> list:
    """Which target holds here, over which population; and what is to be looked at."""
    say, language = view.say, view.language
    rows = [row for row in view.data.standing(view.filters) if row.is_self]
    own = next(row for row in rows if row.stage == STAGES[view.filters.stage])
    unit, stage = view.name(own.unit_id), say(f"stage.{view.filters.stage}")
    if own.target_share is None:
        said = say("targets.lead.none", unit=unit, stage=stage.lower())
    else:
        said = say("targets.lead.one", unit=unit, stage=say(f"with.{view.filters.stage}"),
                   target=language.goal(own.target_share), due=own.target_due_on, stands=_stands(view, own))  # fmt: skip
    more = []
    if own.population is None:
        more.append(say("targets.lead.no_population"))
    else:
        more.append(
            say("targets.lead.population", people=own.population, source=own.population_source, on=own.population_on)
        )
    if own.lacking:
        more.append(told.lacking(view, own))
    found = len(view.data.denominator_checks(view.filters))
    more.append(say("targets.lead.checks", n=found) if found else say("targets.lead.no_checks"))
    definition = link(say("definition.show"), f"{view.to('/definitions')}#denominator-checks")
    return [html.P(said, className="lead"), html.P([" ".join(more), " ", definition], className="lead-more")]


def _stands(view: View, own) -> str:
    """How far from it."""
    if own.coverage is None:
        return ""
    share = view.language.percent(own.coverage)
    return view.say("targets.lead.short" if own.gap else "targets.lead.reached", share=share, gap=own.gap or 0)


def in_force(view: View) -> Table:
    """Targets of the unit, of those above and below, and of every unit; those that later ones replace are left out."""
    say = view.say
    held = [row for row in view.data.targets(view.filters) if row.is_in_force]
    today = view.today
    ordered = sorted(held, key=lambda row: _order(view, row))
    rows = [
        Row(
            _cells(view, row) | {"since": row.valid_from, "holds": _state(view, row, held, today)},
            href=view.filters.href(unit=view.units[row.unit_id].code) if row.unit_id else None,
        )
        for row in ordered
    ]
    columns = [
        *_columns(view),
        Column("since", say("targets.since"), "day"),
        Column("source", say("targets.source"), "text"),
        Column("holds", say("targets.state"), "text"),
    ]
    own = sum(row.unit_id == view.unit.unit_id for row in held)
    said = say("targets.force.sentence" if own else "targets.force.of_others", n=len(held), own=own)
    if not held:
        said = say("targets.force.none")
    return Table(say("targets.force.title"), say("targets.unit"), columns, rows, sentence=said)


def history(view: View) -> Table:
    """Every beginning and end of a target, the newest first, with who brought it about."""
    say = view.say
    found = view.data.targets(view.filters)
    events = [(row.began_at, "began", row) for row in found]
    events += [(row.ended_at, "ended", row) for row in found if row.ended_at is not None]
    brought = _brought_about(view)
    shown = []
    for moment, kind, row in sorted(events, key=lambda event: (event[0] is not None, event[0]), reverse=True)[:_EVENTS]:
        upload, is_withdrawal = brought.get(moment, (None, False))
        values = {"at": view.local(moment), "what": say(f"targets.{kind}"), **_cells(view, row)}
        values["who"] = _who(view, upload, is_withdrawal)
        shown.append(Row(values, href=view.to("/upload/<upload>", code=str(upload.upload_id)) if upload else None))
    columns = [
        Column("at", say("targets.at"), "moment"),
        Column("what", say("targets.event"), "text"),
        *_columns(view),
        Column("source", say("targets.source"), "text"),
        Column("who", say("targets.who"), "text"),
    ]
    said = say("targets.history.sentence", n=len(events)) if events else say("targets.history.none")
    return Table(say("targets.history.title"), say("targets.history.unit"), columns, shown, sentence=said)


_EVENTS = 200  # the newest; the batches before are in the warehouse


def band(view: View, number: int | None) -> str:
    """The name of an age band; of None what all of them are called."""
    if number is None:
        return view.say("targets.all_ages")
    return next((band.label for band in view.data.age_bands() if band.age_band == number), str(number))


def place(view: View, unit_id: int | None) -> str:
    return view.say("targets.every_unit") if unit_id is None else view.name(unit_id)


def group(view: View, number: int | None) -> str:
    return view.say("targets.all_groups") if number is None else view.say("targets.group", n=number)


def _cells(view: View, row) -> dict:
    return {
        "name": place(view, row.unit_id),
        "stage": view.say(f"stage.{CODES[row.stage]}"),
        "ages": band(view, row.age_band),
        "group": group(view, row.priority_group),
        "share": row.share,
        "due": row.due_on,
        "source": row.source,
    }


def _columns(view: View) -> list[Column]:
    say = view.say
    return [
        Column("name", say("ranking.name"), "text"),
        Column("stage", say("targets.stage"), "text"),
        Column("ages", say("targets.ages"), "text"),
        Column("group", say("targets.groups"), "text"),
        Column("share", say("targets.share"), "share"),
        Column("due", say("ranking.due"), "day"),
    ]


def _order(view: View, row) -> tuple:
    """Every unit first, then from the top down; within, by stage."""
    unit = view.units.get(row.unit_id)
    level = (-1, "") if unit is None else (unit.level, unit.sort_key or unit.code)
    return (*level, row.stage, row.age_band or 0, row.priority_group or 0, row.valid_from)


def _state(view: View, row, held, today) -> str:
    """In force, still to come, replaced by a later one of the same key, or made up in a world that is not."""
    if row.is_sample and not view.world.is_sample:
        return view.say("targets.state.sample")
    if row.valid_from > today:
        return view.say("targets.state.to_come")
    key = (row.unit_id, row.stage, row.age_band, row.priority_group)
    same = (r for r in held if (r.unit_id, r.stage, r.age_band, r.priority_group) == key)
    later = any(row.valid_from < r.valid_from <= today for r in same)
    return view.say("targets.state.replaced" if later else "targets.state.holds")


def _brought_about(view: View) -> dict:
    """Moment of a batch → the upload that made it, and whether by being withdrawn."""
    found = {}
    for upload in view.data.uploads():
        if upload.state != "refused" and upload.began_at is not None:
            found[upload.began_at] = upload, False
        if upload.ended_batch_id is not None:
            found[view.data.batch(upload.ended_batch_id).committed_at] = upload, True
    return found


def _who(view: View, upload, is_withdrawal: bool) -> str:
    if upload is None:
        return view.say("targets.configured")
    name = (upload.ended_by if is_withdrawal else upload.decided_by) or upload.uploaded_by
    said = view.say("upload.self_declared", name=name) if upload.is_self_declared else name
    return view.say("targets.by", name=said, n=upload.upload_id)
