"""Files that people hand in: the form, the list of them, and one file: what it changes and what speaks against it."""

from dash import html

from dashboard.block import Block
from dashboard.components import forms, panel, reasons
from dashboard.components.link import link
from dashboard.parts.targets import CODES, band, group, place
from dashboard.tables import Column, Row, Table
from dashboard.view import View
from sql.reference import HANDED_IN

HAND_IN = Block("targets-upload", is_of_a_part=True)
LISTED = Block("targets-uploads", has_denominator=False, is_of_a_part=True, folds=True)
LEAD = Block("upload-lead", is_first=True, is_of_a_part=True)
DECISION = Block("upload-decision", is_of_a_part=True)
FAULTS = Block("upload-faults", has_denominator=False, is_of_a_part=True)
CHECKS = Block("upload-checks", has_denominator=False, is_of_a_part=True)
CHANGES = Block("upload-changes", has_denominator=False, is_of_a_part=True)

PAGE = "/upload/<upload>"
# A finding more is a fault of the file, not of a line.
_LISTED = 200


def hand_in(view: View) -> html.Section:
    """A form a kind of table, with a workbook to fill in."""
    say = view.say
    offered = [_form(view, relation) for relation in HANDED_IN]
    said = html.P(say("upload.how"), className="sentence")
    return panel.panel(say("upload.form.title"), say("upload.form.unit"), [said, html.Div(offered, className="row halves")],
                       HAND_IN.panel_id)  # fmt: skip


def listed(view: View) -> Table | None:
    """Every file, the newest first."""
    say = view.say
    found = view.data.uploads()
    if not found:
        return None
    rows = [
        Row(
            {
                "name": say("upload.numbered", n=row.upload_id, file=row.file_name),
                "kind": say(f"upload.{row.relation}"),
                "lines": row.lines,
                "holds": say(f"upload.state.{row.state}"),
                "by": named(view, row.uploaded_by, row.is_self_declared),
                "at": view.local(row.uploaded_at),
                "decided": named(view, row.decided_by, row.is_self_declared),
                "decided_at": view.local(row.decided_at),
                "batch": row.batch_id,
            },
            href=view.to(PAGE, code=str(row.upload_id)),
        )
        for row in found
    ]
    columns = [
        Column("name", say("upload.file"), "text"),
        Column("kind", say("upload.kind"), "text"),
        Column("holds", say("targets.state"), "text"),
        Column("lines", say("upload.lines")),
        Column("by", say("upload.by"), "text"),
        Column("at", say("upload.at"), "moment"),
        Column("decided", say("upload.decided"), "text"),
        Column("decided_at", say("upload.decided_at"), "moment"),
        Column("batch", say("upload.batch")),
    ]
    waiting = sum(row.state == "proposed" for row in found)
    return Table(say("upload.list.title"), say("upload.list.unit"), columns, rows,
                 sentence=say("upload.list.sentence", n=len(found), waiting=waiting))  # fmt: skip


def lead(view: View) -> list:
    """What the file would do, in one sentence; where it stands."""
    say, found = view.say, _asked(view)
    counted = _counted(view)
    faults = len(found.faults) + sum(check.is_fault for check in _checks(view))
    if faults:
        said = say("upload.lead.faults", n=faults)
    else:
        kind = say(f"upload.{found.relation}").lower()
        said = say("upload.lead", kind=kind, parts=_parts(view, counted))
    by, at = named(view, found.uploaded_by, found.is_self_declared), view.language.moment(view.local(found.uploaded_at))
    more = [say("upload.lead.from", n=found.upload_id, file=found.file_name, by=by, at=at), _stands(view, found)]
    earlier = (row for row in view.data.uploads() if row.upload_id < found.upload_id and row.state == "applied")
    if twin := next((row for row in earlier if row.sha256 == found.sha256), None):
        more.append(say("upload.lead.seen", n=twin.upload_id))
    back = link(say("upload.back"), view.to("/targets"))
    return [
        html.P(said, className="lead"),
        html.P([" ".join(part for part in more if part), " ", back], className="lead-more"),
    ]


