"""As once, for a first load: large batches, a progress bar; can be killed and goes on."""

from etl.verbs.once import UNIT, arguments, work

__all__ = ["UNIT", "arguments", "work"]
