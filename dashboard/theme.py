"""Colours and type. One accent for "ours", grey for context, one warning colour used rarely.

The same values stand as CSS variables in assets/00-theme.css (a test holds the two equal). Blue
against orange stays apart for colour-blind eyes; light against dark stays apart in grey print.
"""

from dataclasses import dataclass

from dashboard.i18n import Language

# "Source Sans 3": Vietnamese, and figures of one width without asking. Exports fall back to the system's.
FONT = '"Source Sans 3", "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True)
class Palette:
    ground: str  # the page
    surface: str  # what lies on it
    ink: str  # text
    muted: str  # second text: 4.5:1 on the surface
    line: str  # rules and axes
    faint: str  # bars' ground, incomplete days
    context: str  # marks that are not "ours"
    accent: str
    accent_soft: str
    warning: str
    mix: tuple[str, ...]  # steps of the accent, dark to pale, for parts of a whole


LIGHT = Palette(
    ground="#f5f6f8",
    surface="#ffffff",
    ink="#16202c",
    muted="#566473",
    line="#d9dfe6",
    faint="#e9edf2",
    context="#8b98a7",
    accent="#0b5cab",
    accent_soft="#b9d3ee",
    warning="#b8480b",
    mix=("#0b5cab", "#5f9bd4", "#9cc3e7", "#bfd8f0", "#dbe9f6"),
)
DARK = Palette(
    ground="#0f151c",
    surface="#17202a",
    ink="#e8edf3",
    muted="#9fb0c0",
    line="#2c3946",
    faint="#22303c",
    context="#7a8b9b",
    accent="#62aef2",
    accent_soft="#27517a",
    warning="#f5a15a",
    mix=("#62aef2", "#3d82c2", "#2d689f", "#255480", "#20425f"),
)
PALETTES = {"light": LIGHT, "dark": DARK}


def palette(theme: str | None) -> Palette:
    return PALETTES.get(theme or "light", LIGHT)


def figure(colours: Palette, language: Language, traces: list[dict], **layout) -> dict:
    """A figure in the house's dress: no frame, no legend, thin lines, the language's numbers.

    A plain dict: building and checking plotly's own objects costs 15 ms a figure and is left to the
    tests (every figure there passes through `plotly.graph_objects.Figure`).
    """
    base = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colours.ink},
        "separators": language.separators,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "autoexpand": False},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.line,
            "font": {"family": FONT, "size": 13, "color": colours.ink},
        },
        "dragmode": False,
        "bargap": 0.25,
        # the same value at every update: plotly keeps what the reader zoomed or hid
        "uirevision": "keep",
    }
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "tickfont": {"color": colours.muted, "size": 12},
        "automargin": False,
    }
    base["xaxis"] = axis | layout.pop("xaxis", {})
    base["yaxis"] = axis | {"gridcolor": colours.line, "gridwidth": 1} | layout.pop("yaxis", {})
    return {"data": traces, "layout": base | layout}