def decision(view: View) -> html.Section | None:
    """Confirm or discard what is proposed; withdraw what is applied."""
    say, found = view.say, _asked(view)
    has_faults = bool(found.faults) or any(check.is_fault for check in _checks(view))
    choices = {
        "proposed": ["discard"] if has_faults else ["confirm", "discard"],
        "faulty": ["discard"],
        "applied": ["withdraw"],
    }
    offered = choices.get(found.state, [])
    if not offered or not view.filters.is_live:
        return None
    content = [html.P(say(f"upload.decide.{offered[0]}"), className="sentence"), _decide(view, found.upload_id, offered)]
    return panel.panel(say("upload.decide.title"), say("upload.decide.unit"), content, DECISION.panel_id)


def faults(view: View) -> Table | None:
    """What stands in the way, by line and column."""
    say, found = view.say, _asked(view)
    listed = [(fault["line"], fault["column"], fault["code"], _found(view, fault)) for fault in found.faults[:_LISTED]]
    listed += [
        (check.line, _COLUMN_OF[check.check], check.check, check.found or "") for check in _checks(view) if check.is_fault
    ]
    if not listed:
        return None
    rows = [
        Row({"line": line or None, "column": say(f"upload.column.{column}") if column else "", "why": say(f"fault.{code}"),
             "found": what})
        for line, column, code, what in sorted(listed)
    ]  # fmt: skip
    columns = [
        Column("line", say("upload.line")),
        Column("column", say("upload.column"), "text"),
        Column("why", say("upload.why"), "text"),
        Column("found", say("upload.found"), "text"),
    ]
    return Table(
        say("upload.faults.title"),
        say("upload.faults.unit"),
        columns,
        rows,
        sentence=say("upload.faults.sentence", n=len(rows)),
    )


def checks(view: View) -> Table | None:
    """What is to be looked at before confirming; nothing here stands in the way."""
    say = view.say
    rows = [
        Row({"line": check.line, "name": place(view, check.unit_id), "why": _warning(view, check)})
        for check in _checks(view) if not check.is_fault
    ]  # fmt: skip
    if not rows:
        return None
    columns = [
        Column("line", say("upload.line")),
        Column("name", say("ranking.name"), "text"),
        Column("why", say("upload.why"), "text"),
    ]
    return Table(
        say("upload.checks.title"),
        say("upload.checks.unit"),
        columns,
        rows,
        sentence=say("upload.checks.sentence", n=len(rows)),
    )


def changes(view: View) -> Table | None:
    """Line by line: what is said now, and what the file says."""
    found = _asked(view)
    rows = view.data.upload_changes(found.upload_id)
    if not rows:
        return None
    say = view.say
    make = _target_cells if found.relation == "targets" else _population_cells
    columns = [
        Column("line", say("upload.line")),
        Column("name", say("ranking.name"), "text"),
        *([Column("stage", say("targets.stage"), "text")] if found.relation == "targets" else []),
        Column("ages", say("targets.ages"), "text"),
        Column("group", say("targets.groups"), "text"),
        Column("change", say("upload.change"), "text"),
        *_before_and_after(view, found.relation),
        Column("since", say("targets.since"), "day"),
        Column("source", say("targets.source"), "text"),
        Column("source_before", say("upload.source_before"), "text"),
    ]
    shown = [
        Row(
            {
                "line": row.line,
                "name": place(view, row.unit_id),
                "ages": band(view, row.age_band),
                "group": group(view, row.priority_group),
                "change": say(f"upload.change.{row.change}"),
                "since": row.valid_from,
                "source": row.source,
                "source_before": row.source_before,
                **make(view, row),
            },
            warned=frozenset({"change"} if row.change == "changed" else ()),
        )
        for row in rows
    ]
    counted = _counted(view)
    said = say("upload.changes.sentence", all=len(rows), parts=_parts(view, counted))
    return Table(say("upload.changes.title"), say(f"upload.changes.unit.{found.relation}"), columns, shown, sentence=said)


def named(view: View, name: str | None, is_self_declared: bool) -> str | None:
    return view.say("upload.self_declared", name=name) if name and is_self_declared else name


_COLUMN_OF = {"unit": "unit_code", "age": "age_band", "version": "version"}


def _asked(view: View):
    return next(row for row in view.data.uploads() if str(row.upload_id) == view.filters.code)


