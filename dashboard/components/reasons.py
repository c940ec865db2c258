"""Why a source cannot be read, in the reader's language: of the commonest reasons a sentence; each with the ETL's words.

The ETL writes its reasons in English, for the log, too (docs/sources.md has each with its remedy).
"""

import re

from dash import html

from dashboard.i18n import Language

# What a reason says → the text that says it. The first that is found holds.
_KNOWN = (
    (re.compile(r"does not answer"), "reason.no_answer"),
    (re.compile(r"permission denied|GRANT", re.IGNORECASE), "reason.no_permission"),
    (re.compile(r"password authentication|authentication failed|Access denied", re.IGNORECASE), "reason.no_login"),
    (re.compile(r'column "(?P<what>[^"]+)" (is not in|does not exist)'), "reason.no_column"),
    (re.compile(r'relation "(?P<what>[^"]+)" does not exist', re.IGNORECASE), "reason.no_table"),
    (re.compile(r"no such table: (?P<what>\S+)", re.IGNORECASE), "reason.no_table"),
    (re.compile(r'database "(?P<what>[^"]+)" does not exist'), "reason.no_database"),
    (re.compile(r"folder: (?P<what>.+) is not a folder that can be read"), "reason.no_folder"),
    (re.compile(r"\.pattern: .*\(found (?P<what>.+)\)"), "reason.bad_pattern"),
    (re.compile(r"fields\.(?P<what>\w+): "), "reason.bad_field"),
    (
        re.compile(r"^(?:sources\.\w+: )?(?P<what>[^:]+\.(csv|csv\.gz|gz|xlsx|parquet|txt)):? ", re.IGNORECASE),
        "reason.bad_file",
    ),
)
# What of a workbook is not read → the text that says it.
_NOT_READ = (
    (
        re.compile(r"for (?:it is|they are) hidden: (?P<sheets>.+?)(?:; not read, for the header is not there: |$)"),
        "sources.not_read_hidden",
    ),
    (re.compile(r"for the header is not there: (?P<sheets>.+)$"), "sources.not_read_header"),
)


def sentence(language: Language, reason: str) -> str | None:
    """What the reader's language has for it; None where there is nothing but the ETL's own words."""
    for pattern, text in _KNOWN:
        if found := pattern.search(reason):
            return language.say(text, **found.groupdict())
    return None


def why(language: Language, reason: str) -> list:
    """The sentence, and what the ETL said."""
    said = None if language.code == "en" else sentence(language, reason)
    words = html.Code(reason, lang="en")
    return [said, " ", words] if said else [words]


def refused(language: Language, refusal) -> list:
    """Why the reference tables are refused (a Refusal), and how the ETL says it."""
    words = html.Code(refusal.said, lang="en")
    said = refusal_said(language, refusal.fault)
    if said is None:
        return [words]
    return [said] if language.code == "en" else [said, " ", words]


def refusal_said(language: Language, fault: dict[str, str] | None) -> str | None:
    """The sentence for a table's fault; None where the reader's language has none."""
    if fault is None or f"refusal.{fault['code']}" not in language.texts:
        return None
    values = {name: value for name, value in fault.items() if name != "code"}
    if "asked_as" in values:
        values["asked"] = language.say(f"refusal.asked.{values['asked_as']}", **values)
    return language.say(f"refusal.{fault['code']}", **values)


def not_read(language: Language, file: str, note: str) -> list:
    """What of a file is not read, and what to do; in the ETL's words where they are others."""
    found = [language.say(text, file=file, sheets=told["sheets"].replace('sheet "', '"'))
             for pattern, text in _NOT_READ if (told := pattern.search(note))]  # fmt: skip
    return found or [html.Code(f"{file}: {note}", lang="en")]
