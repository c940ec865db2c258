"""The fixtures of the browser tests; and plotly looks at every chart that any test has drawn by a page."""

import plotly.graph_objects as go
import pytest

from dashboard import blocks
from tests.dashboard.house import front, house, visit

__all__ = ["front", "house", "visit"]


@pytest.fixture(scope="session", autouse=True)
def plotly_accepts_every_chart():
    """Charts are plain dicts in the product, since validating one takes plotly milliseconds."""
    drawn = blocks._chart

    def validated(figure, *words):
        go.Figure(figure)  # raises for what plotly does not know
        return drawn(figure, *words)

    blocks._chart = validated
    yield
    blocks._chart = drawn
