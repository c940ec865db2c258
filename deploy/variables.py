"""The environment variables of each child process: no secret that it does not need."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.settings import Settings as Dashboard
from sql.settings import own_keys

# Besides the variables named as ${NAME} in the part of the settings that a process reads.
_ETL, _DASHBOARD, _OWNER = "DATABASE_URL_ETL", "DATABASE_URL_DASHBOARD", "DATABASE_URL"
_OF_ETL = {_ETL, "PERSON_ID_KEY"}
_OF_DASHBOARD = {_DASHBOARD, "CACHE_URL"}
_NAME = re.compile(r"\$\{(\w+)\}")


def variables_of(part: str, environment: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment of `etl`, `dashboard` or `sample`; `settings` are unexpanded, with their ${NAME}."""
    named = _names(settings)
    if part == "etl":
        hidden = _OF_DASHBOARD | ({_OWNER} if _ETL in environment else set())
    elif part == "dashboard":
        hidden = _OF_ETL | (named - _names(own_keys(settings, Dashboard)))
        hidden |= {_OWNER} if _DASHBOARD in environment else set()
    else:
        hidden = _OF_ETL | _OF_DASHBOARD | {_OWNER} | (named - {"PLATFORM_URL"})
    return {name: value for name, value in environment.items() if name not in hidden}


def _names(settings: Any) -> set[str]:
    """The variables named in settings."""
    if isinstance(settings, Mapping):
        return set().union(*map(_names, settings.values()))
    if isinstance(settings, list):
        return set().union(*map(_names, settings))
    return set(_NAME.findall(settings)) if isinstance(settings, str) else set()
