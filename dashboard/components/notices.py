"""Lines above the page: that these are sample data, that they are of the past, what was not understood."""

from collections.abc import Sequence
from datetime import date, datetime

from dash import html

from dashboard.components.link import link
from dashboard.filters import Filters, Ignored
from dashboard.i18n import Language


def notices(
    language: Language,
    filters: Filters,
    ignored: Sequence[Ignored],
    sample_day: date | None,
    frozen_at: datetime | None = None,
    elsewhen: str | None = None,
    untold: Sequence[str] = (),
) -> list:
    """`sample_day`: what the sample's clock says; None for real data. `frozen_at`: local, of the as-of.

    `elsewhen`: why there is no such unit on the day meant. `untold`: what no source tells, and every figure hangs on.
    """
    say = language.say
    shown = []
    if sample_day:
        what = html.Span([say("sample.what"), " "], className="what")
        text = [html.Strong(say("sample.label")), " – ", what, say("sample.clock", today=sample_day)]
        shown.append(html.P(text, className="notice sample"))
    if filters.as_of is not None:
        back = link(say("asof.back"), filters.href(as_of=None))
        text = [html.Strong(say("asof.frozen", time=language.moment(frozen_at), batch=filters.as_of)), " ", back]
        shown.append(html.P(text, className="notice frozen", role="status"))
    shown += [html.P(text, className="notice untold") for text in untold]
    if elsewhen:
        shown.append(html.P(elsewhen, className="notice ignored", role="status"))
    if ignored:
        shown.append(html.P(left_out(language, ignored), className="notice ignored", role="status"))
    return shown


def left_out(language: Language, ignored: Sequence[Ignored]) -> str:
    """What of an address was not understood."""
    parts = ", ".join(f"{part.key}={part.value}"[:60] for part in ignored[:5])
    return language.say("notice.ignored", parts=parts)


def failure(language: Language, failed: dict | None):
    """A callback failed: its number in the log."""
    if not failed:
        return None
    return html.P(language.say("notice.failed", reference=failed["reference"]), className="notice failed")
