"""Names shortened for charts and tiles, only as far as they still differ."""

from collections import Counter
from collections.abc import Callable, Sequence
from os.path import commonprefix

CUT = 14  # letters: what the margin of a chart takes

# One way to write a name shorter; `sharing` are the names that the way before could not tell from it.
Way = Callable[[str, Sequence[str]], str]


def apart(names: Sequence[str], *ways: Way) -> list[str]:
    """Each name by the first of the ways that tells it from all the others; whole where none does."""
    tried = [0] * len(names)
    sharing: list[Sequence[str]] = [names] * len(names)
    while True:
        labels = [
            ways[way](name, among) if way < len(ways) else name
            for name, way, among in zip(names, tried, sharing, strict=True)
        ]
        counts = Counter(labels)
        unclear = [n for n, label in enumerate(labels) if counts[label] > 1 and tried[n] < len(ways)]
        if not unclear:
            return labels
        alike: dict[str, list[str]] = {}
        for n in unclear:
            alike.setdefault(labels[n], []).append(names[n])
        for n in unclear:
            tried[n], sharing[n] = tried[n] + 1, alike[labels[n]]


def brand(name: str, _sharing: Sequence[str] = ()) -> str:
    """Without the maker: `Comirnaty (Pfizer-BioNTech)`."""
    return name.split(" (")[0]


def fitting(names: Sequence[str]) -> list[str]:
    """For a margin: the brand, cut; else the name, cut; else the words in which they differ."""
    return apart(names, lambda name, _: _cut(brand(name)), lambda name, _: _cut(name), _difference)


def _cut(name: str) -> str:
    return name if len(name) <= CUT else name[: CUT - 1] + "…"


def _difference(name: str, sharing: Sequence[str]) -> str:
    """`…5–11 tuổi` of `Comirnaty trẻ em 5–11 tuổi`, beside one of 12–17 years."""
    same = commonprefix(list(sharing))  # noqa: RUF071 - letter by letter, as meant
    word = name[max(same.rfind(" "), same.rfind("-")) + 1 :]
    return _cut(f"…{word}") if word != name else _cut(name)
