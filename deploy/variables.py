"""The environment variables of each child process: no secret that it does not need."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.settings import Settings as Dashboard
from etl.settings import Settings as Etl
from sql.settings import own_keys

# Besides the variables named as ${NAME} in the part of the settings that a process reads.
_ETL, _DASHBOARD, _OWNER = "DATABASE_URL_ETL", "DATABASE_URL_DASHBOARD", "DATABASE_URL"
_OF_ETL = {_ETL, "PERSON_ID_KEY"}
_OF_DASHBOARD = {_DASHBOARD, "CACHE_URL"}
_NAME = re.compile(r"\$\{(\w+)\}")


def variables_of(part: str, environment: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment of `etl`, `dashboard` or `sample`; `settings` are unexpanded, with their ${NAME}."""
    if part == "sample":
        reads, login = {"PLATFORM_URL"}, None
    elif part == "etl":
        reads, login = _OF_ETL | _names(own_keys(settings, Etl)), _ETL
    else:
        reads, login = _OF_DASHBOARD | _names(own_keys(settings, Dashboard)), _DASHBOARD
    if login and not environment.get(login):  # empty is unset, as it is for whoever reads it
        reads.add(_OWNER)
    hidden = (_names(settings) | _OF_ETL | _OF_DASHBOARD | {_OWNER}) - reads
    return {name: value for name, value in environment.items() if name not in hidden}


def _names(settings: Any) -> set[str]:
    """The variables named in settings."""
    if isinstance(settings, Mapping):
        return set().union(*map(_names, settings.values()))
    if isinstance(settings, list):
        return set().union(*map(_names, settings))
    return set(_NAME.findall(settings)) if isinstance(settings, str) else set()
