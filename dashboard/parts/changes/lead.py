"""The sentence: how much, why, and where the late entries came from; the choice of the earlier moment; the tiles."""

from dash import html

from dashboard.block import Block
from dashboard.components import marks
from dashboard.i18n import NO_FIGURE
from dashboard.parts import since, told
from dashboard.parts.changes import Split, definition, figure, split, what, word
from dashboard.view import View

LEAD = Block("changes-lead", is_first=True, is_of_reach=True)
TILES = Block("changes-tiles", is_of_reach=True)

_NAMED = 2  # names to call


def lead(view: View) -> list:
    between, found = split(view)
    say, language = view.say, view.language
    values = {"unit": view.name(view.unit.unit_id), "what": what(view)} | between.moments()
    if found.parts:
        values["change"] = since.signed(language, found.change)
        if len(found.parts) > 1:
            parts = ", ".join(part(view, cause, n) for cause, n in found.parts.items())
            said = say("changes.lead", parts=parts, **values)
        else:
            said = say("changes.lead_one", cause=say(f"cause.{next(iter(found.parts))}").lower(), **values)
    else:
        said = say("changes.lead_none", **values)
    more = [_sum(view, found), _late(view, between, found), since.missed(view, between)]
    shown = [html.P(text, className="lead-more") for text in more if text]
    return [html.P(said, className="lead"), *shown, since.control(view, between)]


def part(view: View, cause: str, n: int) -> str:
    """`nhập muộn 350`, `điều chỉnh −10`."""
    return f"{view.say(f'cause.{cause}').lower()} {view.language.count(n)}"


def _sum(view: View, found: Split) -> str:
    """That the parts add up, checked against the two figures; else by how much they do not."""
    values = {"before": found.before, "after": found.after, "unit": word(view, found.after)}
    if not found.unexplained:
        return view.say("changes.adds_up", **values) if found.parts else ""
    row = found.coverage
    is_other_denominator = row is not None and row.population_before != row.population
    key = "changes.other_ages" if is_other_denominator else "changes.unexplained"
    return view.say(key, n=found.unexplained, **values)


def _late(view: View, between: since.Span, found: Split) -> str:
    """Whom to call about late entries: the places and the sites with most of them."""
    late = found.causes["late"]
    if late <= 0:
        return ""
    say = view.say
    rows = [row for row in view.data.changes(between.now.filters, between.after_batch, figure(view)) if row.cause == "late"]
    oldest = min(row.day for row in rows)
    places = [
        (view.name(row.unit_id), row.amount)
        for row in view.data.changed_places(between.now.filters, between.after_batch, figure(view))
        if row.cause == "late" and row.unit_id != view.unit.unit_id
    ]
    said = [say("changes.late", n=late, unit=word(view, late), day=oldest)]
    if places:
        said.append(say("changes.late_places", names=_most(view, places, "doses" if view.filters.by_place else "people")))
    sites = _late_by_site(view, between)
    if sites:
        said.append(say("changes.late_sites", names=_most(view, sites, "doses")))
    return " ".join(said)


def _late_by_site(view: View, between: since.Span) -> list[tuple[str, int]]:
    names = {site.site_id: site.name for site in view.data.sites()}
    found: dict[int, int] = {}
    for row in view.data.changes(between.now.filters, between.after_batch, "doses"):
        if row.cause == "late":
            found[row.site_id] = found.get(row.site_id, 0) + row.amount
    return [(names[site_id], doses) for site_id, doses in found.items() if doses > 0]


def _most(view: View, counted: list[tuple[str, int]], what: str) -> str:
    """`what`: people or doses."""
    most = sorted(counted, key=lambda pair: -pair[1])[:_NAMED]
    named = [f"{name} ({view.say(what, n=n)})" for name, n in most]
    return named[0] if len(named) == 1 else view.say("and", a=named[0], b=named[1])


def tiles(view: View) -> html.Div:
    _between, found = split(view)
    say, language = view.say, view.language
    others = {cause: n for cause, n in found.parts.items() if cause not in ("new", "late")}
    gained = found.causes["new"] + found.causes["late"]
    share = language.percent(found.causes["late"] / gained) if gained > 0 else None
    made = [
        _tile(
            view,
            say("changes.difference"),
            found.change,
            [
                say("changes.from_to", before=found.before, after=found.after, unit=word(view, found.after)),
                _coverage(view, found),
            ],
        ),
        _tile(view, say("cause.new"), found.causes["new"], [say("cause.new.means")]),
        _tile(view, say("cause.late"), None, [say("told.no_entry")])
        if view.is_untold("recorded_at") and not found.causes["late"]
        else _tile(
            view,
            say("cause.late"),
            found.causes["late"],
            [say("cause.late.means"), say("changes.late_share", share=share) if share else ""],
        ),
        _tile(
            view,
            say("changes.others"),
            sum(others.values()),
            [", ".join(part(view, cause, n) for cause, n in others.items()) or say("changes.no_others")],
        ),
    ]
    return html.Div(made, className="tiles")


def _coverage(view: View, found: Split) -> str:
    """#26: what of the change of the share is due to records, and what to another denominator."""
    row, language = found.coverage, view.language
    if row is None:
        return view.say("changes.no_share")
    if row.coverage_before is None or row.coverage is None:
        return view.say("changes.no_population")
    parts = {
        name: language.write("points", share) for name, share in (("records", row.by_records), ("other", row.by_denominator))
    }
    values = {"before": language.percent(row.coverage_before), "after": language.percent(row.coverage)}
    return told.joined(view.say("changes.coverage", **values, **parts), told.lacking(view, row))


def _tile(view: View, title: str, n: int | None, lines: list[str]) -> html.Article:
    """`n`: None where the sources do not tell it."""
    if n is None:
        number = [NO_FIGURE, html.Span(view.say("told.untold"), className="of")]
    else:
        number = [marks.live(since.signed(view.language, n)), html.Span(word(view, n), className="of")]
    as_of = view.say("tile.as_of", time=view.as_of(view.data.units()))
    foot = html.Div([definition(view, "restatement"), html.Span(as_of, className="tile-as-of")], className="foot")
    said = [html.P(line) for line in lines if line]
    return html.Article([html.H2(title), html.P(number, className="number"), *said, foot], className="tile")
