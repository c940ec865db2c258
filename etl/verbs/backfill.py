"""As once, for a first load: large batches and a progress bar; can be killed and resumed."""

from etl.verbs.once import UNIT, arguments, work

__all__ = ["UNIT", "arguments", "work"]
