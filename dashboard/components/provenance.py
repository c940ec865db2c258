"""Where the figures come from: each source's state, and the counter that always closes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dash import html

from dashboard.components import reasons, stops
from dashboard.components.marks import live
from dashboard.i18n import Language


@dataclass(frozen=True)
class SourceLine:
    """One source; the moments are real milliseconds since 1970 (None: never)."""

    name: str
    state: str
    reason: str | None
    polled_ms: int | None
    changed_ms: int | None
    received: int
    in_quarantine: int
    stopped: stops.Stopped | None = None
    # Rows at the source and held, where the two differ; what the warehouse cannot read of it, by kind.
    differing: tuple[int, int] | None = None
    unread: dict[str, int] = field(default_factory=dict)
    merged: int = 0
    is_removed: bool = False
    missing: int = 0
    missing_of: Sequence[str] = ()
    not_read: Sequence[tuple[str, str]] = ()  # of the first files: name, and what of it is not read
    not_read_files: int = 0


def sources(language: Language, lines: Sequence[SourceLine]):
    say = language.say
    if not lines:
        return html.P(say("sources.none"), className="sources-none")
    heads = ("source", "state", "polled", "changed", "quarantine")
    head = html.Tr([html.Th(say(f"sources.{name}"), scope="col") for name in heads])
    rows = [
        html.Tr(
            [
                html.Th(line.name, scope="row"),
                html.Td(
                    [
                        html.Span(className=f"dot {line.state}", **{"aria-hidden": "true"}),
                        say("sources.removed" if line.is_removed else f"sources.{line.state}"),
                        *(html.Span(text, className="reason") for text in _complaints(language, line)),
                    ]
                ),
                html.Td(ago(language, line.polled_ms)),
                html.Td(ago(language, line.changed_ms)),
                html.Td(live(language.count(line.in_quarantine))),
            ]
        )
        for line in lines
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)], className="twin sources")


def _complaints(language: Language, line: SourceLine) -> list:
    """Why the source stands, and where it and the figures are not the same."""
    found = [_reason(language, line)] if line.reason else []
    if line.is_removed:  # it is compared no more
        return [*found, missing(language, line)] if line.missing else found
    found += _not_read(language, line)
    if line.differing:
        at_source, held = map(language.count, line.differing)
        found.append(language.say("sources.differing", source=at_source, held=held))
    found += [language.say(f"sources.{kind}", n=n) for kind, n in (line.unread | {"merged": line.merged}).items() if n]
    return [*found, missing(language, line)] if line.missing else found


def _reason(language: Language, line: SourceLine):
    is_stopped = line.state == "braked" and line.stopped
    return stops.why(language, line.stopped) if is_stopped else reasons.why(language, line.reason)


def _not_read(language: Language, line: SourceLine) -> list:
    """Hidden sheets, and those without the header: they may be lists that somebody means to be counted."""
    found = [text for file, note in line.not_read for text in reasons.not_read(language, file, note)]
    more = line.not_read_files - len(line.not_read)
    return [*found, language.say("sources.not_read_more", n=more)] if more else found


def missing(language: Language, line: SourceLine) -> str:
    """`1 bản ghi của list.csv không còn trong đó mà vẫn được tính`"""
    first, *others = line.missing_of
    key = "sources.missing_more" if others else "sources.missing"
    return language.say(key, n=line.missing, file=first, more=len(others))


def ago(language: Language, ms: int | None) -> html.Span:
    """How long ago, counted by the browser each second (assets/freshness.js)."""
    return html.Span(
        className="ago", **{"data-ms": "" if ms is None else str(ms), "data-never": language.say("sources.never")}
    )


def counter(language: Language, lines: Sequence[SourceLine], world) -> html.P:
    """received = loaded + unchanged + quarantined; beside it what can never be received."""
    say = language.say

    def part(name: str, text: str | None = None) -> html.Span:
        return html.Span([html.B(live(language.count(getattr(world, name)))), " ", say(f"footer.{text or name}")])

    # What was replaced or has vanished since waits no longer, and stays in the equation.
    waiting = sum(line.in_quarantine for line in lines)
    is_all = waiting >= world.quarantined
    faulty = part("quarantined") if is_all else [part("quarantined", "faulty"), " ", say("footer.waiting", n=waiting)]
    closed: list = [part("received"), " = ", part("loaded"), " + ", part("unchanged"), " + ", faulty]
    beside: list = ["; ", part("vanished")] if world.vanished else []
    if unread := sum(sum(line.unread.values()) for line in lines if not line.is_removed):
        beside += ["; ", html.Span([html.B(live(language.count(unread))), " ", say("footer.unread")])]
    return html.P([html.Span(say("footer.counter"), className="what"), " ", *closed, *beside], className="counter")


def footer(language: Language, lines: Sequence[SourceLine], world, edited: str | None = None, refusal=None) -> list:
    """`edited`: the settings file, where it says by now something else than these pages were started with. `refusal`: why the
    reference tables are refused."""
    say = language.say
    noted = [html.P(say("footer.edited", file=Path(edited).name), className="reason")] if edited else []
    if refusal:
        notice = "refusal.notice_first" if world.root_unit_id is None else "refusal.notice"
        noted.append(html.P([say(notice), *reasons.refused(language, refusal)], className="reason"))
    return [
        html.Div(
            [
                html.H2(say("sources.title")),
                html.Div(sources(language, lines), className="table-frame", tabIndex=0),
                *(stops.details(language, line.name, line.stopped) for line in lines if line.stopped),
            ]
        ),
        html.Div([counter(language, lines, world), *noted, html.P(say("footer.time_zone", zone=world.time_zone))]),
    ]


def known_until(sources: Iterable, committed_at):
    """The moment up to which the figures hold: when the slowest source was last asked; None when one never was."""
    asked = [row.last_polled_at for row in sources if row.is_configured]
    if None in asked:
        return None
    return min(asked, default=committed_at)


def trouble(lines: Iterable[SourceLine]) -> str:
    """The sources that stand still although they should be read."""
    return ", ".join(line.name for line in lines if line.state in ("braked", "failed"))
