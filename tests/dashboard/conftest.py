"""The fixtures of the browser tests."""

from tests.dashboard.house import house, visit

__all__ = ["house", "visit"]
