"""Which of a page's filters narrow the figures of a block: what is taken away, and the block itself, say no others."""

from dashboard.block import Block
from dashboard.choices import CHOICES, NAMES
from dashboard.filters import NARROWING, USES, Filters
from dashboard.view import View


def taken(view: View, block: Block) -> Filters:
    """The page's filters without those that do not narrow the block."""
    spared = [name for use in _spared(block) for name in USES[use]]
    return view.filters.but(**{name: getattr(_NONE, name) for name in spared})


def basis(view: View, block: Block) -> str | None:
    """What its figures are counted by; None where the page has no basis, or the block both."""
    if block.basis == "both":
        return None
    if block.basis == "place":
        return "place"
    return view.filters.basis if "basis" in view.uses else None


def left_out(view: View, block: Block) -> str:
    """`mọi độ tuổi, mọi loại vắc xin`: which filters that are set the block does not take; empty for most."""
    asked = [name for name in NAMES if getattr(view.filters, name)]
    return ", ".join(view.say(f"every.{name}") for name in asked if name in _spared(block))


def said(view: View, filters: Filters) -> list[str]:
    """What narrows figures, in words: days, then what is chosen."""
    say, found = view.say, []
    if filters.date_from or filters.date_to:
        first, last = (view.language.day(day) if day else "…" for day in (filters.date_from, filters.date_to))
        found.append(f"{first}–{last}")
    for choice in CHOICES:
        if chosen := getattr(filters, choice.name):
            labels = choice.labels(view) if choice.is_said_by_label else {}
            found.append(f"{say(f'filter.{choice.name}').lower()} {', '.join(str(labels.get(one, one)) for one in chosen)}")
    return found


def before(view: View, filters: Filters) -> str:
    """`Vắc xin AZ: ` before a sentence about some alone, which is copied without the filters above it."""
    found = "; ".join(said(view, filters))
    return f"{found[0].upper()}{found[1:]}: " if found else ""


_NONE = Filters()


def _spared(block: Block) -> list[str]:
    return [use for use in NARROWING if use not in block.takes]
