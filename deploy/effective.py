"""The settings for child processes: the user's file, with the sample's overlay if it applies.

Written to DATA/effective.yaml with absolute paths; `${NAME}` is not expanded, so that no secret is written.
"""

from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import yaml

from deploy.folder import write_whole
from sql.settings import PROJECT, whole
from sql.strict import LocalPath, Model, Short, beside, read_yaml

# Laid over the user's settings to run the sample.
OVERLAY = PROJECT / "etl" / "sample" / "sample.yaml"

_IS_PATH = get_args(LocalPath)[1]


def effective(config: Path, overlay: Path | None) -> dict[str, Any]:
    """`config`, with the sample's `overlay` over it if given."""
    found = _absolute(read_yaml(config.read_text(encoding="utf-8"), config.name), whole(), config.resolve().parent)
    found["sample"] = overlay is not None
    if overlay is None:
        return found
    above = _absolute(read_yaml(overlay.read_text(encoding="utf-8"), overlay.name), whole(), overlay.resolve().parent)
    return _merged(found, above)


def write(found: dict[str, Any], file: Path) -> None:
    """Write settings for `sql.settings.read`."""
    head = "# Made at each start from the settings file; changes here are lost.\n"
    write_whole(file, head + yaml.safe_dump(found, allow_unicode=True, sort_keys=False))


def _absolute(found: Any, kind: Any, folder: Path) -> Any:
    """`found` with paths resolved against `folder`; `kind`, its type in the settings, says where paths are. Invalid parts are
    left as they are, for validation to refuse."""
    if _IS_PATH in getattr(kind, "__metadata__", ()):
        # `${NAME}/…` is expanded later, usually to an absolute path.
        is_place = isinstance(found, str) and not found.startswith("${")
        return str(beside(folder, found)) if is_place else found
    if isinstance(kind, type) and issubclass(kind, Model):
        if isinstance(found, dict):
            return {key: _absolute(value, _kind_of(kind, key), folder) for key, value in found.items()}
        if issubclass(kind, Short) and isinstance(found, str):
            return _absolute(found, _kind_of(kind, kind.KEY), folder)
    elif get_origin(kind) is dict and isinstance(found, dict):
        return {key: _absolute(value, get_args(kind)[1], folder) for key, value in found.items()}
    else:
        for one in get_args(kind):  # members of a union; paths that are already absolute do not change
            found = _absolute(found, one, folder)
    return found


def _kind_of(part: type[Model], key: str) -> Any:
    field = part.model_fields.get(key)
    return field and (Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)


def _merged(below: Any, above: Any) -> Any:
    """Mappings are merged key by key; everything else is taken from `above`."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}
