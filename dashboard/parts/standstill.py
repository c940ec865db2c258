"""What a page says in place of figures or verdicts: how far the first load is, or why there is nothing and what to do."""

from collections.abc import Iterator

from dash import html

from dashboard.components import marks, reasons, stops
from dashboard.view import View

_MINUTE, _HOUR = 60, 3600


def said(view: View) -> html.Div | None:
    """None where there are figures and nothing keeps a verdict back."""
    if not view.has_figures:
        return waiting(view)
    return loading(view) if view.is_first_load else None


# --- the first load


def loading(view: View) -> html.Div:
    say = view.say
    received, title = view.received, "loading.title"
    if not view.filters.is_live:
        shown = [html.P(say("loading.frozen", received=received))]
    else:
        rows = [row for row in view.data.sources() if row.is_first_load]
        unread = [row.source for row in rows if row.state in ("failed", "braked") and not row.received]
        shown = [html.Ul([_progress(view, row) for row in rows])]
        if unread and len(unread) == len(rows):
            title = "loading.title_held"
        else:
            # The load runs ahead of the batch that the page shows: else one block says 210,000 and the next 9,831.
            shown.append(html.P(say("loading.what", received=received), className="why"))
        if unread:  # for as long as nobody does anything about it
            shown.append(html.P(say("loading.held_back", names=", ".join(unread)), className="why"))
    return html.Div([html.P(say(title), className="what"), *shown], className="state loading", role="status")


def _progress(view: View, row) -> html.Li:
    trouble = matter(view, row)
    if row.state in ("failed", "braked") or not row.received:
        return html.Li(trouble)
    say, language = view.say, view.language
    share = row.received / row.expected if row.expected and row.received <= row.expected else None
    if share is None:
        words = [say("loading.line", source=row.source, received=row.received)]
    else:
        values = {"received": row.received, "expected": row.expected, "share": language.percent(share, 0)}
        words = [say("loading.line_of", source=row.source, **values)]
    given = view.given.get(row.source)
    if row.last_change_at and not (given and given.read_by == "deliveries"):  # of those that is when one was written
        words.append(say("loading.newest", day=view.local(row.last_change_at).date()))
    if share is not None and row.per_second:
        words.append(_left(view, (row.expected - row.received) / row.per_second))
    text = ", ".join(words)
    return html.Li([marks.bullet(share, None, text) if share is not None else None, html.Span(text)])


def _left(view: View, seconds: float) -> str:
    if seconds < _MINUTE:
        return view.say("loading.left_minute")
    if seconds < 2 * _HOUR:
        return view.say("loading.left_minutes", n=-int(-seconds // _MINUTE))
    return view.say("loading.left_hours", n=round(seconds / _HOUR))


# --- nothing to show yet


def waiting(view: View) -> html.Div:
    say = view.say
    if view.filters.is_live:
        shown = [html.Ul([html.Li(one) for one in _why(view)]), html.P(say("waiting.itself"), className="why")]
    else:
        shown = [html.P(say("waiting.frozen"))]
    return html.Div([html.P(say("waiting.title"), className="what"), *shown], className="state waiting", role="status")


def _why(view: View) -> Iterator[list]:
    world = view.world
    rows = [row for row in view.data.sources() if row.is_configured]
    if world.is_sample and all(row.state in ("idle", "running") for row in rows):
        yield [html.P(view.say("waiting.sample"))]  # its tables, too, are in the making
        return
    if refusal := view.data.refusal():
        yield _said(view, "waiting.reference", "waiting.reference_do", reasons.refused(view.language, refusal))
        return
    if world.root_unit_id is None:
        yield _said(view, "waiting.etl", "waiting.etl_do")
        return
    if not rows:
        said = ("waiting.etl", "waiting.etl_do") if view.given else ("waiting.no_source", "waiting.no_source_do")
        yield _said(view, *said)
    for row in rows:
        yield matter(view, row)


def matter(view: View, row) -> list | None:
    """What is wrong with a source, what to do, and the program's own words; None when it runs and has records."""
    name, given = row.source, view.given.get(row.source)
    if row.state in ("failed", "braked"):
        stopped = stops.read(row.stop, view.local) if row.state == "braked" else None
        reason = stops.why(view.language, stopped) if stopped else row.reason and reasons.why(view.language, row.reason)
        if stopped and stopped.given["criterion"] == "renamed":
            before = stopped.given["measured_by"]
            return _said(view, "source.braked", "source.renamed_do", reason, name=name, before=before)
        return _said(view, f"source.{row.state}", f"source.{row.state}_do", reason, name=name)
    if row.last_polled_at is None:
        return _said(view, "source.unasked", "source.unasked_do", name=name)
    if row.received and not row.loaded:
        return _said(view, "source.all_faulty", "source.all_faulty_do", name=name, n=row.received)
    if row.received:
        return None
    if given and given.looks_for:
        return _said(view, "source.no_files", "source.no_files_do", name=name, **given.looks_for)
    return _said(view, "source.empty", "source.empty_do", name=name)


def _said(view: View, what: str, to_do: str, reason=None, **values) -> list:
    parts = [html.P(view.say(what, **values)), html.P([html.B(view.say("waiting.do")), view.say(to_do, **values)])]
    if reason:
        parts.append(html.P(reason, className="reason"))
    return parts
