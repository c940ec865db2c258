"""A chart for six metres: the same figure, its letters and lines larger."""

# What is measured in points, by the name of the part that holds it.
_IN_POINTS = {"font": ("size",), "tickfont": ("size",), "margin": ("l", "r", "t", "b"), "line": ("width",)}
_SHIFTS = ("xshift", "yshift")


def enlarged(part, factor: float, name: str = ""):
    """Everything in a figure that is measured in points times `factor`; nothing of the given one changes."""
    if isinstance(part, list):
        return [enlarged(one, factor, name) for one in part]
    if not isinstance(part, dict):
        return part
    measured = _IN_POINTS.get(name, _SHIFTS)
    return {key: _times(value, factor) if key in measured else enlarged(value, factor, key) for key, value in part.items()}


def _times(length, factor: float):
    """A length, or one a bar."""
    return [one * factor for one in length] if isinstance(length, list) else length * factor
