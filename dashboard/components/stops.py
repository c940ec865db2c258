"""What the brake stopped, to be looked at: why, by rule and field, with records by number and their values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dash import html

from dashboard.i18n import Language


@dataclass(frozen=True)
class Stopped:
    """A stop as mart.sources() gives it, its moments local."""

    given: Mapping
    braked_at: datetime
    released_at: datetime | None

    @property
    def is_released(self) -> bool:
        return self.given["state"] == "released"


def read(given: Mapping | None, local: Callable[[datetime], datetime]) -> Stopped | None:
    if given is None:
        return None
    braked_at, released_at = (
        given[name] and local(datetime.fromisoformat(given[name])) for name in ("braked_at", "released_at")
    )
    return Stopped(given, braked_at, released_at)


def why(language: Language, stopped: Stopped) -> str:
    """What looked wrong, in the reader's language."""
    given = stopped.given
    key = f"stop.{given['criterion']}"
    if key not in language.texts:
        return given["reason"]
    share = given["found"] / given["received"] if given["received"] else None
    said = language.say(
        key, found=given["found"], received=given["received"], share=language.percent(share, 0),
        allowed=language.percent(given["allowed"], 0), unit=given["unit"], before=given["measured_by"],
    )  # fmt: skip
    return said if given["unit"] is None or given["unit"] in said else f"{given['unit']}: {said}"


def details(language: Language, source: str, stopped: Stopped) -> html.Details:
    say = language.say
    summary = say("stop.title", source=source, moment=language.moment(stopped.braked_at))
    found = stopped.given["findings"]
    shown = [html.Summary(summary), html.P(why(language, stopped)), html.P(_then(language, source, stopped))]
    if found:
        shown.append(html.Div(_findings(language, found), className="table-frame", tabIndex=0))
    return html.Details(shown, className="stop", open=not stopped.is_released)


def _then(language: Language, source: str, stopped: Stopped) -> str:
    if stopped.is_released:
        return language.say("stop.released", moment=language.moment(stopped.released_at))
    if stopped.given["criterion"] == "renamed":
        return language.say("stop.kept.renamed", source=source, before=stopped.given["measured_by"])
    return language.say("stop.kept", source=source)


def _findings(language: Language, found: list[Mapping]) -> html.Table:
    heads = [html.Th(language.say(f"stop.{name}"), scope="col") for name in ("rule", "field", "records", "examples")]
    rows = [
        html.Tr(
            [
                html.Th(_rule(language, one["rule"]), scope="row"),
                html.Td(html.Code(one["field"])),
                html.Td(language.count(one["records"])),
                html.Td([html.Div(_example(language, example)) for example in one["examples"]]),
            ]
        )
        for one in found
    ]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="twin stops")


def _rule(language: Language, rule: str):
    key = f"stop.is.{rule}"
    return language.say(key) if key in language.texts else html.Code(rule)


def _example(language: Language, example: Mapping) -> list:
    was, value = (language.say("stop.nothing") if v is None else v for v in (example.get("was"), example["value"]))
    told = [html.Code(example["record"] or language.say("stop.nothing"))]
    if "was" not in example or example["was"] is not None or example["value"] is not None:
        told += [": ", *([was, " → "] if example.get("was") is not None else []), html.B(value)]
    return [*told, f" ({language.count(example['records'])})"]
