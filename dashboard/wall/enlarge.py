"""A chart for six metres: the same figure, its letters and lines larger."""

from copy import deepcopy

_FONTS = ("font", "tickfont")
_LENGTHS = ("xshift", "yshift")


def enlarged(figure: dict, factor: float) -> dict:
    """Everything that is measured in points times `factor`."""
    return {
        "data": [_trace(trace, factor) for trace in figure["data"]],
        "layout": _layout(deepcopy(figure["layout"]), factor),
    }


def _trace(trace: dict, factor: float) -> dict:
    line = trace.get("line")
    return trace | ({"line": line | {"width": line["width"] * factor}} if line else {})


def _layout(part: dict, factor: float) -> dict:
    if "margin" in part:
        part["margin"] = {side: _times(length, factor) for side, length in part["margin"].items()}
    for name, value in part.items():
        if name in _FONTS and "size" in value:
            value["size"] = round(value["size"] * factor)
        elif name in _LENGTHS:
            part[name] = value * factor
        elif name == "line":
            value["width"] = value.get("width", 1) * factor
        elif isinstance(value, dict):
            _layout(value, factor)
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    _layout(one, factor)
    return part


def _times(length, factor: float):
    return length if isinstance(length, bool) else length * factor
