"""Residents injected elsewhere, people from elsewhere injected here: how many, where, whence."""

from dash import html

from dashboard import blocks
from dashboard.block import Block
from dashboard.components import panel, strip
from dashboard.components.table import toggle, twin
from dashboard.parts.defined import definition
from dashboard.parts.district import full_name
from dashboard.tables import Column, Row, Table
from dashboard.view import OUTSIDE, View

FLOW = Block("district-flow", takes=(), basis="both", has_denominator=False)

_SHORT = 6


def flow(view: View) -> html.Section:
    say = view.say
    whole = view.data.reconciliation(view.filters)
    rows = view.data.flow(view.filters)
    leaving = [row for row in rows if row.is_leaving]
    coming = [row for row in rows if not row.is_leaving]
    content = [
        html.P(_sentence(view, whole, leaving, coming), className="sentence"),
        strip.strip(view.language, whole),
        html.Div(
            [*([_list(view, "leaving", leaving)] if whole.is_residence_known else []), _list(view, "coming", coming)],
            className="flow-lists",
        ),
        toggle(view.language, f"{FLOW.id}-table", twin(view.language, table(view))),
    ]
    take = blocks.take_away(view, FLOW)
    return panel.panel(
        say("district.flow"),
        blocks.noted(view, FLOW, say("recon.unit")),
        content,
        FLOW.panel_id,
        "flow-panel",
        [definition(view, "bases")],
        take,
    )


def table(view: View) -> Table:
    """Every place, not only those of the short lists; the parts add up to the total."""
    say, whole = view.say, view.data.reconciliation(view.filters)
    rows = [
        Row({"direction": say(f"district.{_direction(row)}"), "unit": _name(view, row.unit_id), "doses": row.doses})
        for row in view.data.flow(view.filters)
    ]
    at_home = whole.at_home if whole.is_residence_known else None
    home = {"direction": say("recon.at_home"), "unit": view.name(view.unit.unit_id), "doses": at_home}
    total = Row({"direction": say("recon.total"), "doses": whole.total}, kind="total")
    columns = [
        Column("direction", say("district.direction"), "text"),
        Column("unit", say("ranking.name"), "text"),
        Column("doses", say("recon.unit")),
    ]
    return Table(say("district.flow"), say("recon.unit"), columns, [Row(home), *rows], [total])


def _direction(row) -> str:
    return "leaving" if row.is_leaving else "coming"


def _name(view: View, unit_id: int) -> str:
    """Outside is outside the whole: units of it, beside this one, have rows of their own."""
    if unit_id == OUTSIDE:
        return view.say("district.outside", unit=view.name(view.world.root_unit_id))
    return full_name(view, unit_id)


def _list(view: View, direction: str, rows: list) -> html.Div:
    say, count = view.say, view.language.count
    head = html.H3(say(f"district.{direction}_title", n=sum(row.doses for row in rows)))
    if not rows:
        return html.Div([head, html.P(say(f"district.no_{direction}"), className="note")])
    placed, nowhere = [row for row in rows if row.unit_id > 0], [row for row in rows if row.unit_id <= 0]
    ordered = sorted(placed, key=lambda row: -row.doses)
    lines = [(_name(view, row.unit_id), row.doses) for row in ordered[:_SHORT]]
    if len(ordered) > _SHORT:
        rest = ordered[_SHORT:]
        lines.append((say("district.other_places", n=len(rest)), sum(row.doses for row in rest)))
    # there is nobody to ring there: last, but never hidden among the others
    lines += [(_name(view, row.unit_id), row.doses) for row in nowhere]
    items = [html.Li([html.Span(name), html.Span(count(doses), className="number")]) for name, doses in lines]
    return html.Div([head, html.Ul(items)])


def _sentence(view: View, whole, leaving: list, coming: list) -> str:
    say, language = view.say, view.language
    if not whole.is_residence_known:
        return strip.sentence(language, whole)
    residents = whole.at_home + whole.elsewhere
    said = []
    if whole.elsewhere and leaving:  # two answers: a batch may come between them
        share = language.percent(whole.elsewhere / residents)
        said.append(say("district.leaving_said", share=share, unit=full_name(view, leaving[0].unit_id)))
    if whole.non_residents:
        said.append(say("district.coming_said", share=language.percent(whole.visitors_share)))
    return " ".join(said) or say("district.no_flow")
