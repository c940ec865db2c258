"""A block: one part of a page, as the page, its part, its credit, its files and the wall know it."""

from dataclasses import dataclass
from typing import Literal

from dashboard.filters import NARROWING


@dataclass(frozen=True)
class Block:
    """Declared once, beside its page's parts; everything else is given this value.

    `takes`: the narrowing filters that its question takes. It says so, and so does what is taken away of it.
    `basis`: what its figures are counted by: what the page asks for, place of injection alone, or both side by side.
    `has_denominator`: whether its figures stand against a population, which is then named in what is taken away.
    `is_of_a_part`: whether it is shown during the first load of a source, too, because it shows no rank, pace or target.
    `is_first`: whether it is the block of its page that says why there are no figures, or no verdicts.
    `is_of_reach`: whether it counts who lives somewhere by the stage that they reached, which not every source tells.
    `folds`: whether a phone folds its rows, or its chart, away under its sentence.
    """

    id: str
    takes: tuple[str, ...] = NARROWING
    basis: Literal["asked", "place", "both"] = "asked"
    has_denominator: bool = True
    is_of_a_part: bool = False
    is_first: bool = False
    is_of_reach: bool = False
    folds: bool = False

    @property
    def panel_id(self) -> str:
        return f"{self.id}-panel"
