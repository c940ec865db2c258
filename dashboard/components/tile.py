"""The tiles on top: number · bar against target · change since yesterday · last days · as-of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import html

from dashboard import definitions
from dashboard.components import marks
from dashboard.components.link import link
from dashboard.components.progress import status
from dashboard.i18n import NO_FIGURE, Language


@dataclass(frozen=True)
class LastDays:
    """Daily counts, oldest first; the last `incomplete` are not all in yet. `last`: what the last day is."""

    counts: tuple[int, ...]
    incomplete: int = 0
    last: str = "today"

    def drawn(self, language: Language, what: str) -> html.Div:
        label = language.say(
            f"tile.spark_{self.last}",
            days=len(self.counts),
            what=what,
            low=min(self.counts, default=0),
            high=max(self.counts, default=0),
            now=self.counts[-1] if self.counts else 0,
        )
        return marks.spark(self.counts, self.incomplete, label)


def coverage_tile(
    language: Language,
    stage: str,
    row,
    last_days: LastDays,
    as_of: str,
    href: str,
    is_asked: bool,
    today: date,
    page_of_definitions: str | None = None,
    note: str = "",
) -> html.Article:
    """One stage of one unit (a Standing) against its target.

    `page_of_definitions`: the link to it that keeps the reader's question. `note`: what its number is, where not of people.
    """
    say = language.say
    state = status(row, today)
    target = language.goal(row.target_share)
    if row.coverage is None:
        number, under = language.count(row.people), say("people.word")
        counted = say("tile.people_only", people=row.people)
    else:
        number, under = language.percent(row.coverage), None
        counted = say("tile.of_population", people=row.counted, population=row.population)
    goal = say("tile.no_target") if row.target_share is None else say("tile.target", target=target, due=row.target_due_on)
    label = say("tile.bullet", value=number, target=target) if row.target_share else number
    lines = [
        html.P([html.Span(goal), _chip(language, state)], className="goal"),
        _gained(language, row),
        html.P(counted, className="counted"),
    ]
    if row.lacking:
        lines.append(html.P(say("lacking.tile", n=len(row.lacking)), className="lacking"))
    if note:
        lines.append(html.P(note, className="flag"))
    if row.coverage is not None and row.coverage > 1:
        lines.append(html.P(say("tile.over"), className="flag"))
    return _tile(
        language,
        title=link(say(f"stage.{stage}"), href, "tile-link"),
        number=[marks.live(number), html.Span(under, className="of") if under else None],
        bar=marks.bullet(row.coverage, row.target_share, label, "warning" if state == "overdue" else "ours"),
        lines=lines,
        last_days=last_days.drawn(language, say("people.word")),
        as_of=as_of,
        definition=[
            definitions.of_stage(language, stage),
            _denominator(language, row),
            _more(language, definitions.OF_STAGE[stage], page_of_definitions),
        ],
        is_asked=is_asked,
    )


def doses_tile(
    language: Language,
    which: str,
    doses: int,
    lines: Sequence[str],
    as_of: str,
    last_days: LastDays | None = None,
    plan: int | None = None,
    page_of_definitions: str | None = None,
) -> html.Article:
    """A number of doses (today, yesterday, week, total), never against a population.

    `plan`: the day's, where there is one.
    """
    say = language.say
    bar = None
    if plan:
        share = language.percent(doses / plan, 0)
        bar = marks.bullet(doses / plan, 1.0, say("tile.plan_share", share=share, plan=plan))
    return _tile(
        language,
        title=say(f"tile.doses_{which}"),
        number=[marks.live(language.count(doses)), html.Span(say("doses.word"), className="of")],
        bar=bar,
        lines=[html.P(line) for line in lines if line],
        last_days=last_days.drawn(language, say("doses.word")) if last_days else None,
        as_of=as_of,
        definition=[
            definitions.what(language, f"doses-{which}"),
            _more(language, f"doses-{which}", page_of_definitions),
        ],
    )


def overdue_tile(language: Language, row, as_of: str, page_of_definitions: str | None = None) -> html.Article:
    """Who should have had the second dose (an Overdue); None: nobody can know."""
    say = language.say
    more = [definitions.what(language, "overdue"), _more(language, "overdue", page_of_definitions)]
    if row is None:
        number = [NO_FIGURE, html.Span(say("told.untold"), className="of")]
        return _tile(language, say("tile.overdue"), number, None, [html.P(say("told.no_second"))], None, as_of, more)
    share = language.percent(row.share)
    lines = [say("tile.overdue_share", share=share), say("tile.overdue_passed", passed=row.passed)]
    return _tile(
        language,
        title=say("tile.overdue"),
        number=[marks.live(language.count(row.overdue)), html.Span(say("people.word"), className="of")],
        bar=marks.bullet(row.share, None, share, "warning"),
        lines=[*map(html.P, lines), html.P(say("tile.due_soon", people=row.due_soon))],
        last_days=None,
        as_of=as_of,
        definition=more,
    )


def part_tile(language: Language, title: str, count: int, word: str, as_of: str) -> html.Article:
    """In the first load: how many are in so far, against nothing."""
    say = language.say
    number = [marks.live(language.count(count)), html.Span(say(word), className="of")]
    foot = html.Div(html.Span(say("tile.as_of", time=as_of), className="tile-as-of"), className="foot")
    said = html.P(say("loading.tile"), className="goal")
    return html.Article([html.H2(say(title)), html.P(number, className="number"), said, foot], className="tile part")


def _tile(language, title, number, bar, lines, last_days, as_of, definition, is_asked=False) -> html.Article:
    say = language.say
    foot = html.Div(
        [
            html.Details(
                [
                    html.Summary(say("definition.show")),
                    html.Div([html.P(text) for text in definition if text], className="definition"),
                ]
            ),
            html.Span(
                [html.Span(say("asof.stale"), className="stale-word"), say("tile.as_of", time=as_of)],
                className="tile-as-of",
            ),
        ],
        className="foot",
    )
    body = [html.H2(title), html.P(number, className="number"), bar, *lines, last_days, foot]
    mark = {"aria-current": "true"} if is_asked else {}
    return html.Article([part for part in body if part is not None], className="tile", **mark)


def _gained(language: Language, row) -> html.P:
    today = row.people_today
    if row.coverage_change is None:
        text = language.say("tile.gained_people", people=today)
    else:
        points = language.say("points", n=language.points(row.coverage_change))
        text = language.say("tile.gained", points=points, people=today)
    return html.P([marks.arrow(today), marks.live(text)], className="gained")


def _chip(language: Language, state: str) -> html.Span | None:
    if state == "unknown":
        return None
    return html.Span(language.say(f"pace.{state}"), className=f"chip {state}")


def _more(language: Language, id: str, page: str | None) -> html.A:
    return link(language.say("definition.more"), definitions.href(id, page or f"{definitions.PATH}?lang={language.code}"))


def _denominator(language: Language, row) -> str:
    if row.population is None:
        return ""
    return language.say("denominator", source=row.population_source, on=row.population_on)
