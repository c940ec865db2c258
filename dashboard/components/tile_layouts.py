"""Where a unit lies in its parent's tile map: (column, row), counted from 1 in the north-west.

Relative places only, for provinces that were drawn by hand; `grid` places all others by order.
"""

from collections.abc import Sequence

LAYOUTS: dict[str, dict[str, tuple[int, int]]] = {
    # Bà Rịa – Vũng Tàu, districts of 2021. Côn Đảo lies 180 km out at sea.
    "77": {
        "754": (1, 1), "750": (2, 1), "751": (3, 1),
        "748": (1, 2), "752": (2, 2), "753": (3, 2),
        "747": (1, 3), "755": (3, 3),
    },
}  # fmt: skip


def places(parent: str, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The drawn layout when it has a place for every unit, else a grid in the order given."""
    drawn = LAYOUTS.get(parent, {})
    return {code: drawn[code] for code in codes} if set(codes) <= drawn.keys() else grid(codes)


def grid(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Rows as wide as a nearly square block of tiles needs, at most five."""
    width = min(5, max(2, round(len(codes) ** 0.5 + 0.3)))
    return {code: (index % width + 1, index // width + 1) for index, code in enumerate(codes)}