def _checks(view: View):
    return view.data.upload_checks(int(view.filters.code))


def _counted(view: View) -> dict[str, int]:
    rows = view.data.upload_changes(int(view.filters.code))
    return {kind: sum(row.change == kind for row in rows) for kind in ("new", "later", "changed", "same")}


def _parts(view: View, counted: dict[str, int]) -> str:
    """`2 mới, 2 thay từ ngày hiệu lực`: how many lines do what, those of none left out."""
    return ", ".join(view.say(f"upload.counted.{kind}", n=n) for kind, n in counted.items() if n) or view.language.count(0)


def _form(view: View, relation: str) -> html.Div:
    say, lang = view.say, view.language.code
    file = forms.Input(type="file", name="file", required=True, accept=".xlsx,.csv")
    content = [
        html.H3(say(f"upload.{relation}")),
        html.P([say(f"upload.{relation}.about"), " ",
                html.A(say("upload.template"), href=f"/uploads/template/{relation}.xlsx?lang={lang}", download="")]),
        forms.file_field(
            say("upload.choose"), file, say("upload.choose.button"), say("upload.choose.none"), say("upload.choose.hint")
        ),
        forms.name(say("upload.your_name"), say("upload.your_name.hint")),
        html.Button(say("upload.look"), type="submit", className="do"),
    ]  # fmt: skip
    return html.Div(forms.form(f"/uploads/{relation}?lang={lang}", content, has_file=True))


def _decide(view: View, number: int, offered: list[str]) -> html.Form:
    """One form: the first button is what Enter presses."""
    say = view.say
    actions = {one: f"/uploads/{number}/{one}?lang={view.language.code}" for one in offered}
    buttons = [
        html.Button(
            say(f"upload.do.{one}"), type="submit", className="do" if one == "confirm" else "do quiet", formAction=action
        )
        for one, action in actions.items()
    ]
    name = forms.name(say("upload.your_name"), say("upload.your_name.hint"))
    return forms.form(actions[offered[0]], [name, html.Div(buttons, className="buttons")])


def _stands(view: View, found) -> str:
    say, moment = view.say, view.language.moment
    is_ended = found.state in ("withdrawn", "withdrawing")
    who, at = (found.ended_by, found.ended_at) if is_ended else (found.decided_by, found.decided_at)
    return say(
        f"upload.stands.{found.state}",
        by=named(view, who, found.is_self_declared) or "",
        at=moment(view.local(at)),
        batch=found.batch_id or 0,
        reason=reasons.refusal_said(view.language, found.fault) or found.reason or "",
    )


def _found(view: View, fault: dict) -> str:
    if fault["code"] == "twice":
        return view.say("fault.first", n=int(fault["found"]))
    return fault["found"]


def _warning(view: View, check) -> str:
    say, language = view.say, view.language
    if check.check == "past":
        return say("warning.past")
    if check.check == "lower":
        return say("warning.lower", now=language.goal(check.value), before=language.goal(check.other), source=check.version)
    sign = "+" if check.difference > 0 else "−"
    return say(f"warning.{check.check}", value=round(check.value), other=round(check.other), version=check.version,
               difference=sign + language.percent(abs(check.difference)))  # fmt: skip


def _before_and_after(view: View, relation: str) -> list[Column]:
    say = view.say
    if relation == "targets":
        return [
            Column("before", say("upload.share_before"), "share"),
            Column("share", say("upload.share_after"), "share"),
            Column("due_before", say("upload.due_before"), "day"),
            Column("due", say("upload.due_after"), "day"),
        ]
    people = say("population.word")
    return [
        Column("before", say("upload.persons_before"), unit=people),
        Column("persons", say("upload.persons_after"), unit=people),
        Column("grown", say("checks.difference"), "share"),
    ]


def _target_cells(view: View, row) -> dict:
    return {"stage": view.say(f"stage.{CODES[row.stage]}"), "before": row.share_before, "share": row.share,
            "due_before": row.due_on_before, "due": row.due_on}  # fmt: skip


def _population_cells(view: View, row) -> dict:
    grown = row.persons / row.persons_before - 1 if row.persons_before else None
    return {"before": row.persons_before, "persons": row.persons, "grown": grown}
