"""The migrations from before the first release, which were squashed into the first five of today.

A warehouse at the last of them has exactly the tables of today's five: only its record of migrations is replaced. One at an
earlier migration is refused: the version with the rest of them must migrate it first.
"""

from collections.abc import Iterable, Mapping

from sql import FOLDER

MIGRATIONS = {
    name: checksum
    for checksum, name in map(str.split, (FOLDER / "squashed.sha256").read_text(encoding="utf-8").splitlines())
}
LAST = max(MIGRATIONS)
_TODAY = ("0001_world.sql", "0002_sources.sql", "0003_persons.sql", "0004_ledgers.sql", "0005_machines.sql")


class NotBroughtOver(Exception):
    """Made by squashed migrations, but not by exactly all of them; the message says what to do."""


def is_made_by(applied: Iterable[str]) -> bool:
    """Whether any of the squashed migrations is among these names."""
    return not MIGRATIONS.keys().isdisjoint(applied)


def complaint(applied: Iterable[str]) -> str:
    """Why this version cannot use a warehouse with these migrations, and what to do."""
    if set(applied) == MIGRATIONS.keys():
        return f"this warehouse stands at {LAST}, from before {_TODAY[0]}: start ./run, which brings it over"
    return _refusal(applied)


def brought_over(applied: Mapping[str, str], today: Mapping[str, str]) -> dict[str, str]:
    """The applied migrations and checksums, with squashed ones replaced by those of `today`.

    Raises NotBroughtOver.
    """
    if not is_made_by(applied):
        return dict(applied)
    if changed := [name for name, checksum in MIGRATIONS.items() if applied.get(name, checksum) != checksum]:
        raise NotBroughtOver(
            f"this warehouse was made by other texts of {', '.join(changed)} than this version knows: go on with the version that made it"
        )
    if applied != MIGRATIONS:
        raise NotBroughtOver(_refusal(applied))
    return {name: today[name] for name in _TODAY}


def _refusal(applied: Iterable[str]) -> str:
    return (
        f"this warehouse stands at {max(applied)}; this version brings over only what stands at {LAST}: start the last "
        f"version that has sql/migrations/{LAST} once (git log -- sql/migrations/{LAST}), then this one"
    )
