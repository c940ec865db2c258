"""The settings as the children read them: the user's file, with the sample's overlay where it applies.

Written to DATA/effective.yaml with absolute paths; `${NAME}` stays as it is, so no secret is written.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from deploy.folder import write_whole
from sql.settings import PROJECT
from sql.strict import read_yaml

# What is laid over the user's settings where the sample is played.
OVERLAY = PROJECT / "etl" / "sample" / "sample.yaml"

_NO_TABLES = {"every_seconds"}


def effective(config: Path, overlay: Path | None) -> dict[str, Any]:
    """`config` alone (real records, or none), or with the sample's `overlay` over it."""
    found = _absolute(read_yaml(config.read_text(encoding="utf-8"), config.name), config.resolve().parent)
    found["sample"] = overlay is not None
    if overlay is None:
        return found
    above = _absolute(read_yaml(overlay.read_text(encoding="utf-8"), overlay.name), overlay.resolve().parent)
    return _merged(found, above)


def write(found: dict[str, Any], file: Path) -> None:
    """Write settings so that `sql.settings.read` reads them back as they are."""
    head = "# Made at each start from the settings file; changes here are lost.\n"
    write_whole(file, head + yaml.safe_dump(found, allow_unicode=True, sort_keys=False))


def _absolute(found: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = deepcopy(found)

    def inside(place: str) -> str:
        # `${NAME}/…` is filled in later, by then an absolute path as a rule.
        return place if place.startswith("${") else str(folder / place)

    reference = found.get("reference") or {}
    for name, place in reference.items():
        if isinstance(place, str) and name not in _NO_TABLES:
            reference[name] = inside(place)
        elif isinstance(place, dict) and "path" in place:
            place["path"] = inside(place["path"])
    for source in (found.get("sources") or {}).values():
        if "folder" in source:
            source["folder"] = inside(source["folder"])
    drawn = (found.get("dashboard") or {}).get("map") or {}
    if "geojson" in drawn:
        drawn["geojson"] = inside(drawn["geojson"])
    return found


def _merged(below: Any, above: Any) -> Any:
    """Mappings are merged key by key; everything else is taken from `above`."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}
